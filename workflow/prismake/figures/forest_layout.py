"""The layout of a forest plot: the width of each column from its words, and the parts above and below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from prismake.core.measures import PROPORTIONS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.notes import PREDICTION
from prismake.core.numbers import Format, format_of

from .canvas import READABLE, text_width, wrap
from .forest_rows import WORDS, Row, arm_headings, columns, domains, light_words
from .forest_styles import CELLS, ESTIMATE, PLOT, WEIGHT, Style, joined_cells, joined_columns, joined_heading
from .scale import Scale, natural_scale

MARGIN = 0.22
GAP = 0.2
SIZE = 8.5
SMALL = 7.5
PLOT_WIDTH, NARROW_PLOT, NARROWEST_PLOT = 3.3, 2.1, 1.7
LABEL_LEAST, LABEL_MOST = 2.45, 3.2
NARROW_LABELS, NARROWEST_LABELS = (1.5, 2.2), (1.0, 1.5)
LIGHT = 0.24
NO_BREAK = "\u00a0"


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
    small: float = SMALL
    favours: list[list[str]] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


def fitted_layout(result: Mapping[str, Any], rows: list[Row], style: Style) -> Layout:
    """A layout that is legible in print: with a narrower plot and narrower labels if there are many columns,
    and without small print if that is not enough."""
    layout = _layout(result, rows, style)
    excess = layout.width - SMALL * READABLE
    if excess > 0.0:
        layout = _layout(result, rows, style, max(PLOT_WIDTH - excess, NARROW_PLOT))
    if layout.width > SMALL * READABLE:
        layout = _layout(result, rows, style, NARROW_PLOT, NARROW_LABELS)
        room = SMALL * READABLE - layout.width
        if room >= 0.0:
            return _layout(result, rows, style, NARROW_PLOT + room, NARROW_LABELS)
        layout = _layout(result, rows, style, NARROW_PLOT, NARROW_LABELS, SIZE)
    if layout.width > SIZE * READABLE:
        layout = _layout(result, rows, style, NARROWEST_PLOT, NARROWEST_LABELS, SIZE)
    return layout


def _layout(
    result: Mapping[str, Any],
    rows: list[Row],
    style: Style,
    plot: float = PLOT_WIDTH,
    room: tuple[float, float] = (LABEL_LEAST, LABEL_MOST),
    small: float = SMALL,
) -> Layout:
    """Column widths, from the text in the columns; ``room`` is the least and the most width of the labels."""
    keys = list(columns(result))
    groups = joined_columns(keys, style)
    rows = [
        replace(row, cells=joined_cells(row.cells, keys, groups), label=_called(row, result, style)) for row in rows
    ]
    label = max((text_width(row.label, SIZE) for row in rows if row.kind == "study"), default=0.0)
    label = min(max(label, room[0]), room[1])
    labels = [wrap(row.label, label, SIZE, row.kind in ("pooled", "subtotal", "single")) for row in rows]
    measured = [(row.estimate, row.lower, row.upper) for row in rows if row.kind not in WORDS]
    scale = natural_scale(measure_of(result), measured, 0.0, plot)
    layout = Layout(result, style, rows, labels, scale, format_of(result), small=small)
    layout.headings.append(Heading(MARGIN, "left", [style.study]))
    place = {CELLS: _cells, PLOT: _plot, ESTIMATE: _estimate, WEIGHT: _weight}
    x = MARGIN + label
    for part in style.order:
        x = place[part](layout, x)
    named = domains(result)
    layout.lights_x = [x + GAP + LIGHT * (index + 0.5) for index in range(len(named))]
    layout.headings += [
        Heading(light, "center", [short]) for light, short in zip(layout.lights_x, short_names(named), strict=True)
    ]
    right = layout.lights_x[-1] + LIGHT / 2 if named else x
    layout.width = right + MARGIN
    _words(layout, plot)
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
        lines = wrap(joined_heading([headings[i] for i in group], [keys[i] for i in group]), 0.95, SIZE, bold=True)
        cells = [row.cells[index] for row in rows if row.cells]
        x += GAP * 0.8 + (0.12 if any(first in group for _, first, _ in spans) else 0.0)
        lefts.append(x)
        x += max(*(text_width(line, SIZE, True) for line in lines), *(text_width(cell, SIZE, True) for cell in cells))
        layout.headings.append(Heading(x, "right", lines))
        layout.rights.append(x)
    at = {position: index for index, group in enumerate(groups) for position in group}
    for name, first, last in spans:
        left, right = lefts[at[first]], layout.rights[at[last]]
        layout.spans.append((_span(name, left, right), left, right))
    return x


def _plot(layout: Layout, x: float) -> float:
    start = x + GAP + 0.12
    end = start + layout.scale.end
    layout.scale = replace(layout.scale, start=start, end=end)
    if layout.style.plot_heading:
        layout.headings.append(Heading((start + end) / 2, "center", _measured(layout, end - start)))
    return end + 0.12


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
    layout.estimate_x = x + GAP + max(*printed, *(text_width(line, SIZE, True) for line in lines))
    layout.headings.append(Heading(layout.estimate_x, "right", lines))
    return layout.estimate_x


def _weight(layout: Layout, x: float) -> float:
    layout.weight_x = x
    if all(row.weight is None for row in layout.rows):
        return x
    lines = wrap(layout.style.weight, 0.9, SIZE, bold=True)
    layout.weight_x += GAP + max(text_width(text, SIZE, True) for text in (*lines, "100.0 %"))
    layout.headings.append(Heading(layout.weight_x, "right", lines))
    return layout.weight_x


def _words(layout: Layout, plot: float) -> None:
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
    layout.favours = _favours(layout.result, plot, layout.small)


def _span(name: str, left: float, right: float) -> list[str]:
    """The name of an arm in at most two lines over its columns."""
    lines = wrap(name, max(right - left, 0.8), SIZE, bold=True)
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1].rstrip()} …"]


def _favours(result: Mapping[str, Any], plot: float, small: float) -> list[list[str]]:
    """The labels left and right of no effect, as given in the protocol; none for measures of a single group."""
    sides = (result.get("display") or {}).get("favours") or []
    if len(sides) != 2 or measure_of(result) in WITHOUT_NULL:
        return []
    return [wrap(str(side), plot / 2 - 0.1, small) for side in sides]


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
