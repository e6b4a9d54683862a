"""Bubble plots of meta-regressions: the studies over a moderator, and the line that the model draws through them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from prismake.core.measures import RATIOS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.numbers import format_of
from prismake.core.phrases import within_sentence

from .canvas import AMBER, BLUE, INK, MID_BLUE, MUTED, PALE_BLUE, WHITE, Canvas, wrap
from .forest_plot import empty_panel, unfinished
from .forest_rows import study_label
from .funnel_plot import LABELLED_AT_MOST, LEFT, MARGIN, PLOT_HEIGHT, SMALL, WIDTH, axes, label_points
from .scale import Scale, natural_scale, tick_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LARGEST, LEAST = 0.15, 0.024  # radius of a bubble in inches: that of the largest weight, and the limit of the area
MANY = 15  # studies from which on bubbles become smaller
BELOW = 0.72  # room for the axis below a panel


class _Panel(NamedTuple):
    """One moderator: the studies that report it with their weights, and the fitted line."""

    title: str
    studies: Sequence[Mapping[str, Any]]
    x: Sequence[float]
    weights: Sequence[float]
    line: Mapping[str, Any]


def bubble_plot(result: Mapping[str, Any], name: str) -> Figure:
    """The bubble plot of one meta-regression; of several moderators at once a panel for each that holds numbers.

    Args:
        result: a mapping like ``pooling/<outcome>.json``.
        name: one of ``result["moderators"]``.

    Areas are proportional to the weights in the regression. A regression that was not fitted gives a figure that says
    why.
    """
    row = (result.get("moderators") or {}).get(name) or {}
    title = f"{result['title']} by {within_sentence(row.get('title') or name.replace('_', ' '))}"
    panels = _panels(result, row, name)
    if not panels:
        why = [row.get("sentence") or "No meta-regression.", (result.get("counts") or {}).get("statement")]
        return empty_panel(title, "No meta-regression", "\n".join(filter(None, why)), unfinished(result), WIDTH)
    heading = wrap(title, WIDTH - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, row, len(panels)), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(heading) + 0.1
    bottom = top + len(panels) * (PLOT_HEIGHT + BELOW) - BELOW
    canvas = Canvas(WIDTH, bottom + 0.68 + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    for index, panel in enumerate(panels):
        start = top + index * (PLOT_HEIGHT + BELOW)
        _draw(canvas, result, panel, start, start + PLOT_HEIGHT)
    canvas.lines(MARGIN, bottom + BELOW, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else INK)
    return canvas.figure


def _panels(result: Mapping[str, Any], row: Mapping[str, Any], name: str) -> list[_Panel]:
    columns = row.get("columns") or [name]
    studies = [
        study
        for study in result["studies"]
        if all((study.get("moderators") or {}).get(column) is not None for column in columns)
    ]
    panels = []
    for line in row.get("bubbles") or []:
        column = line["column"] if row.get("columns") else name
        title = ((result["moderators"].get(column)) or row)["title"]
        x = [float(study["moderators"][column]) for study in studies]
        panels.append(_Panel(title, studies, x, row["values"]["weights_pct"], line))
    return panels


def _draw(canvas: Canvas, result: Mapping[str, Any], panel: _Panel, top: float, bottom: float) -> None:
    measure, line = measure_of(result), panel.line
    xs, ys = _across(panel.x), _upwards(measure, panel, top, bottom)
    side = capitalised(measure_name(result)) + (" (logarithmic axis)" if ys.log else "")
    labels = None
    if format_of(result).percent:
        side, labels = f"{side} (%)", [(value, tick_label(100 * value)) for value, _ in ys.ticks()]
    axes(canvas, xs, ys, panel.title, side, labels)
    if measure not in WITHOUT_NULL:
        none = ys.place(1.0 if measure in RATIOS else 0.0)
        canvas.line((xs.start, xs.end), (none, none), colour=MUTED, width=0.7, dash=(0, (3, 3)), order=1)
    at = [xs.place(value) for value in line["at"]]
    band = {
        key: [_height(ys, value, key, top, bottom) for value in line[key]] for key in ("estimate", "ci_lb", "ci_ub")
    }
    around = [*zip(at, band["ci_ub"], strict=True), *zip(at[::-1], band["ci_lb"][::-1], strict=True)]
    canvas.polygon(around, fill=PALE_BLUE, order=0)
    for key in ("ci_lb", "ci_ub"):
        canvas.line(at, band[key], colour=BLUE, width=0.6, order=4)  # visible through many bubbles
    canvas.line(at, band["estimate"], colour=BLUE, width=1.3, order=4)
    places = [(xs.place(x), ys.place(study["estimate"])) for x, study in zip(panel.x, panel.studies, strict=True)]
    radii = radii_of(panel.weights)
    for index in sorted(range(len(places)), key=lambda i: -radii[i]):  # small bubbles on top of large ones
        canvas.circle(*places[index], radii[index], fill=MID_BLUE, edge=WHITE, line=0.6, order=3)
    if len(places) <= LABELLED_AT_MOST:
        names = [study_label(study) for study in panel.studies]
        label_points(canvas, names, places, (xs.start, top, xs.end, bottom), None, radii)


def _height(ys: Scale, value: float | None, key: str, top: float, bottom: float) -> float:
    """The position of a value of the line; a value outside the frame is drawn at its edge."""
    if value is None:  # an infinite limit
        return bottom if key == "ci_lb" else top
    return min(max(ys.place(value), top), bottom)


def radii_of(weights: Sequence[float]) -> list[float]:
    """Radii in inches of bubbles whose areas are proportional to weights."""
    largest = LARGEST * min(1.0, (MANY / len(weights)) ** 0.25)
    return [max(LEAST, largest * math.sqrt(weight / max(weights))) for weight in weights]


def _across(values: Sequence[float]) -> Scale:
    low, high = min(values), max(values)
    room = 0.07 * (high - low)
    return Scale(low - room, high + room, LEFT, WIDTH - MARGIN)


def _upwards(measure: str, panel: _Panel, top: float, bottom: float) -> Scale:
    """The axis of the measure, which shows every study; a band that extends beyond it is cut at the frame."""
    line = panel.line
    intervals: list[tuple[float | None, float | None, float | None]] = [
        (study["estimate"], None, None) for study in panel.studies
    ]
    intervals += zip(line["estimate"], line["ci_lb"], line["ci_ub"], strict=True)
    return natural_scale(measure, intervals, bottom, top)


def _foot(result: Mapping[str, Any], row: Mapping[str, Any], panels: int) -> str:
    level = result.get("level", 95)
    parts = [
        row["sentence"],
        "Each bubble is a study; its area is proportional to its weight in the regression. The line is the estimate at "
        f"each value of the moderator, with its {level:g} % confidence band.",
    ]
    if row.get("columns"):
        each = "each panel" if panels > 1 else "this line"
        parts.append(f"In {each} the other moderators stand at their means, groups at the shares of their studies.")
    return "\n".join(part for part in [*parts, (result.get("counts") or {}).get("statement", "")] if part)
