"""The influence of single studies: a row for each, and a panel for each of the diagnostics of its deletion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .canvas import AMBER, BLUE, INK, MUTED, PRINTED, RULE, WHITE, Canvas, text_width, wrap
from .forest_layout import MARGIN, SIZE
from .forest_plot import LINE, ROW
from .funnel_plot import SMALL
from .scale import Scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIAGNOSTICS = {  # heading, and the value that means "no influence"
    "rstudent": ("Studentised residual", 0.0),
    "dffits": ("DFFITS", 0.0),
    "cook_d": ("Cook's distance", 0.0),
    "cov_r": ("Covariance ratio", 1.0),
    "hat": ("Hat", 0.0),
    "dfbs": ("DFBETAS", 0.0),
}
PANEL, BETWEEN = 0.9, 0.2
LABEL_MOST = 1.65

Rows = Sequence[Mapping[str, Any]]


def influence_pages(rows: Rows, title: str, foot: str, warn: bool, tall: float) -> list[Figure]:
    """The panels on as many pages as there are studies for; values beyond a cut-off in amber.

    Args:
        rows: label, ``is_influential`` and the diagnostics of each study.
        foot: what stands below the last page, in amber if ``warn``.
        tall: as in ``forest_pages``.
    """
    room = min(max(text_width(row["label"], SIZE) for row in rows), LABEL_MOST)
    labels = [wrap(row["label"], room, SIZE) for row in rows]
    left = MARGIN + room + 0.25
    width = left + len(DIAGNOSTICS) * (PANEL + BETWEEN) - BETWEEN + MARGIN + 0.1
    notes = wrap(foot, width - 2 * MARGIN, SMALL)
    around = 2 * MARGIN + 0.24 * (len(wrap(title, width - 2 * MARGIN, 11.5, bold=True)) + 1) + 0.82
    heights = [ROW + LINE * (len(lines) - 1) for lines in labels]
    parts = _parts(heights, tall * max(1.0, width / PRINTED) - around - 0.14 * len(notes))
    figures = []
    for page, part in enumerate(parts, start=1):
        words = title if len(parts) == 1 else f"{title} (page {page} of {len(parts)})"
        heading = wrap(words, width - 2 * MARGIN, 11.5, bold=True)
        below = notes if page == len(parts) else []
        body = MARGIN + 0.24 * len(heading) + 0.42
        bottom = body + sum(heights[part.start : part.stop])
        canvas = Canvas(width, bottom + 0.4 + 0.14 * len(below) + MARGIN, title)
        canvas.lines(MARGIN, MARGIN + 0.06, heading, 11.5, 0.24, bold=True)
        middles, y = {}, body
        for index in part:
            colour = AMBER if rows[index]["is_influential"] else INK
            middles[index] = y + heights[index] / 2
            first = middles[index] - LINE / 2 * (len(labels[index]) - 1)
            canvas.lines(MARGIN, first, labels[index], SIZE, LINE, colour=colour)
            y += heights[index]
        for place, key in enumerate(DIAGNOSTICS):
            start = left + place * (PANEL + BETWEEN)
            _panel(canvas, key, rows, middles, (start, start + PANEL, body, bottom))
        canvas.lines(MARGIN, bottom + 0.46, below, SMALL, 0.14, colour=AMBER if warn else INK)
        figures.append(canvas.figure)
    return figures


def _parts(heights: Sequence[float], room: float) -> list[range]:
    """The rows of each page, which has ``room`` inches for them."""
    parts, first, filled = [], 0, 0.0
    for index, height in enumerate(heights):
        if filled + height > room and index > first:
            parts.append(range(first, index))
            first, filled = index, 0.0
        filled += height
    return [*parts, range(first, len(heights))]


def _panel(
    canvas: Canvas, key: str, rows: Rows, middles: Mapping[int, float], frame: tuple[float, float, float, float]
) -> None:
    """One diagnostic of the rows in ``middles``, on the axis of all rows."""
    start, end, top, bottom = frame
    words, neutral = DIAGNOSTICS[key]
    numbers = [row[key] for row in rows if isinstance(row[key], float)]
    low, high = min([*numbers, neutral]), max([*numbers, neutral])
    margin = 0.08 * (high - low) or 0.5
    scale = Scale(low - margin, high + margin, start, end)
    canvas.text((start + end) / 2, top - 0.14, words, SMALL, align="center", bold=True)
    canvas.box(start, top, end - start, bottom - top, edge=RULE, line=0.7)
    zero = scale.place(neutral)
    canvas.line((zero, zero), (top, bottom), colour=MUTED, width=0.7, dash=(0, (3, 3)), order=1)
    for index, y in middles.items():
        if isinstance(value := rows[index][key], float):
            colour = AMBER if rows[index]["is_influential"] else BLUE
            canvas.line((zero, scale.place(value)), (y, y), colour=colour, width=0.9)
            canvas.circle(scale.place(value), y, 0.042, fill=colour, edge=WHITE, line=0.5, order=4)
    last = -1.0
    for value, label in scale.ticks():
        x, half = scale.place(value), text_width(label, SMALL) / 2
        if x - half > last + 0.05 and x + half < end + BETWEEN / 2:
            canvas.line((x, x), (bottom, bottom + 0.04), width=0.7)
            canvas.text(x, bottom + 0.13, label, SMALL, align="center")
            last = x + half
