"""Totals unlike those of any other study of the review, and two numbers that were typed as one."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Row

_TIMES, _TIMES_OF_LARGE, _LARGE = 100, 10, 1000
_FEWEST, _FEWEST_OF_HUGE = 3, 2  # minimum number of other studies; for totals above 100 times theirs
_BALANCED = 3  # times the size of the other arm, up to which two large arms confirm each other
_JOINED = 100  # for totals of at least three digits


def check(extraction: Extraction) -> Iterator[Finding]:
    """A total above 100 times the others' median, or above both 10 times and 1,000; adjacent numbers run together."""
    other_arms: dict[str, str] = {}
    for outcome in extraction.outcomes:
        for first, second in (("total1", "total2"), ("n1", "n2")):
            if first in outcome.columns and second in outcome.columns:
                first_column, second_column = outcome.columns[first], outcome.columns[second]
                other_arms |= {first_column: second_column, second_column: first_column}
    for column in extraction.totals:
        rows = extraction.numbers(column)
        for row, value in rows:
            others = [other for at, other in rows if at.study != row.study]
            if len(others) < _FEWEST_OF_HUGE or _balanced(row, value, other_arms.get(column, "")):
                continue
            usual = median(others)
            if len(others) < _FEWEST and value <= _TIMES * usual:
                continue
            parts = _joined(extraction, row, column, value) if usual and value > _TIMES_OF_LARGE * usual else ()
            name = extraction.label(column)
            if parts:
                digits = " and ".join(shown(row.values[part]) for part in parts)
                why = f"“{name}” is {value:,.0f}, which is {digits} of the cells beside it written as one number"
                yield Finding(Grade.ASK, "typed together", row.item, (column, *parts), why)
            elif usual and (value > _TIMES * usual or (value > _TIMES_OF_LARGE * usual and value > _LARGE)):
                why = f"“{name}” is {value:,.0f}, and half of the other studies have at most {usual:,.0f}"
                yield Finding(Grade.ASK, "outlying total", row.item, (column,), why)


def _balanced(row: Row, value: float, other: str) -> bool:
    """Whether the other arm of the study is as large: two slips would hardly agree."""
    return row.values.get(other, 0) > 0 and 1 / _BALANCED < value / row.values[other] < _BALANCED


def _joined(extraction: Extraction, row: Row, column: str, value: float) -> tuple[str, ...]:
    """The two columns whose digits make up this number, in either order."""
    if value < _JOINED or not value.is_integer():
        return ()
    counts = [name for name, kind in extraction.kinds.items() if kind == "count"]
    near = [name for name in counts if name != column and name in row.values]
    digits = {name: shown(row.values[name]) for name in near}
    for first in near:
        for second in near:
            if first != second and digits[first] + digits[second] == shown(value) and row.values[second] > 0:
                return first, second
    return ()
