"""Predictive values over the prevalence, with those of the prevalences of interest."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.numbers import number

from ..canvas import AMBER, BLUE, INK, MUTED, PALE_AMBER, PALE_BLUE, WHITE, Canvas, text_width, wrap
from ..forest_plot import empty_panel, unfinished
from ..scale import Scale
from .percent_frame import MARGIN, SMALL, percent_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEFT, ACROSS, UP = 0.85, 6.2, 4.0
WIDTH = LEFT + ACROSS + MARGIN
STEPS = 120


def prevalence_curves(result: Mapping[str, Any]) -> Figure:
    """The share of people with the condition among those with a positive, and with a negative test."""
    own, title = result["diagnostic"], f"{result['title']}: probability after the test"
    main = own["analyses"].get("main") or {}
    if not main.get("values"):
        statement = (result.get("counts") or {}).get("statement", "")
        why = "\n".join(filter(None, [result.get("sentence"), statement]))
        return empty_panel(title, "No joint estimate", why, unfinished(result))
    heading = wrap(title, WIDTH - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, main), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(heading) + 0.1
    canvas = Canvas(WIDTH, top + UP + 0.66 + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    xs, ys = Scale(0.0, 1.0, LEFT, LEFT + ACROSS), Scale(0.0, 1.0, top + UP, top)
    percent_frame(canvas, xs, ys, "Prevalence before the test (%)", "Probability of the condition after the test (%)")
    for key, colour, pale in (
        ("positive_likelihood_ratio", BLUE, PALE_BLUE),
        ("negative_likelihood_ratio", AMBER, PALE_AMBER),
    ):
        _curve(canvas, main[key], xs, ys, colour, pale)
    _marks(canvas, main["predictive_values"], xs, ys)
    _named(canvas, main, xs, ys)
    canvas.lines(MARGIN, top + UP + 0.7, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else INK)
    return canvas.figure


def after(prevalence: float, ratio: float) -> float:
    """The probability after a test result with this likelihood ratio."""
    odds = prevalence / (1.0 - prevalence) * ratio
    return odds / (1.0 + odds)


def _grid() -> list[float]:
    """Prevalences on the page, closer together at both ends, where the curves are steep."""
    return [0.5 - 0.4999 * math.cos(math.pi * step / STEPS) for step in range(STEPS + 1)]


def _curve(canvas: Canvas, ratio: Mapping[str, float], xs: Scale, ys: Scale, colour: str, pale: str) -> None:
    grid = _grid()
    at = [xs.place(value) for value in grid]
    low, middle, high = (
        [ys.place(after(value, ratio[key])) for value in grid] for key in ("ci_lb", "estimate", "ci_ub")
    )
    canvas.polygon([*zip(at, high, strict=True), *zip(at[::-1], low[::-1], strict=True)], fill=pale, order=1)
    canvas.line(at, middle, colour=colour, width=1.5, order=3)


def _marks(canvas: Canvas, rows: Sequence[Mapping[str, Any]], xs: Scale, ys: Scale) -> None:
    """A line at each prevalence of interest, with a point on both curves."""
    for row in rows:
        x = xs.place(row["prevalence"])
        canvas.line((x, x), (ys.start, ys.end), colour=MUTED, width=0.6, dash=(0, (2, 2)), order=2)
        for value, colour in ((row["ppv"]["estimate"], BLUE), (1.0 - row["npv"]["estimate"], AMBER)):
            canvas.circle(x, ys.place(value), 0.045, fill=colour, edge=WHITE, line=0.6, order=4)


def _named(canvas: Canvas, main: Mapping[str, Any], xs: Scale, ys: Scale) -> None:
    """Each curve by its name, where it leaves the most room."""
    texts = (
        ("positive_likelihood_ratio", "after a positive test", BLUE, 1),
        ("negative_likelihood_ratio", "after a negative test", AMBER, -1),
    )
    for key, text, colour, _ in texts:
        ratio = main[key]["estimate"]
        # where the slope of the curve is one: the widest distance from the diagonal
        prevalence = 1.0 / (1.0 + math.sqrt(ratio)) if ratio > 0.0 else 0.5
        x, y = xs.place(prevalence), ys.place(after(prevalence, ratio))
        wide = text_width(text, SMALL + 0.5, bold=True)
        left = min(x + 0.12, xs.end - wide - 0.08)
        y = min(max(y + 0.16, ys.end + 0.12), ys.start - 0.12)
        canvas.text(left, y, text, SMALL + 0.5, bold=True, colour=colour)


def _foot(result: Mapping[str, Any], main: Mapping[str, Any]) -> str:
    level = f"{result.get('level', 95):g} %"
    parts = [f"Bands: {level} confidence bands from those of the likelihood ratios; prevalences are taken as known."]
    for row in main["predictive_values"]:
        ppv, npv = (number(100.0 * row[key]["estimate"], 1) for key in ("ppv", "npv"))
        parts.append(
            f"Prevalence {number(100.0 * row['prevalence'], 1)} %: positive predictive value {ppv} %, negative "
            f"predictive value {npv} %."
        )
    return "\n".join([*parts, (result.get("counts") or {}).get("statement", "")]).strip()
