"""Numbers that must be in order: quartiles around a median, a start before its end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

FIVE = ("minimum", "q1", "median", "q3", "maximum")
_SPELLED = {
    "minimum": "minimum",
    "q1": "first quartile",
    "median": "median",
    "q3": "third quartile",
    "maximum": "maximum",
}


def check(extraction: Extraction) -> Iterator[Finding]:
    """Minimum, quartiles, median and maximum of an outcome (stop); years of recruitment and publication (ask)."""
    for outcome in extraction.outcomes:
        five = [(name, outcome.checks[name]) for name in FIVE if name in outcome.checks]
        start, end = outcome.checks.get("start", ""), outcome.checks.get("end", "")
        for row in extraction.rows:
            given = [(name, column) for name, column in five if column in row.values]
            for (first, low), (second, high) in pairwise(given):
                if row.values[low] > row.values[high]:
                    why = (
                        f"the {_SPELLED[first]} {shown(row.values[low])} is above the {_SPELLED[second]} "
                        f"{shown(row.values[high])}"
                    )
                    yield Finding(Grade.STOP, "order of quantiles", row.item, (low, high), why)
            if start in row.values and end in row.values and row.values[start] > row.values[end]:
                why = f"it begins in {shown(row.values[start])} and ends in {shown(row.values[end])}"
                yield Finding(Grade.ASK, "time", row.item, (start, end), why)
            elif row.year and start in row.values and row.values[start] > row.year:
                why = f"it begins in {shown(row.values[start])}, after its publication in {row.year}"
                yield Finding(Grade.ASK, "time", row.item, (start,), why)
