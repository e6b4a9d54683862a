"""The layout of a forest plot: the width of each column from its words, and the parts above and below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from prismake.core.labels import by_reason
from prismake.core.measures import PROPORTIONS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.notes import PREDICTION
from prismake.core.numbers import Format, format_of

from .canvas import READABLE, text_width, wrap
from .forest_rows import WORDS, Row, arm_headings, columns, domains, light_words
from .forest_styles import CELLS, ESTIMATE, PLOT, WEIGHT, Style, joined_cells, joined_columns, joined_heading
from .scale import Scale, natural_scale

MARGIN = 0.22
SIZE = 8.5
SMALL = 7.5


@dataclass(frozen=True)
class Room:
    """How much of its width a plot gives to each part: inches of the axis, least and most of the names of studies,
    between columns, and of a column of lights; and the size of the small print in points."""

    plot: float = 3.3
    labels: tuple[float, float] = (2.45, 3.2)
    gap: float = 0.2
    light: float = 0.24
    small: float = SMALL

    @property
    def widest(self) -> float:
        """The width to which words in the small print can be read in print."""
        return self.small * READABLE


NARROW = Room(2.1, (1.5, 2.2))
# From the first on, rooms for more columns; in the last ones no word is smaller than those of the studies.
ROOMS = (
    replace(NARROW, small=SIZE),
    Room(1.7, (1.2, 1.7), 0.16, 0.22, SIZE),
    Room(1.5, (1.0, 1.2), 0.12, 0.21, SIZE),
    Room(1.3, (0.9, 1.0), 0.1, 0.21, SIZE),
)
NO_BREAK = "\u00a0"
ARM_MOST, SIDE_MOST = 1.05, 1.5  # inches: the least for an arm's name, and the most for a label below the axis


@dataclass(frozen=True)
class Heading:
    """The heading of a column: its lines, and where they stand ("left", "right" or "center" of ``x``)."""

    x: float
    align: str
    lines: list[str]


@dataclass
class Layout:
    """Positions and sizes in inches, from the upper left corner."""

    result: Mapping[str, Any]
    style: Style
    rows: list[Row]
    labels: list[list[str]]
    scale: Scale
    show: Format
    headings: list[Heading] = field(default_factory=list)
    rights: list[float] = field(default_factory=list)  # right ends of the columns with numbers
    spans: list[tuple[list[str], float, float]] = field(default_factory=list)  # arms above columns: left and right end
    estimate_x: float = 0.0
    weight_x: float = 0.0
    lights_x: list[float] = field(default_factory=list)  # the middle of each domain's column
    width: float = 0.0
    room: Room = field(default_factory=Room)
    favours: list[list[str]] = field(default_factory=list)
    sides_above: bool = False  # whether these stand above the plot
    title: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)

    @property
    def small(self) -> float:
        """Points of the small print."""
        return self.room.small


def fitted_layout(result: Mapping[str, Any], rows: list[Row], style: Style) -> Layout:
    """A layout that is legible in print: with a narrower plot and narrower labels if there are many columns,
    and without small print if that is not enough."""
    room = Room()
    layout = _layout(result, rows, style, room)
    if (excess := layout.width - room.widest) > 0.0:
        layout = _layout(result, rows, style, replace(room, plot=max(room.plot - excess, NARROW.plot)))
    if layout.width > NARROW.widest:
        layout = _layout(result, rows, style, NARROW)
        spare = NARROW.widest - layout.width
        if spare >= 0.0:
            return _layout(result, rows, style, replace(NARROW, plot=NARROW.plot + spare))
        for room in ROOMS:
            layout = _layout(result, rows, style, room)
            if layout.width <= room.widest:
                break
    return layout


def _layout(result: Mapping[str, Any], rows: list[Row], style: Style, room: Room) -> Layout:
    """Column widths, from the text in the columns."""
    keys = list(columns(result))
    groups = joined_columns(keys, style)
    rows = [
        replace(row, cells=joined_cells(row.cells, keys, groups), label=_called(row, result, style)) for row in rows
    ]
    label = max((text_width(row.label, SIZE) for row in rows if row.kind == "study"), default=0.0)
    label = min(max(label, room.labels[0]), room.labels[1])
    labels = [wrap(row.label, label, SIZE, row.kind in ("pooled", "subtotal", "single")) for row in rows]
    measured = [(row.estimate, row.lower, row.upper) for row in rows if row.kind not in WORDS]
    scale = natural_scale(measure_of(result), measured, 0.0, room.plot)
    layout = Layout(result, style, rows, labels, scale, format_of(result), room=room)
    layout.headings.append(Heading(MARGIN, "left", wrap(style.study, label, SIZE, bold=True)))
    place = {CELLS: _cells, PLOT: _plot, ESTIMATE: _estimate, WEIGHT: _weight}
    x = MARGIN + label
    for part in style.order:
        x = place[part](layout, x)
    named = domains(result)
    layout.lights_x = [x + room.gap + room.light * (index + 0.5) for index in range(len(named))]
    layout.headings += [
        Heading(light, "center", [short]) for light, short in zip(layout.lights_x, short_names(named), strict=True)
    ]
    right = layout.lights_x[-1] + room.light / 2 if named else x
    layout.width = right + MARGIN
    _words(layout)
    return layout


def _called(row: Row, result: Mapping[str, Any], style: Style) -> str:
    """The label of a row in this look: ``Total (95% CI)`` for the main analysis in that of RevMan."""
    if row.kind == "pooled" and style.total:
        return style.typeset(f"{style.total} ({result.get('level', 95):g} % CI)")
    return style.typeset(row.label) if row.kind in ("note", "prediction") else row.label


def _cells(layout: Layout, x: float) -> float:
    """The columns of numbers, with the names of the arms above them; returns the right end."""
    rows, keys = layout.rows, list(columns(layout.result))
    headings = list(columns(layout.result).values())
    groups = joined_columns(keys, layout.style)
    spans = arm_headings(layout.result)
    lefts = []
    for index, group in enumerate(groups):
        heading = joined_heading([headings[i] for i in group], [keys[i] for i in group])
        lines = wrap(heading, 0.95, SIZE, bold=True)
        if len(group) > 1:  # may break after its stroke
            lines = [line.replace("/ ", "/") for line in wrap(heading.replace("/", "/ "), 0.95, SIZE, bold=True)]
        cells = [row.cells[index] for row in rows if row.cells]
        x += layout.room.gap * 0.8 + (0.6 * layout.room.gap if any(first in group for _, first, _ in spans) else 0.0)
        lefts.append(x)
        x += max(*(text_width(line, SIZE, True) for line in lines), *(text_width(cell, SIZE, True) for cell in cells))
        for name, first, last in spans:
            if last in group:  # room for the longest word of the arm's name, up to an inch
                left = lefts[next(i for i, other in enumerate(groups) if first in other)]
                x = max(x, left + min(max(text_width(word, SIZE, True) for word in name.split()), ARM_MOST) + 0.02)
        layout.headings.append(Heading(x, "right", lines))
        layout.rights.append(x)
    at = {position: index for index, group in enumerate(groups) for position in group}
    for name, first, last in spans:
        left, right = lefts[at[first]], layout.rights[at[last]]
        layout.spans.append((_span(name, left, right), left, right))
    return x


def _plot(layout: Layout, x: float) -> float:
    start = x + 1.6 * layout.room.gap
    end = start + layout.scale.end
    layout.scale = replace(layout.scale, start=start, end=end)
    if layout.style.plot_heading:
        layout.headings.append(Heading((start + end) / 2, "center", _measured(layout, end - start)))
    return end + 0.6 * layout.room.gap


def _measured(layout: Layout, room: float) -> list[str]:
    """The heading of the estimates: measure, and kind of interval."""
    bracket = layout.style.bracket(layout.result.get("level", 95)).replace(" ", NO_BREAK)
    lines = wrap(f"{measured_name(layout.result, layout.show)} {bracket}", room, SIZE, bold=True)
    return [line.replace(NO_BREAK, " ") for line in lines]


def _estimate(layout: Layout, x: float) -> float:
    lines = _measured(layout, 1.5)
    printed = [
        text_width(layout.style.printed(row, layout.show), SIZE, row.kind in ("pooled", "subtotal"))
        for row in layout.rows
    ]
    layout.estimate_x = x + layout.room.gap + max(*printed, *(text_width(line, SIZE, True) for line in lines))
    layout.headings.append(Heading(layout.estimate_x, "right", lines))
    return layout.estimate_x


def _weight(layout: Layout, x: float) -> float:
    layout.weight_x = x
    if all(row.weight is None for row in layout.rows):
        return x
    lines = wrap(layout.style.weight, 0.9, SIZE, bold=True)
    layout.weight_x += layout.room.gap + max(text_width(text, SIZE, True) for text in (*lines, "100.0 %"))
    layout.headings.append(Heading(layout.weight_x, "right", lines))
    return layout.weight_x


def _words(layout: Layout) -> None:
    """The texts that run over the whole width: title, headings of groups, lines of statistics, notes below."""
    inner = layout.width - 2 * MARGIN
    for index, row in enumerate(layout.rows):
        if row.kind in WORDS:
            bold = row.kind == "heading"
            layout.labels[index] = wrap(row.label, inner, SIZE if bold else layout.small, bold)
    layout.title = wrap(layout.result["title"], inner, 11.5, bold=True)
    main = (layout.result.get("analyses") or {}).get("main") or {}
    model = f"{layout.style.total}: {main['name']}.\n" if layout.style.total and main.get("name") else ""
    note = model + _footnote(layout.result, layout.rows)
    layout.foot = wrap(note, inner, layout.small) if note else []
    layout.sides_above = layout.style.favours_above
    layout.favours = _favours(layout)


def _span(name: str, left: float, right: float) -> list[str]:
    """The name of an arm over its columns, in at most five lines."""
    lines = wrap(name, right - left, SIZE, bold=True)
    return lines if len(lines) <= 5 else [*lines[:4], f"{lines[4][:-2].rstrip()} …"]


def _favours(layout: Layout) -> list[list[str]]:
    """The labels left and right of no effect, as given in the protocol; none for measures of a single group.

    Each has half of the axis. Labels with longer words stand below the plot in every look, where they have more room.
    """
    sides = [str(side) for side in (layout.result.get("display") or {}).get("favours") or []]
    if len(sides) != 2 or measure_of(layout.result) in WITHOUT_NULL:
        return []
    half = layout.room.plot / 2 - 0.1
    rooms = [half, half]
    longest = max(text_width(word, layout.small) for side in sides for word in side.split())
    if longest > half:
        layout.sides_above = False
        middle = (layout.scale.start + layout.scale.end) / 2
        rooms = [min(SIDE_MOST, free - MARGIN - 0.06) for free in (middle, layout.width - middle)]
    return [wrap(side, room, layout.small) for side, room in zip(sides, rooms, strict=True)]


def measured_name(result: Mapping[str, Any], show: Format) -> str:
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
        parts.append(f"Not pooled: {'; '.join(by_reason(left))}.")
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
