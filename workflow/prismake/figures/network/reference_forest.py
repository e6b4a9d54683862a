"""Every treatment against the reference: the estimate of the network, its interval, where a new study would lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from prismake.core.measures import RATIOS, capitalised, measure_name, measure_of
from prismake.core.numbers import Format, number
from prismake.figures.canvas import BLUE, INK, MID_BLUE, MUTED, READABLE, RULE, Canvas, text_width, wrap
from prismake.figures.forest_layout import MARGIN, SMALL
from prismake.figures.scale import Scale, natural_scale
from prismake.synthesis.network.network_words import MODELS, network_format

ROW, PLOT, GAP, LABEL, LEAST_LABEL = 0.27, 3.1, 0.22, 3.0, 1.0
_SIZE = 9.0


class _Row(NamedTuple):
    """A treatment: lines of its name, direct studies, estimate in words, P-score in words, the estimate."""

    name: list[str]
    studies: str
    words: str
    score: str
    row: Mapping[str, Any]


def reference_forest(result: Mapping[str, Any]) -> Figure:
    """One row per treatment in the order of the protocol, or by effect if ``sort`` says so."""
    own, show = result["network"], network_format(result)
    rows = _rows(result, show, LABEL)
    heads = ["Treatment", "Direct studies", f"{capitalised(measure_name(result))} [{result['level']:g} % CI]"]
    scored = any(row.score for row in rows)
    beside = [
        text_width(heads[1], _SIZE, bold=True),
        max(text_width(heads[2], _SIZE, bold=True), *(text_width(row.words, _SIZE) for row in rows)),
        GAP + text_width("P-score", _SIZE, bold=True) if scored else 0.0,
    ]
    room = SMALL * READABLE - 2 * MARGIN - 3 * GAP - PLOT - sum(beside)
    if room < LABEL:  # else the figure would be so wide that its words cannot be read in print
        rows = _rows(result, show, max(room, LEAST_LABEL))
    names = (text_width(line, _SIZE) for row in rows for line in row.name)
    left = MARGIN + max(text_width(heads[0], _SIZE, bold=True), *names) + GAP + beside[0] + GAP
    right = left + PLOT + GAP
    width = right + beside[1] + beside[2] + MARGIN
    title = wrap(f"{result['title']}: against {own['reference']}", width - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result), width - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(title) + 0.2
    heights = [ROW + 0.15 * (len(row.name) - 1) for row in rows]
    bottom = top + 0.25 + sum(heights)
    canvas = Canvas(width, bottom + 0.62 + 0.14 * len(foot) + MARGIN, f"{result['title']}: against the reference")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    canvas.text(MARGIN, top, heads[0], _SIZE, bold=True)
    canvas.text(left - GAP, top, heads[1], _SIZE, bold=True, align="right")
    canvas.text(right, top, heads[2], _SIZE, bold=True)
    if scored:
        canvas.text(width - MARGIN, top, "P-score", _SIZE, bold=True, align="right")
    canvas.line((MARGIN, width - MARGIN), (top + 0.15, top + 0.15), colour=RULE)
    scale = natural_scale(measure_of(result), [_bounds(row.row) for row in rows], left, left + PLOT)
    _axis(canvas, scale, result, top + 0.15, bottom)
    y = top + 0.25
    for row, high in zip(rows, heights, strict=True):
        middle = y + high / 2
        canvas.lines(MARGIN, middle - 0.075 * (len(row.name) - 1), row.name, _SIZE, 0.15)
        canvas.text(left - GAP, middle, row.studies, _SIZE, align="right")
        _mark(canvas, scale, row.row, middle)
        canvas.text(right, middle, row.words, _SIZE)
        canvas.text(width - MARGIN, middle, row.score, _SIZE, align="right")
        y += high
    canvas.lines(MARGIN, bottom + 0.66, foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _rows(result: Mapping[str, Any], show: Format, label: float) -> list[_Row]:
    """The rows, with names in lines of ``label`` inches."""
    own = result["network"]
    scores = {row["name"]: row.get("p_score") for row in own["treatments"]}
    direct = {
        frozenset(row["treatments"]): row["studies"]
        for row in own["comparisons"]
        if own["reference"] in row["treatments"]
    }
    against = list(own["against"])
    if result["display"]["sort"] == "effect":
        against.sort(key=lambda row: row[own["effects"]]["beta"])
    return [
        _Row(
            wrap(row["treatment"], label, _SIZE),
            str(direct.get(frozenset((row["treatment"], own["reference"])), "–")),
            show.estimate(row[own["effects"]]),
            "" if scores[row["treatment"]] is None else number(scores[row["treatment"]]),
            row[own["effects"]],
        )
        for row in against
    ]


def _bounds(row: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    return row["estimate"], row["ci_lb"], row["ci_ub"]


def _axis(canvas: Canvas, scale: Scale, result: Mapping[str, Any], top: float, bottom: float) -> None:
    none = scale.place(1.0 if measure_of(result) in RATIOS else 0.0)
    canvas.line((none, none), (top, bottom), colour=MUTED, width=0.8)
    canvas.line((scale.start, scale.end), (bottom, bottom), width=0.8)
    for value, label in scale.ticks():
        x = scale.place(value)
        canvas.line((x, x), (bottom, bottom + 0.05), width=0.7)
        canvas.text(x, bottom + 0.15, label, SMALL, align="center")
    sides: Sequence[str] = result["display"]["favours"]
    if len(sides) == 2:
        canvas.text(none - 0.1, bottom + 0.36, f"← {sides[0]}", SMALL, align="right", colour=MUTED)
        canvas.text(none + 0.1, bottom + 0.36, f"{sides[1]} →", SMALL, colour=MUTED)


def _mark(canvas: Canvas, scale: Scale, row: Mapping[str, Any], y: float) -> None:
    """The square of the estimate, its interval, and the prediction interval; arrows where a line leaves the axis."""
    for low, high, look in (
        (row["pi_lb"], row["pi_ub"], {"colour": MID_BLUE, "width": 0.9}),
        (row["ci_lb"], row["ci_ub"], {"colour": INK, "width": 1.6}),
    ):
        if low is None or high is None:
            continue
        ends = [min(max(scale.place(value), scale.start), scale.end) for value in (low, high)]
        canvas.line(ends, (y, y), **look)
        for value, end, way in ((low, ends[0], -1), (high, ends[1], 1)):
            if not scale.inside(value):
                tip = end + way * 0.02
                corners = [(tip, y), (tip - way * 0.08, y - 0.04), (tip - way * 0.08, y + 0.04)]
                canvas.polygon(corners, fill=look["colour"])
    if row["estimate"] is not None and scale.inside(row["estimate"]):
        x = scale.place(row["estimate"])
        canvas.box(x - 0.055, y - 0.055, 0.11, 0.11, fill=BLUE, order=4)


def _foot(result: Mapping[str, Any]) -> str:
    own = result["network"]
    row, show = own["heterogeneity"], network_format(result)
    model = capitalised(MODELS[own["effects"]])
    tau2 = f", tau² = {show.variance(row['tau2'])} ({own['method']})" if own["effects"] == "random" else ""
    ahead = " Thin lines: prediction intervals." if own["against"] and _predicted(own) else ""
    return f"{model}{tau2}.{ahead} {result['counts']['statement']}"


def _predicted(own: Mapping[str, Any]) -> bool:
    return any(row[own["effects"]]["pi_lb"] is not None for row in own["against"])
