"""Means and SDs that whole numbers (GRIM, GRIMMER), 0/1 data (DEBIT) or a bounded scale cannot have."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

_ARMS = ("", "1", "2")


def check(extraction: Extraction) -> Iterator[Finding]:
    """For outcomes whose ``scale`` is given in the protocol (items of whole points, minimum, maximum)."""
    for outcome in extraction.outcomes:
        for arm in _ARMS if outcome.scale else ():
            names = tuple(outcome.columns.get(f"{part}{arm}", "") for part in ("mean", "sd", "n"))
            for row in extraction.rows:
                if names[0] in row.values and names[2] in row.values:
                    yield from _of_arm(extraction, outcome, row, names)


def _of_arm(extraction: Extraction, outcome: Outcome, row: Row, names: tuple[str, ...]) -> Iterator[Finding]:
    mean, n, sd = row.values[names[0]], row.values[names[2]], row.values.get(names[1])
    items = outcome.scale.get("items", 0)
    low, high = outcome.scale.get("minimum"), outcome.scale.get("maximum")
    label = extraction.label(names[0])
    if (low is not None and mean < low) or (high is not None and mean > high):
        why = f"“{label}” is {shown(mean)}, outside the scale of {low:g} to {high:g}" if None not in (low, high) else ""
        yield Finding(Grade.STOP, "scale", row.item, (names[0],), why or f"“{label}” is {shown(mean)}, off its scale")
        return
    if items and not grim(mean, int(n), int(items)):
        why = f"no {shown(n)} whole numbers have the mean {shown(mean)} (“{label}”)"
        yield Finding(Grade.ASK, "GRIM", row.item, (names[0], names[2]), why)
    elif items and sd is not None and (low, high, items) != (0, 1, 1) and not grimmer(mean, sd, int(n), int(items)):
        why = f"no {shown(n)} whole numbers have the mean {shown(mean)} and the SD {shown(sd)} (“{label}”)"
        yield Finding(Grade.NOTE, "GRIMMER", row.item, (names[1], names[0], names[2]), why)
    if sd is None or low is None or high is None or n < 2:
        return
    most = 0.5 * math.sqrt(n / (n - 1)) * (high - low)  # Popoviciu 1935, with n - 1
    if sd - half_unit(sd) > most:
        why = (
            f"“{extraction.label(names[1])}” is {shown(sd)}; on a scale of {low:g} to {high:g} it is at most {most:.3g}"
        )
        yield Finding(Grade.STOP, "SD of a scale", row.item, (names[1], names[2]), why)
    elif (low, high, items) == (0, 1, 1) and not debit(mean, sd, int(n)):
        why = f"0/1 data of {shown(n)} people with the mean {shown(mean)} do not have the SD {shown(sd)}"
        yield Finding(Grade.ASK, "DEBIT", row.item, (names[1], names[0], names[2]), why)


def grim(mean: float, n: int, items: int = 1) -> bool:
    """Whether whole numbers of ``n`` people and ``items`` questions can have this mean (Brown and Heathers 2017).

    A half may have been rounded up or down. With at least as many answers as the printed digits can distinguish, every
    mean is possible.
    """
    half, parts = half_unit(mean), n * items
    if parts * 2 * half >= 1:
        return True
    nearest = round(mean * parts)
    return any(abs(total / parts - mean) <= half + 1e-9 for total in (nearest - 1, nearest, nearest + 1))


def grimmer(mean: float, sd: float, n: int, items: int = 1) -> bool:
    """Whether whole numbers of ``n`` people and ``items`` questions can have this mean and SD (Anaya 2016).

    Their sum of squares is a whole number, and only some whole numbers lead to the printed SD. Allard's (2018) further
    test of odd and even sums is left out: as programmed in scrutiny it refuses numbers that exist (its issue 80).
    """
    if n < 2:
        return True
    half, wide = half_unit(sd), half_unit(mean)
    smallest, largest = max(sd - half, 0.0), sd + half
    parts = n * items
    for total in range(math.ceil((mean - wide) * parts - 1e-9), math.floor((mean + wide) * parts + 1e-9) + 1):
        of_mean = total**2 / n
        low = (n - 1) * smallest**2 * items**2 + of_mean
        high = (n - 1) * largest**2 * items**2 + of_mean
        if math.floor(high + 1e-6) >= math.ceil(low - 1e-6):
            return True
    return False


def debit(mean: float, sd: float, n: int) -> bool:
    """Whether 0/1 data of ``n`` people can have this mean and standard deviation (Heathers and Brown 2019)."""
    half, widest = half_unit(sd), half_unit(mean)
    ends = [min(1.0, max(0.0, mean + step * widest)) for step in (-1, 0, 1)]
    possible = [math.sqrt(n / (n - 1) * m * (1 - m)) for m in ends]
    top = math.sqrt(n / (n - 1)) / 2 if ends[0] <= 0.5 <= ends[2] else max(possible)
    return min(possible) - half - 1e-9 <= sd <= top + half + 1e-9
