"""A standard error typed as a standard deviation, and an SD that its own range or standard error does not allow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import median

from prismake.extraction.checks.arithmetic import half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

SMALL, AGAIN = 0.5, (0.4, 2.5)  # ratio to the median of the others, before and after multiplication by root n
_FEWEST = 3  # minimum number of other studies
_PAIR = 2  # people of whom a standard deviation exists
_LOOSE = 1.1  # a printed SE may be that of an adjusted mean


def check(extraction: Extraction) -> Iterator[Finding]:
    """For each outcome of means, compare SD/|mean| and the SD itself with the median of the other studies.

    Before that, the SD with the range and the standard error of the same mean, as far as the sheet has them.
    """
    for outcome in extraction.outcomes:
        for row in extraction.rows:
            for arm in ("", "1", "2"):
                yield from _of_its_own(extraction, outcome, row, arm)
        arms = [arm for arm in ("", "1", "2") if f"sd{arm}" in outcome.columns and f"n{arm}" in outcome.columns]
        cells = [(row, arm, values) for row in extraction.rows if (values := outcome.values(row)) for arm in arms]
        for row, arm, values in cells:
            sd, n = values[f"sd{arm}"], values[f"n{arm}"]
            others = [(more[f"sd{at}"], more.get(f"mean{at}")) for study, at, more in cells if study.study != row.study]
            if sd > 0 and n > 1 and len({study.study for study, *_ in cells}) > _FEWEST:
                yield from _doubt(extraction, outcome, row, (arm, sd, n, values.get(f"mean{arm}")), others)


def _of_its_own(extraction: Extraction, outcome: Outcome, row: Row, arm: str) -> Iterator[Finding]:
    columns = {**outcome.checks, **outcome.converted_from, **outcome.columns}
    cells = {part: columns.get(f"{part}{arm}", "") for part in ("sd", "n", "se", "minimum", "maximum")}
    given = {part: row.values[column] for part, column in cells.items() if column in row.values}
    if not {"sd", "n"} <= given.keys() or given["n"] < _PAIR:
        return
    sd, n = given["sd"], given["n"]
    label = extraction.label(cells["sd"])
    if {"minimum", "maximum"} <= given.keys() and given["minimum"] <= given["maximum"]:
        most = 0.5 * math.sqrt(n / (n - 1)) * (given["maximum"] - given["minimum"])  # Popoviciu 1935, with n - 1
        if sd - half_unit(sd) > most + half_unit(given["maximum"]) + half_unit(given["minimum"]):
            between = f"{shown(given['minimum'])} and {shown(given['maximum'])}"
            why = f"“{label}” is {shown(sd)}; of numbers between {between} it is at most {most:.3g}"
            yield Finding(Grade.STOP, "SD of a range", row.item, (cells["sd"], cells["minimum"], cells["maximum"]), why)
    if given.get("se", 0) > 0 and sd > 0:
        low, high = ((given["se"] + sign * half_unit(given["se"])) * math.sqrt(n) for sign in (-1, 1))
        if not low / _LOOSE <= sd <= high * _LOOSE:
            why = (
                f"“{extraction.label(cells['se'])}” {shown(given['se'])} of {shown(n)} people belongs to an SD of "
                f"{given['se'] * math.sqrt(n):.3g}, and “{label}” is {shown(sd)}"
            )
            yield Finding(Grade.ASK, "SD and SE", row.item, (cells["sd"], cells["se"], cells["n"]), why)


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
