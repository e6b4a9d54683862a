"""The arms of a study are less alike than those of the other studies: in size, spread or standardised difference."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from prismake.extraction.checks.arithmetic import effect, of_many, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import TWO_ARM_COUNTS, TWO_ARM_MEANS, Extraction, Outcome, Row

SIZES, SPREADS, STANDARDISED = (4.0, 4.5), 3.5, 3.5  # standard errors; of sizes, also the least ratio to the others'
_FEWEST = 4  # minimum number of other studies
_MAD = 1.4826  # standard deviations in a median absolute deviation of normal data


class _Point(NamedTuple):
    """A row with a number of its own and the sampling variance of it."""

    row: Row
    value: float
    variance: float
    columns: tuple[str, ...]


def check(extraction: Extraction) -> Iterator[Finding]:
    """Compare the ratio of the group sizes, that of the SDs and the standardised difference with the other studies."""
    for outcome in extraction.outcomes:
        rows = [(row, values) for row in extraction.rows if (values := outcome.values(row))]
        if outcome.measure in TWO_ARM_COUNTS:
            yield from _sizes(extraction, outcome, rows, "total")
        elif outcome.measure in TWO_ARM_MEANS:
            yield from _sizes(extraction, outcome, rows, "n")
            yield from _spreads(extraction, outcome, rows)
            yield from _standardised(extraction, outcome, rows)


def _sizes(
    extraction: Extraction, outcome: Outcome, rows: Sequence[tuple[Row, Mapping[str, float]]], part: str
) -> Iterator[Finding]:
    columns = (outcome.columns[f"{part}1"], outcome.columns[f"{part}2"])
    points = []
    for row, values in rows:
        first, second = values[f"{part}1"], values[f"{part}2"]
        if first > 0 and second > 0:
            points.append(_Point(row, math.log(first / second), 1 / first + 1 / second, columns))
    for point, distance, usual in _distances(points):
        if abs(distance) > of_many(SIZES[0], len(extraction.outcomes)) and abs(point.value - usual) > math.log(
            SIZES[1]
        ):
            left, right = (f"“{extraction.label(column)}” {shown(point.row.values[column])}" for column in columns)
            why = f"{left} and {right} are {_times(point.value)}, which is {_times(usual)} in the other studies"
            yield Finding(Grade.ASK, "sizes of the arms", point.row.item, columns, why)


def _spreads(
    extraction: Extraction, outcome: Outcome, rows: Sequence[tuple[Row, Mapping[str, float]]]
) -> Iterator[Finding]:
    columns = (outcome.columns["sd1"], outcome.columns["sd2"])
    points = []
    for row, values in rows:
        if min(values["sd1"], values["sd2"]) > 0 and min(values["n1"], values["n2"]) > 1:
            variance = 0.5 / (values["n1"] - 1) + 0.5 / (values["n2"] - 1)
            points.append(_Point(row, math.log(values["sd1"] / values["sd2"]), variance, columns))
    for point, distance, usual in _distances(points):
        if abs(distance) > of_many(SPREADS, len(extraction.outcomes)):
            left, right = (f"“{extraction.label(column)}” {shown(point.row.values[column])}" for column in columns)
            why = (
                f"{left} and {right} are {_times(point.value)}, which is {_times(usual)} in the other studies: a "
                "standard error, or a digit?"
            )
            yield Finding(Grade.ASK, "SDs of the arms", point.row.item, columns, why)


def _standardised(
    extraction: Extraction, outcome: Outcome, rows: Sequence[tuple[Row, Mapping[str, float]]]
) -> Iterator[Finding]:
    if outcome.measure == "SMD":
        return  # its effects are compared anyway
    standardised = Outcome(outcome.name, "SMD", outcome.columns)
    columns = tuple(outcome.columns.values())
    points = []
    for row, values in rows:
        own = effect(standardised, values, 95)
        if own is not None and own[1] > 0:
            points.append(_Point(row, *own, columns))
    for point, distance, usual in _distances(points):
        if abs(distance) > of_many(STANDARDISED, len(extraction.outcomes)):
            why = (
                f"the standardised difference of the means is {point.value:.1f}, and {usual:.1f} in the middle of the "
                "other studies: are means and SDs right?"
            )
            yield Finding(Grade.ASK, "standardised difference", point.row.item, columns, why)


def _distances(points: Sequence[_Point]) -> Iterator[tuple[_Point, float, float]]:
    """Each point with its distance from the median of the other studies, in standard errors, and that median.

    The error has the point's own sampling variance, and what the others vary by beyond theirs; it is taken from the
    median absolute deviation, so that a second odd study hides nothing.
    """
    for point in points:
        others = [other for other in points if other.row.study != point.row.study]
        if len(others) < _FEWEST:
            continue
        usual = median(other.value for other in others)
        spread = _MAD * median(abs(other.value - usual) for other in others)
        between = max(0.0, spread**2 - median(other.variance for other in others))
        yield point, (point.value - usual) / math.sqrt(between + point.variance), usual


def _times(log_ratio: float) -> str:
    """``1 : 1`` or ``3.2 : 1``."""
    ratio = math.exp(abs(log_ratio))
    number = f"{ratio:.1f}".removesuffix(".0")
    return f"{number} : 1" if log_ratio >= 0 else f"1 : {number}"
