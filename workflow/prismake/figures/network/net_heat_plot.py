"""The net heat plot (Krahn, König and Binder 2013): where estimates come from, and which designs disagree."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from prismake.figures.canvas import AMBER, BLUE, MUTED, READABLE, RULE, WHITE, Canvas, wrap
from prismake.figures.forest_layout import MARGIN, SMALL
from prismake.figures.forest_plot import empty_panel, unfinished
from prismake.figures.network.heat_cells import Heads, tint

_LABEL = 3.4
WIDEST = SMALL * READABLE  # inches at which the foot can still be read in print
GREY = "#6b7280"
_FULL = 8.0  # change of Q at which a colour is full, as in the paper
NOTHING = "No design can be contradicted by others"


def net_heat_plot(result: Mapping[str, Any]) -> Figure:
    """Rows are estimates of the network, columns the direct evidence of designs.

    The area of a grey square is what the column counts for the row (the hat matrix); the colour behind it, by how much
    the disagreement of the row's design falls (amber) or rises (blue) once the column's design is detached.
    """
    heat = result["network"]["net_heat"]
    if not heat["effects"]:
        return empty_panel(result["title"], NOTHING, result["counts"]["statement"], unfinished(result))
    order = _order(heat)
    every = len(order)
    while True:
        m = len(order)
        names = [" ".join(_name(heat["effects"][place])) for place in order]
        cell = 0.34 if m <= 15 else 0.26
        heads = Heads.of(names, _LABEL, 8.0, cell)
        cell, left = max(cell, heads.least), heads.left
        room = int((WIDEST - left - heads.beyond - MARGIN) / cell)
        if m <= max(room, 2):
            break
        order = order[: max(room, 2)]  # those that disagree most; more could not be read in print
    width = max(left + m * cell + heads.beyond + MARGIN, 5.5)
    title = wrap(f"{result['title']}: net heat plot", width - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, m, every), width - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(title) + heads.above
    canvas = Canvas(width, top + m * cell + 0.24 + 0.14 * len(foot) + MARGIN, f"{result['title']}: net heat plot")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    heads.draw(canvas, top, cell, cell)
    for i, row in enumerate(order):
        y = top + i * cell
        for j, column in enumerate(order):
            x = left + j * cell
            fill = tint(heat["change"][row][column] / _FULL, BLUE, AMBER)
            canvas.box(x, y, cell, cell, fill=fill, edge=RULE, line=0.5)
            side = 0.86 * cell * math.sqrt(min(heat["share"][row][column], 1.0))
            if side > 0.01:
                canvas.box(
                    x + (cell - side) / 2, y + (cell - side) / 2, side, side, fill="#6b7280", edge=WHITE, line=0.4
                )
    canvas.lines(MARGIN, top + m * cell + 0.24, foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _order(heat: Mapping[str, Any]) -> list[int]:
    """Designs that disagree most first, so that they stand together in the upper left corner."""
    change: Sequence[Sequence[float]] = heat["change"]
    size = [max(*(row[j] for row in change), *change[j]) for j in range(len(change))]
    return sorted(range(len(change)), key=lambda j: (-round(size[j], 9), j))


def _name(effect: Mapping[str, Any]) -> list[str]:
    pair = f"{effect['pair'][0]} v {effect['pair'][1]}"
    return [pair] if len(effect["design"]) == 2 else [pair, f"({', '.join(effect['design'])})"]


def _foot(result: Mapping[str, Any], drawn: int, every: int) -> str:
    heat = result["network"]["net_heat"]
    tau2 = "with the heterogeneity within designs" if heat["tau2"] else "without heterogeneity"
    part = f" Shown are the {drawn} of {every} that disagree most." if drawn < every else ""
    return (
        "Grey squares: by their area, how much the direct evidence in the column counts for the estimate in the row. "
        "Colours: amber where the disagreement of the row's design falls once the design in the column is detached, "
        f"blue where it rises; full at a change of Q by {_FULL:g}. Designs that no other can contradict are left out; "
        f"{tau2}.{part} {result['counts']['statement']}"
    )
