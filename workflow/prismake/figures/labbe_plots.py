"""L'Abbé plots: the risk in one arm against that in the other, study by study.

L'Abbé KA, Detsky AS, O'Rourke K. Ann Intern Med 1987;107:224-233.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.measures import measure_name, measure_of

from .bubble_plots import radii_of
from .canvas import AMBER, BLUE, INK, MID_BLUE, MUTED, WHITE, Canvas, wrap
from .forest_plot import NO_STUDIES, empty_panel, unfinished
from .forest_rows import study_label
from .funnel_plot import LABELLED_AT_MOST, LEFT, MARGIN, SMALL, axes, label_points
from .scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIDE = 4.3  # inches of both axes, which are of one length so that no effect is the diagonal
WIDTH = LEFT + SIDE + MARGIN + 0.15
STEPS = 60  # points of the line of the pooled effect
COUNTS = ("events1", "total1", "events2", "total2")


def labbe(result: Mapping[str, Any]) -> Figure:
    """The L'Abbé plot of an outcome with events in two arms.

    Args:
        result: a mapping like ``pooling/<outcome>.json`` of a risk ratio, odds ratio or risk difference.

    The first arm is on the vertical axis. Areas are proportional to the weights in the forest plot (without weights, to
    the numbers of participants). Solid line: the pooled effect at each risk in the second arm; dashed: no effect.
    """
    title = f"{result['title']}: risk in each arm"
    studies = [study for study in result["studies"] if all(study.get(key) is not None for key in COUNTS)]
    studies = [study for study in studies if study["total1"] and study["total2"]]
    if not studies:
        statement = (result.get("counts") or {}).get("statement", "")
        return empty_panel(title, NO_STUDIES, statement, unfinished(result), WIDTH)
    points = [(study["events2"] / study["total2"], study["events1"] / study["total1"]) for study in studies]
    heading = wrap(title, WIDTH - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, studies), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(heading) + 0.1
    bottom = top + SIDE
    canvas = Canvas(WIDTH, bottom + 0.68 + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    most = _rounded_up(max(max(point) for point in points))
    xs, ys = Scale(0.0, most, LEFT, LEFT + SIDE), Scale(0.0, most, bottom, top)
    _frame(canvas, result, xs, ys)
    effect = _lines(canvas, result, xs, ys)
    places = [(xs.place(x), ys.place(y)) for x, y in points]
    radii = radii_of(_sizes(studies))
    for index in sorted(range(len(places)), key=lambda i: -radii[i]):  # small bubbles on top of large ones
        canvas.circle(*places[index], radii[index], fill=MID_BLUE, edge=WHITE, line=0.6, order=3)
    if len(places) <= LABELLED_AT_MOST:
        names = [study_label(study) for study in studies]
        lines = [((xs.start, bottom), (xs.end, top)), *([(effect[0], effect[-1])] if len(effect) > 1 else [])]
        label_points(canvas, names, places, (xs.start, top, xs.end, bottom), None, radii, lines)
    canvas.lines(MARGIN, bottom + 0.72, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else INK)
    return canvas.figure


def _frame(canvas: Canvas, result: Mapping[str, Any], xs: Scale, ys: Scale) -> None:
    arms = (result.get("display") or {}).get("arms") or []
    first, second = arms if len(arms) == 2 else ("arm 1", "arm 2")
    axes(canvas, xs, ys, f"Risk, {second}", f"Risk, {first}")


def _lines(canvas: Canvas, result: Mapping[str, Any], xs: Scale, ys: Scale) -> list[tuple[float, float]]:
    """No effect, and the pooled effect at each risk in the second arm; returns the places of the latter."""
    canvas.line((xs.start, xs.end), (ys.start, ys.end), colour=MUTED, width=0.8, dash=(0, (3, 3)), order=1)
    effect = ((result.get("analyses") or {}).get("main") or {}).get("estimate")
    if effect is None:  # a single study, or nothing to pool
        return []
    risks = [xs.high * step / STEPS for step in range(STEPS + 1)]
    line = [(x, risk_at(measure_of(result), effect, x)) for x in risks]
    inside = [(xs.place(x), ys.place(y)) for x, y in line if 0.0 <= y <= ys.high]
    if len(inside) > 1:
        canvas.line(*zip(*inside, strict=True), colour=BLUE, width=1.3, order=4)
    return inside


def risk_at(measure: str, effect: float, risk: float) -> float:
    """The risk in the first arm where the second has ``risk``, by the definition of the measure."""
    if measure == "RD":
        return risk + effect
    if measure == "RR":
        return risk * effect
    return risk * effect / (1.0 - risk + risk * effect)


def _sizes(studies: Sequence[Mapping[str, Any]]) -> list[float]:
    weights = [study.get("weight_pct") for study in studies]
    if None in weights or not any(weights):
        return [float(study["total1"] + study["total2"]) for study in studies]
    return [float(weight or 0.0) for weight in weights]


def _rounded_up(risk: float) -> float:
    """The end of both axes: the next of 0.05, 0.1, 0.2, … 1."""
    steps = (0.01, 0.02, 0.05, *(step / 10 for step in range(1, 11)))
    return next((step for step in steps if risk * 1.05 <= step), 1.0)


def _foot(result: Mapping[str, Any], studies: Sequence[Mapping[str, Any]]) -> str:
    weighted = all(study.get("weight_pct") is not None for study in studies)
    size = "weight in the forest plot" if weighted else "number of participants"
    pooled = ((result.get("analyses") or {}).get("main") or {}).get("estimate") is not None
    line = f" Solid line: the pooled {measure_name(result)} at each risk in the second arm." if pooled else ""
    parts = [
        f"Each bubble is a study; its area is proportional to its {size}. Dashed line: equal risks.{line}",
        (result.get("counts") or {}).get("statement", ""),
    ]
    return "\n".join(part for part in parts if part)
