"""Numbers that must be in order: quartiles around a median, a mean within its interval and between the extremes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from prismake.extraction.checks.arithmetic import half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Row

FIVE = ("minimum", "q1", "median", "q3", "maximum")
_SPELLED = {
    "minimum": "minimum",
    "q1": "first quartile",
    "median": "median",
    "q3": "third quartile",
    "maximum": "maximum",
}
_AROUND = (  # what must lie between which numbers
    ("mean", "minimum", "maximum", "the mean {} is not between the extremes {} and {}"),
    ("mean", "ci_lower", "ci_upper", "the mean {} is outside its interval {} to {}"),
)


def check(extraction: Extraction) -> Iterator[Finding]:
    """For each arm, from the columns of the outcome, those for conversions and those that are only checked."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for outcome in extraction.outcomes:
        columns = {**outcome.checks, **outcome.converted_from, **outcome.columns}
        for row in extraction.rows:
            given = {role: column for role, column in columns.items() if column in row.values}
            for arm in ("", "1", "2"):
                for cells, why in (*_quantiles(row, given, arm), *_means(row, given, arm)):
                    if (row.item, cells) not in seen:
                        seen.add((row.item, cells))
                        yield Finding(Grade.STOP, "order of quantiles", row.item, cells, why)
            yield from _difference(row, given)


def _quantiles(row: Row, given: Mapping[str, str], arm: str) -> Iterator[tuple[tuple[str, ...], str]]:
    ordered = [(name, given[f"{name}{arm}"]) for name in FIVE if f"{name}{arm}" in given]
    for (first, low), (second, high) in pairwise(ordered):
        if row.values[low] > row.values[high]:
            why = (
                f"the {_SPELLED[first]} {shown(row.values[low])} is above the {_SPELLED[second]} "
                f"{shown(row.values[high])}"
            )
            yield (low, high), why


def _means(row: Row, given: Mapping[str, str], arm: str) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, low, high, sentence in _AROUND:
        cells = tuple(given.get(f"{part}{arm}", "") for part in (name, low, high))
        if all(cells):
            value, least, most = (row.values[cell] for cell in cells)
            if least <= most and not least - half_unit(least) <= value <= most + half_unit(most):
                yield cells, sentence.format(*map(shown, (value, least, most)))


def _difference(row: Row, given: Mapping[str, str]) -> Iterator[Finding]:
    """The means of both arms against the printed interval of their difference, which may be that of an adjusted one."""
    roles = ("difference_lower", "difference_upper", "mean1", "mean2")
    if not all(role in given for role in roles):
        return
    low, high, first, second = (row.values[given[role]] for role in roles)
    cells = tuple(given[role] for role in roles)
    if low > high:
        why = f"the interval of the difference begins at {shown(low)} and ends at {shown(high)}"
        yield Finding(Grade.STOP, "order of quantiles", row.item, cells[:2], why)
        return
    slack = sum(map(half_unit, (low, first, second)))
    difference = round(first - second, 10)
    if not low - slack <= difference <= high + slack:
        why = f"the means differ by {shown(difference)}, which is outside the interval {shown(low)} to {shown(high)}"
        if low - slack <= -difference <= high + slack:
            why += "; the other way round it is inside"
        yield Finding(Grade.ASK, "interval of a difference", row.item, cells, why)
