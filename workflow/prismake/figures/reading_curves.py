"""How many included records were found after how many were read, and what is known about those not read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.numbers import count, share
from prismake.core.phrases import plural

from .canvas import AMBER, BLUE, INK, MUTED, PALE_AMBER, Canvas, wrap
from .forest_plot import empty_panel
from .funnel_plot import LEFT, MARGIN, PLOT_HEIGHT, SMALL, WIDTH, axes
from .scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLE = "Included records by records read"
AT_LEAST = 50  # records, from which on a tenth of them says something
MOST_STEPS = 2000  # steps drawn; more cannot be told apart and make the file large


def reading_curve(rounds: Mapping[str, Any]) -> Figure:
    """The curve of title and abstract, from ``rounds`` of its status (``prismake.sheets.progress``).

    The dashed line is what an order no better than chance would give. While records are unread, the bar at the end of
    the curve spans what may still be found: the estimate of the stopping advice and its upper bound.
    """
    curve, advice = rounds.get("curve"), rounds.get("advice")
    if not curve or not curve["read"]:
        return empty_panel(TITLE, "Nothing read yet", "", False, WIDTH)
    included = len(curve["included_at"])
    at_most = included + (advice["missed_ub"] if advice and advice["missed_ub"] is not None else 0)
    foot = wrap(_foot(curve, rounds), WIDTH - 2 * MARGIN, SMALL)
    top = MARGIN + 0.34
    bottom = top + PLOT_HEIGHT
    canvas = Canvas(WIDTH, bottom + 0.68 + 0.14 * len(foot) + MARGIN, TITLE)
    canvas.text(MARGIN, MARGIN + 0.06, TITLE, 11.5, bold=True)
    # the bound can be a hundred times what was found: then it ends in an arrow
    most = max(min(at_most, 2 * included + 3), 1)
    xs = Scale(0, curve["total"], LEFT, WIDTH - MARGIN)
    ys = Scale(0, 1.06 * most, bottom, top)
    whole = [(value, label) for value, label in ys.ticks() if value == int(value)]
    axes(canvas, xs, ys, f"Records read, of {count(curve['total'])}", "Included", whole)
    end = xs.place(curve["read"])
    if advice and advice["missed"] is not None:
        _rest(canvas, advice, included, xs, ys)
    else:
        canvas.line((xs.place(0), end), (ys.place(0), ys.place(included)), colour=MUTED, width=0.7, dash=(0, (3, 3)))
    across, upwards = _steps(curve)
    canvas.line([xs.place(x) for x in across], [ys.place(y) for y in upwards], colour=BLUE, width=1.4, order=4)
    canvas.lines(MARGIN, bottom + 0.72, foot, SMALL, 0.14, colour=INK)
    return canvas.figure


def _rest(canvas: Canvas, advice: Mapping[str, Any], included: int, xs: Scale, ys: Scale) -> None:
    """What may be found among the unread: a wedge from the end of the curve to the estimate and to the bound."""
    start, end = xs.place(advice["read"]), xs.place(advice["total"])
    guess, bound = included + advice["missed"], included + advice["missed_ub"]
    cut = min(bound, ys.high)
    low = ys.place(included)
    canvas.polygon([(start, low), (end, low), (end, ys.place(cut))], fill=PALE_AMBER, edge=AMBER, line=0.6)
    if guess <= ys.high:
        canvas.line((start, end), (low, ys.place(guess)), colour=AMBER, width=1.0, order=3)
    if bound > cut:
        canvas.arrow([(end - 0.06, ys.place(cut) + 0.16), (end - 0.06, ys.place(cut) + 0.02)], colour=AMBER)
    chance = included * advice["total"] / advice["read"]
    high = min(chance, ys.high)
    canvas.line(
        (xs.place(0), xs.place(advice["total"] * high / chance) if chance else end),
        (ys.place(0), ys.place(high)),
        colour=MUTED,
        width=0.7,
        dash=(0, (3, 3)),
    )


def _steps(curve: Mapping[str, Any]) -> tuple[list[float], list[float]]:
    places = curve["included_at"]
    stride = max(1, -(-len(places) // MOST_STEPS))
    across: list[float] = [0]
    upwards: list[float] = [0]
    for number, place in enumerate(places, 1):
        if number % stride == 0 or number == len(places):
            across += [place, place]
            upwards += [upwards[-1], number]
    return [*across, curve["read"]], [*upwards, upwards[-1]]


def _foot(curve: Mapping[str, Any], rounds: Mapping[str, Any]) -> str:
    included, places = len(curve["included_at"]), curve["included_at"]
    read = f"{plural(included, 'record')} included (maybe counts as include) among {count(curve['read'])} read"
    parts = [f"{read}, of {count(curve['total'])}."]
    if included and curve["total"] >= AT_LEAST:
        tenth = sum(place <= 0.1 * curve["total"] for place in places)
        parts.append(
            f"The first tenth of the records held {share(tenth, included)} of those found; an order no better than "
            "chance (dashed) would give 10 %."
        )
    advice = rounds.get("advice")
    if advice and advice["missed"] is not None:
        parts.append(
            f"Among the {count(advice['total'] - advice['read'])} unread about {advice['missed']:.0f} and at most "
            f"{count(advice['missed_ub'])} more are expected ({advice['level']:g} % confidence; shaded)."
        )
    if rounds.get("stopped"):
        parts.append(f"Screening was stopped: {rounds['stopped'].rstrip('.')}.")
    return " ".join(parts)
