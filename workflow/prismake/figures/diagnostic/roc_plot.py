"""Studies and summary in ROC space: sensitivity over specificity, which falls from left to right."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.numbers import number
from prismake.core.phrases import plural

from ..canvas import AMBER, BLUE, INK, MID_BLUE, MUTED, PALE_BLUE, WHITE, Canvas, wrap
from ..forest_plot import empty_panel, unfinished
from ..forest_rows import study_label
from ..funnel_plot import LABELLED_AT_MOST, label_points
from ..scale import Scale
from .percent_frame import MARGIN, SMALL, percent_frame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SIZE = 8.5
SIDE, LEFT = 4.65, 0.85  # the square, and the room for its vertical axis
KEY = 2.15  # the room for the key on the right
SIDES = ("sensitivity", "specificity")
LARGEST, LEAST = 0.15, 0.03  # radii of the studies in inches
WIDTH = LEFT + SIDE + 0.25 + KEY + MARGIN


def roc_plot(result: Mapping[str, Any]) -> Figure:
    """Studies as circles with areas proportional to their people, the summary point, both regions and the curve."""
    own = result["diagnostic"]
    studies = [s for s in result["studies"] if None not in (s[side]["estimate"] for side in SIDES)]
    title = f"{result['title']}: summary ROC plot"
    if not studies:
        statement = (result.get("counts") or {}).get("statement", "")
        why = "\n".join(filter(None, [result.get("sentence"), statement]))
        return empty_panel(title, "No study with both sides", why, unfinished(result))
    main = own["analyses"].get("main") or {}
    pooled = main if main.get("values") else None
    heading = wrap(title, WIDTH - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, pooled, len(studies)), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.24 * len(heading) + 0.1
    canvas = Canvas(WIDTH, top + SIDE + 0.66 + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    xs, ys = Scale(0.0, 1.0, LEFT, LEFT + SIDE), Scale(0.0, 1.0, top + SIDE, top)
    percent_frame(canvas, xs, ys, "Specificity (%)", "Sensitivity (%)", falling=True)
    _regions(canvas, own, xs, ys)
    places = [(xs.place(1.0 - s["specificity"]["estimate"]), ys.place(s["sensitivity"]["estimate"])) for s in studies]
    radii = _radii(studies)
    for index in sorted(range(len(places)), key=lambda i: -radii[i]):
        canvas.circle(*places[index], radii[index], fill=MID_BLUE, edge=WHITE, line=0.6, order=3)
    if pooled:
        x, y = xs.place(1.0 - pooled["specificity"]["estimate"]), ys.place(pooled["sensitivity"]["estimate"])
        canvas.box(x - 0.055, y - 0.055, 0.11, 0.11, fill=AMBER, edge=WHITE, line=0.8, order=5)
    if len(studies) <= LABELLED_AT_MOST:
        frame = (xs.start, ys.end, xs.end, ys.start)
        label_points(canvas, [study_label(s) for s in studies], places, frame, None, radii)
    _key(canvas, own, pooled, xs.end + 0.25, top)
    canvas.lines(MARGIN, top + SIDE + 0.7, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else INK)
    return canvas.figure


def _regions(canvas: Canvas, own: Mapping[str, Any], xs: Scale, ys: Scale) -> None:
    """Prediction region dashed, confidence region filled, curve solid."""

    def placed(points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
        return [(xs.place(x), ys.place(y)) for x, y in points]

    if own["confidence_region"]:
        canvas.polygon(placed(own["confidence_region"]), fill=PALE_BLUE, edge=BLUE, line=0.9, order=1)
    for points, look in (
        (own["prediction_region"], {"colour": MUTED, "width": 1.0, "dash": (0, (4, 3))}),
        (own["curve"], {"colour": BLUE, "width": 1.4}),
    ):
        if points:
            across, up = zip(*placed(points), strict=True)
            canvas.line(across, up, order=2, **look)


def _radii(studies: Sequence[Mapping[str, Any]]) -> list[float]:
    people = [s["tp"] + s["fp"] + s["fn"] + s["tn"] for s in studies]
    largest = LARGEST * min(1.0, (15 / len(studies)) ** 0.25)
    return [max(LEAST, largest * math.sqrt(n / max(people))) for n in people]


def _key(canvas: Canvas, own: Mapping[str, Any], pooled: Any, x: float, top: float) -> None:
    """What each mark is, beside the square."""
    entries: list[tuple[str, str]] = [("study", "Study (area: people)")]
    if pooled:
        sens, spec = (number(100.0 * pooled[side]["estimate"], 1) for side in SIDES)
        entries.append(("summary", f"Summary: sensitivity {sens} %, specificity {spec} %"))
    entries += [("confidence", "Confidence region")] * bool(own["confidence_region"])
    entries += [("prediction", "Prediction region of a new study")] * bool(own["prediction_region"])
    entries += [("curve", "Summary ROC curve")] * bool(own["curve"])
    y = top + 0.12
    for kind, text in entries:
        middle = x + 0.14
        if kind == "study":
            canvas.circle(middle, y, 0.07, fill=MID_BLUE, edge=WHITE)
        elif kind == "summary":
            canvas.box(middle - 0.055, y - 0.055, 0.11, 0.11, fill=AMBER)
        elif kind == "confidence":
            canvas.box(x, y - 0.06, 0.28, 0.12, fill=PALE_BLUE, edge=BLUE)
        else:
            look = {"colour": BLUE, "width": 1.4} if kind == "curve" else {"colour": MUTED, "dash": (0, (4, 3))}
            canvas.line((x, x + 0.28), (y, y), **look)
        lines = wrap(text, KEY - 0.4, SMALL)
        canvas.lines(x + 0.38, y, lines, SMALL, 0.14)
        y += 0.14 * len(lines) + 0.1


def _foot(result: Mapping[str, Any], pooled: Any, k: int) -> str:
    own, level = result["diagnostic"], f"{result.get('level', 95):g} %"
    parts = []
    if k < len(result["studies"]):
        missing = plural(len(result["studies"]) - k, "study", "studies")
        parts.append(f"Not shown: {missing} with one side alone.")
    if pooled:
        ends = " The curve ends where the specificities of the studies do." if own["curve"] else ""
        parts.append(f"Regions at {level}.{ends}")
        parts += pooled["notes"]
    else:
        parts.append(result["sentence"])
    if pooled and not own["curve"] and not any("curve" in note for note in pooled["notes"]):
        parts.append("There is no curve, because a variance between studies is zero.")
    return "\n".join([*parts, (result.get("counts") or {}).get("statement", "")]).strip()
