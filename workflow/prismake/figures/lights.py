"""Traffic lights of an appraisal: colours that colour-blind readers can distinguish, each with its own symbol."""

from __future__ import annotations

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
    blocks,
    foot_lines,
)
from .canvas import MUTED, RULE, Canvas, text_width, wrap
from .forest_plot import empty_panel
from .light_marks import light

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MARGIN, ROW, ITEM, SIZE, SMALL = 0.22, 0.33, 0.46, 8.5, 7.5
LABEL_LEAST, LABEL_MOST = 1.6, 3.2
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
    grids = blocks(appraisal) if len(appraisal) else []
    if not grids:
        return empty_panel(TITLE, "No studies yet", "No included study has been appraised.")
    label = max(text_width(name, SIZE) for block in grids for _, name in block.studies)
    label = min(max(label, LABEL_LEAST), LABEL_MOST)
    width = max(*(label + 0.2 + ITEM * len(block.items) for block in grids), 5.4) + 2 * MARGIN
    foot = [piece for line in foot_lines(grids, items) for piece in wrap(line, width - 2 * MARGIN, SMALL)]
    heights = [0.86 + ROW * len(block.studies) + ROW for block in grids]
    canvas = Canvas(width, MARGIN + 0.3 + sum(heights) + 0.14 * len(foot) + MARGIN, TITLE)
    canvas.text(MARGIN, MARGIN + 0.06, TITLE, 11.5, bold=True)
    y = MARGIN + 0.3
    for block, height in zip(grids, heights, strict=True):
        _grid(canvas, block, label, y)
        y += height
    canvas.lines(MARGIN, y + 0.02, foot, SMALL, 0.14, colour=MUTED)
    return canvas.figure


def _grid(canvas: Canvas, block: Block, label: float, top: float) -> None:
    left = MARGIN + label + 0.2
    head = top + 0.34
    x = left
    for domain in dict.fromkeys(domain for _, domain in block.items):
        own = block.domain_items(domain)
        wide = ITEM * len(own)
        if own != [domain]:
            name = domain.capitalize()
            short = name if text_width(name, SMALL, True) < wide else f"{name[:4]}."
            canvas.text(x + wide / 2, top + 0.1, short, SMALL, align="center", bold=True)
            canvas.line((x + 0.06, x + wide - 0.06), (top + 0.2,) * 2, colour=RULE)
        x += wide
    canvas.text(MARGIN, head, "Study", SIZE, bold=True)
    for index in range(len(block.items)):
        canvas.text(left + ITEM * (index + 0.5), head, _heading(block, index), SIZE, align="center", bold=True)
    y = head + 0.14
    canvas.line((MARGIN, x), (y, y), width=0.9)
    for study, name in block.studies:
        lines = wrap(name, label, SIZE)
        if len(lines) > 2:
            lines = [lines[0], f"{lines[1]} …"]
        canvas.lines(MARGIN, y + ROW / 2 - 0.07 * (len(lines) - 1), lines, SIZE, 0.14)
        for index, (item, _) in enumerate(block.items):
            light(canvas, block.cells[study, item].kind, left + ITEM * (index + 0.5), y + ROW / 2)
        y += ROW
    canvas.line((MARGIN, x), (y, y), colour=RULE)
    canvas.text(MARGIN, y + ROW / 2, "Best rating on this item", SMALL, colour=MUTED)
    for index, (item, _) in enumerate(block.items):
        kinds = [block.cells[study, item].kind for study, _ in block.studies]
        apply = sum(kind != NOT_APPLICABLE for kind in kinds)
        words = f"{kinds.count(GOOD)}/{apply}" if apply else "n/a"
        canvas.text(left + ITEM * (index + 0.5), y + ROW / 2, words, SMALL, align="center", colour=MUTED)
    _legend(canvas, block, y + ROW + 0.1)


def _heading(block: Block, index: int) -> str:
    """The item; under the name of a domain of which risk and applicability are judged, one of these words."""
    item, domain = block.items[index]
    if item == OVERALL:
        return "Overall"
    if item.endswith(CONCERN):
        return "Appl."
    return "Risk" if item == domain and len(block.domain_items(domain)) > 1 else item


def _legend(canvas: Canvas, block: Block, y: float) -> None:
    """The lights of the grid, in words."""
    words = (STAR_WORDS if block.with_stars else RISK_WORDS) | OTHER_WORDS
    kinds_drawn = {cell.kind for cell in block.cells.values()}
    x = MARGIN
    for kind, word in words.items():
        if kind in kinds_drawn:
            light(canvas, kind, x + 0.09, y, 0.085)
            canvas.text(x + 0.24, y, word, SMALL, colour=MUTED)
            x += 0.24 + text_width(word, SMALL) + 0.18
