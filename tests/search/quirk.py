"""What a small input with a quirk of its exporter has to give."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import openpyxl


@dataclass(frozen=True)
class Quirk:
    """An input and what is wanted of it.

    ``records``: columns of each record, in order. ``unknown``: tags or headers that have to be named in a warning, with
    the number of records. ``problems``: words of each problem. ``refused``: words of the sentence by which the file is
    refused. ``decisions``: (stage, reviewer, decision) of those that come along. ``warned``: words of a warning.
    """

    data: str | bytes
    records: tuple[dict[str, Any], ...] = ()
    unknown: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    refused: str = ""
    decisions: tuple[tuple[str, str, str], ...] = ()
    warned: str = ""


def ris(*lines: str, title: str = "Remission after infusion", **wanted: Any) -> Quirk:
    """One RIS record with this title and these lines."""
    more = {key: wanted.pop(key) for key in ("unknown", "problems", "decisions", "warned") if key in wanted}
    return Quirk("\n".join(["TY  - JOUR", f"TI  - {title}", *lines, "ER  - ", ""]), (wanted,), **more)


def csv(header: str, *rows: str, **wanted: Any) -> Quirk:
    """A table; the wanted columns are those of its first record."""
    more = {key: wanted.pop(key) for key in ("unknown", "problems", "decisions", "warned") if key in wanted}
    return Quirk("\n".join([header, *rows, ""]), (wanted, *({} for _ in rows[1:])), **more)


def workbook(*rows: tuple[object, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
