"""The paired forest plot: 2 x 2 table, sensitivity and specificity of each study, with the summary below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prismake.core.numbers import number
from prismake.protocol.measure_parts import ACCURACY
from prismake.synthesis.diagnostic.accuracy_sentences import people_of

from ..canvas import AMBER, BLUE, MUTED, PALE_BLUE, RULE, Canvas, text_width, wrap
from ..forest_layout import READABLE, short_names
from ..forest_plot import empty_panel, unfinished
from ..forest_rows import domains, in_order, light_words, study_label
from ..light_marks import light
from ..scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN, GAP, SIZE, SMALL = 0.22, 0.13, 8.0, 8.0
ROW, LINE = 0.215, 0.15
PLOTS, LIGHT, RADIUS = (0.8, 1.55), 0.23, 0.0925
LABELS = (1.2, 1.9)
SIDES = ("sensitivity", "specificity")
SHORT = {"tp": "TP", "fp": "FP", "fn": "FN", "tn": "TN"}


@dataclass
class _Columns:
    """Right ends of the counts, the estimate and the plot of each side, the middles of the lights, and the width."""

    counts: list[float]
    printed: list[float]
    plots: list[Scale]
    lights: list[float]
    width: float


def accuracy_forest(result: Mapping[str, Any]) -> Figure:
    """The paired forest plot of one outcome; areas of the squares are proportional to the people of a side."""
    own, statement = result["diagnostic"], (result.get("counts") or {}).get("statement", "")
    if not result["studies"]:
        why = "\n".join(filter(None, [result.get("sentence"), statement]))
        return empty_panel(result["title"], "Nothing to pool yet", why, unfinished(result))
    studies = in_order(result, result["studies"])
    main = own["analyses"].get("main") or {}
    pooled = main if main.get("values") else None
    labels = [wrap(study_label(study), LABELS[1], SIZE) for study in studies]
    places = _columns(result, studies, labels, pooled)
    shown = domains(result)
    heading = wrap(result["title"], places.width - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, pooled, shown), places.width - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(heading) + 0.12 + LINE
    body = top + 0.16
    rows = body + sum(_height(lines) for lines in labels)
    bottom = rows + (0.1 + 2 * ROW if pooled else 0.0)
    canvas = Canvas(places.width, bottom + 0.72 + 0.14 * len(foot) + MARGIN, f"{result['title']}: forest plot")
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    _headings(canvas, places, shown, top)
    _axes(canvas, places, body, bottom, pooled)
    y = body
    for study, lines in zip(studies, labels, strict=True):
        _study(canvas, places, study, lines, y, _most(studies), list(shown))
        y += _height(lines)
    if pooled:
        _summary(canvas, places, studies, pooled, rows + 0.1)
    canvas.lines(MARGIN, bottom + 0.76, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else MUTED)
    return canvas.figure


def _height(lines: Sequence[str]) -> float:
    return ROW + LINE * (len(lines) - 1)


def _count(value: float | None) -> str:
    return "NR" if value is None else f"{value:,}"


def _total(studies: Sequence[Mapping[str, Any]], role: str) -> str:
    """The sum of a cell over the studies whose side it belongs to can be used."""
    side = SIDES[0] if role in ("tp", "fn") else SIDES[1]
    return f"{sum(study[role] for study in studies if people_of(study, side)):,}"


def _printed(row: Mapping[str, Any]) -> str:
    """“79.8 [72.2, 85.7]” in per cent; a dash for a side without people."""
    if row["estimate"] is None:
        return "–"
    low, high = (number(100.0 * row[key], 1) for key in ("ci_lb", "ci_ub"))
    return f"{number(100.0 * row['estimate'], 1)} [{low}, {high}]"


def _columns(
    result: Mapping[str, Any], studies: Sequence[Mapping[str, Any]], labels: list[list[str]], pooled: Any
) -> _Columns:
    label = max([LABELS[0], *(text_width(line, SIZE) for lines in labels for line in lines)])
    x, counts = MARGIN + label, []
    for role in ACCURACY:
        cells = [_count(study[role]) for study in studies] + [_total(studies, role)]
        x += GAP + max(text_width(cell, SIZE, bold=True) for cell in [*cells, SHORT[role]])
        counts.append(x)
    shown, texts = domains(result), []
    for side in SIDES:
        cells = [_printed(study[side]) for study in studies] + ([_printed(pooled[side])] if pooled else [])
        texts.append(max(text_width(cell, SIZE, bold=True) for cell in [*cells, f"{side.capitalize()} (%)"]))
    beside = GAP + LIGHT * len(shown) if shown else 0.0
    without = x + sum(texts) + 6 * GAP + beside + MARGIN
    plot = min(max((0.995 * SMALL * READABLE - without) / 2, PLOTS[0]), PLOTS[1])
    printed, plots = [], []
    for text in texts:
        x += 2 * GAP + text
        printed.append(x)
        plots.append(Scale(0.0, 1.0, x + GAP, x + GAP + plot))
        x += GAP + plot
    lights = [x + GAP + LIGHT * (index + 0.5) for index in range(len(shown))]
    return _Columns(counts, printed, plots, lights, x + beside + MARGIN)


def _headings(canvas: Canvas, places: _Columns, shown: Mapping[str, str], top: float) -> None:
    canvas.text(MARGIN, top, "Study", SIZE, bold=True)
    for role, right in zip(ACCURACY, places.counts, strict=True):
        canvas.text(right, top, SHORT[role], SIZE, bold=True, align="right")
    for side, right in zip(SIDES, places.printed, strict=True):
        canvas.text(right, top, f"{side.capitalize()} (%)", SIZE, bold=True, align="right")
    for name, x in zip(short_names(shown), places.lights, strict=True):
        canvas.text(x, top, name, SMALL, bold=True, align="center")
    canvas.line((MARGIN, places.width - MARGIN), (top + 0.11,) * 2, width=0.9)


def _axes(canvas: Canvas, places: _Columns, body: float, bottom: float, pooled: Any) -> None:
    for side, scale in zip(SIDES, places.plots, strict=True):
        for value in (0.0, 0.25, 0.5, 0.75, 1.0):
            x = scale.place(value)
            canvas.line((x, x), (body, bottom), colour=RULE, width=0.4, order=0)
            canvas.line((x, x), (bottom + 0.04, bottom + 0.09), width=0.7)
            if value in (0.0, 0.5, 1.0):
                canvas.text(x, bottom + 0.19, f"{100 * value:g}", SMALL, align="center")
        canvas.line((scale.start, scale.end), (bottom + 0.04,) * 2, width=0.9)
        middle = (scale.start + scale.end) / 2
        canvas.text(middle, bottom + 0.38, f"{side.capitalize()} (%)", SMALL, align="center", colour=MUTED)
        if pooled:
            x = scale.place(pooled[side]["estimate"])
            canvas.line((x, x), (body, bottom), colour=BLUE, width=0.8, dash=(0, (3, 3)), order=1)


def _most(studies: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The largest number of people of each side."""
    return {side: max(people_of(study, side) for study in studies) for side in SIDES}


