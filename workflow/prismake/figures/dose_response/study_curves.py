"""The curves of single studies around the pooled one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.synthesis.dose_response.dose_words import at_dose

from ..canvas import BLUE, MID_BLUE, MUTED, RULE, text_width
from ..funnel_plot import SMALL
from .curve_frame import CurveFrame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMED = 14  # studies up to which each curve has its name
STEP = 0.17  # inches between names


def study_curves(result: Mapping[str, Any]) -> Figure:
    """Each study's curve over its own doses, drawn towards the pooled one as far as its data leave open."""
    own = result["dose_response"]
    curves = own["study_curves"]
    values = [value for curve in curves for _, value in curve["points"] if value is not None]
    values += [
        group["against_curve"]
        for study in result["studies"]
        for group in study["groups"]
        if study["weight_pct"] is not None and group["against_curve"] is not None
    ]
    named = len(curves) <= NAMED
    room = 0.35 + max(text_width(curve["label"], SMALL) for curve in curves) if named else 0.0
    frame = CurveFrame(result, f"{result['title']}: curves of studies", _foot(result), values, room)
    canvas = frame.canvas
    for study in result["studies"]:
        _groups(frame, study)
    ends = []
    for curve in curves:
        xs = [frame.xs.place(dose) for dose, _ in curve["points"]]
        ys = [frame.height(value) for _, value in curve["points"]]
        canvas.line(xs, ys, colour=MID_BLUE, width=0.8, order=2)
        ends.append((ys[-1], xs[-1], curve["label"]))
    rows = own["curve"]
    canvas.line(frame.across(rows), frame.heights(rows, "estimate"), colour=BLUE, width=2.0, order=4)
    if named:
        _names(frame, sorted(ends))
    return canvas.figure


def _groups(frame: CurveFrame, study: Mapping[str, Any]) -> None:
    """The dose groups of a study as points on a thin line."""
    groups = [group for group in study["groups"] if group.get("against_curve") is not None]
    if study["weight_pct"] is None or not groups:
        return
    xs = [frame.xs.place(group["assigned"]) for group in groups]
    ys = [frame.height(group["against_curve"]) for group in groups]
    frame.canvas.line(xs, ys, colour=RULE, width=0.7, order=1)
    for x, y, group in zip(xs, ys, groups, strict=True):
        if group["yi"] is not None:
            frame.canvas.circle(x, y, 0.022, fill=MUTED, order=1)


def _names(frame: CurveFrame, ends: Sequence[tuple[float, float, str]]) -> None:
    """The name of each study beside the frame, with a line to the end of its curve."""
    places: list[float] = []
    for y, _, _ in ends:
        places.append(max(y, places[-1] + STEP if places else frame.top))
    over = max(0.0, places[-1] - frame.bottom)
    for i in reversed(range(len(places))):  # those that would stand below the frame move up, and others with them
        least = places[i] - over if i == len(places) - 1 else min(places[i], places[i + 1] - STEP)
        places[i] = least
    start = frame.xs.end
    for place, (y, x, label) in zip(places, ends, strict=True):
        frame.canvas.line((x, start + 0.04, start + 0.16), (y, y, place), colour=MUTED, width=0.4, order=1)
        frame.canvas.text(start + 0.2, place, label, SMALL)


def _foot(result: Mapping[str, Any]) -> list[str]:
    own = result["dose_response"]
    return [
        *own["words"]["heterogeneity"],
        f"Thick: the pooled curve against {at_dose(result, own['reference'])}. Thin: the curve of each study over its "
        "own doses (best linear unbiased prediction), which lies the nearer to the pooled one the less the "
        "study says; grey: its dose groups.",
        result["counts"]["statement"],
    ]
