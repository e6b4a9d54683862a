"""A published effect, its interval and its p-value must fit each other."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import BOUNDS, NORMAL, critical, half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

_SKEW = (0.9, 1.1)  # of the two halves of an interval, after allowing for rounding
_FAR_FROM_P = 0.2  # relative difference of z from the interval and z from p


def check(extraction: Extraction) -> Iterator[Finding]:
    """Around the estimate and above zero (stop); symmetric on its scale and consistent with p (ask)."""
    for outcome in extraction.outcomes:
        columns = {**outcome.checks, **outcome.columns}
        if not {"effect", "lower", "upper"} <= columns.keys():
            continue
        ratio = outcome.ratio_scale or outcome.measure in ("RR", "OR", "PETO", "IRR", "ROM", "DOSE")
        three = (columns["effect"], columns["lower"], columns["upper"])
        for row in extraction.rows:
            if all(column in row.values for column in three):
                yield from _of_row(extraction, outcome, row, three, columns.get("p", ""), ratio=ratio)


def _of_row(
    extraction: Extraction, outcome: Outcome, row: Row, three: tuple[str, ...], p: str, *, ratio: bool
) -> Iterator[Finding]:
    effect, low, high = (row.values[column] for column in three)
    text = f"{shown(effect)} ({shown(low)} to {shown(high)})"
    if not low <= effect <= high or low == high:
        why = f"“{extraction.label(three[0])}” is {shown(effect)}, outside its interval {shown(low)} to {shown(high)}"
        if low == high:
            why = f"the interval of “{extraction.label(three[0])}” begins and ends at {shown(low)}"
        yield Finding(Grade.STOP, "interval", row.item, three, why)
        return
    if ratio and low <= 0:
        yield Finding(Grade.STOP, "interval", row.item, three, f"{text} is a ratio, which must be above 0")
        return
    if not _symmetric(effect, low, high, ratio=ratio):
        scale = "on the logarithmic scale" if ratio else "on its own scale"
        why = f"{text} does not lie in the middle of its interval {scale}"
        yield Finding(Grade.ASK, "asymmetry", row.item, three, why)
    if p in row.values and (why := _against_p(effect, low, high, row.values[p], extraction.level, ratio=ratio)):
        sentence = f"{text} and “{extraction.label(p)}” {shown(row.values[p])} do not fit: {why}"
        yield Finding(Grade.ASK, "interval and p", row.item, (*three, p), sentence)


def _symmetric(effect: float, low: float, high: float, *, ratio: bool) -> bool:
    """Whether some numbers that round to these three are evenly spaced."""
    halves = []
    for sign in (-1, 1):
        e, a, b = effect + sign * half_unit(effect), low - sign * half_unit(low), high - sign * half_unit(high)
        if ratio:
            if min(a, e, b) <= 0:
                return True
            e, a, b = math.log(e), math.log(a), math.log(b)
        if e <= a or b <= e:
            return True
        halves.append((b - e) / (e - a))
    return min(halves) <= _SKEW[1] and max(halves) >= _SKEW[0]


def _against_p(effect: float, low: float, high: float, p: float, level: float, *, ratio: bool) -> str:
    """Why the interval and p-value contradict each other, or the empty string."""
    if not 0 < p < 1:
        return ""

    def z_of(e: float, a: float, b: float) -> float:
        if ratio:
            e, a, b = math.log(e), math.log(a), math.log(b)
        return abs(e) * 2 * critical(level) / (b - a) if b > a else math.inf

    spread = [
        (max(effect + s * half_unit(effect), 1e-9), max(low - t * half_unit(low), 1e-9), high + t * half_unit(high))
        if ratio
        else (effect + s * half_unit(effect), low - t * half_unit(low), high + t * half_unit(high))
        for s in (-1, 0, 1)
        for t in (-1, 0, 1)
    ]
    from_interval = [z_of(*three) for three in spread]
    if effect - half_unit(effect) < (1 if ratio else 0) < effect + half_unit(effect):
        from_interval.append(0.0)
    half = half_unit(p)
    from_p = [-NORMAL.inv_cdf(min(0.5, max(value, 1e-15) / 2)) for value in (p - half, min(p + half, 1.0))]
    low_z, high_z = min(from_interval), max(from_interval)
    allowed = (min(from_p) * (1 - _FAR_FROM_P) - 0.05, max(from_p) * (1 + _FAR_FROM_P) + 0.05)
    if p in BOUNDS:  # “<0.05” is kept as 0.05
        allowed = (allowed[0], math.inf)
    if low_z <= allowed[1] and high_z >= allowed[0]:
        return ""
    return f"the interval has z = {z_of(effect, low, high):.2f}, the p-value z = {-NORMAL.inv_cdf(p / 2):.2f}"
