"""The frame of a plot of two percentages, with ticks at every fifth and the diagonal."""

from __future__ import annotations

from ..canvas import MUTED, RULE, Canvas
from ..scale import Scale

MARGIN, SMALL = 0.22, 7.5  # inches, points


def percent_frame(canvas: Canvas, xs: Scale, ys: Scale, title: str, side: str, falling: bool = False) -> None:
    """Draw the frame with ``title`` below and ``side`` beside it; ``falling`` labels go from 100 to 0 from the left."""
    canvas.box(xs.start, ys.end, xs.end - xs.start, ys.start - ys.end, edge=RULE, line=0.8)
    for step in range(6):
        value = step / 5
        x, y = xs.place(value), ys.place(value)
        canvas.line((x, x), (ys.start, ys.start + 0.05), width=0.7)
        canvas.text(x, ys.start + 0.15, f"{100 * (1 - value if falling else value):g}", SMALL, align="center")
        canvas.line((xs.start - 0.05, xs.start), (y, y), width=0.7)
        canvas.text(xs.start - 0.09, y, f"{100 * value:g}", SMALL, align="right")
    canvas.line((xs.start, xs.end), (ys.start, ys.end), colour=RULE, width=0.8, dash=(0, (3, 3)), order=0)
    canvas.text((xs.start + xs.end) / 2, ys.start + 0.38, title, SMALL + 0.5, align="center", colour=MUTED)
    middle = (ys.start + ys.end) / 2
    canvas.text(MARGIN + 0.12, middle, side, SMALL + 0.5, align="center", turn=90, va="center", colour=MUTED)
