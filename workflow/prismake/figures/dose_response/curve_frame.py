"""The frame of a plot of effects over the dose: axes, the line of no effect, bands that are cut at the frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.measures import RATIOS, capitalised, measure_name

from ..canvas import AMBER, INK, MUTED, Canvas, wrap
from ..forest_plot import unfinished
from ..funnel_plot import LEFT, MARGIN, PLOT_HEIGHT, SMALL, WIDTH, axes
from ..scale import Scale, natural_scale

Rows = Sequence[Mapping[str, Any]]


class CurveFrame:
    """A canvas with a heading, the axes of dose and effect, and a foot; ``xs`` and ``ys`` place values on it.

    ``estimates`` are values that the axis must hold besides the pooled curve. ``room`` is kept free to the right.
    """

    def __init__(
        self, result: Mapping[str, Any], title: str, foot: Sequence[str], estimates: Sequence[float], room: float = 0.0
    ) -> None:
        own = result["dose_response"]
        wide = WIDTH + room
        heading = wrap(title, wide - 2 * MARGIN, 11.5, bold=True)
        below = wrap("\n".join(filter(None, foot)), wide - 2 * MARGIN, SMALL)
        self.top = MARGIN + 0.24 * len(heading) + 0.1
        self.bottom = self.top + PLOT_HEIGHT
        self.canvas = Canvas(wide, self.bottom + 0.68 + 0.14 * len(below) + MARGIN, title)
        self.canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
        low, high = own["range"]
        margin = 0.03 * (high - low or 1.0)
        self.xs = Scale(low - margin, high + margin, LEFT, wide - MARGIN - room)
        rows: list[tuple[float | None, float | None, float | None]] = [(value, None, None) for value in estimates]
        rows += [(row["estimate"], row["ci_lb"], row["ci_ub"]) for row in own["curve"]]
        self.ys = natural_scale(result["measure"], rows, self.bottom, self.top)
        name = own["exposure"] or "dose"
        across = f"{capitalised(name)} ({own['unit']})" if own["unit"] else capitalised(name)
        side = capitalised(measure_name(result)) + (" (logarithmic axis)" if self.ys.log else "")
        axes(self.canvas, self.xs, self.ys, across, side)
        none = self.ys.place(1.0 if result["measure"] in RATIOS else 0.0)
        self.canvas.line((self.xs.start, self.xs.end), (none, none), colour=MUTED, width=0.7, dash=(0, (3, 3)), order=1)
        colour = AMBER if unfinished(result) else INK
        self.canvas.lines(MARGIN, self.bottom + 0.72, below, SMALL, 0.14, colour=colour)

    def height(self, value: float | None, *, low: bool = False) -> float:
        """The position of a value; one outside the frame, or beyond every number, at its edge."""
        if value is None:
            return self.bottom if low else self.top
        return min(max(self.ys.place(value), self.top), self.bottom)

    def heights(self, rows: Rows, key: str) -> list[float]:
        """The positions of one value of each point of a curve."""
        return [self.height(row[key], low=key.endswith("_lb")) for row in rows]

    def across(self, rows: Rows) -> list[float]:
        """The positions of the doses of a curve."""
        return [self.xs.place(row["dose"]) for row in rows]
