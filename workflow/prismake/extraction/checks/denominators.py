"""Totals of one arm that should agree between outcomes: by the protocol, or as they do in all the other studies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Row

_TOTALS = ("total", "total1", "total2", "n", "n1", "n2")
_FEWEST = 5  # other studies in which two totals are the same, for a difference to be odd


def check(extraction: Extraction) -> Iterator[Finding]:
    """Two totals of one arm that differ within an analysis set, or between outcomes with equal totals elsewhere."""
    by_set: dict[tuple[str, str], list[str]] = {}
    by_arm: dict[str, list[str]] = {}
    for outcome in extraction.outcomes:
        for role, column in outcome.columns.items():
            if role in _TOTALS:
                arm = role[-1] if role[-1] in "12" else ""
                by_arm.setdefault(arm, []).append(column)
                if outcome.analysis_set:
                    by_set.setdefault((outcome.analysis_set, arm), []).append(column)
    declared: set[tuple[str, str]] = set()
    for (name, _), columns in by_set.items():
        first, *others = dict.fromkeys(columns)
        for other in others:
            declared |= {(first, other), (other, first)}
            for row in _different(extraction.rows, first, other):
                why = f"{_pair(extraction, row, first, other)}, although both count the analysis set “{name}”"
                yield Finding(Grade.ASK, "denominators", row.item, (other, first), why)
    for columns in by_arm.values():
        for first, other in combinations(dict.fromkeys(columns), 2):
            if (first, other) not in declared:
                yield from _unlike_the_others(extraction, first, other)


def _unlike_the_others(extraction: Extraction, first: str, other: str) -> Iterator[Finding]:
    """The only study in which two totals differ."""
    both = [row for row in extraction.rows if first in row.values and other in row.values]
    different = _different(both, first, other)
    if len({row.study for row in different}) == 1 and len({row.study for row in both}) > _FEWEST:
        for row in different:
            why = f"{_pair(extraction, row, first, other)}, and the same in each of the other {len(both) - 1} studies"
            yield Finding(Grade.ASK, "denominators", row.item, (other, first), why)


def _different(rows: Sequence[Row], first: str, other: str) -> list[Row]:
    return [
        row for row in rows if first in row.values and other in row.values and row.values[first] != row.values[other]
    ]


def _pair(extraction: Extraction, row: Row, first: str, other: str) -> str:
    return (
        f"“{extraction.label(first)}” is {shown(row.values[first])} and "
        f"“{extraction.label(other)}” {shown(row.values[other])}"
    )
