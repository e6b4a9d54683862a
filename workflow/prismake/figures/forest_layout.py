"""The layout of a forest plot: the width of each column from its words, and the parts above and below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prismake.core.labels import by_reason
from prismake.core.measures import PROPORTIONS, WITHOUT_NULL, capitalised, measure_name, measure_of
from prismake.core.notes import PREDICTION
from prismake.core.numbers import Format, format_of

from .canvas import text_width, wrap
from .forest_rows import WORDS, Row, arm_headings, columns, domains, light_words
from .scale import Scale, natural_scale

MARGIN = 0.22
GAP = 0.2
SIZE = 8.5
SMALL = 7.5
PLOT, NARROW_PLOT = 3.3, 2.1
LABEL_LEAST, LABEL_MOST = 2.45, 3.2
NARROW_LABELS = (1.5, 2.2)
READABLE = 180 / 25.4 / 6  # inches a point: printed 180 mm wide, a figure then has no word below 6 points
LIGHT = 0.24
NO_BREAK = "\u00a0"


@dataclass
class Layout:
    """Positions and sizes in inches, from the upper left corner."""

    result: Mapping[str, Any]
    rows: list[Row]
    headings: list[list[str]]
    rights: list[float]
    labels: list[list[str]]
    scale: Scale
    show: Format
    spans: list[tuple[list[str], float, float]]  # the arms above their columns: lines, left and right end
    estimate_x: float
    weight_x: float
    lights_x: list[float]  # the middle of each domain's column
    width: float
    small: float = SMALL
    favours: list[list[str]] = field(default_factory=list)
    title: list[str] = field(default_factory=list)
    foot: list[str] = field(default_factory=list)


def fitted_layout(result: Mapping[str, Any], rows: list[Row]) -> Layout:
    """A layout that is legible in print: with a narrower plot and narrower labels if there are many columns,
    and without small print if that is not enough."""
    layout = _layout(result, rows)
    excess = layout.width - SMALL * READABLE
    if excess > 0.0:
        layout = _layout(result, rows, max(PLOT - excess, NARROW_PLOT))
    if layout.width > SMALL * READABLE:
        layout = _layout(result, rows, NARROW_PLOT, NARROW_LABELS)
        room = SMALL * READABLE - layout.width
        if room >= 0.0:
            return _layout(result, rows, NARROW_PLOT + room, NARROW_LABELS)
        layout = _layout(result, rows, NARROW_PLOT, NARROW_LABELS, SIZE)
    return layout


def _layout(
    result: Mapping[str, Any],
    rows: list[Row],
    plot: float = PLOT,
    room: tuple[float, float] = (LABEL_LEAST, LABEL_MOST),
    small: float = SMALL,
) -> Layout:
    """Column widths, from the text in the columns; ``room`` is the least and the most width of the labels."""
    label = max((text_width(row.label, SIZE) for row in rows if row.kind == "study"), default=0.0)
    label = min(max(label, room[0]), room[1])
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
    scale = natural_scale(measure_of(result), measured, start, start + plot)
    level, show = result.get("level", 95), format_of(result)
    bracket = f"[{level:g} % CI]".replace(" ", NO_BREAK)
    lines = wrap(f"{measured_name(result, show)} {bracket}", 1.5, SIZE, bold=True)
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
    notes = [text_width(row.label, small) for row in rows if row.kind == "note"]
    width = max(width, MARGIN * 2 + max(notes, default=0.0))
    title = wrap(result["title"], width - 2 * MARGIN, 11.5, bold=True)
    note = _footnote(result, rows)
    foot = wrap(note, width - 2 * MARGIN, small) if note else []
    return Layout(
        result, rows, headings, rights, labels, scale, show,
        spans=[(_span(name, lefts[first], rights[last]), lefts[first], rights[last]) for name, first, last in spans],
        estimate_x=estimate_x, weight_x=weight_x, lights_x=lights_x, width=width,
        title=title, foot=foot, small=small, favours=_favours(result, plot, small),
    )  # fmt: skip


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