def _study(
    canvas: Canvas, places: _Columns, study: Mapping[str, Any], lines: list[str], y: float, most: Mapping[str, float],
    shown: Sequence[str],
) -> None:  # fmt: skip
    middle = y + _height(lines) / 2
    canvas.lines(MARGIN, middle - LINE * (len(lines) - 1) / 2, lines, SIZE, LINE)
    for role, right in zip(ACCURACY, places.counts, strict=True):
        canvas.text(right, middle, _count(study[role]), SIZE, align="right")
    for side, right, scale in zip(SIDES, places.printed, places.plots, strict=True):
        row = study[side]
        canvas.text(right, middle, _printed(row), SIZE, align="right")
        if row["estimate"] is None:
            continue
        canvas.line([scale.place(row[key]) for key in ("ci_lb", "ci_ub")], (middle, middle), width=0.9)
        half = max(0.5 * 0.15 * (people_of(study, side) / most[side]) ** 0.5, 0.022)
        x = scale.place(row["estimate"])
        canvas.box(x - half, middle - half, 2 * half, 2 * half, fill=BLUE, order=3)
    own = {rating["name"]: rating["rating"] for rating in (study.get("appraisal") or {}).get("ratings", ())}
    for name, x in zip(shown, places.lights, strict=True):
        if own.get(name):
            light(canvas, own[name], x, middle, RADIUS)


def _summary(
    canvas: Canvas, places: _Columns, studies: Sequence[Mapping[str, Any]], pooled: Mapping[str, Any], y: float
) -> None:
    """The summary as diamonds, and the prediction intervals below."""
    canvas.box(MARGIN - 0.06, y, places.width - 2 * MARGIN + 0.12, ROW, fill=PALE_BLUE, order=-1)
    first, second = y + ROW / 2, y + 1.5 * ROW
    canvas.text(MARGIN, first, "Summary", SIZE, bold=True)
    canvas.text(MARGIN, second, "Prediction interval", SIZE)
    for role, right in zip(ACCURACY, places.counts, strict=True):
        canvas.text(right, first, _total(studies, role), SIZE, align="right", bold=True)
    for side, right, scale in zip(SIDES, places.printed, places.plots, strict=True):
        row = pooled[side]
        canvas.text(right, first, _printed(row), SIZE, align="right", bold=True)
        low, x, high = (scale.place(row[key]) for key in ("ci_lb", "estimate", "ci_ub"))
        canvas.polygon(
            [(min(low, x - 0.01), first), (x, first - 0.08), (max(high, x + 0.01), first), (x, first + 0.08)]
        )
        limits = [number(100.0 * row[key], 1) for key in ("pi_lb", "pi_ub")]
        canvas.text(right, second, f"[{limits[0]}, {limits[1]}]", SIZE, align="right")
        ends = [scale.place(row[key]) for key in ("pi_lb", "pi_ub")]
        canvas.line(ends, (second, second), colour=BLUE, width=1.6)
        for end in ends:
            canvas.line((end, end), (second - 0.05, second + 0.05), colour=BLUE, width=1.6)


def _foot(result: Mapping[str, Any], pooled: Any, shown: Mapping[str, str]) -> str:
    level = f"{result.get('level', 95):g} %"
    parts = [
        "TP, FP, FN, TN: true and false positives and negatives (NR: not reported). Estimates with "
        f"{level} intervals, of single studies exact (Clopper–Pearson); areas are proportional to the people of that "
        "side."
    ]
    if pooled:
        parts += pooled["notes"]
    elif (result["diagnostic"]["analyses"].get("main") or {}).get("error"):
        parts.append(result["sentence"])
    parts += result.get("notes") or []
    if shown:
        legend = "; ".join(f"{short} {label}" for short, label in zip(short_names(shown), shown.values(), strict=True))
        parts.append(f"{light_words(result['studies'])} {legend}.")
    if left := result.get("left_out"):
        parts.append("Not pooled: " + "; ".join(f"{row['label']} ({row['reason']})" for row in left) + ".")
    return "\n".join([*parts, (result.get("counts") or {}).get("statement", "")]).strip()
