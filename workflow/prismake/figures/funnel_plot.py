"""Funnel plots: estimates against their standard errors or sample sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.measures import PROPORTIONS, RATIOS, capitalised, measure_name, measure_of
from prismake.core.phrases import plural

from .canvas import AMBER, BLUE, INK, MUTED, PALE_BLUE, RULE, WHITE, Canvas, text_width, wrap
from .forest_plot import NO_STUDIES, empty_panel, unfinished
from .forest_rows import study_label
from .scale import Scale, linear_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH, MARGIN, LEFT = 6.6, 0.25, 0.95
PLOT_HEIGHT = 3.6
SMALL = 7.5
LABELLED_AT_MOST = 15
POINT = 0.052  # inches, the radius of a study
TESTS_FROM = 10
ANALYSIS_SCALE = {
    "PLO": "Logit of the proportion",
    "PLN": "Logarithm of the proportion",
    "PAS": "Arcsine root of the proportion",
    "PFT": "Freeman–Tukey double arcsine",
    "IRLN": "Logarithm of the rate",
    "IRS": "Square root of the rate",
    "IRFT": "Freeman–Tukey root of the rate",
    "MNLN": "Logarithm of the mean",
    "CVLN": "Logarithm of the coefficient of variation",
    "SDLN": "Logarithm of the standard deviation",
    "ZCOR": "Fisher's z",
}


def funnel(result: Mapping[str, Any], y: str | None = None) -> Figure:
    """The funnel plot of one outcome on the scale of the analysis.

    Args:
        result: a mapping like ``pooling/<outcome>.json``.
        y: "se", the standard error, upside down, with the region in which 95 % of the studies would lie without
            heterogeneity; or "size", the number of participants on a logarithmic axis. Without it: "size" for
            single proportions, whose standard error depends on the estimate itself (Hunter JP et al., J Clin
            Epidemiol 2014;67:897-903), and "se" otherwise.

    With fewer than ten studies the figure says that asymmetry cannot be judged.
    """
    studies = [study for study in result["studies"] if study.get("yi") is not None and study.get("vi")]
    if not studies:
        statement = (result.get("counts") or {}).get("statement", "")
        return empty_panel(result["title"], NO_STUDIES, statement, unfinished(result), WIDTH)
    by_size = y == "size" or (y is None and result["measure"] in PROPORTIONS)
    heights = [float(study["total"]) if by_size else math.sqrt(study["vi"]) for study in studies]
    return _draw(result, studies, heights, by_size)


def _draw(result: Mapping[str, Any], studies: list[Mapping[str, Any]], heights: list[float], by_size: bool) -> Figure:
    foot = wrap(_foot(result, len(studies)), WIDTH - 2 * MARGIN, SMALL)
    title = wrap(result["title"], WIDTH - 2 * MARGIN, 11.5, bold=True)
    top = MARGIN + 0.24 * len(title) + (0.42 if result["measure"] == "PLO" else 0.1)
    bottom = top + PLOT_HEIGHT
    canvas = Canvas(WIDTH, bottom + 0.68 + 0.14 * len(foot) + MARGIN, f"{result['title']}: funnel plot")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    middle = (result.get("analyses") or {}).get("main", {}).get("beta")
    xs, ys = _scales(studies, heights, middle, by_size, (top, bottom))
    if middle is not None:
        _centre(canvas, xs, ys, middle, None if by_size else max(heights))
    of = (result.get("columns") or {}).get("total", "Participants")
    side = f"{of} (logarithmic axis)" if by_size else "Standard error"
    axes(canvas, xs, ys, scale_name(result), side)
    if result["measure"] == "PLO":
        _proportions(canvas, xs, top)
    places = [(xs.place(study["yi"]), ys.place(high)) for study, high in zip(studies, heights, strict=True)]
    for x, high in places:
        canvas.circle(x, high, POINT, fill=BLUE, edge=WHITE, line=0.6, order=4)
    centre = None if middle is None else xs.place(middle)
    if len(studies) <= LABELLED_AT_MOST:
        label_points(canvas, [study_label(study) for study in studies], places, (xs.start, top, xs.end, bottom), centre)
    warn = unfinished(result)
    canvas.lines(MARGIN, bottom + 0.72, foot, SMALL, 0.14, colour=AMBER if warn else INK)
    return canvas.figure


def scale_name(result: Mapping[str, Any]) -> str:
    """The name of the scale of an analysis: “Logit of the proportion”, “Logarithm of the risk ratio”."""
    if result["measure"] in ANALYSIS_SCALE:
        return ANALYSIS_SCALE[result["measure"]]
    name = measure_name(result)
    return f"Logarithm of the {name}" if measure_of(result) in RATIOS else capitalised(name)


def _foot(result: Mapping[str, Any], k: int) -> str:
    bias = result.get("bias") or {}
    parts = []
    if k < TESTS_FROM:
        parts.append(f"With {plural(k, 'study', 'studies')}, fewer than {TESTS_FROM}, asymmetry cannot be assessed.")
    parts += [bias.get("sentence", ""), (result.get("counts") or {}).get("statement", "")]
    return "\n".join(part for part in parts if part)


def _scales(
    studies: list[Mapping[str, Any]],
    heights: list[float],
    middle: float | None,
    by_size: bool,
    ends: tuple[float, float],
) -> tuple[Scale, Scale]:
    """The horizontal axis on the scale of the analysis, and the vertical one with precise studies on top."""
    values = [study["yi"] for study in studies] + ([middle] if middle is not None else [])
    top, bottom = ends
    if by_size:
        ys = Scale(max(1.0, min(heights) / 1.4), max(heights) * 1.4, bottom, top, log=True)
    else:
        ys = Scale(0.0, max(heights) * 1.08, top, bottom)
        if middle is not None:
            values += [middle - 1.96 * max(heights), middle + 1.96 * max(heights)]
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 0.5
    return Scale(low - room, high + room, LEFT, WIDTH - MARGIN), ys


def _centre(canvas: Canvas, xs: Scale, ys: Scale, middle: float, widest: float | None) -> None:
    x = xs.place(middle)
    ends = sorted((ys.start, ys.end))
    if widest is not None:
        corners = [(xs.place(middle + side * 1.96 * widest), ys.place(widest)) for side in (-1, 1)]
        canvas.polygon([(x, ys.place(0.0)), *corners], fill=PALE_BLUE, order=0)
    canvas.line((x, x), ends, colour=BLUE, width=1.0, dash=(0, (3, 3)), order=1)


def axes(
    canvas: Canvas, xs: Scale, ys: Scale, title: str, side: str, labels: Sequence[tuple[float, str]] | None = None
) -> None:
    """The frame of a plot with both axes; ``title`` below it, ``side`` beside it.

    ``labels`` are values of the vertical axis with the texts beside them, in place of the usual ones.
    """
    top, bottom = sorted((ys.start, ys.end))
    canvas.box(xs.start, top, xs.end - xs.start, bottom - top, edge=RULE, line=0.8)
    for value, label in xs.ticks():
        x = xs.place(value)
        canvas.line((x, x), (bottom, bottom + 0.05), width=0.7)
        canvas.text(x, bottom + 0.15, label, SMALL, align="center")
    for value, label in labels or ys.ticks() or [(v, f"{v:g}") for v in linear_ticks(ys.low, ys.high)]:
        y = ys.place(value)
        canvas.line((xs.start - 0.05, xs.start), (y, y), width=0.7)
        canvas.text(xs.start - 0.09, y, label, SMALL, align="right")
    canvas.text((xs.start + xs.end) / 2, bottom + 0.36, title, SMALL + 0.5, align="center", colour=MUTED)
    canvas.text(
        MARGIN + 0.12, (top + bottom) / 2, side, SMALL + 0.5, align="center", turn=90, va="center", colour=MUTED
    )


def _proportions(canvas: Canvas, xs: Scale, top: float) -> None:
    """The proportions corresponding to the logits, along the upper edge."""
    last = -math.inf
    for value in (0.01, 0.02, 0.05, *(step / 10 for step in range(1, 10)), 0.95, 0.98, 0.99):
        logit = math.log(value / (1 - value))
        x = xs.place(logit)
        if xs.inside(logit) and x - last > 0.32:
            canvas.line((x, x), (top - 0.05, top), width=0.7)
            canvas.text(x, top - 0.14, f"{value:g}", SMALL, align="center")
            last = x
    canvas.text((xs.start + xs.end) / 2, top - 0.32, "Proportion", SMALL + 0.5, align="center", colour=MUTED)


def label_points(
    canvas: Canvas,
    labels: Sequence[str],
    places: list[tuple[float, float]],
    frame: tuple[float, float, float, float],
    centre: float | None,
    radii: Sequence[float] = (),
) -> None:
    """A label beside each point where it covers nothing else; omitted if there is no such place.

    ``radii`` are the radii of the points in inches, if they differ.
    """
    left, top, right, bottom = frame
    sizes = radii or [POINT] * len(places)
    boxes = [
        (x - r - 0.008, y - r - 0.008, x + r + 0.008, y + r + 0.008) for (x, y), r in zip(places, sizes, strict=True)
    ]
    if centre is not None:
        boxes.append((centre - 0.02, top, centre + 0.02, bottom))
    for label, (x, y), radius in zip(labels, places, sizes, strict=True):
        if not label:
            continue
        short = label if len(label) <= 28 else f"{label[:27]}…"
        wide = text_width(short, SMALL - 0.5)
        for dx, dy in _beside(wide, radius - POINT):
            box = (x + dx, y + dy - 0.055, x + dx + wide, y + dy + 0.055)
            inside = box[0] > left and box[2] < right and box[1] > top and box[3] < bottom
            if inside and not any(_meet(box, other) for other in boxes):
                boxes.append(box)
                canvas.text(x + dx, y + dy, short, SMALL - 0.5, colour=MUTED)
                break


def _beside(wide: float, more: float = 0.0) -> list[tuple[float, float]]:
    """Candidate positions of a label: right, left, above, below, and the corners; ``more``: radius beyond the usual."""
    sides = [(0.09 + more, 0.0), (-0.11 - more - wide, 0.0), (-wide / 2, -0.13 - more), (-wide / 2, 0.13 + more)]
    corners = 0.7 * more
    return sides + [
        (dx, dy) for dy in (-0.11 - corners, 0.11 + corners) for dx in (0.05 + corners, -0.05 - corners - wide)
    ]


def _meet(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
