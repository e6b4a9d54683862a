"""One axis, linear or logarithmic, with its ticks: from values to positions on the page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator

from prismake.core.measures import PROPORTIONS, RATES, RATIOS
from prismake.core.numbers import scientific

_LOG_STEPS = (1, 2, 5)
_FINE_STEPS = (1, 1.5, 2, 3, 5, 7)


@dataclass(frozen=True)
class Scale:
    """Values ``low`` to ``high`` lie between ``start`` and ``end`` inches."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def place(self, value: float) -> float:
        """Inches of a value; beyond the ends for a value outside."""
        low, high, value = (math.log(v) if self.log else v for v in (self.low, self.high, max(value, self._least)))
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    @property
    def _least(self) -> float:
        return self.low * 1e-6 if self.log else -math.inf

    def inside(self, value: float) -> bool:
        slack = 1e-9 * (self.high - self.low)
        return self.low - slack <= value <= self.high + slack

    def ticks(self) -> list[tuple[float, str]]:
        """Values and labels, between four and eight of them."""
        values = self._log_ticks() if self.log else linear_ticks(self.low, self.high)
        return [(value, tick_label(value)) for value in values if self.inside(value)]

    def _log_ticks(self) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        decades = range(first, last + 1)
        for candidates in (
            [step * 10.0**decade for decade in decades for step in _LOG_STEPS],
            [10.0**decade for decade in decades],
            [10.0**decade for decade in decades if decade % 2 == 0],
        ):
            values = [value for value in candidates if self.inside(value)]
            if len(values) <= 8:
                break
        fine = [v for decade in decades for step in _FINE_STEPS if self.inside(v := step * 10.0**decade)]
        if len(values) < 4 <= len(fine) <= 7:
            return fine
        return values if len(values) > 1 else linear_ticks(self.low, self.high)


def tick_label(value: float) -> str:
    """A round value as the label of a tick: plain, or a power of ten where that is shorter."""
    if value and not 1e-5 <= abs(value) < 1e6:
        return scientific(value, 3).replace(".00 ", " ").replace("0 ×", " ×").removeprefix("1 × ")
    return f"{value:.10g}".replace("-", "−")


def linear_ticks(low: float, high: float) -> list[float]:
    """Round values from ``low`` to ``high``, about six of them."""
    values = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [round(float(value), 12) for value in values]


def natural_scale(
    measure: str, intervals: Iterable[tuple[float | None, float | None, float | None]], start: float, end: float
) -> Scale:
    """The axis of a measure on its natural scale, wide enough for (estimate, lower, upper) of every study.

    A bound far outside the range of the estimates does not stretch the axis: its line ends in an arrow.
    """
    intervals = list(intervals)
    rows = [[v for v in row if v is not None and math.isfinite(v)] for row in intervals]
    # Bounds without an estimate, those of a prediction interval, do not stretch the axis.
    middles = [row[0] for row in intervals if row[0] is not None and math.isfinite(row[0])]
    middles = middles or [row[0] for row in rows if row]
    values = [value for row in rows for value in row]
    if measure in PROPORTIONS:
        most = max(values, default=1.0)
        return Scale(0.0, 1.0 if most > 0.4 else _round_up(most), start, end)
    if measure in RATIOS:
        positive = [value for value in values if value > 0] or [0.5, 2.0]
        inner = [value for value in middles if value > 0] or [1.0]
        low = max(min(positive), min(*inner, 1.0) / 25)
        high = min(max(positive), max(*inner, 1.0) * 25)
        return Scale(min(low, 0.8) / 1.08, max(high, 1.25) * 1.08, start, end, log=True)
    if not values:
        return Scale(-1.0, 1.0, start, end)
    if measure in RATES:
        return Scale(0.0, _round_up(max(values)), start, end)
    reach = 3 * max(max(middles) - min(middles), *(max(abs(v - row[0]) for v in row) for row in rows if row)) or 1.0
    low, high = max(min(values), min(middles) - reach), min(max(values), max(middles) + reach)
    low, high = min(low, 0.0), max(high, 0.0)
    margin = 0.05 * (high - low) or 1.0
    return Scale(low - margin, high + margin, start, end)


def _round_up(value: float) -> float:
    """The next number of one digit (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8) × 10ⁿ that leaves a little room."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15) if step * power >= value * 1.02)
