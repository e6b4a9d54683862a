"""A number in a different unit from the other studies: off by a factor by which units differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import fmean, median

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import TWO_ARM_MEANS, Extraction, Outcome, Row

FACTORS = {
    10.0: "10 (mm and cm)",
    100.0: "100 (a percentage or a share)",
    1000.0: "1,000 (mg and g)",
    24.0: "24 (hours and days)",
    7.0: "7 (days and weeks)",
    30.4: "30.4 (days and months)",
    12.0: "12 (months and years)",
    18.02: "18 (glucose in mg/dL and mmol/L)",
    88.4: "88.4 (creatinine in mg/dL and µmol/L)",
}
SPREAD = 2.5  # how far the others may be from their median, as a ratio, for a factor of units to stand out
NEAR = 1.6  # the ratio that may remain after the factor is removed
FAR, LEFT, LEAST = 3.0, 1.5, 5.0  # of mean and SD together: standard deviations before and after, and the least ratio
_FEWEST = 4  # minimum number of other studies
_MAD = 1.4826  # standard deviations in a median absolute deviation of normal data
_PARTS = ("mean1", "sd1", "mean2", "sd2")


def check(extraction: Extraction) -> Iterator[Finding]:
    """Means and medians above 0 in columns where the other studies are close together; then means and SDs as one."""
    doubted = set()
    columns = {
        column
        for outcome in extraction.outcomes
        for role, column in (*outcome.columns.items(), *outcome.checks.items())
        if role in ("mean", "mean1", "mean2", "median")
    }
    for column in sorted(columns):
        for finding in _of_column(extraction, column):
            doubted.add((finding.item, column))
            yield finding
    for outcome in extraction.outcomes:
        if outcome.measure in TWO_ARM_MEANS:
            for finding in _of_outcome(extraction, outcome):
                if not any((finding.item, column) in doubted for column in finding.columns):
                    yield finding


def _of_column(extraction: Extraction, column: str) -> Iterator[Finding]:
    rows = [(row, value) for row, value in extraction.numbers(column) if value > 0]
    for row, value in rows:
        others = [other for at, other in rows if at.study != row.study]
        if len(others) < _FEWEST:
            continue
        usual = median(others)
        if max(max(others) / usual, usual / min(others)) > SPREAD:
            continue
        ratio = max(value / usual, usual / value)
        factor = _factor(ratio)
        if ratio > SPREAD * NEAR and 1 / NEAR < ratio / factor < NEAR:
            why = (
                f"“{extraction.label(column)}” is {shown(value)} and {shown(usual)} in the middle of the other "
                f"studies, a factor near {FACTORS[factor]}: another unit?"
            )
            yield Finding(Grade.ASK, "unit", row.item, (column,), why)


def _of_outcome(extraction: Extraction, outcome: Outcome) -> Iterator[Finding]:
    """Means and SDs of both arms that are all larger or smaller than usual by one factor."""
    rows = [(row, size) for row in extraction.rows if (size := _size(outcome, row)) is not None]
    for row, size in rows:
        others = [other for at, other in rows if at.study != row.study]
        if len(others) < _FEWEST:
            continue
        usual = median(others)
        spread = _MAD * median(abs(other - usual) for other in others)
        apart = abs(size - usual)
        factor = _factor(math.exp(apart))
        if apart > max(FAR * spread, math.log(LEAST)) and abs(apart - math.log(factor)) < max(
            LEFT * spread, math.log(NEAR)
        ):
            columns = tuple(outcome.columns[part] for part in _PARTS)
            named = " and ".join(f"“{extraction.label(column)}”" for column in (columns[0], columns[1]))
            side = "larger" if size > usual else "smaller"
            why = (
                f"{named} of both arms are {math.exp(apart):.2g} times {side} than in the middle of the other studies, "
                f"a factor near {FACTORS[factor]}: another unit?"
            )
            yield Finding(Grade.ASK, "unit", row.item, columns, why)


def _size(outcome: Outcome, row: Row) -> float | None:
    """The logarithm of the size of means and SDs of both arms (their geometric mean, leaving out means of 0)."""
    values = outcome.values(row)
    numbers: Sequence[float] = [abs(values[part]) for part in _PARTS if values[part]] if values else ()
    return fmean(map(math.log, numbers)) if numbers else None


def _factor(ratio: float) -> float:
    """The factor between units that is nearest to a ratio."""
    return min(FACTORS, key=lambda candidate: abs(math.log(ratio / candidate)))
