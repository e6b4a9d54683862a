"""Dated changes of the protocol since it was first kept, for the methods and item 24c of PRISMA 2020."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

from prismake.core.files import Table
from prismake.core.phrases import plural

NOW = "now"  # the version in force
COLUMNS = ("from", "to", "key", "before", "after")


def amendments(versions: Sequence[tuple[str, Mapping[str, str]]]) -> Table:
    """One row per key that differs between two successive versions; "" if a version lacks it.

    Args:
        versions: name and settings (``kept.protocols.settings``), oldest first, those in force last as ``NOW``.
    """
    rows: list[tuple[str, ...]] = []
    for (first, old), (second, new) in pairwise(versions):
        for key in dict.fromkeys([*old, *new]):
            if old.get(key, "") != new.get(key, ""):
                rows.append((first, second, key, old.get(key, ""), new.get(key, "")))
    return Table(COLUMNS, rows)


def amendment_words(table: Table, kept: Sequence[str]) -> str:
    """The amendments in words; "" if no protocol was kept.

    Args:
        kept: names of the kept protocols, oldest first.
    """
    if not kept:
        return ""
    begin = f"The protocol was kept on {kept[0]}" + (f", and again on {', '.join(kept[1:])}" if kept[1:] else "")
    if not table.rows:
        return f"{begin}; nothing in it has been changed since."
    parts = []
    for first, second, key, before, after in table.rows:
        when = f"since {first}" if second == NOW else f"by {second}"
        parts.append(f"{when}, {key}: {_shown(before)} → {_shown(after)}")
    return f"{begin}. {plural(len(parts), 'amendment')}: {'; '.join(parts)}."


def _shown(text: str) -> str:
    return f"“{text[:160]}{' …' if len(text) > 160 else ''}”" if text else "nothing"
