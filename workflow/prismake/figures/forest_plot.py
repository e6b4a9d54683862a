"""Forest plots: studies, weights, diamonds and prediction interval on the natural scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.measures import RATIOS, WITHOUT_NULL, measure_of
from prismake.core.numbers import percent

from .canvas import AMBER, BLUE, INK, MID_BLUE, MUTED, PALE_AMBER, PALE_BLUE, RULE, WHITE, Canvas, text_width, wrap
from .forest_layout import MARGIN, SIZE, SMALL, Layout, fitted_layout, measured_name
from .forest_rows import Row, forest_rows, with_lights
from .light_marks import light
from .scale import Scale, tick_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.225
LINE = 0.155
LIGHT_RADIUS = 0.085
SQUARE_MOST, SQUARE_LEAST = 0.16, 0.045
NO_STUDIES = "No studies yet"


def forest(result: Mapping[str, Any], subgroup: str | None = None) -> Figure:
    """The forest plot of one outcome.

    Args:
        result: a mapping like ``pooling/<outcome>.json``: studies with counts, estimate and interval on the natural
            scale, analyses, subgroups, counts.
        subgroup: name of a subgroup; its levels become blocks, each with its diamond. Without it, the studies form one
            list, with the diamonds of all subgroups below the pooled estimate.

    Squares are proportional in area to the weights. Filled diamond: main analysis; hollow diamond: a second
    analysis; bar with caps: prediction interval. An interval that leaves the axis ends in an arrow.

    Raises PrismakeError when the outcome has no such subgroup.
    """
    rows = with_lights(forest_rows(result, subgroup), result)
    if not rows:
        return empty_panel(result["title"], NO_STUDIES, _statement(result), unfinished(result))
    return _draw(fitted_layout(result, rows))


def _statement(result: Mapping[str, Any]) -> str:
    return (result.get("counts") or {}).get("statement", "")


def unfinished(result: Mapping[str, Any]) -> bool:
    """Whether any decision is open on which this result may depend."""
    counts = result.get("counts") or {}
    return not counts.get("current", True) or any((counts.get("undecided") or {}).values())


def _height(lines: list[str]) -> float:
    return ROW + LINE * (len(lines) - 1)


def _row_height(row: Row, lines: list[str]) -> float:
    return ROW * 0.55 if row.kind == "gap" else _height(lines)


def _draw(layout: Layout) -> Figure:
    statement = wrap(_statement(layout.result), layout.width - 2 * MARGIN - 0.2, layout.small)
    head = max(len(lines) for lines in layout.headings)
    over = max((len(lines) for lines, _, _ in layout.spans), default=0)
    top = MARGIN + 0.24 * len(layout.title) + 0.12 + (LINE * over + 0.1 if over else 0.0)
    body = top + LINE * head + 0.14
    bottom = body + sum(_row_height(row, lines) for row, lines in zip(layout.rows, layout.labels, strict=True))
    axis = bottom + 0.04
    foot = axis + 0.62 + LINE * max((len(lines) for lines in layout.favours), default=0)
    high = 0.14 * len(layout.foot) + (0.08 if layout.foot else 0)
    height = foot + high + 0.14 * len(statement) + MARGIN
    canvas = Canvas(layout.width, height, layout.result["title"])
    canvas.lines(MARGIN, MARGIN + 0.06, layout.title, 11.5, 0.24, bold=True)
    _headings(canvas, layout, top, head)
    _axis(canvas, layout, body, axis)
    y = body
    for row, lines in zip(layout.rows, layout.labels, strict=True):
        _row(canvas, layout, row, lines, y)
        y += _row_height(row, lines)
    canvas.lines(MARGIN, foot, layout.foot, layout.small, 0.14, colour=MUTED)
    if statement:
        _stated(canvas, statement, foot + high - 0.07, unfinished(layout.result), layout.small)
    return canvas.figure


def _stated(canvas: Canvas, lines: list[str], y: float, warn: bool, small: float) -> None:
    """The statement of counts, in an amber box while anything is undecided."""
    if warn:
        high = 0.14 * len(lines) + 0.1
        canvas.box(MARGIN, y - 0.04, canvas.width - 2 * MARGIN, high, fill=PALE_AMBER, edge=AMBER, line=0.6)
    canvas.lines(MARGIN + (0.1 if warn else 0), y + 0.08, lines, small, 0.14, colour=AMBER if warn else INK)


def _headings(canvas: Canvas, layout: Layout, top: float, head: int) -> None:
    bottom = top + LINE * (head - 1) + 0.06
    places = [(MARGIN, "left"), *((right, "right") for right in layout.rights), (layout.estimate_x, "right")]
    if len(layout.headings) > len(places) + len(layout.lights_x):
        places.append((layout.weight_x, "right"))
    places += [(x, "center") for x in layout.lights_x]
    for (x, align), lines in zip(places, layout.headings, strict=True):
        canvas.lines(x, bottom - LINE * (len(lines) - 1), lines, SIZE, LINE, bold=True, align=align)
    canvas.line((MARGIN, layout.width - MARGIN), (bottom + 0.13,) * 2, colour=INK, width=0.9)
    # Above the tallest of the headings below, which may have fewer lines than the heading of the estimate.
    for lines, left, right in layout.spans:
        below = [words for words, x in zip(layout.headings[1:], layout.rights, strict=False) if left < x <= right]
        under = max(len(words) for words in below)
        y = bottom - LINE * under
        canvas.line((left, right), (y + 0.02,) * 2, colour=RULE)
        canvas.lines(
            (left + right) / 2, y - 0.09 - LINE * (len(lines) - 1), lines, SIZE, LINE, bold=True, align="center"
        )


def _bands(layout: Layout, body: float) -> list[tuple[float, float]]:
    """Top and bottom of the stretches without notes, so that guide lines do not cross a sentence."""
    bands = [(body, body)]
    y = body
    for row, lines in zip(layout.rows, layout.labels, strict=True):
        high = _row_height(row, lines)
        if row.kind == "note":
            bands.append((y + high, y + high))
        else:
            bands[-1] = (bands[-1][0], y + high)
        y += high
    return [band for band in bands if band[1] > band[0]]


def _axis(canvas: Canvas, layout: Layout, body: float, axis: float) -> None:
    scale, measure, show = layout.scale, measure_of(layout.result), layout.show
    bands = _bands(layout, body)

    def guide(x: float, **look: Any) -> None:
        for top, bottom in bands:
            canvas.line((x, x), (top, bottom), **look)

    last = -1.0
    for value, usual in scale.ticks():
        x, label = scale.place(value), tick_label(100 * value) if show.percent else usual
        half = text_width(label, layout.small) / 2
        if x - half < last + 0.05:
            continue
        last = x + half
        guide(x, colour=RULE, width=0.4, order=0)
        canvas.line((x, x), (axis, axis + 0.05), colour=INK, width=0.7)
        canvas.text(x, axis + 0.15, label, layout.small, align="center")
    canvas.line((scale.start, scale.end), (axis, axis), colour=INK, width=0.9)
    lowest = max((len(lines) for lines in layout.favours), default=0)
    for lines, x, align in zip(layout.favours, (scale.start, scale.end), ("left", "right"), strict=False):
        canvas.lines(x, axis + 0.34, lines, layout.small, LINE, align=align)
    title = measured_name(layout.result, show) + (" (logarithmic axis)" if scale.log else "")
    canvas.text(
        (scale.start + scale.end) / 2, axis + 0.34 + LINE * lowest, title, layout.small, align="center", colour=MUTED
    )
    if measure not in WITHOUT_NULL:
        guide(scale.place(1.0 if measure in RATIOS else 0.0), colour=INK, width=0.8, order=1)
    pooled = next((row for row in layout.rows if row.kind == "pooled"), None)
    if pooled and pooled.estimate is not None and scale.inside(pooled.estimate):
        guide(scale.place(pooled.estimate), colour=BLUE, width=0.8, dash=(0, (3, 3)), order=1)


def _row(canvas: Canvas, layout: Layout, row: Row, lines: list[str], y: float) -> None:
    middle = y + _row_height(row, lines) / 2
    first = middle - LINE * (len(lines) - 1) / 2
    if row.kind == "gap":
        return
    if row.kind == "note":
        canvas.text(MARGIN, middle, row.label, layout.small, colour=MUTED)
        return
    bold = row.kind in ("heading", "pooled", "subtotal", "single")
    if row.kind == "pooled":
        canvas.box(MARGIN - 0.06, y, layout.width - 2 * MARGIN + 0.12, middle * 2 - 2 * y, fill=PALE_BLUE, order=-1)
    canvas.lines(MARGIN, first, lines, SIZE, LINE, bold=bold)
    strong = row.kind in ("pooled", "subtotal")
    for right, cell in zip(layout.rights, row.cells, strict=False):
        canvas.text(right, middle, cell, SIZE, align="right", bold=strong)
    canvas.text(layout.estimate_x, middle, row.printed(layout.show), SIZE, align="right", bold=strong)
    if row.weight is not None:
        canvas.text(layout.weight_x, middle, percent(row.weight, 1), SIZE, align="right", bold=strong)
    for x, kind in zip(layout.lights_x, row.lights, strict=False):
        if kind:
            light(canvas, kind, x, middle, LIGHT_RADIUS)
    _mark(canvas, layout, row, middle)


def _mark(canvas: Canvas, layout: Layout, row: Row, y: float) -> None:
    """Draw the symbol of a row: a square with its line, a diamond, or the bar of the prediction interval."""
    scale = layout.scale
    if row.kind == "prediction":
        low, high = _whisker(canvas, scale, row, y, colour=BLUE, width=1.6)
        for x, value in ((low, row.lower), (high, row.upper)):
            if value is not None and scale.inside(value):
                canvas.line((x, x), (y - 0.05, y + 0.05), colour=BLUE, width=1.6)
        return
    if row.estimate is None:
        return
    if row.kind in ("study", "single"):
        _whisker(canvas, scale, row, y, colour=INK, width=0.9)
        if scale.inside(row.estimate):
            half = _side(layout, row) / 2
            x = scale.place(row.estimate)
            canvas.box(x - half, y - half, 2 * half, 2 * half, fill=BLUE if row.kind == "study" else MUTED, order=3)
        return
    if row.lower is None or row.upper is None:
        low = high = scale.place(row.estimate)
    else:
        low, high = (min(max(scale.place(v), scale.start), scale.end) for v in (row.lower, row.upper))
    x = min(max(scale.place(row.estimate), scale.start), scale.end)
    half = {"pooled": 0.085, "subtotal": 0.07, "second": 0.065}[row.kind]
    low, high = min(low, x - 0.01), max(high, x + 0.01)
    fill = BLUE if row.kind == "pooled" else MID_BLUE
    hollow = {"fill": WHITE, "edge": BLUE, "line": 1.0} if row.kind == "second" else {"fill": fill}
    canvas.polygon([(low, y), (x, y - half), (high, y), (x, y + half)], **hollow)
    _arrows(canvas, scale, row, y, BLUE)


def _side(layout: Layout, row: Row) -> float:
    """Side of a study's square, whose area is proportional to the weight."""
    most = max((other.weight or 0 for other in layout.rows if other.kind == "study"), default=0)
    if not most or row.weight is None:
        return SQUARE_MOST / 2
    return max(SQUARE_MOST * (row.weight / most) ** 0.5, SQUARE_LEAST)


