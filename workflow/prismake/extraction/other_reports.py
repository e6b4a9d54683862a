"""What another report of the same study prints, as people note it: ``elsewhere Relapses: 12 (Maude 2016)``.

A sheet has one cell for a number, and a study may have several reports that do not agree on it. Such a note names the
cell by its heading; where the numbers differ the study waits until somebody says which of them is right, and why.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from prismake.core.phrases import normal_word
from prismake.extraction.checks.arithmetic import half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Row
from prismake.protocol.outcome_columns import PART_WORDS, question_of
from prismake.protocol.parsing import parse_number
from prismake.protocol.translations import beginnings

_CHECK = "changed report"


class Remark(NamedTuple):
    """A note, and the columns that it is about; empty if it is about the whole row."""

    text: str
    columns: frozenset[str] = frozenset()


class Elsewhere(NamedTuple):
    """A number in another report: the heading of its column, the number as typed, and the report (may be empty)."""

    column: str
    number: str
    report: str


def numbers_elsewhere(note: str) -> list[Elsewhere]:
    """``elsewhere Relapses: 12 (Maude 2016)``, and with ``in Maude 2016`` or nothing behind the number."""
    return [
        Elsewhere(match["column"], match["number"], re.sub(r"^(?:in|from)\s+", "", match["report"].strip(" ()[],.")))
        for match in _note().finditer(note)
    ]


@cache
def _note() -> re.Pattern[str]:
    """What such a note looks like, with the word for *elsewhere* of any language."""
    words = "|".join(map(re.escape, beginnings("remarks.elsewhere")))
    number = r"(?P<number>[-+−]?\d[\d.,]*\d|[-+−]?\d)"
    return re.compile(
        rf"\b(?:{words})\s+(?P<column>[^:：\n]{{1,80}}?)\s*[:：]\s*{number}\s*(?P<report>[^\n;]*)", re.IGNORECASE
    )


def check(extraction: Extraction, notes: Mapping[str, Iterable[Remark]]) -> Iterator[Finding]:
    """A question for each number that differs between the sheet and another report of the study.

    Args:
        notes: by item, everyone's notes on the row or on some of its columns.
    """
    for row in extraction.rows:
        for note in notes.get(row.item, ()):
            for other in numbers_elsewhere(note.text):
                columns = [
                    column
                    for column, kind in extraction.kinds.items()
                    if kind in ("count", "number") and is_named(extraction, column, other.column, note.columns)
                ]
                for column in columns[:1]:
                    yield from _compared(extraction, row, column, other)


def is_named(extraction: Extraction, column: str, heading: str, scope: frozenset[str] = frozenset()) -> bool:
    """Whether people mean a column by a heading: its own, or in a row of results that of the part it plays there."""
    words = {normal_word(extraction.label(column))}
    if scope:
        words |= {
            normal_word(PART_WORDS[question_of(role)])
            for outcome in extraction.outcomes
            for role, name in outcome.asked_columns.items()
            if name == column and question_of(role) in PART_WORDS
        }
    return (not scope or column in scope) and normal_word(heading) in words


def _compared(extraction: Extraction, row: Row, column: str, other: Elsewhere) -> Iterator[Finding]:
    value, own = parse_number(other.number.replace("−", "-")), row.values.get(column)
    name = f"“{extraction.label(column)}”"
    where = f"in {other.report}, another report of the study" if other.report else "in another report of the study"
    if value is None:
        what = f"{name} is “{other.number}” {where}, which can be two numbers: write it without separators"
    elif not row.texts.get(column):
        return  # nobody has looked yet
    elif own is None:
        what = f"{name} is not reported here and {shown(value)} {where}: which one holds?"
    elif _same(own, value):
        return
    else:
        what = f"{name} is {shown(own)} here and {shown(value)} {where}: which one holds?"
    yield Finding(Grade.ASK, _CHECK, row.item, (column,), what)


def _same(own: float, other: float) -> bool:
    """Whether two numbers are one, apart from how far each was rounded; whole numbers must be equal."""
    if own.is_integer() and other.is_integer():
        return own == other
    return abs(own - other) <= half_unit(own) + half_unit(other)
