"""Published effects: whether an estimate lies in the middle of its interval, and on which scale.

A normal interval is symmetric around its estimate on the scale on which it was computed: log for ratios, plain for
differences. An estimate far from the middle was computed on another scale, or one of its three numbers is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .frame import columns

TOLERANCE = 0.1


@dataclass(frozen=True)
class OffCentre:
    """A row (counted from 0) whose estimate lies ``shift`` of half a width away from the middle of its interval, after
    allowing for rounding; positive: above the middle. ``other_scale``: it lies in the middle on the other scale."""

    row: int
    label: str
    shift: float
    other_scale: bool

    def __str__(self) -> str:
        side = "above" if self.shift > 0 else "below"
        text = f"{self.label}: the estimate lies {abs(self.shift):.0%} of half the interval's width {side} its middle."
        if self.other_scale:
            return (
                f"{text} It lies in the middle on the other scale: is a ratio entered as a difference, or the reverse?"
            )
        return f"{text} Look the three numbers up in the report."


def off_centre(
    yi: Any, lb: Any, ub: Any, *, log: bool = False, labels: Sequence[Any] | None = None, tolerance: float = TOLERANCE
) -> tuple[OffCentre, ...]:
    """Rows whose estimate is more than ``tolerance`` of half a width away from the middle of its interval.

    ``log``: the middle is taken on the log scale, as for ratios (all three numbers are given as ratios). Numbers count
    as rounded to the most decimals that one of the three of a row shows. Rows that are incomplete, without width, or
    not above zero on the log scale are left to `effect_rows`.
    """
    y, low, high = columns({"yi": yi, "lb": lb, "ub": ub}, ["yi", "lb", "ub"])
    names = [str(label) for label in labels] if labels is not None else [f"row {i + 1}" for i in range(y.size)]
    if len(names) != y.size:
        raise PoolingError(f"{y.size} rows but {len(names)} labels.", remedy="Give one per study.")
    off = []
    for i, row in enumerate(zip(y, low, high, strict=True)):
        shift = _shift(*row, log=log)
        if abs(shift) > tolerance:
            other = _shift(*row, log=not log)
            off.append(OffCentre(i, names[i], shift, not math.isnan(other) and abs(other) <= tolerance))
    return tuple(off)


def scale_of(yi: Any, lb: Any, ub: Any, *, tolerance: float = TOLERANCE) -> str:
    """``log`` or ``plain``: the only scale on which all estimates lie in the middle of their intervals; else empty."""
    y, low, high = columns({"yi": yi, "lb": lb, "ub": ub}, ["yi", "lb", "ub"])
    positive = bool(np.nanmin(np.where(np.isnan(low), np.inf, low)) > 0.0) if y.size else False
    plain = not off_centre(y, low, high, tolerance=tolerance)
    log = positive and not off_centre(y, low, high, log=True, tolerance=tolerance)
    return "" if plain == log else "log" if log else "plain"


def _decimals(value: float) -> int:
    """Decimals that the shortest text of a number shows."""
    text = f"{value:.12g}"
    if "e" in text:
        return max(0, -int(text.split("e")[1]))
    return len(text.partition(".")[2])


def _shift(y: float, low: float, high: float, *, log: bool) -> float:
    """Distance from the middle in half widths, the least compatible with rounding; NaN where undetermined."""
    if not (math.isfinite(y) and math.isfinite(low) and math.isfinite(high)) or low >= high:
        return math.nan
    half_unit = 0.5 * 10.0 ** -max(map(_decimals, (y, low, high)))
    if log and min(y, low) - half_unit <= 0.0:
        return math.nan

    def ends(value: float) -> tuple[float, float]:
        pair = value - half_unit, value + half_unit
        return (math.log(pair[0]), math.log(pair[1])) if log else pair

    (y0, y1), (l0, l1), (h0, h1) = map(ends, (y, low, high))
    width = 0.5 * (math.log(high / low) if log else high - low)
    lowest, highest = 0.5 * (l0 + h0), 0.5 * (l1 + h1)
    gap = y0 - highest if y0 > highest else min(0.0, y1 - lowest)
    return gap / width
