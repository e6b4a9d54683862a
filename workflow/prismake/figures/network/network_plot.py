"""The network itself: a circle for each treatment, as large as its participants, a line for each direct comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from prismake.core.numbers import count
from prismake.core.phrases import plural
from prismake.figures.canvas import BLUE, INK, MID_BLUE, MUTED, WHITE, Canvas, text_width, wrap
from prismake.figures.forest_layout import MARGIN, SMALL

LARGEST, SMALLEST = 0.26, 0.07  # radius of a circle, in inches
THICKEST, THINNEST = 9.0, 0.8  # width of a line, in points
LABEL_WIDTH = 1.9
RADIAL = 12  # treatments from which labels stand along the rays
NUMBERED = 24  # comparisons up to which a line has its number of studies
_STEP = 0.15
_SIZE = 8.5


def network_plot(result: Mapping[str, Any]) -> Figure:
    """Treatments on a circle; the area of each follows its participants (or studies), lines the number of studies."""
    own = result["network"]
    treatments = own["treatments"]
    n = len(treatments)
    radial = n > RADIAL
    labels = [_label(row, one_line=radial) for row in treatments]
    deepest = max(map(len, labels))
    radius = max(1.35, n * (_STEP * deepest + 0.1) / (2 * math.pi)) if radial else max(1.35, 0.2 * n)
    angles = [math.pi / 2 - 2 * math.pi * place / n for place in range(n)]
    wide = max(text_width(line, _SIZE) for lines in labels for line in lines)
    sideways = radius + LARGEST + 0.12 + wide
    upwards = sideways if radial else radius + LARGEST + 0.2 + _STEP * deepest
    width = max(2 * (sideways + MARGIN), 5.0)
    title = wrap(f"{result['title']}: network of treatments", width - 2 * MARGIN, 11.5, bold=True)
    top = MARGIN + 0.24 * len(title)
    foot = wrap(_foot(result), width - 2 * MARGIN, SMALL)
    canvas = Canvas(width, top + 2 * upwards + 0.14 * len(foot) + 0.15 + MARGIN, f"{result['title']}: network")
    canvas.lines(MARGIN, MARGIN + 0.06, title, 11.5, 0.24, bold=True)
    middle = (width / 2, top + upwards)
    places = {
        row["name"]: (middle[0] + radius * math.cos(angle), middle[1] - radius * math.sin(angle))
        for row, angle in zip(treatments, angles, strict=True)
    }
    _lines(canvas, own["comparisons"], places)
    sizes = _sizes(treatments)
    for row, angle, lines in zip(treatments, angles, labels, strict=True):
        x, y = places[row["name"]]
        canvas.circle(x, y, sizes[row["name"]], fill=BLUE, edge=WHITE, line=1.2, order=4)
        write = _write_outwards if radial else _write
        write(canvas, lines, (x, y), angle, sizes[row["name"]] + 0.1)
    canvas.lines(MARGIN, canvas.height - MARGIN - 0.14 * (len(foot) - 1), foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _label(row: Mapping[str, Any], *, one_line: bool) -> list[str]:
    """The name and, in a line of its own or behind it, the size."""
    size = count(row["participants"]) if row["participants"] is not None else plural(row["studies"], "study", "studies")
    if one_line:
        return wrap(f"{row['name']} ({size})", LABEL_WIDTH * 1.4, _SIZE)
    return [*wrap(row["name"], LABEL_WIDTH, _SIZE), size]


def _sizes(treatments: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Radius by treatment, so that areas follow participants, or studies where the former are not known."""
    counted = all(row["participants"] for row in treatments)
    amounts = {row["name"]: float(row["participants"] if counted else row["studies"]) for row in treatments}
    most = max(amounts.values())
    return {name: max(SMALLEST, LARGEST * math.sqrt(amount / most)) for name, amount in amounts.items()}


def _lines(canvas: Canvas, comparisons: Sequence[Mapping[str, Any]], places: Mapping[str, tuple[float, float]]) -> None:
    most = max(row["studies"] for row in comparisons)
    for row in comparisons:
        (x0, y0), (x1, y1) = (places[name] for name in row["treatments"])
        share = row["studies"] / most
        canvas.line((x0, x1), (y0, y1), colour=MID_BLUE, width=max(THINNEST, THICKEST * share), order=2)
    if len(comparisons) > NUMBERED:
        return
    taken: list[tuple[float, float]] = []
    for row in comparisons:
        (x0, y0), (x1, y1) = (places[name] for name in row["treatments"])
        spots = ((x0 + (x1 - x0) * part, y0 + (y1 - y0) * part) for part in (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73))
        spot = next((s for s in spots if all(math.dist(s, other) > 0.2 for other in taken)), None)
        if spot:
            taken.append(spot)
            half = 0.05 + text_width(str(row["studies"]), SMALL) / 2
            canvas.box(spot[0] - half, spot[1] - 0.08, 2 * half, 0.16, fill=WHITE, round=0.04, order=3)
            canvas.text(*spot, str(row["studies"]), SMALL, align="center", colour=INK)


def _write(canvas: Canvas, lines: Sequence[str], place: tuple[float, float], angle: float, away: float) -> None:
    """A label outside the circle of treatments; its last line, the size, is muted."""
    x, y = place[0] + away * math.cos(angle), place[1] - away * math.sin(angle)
    across, up = math.cos(angle), math.sin(angle)
    align = "center" if abs(across) < 0.15 else "left" if across > 0 else "right"
    high = _STEP * (len(lines) - 1)
    first = y - high / 2 - up * (high / 2 + 0.06 if abs(across) < 0.35 else high / 4)
    for index, line in enumerate(lines):
        colour = MUTED if index == len(lines) - 1 else INK
        canvas.text(x, first + index * _STEP, line, _SIZE, align=align, colour=colour)


def _write_outwards(
    canvas: Canvas, lines: Sequence[str], place: tuple[float, float], angle: float, away: float
) -> None:
    """A label along the ray from the middle, so that many of them stand beside each other."""
    right = math.cos(angle) >= -1e-9
    turn = math.degrees(angle) if right else math.degrees(angle) - 180.0
    for index, line in enumerate(lines):
        aside = _STEP * (index - (len(lines) - 1) / 2) * (1.0 if right else -1.0)
        x = place[0] + away * math.cos(angle) + aside * math.sin(angle)
        y = place[1] - away * math.sin(angle) + aside * math.cos(angle)
        canvas.text(x, y, line, _SIZE, align="left" if right else "right", turn=turn, va="center_baseline")


def _foot(result: Mapping[str, Any]) -> str:
    own = result["network"]
    counted = all(row["participants"] for row in own["treatments"])
    what = "participants, whose number stands beside it" if counted else "studies"
    parts = [f"Circles have areas by {what}; lines have widths by the number of studies that compare two treatments."]
    if len(own["parts"]) > 1:
        parts.append(result["sentence"])
    return " ".join([*parts, result["counts"]["statement"]])
