"""An UpSet plot of the sources: how many reports each combination found (Lex 2014, IEEE TVCG 20:1983–1992)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from prismake.core.numbers import count
from prismake.core.phrases import plural

from .canvas import BLUE, INK, MUTED, PALE_BLUE, RULE, Canvas, text_width, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARGIN, STEP, ROW = 0.22, 0.27, 0.27
BARS, SIDE = 1.5, 0.8  # inches: height of the bars above, length of the bars at the side
SIZE = 8.5
MOST = 15  # combinations shown; the rest are counted in a sentence


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
    return _draw(ranked[:MOST], ranked[MOST:], names, labels, totals)


def _in_order(combination: frozenset[str], names: Sequence[str]) -> list[str]:
    return [name for name in names if name in combination]


def _draw(
    shown: Sequence[tuple[frozenset[str], int]],
    left: Sequence[tuple[frozenset[str], int]],
    names: Sequence[str],
    labels: Mapping[str, str],
    totals: Mapping[str, int],
) -> Figure:
    words = max((text_width(f"{labels[name]} ({count(totals[name])})", SIZE) for name in names), default=1.0)
    x0 = MARGIN + SIDE + 0.2 + words + 0.25
    width = max(x0 + STEP * max(len(shown), 1) + MARGIN, 4.5)
    title = "Reports by the sources that found them"
    foot = wrap(_foot(shown, left), width - 2 * MARGIN, 7.5)
    top = MARGIN + 0.35
    rows = top + BARS + 0.25
    height = rows + ROW * len(names) + 0.15 + 0.14 * len(foot) + MARGIN
    canvas = Canvas(width, height, title)
    canvas.text(MARGIN, MARGIN + 0.08, title, 10.5, bold=True)
    most = max((number for _, number in shown), default=1)
    widest = max(totals.values(), default=1) or 1
    for place, name in enumerate(names):
        y = rows + ROW * (place + 0.5)
        if place % 2 == 0:
            canvas.box(MARGIN, y - ROW / 2, width - 2 * MARGIN, ROW, fill="#f4f6f8")
        length = SIDE * totals[name] / widest
        canvas.box(MARGIN + SIDE - length, y - 0.075, length, 0.15, fill=PALE_BLUE, order=2)
        canvas.text(MARGIN + SIDE + 0.2, y, f"{labels[name]} ({count(totals[name])})", SIZE)
    for column, (combination, number) in enumerate(shown):
        x = x0 + STEP * (column + 0.5)
        bar = (BARS - 0.2) * number / most
        canvas.box(x - STEP * 0.3, rows - 0.12 - bar, STEP * 0.6, bar, fill=BLUE, order=2)
        canvas.text(x, rows - 0.12 - bar - 0.09, count(number), 7.5, align="center")
        marks = [rows + ROW * (place + 0.5) for place, name in enumerate(names) if name in combination]
        for place in range(len(names)):
            y = rows + ROW * (place + 0.5)
            canvas.circle(x, y, 0.065, fill=INK if y in marks else RULE)
        if len(marks) > 1:
            canvas.line([x, x], [marks[0], marks[-1]], width=1.6)
    canvas.lines(MARGIN, height - MARGIN - 0.14 * (len(foot) - 1), foot, 7.5, 0.14, colour=MUTED)
    return canvas.figure


def _foot(shown: Sequence[tuple[frozenset[str], int]], left: Sequence[tuple[frozenset[str], int]]) -> str:
    reports = sum(number for _, number in [*shown, *left])
    words = f"{plural(reports, 'report')} after duplicates were brought together. "
    words += "Each column is one combination of sources; beside each source stand all the reports that it found."
    if left:
        rest = plural(len(left), "further combination")
        words += f" {rest} with {plural(sum(number for _, number in left), 'report')} not shown."
    return words
