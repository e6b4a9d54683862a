"""Figures of sensitivity analyses: studies left out or added in turn, influence of single studies, subsets."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.numbers import format_of

from .canvas import AMBER, BLUE, INK, MID_BLUE, PALE_BLUE, WHITE, Canvas, wrap
from .forest_layout import MARGIN
from .forest_plot import empty_panel, forest_pages, unfinished
from .forest_styles import DEFAULT
from .funnel_plot import LABELLED_AT_MOST, LEFT, PLOT_HEIGHT, POINT, SMALL, WIDTH, axes, label_points, scale_name
from .influence_plots import influence_pages
from .scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES = {
    "leave_one_out": "each study left out in turn",
    "cumulative": "studies added by year",
    "influence": "influence of single studies",
    "baujat": "contributions of single studies",
    "gosh": "every subset of studies",
}
IN_ROWS = ("leave_one_out", "cumulative", "influence")
CLOUD, CELL = 200, 0.055  # number of points above which they are counted in cells; size of a cell in inches
SHADES = (PALE_BLUE, "#b6cde2", MID_BLUE, BLUE)


def sensitivity_figure(result: Mapping[str, Any], name: str) -> Figure:
    """The figure of one sensitivity analysis.

    Args:
        result: a mapping like ``pooling/<outcome>.json``.
        name: leave_one_out, cumulative, influence, baujat or gosh, one of ``result["sensitivity"]``.

    An analysis that was not run gives a figure that says why.
    """
    analysis = (result.get("sensitivity") or {}).get(name) or {}
    title = f"{result['title']}: {TITLES[name]}"
    if not analysis.get("values"):
        return _not_run(result, analysis, title)
    draw: dict[str, Callable[..., Figure]] = {"baujat": _baujat, "gosh": _gosh}
    if name in IN_ROWS:
        return row_pages(result, name, DEFAULT, math.inf)[0]
    return draw[name](result, name, analysis, title)


def row_pages(result: Mapping[str, Any], name: str, style: str, tall: float) -> list[Figure]:
    """A figure that has a row for each study, in pages.

    ``name``: one of ``IN_ROWS``; ``style`` and ``tall`` as in ``forest_pages``.
    """
    analysis = (result.get("sensitivity") or {}).get(name) or {}
    title = f"{result['title']}: {TITLES[name]}"
    if not analysis.get("values"):
        return [_not_run(result, analysis, title)]
    if name == "influence":
        return influence_pages(analysis["studies"], title, _foot(result, analysis), unfinished(result), tall)
    return _series(result, name, analysis, title, style, tall)


def _series(
    result: Mapping[str, Any], name: str, analysis: Mapping[str, Any], title: str, style: str, tall: float
) -> list[Figure]:
    """A forest plot of pooled estimates: a row per study left out or added, the result of all studies below."""
    before = "Without " if name == "leave_one_out" else "+ "
    rows = [{**row, "label": f"{before}{row['label']}"} for row in analysis["studies"]]
    analyses = result["analyses"]
    whole = analyses.get("inverse_variance") or analyses["main"]
    parts = [analysis["sentence"], "Each row is a pooled estimate by inverse variance with its confidence interval."]
    shown = {
        **result,
        "title": title,
        "format": format_of(result),
        "display": {**(result.get("display") or {}), "sort": "name"},  # the order of the rows is the analysis
        "studies": rows,
        "columns": {},
        "subgroups": {},
        "analyses": {"main": {**whole, "name": f"All {len(rows)} studies"}},
        "foot": "\n".join(parts),
    }
    return forest_pages(shown, None, style, tall)


def _not_run(result: Mapping[str, Any], analysis: Mapping[str, Any], title: str) -> Figure:
    why = [
        analysis.get("sentence") or "Fewer than two studies are pooled.",
        (result.get("counts") or {}).get("statement"),
    ]
    return empty_panel(title, "Not run", "\n".join(filter(None, why)), unfinished(result))


def _baujat(result: Mapping[str, Any], name: str, analysis: Mapping[str, Any], title: str) -> Figure:
    rows = analysis["studies"]
    points = [(row["x"] or 0.0, row["y"] or 0.0) for row in rows]
    names = [row["label"] for row in rows]
    if len(rows) > LABELLED_AT_MOST:  # only the outlying points
        ends = [max(values) or 1.0 for values in zip(*points, strict=True)]
        far = sorted(range(len(rows)), key=lambda i: -max(points[i][0] / ends[0], points[i][1] / ends[1]))
        names = [label if i in far[:LABELLED_AT_MOST] else "" for i, label in enumerate(names)]
    sides = ("Share of the heterogeneity (squared Pearson residual)", "Squared change of the result without it")
    return _scatter(result, analysis, title, points, sides, names, zero=True)


def _gosh(result: Mapping[str, Any], name: str, analysis: Mapping[str, Any], title: str) -> Figure:
    values = analysis["values"]
    points = list(zip(values["estimate"], values["I2"], strict=True))
    sides = (f"{scale_name(result)}, pooled", "I² (%)")
    return _scatter(result, analysis, title, points, sides, [], zero=False)


def _scatter(
    result: Mapping[str, Any], analysis: Mapping[str, Any], title: str, points: Sequence[tuple[float, float]],
    sides: tuple[str, str], names: Sequence[str], *, zero: bool,
) -> Figure:  # fmt: skip
    """Points in a frame, with labels placed where they cover nothing."""
    heading = wrap(title, WIDTH - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, analysis), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(heading) + 0.1
    bottom = top + PLOT_HEIGHT
    canvas = Canvas(WIDTH, bottom + 0.68 + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    xs = _span([x for x, _ in points], LEFT, WIDTH - MARGIN, zero)
    ys = _span([y for _, y in points], bottom, top, True)
    axes(canvas, xs, ys, *sides)
    places = [(xs.place(x), ys.place(y)) for x, y in points]
    if len(points) > CLOUD:
        _cloud(canvas, places)
    else:
        for x, y in places:
            canvas.circle(x, y, POINT, fill=BLUE, edge=WHITE, line=0.6, order=4)
    if names:
        label_points(canvas, names, places, (xs.start, top, xs.end, bottom), None)
    canvas.lines(MARGIN, bottom + 0.72, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else INK)
    return canvas.figure


def _cloud(canvas: Canvas, places: Sequence[tuple[float, float]]) -> None:
    """Thousands of points as small squares, darker with the number of points in them."""
    cells = Counter((int(x / CELL), int(y / CELL)) for x, y in places)
    most = math.log1p(max(cells.values()))
    for (column, row), number in sorted(cells.items()):
        shade = SHADES[min(int(len(SHADES) * math.log1p(number) / most), len(SHADES) - 1)]
        canvas.box(column * CELL, row * CELL, CELL, CELL, fill=shade, order=3)


def _span(values: Sequence[float], start: float, end: float, zero: bool) -> Scale:
    low, high = min(values), max(values)
    if zero:
        low = min(low, 0.0)
    room = 0.06 * (high - low) or 0.5
    return Scale(low if zero and low == 0.0 else low - room, high + room, start, end)


def _foot(result: Mapping[str, Any], analysis: Mapping[str, Any]) -> str:
    return "\n".join(part for part in (analysis["sentence"], (result.get("counts") or {}).get("statement", "")) if part)
