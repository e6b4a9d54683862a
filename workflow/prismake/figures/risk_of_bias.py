"""The share of the evidence for an outcome at each risk of bias: one bar per domain, by weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .appraisal_cells import BAD, GOOD, NOT_APPLICABLE, SOME, UNCLEAR, UNDECIDED, WORST
from .canvas import AMBER, INK, MUTED, WHITE, Canvas, text_width, wrap
from .forest_plot import empty_panel
from .light_marks import LEGEND_LINE, LOOKS, legend, legend_lines

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN, ROW, BAR, SIZE, SMALL, PLOT = 0.22, 0.3, 0.19, 8.5, 7.5, 3.6
ORDER = (GOOD, SOME, UNCLEAR, BAD, WORST, UNDECIDED, NOT_APPLICABLE)
JUDGED = {GOOD: "low risk", SOME: "some concerns or moderate", UNCLEAR: "unclear", BAD: "high or serious risk"}
STARRED = {GOOD: "all stars", SOME: "some stars", BAD: "no star"}
REST = {WORST: "critical risk", UNDECIDED: "not judged yet", NOT_APPLICABLE: "does not apply"}
Studies = Sequence[Mapping[str, Any]]


def summary(result: Mapping[str, Any]) -> Figure:
    """Bars of the shares of weight at each rating, one per domain, in one block per instrument.

    Args:
        result: a mapping like ``pooling/<outcome>.json``, whose studies have ``appraisal`` and ``weight_pct``. Weights
            are those of the forest plot; a single study counts with all of it.
    """
    title = f"{result['title']}: risk of bias"
    blocks = _blocks(result["studies"])
    if not blocks:
        return empty_panel(title, "Nothing to show", "No pooled study has been judged by domain.")
    names = [rating["label"] for studies in blocks.values() for rating in studies[0]["appraisal"]["ratings"]]
    label = max(text_width(name, SIZE) for name in names) + 0.25
    width = 2 * MARGIN + label + PLOT + 0.3
    heads = {name: wrap(_head(studies), width - 2 * MARGIN, SIZE, bold=True) for name, studies in blocks.items()}
    heights = [
        0.17 * len(heads[name])
        + ROW * len(studies[0]["appraisal"]["ratings"])
        + LEGEND_LINE * len(legend_lines(_words(studies), width - 2 * MARGIN))
        + 0.32
        for name, studies in blocks.items()
    ]
    titles = wrap(title, width - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result), width - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(titles) + 0.1
    canvas = Canvas(width, top + sum(heights) + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, titles, 11.5, 0.24, bold=True)
    y = top
    for (name, studies), height in zip(blocks.items(), heights, strict=True):
        _block(canvas, studies, heads[name], label, y)
        y += height
    canvas.lines(MARGIN, y + 0.06, foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _blocks(studies: Studies) -> dict[str, list[Mapping[str, Any]]]:
    blocks: dict[str, list[Mapping[str, Any]]] = {}
    for study in studies:
        judged = study.get("appraisal") or {}
        if judged.get("ratings"):
            blocks.setdefault(judged["instrument"], []).append(study)
    return dict(sorted(blocks.items()))


def _head(studies: Studies) -> str:
    count = f"{len(studies)} {'study' if len(studies) == 1 else 'studies'}"
    return f"{studies[0]['appraisal']['title']} ({count})"


def _foot(result: Mapping[str, Any]) -> str:
    studies = result["studies"]
    weighted = all(study.get("weight_pct") is not None for study in studies)
    how = "Bars are shares of the weight in the forest plot" if weighted else "Bars are shares of the studies"
    without = [study["label"] for study in studies if not (study.get("appraisal") or {}).get("ratings")]
    left = f" Not judged by domain: {'; '.join(without)}." if without else ""
    return f"{how}, within each instrument.{left}"


def shares(studies: Studies, domain: str) -> dict[str, float]:
    """The share of weight of each rating of a domain, in the order of drawing; they add up to one."""
    weights = [study.get("weight_pct") for study in studies]
    numbers = [float(weight) if weight is not None else 1.0 for weight in weights]
    if None in weights:
        numbers = [1.0] * len(studies)
    total: dict[str, float] = {}
    for study, weight in zip(studies, numbers, strict=True):
        rating = next(row["rating"] for row in study["appraisal"]["ratings"] if row["name"] == domain)
        total[rating] = total.get(rating, 0.0) + weight / sum(numbers)
    return {kind: total[kind] for kind in ORDER if kind in total}


def _block(canvas: Canvas, studies: Studies, head: list[str], label: float, top: float) -> None:
    canvas.lines(MARGIN, top + 0.06, head, SIZE, 0.17, bold=True)
    y = top + 0.17 * len(head) + 0.12
    start = MARGIN + label
    for row in studies[0]["appraisal"]["ratings"]:
        canvas.text(MARGIN, y + ROW / 2, row["label"], SIZE)
        x = start
        for kind, share in shares(studies, row["name"]).items():
            _bar(canvas, kind, x, y + (ROW - BAR) / 2, share)
            x += PLOT * share
        y += ROW
    legend(canvas, _words(studies), MARGIN, y + 0.16, canvas.width - 2 * MARGIN)


def _words(studies: Studies) -> dict[str, str]:
    """The ratings that a block shows, in words."""
    ratings = [row for study in studies for row in study["appraisal"]["ratings"]]
    words = (STARRED if any("stars" in row["word"] for row in ratings) else JUDGED) | REST
    present = {row["rating"] for row in ratings}
    return {kind: words[kind] for kind in ORDER if kind in present}


def _bar(canvas: Canvas, kind: str, x: float, y: float, share: float) -> None:
    fill, symbol, colour = LOOKS.get(kind, (WHITE, "", INK))
    edge = {"edge": AMBER if kind == UNDECIDED else MUTED, "line": 0.6} if kind not in LOOKS else {}
    canvas.box(x, y, PLOT * share, BAR, fill=fill, **edge)
    text = f"{symbol} {100 * share:.0f} %".strip()
    if text_width(text, SMALL) + 0.08 < PLOT * share:
        canvas.text(x + PLOT * share / 2, y + BAR / 2, text, SMALL, align="center", bold=True, colour=colour)
