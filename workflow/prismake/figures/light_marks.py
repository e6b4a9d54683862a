"""A light: a coloured circle with a symbol, so that the meaning never depends on colour alone."""

from __future__ import annotations

from .appraisal_cells import BAD, GOOD, NOT_APPLICABLE, SOME, UNCLEAR, UNDECIDED, WORST
from .canvas import AMBER, INK, WHITE, Canvas

RADIUS, SMALL, LEAST = 0.125, 7.5, 6.4
# Okabe M, Ito K. Color universal design, 2008: fill, symbol and its colour.
LOOKS = {
    GOOD: ("#009e73", "+", WHITE),
    SOME: ("#f0c43e", "!", INK),
    BAD: ("#d55e00", "−", WHITE),
    WORST: ("#7f1d1d", "×", WHITE),
    UNCLEAR: ("#b8c4d0", "?", INK),
}


def light(canvas: Canvas, kind: str, x: float, y: float, radius: float = RADIUS) -> None:
    """Draw one light of a kind of ``appraisal_cells`` around a point, in inches."""
    if kind == NOT_APPLICABLE:
        canvas.text(x, y, "n/a", max(SMALL * radius / RADIUS, LEAST), align="center", colour="#98a3ae")
    elif kind == UNDECIDED:
        canvas.circle(x, y, radius, fill=WHITE, edge=AMBER, line=1.0, dash=(0, (2.5, 2)))
    else:
        fill, symbol, colour = LOOKS[kind]
        canvas.circle(x, y, radius, fill=fill)
        canvas.text(x, y, symbol, 11 * radius / RADIUS, align="center", bold=True, colour=colour)
