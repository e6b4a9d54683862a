"""An UpSet plot of the sources: how many reports each combination found (Lex 2014, IEEE TVCG 20:1983–1992)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from prismake.core.numbers import count
from prismake.core.phrases import plural

from .canvas import BLUE, INK, MUTED, PALE_BLUE, READABLE, RULE, Canvas, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN, STEP, ROW = 0.22, 0.27, 0.27
BARS, SIDE = 1.5, 0.8  # inches: height of the bars above, length of the bars at the side
SIZE, SMALL = 8.5, 7.5
WORDS_MOST = 3.0  # inches of the names of sources
MOST = 15  # combinations shown, or as many as have room in print; the rest are counted in a sentence


def source_overlap(reports: Iterable[Sequence[str]], labels: Mapping[str, str]) -> Figure:
    """Draw the combinations, most frequent first, above a dot for each source in a combination.

    Args:
        reports: for each report, the names of the sources that found it.
        labels: the label of each source by its name; all are shown, ordered by their number of reports.
    """
    combinations = Counter(frozenset(name for name in names if name in labels) for names in reports)
    combinations.pop(frozenset(), None)
    totals = {
        name: sum(number for combination, number in combinations.items() if name in combination) for name in labels
    }
    names = sorted(labels, key=lambda name: (-totals[name], labels[name]))
    ranked = sorted(
        combinations.items(), key=lambda entry: (-entry[1], [names.index(name) for name in _in_order(entry[0], names)])
    )
    return _draw(ranked, names, labels, totals)


def _in_order(combination: frozenset[str], names: Sequence[str]) -> list[str]:
    return [name for name in names if name in combination]


def _draw(
    ranked: Sequence[tuple[frozenset[str], int]],
    names: Sequence[str],
    labels: Mapping[str, str],
    totals: Mapping[str, int],
) -> Figure:
    texts = [f"{labels[name]} ({count(totals[name])})" for name in names]
    words = min(max((text_width(text, SIZE) for text in texts), default=1.0), WORDS_MOST)
    lines = [wrap(text, words, SIZE) for text in texts]
    x0 = MARGIN + SIDE + 0.2 + words + 0.25
    step = max([STEP, *(text_width(count(number), SMALL) + 0.06 for _, number in ranked[:MOST])])
    columns = min(MOST, int((SMALL * READABLE - x0 - MARGIN) / step))
    shown, left = ranked[:columns], ranked[columns:]
    width = max(x0 + step * max(len(shown), 1) + MARGIN, 4.5)
    title = "Reports by the sources that found them"
    foot = wrap(_foot(shown, left), width - 2 * MARGIN, SMALL)
    rows = MARGIN + 0.35 + BARS + 0.25
    heights = [ROW + 0.15 * (len(each) - 1) for each in lines]
    canvas = Canvas(width, rows + sum(heights) + 0.15 + 0.14 * len(foot) + MARGIN, title)
    canvas.text(MARGIN, MARGIN + 0.08, title, 10.5, bold=True)
    widest = max(totals.values(), default=1) or 1
    middles, y = {}, rows
    for place, (name, text, height) in enumerate(zip(names, lines, heights, strict=True)):
        middles[name] = y + height / 2
        if place % 2 == 0:
            canvas.box(MARGIN, y, width - 2 * MARGIN, height, fill="#f4f6f8")
        length = SIDE * totals[name] / widest
        canvas.box(MARGIN + SIDE - length, middles[name] - 0.075, length, 0.15, fill=PALE_BLUE, order=2)
        canvas.lines(MARGIN + SIDE + 0.2, middles[name] - 0.075 * (len(text) - 1), text, SIZE, 0.15)
        y += height
    most = max((number for _, number in shown), default=1)
    for column, (combination, number) in enumerate(shown):
        x = x0 + step * (column + 0.5)
        _column(canvas, x, rows - 0.12, number, most)
        marks = [middles[name] for name in names if name in combination]
        for y in middles.values():
            canvas.circle(x, y, 0.065, fill=INK if y in marks else RULE)
        if len(marks) > 1:
            canvas.line([x, x], [marks[0], marks[-1]], width=1.6)
    canvas.lines(MARGIN, canvas.height - MARGIN - 0.14 * (len(foot) - 1), foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _column(canvas: Canvas, x: float, bottom: float, number: int, most: int) -> None:
    """The bar of a combination with its number of reports."""
    bar = (BARS - 0.2) * number / most
    canvas.box(x - STEP * 0.3, bottom - bar, STEP * 0.6, bar, fill=BLUE, order=2)
    canvas.text(x, bottom - bar - 0.09, count(number), SMALL, align="center")


def _foot(shown: Sequence[tuple[frozenset[str], int]], left: Sequence[tuple[frozenset[str], int]]) -> str:
    reports = sum(number for _, number in [*shown, *left])
    words = f"{plural(reports, 'report')} after duplicates were brought together. "
    words += "Each column is one combination of sources; beside each source stand all the reports that it found."
    if left:
        rest = plural(len(left), "further combination")
        words += f" {rest} with {plural(sum(number for _, number in left), 'report')} not shown."
    return words
