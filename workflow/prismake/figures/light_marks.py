"""A light: a coloured circle with a symbol, so that the meaning never depends on colour alone."""

from __future__ import annotations

from collections.abc import Mapping

from .appraisal_cells import BAD, GOOD, NOT_APPLICABLE, SOME, UNCLEAR, UNDECIDED, WORST
from .canvas import AMBER, INK, MUTED, WHITE, Canvas, text_width

RADIUS, SMALL, LEAST = 0.125, 7.5, 7.5
LEGEND_LINE = 0.22
# Okabe M, Ito K. Color universal design, 2008: fill, symbol and its colour.
LOOKS = {
    GOOD: ("#009e73", "+", WHITE),
    SOME: ("#f0c43e", "!", INK),
    BAD: ("#d55e00", "−", WHITE),
    WORST: ("#7f1d1d", "×", WHITE),
    UNCLEAR: ("#b8c4d0", "?", INK),
}


def light(canvas: Canvas, kind: str, x: float, y: float, radius: float = RADIUS, least: float = LEAST) -> None:
    """Draw one light of a kind of ``appraisal_cells`` around a point; its symbol has at least ``least`` points."""
    if kind == NOT_APPLICABLE:
        canvas.text(x, y, "n/a", max(SMALL * radius / RADIUS, least), align="center", colour="#76828f")
    elif kind == UNDECIDED:
        canvas.circle(x, y, radius, fill=WHITE, edge=AMBER, line=1.0, dash=(0, (2.5, 2)))
    else:
        fill, symbol, colour = LOOKS[kind]
        canvas.circle(x, y, radius, fill=fill)
        canvas.text(x, y, symbol, max(11 * radius / RADIUS, least), align="center", bold=True, colour=colour)


def legend_lines(words: Mapping[str, str], width: float) -> list[list[str]]:
    """The kinds of lights that stand in each line of a legend of ``width`` inches; ``words`` by kind."""
    lines: list[list[str]] = [[]]
    x = 0.0
    for kind, word in words.items():
        wide = 0.24 + text_width(word, SMALL) + 0.18
        if lines[-1] and x + wide - 0.18 > width:
            lines.append([])
            x = 0.0
        lines[-1].append(kind)
        x += wide
    return lines


def legend(canvas: Canvas, words: Mapping[str, str], x: float, y: float, width: float) -> None:
    """Lights with their words, in lines ``LEGEND_LINE`` inches apart."""
    for line in legend_lines(words, width):
        start = x
        for kind in line:
            light(canvas, kind, start + 0.09, y, 0.085)
            canvas.text(start + 0.24, y, words[kind], SMALL, colour=MUTED)
            start += 0.24 + text_width(words[kind], SMALL) + 0.18
        y += LEGEND_LINE
