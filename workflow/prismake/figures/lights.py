"""Traffic lights of an appraisal: colours that colour-blind readers can distinguish, each with its own symbol."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.protocol.instruments import CONCERN, OVERALL

from .appraisal_cells import (
    BAD,
    GOOD,
    NOT_APPLICABLE,
    SOME,
    UNCLEAR,
    UNDECIDED,
    WORST,
    Block,
    Part,
    blocks,
    foot_lines,
    in_pages,
)
from .canvas import MUTED, PAGE, PRINTED, READABLE, RULE, Canvas, text_width, wrap
from .forest_plot import empty_panel
from .light_marks import LEGEND_LINE, RADIUS, legend, legend_lines, light

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MARGIN, ROW, ITEM, SIZE, SMALL = 0.22, 0.33, 0.46, 8.5, 7.5
LABEL_LEAST, LABEL_MOST = 1.6, 3.2
MANY, ITEM_LEAST = 10, 0.25  # items from which on names of studies are narrow; inches of a column of an item
TITLE = "Risk of bias by item"
STAR_WORDS = {GOOD: "star earned", SOME: "one of two stars", BAD: "no star"}
RISK_WORDS = {GOOD: "low risk", SOME: "some concerns", BAD: "high risk", WORST: "critical", UNCLEAR: "unclear"}
OTHER_WORDS = {UNDECIDED: "not decided yet", NOT_APPLICABLE: "does not apply"}


def traffic_light(appraisal: pd.DataFrame, items: Mapping[str, Any] | None = None) -> Figure:
    """One light per study and item, one grid per instrument, and the number of studies with the best rating per item.

    Args:
        appraisal: study_id, label, instrument, item, domain, answer, stars (``appraisal/appraisal.csv``); stars
            are empty for instruments that judge in words (low, some concerns, high, ...).
        items: question by item, or instrument to such a mapping; printed below.
    """
    return light_pages(appraisal, items, math.inf)[0]


def light_pages(appraisal: pd.DataFrame, items: Mapping[str, Any] | None = None, tall: float = PAGE) -> list[Figure]:
    """The same on as many pages as its studies need; ``tall`` as for ``forest_pages``."""
    grids = blocks(appraisal) if len(appraisal) else []
    if not grids:
        return [empty_panel(TITLE, "No studies yet", "No included study has been appraised.")]
    label = max(text_width(name, SIZE) for block in grids for _, name in block.studies)
    most = LABEL_MOST if max(len(block.items) for block in grids) <= MANY else LABEL_LEAST
    label = min(max(label, LABEL_LEAST), most)
    width = max(*(label + 0.2 + _item(block, label) * len(block.items) for block in grids), 5.4) + 2 * MARGIN
    foot = [piece for line in foot_lines(grids, items) for piece in wrap(line, width - 2 * MARGIN, SMALL)]
    room = tall * max(1.0, width / PRINTED) - 2 * MARGIN - 0.3 - 0.14 * len(foot)
    pages = in_pages(grids, room, lambda block: _around(block, width), lambda name: ROW)
    figures = []
    for number, parts in enumerate(pages, start=1):
        title = TITLE if len(pages) == 1 else f"{TITLE} (page {number} of {len(pages)})"
        below = foot if number == len(pages) else []
        heights = [_around(part.whole, width) + ROW * len(part.studies) for part in parts]
        canvas = Canvas(width, MARGIN + 0.3 + sum(heights) + 0.14 * len(below) + MARGIN, TITLE)
        canvas.text(MARGIN, MARGIN + 0.06, title, 11.5, bold=True)
        y = MARGIN + 0.3
        for part, height in zip(parts, heights, strict=True):
            _grid(canvas, part, label, y)
            y += height
        canvas.lines(MARGIN, y + 0.02, below, SMALL, 0.14, colour=MUTED)
        figures.append(canvas.figure)
    return figures


def _item(block: Block, label: float) -> float:
    """Inches of the column of an item: narrower where there are many, so that all can be read in print."""
    return min(ITEM, max((SMALL * READABLE - 2 * MARGIN - label - 0.2) / len(block.items), ITEM_LEAST))


def _around(block: Block, width: float) -> float:
    """Inches of a grid without its studies."""
    return 0.64 + ROW + LEGEND_LINE * len(legend_lines(_words(block), width - 2 * MARGIN))


def _grid(canvas: Canvas, part: Part, label: float, top: float) -> None:
    block, wide = part.whole, _item(part.whole, label)
    left = MARGIN + label + 0.2
    head = top + 0.34
    x = left
    for domain in dict.fromkeys(domain for _, domain in block.items):
        own = block.domain_items(domain)
        span = wide * len(own)
        if own != [domain]:
            name = domain.capitalize()
            short = name if text_width(name, SMALL, True) < span else f"{name[:4]}."
            canvas.text(x + span / 2, top + 0.1, short, SMALL, align="center", bold=True)
            canvas.line((x + 0.06, x + span - 0.06), (top + 0.2,) * 2, colour=RULE)
        x += span
    canvas.text(MARGIN, head, "Study", SIZE, bold=True)
    for index in range(len(block.items)):
        canvas.text(left + wide * (index + 0.5), head, _heading(block, index), SIZE, align="center", bold=True)
    y = head + 0.14
    canvas.line((MARGIN, x), (y, y), width=0.9)
    for study, name in part.studies:
        lines = wrap(name, label, SIZE)
        if len(lines) > 2:
            lines = [lines[0], f"{lines[1]} …"]
        canvas.lines(MARGIN, y + ROW / 2 - 0.07 * (len(lines) - 1), lines, SIZE, 0.14)
        for index, (item, _) in enumerate(block.items):
            x_middle = left + wide * (index + 0.5)
            light(canvas, block.cells[study, item].kind, x_middle, y + ROW / 2, min(RADIUS, 0.44 * wide))
        y += ROW
    canvas.line((MARGIN, x), (y, y), colour=RULE)
    if part.last:
        _best(canvas, block, left, wide, y)
    legend(canvas, _words(block), MARGIN, y + ROW + 0.1, canvas.width - 2 * MARGIN)


def _best(canvas: Canvas, block: Block, left: float, wide: float, y: float) -> None:
    """How many studies of the block have the best rating on each item."""
    canvas.text(MARGIN, y + ROW / 2, "Best rating on this item", SMALL, colour=MUTED)
    for index, (item, _) in enumerate(block.items):
        kinds = [block.cells[study, item].kind for study, _ in block.studies]
        apply = sum(kind != NOT_APPLICABLE for kind in kinds)
        words = [f"{kinds.count(GOOD)}/{apply}" if apply else "n/a"]
        if text_width(words[0], SMALL) > wide - 0.04:
            words = [f"{kinds.count(GOOD)}", f"/{apply}"]
        first = y + ROW / 2 - 0.06 * (len(words) - 1)
        canvas.lines(left + wide * (index + 0.5), first, words, SMALL, 0.13, align="center", colour=MUTED)


def _heading(block: Block, index: int) -> str:
    """The item; under the name of a domain of which risk and applicability are judged, one of these words."""
    item, domain = block.items[index]
    if item == OVERALL:
        return "Overall"
    if item.endswith(CONCERN):
        return "Appl."
    return "Risk" if item == domain and len(block.domain_items(domain)) > 1 else item


def _words(block: Block) -> dict[str, str]:
    """The lights of the grid, in words."""
    words = (STAR_WORDS if block.with_stars else RISK_WORDS) | OTHER_WORDS
    kinds_drawn = {cell.kind for cell in block.cells.values()}
    return {kind: word for kind, word in words.items() if kind in kinds_drawn}
