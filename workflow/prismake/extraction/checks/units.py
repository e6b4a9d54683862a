"""A number in a different unit from the other studies: off by a factor by which units differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean, median
from typing import NamedTuple

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import TWO_ARM_MEANS, Extraction, Outcome

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
FACTORS_OF_TIME = {  # of person-time
    100.0: "100 (rates per person-year and per 100)",
    1000.0: "1,000 (rates per person-year and per 1,000)",
    12.0: "12 (person-months and person-years)",
    52.18: "52 (person-weeks and person-years)",
    365.25: "365 (person-days and person-years)",
    30.4: "30.4 (person-days and person-months)",
}
SPREAD = 2.5  # how far the others may be from their median, as a ratio, for a factor of units to stand out
NEAR = 1.6  # the ratio that may remain after the factor is removed
FAR, LEFT, LEAST = 3.0, 1.5, 5.0  # of mean and SD together: standard deviations before and after, and the least ratio
LEAST_OF_RATES = 9.0  # rates differ more between studies than means
_FEWEST = 4  # minimum number of other studies
_MAD = 1.4826  # standard deviations in a median absolute deviation of normal data
_PARTS = ("mean1", "sd1", "mean2", "sd2")


def check(extraction: Extraction) -> Iterator[Finding]:
    """Means and medians above 0 in columns where the other studies are close together; then means and SDs as one, and
    rates."""
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
        of_means = outcome.measure in TWO_ARM_MEANS
        compared = _MEANS if of_means else _RATES if {"time", "time1"} & outcome.columns.keys() else None
        for finding in _of_outcome(extraction, outcome, compared) if compared else ():
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


def _of_outcome(extraction: Extraction, outcome: Outcome, compared: _Compared) -> Iterator[Finding]:
    """Numbers of a row that are all larger or smaller than usual by one factor."""
    rows = [(row, size) for row in extraction.rows if (size := compared.size(outcome.values(row) or {})) is not None]
    for row, (own, error) in rows:
        sizes = [other for at, (other, _) in rows if at.study != row.study]
        if len(sizes) < _FEWEST:
            continue
        usual = median(sizes)
        spread = math.hypot(_MAD * median(abs(other - usual) for other in sizes), error)
        apart = abs(own - usual)
        factor = _factor(math.exp(apart), compared.factors)
        if apart > max(FAR * spread, math.log(compared.least)) and abs(apart - math.log(factor)) < max(
            LEFT * spread, math.log(NEAR)
        ):
            columns = tuple(outcome.columns[part] for part in compared.parts if part in outcome.columns)
            side = "larger" if own > usual else "smaller"
            why = (
                f"{compared.named(extraction, columns)} {math.exp(apart):.2g} times {side} than in the middle of the "
                f"other studies, a factor near {compared.factors[factor]}: another unit?"
            )
            yield Finding(Grade.ASK, "unit", row.item, columns, why)


def _size_of_means(values: Mapping[str, float]) -> tuple[float, float] | None:
    """The logarithm of the size of means and SDs of both arms (their geometric mean, leaving out means of 0)."""
    numbers: Sequence[float] = [abs(values[part]) for part in _PARTS if values.get(part)]
    return (fmean(map(math.log, numbers)), 0.0) if numbers else None


def _size_of_rates(values: Mapping[str, float]) -> tuple[float, float] | None:
    """The logarithm of the rate of all arms together, and its standard error; half an event where there is none."""
    events = sum(value for part, value in values.items() if part.startswith("events"))
    time = sum(value for part, value in values.items() if part.startswith("time"))
    if not values or time <= 0 or events < 0:
        return None
    return math.log((events or 0.5) / time), 1 / math.sqrt(events or 0.5)


class _Compared(NamedTuple):
    """What is compared between studies: the size of a row with its standard error, its parts, factors, and words.

    ``least``: the ratio to the others up to which nothing is asked.
    """

    size: Callable[[Mapping[str, float]], tuple[float, float] | None]
    parts: tuple[str, ...]
    factors: Mapping[float, str]
    least: float
    named: Callable[[Extraction, Sequence[str]], str]


_MEANS = _Compared(
    _size_of_means,
    _PARTS,
    FACTORS,
    LEAST,
    lambda extraction, columns: (
        f"{' and '.join(f'“{extraction.label(column)}”' for column in columns[:2])} of both arms are"
    ),
)
_RATES = _Compared(
    _size_of_rates,
    ("time", "time1", "time2", "events", "events1", "events2"),
    FACTORS_OF_TIME,
    LEAST_OF_RATES,
    lambda extraction, columns: f"the rate from “{extraction.label(columns[0])}” is",
)


def _factor(ratio: float, factors: Mapping[float, str] = FACTORS) -> float:
    """The factor between units that is nearest to a ratio."""
    return min(factors, key=lambda candidate: abs(math.log(ratio / candidate)))