def _whisker(canvas: Canvas, scale: Scale, row: Row, y: float, **look: Any) -> tuple[float, float]:
    """The line of an interval, with an arrow at an end that lies outside the axis."""
    if row.lower is None or row.upper is None:
        return scale.start, scale.end
    ends = [min(max(scale.place(v), scale.start), scale.end) for v in (row.lower, row.upper)]
    canvas.line(ends, (y, y), **look)
    _arrows(canvas, scale, row, y, look["colour"])
    return ends[0], ends[1]


def _arrows(canvas: Canvas, scale: Scale, row: Row, y: float, colour: str) -> None:
    """Heads at the ends of an interval, or of a diamond, that lie outside the axis."""
    for value, x, side in ((row.lower, scale.start, 1), (row.upper, scale.end, -1)):
        if value is not None and not scale.inside(value):
            tip, beyond = 0.06 * side, 0.03 * side
            canvas.polygon([(x - beyond, y), (x + tip, y - 0.045), (x + tip, y + 0.045)], fill=colour, order=4)


def empty_panel(title: str, headline: str, statement: str, warn: bool = False, width: float = 7.5) -> Figure:
    """A figure that says why there is nothing to draw, with the counts behind it."""
    lines = wrap(statement, width - 2 * MARGIN - 0.2, SMALL + 0.5)
    heading = wrap(title, width - 2 * MARGIN, 11.5, bold=True)
    top = MARGIN + 0.24 * len(heading)
    canvas = Canvas(width, top + 1.1 + 0.15 * len(lines) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    high = 0.95 + 0.15 * len(lines)
    look = {"fill": PALE_AMBER, "edge": AMBER} if warn else {"fill": "#f4f6f8", "edge": RULE}
    canvas.box(MARGIN, top + 0.08, width - 2 * MARGIN, high, line=0.8, **look)
    canvas.text(width / 2, top + 0.45, headline, 12, align="center", bold=True, colour=MUTED)
    canvas.lines(width / 2, top + 0.8, lines, SMALL + 0.5, 0.15, align="center", colour=AMBER if warn else MUTED)
    return canvas.figure
