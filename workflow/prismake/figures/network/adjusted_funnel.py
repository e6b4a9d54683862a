"""The comparison-adjusted funnel plot (Chaimani and Salanti 2012): small-study effects across a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from prismake.core.measures import RATIOS, measure_of
from prismake.core.phrases import plural
from prismake.figures.canvas import AMBER, BLUE, INK, MUTED, PALE_BLUE, WHITE, Canvas, wrap
from prismake.figures.funnel_plot import LEFT, MARGIN, PLOT_HEIGHT, POINT, SMALL, WIDTH, axes, too_few
from prismake.figures.scale import Scale
from prismake.synthesis.asymmetry import FUNNEL_FROM

COLOURS = (BLUE, AMBER, "#2f7d4f", "#7b4fa3", "#b03a5b", "#3f8f9b", "#8a6d1f", "#5f6c7b")


def adjusted_funnel(result: Mapping[str, Any]) -> Figure:
    """Each effect minus the direct estimate of its comparison, over its standard error.

    Up to eight comparisons have a colour each; beyond that they look alike, since no one tells more colours apart.
    """
    points = result["network"]["funnel"]
    if len(points) < FUNNEL_FROM:
        return too_few(result, len(points), "effect", "effects")
    pairs = list(dict.fromkeys(" v ".join(point["treatments"]) for point in points))
    coloured = len(pairs) <= len(COLOURS)
    title = wrap(f"{result['title']}: comparison-adjusted funnel plot", WIDTH - 2 * MARGIN, 11.5, bold=True)
    legend = _legend(pairs) if coloured else []
    foot = wrap(_foot(result, len(pairs)), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(title) + 0.1
    bottom = top + PLOT_HEIGHT
    below = bottom + 0.62 + 0.17 * len(legend)
    canvas = Canvas(WIDTH, below + 0.14 * len(foot) + MARGIN, f"{result['title']}: comparison-adjusted funnel plot")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    widest = max(point["se"] for point in points)
    reach = max([1.96 * widest, *(abs(point["centred"]) for point in points)]) * 1.08
    xs, ys = Scale(-reach, reach, LEFT, WIDTH - MARGIN), Scale(0.0, widest * 1.08, top, bottom)
    corners = [(xs.place(side * 1.96 * widest), ys.place(widest)) for side in (-1, 1)]
    canvas.polygon([(xs.place(0.0), ys.place(0.0)), *corners], fill=PALE_BLUE, order=0)
    canvas.line((xs.place(0.0),) * 2, (top, bottom), colour=BLUE, width=1.0, dash=(0, (3, 3)), order=1)
    scale = " (logarithms)" if measure_of(result) in RATIOS else ""
    axes(canvas, xs, ys, f"Effect minus the direct estimate of its comparison{scale}", "Standard error")
    for point in points:
        colour = COLOURS[pairs.index(" v ".join(point["treatments"]))] if coloured else BLUE
        canvas.circle(
            xs.place(point["centred"]), ys.place(point["se"]), POINT, fill=colour, edge=WHITE, line=0.6, order=4
        )
    for index, (pair, line) in enumerate(legend):
        y = bottom + 0.62 + 0.17 * index
        if pair:
            canvas.circle(LEFT + 0.04, y, POINT, fill=COLOURS[pairs.index(pair)], order=4)
        canvas.text(LEFT + 0.13, y, line, SMALL, colour=INK)
    canvas.lines(MARGIN, below + 0.06, foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _legend(pairs: list[str]) -> list[tuple[str, str]]:
    """The comparison (only in the first line of each) and the text of each line below the plot."""
    lines = [wrap(pair, WIDTH - MARGIN - LEFT - 0.13, SMALL) for pair in pairs]
    return [
        (pair if index == 0 else "", line)
        for pair, own in zip(pairs, lines, strict=True)
        for index, line in enumerate(own)
    ]


def _foot(result: Mapping[str, Any], pairs: int) -> str:
    order = ", ".join(row["name"] for row in result["network"]["treatments"])
    return (
        f"{plural(len(result['network']['funnel']), 'effect')} of {plural(pairs, 'comparison')}, each of the treatment "
        f"that stands later against the one that stands earlier in this order: {order}. Asymmetry has a meaning only "
        "if the order has one, such as from old to new: it is that of “network.treatments” in the protocol, or else "
        f"that of the alphabet. {result['counts']['statement']}"
    )
