"""A number in a different unit from the other studies: off by a factor by which units differ."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

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
_FEWEST = 4  # minimum number of other studies


def check(extraction: Extraction) -> Iterator[Finding]:
    """Means and medians above 0, in columns where all the other studies are close together."""
    columns = {
        column
        for outcome in extraction.outcomes
        for role, column in (*outcome.columns.items(), *outcome.checks.items())
        if role in ("mean", "mean1", "mean2", "median")
    }
    for column in sorted(columns):
        rows = [(row, value) for row, value in extraction.numbers(column) if value > 0]
        for row, value in rows:
            others = [other for at, other in rows if at.study != row.study]
            if len(others) < _FEWEST:
                continue
            usual = median(others)
            if max(max(others) / usual, usual / min(others)) > SPREAD:
                continue
            factor = min(FACTORS, key=lambda candidate: abs(math.log(max(value / usual, usual / value) / candidate)))
            ratio = max(value / usual, usual / value)
            if ratio > SPREAD * NEAR and 1 / NEAR < ratio / factor < NEAR:
                why = (
                    f"“{extraction.label(column)}” is {shown(value)} and {shown(usual)} in the middle of the other "
                    f"studies, a factor near {FACTORS[factor]}: another unit?"
                )
                yield Finding(Grade.ASK, "unit", row.item, (column,), why)
