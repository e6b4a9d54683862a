"""The pooled dose-response curve with its bands, and the dose groups of the studies by weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.synthesis.dose_response.dose_words import at_dose

from ..bubble_plots import radii_of
from ..canvas import BLUE, MID_BLUE, MUTED, PALE_BLUE, WHITE
from .curve_frame import CurveFrame

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RUG = 0.08  # inches


def dose_curve(result: Mapping[str, Any]) -> Figure:
    """The curve against the reference dose: confidence band, limits for a new study, dose groups, a rug of their doses.

    A group stands on its ratio (or difference) against the reference group of its study, on top of the curve at that
    group's dose; its area follows the inverse of its variance.
    """
    own = result["dose_response"]
    groups = [
        group
        for study in result["studies"]
        if study["weight_pct"] is not None
        for group in study["groups"]
        if group["yi"] is not None and group["against_curve"] is not None
    ]
    frame = CurveFrame(result, result["title"], _foot(result), [group["against_curve"] for group in groups])
    canvas, rows = frame.canvas, own["curve"]
    at = frame.across(rows)
    band = {key: frame.heights(rows, key) for key in ("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub")}
    around = [*zip(at, band["ci_ub"], strict=True), *zip(at[::-1], band["ci_lb"][::-1], strict=True)]
    canvas.polygon(around, fill=PALE_BLUE, order=0)
    if own["method_used"] != "fixed":
        for key in ("pi_lb", "pi_ub"):
            canvas.line(at, band[key], colour=BLUE, width=0.7, dash=(0, (2, 2)), order=2)
    for key in ("ci_lb", "ci_ub"):
        canvas.line(at, band[key], colour=BLUE, width=0.6, order=4)
    canvas.line(at, band["estimate"], colour=BLUE, width=1.5, order=4)
    radii = radii_of([group["se"] ** -2 for group in groups])
    for index in sorted(range(len(groups)), key=lambda i: -radii[i]):
        x, y = frame.xs.place(groups[index]["assigned"]), frame.height(groups[index]["against_curve"])
        canvas.circle(x, y, radii[index], fill=MID_BLUE, edge=WHITE, line=0.6, order=3)
    doses = {group["assigned"] for study in result["studies"] for group in study["groups"]}
    for dose in sorted(dose for dose in doses if own["range"][0] <= dose <= own["range"][1]):
        x = frame.xs.place(dose)
        canvas.line((x, x), (frame.bottom, frame.bottom - RUG), colour=MUTED, width=0.6, order=2)
    return canvas.figure


def _foot(result: Mapping[str, Any]) -> list[str]:
    own, level = result["dose_response"], f"{result['level']:g} %"
    limits = "" if own["method_used"] == "fixed" else "; dotted, where the curve of a new study is expected"
    return [
        *own["words"]["main"],
        f"Line and band: the curve against {at_dose(result, own['reference'])} with its {level} confidence interval at "
        f"each dose{limits}. Each circle is a dose group, its area the inverse of its variance; ticks mark all doses.",
        result["counts"]["statement"],
    ]
