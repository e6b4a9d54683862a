"""Every treatment against every other as a heat map: the network below the diagonal, direct evidence above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from prismake.core.measures import measure_name
from prismake.core.numbers import Format, number
from prismake.figures.canvas import AMBER, BLUE, INK, MUTED, READABLE, RULE, WHITE, Canvas, text_width, wrap
from prismake.figures.forest_layout import MARGIN, SMALL
from prismake.figures.network.heat_cells import Heads, tint
from prismake.synthesis.network.network_words import network_format, ranking, turned

_INTERVALS, _ESTIMATES, _COLOURS = _FILLINGS = ("intervals", "estimates", "colours")  # what there is room for in cells
_LABEL, _LONG_LABEL = 2.2, 3.6
WIDEST = SMALL * READABLE  # inches at which the foot can still be read in print
_STRONGEST = 4.0  # standard errors from no effect at which a colour is full


def league_table(result: Mapping[str, Any]) -> Figure:
    """The cell in a row and column is the effect of the row's treatment against the column's; its colour shows how many
    standard errors it is from no effect, and in which direction."""
    own, show = result["network"], network_format(result)
    names = [row["name"] for row in ranking(own["treatments"])]
    n = len(names)
    for filling in _FILLINGS:
        cells = _cells(result, names, show, filling)
        size = 7.5 if filling == _INTERVALS else 7.0
        room = max((text_width(line, size) for lines, _ in cells.values() for line in lines), default=0.0) + 0.14
        across, high = {_INTERVALS: (max(room, 0.5), 0.4), _ESTIMATES: (max(room, 0.4), 0.27), _COLOURS: (0.24, 0.22)}[
            filling
        ]
        across = min(across, max((WIDEST - 2.0) / n, 0.17)) if filling == _COLOURS else across
        label = min(_LABEL if filling == _INTERVALS else _LONG_LABEL, max(WIDEST - n * across - 2 * MARGIN, 1.0))
        heads = Heads.of(names, label, 8.5, across)
        width = max(heads.left + n * across + heads.beyond + MARGIN, 5.5)
        if width <= size * READABLE:  # else its words could not be read in print
            break
    high, left = max(high, heads.least), heads.left
    title = wrap(f"{result['title']}: all comparisons", width - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, filling), width - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(title) + heads.above
    canvas = Canvas(width, top + n * high + 0.24 + 0.14 * len(foot) + MARGIN, f"{result['title']}: league table")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    heads.draw(canvas, top, across, high)
    for (i, j), (lines, fill) in cells.items():
        x, y = left + j * across, top + i * high
        canvas.box(x, y, across, high, fill=fill, edge=WHITE if filling == _COLOURS else RULE, line=0.6)
        ink = WHITE if _dark(fill) else INK
        canvas.lines(
            x + across / 2, y + high / 2 - 0.065 * (len(lines) - 1), lines, size, 0.13, align="center", colour=ink
        )
    canvas.lines(MARGIN, top + n * high + 0.24, foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _cells(
    result: Mapping[str, Any], names: Sequence[str], show: Format, filling: str
) -> dict[tuple[int, int], tuple[list[str], str]]:
    """Lines and colour of each cell."""
    own = result["network"]
    place = {name: index for index, name in enumerate(names)}
    scores = {row["name"]: row.get("p_score") for row in own["treatments"]}
    cells: dict[tuple[int, int], tuple[list[str], str]] = {}
    for name, index in place.items():
        score = scores[name]
        cells[index, index] = ([] if score is None or filling == _COLOURS else [number(score)], RULE)
    sign = 1.0 if own["small_values"] == "bad" else -1.0
    for row in own["league"]:
        a, b = (place[name] for name in row["treatments"])
        i, j = (a, b) if a > b else (b, a)
        for (r, c), values in (((i, j), row), ((j, i), row["direct"])):
            if values is None:
                cells[r, c] = ([], WHITE)
                continue
            shown = values if r == a else turned(values, ratio=show.ratio)
            strength = sign * shown["beta"] / shown["se"] / _STRONGEST
            cells[r, c] = (_lines(shown, show, filling), tint(strength, AMBER, BLUE))
    return cells


def _lines(values: Mapping[str, Any], show: Format, filling: str) -> list[str]:
    if filling == _COLOURS:
        return []
    estimate = show.value(values["estimate"], values)
    return [estimate, show.bounds(values)] if filling == _INTERVALS else [estimate]


def _dark(fill: str) -> bool:
    red, green, blue = (int(fill[index : index + 2], 16) for index in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 130


def _foot(result: Mapping[str, Any], filling: str) -> str:
    own = result["network"]
    name = measure_name(result)
    meaning = {"good": "smaller", "bad": "larger"}.get(own["small_values"], "")
    better = (
        f"blue where the row has the better ({meaning}) values, amber where the column has"
        if meaning
        else ("blue where the row has the smaller values, amber where the column has")
    )
    stands = ", which stands on the diagonal" if filling != _COLOURS else ""
    order = f" Treatments by P-score{stands}." if own["small_values"] else ""
    return (
        f"Row against column ({name}): estimates of the network below the diagonal, direct evidence above it, empty "
        f"where no study compares the two. Colours: {better}; full at {_STRONGEST:g} standard errors.{order} "
        f"{result['counts']['statement']}"
    )
