"""Forest plots: studies, weights, diamonds and prediction interval on the natural scale."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prismake.core.measures import PROPORTIONS, RATIOS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.notes import PREDICTION
from prismake.core.numbers import Format, format_of, percent

from .canvas import AMBER, BLUE, INK, MID_BLUE, MUTED, PALE_AMBER, PALE_BLUE, RULE, WHITE, Canvas, text_width, wrap
from .forest_rows import WORDS, Row, arm_headings, columns, domains, forest_rows, light_words, with_lights
from .light_marks import light
from .scale import Scale, natural_scale, tick_label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN = 0.22
GAP = 0.2
ROW = 0.225
LINE = 0.155
SIZE = 8.5
SMALL = 7.5
PLOT = 3.3
LABEL_LEAST, LABEL_MOST = 2.45, 3.2
LIGHT, LIGHT_RADIUS = 0.24, 0.085
SQUARE_MOST, SQUARE_LEAST = 0.16, 0.045
NO_STUDIES = "No studies yet"
NO_BREAK = "\u00a0"


def forest(result: Mapping[str, Any], subgroup: str | None = None) -> Figure:
    """The forest plot of one outcome.

    Args:
        result: a mapping like ``pooling/<outcome>.json``: studies with counts, estimate and interval on the natural
            scale, analyses, subgroups, counts.
        subgroup: name of a subgroup; its levels become blocks, each with its diamond. Without it, the studies
            stand in one list, and the diamonds of all subgroups below the pooled estimate.

    Squares are proportional in area to the weights. Filled diamond: main analysis; hollow diamond: a second
    analysis; bar with caps: prediction interval. An interval that leaves the axis ends in an arrow.

    Raises PrismakeError when the outcome has no such subgroup.
    """
    rows = with_lights(forest_rows(result, subgroup), result)
    if not rows:
        return empty_panel(result["title"], NO_STUDIES, _statement(result), unfinished(result))
    return _draw(_layout(result, rows))


@dataclass
class _Layout:
    """Positions and sizes in inches, from the upper left corner."""

    result: Mapping[str, Any]
    rows: list[Row]
    headings: list[list[str]]
    rights: list[float]
    labels: list[list[str]]
    scale: Scale
    show: Format
    spans: list[tuple[list[str], float, float]]  # the arms over their columns: lines, left and right end
    estimate_x: float
    weight_x: float
    lights_x: list[float]  # the middle of each domain's column
    width: float
    favours: list[list[str]] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


def _layout(result: Mapping[str, Any], rows: list[Row]) -> _Layout:
    """Column widths, from the text in the columns."""
    label = max((text_width(row.label, SIZE) for row in rows if row.kind == "study"), default=0.0)
    label = min(max(label, LABEL_LEAST), LABEL_MOST)
    labels = [
        [row.label] if row.kind in WORDS else wrap(row.label, label, SIZE, row.kind in ("pooled", "subtotal", "single"))
        for row in rows
    ]
    headings, rights, lefts = [["Study"]], [], []
    x = MARGIN + label
    spans = arm_headings(result)
    for index, heading in enumerate(columns(result).values()):
        lines = wrap(heading, 0.95, SIZE, bold=True)
        cells = [row.cells[index] for row in rows if row.cells]
        x += GAP * 0.8 + (0.12 if any(first == index for _, first, _ in spans) else 0.0)
        lefts.append(x)
        x += max(*(text_width(line, SIZE, True) for line in lines), *(text_width(cell, SIZE, True) for cell in cells))
        headings.append(lines)
        rights.append(x)
    start = x + GAP + 0.12
    measured = [(row.estimate, row.lower, row.upper) for row in rows if row.kind not in WORDS]
    scale = natural_scale(measure_of(result), measured, start, start + PLOT)
    level, show = result.get("level", 95), format_of(result)
    bracket = f"[{level:g} % CI]".replace(" ", NO_BREAK)
    lines = wrap(f"{_measured(result, show)} {bracket}", 1.5, SIZE, bold=True)
    headings.append([line.replace(NO_BREAK, " ") for line in lines])
    printed = [text_width(row.printed(show), SIZE, row.kind in ("pooled", "subtotal")) for row in rows]
    estimate_x = scale.end + GAP + 0.12 + max(*printed, *(text_width(line, SIZE, True) for line in headings[-1]))
    weight_x = estimate_x
    if any(row.weight is not None for row in rows):
        headings.append(["Weight"])
        weight_x += GAP + max(text_width("Weight", SIZE, True), text_width("100.0 %", SIZE, True))
    named = domains(result)
    lights_x = [weight_x + GAP + LIGHT * (index + 0.5) for index in range(len(named))]
    headings += [[short] for short in short_names(named)]
    width = (lights_x[-1] + LIGHT / 2 if lights_x else weight_x) + MARGIN
    notes = [text_width(row.label, SMALL) for row in rows if row.kind == "note"]
    width = max(width, MARGIN * 2 + max(notes, default=0.0))
    title = wrap(result["title"], width - 2 * MARGIN, 11.5, bold=True)
    note = _footnote(result, rows)
    foot = wrap(note, width - 2 * MARGIN, SMALL) if note else []
    return _Layout(
        result, rows, headings, rights, labels, scale, show,
        spans=[(_span(name, lefts[first], rights[last]), lefts[first], rights[last]) for name, first, last in spans],
        estimate_x=estimate_x, weight_x=weight_x, lights_x=lights_x, width=width,
        title=title, foot=foot, favours=_favours(result),
    )  # fmt: skip


def _span(name: str, left: float, right: float) -> list[str]:
    """The name of an arm in at most two lines over its columns."""
    lines = wrap(name, max(right - left, 0.8), SIZE, bold=True)
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1].rstrip()} …"]


def _favours(result: Mapping[str, Any]) -> list[list[str]]:
    """The labels left and right of no effect, as given in the protocol; none for measures of a single group."""
    sides = (result.get("display") or {}).get("favours") or []
    if len(sides) != 2 or measure_of(result) in WITHOUT_NULL:
        return []
    return [wrap(str(side), PLOT / 2 - 0.1, SMALL) for side in sides]


def _measured(result: Mapping[str, Any], show: Format) -> str:
    """The measure as a heading: “Risk ratio”, “Proportion (%)”."""
    return capitalised(measure_name(result)) + (" (%)" if show.percent else "")


def _footnote(result: Mapping[str, Any], rows: list[Row]) -> str:
    if "foot" in result:  # rows that are not studies have words of their own
        return result["foot"]
    parts: list[str] = []
    main = (result.get("analyses") or {}).get("main")
    if main and main.get("estimate") is None:
        parts += main.get("warnings") or ["The main analysis has no estimate."]
    elif main:
        parts += _said_of(result, main)
    if result["measure"] in PROPORTIONS:
        parts.append("Confidence intervals of single studies are exact (Clopper–Pearson).")
    if main and main.get("model") == "glmm" and any(row.weight is not None for row in rows):
        parts.append("The main model has no weights; the weights shown are those of the inverse-variance model.")
    if any(row.kind == "second" for row in rows):
        parts.append("Filled diamond: main analysis; hollow diamond: the same studies by another model.")
    if shown := domains(result):
        legend = "; ".join(f"{short} {label}" for short, label in zip(short_names(shown), shown.values(), strict=True))
        parts.append(f"{light_words(result['studies'])} {legend}.")
    if left := result.get("left_out"):
        named = "; ".join(f"{row['label']} ({row['reason']})" for row in left)
        parts.append(f"Not pooled: {named}.")
    return "\n".join(parts)


def _said_of(result: Mapping[str, Any], main: Mapping[str, Any]) -> list[str]:
    """Notes on the main result: its prediction interval, corrections, and deviations from what was asked."""
    kind = PREDICTION.get(main.get("pi_method") or "")
    notes = [note for note in result.get("notes") or [] if " left out (" not in note]  # these are listed one by one
    return [*([f"Prediction interval: {kind}."] if kind else []), *notes, *(main.get("warnings") or [])]


def short_names(named: Mapping[str, str]) -> list[str]:
    """Headings of the columns of domains: D1 unchanged, others by their first letter, or two if one is ambiguous."""
    letters = [name if len(name) <= 3 else label[:1].upper() for name, label in named.items()]
    return [
        label[:2].capitalize() if letters.count(short) > 1 and len(name) > 3 else short
        for short, (name, label) in zip(letters, named.items(), strict=True)
    ]


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


def _draw(layout: _Layout) -> Figure:
    statement = wrap(_statement(layout.result), layout.width - 2 * MARGIN - 0.2, SMALL)
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
    canvas.lines(MARGIN, foot, layout.foot, SMALL, 0.14, colour=MUTED)
    if statement:
        _stated(canvas, statement, foot + high - 0.07, unfinished(layout.result))
    return canvas.figure


def _stated(canvas: Canvas, lines: list[str], y: float, warn: bool) -> None:
    """The statement of counts, in an amber box while anything is undecided."""
    if warn:
        high = 0.14 * len(lines) + 0.1
        canvas.box(MARGIN, y - 0.04, canvas.width - 2 * MARGIN, high, fill=PALE_AMBER, edge=AMBER, line=0.6)
    canvas.lines(MARGIN + (0.1 if warn else 0), y + 0.08, lines, SMALL, 0.14, colour=AMBER if warn else INK)


def _headings(canvas: Canvas, layout: _Layout, top: float, head: int) -> None:
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


def _bands(layout: _Layout, body: float) -> list[tuple[float, float]]:
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


def _axis(canvas: Canvas, layout: _Layout, body: float, axis: float) -> None:
    scale, measure, show = layout.scale, measure_of(layout.result), layout.show
    bands = _bands(layout, body)

    def guide(x: float, **look: Any) -> None:
        for top, bottom in bands:
            canvas.line((x, x), (top, bottom), **look)

    for value, usual in scale.ticks():
        x, label = scale.place(value), tick_label(100 * value) if show.percent else usual
        guide(x, colour=RULE, width=0.4, order=0)
        canvas.line((x, x), (axis, axis + 0.05), colour=INK, width=0.7)
        canvas.text(x, axis + 0.15, label, SMALL, align="center")
    canvas.line((scale.start, scale.end), (axis, axis), colour=INK, width=0.9)
    lowest = max((len(lines) for lines in layout.favours), default=0)
    for lines, x, align in zip(layout.favours, (scale.start, scale.end), ("left", "right"), strict=False):
        canvas.lines(x, axis + 0.34, lines, SMALL, LINE, align=align)
    title = _measured(layout.result, show) + (" (logarithmic axis)" if scale.log else "")
    canvas.text((scale.start + scale.end) / 2, axis + 0.34 + LINE * lowest, title, SMALL, align="center", colour=MUTED)
    if measure not in WITHOUT_NULL:
        guide(scale.place(1.0 if measure in RATIOS else 0.0), colour=INK, width=0.8, order=1)
    pooled = next((row for row in layout.rows if row.kind == "pooled"), None)
    if pooled and pooled.estimate is not None and scale.inside(pooled.estimate):
        guide(scale.place(pooled.estimate), colour=BLUE, width=0.8, dash=(0, (3, 3)), order=1)


def _row(canvas: Canvas, layout: _Layout, row: Row, lines: list[str], y: float) -> None:
    middle = y + _row_height(row, lines) / 2
    first = middle - LINE * (len(lines) - 1) / 2
    if row.kind == "gap":
        return
    if row.kind == "note":
        canvas.text(MARGIN, middle, row.label, SMALL, colour=MUTED)
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


def _mark(canvas: Canvas, layout: _Layout, row: Row, y: float) -> None:
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


def _side(layout: _Layout, row: Row) -> float:
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
