"""The albatross plot: p-values against the number of people, with contours of the effects that they imply.

Harrison S, Jones HE, Martin RM, Lewis SJ, Higgins JPT. Res Synth Methods 2017;8:281-289. The vertical axis is the
square of the logarithm, as in their plots.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from prismake.core.measures import NAMES
from prismake.core.phrases import plural
from prismake.figures.canvas import AMBER, BLUE, INK, MUTED, RULE, WHITE, Canvas, wrap
from prismake.figures.forest_plot import NO_STUDIES, empty_panel, unfinished
from prismake.figures.forest_rows import study_label
from prismake.figures.funnel_plot import LABELLED_AT_MOST, LEFT, MARGIN, PLOT_HEIGHT, POINT, SMALL, WIDTH, label_points
from prismake.figures.scale import Scale

LEAST_P = 1e-12  # smaller ones are drawn at this edge
STEPS = 120
DASHES = ((0, (1, 2)), (0, (4, 2)), "-", (0, (6, 2, 1, 2)), (0, (2, 1)))
PEOPLE = [step * 10**decade for decade in range(8) for step in (1, 2, 5)]


class _Point(NamedTuple):
    """A study: signed −log10 of its two-sided p-value, people, name, and −1 or 1 if p lies beyond it (``<``, ``>``)."""

    x: float
    people: float
    label: str
    bound: int


def albatross(result: Mapping[str, Any]) -> Figure:
    """The plot of the studies that report direction, p-value and number of people."""
    points = list(filter(None, (_point(row) for row in result["studies"])))
    title = f"{result['title']}: p-values and numbers of people"
    if not points:
        why = f"No study reports direction, p-value and number of people. {result['counts']['statement']}"
        return empty_panel(title, NO_STUDIES, why, unfinished(result), WIDTH)
    own = result["without_pooling"]
    heading = wrap(title, WIDTH - 2 * MARGIN, 11.5, bold=True)
    foot = wrap(_foot(result, points), WIDTH - 2 * MARGIN, SMALL)
    legend = _legend(own["contours"])
    top = MARGIN + 0.24 * len(heading) + 0.34
    bottom = top + PLOT_HEIGHT
    below = bottom + 0.6 + 0.18 * len(legend)
    canvas = Canvas(WIDTH, below + 0.14 * len(foot) + MARGIN, title)
    canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
    reach = max(3.0, *(abs(point.x) for point in points)) * 1.06
    sizes = [point.people for point in points]
    low = max([size for size in PEOPLE if size < min(sizes) * 0.95], default=1)
    high = min([size for size in PEOPLE if size > max(sizes) * 1.05], default=max(sizes) * 2)
    xs = Scale(-reach, reach, LEFT, WIDTH - MARGIN)
    ys = Scale(_height(low), _height(high), bottom, top)
    _frame(canvas, xs, ys, own, (low, high))
    _contours(canvas, xs, ys, own["contours"])
    places = [(xs.place(point.x), ys.place(_height(point.people))) for point in points]
    bounds = []
    for point, (x, y) in zip(points, places, strict=True):
        if point.bound:
            way = point.bound * (1 if point.x >= 0 else -1)
            end = min(max(x + way * 0.2, xs.start), xs.end)
            canvas.line((x, end), (y, y), colour=BLUE, width=1.1, order=3)
            bounds.append(((x + way * POINT, y), (end, y)))
        fill, edge, line = (WHITE, BLUE, 1.0) if point.bound else (BLUE, WHITE, 0.6)
        canvas.circle(x, y, POINT, fill=fill, edge=edge, line=line, order=4)
    if len(points) <= LABELLED_AT_MOST:
        names, room = [point.label for point in points], (xs.start, top, xs.end, bottom)
        label_points(canvas, names, places, room, xs.place(0.0), lines=bounds)
    for index, (dash, words) in enumerate(legend):
        y = bottom + 0.62 + 0.18 * index
        canvas.line((LEFT, LEFT + 0.4), (y, y), colour=MUTED, width=1.0, dash=dash)
        canvas.text(LEFT + 0.5, y, words, SMALL, colour=MUTED)
    canvas.lines(MARGIN, below + 0.06, foot, SMALL, 0.14, colour=AMBER if unfinished(result) else INK)
    return canvas.figure


def _point(row: Mapping[str, Any]) -> _Point | None:
    side = {"towards": 1, "away": -1}.get(row["state"], 0)
    if not side or row["p"] is None or not row["people"]:
        return None
    two_sided = min(1.0, row["p"] if row["sides"] == 2 else 2 * row["p"])
    x = -math.log10(max(two_sided, LEAST_P))
    bound = {"<": 1, ">": -1}.get(row["relation"], 0)
    return _Point(side * x, float(row["people"]), study_label(row), bound)


def _height(people: float) -> float:
    return math.log10(people) ** 2


def _frame(canvas: Canvas, xs: Scale, ys: Scale, own: Mapping[str, Any], limits: tuple[float, float]) -> None:
    top, bottom = ys.end, ys.start
    canvas.box(xs.start, top, xs.end - xs.start, bottom - top, edge=RULE, line=0.8)
    middle = xs.place(0.0)
    canvas.line((middle, middle), (top, bottom), colour=MUTED, width=0.8, dash=(0, (3, 3)), order=1)
    step = max(1, math.ceil(xs.high / 5))
    for power in range(0, int(xs.high) + 1, step):
        for side in (-1, 1) if power else (1,):
            x = xs.place(side * power)
            canvas.line((x, x), (bottom, bottom + 0.05), width=0.7)
            words = "1" if not power else f"{10.0**-power:.{power}f}" if power < 4 else f"10{_raised(-power)}"
            canvas.text(x, bottom + 0.15, words, SMALL, align="center")
    last = math.inf
    for size in (size for size in PEOPLE if limits[0] <= size <= limits[1]):
        y = ys.place(_height(size))
        canvas.line((xs.start - 0.05, xs.start), (y, y), width=0.7)
        if last - y >= 0.13:
            canvas.text(xs.start - 0.09, y, f"{size:,}", SMALL, align="right")
            last = y
    canvas.text((xs.start + xs.end) / 2, bottom + 0.36, "Two-sided p-value", SMALL + 0.5, align="center", colour=MUTED)
    centre = (top + bottom) / 2
    canvas.text(MARGIN + 0.12, centre, "People", SMALL + 0.5, align="center", turn=90, va="center", colour=MUTED)
    half = (xs.end - xs.start) / 2 - 0.1
    for side, words in ((-1, own["away"]), (1, own["towards"])):
        line = wrap(words, half, SMALL)[0]
        line = line if line == words else f"{line} …"
        canvas.text(middle + side * 0.08, top - 0.1, line, SMALL, align="left" if side > 0 else "right", colour=MUTED)


def _raised(power: int) -> str:
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _contours(canvas: Canvas, xs: Scale, ys: Scale, own: Mapping[str, Any]) -> None:
    """Each effect and its mirror image on the other side; of ratios, the reciprocal."""
    powers = [xs.high * (step / STEPS) ** 2 for step in range(1, STEPS + 1)]  # dense where contours are steep
    squares = [NormalDist().inv_cdf(10.0**-power / 2) ** 2 for power in powers]
    for line in own.get("lines", ()):
        sizes = [line["people"] * square for square in squares]
        inside = [
            (xs.place(line["side"] * power), ys.place(_height(size)))
            for power, size in zip(powers, sizes, strict=True)
            if size >= 1 and ys.low <= _height(size) <= ys.high
        ]
        if len(inside) > 1:
            dash = DASHES[own["values"].index(line["value"]) % len(DASHES)]
            canvas.line(*zip(*inside, strict=True), colour=MUTED, width=1.0, dash=dash, order=2)


def _legend(own: Mapping[str, Any]) -> list[tuple[Any, str]]:
    """Dash and words of each contour."""
    if own["why"]:
        return []
    name = NAMES[own["measure"]]
    rows = []
    for place, value in enumerate(own["values"]):
        other = f"{1 / value:.3g} and {value:g}" if own["measure"] in ("OR", "RR") else f"−{value:g} and {value:g}"
        rows.append((DASHES[place % len(DASHES)], f"{name} of {other}"))
    return rows


def _foot(result: Mapping[str, Any], points: Sequence[_Point]) -> str:
    own = result["without_pooling"]["contours"]
    left = len(result["studies"]) - len(points)
    parts = [
        f"{plural(len(points), 'result')} with direction, p-value and number of people"
        + (f"; {left} without one of them {'is' if left == 1 else 'are'} not shown." if left else ".")
    ]
    if any(point.bound for point in points):
        parts.append("Hollow: a bound, with a line towards where the p-value lies.")
    if any(abs(point.x) >= -math.log10(LEAST_P) for point in points):
        parts.append("p-values below 10⁻¹² are drawn there.")
    if own["why"]:
        parts.append(own["why"])
    else:
        parts.append(f"Lines: the effect that a study of this size and p-value would have{_assumed(own)}.")
    return " ".join([*parts, result["counts"]["statement"]])


def _assumed(own: Mapping[str, Any]) -> str:
    if own["measure"] == "COR":
        return ""
    groups = f"with {own['ratio']:g} in the first group for each in the second"
    more = {"OR": "baseline", "RR": "baseline", "MD": "sd"}.get(own["measure"])
    words = {"baseline": "a risk of {:g} in the second", "sd": "a standard deviation of {:g}"}
    return f", {groups}" + (f" and {words[more].format(own[more])}" if more else "")
