"""Forest plots: studies, weights, diamonds and prediction interval on the natural scale."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.measures import RATIOS, WITHOUT_NULL, measure_of

from .canvas import AMBER, INK, MUTED, PAGE, PALE_AMBER, PRINTED, RULE, WHITE, Canvas, text_width, wrap
from .forest_layout import MARGIN, NO_BREAK, SIZE, SMALL, Layout, fitted_layout, measured_name
from .forest_rows import Row, forest_rows, with_lights
from .forest_styles import DEFAULT, style_of
from .light_marks import light
from .scale import Scale, tick_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 0.225
LINE = 0.155
LIGHT_RADIUS = 0.085
SQUARE_MOST, SQUARE_LEAST = 0.16, 0.045
NO_STUDIES = "No studies yet"

Shown = tuple[Row, list[str]]  # a row and the lines of its label


def forest(result: Mapping[str, Any], subgroup: str | None = None, style: str = DEFAULT) -> Figure:
    """The forest plot of one outcome.

    Args:
        result: a mapping like ``pooling/<outcome>.json``: studies with counts, estimate and interval on the natural
            scale, analyses, subgroups, counts.
        subgroup: name of a subgroup; its levels become blocks, each with its diamond. Without it, the studies form one
            list, with the diamonds of all subgroups below the pooled estimate.
        style: one of ``forest_styles.STYLES``.

    Squares are proportional in area to the weights. Filled diamond: main analysis; hollow diamond: a second
    analysis; bar with caps: prediction interval. An interval that leaves the axis ends in an arrow.

    Raises PrismakeError when the outcome has no such subgroup, or when there is no such style.
    """
    return forest_pages(result, subgroup, style, math.inf)[0]


def forest_pages(
    result: Mapping[str, Any], subgroup: str | None = None, style: str = DEFAULT, tall: float = PAGE
) -> list[Figure]:
    """The forest plot on as many pages as its studies need, each with headings and axis.

    ``tall``: inches that a page has, printed at most 180 mm wide. What follows the studies, pooled estimates and notes,
    is never parted from all of them.
    """
    rows = with_lights(forest_rows(result, subgroup), result)
    if not rows:
        return [empty_panel(result["title"], NO_STUDIES, _statement(result), unfinished(result))]
    layout = fitted_layout(result, rows, style_of(style, result))
    parts = _parts(layout, tall * max(1.0, layout.width / PRINTED))
    return [_draw(layout, part, number, len(parts)) for number, part in enumerate(parts, start=1)]


def _parts(layout: Layout, tall: float) -> list[range]:
    """The rows of each page."""
    heights = [_row_height(row, lines) for row, lines in zip(layout.rows, layout.labels, strict=True)]
    frame = _body(layout) + _axis_height(layout) + MARGIN + 0.24  # a longer title on the pages that follow
    below = _foot_height(layout)
    if frame + sum(heights) + below <= tall:
        return [range(len(heights))]
    kinds = [row.kind for row in layout.rows]
    # Before a study or the heading of a group; not between a heading and its first study.
    starts = [
        index
        for index, kind in enumerate(kinds)
        if index and kind in ("study", "heading") and kinds[index - 1] != "heading"
    ]
    parts, first = [], 0
    while frame + sum(heights[first:]) + below > tall:
        room = [start for start in starts if start > first and frame + sum(heights[first:start]) <= tall]
        if not room:
            break
        parts.append(range(first, room[-1]))
        first = room[-1]
    return [*parts, range(first, len(heights))]


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


def _over(layout: Layout) -> float:
    """Room for the names of the arms, and for the labels of both sides where they stand above the plot."""
    spans = max((len(lines) for lines, _, _ in layout.spans), default=0)
    sides = max((len(lines) for lines in layout.favours), default=0) if layout.sides_above else 0
    return max(LINE * spans + 0.1 if spans else 0.0, LINE * sides - LINE * _head(layout) if sides else 0.0)


def _head(layout: Layout) -> int:
    return max(len(heading.lines) for heading in layout.headings)


def _top(layout: Layout) -> float:
    return MARGIN + 0.24 * len(layout.title) + 0.12 + _over(layout)


def _body(layout: Layout) -> float:
    return _top(layout) + LINE * _head(layout) + 0.14


def _axis_height(layout: Layout) -> float:
    sides = 0 if layout.sides_above else max((len(lines) for lines in layout.favours), default=0)
    return 0.66 + LINE * sides


def _foot_height(layout: Layout) -> float:
    words = len(layout.foot) + len(_stated_lines(layout))
    return 0.14 * words + (0.08 if layout.foot else 0.0)


def _stated_lines(layout: Layout) -> list[str]:
    return wrap(_statement(layout.result), layout.width - 2 * MARGIN - 0.2, layout.small)


def _draw(layout: Layout, part: range, page: int, pages: int) -> Figure:
    """One page: title and headings, the rows of ``part``, the axis, and on the last page the notes."""
    title = layout.title
    if pages > 1:
        words = f"{layout.result['title']} (page {page} of {pages})".replace("(page ", f"(page{NO_BREAK}")
        title = [line.replace(NO_BREAK, " ") for line in wrap(words, layout.width - 2 * MARGIN, 11.5, bold=True)]
    extra = 0.24 * (len(title) - len(layout.title))
    top, body = _top(layout) + extra, _body(layout) + extra
    shown = [(layout.rows[index], layout.labels[index]) for index in part]
    axis = body + sum(_row_height(row, lines) for row, lines in shown) + 0.04
    foot = axis - 0.04 + _axis_height(layout)
    last = page == pages
    canvas = Canvas(layout.width, foot + (_foot_height(layout) if last else 0.0) + MARGIN, layout.result["title"])
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    _headings(canvas, layout, top)
    _axis(canvas, layout, shown, body, axis)
    y = body
    for row, lines in shown:
        _row(canvas, layout, row, lines, y)
        y += _row_height(row, lines)
    if last:
        canvas.lines(MARGIN, foot, layout.foot, layout.small, 0.14, colour=MUTED)
        if statement := _stated_lines(layout):
            below = foot + 0.14 * len(layout.foot) + (0.08 if layout.foot else 0.0) - 0.07
            _stated(canvas, statement, below, unfinished(layout.result), layout.small)
    return canvas.figure


def _stated(canvas: Canvas, lines: list[str], y: float, warn: bool, small: float) -> None:
    """The statement of counts, in an amber box while anything is undecided."""
    if warn:
        high = 0.14 * len(lines) + 0.1
        canvas.box(MARGIN, y - 0.04, canvas.width - 2 * MARGIN, high, fill=PALE_AMBER, edge=AMBER, line=0.6)
    canvas.lines(MARGIN + (0.1 if warn else 0), y + 0.08, lines, small, 0.14, colour=AMBER if warn else INK)


def _headings(canvas: Canvas, layout: Layout, top: float) -> None:
    bottom = top + LINE * (_head(layout) - 1) + 0.06
    for heading in layout.headings:
        first = bottom - LINE * (len(heading.lines) - 1)
        canvas.lines(heading.x, first, heading.lines, SIZE, LINE, bold=True, align=heading.align)
    canvas.line((MARGIN, layout.width - MARGIN), (bottom + 0.13,) * 2, colour=layout.style.rule, width=0.9)
    if layout.sides_above:
        _sides(canvas, layout, bottom - LINE * (max(map(len, layout.favours), default=1) - 1))
    # Above the tallest of the headings below, which may have fewer lines than the heading of the estimate.
    columns = {heading.x: heading.lines for heading in layout.headings if heading.align == "right"}
    for lines, left, right in layout.spans:
        under = max(len(columns[x]) for x in layout.rights if left < x <= right)
        y = bottom - LINE * under
        canvas.line((left, right), (y + 0.02,) * 2, colour=RULE)
        canvas.lines(
            (left + right) / 2, y - 0.09 - LINE * (len(lines) - 1), lines, SIZE, LINE, bold=True, align="center"
        )


def _sides(canvas: Canvas, layout: Layout, y: float) -> None:
    """The labels left and right of no effect: at the ends of the axis, or outwards from its middle if they are wide."""
    start, end = layout.scale.start, layout.scale.end
    middle = (start + end) / 2
    wide = max((text_width(line, layout.small) for lines in layout.favours for line in lines), default=0.0)
    places = [(start, "left"), (end, "right")]
    if wide > (end - start) / 2 - 0.05:
        places = [(middle - 0.06, "right"), (middle + 0.06, "left")]
    for lines, (x, align) in zip(layout.favours, places, strict=False):
        canvas.lines(x, y, lines, layout.small, LINE, align=align)


def _bands(shown: list[Shown], body: float) -> list[tuple[float, float]]:
    """Top and bottom of the stretches without notes, so that guide lines do not cross a sentence."""
    bands = [(body, body)]
    y = body
    for row, lines in shown:
        high = _row_height(row, lines)
        if row.kind == "note":
            bands.append((y + high, y + high))
        else:
            bands[-1] = (bands[-1][0], y + high)
        y += high
    return [band for band in bands if band[1] > band[0]]


def _axis(canvas: Canvas, layout: Layout, shown: list[Shown], body: float, axis: float) -> None:
    scale, measure, show, style = layout.scale, measure_of(layout.result), layout.show, layout.style
    bands = _bands(shown, body)

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
        if style.grid:
            guide(x, colour=RULE, width=0.4, order=0)
        canvas.line((x, x), (axis, axis + 0.05), colour=INK, width=0.7)
        canvas.text(x, axis + 0.15, label, layout.small, align="center")
    canvas.line((scale.start, scale.end), (axis, axis), colour=INK, width=0.9)
    lowest = 0
    if not layout.sides_above:
        lowest = max((len(lines) for lines in layout.favours), default=0)
        _sides(canvas, layout, axis + 0.34)
    title = measured_name(layout.result, show) + (" (logarithmic axis)" if scale.log else "")
    canvas.text(
        (scale.start + scale.end) / 2, axis + 0.34 + LINE * lowest, title, layout.small, align="center", colour=MUTED
    )
    if measure not in WITHOUT_NULL:
        guide(scale.place(1.0 if measure in RATIOS else 0.0), colour=INK, width=0.8, order=1)
    pooled = next((row for row in layout.rows if row.kind == "pooled"), None)
    if style.centre and pooled and pooled.estimate is not None and scale.inside(pooled.estimate):
        guide(scale.place(pooled.estimate), colour=style.centre, width=0.8, dash=(0, (3, 3)), order=1)


def _row(canvas: Canvas, layout: Layout, row: Row, lines: list[str], y: float) -> None:
    middle = y + _row_height(row, lines) / 2
    first = middle - LINE * (len(lines) - 1) / 2
    if row.kind == "gap":
        return
    if row.kind == "note":
        canvas.lines(MARGIN, first, lines, layout.small, LINE, colour=MUTED)
        return
    bold = row.kind in ("heading", "pooled", "subtotal", "single")
    if row.kind == "pooled" and (band := layout.style.band):
        canvas.box(MARGIN - 0.06, y, layout.width - 2 * MARGIN + 0.12, middle * 2 - 2 * y, fill=band, order=-1)
    canvas.lines(MARGIN, first, lines, SIZE, LINE, bold=bold)
    strong = row.kind in ("pooled", "subtotal")
    for right, cell in zip(layout.rights, row.cells, strict=False):
        canvas.text(right, middle, cell, SIZE, align="right", bold=strong)
    printed = layout.style.printed(row, layout.show)
    canvas.text(layout.estimate_x, middle, printed, SIZE, align="right", bold=strong)
    if row.weight is not None:
        canvas.text(layout.weight_x, middle, layout.style.weight_of(row), SIZE, align="right", bold=strong)
    for x, kind in zip(layout.lights_x, row.lights, strict=False):
        if kind:
            light(canvas, kind, x, middle, LIGHT_RADIUS, layout.small)
    _mark(canvas, layout, row, middle)


def _mark(canvas: Canvas, layout: Layout, row: Row, y: float) -> None:
    """Draw the symbol of a row: a square with its line, a diamond, or the bar of the prediction interval."""
    scale, style = layout.scale, layout.style
    strong = style.diamond if style.edge == "none" else style.edge
    if row.kind == "prediction":
        low, high = _whisker(canvas, scale, row, y, colour=strong, width=1.6)
        for x, value in ((low, row.lower), (high, row.upper)):
            if value is not None and scale.inside(value):
                canvas.line((x, x), (y - 0.05, y + 0.05), colour=strong, width=1.6)
        return
    if row.estimate is None:
        return
    if row.kind in ("study", "single"):
        _whisker(canvas, scale, row, y, colour=INK, width=0.9)
        if scale.inside(row.estimate):
            half = _side(layout, row) / 2
            x = scale.place(row.estimate)
            fill = style.square if row.kind == "study" else MUTED
            canvas.box(x - half, y - half, 2 * half, 2 * half, fill=fill, order=3)
        return
    if row.lower is None or row.upper is None:
        low = high = scale.place(row.estimate)
    else:
        low, high = (min(max(scale.place(v), scale.start), scale.end) for v in (row.lower, row.upper))
    x = min(max(scale.place(row.estimate), scale.start), scale.end)
    half = {"pooled": 0.085, "subtotal": 0.07, "second": 0.065}[row.kind]
    low, high = min(low, x - 0.01), max(high, x + 0.01)
    look: dict[str, Any] = {"fill": style.diamond if row.kind == "pooled" else style.lesser, "edge": style.edge}
    if row.kind == "second":
        look = {"fill": WHITE, "edge": strong, "line": 1.0}
    canvas.polygon([(low, y), (x, y - half), (high, y), (x, y + half)], **look)
    _arrows(canvas, scale, row, y, strong)


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
