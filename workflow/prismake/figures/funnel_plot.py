"""Funnel plots: estimates against their standard errors or sample sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from prismake.core.measures import PROPORTIONS, RATIOS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.phrases import plural
from prismake.synthesis.asymmetry import FUNNEL_FROM

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
NO_FUNNEL = "No funnel plot"
Line = tuple[tuple[float, float], tuple[float, float]]  # both ends, in inches


class _Contour(NamedTuple):
    """The shade of a region, the quantile of the normal distribution at its outer edge, and the p-values in it."""

    fill: str
    z: float
    words: str


CONTOURS = (  # from outside to inside
    _Contour("#f1f4f7", math.inf, "p < 0.01"),
    _Contour("#dde5ed", 2.5758, "p 0.01 to 0.05"),
    _Contour("#c3d0de", 1.9600, "p 0.05 to 0.10"),
    _Contour(WHITE, 1.6449, "p > 0.10"),
)
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


def funnel(result: Mapping[str, Any], y: str | None = None, *, contours: bool = True) -> Figure:
    """The funnel plot of one outcome on the scale of the analysis.

    Args:
        result: a mapping like ``pooling/<outcome>.json``.
        y: "se", the standard error, upside down, with the region in which 95 % of the studies would lie without
            heterogeneity; or "size", the number of participants on a logarithmic axis. Without it: "size" for
            single proportions, whose standard error depends on the estimate itself (Hunter JP et al., J Clin
            Epidemiol 2014;67:897-903), and "se" otherwise.
        contours: whether a measure that has a value of no effect is drawn over shades of the p-value that a study has
            at each place (Peters JL et al., J Clin Epidemiol 2008;61:991-996).

    Studies that trim and fill adds, if it is among the sensitivity analyses, are hollow. With fewer than ten studies
    the figure says that asymmetry cannot be judged; of one or two, none is drawn.
    """
    studies = [study for study in result["studies"] if study.get("yi") is not None and study.get("vi")]
    if not studies:
        statement = (result.get("counts") or {}).get("statement", "")
        return empty_panel(result["title"], NO_STUDIES, statement, unfinished(result), WIDTH)
    if len(studies) < FUNNEL_FROM:
        return too_few(result, len(studies), "study", "studies")
    by_size = y == "size" or (y is None and result["measure"] in PROPORTIONS)
    points = _points(result, studies, by_size)
    return _draw(result, points, by_size, contours and not by_size and measure_of(result) not in WITHOUT_NULL)


def too_few(result: Mapping[str, Any], number: int, singular: str, plural_form: str) -> Figure:
    """The panel in place of a funnel plot of one or two points."""
    lie = "always lies evenly around its" if number == 1 else "always lie evenly around their"
    points = plural(number, singular, plural_form)
    why = f"{points} {lie} own mean: a funnel plot is drawn from {FUNNEL_FROM} on."
    words = [why, (result.get("bias") or {}).get("sentence", ""), (result.get("counts") or {}).get("statement", "")]
    return empty_panel(result["title"], NO_FUNNEL, "\n".join(filter(None, words)), unfinished(result), WIDTH)


class _Point(NamedTuple):
    """A study or, without a label, one that trim and fill added: where it stands on both axes."""

    x: float
    height: float
    label: str = ""
    filled: bool = False


def _points(result: Mapping[str, Any], studies: Sequence[Mapping[str, Any]], by_size: bool) -> list[_Point]:
    def height(study: Mapping[str, Any]) -> float:
        return float(study["total"]) if by_size else math.sqrt(study["vi"])

    points = [_Point(study["yi"], height(study), study_label(study)) for study in studies]
    for row in _filled(result):
        # a study that is filled in mirrors one of those there are and has its variance
        model = min(studies, key=lambda study: abs(study["vi"] - row["vi"]))
        points.append(_Point(row["yi"], height(model), filled=True))
    return points


def _filled(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return ((result.get("sensitivity") or {}).get("trim_and_fill") or {}).get("filled") or []


def _draw(result: Mapping[str, Any], points: list[_Point], by_size: bool, contours: bool) -> Figure:
    own = [point for point in points if not point.filled]
    foot = wrap(_foot(result, len(own)), WIDTH - 2 * MARGIN, SMALL)
    title = wrap(result["title"], WIDTH - 2 * MARGIN, 11.5, bold=True)
    top = MARGIN + 0.24 * len(title) + (0.42 if result["measure"] == "PLO" else 0.1)
    bottom = top + PLOT_HEIGHT
    below = bottom + (0.92 if contours else 0.72)
    canvas = Canvas(WIDTH, below - 0.04 + 0.14 * len(foot) + MARGIN, f"{result['title']}: funnel plot")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    middle = (result.get("analyses") or {}).get("main", {}).get("beta")
    xs, ys = _scales(points, middle, by_size, contours, (top, bottom))
    widest = max(point.height for point in points)
    if contours:
        _contours(canvas, xs, ys)
        _legend(canvas, bottom + 0.62)
    lines = [((xs.place(0.0), top), (xs.place(0.0), bottom))] if contours else []
    if middle is not None:
        lines += _centre(canvas, xs, ys, middle, None if by_size else widest, filled=not contours)
    if _filled(result) and (estimate := result["sensitivity"]["trim_and_fill"].get("beta")) is not None:
        x = xs.place(estimate)
        canvas.line((x, x), sorted((ys.start, ys.end)), colour=AMBER, width=1.0, dash=(0, (1, 2)), order=1)
    of = (result.get("columns") or {}).get("total", "Participants")
    side = f"{of} (logarithmic axis)" if by_size else "Standard error"
    axes(canvas, xs, ys, scale_name(result), side)
    if result["measure"] == "PLO":
        _proportions(canvas, xs, top)
    places = [(xs.place(point.x), ys.place(point.height)) for point in points]
    for point, (x, y) in zip(points, places, strict=True):
        fill, edge, line = (WHITE, AMBER, 1.0) if point.filled else (BLUE, WHITE, 0.6)
        canvas.circle(x, y, POINT, order=4, fill=fill, edge=edge, line=line)
    if len(own) <= LABELLED_AT_MOST:
        labels = [point.label for point in points]
        label_points(canvas, labels, places, (xs.start, top, xs.end, bottom), None, lines=lines)
    warn = unfinished(result)
    canvas.lines(MARGIN, below, foot, SMALL, 0.14, colour=AMBER if warn else INK)
    return canvas.figure


def _contours(canvas: Canvas, xs: Scale, ys: Scale) -> None:
    """Shades of the p-value of a study at each place, and the line of no effect."""
    top, bottom = ys.place(0.0), ys.place(ys.high)
    canvas.box(xs.start, top, xs.end - xs.start, bottom - top, fill=CONTOURS[0].fill, order=-5)
    x = xs.place(0.0)
    for order, contour in enumerate(CONTOURS[1:], start=-4):
        left, right = (_flank(xs, ys, side * contour.z) for side in (-1, 1))
        canvas.polygon([(x, top), *left, *reversed(right)], fill=contour.fill, order=order)
    canvas.line((x, x), (top, bottom), colour=MUTED, width=0.8, order=1)


def _flank(xs: Scale, ys: Scale, z: float) -> list[tuple[float, float]]:
    """The edge of the region in which the estimate is less than ``z`` standard errors, down to the end of the frame."""
    edge, widest = xs.low if z < 0 else xs.high, ys.high
    leaves = edge / z  # the standard error at which the region leaves the frame
    ends = [(edge, leaves), (edge, widest)] if leaves < widest else [(z * widest, widest)]
    return [(xs.place(value), ys.place(se)) for value, se in ends]


def _legend(canvas: Canvas, y: float) -> None:
    """The shades in words, below the axis."""
    gap, swatch = 0.16, 0.13
    words = [contour.words for contour in CONTOURS[::-1]]
    x = (LEFT + WIDTH - MARGIN - sum(swatch + 0.06 + gap + text_width(word, SMALL) for word in words) + gap) / 2
    for contour in CONTOURS[::-1]:
        canvas.box(x, y - swatch / 2, swatch, swatch, fill=contour.fill, edge=RULE, line=0.6)
        canvas.text(x + swatch + 0.06, y, contour.words, SMALL, colour=MUTED)
        x += swatch + 0.06 + text_width(contour.words, SMALL) + gap


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
    if filled := _filled(result):
        added = plural(len(filled), "study that trim and fill adds", "studies that trim and fill adds")
        parts.append(f"Hollow: {added}; dotted line: the estimate with {'it' if len(filled) == 1 else 'them'}.")
    parts += [bias.get("sentence", ""), (result.get("counts") or {}).get("statement", "")]
    return "\n".join(part for part in parts if part)


def _scales(
    points: list[_Point], middle: float | None, by_size: bool, contours: bool, ends: tuple[float, float]
) -> tuple[Scale, Scale]:
    """The horizontal axis on the scale of the analysis, and the vertical one with precise studies on top."""
    values = [point.x for point in points] + ([middle] if middle is not None else []) + [0.0] * contours
    heights = [point.height for point in points]
    top, bottom = ends
    if by_size:
        ys = Scale(max(1.0, min(heights) / 1.4), max(heights) * 1.4, bottom, top, log=True)
    else:
        ys = Scale(0.0, max(heights) * 1.08, top, bottom)
        if middle is not None or contours:
            values += [(middle or 0.0) - 1.96 * max(heights), (middle or 0.0) + 1.96 * max(heights)]
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 0.5
    return Scale(low - room, high + room, LEFT, WIDTH - MARGIN), ys


def _centre(canvas: Canvas, xs: Scale, ys: Scale, middle: float, widest: float | None, *, filled: bool) -> list[Line]:
    """The pooled estimate, and around it the region of 95 % of the studies: filled, or its edges over contours.

    Returns the lines that it draws.
    """
    x = xs.place(middle)
    lines = []
    ends = sorted((ys.start, ys.end))
    if widest is not None:
        corners = [(xs.place(middle + side * 1.96 * widest), ys.place(widest)) for side in (-1, 1)]
        if filled:
            canvas.polygon([(x, ys.place(0.0)), *corners], fill=PALE_BLUE, order=0)
        else:
            lines = [((x, ys.place(0.0)), corner) for corner in corners]
            for end, low in corners:
                canvas.line((x, end), (ys.place(0.0), low), colour=BLUE, width=0.7, dash=(0, (5, 3)), order=1)
    canvas.line((x, x), ends, colour=BLUE, width=1.0, dash=(0, (3, 3)), order=1)
    return [*lines, ((x, ends[0]), (x, ends[1]))]


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
    lines: Sequence[Line] = (),
) -> None:
    """A label beside each point where it covers nothing else; omitted if there is no such place.

    ``radii`` are the radii of the points in inches, if they differ; ``lines`` are kept free too.
    """
    left, top, right, bottom = frame
    sizes = radii or [POINT] * len(places)
    boxes = [
        (x - r - 0.008, y - r - 0.008, x + r + 0.008, y + r + 0.008) for (x, y), r in zip(places, sizes, strict=True)
    ]
    if centre is not None:
        boxes.append((centre - 0.02, top, centre + 0.02, bottom))
    for (x0, y0), (x1, y1) in lines:
        along = [(x0 + (x1 - x0) * step / 40, y0 + (y1 - y0) * step / 40) for step in range(41)]
        boxes += [(x - 0.02, y - 0.02, x + 0.02, y + 0.02) for x, y in along]
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
        (dx, dy) for dy in (-0.125 - corners, 0.125 + corners) for dx in (0.05 + corners, -0.05 - corners - wide)
    ]


def _meet(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
