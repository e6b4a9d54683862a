"""A standard error typed as a standard deviation: smaller than in the other studies by the root of its own n."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

SMALL, AGAIN = 0.5, (0.4, 2.5)  # ratio to the median of the others, before and after multiplication by root n
_FEWEST = 3  # minimum number of other studies


def check(extraction: Extraction) -> Iterator[Finding]:
    """For each outcome of means, compare SD/|mean| and the SD itself with the median of the other studies."""
    for outcome in extraction.outcomes:
        arms = [arm for arm in ("", "1", "2") if f"sd{arm}" in outcome.columns and f"n{arm}" in outcome.columns]
        cells = [(row, arm, values) for row in extraction.rows if (values := outcome.values(row)) for arm in arms]
        for row, arm, values in cells:
            sd, n = values[f"sd{arm}"], values[f"n{arm}"]
            others = [(more[f"sd{at}"], more.get(f"mean{at}")) for study, at, more in cells if study.study != row.study]
            if sd > 0 and n > 1 and len({study.study for study, *_ in cells}) > _FEWEST:
                yield from _doubt(extraction, outcome, row, (arm, sd, n, values.get(f"mean{arm}")), others)


def _doubt(
    extraction: Extraction,
    outcome: Outcome,
    row: Row,
    cell: tuple[str, float, float, float | None],
    others: list[tuple[float, float | None]],
) -> Iterator[Finding]:
    arm, sd, n, mean = cell
    usual = median(value for value, _ in others)
    ratios = [sd / usual] if usual else []
    shares = [value / abs(middle) for value, middle in others if middle]
    if mean and shares:
        ratios.append(sd / abs(mean) / median(shares))
    if ratios and all(ratio < SMALL and AGAIN[0] <= ratio * math.sqrt(n) <= AGAIN[1] for ratio in ratios):
        column = outcome.columns[f"sd{arm}"]
        why = (
            f"“{extraction.label(column)}” is {shown(sd)}, {1 / ratios[0]:.1f} times less than usual here; "
            f"times √{n:.0f} it is {sd * math.sqrt(n):.3g}: a standard error?"
        )
        yield Finding(Grade.ASK, "SD or SE", row.item, (column, outcome.columns[f"n{arm}"]), why)
