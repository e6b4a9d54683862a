"""The Newcastle–Ottawa star table: every star, and totals over the denominator that applies."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import STUDY_ID

from .appraisal_cells import NOT_APPLICABLE, UNDECIDED, Block, Part, blocks, foot_lines, in_pages
from .canvas import AMBER, INK, MUTED, PAGE, PALE_BLUE, PRINTED, READABLE, RULE, Canvas, text_width, wrap
from .forest_plot import empty_panel

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MARGIN, ROW, SIZE, SMALL = 0.22, 0.25, 8.5, 7.5
ITEM, SUM, TOTAL = 0.36, 0.46, 0.6
AROUND = 0.62  # inches of a grid without its studies
LABEL_LEAST, LABEL_MOST = 1.6, 3.2
GOLD = "#c58a00"
TITLE = "Newcastle–Ottawa Scale"
LEGEND = "★ earned; ☆ not earned; n/a: not applicable to this design, not in the denominator; ?: not decided yet."


def star_table(scores: pd.DataFrame, appraisal: pd.DataFrame, items: Mapping[str, Any] | None = None) -> Figure:
    """Stars by item and domain, the total out of the maximum of the design, and the overall rating.

    Args:
        scores: study_id, instrument, total, maximum, overall (``appraisal/scores.csv``).
        appraisal: study_id, label, instrument, item, domain, answer, stars (``appraisal/appraisal.csv``).
        items: question by item, or instrument to such a mapping; printed below the table.

    Filled star: earned; hollow star: not earned; n/a: the item does not apply to this design and is not in the
    denominator; ?: not decided yet (the total is then a lower bound).
    """
    return star_pages(scores, appraisal, items, math.inf)[0]


def star_pages(
    scores: pd.DataFrame, appraisal: pd.DataFrame, items: Mapping[str, Any] | None = None, tall: float = PAGE
) -> list[Figure]:
    """The same on as many pages as its studies need; ``tall`` as for ``forest_pages``."""
    grids = [block for block in blocks(appraisal) if block.with_stars or _undecided(block)] if len(appraisal) else []
    if not grids:
        return [empty_panel(TITLE, "No studies yet", "No included study has been appraised.")]
    totals = {row[STUDY_ID]: row for row in scores.to_dict("records")}
    words = max([0.6, *(text_width(str(row.get("overall") or ""), SIZE) for row in totals.values())])
    beside = max(_grid_width(block) for block in grids) + words + 2 * MARGIN + 0.35
    label = max(text_width(name, SIZE) for block in grids for _, name in block.studies)
    label = min(max(label, LABEL_LEAST), max(min(LABEL_MOST, SMALL * READABLE - beside), LABEL_LEAST))
    width = max(label + beside, 4.2 + 2 * MARGIN)
    foot = [piece for line in [LEGEND, *foot_lines(grids, items)] for piece in wrap(line, width - 2 * MARGIN, SMALL)]
    room = tall * max(1.0, width / PRINTED) - 2 * MARGIN - 0.4 - 0.14 * len(foot)
    pages = in_pages(grids, room, lambda block: AROUND, lambda name: _height(name, label))
    figures = []
    for number, parts in enumerate(pages, start=1):
        title = TITLE if len(pages) == 1 else f"{TITLE} (page {number} of {len(pages)})"
        below = foot if number == len(pages) else []
        heights = [AROUND + sum(_height(name, label) for _, name in part.studies) for part in parts]
        canvas = Canvas(width, MARGIN + 0.3 + sum(heights) + 0.14 * len(below) + MARGIN + 0.1, TITLE)
        canvas.text(MARGIN, MARGIN + 0.06, title, 11.5, bold=True)
        y = MARGIN + 0.3
        for part, height in zip(parts, heights, strict=True):
            _grid(canvas, part, totals, label, y)
            y += height
        canvas.lines(MARGIN, y + 0.08, below, SMALL, 0.14, colour=MUTED)
        figures.append(canvas.figure)
    return figures


def _undecided(block: Block) -> bool:
    return all(cell.kind in (UNDECIDED, NOT_APPLICABLE) for cell in block.cells.values())


def _domains(block: Block) -> list[str]:
    return list(dict.fromkeys(domain for _, domain in block.items))


def _grid_width(block: Block) -> float:
    return sum(_domain_width(block, domain) for domain in _domains(block)) + TOTAL + 0.15


def _domain_width(block: Block, domain: str) -> float:
    """Width of the items and their sum, but at least that of the name of the domain."""
    return max(ITEM * len(block.domain_items(domain)) + SUM, text_width(domain.capitalize(), SIZE, True) + 0.2)


def _item_width(block: Block, domain: str) -> float:
    return (_domain_width(block, domain) - SUM) / len(block.domain_items(domain))


def _height(name: str, label: float) -> float:
    return ROW + 0.15 * (len(wrap(name, label, SIZE)) - 1)


def _grid(canvas: Canvas, part: Part, totals: Mapping[str, Any], label: float, top: float) -> None:
    block = part.whole
    head = top + 0.36
    right = canvas.width - MARGIN
    starts: dict[str, float] = {}
    x = MARGIN + label + 0.15
    for domain in _domains(block):
        starts[domain] = x
        wide = _domain_width(block, domain)
        canvas.text(x + wide / 2, top + 0.12, domain.capitalize(), SIZE, align="center", bold=True)
        canvas.line((x + 0.04, x + wide - 0.06), (top + 0.23,) * 2, colour=RULE)
        for index, item in enumerate(block.domain_items(domain)):
            canvas.text(x + _item_width(block, domain) * (index + 0.5), head, item, SMALL, align="center", colour=MUTED)
        x += wide
    canvas.text(MARGIN, head, "Study", SIZE, bold=True)
    canvas.text(x + TOTAL / 2, head, "Stars", SIZE, align="center", bold=True)
    canvas.text(x + TOTAL + 0.15, head, "Overall", SIZE, bold=True)
    canvas.line((MARGIN, right), (head + 0.14,) * 2, width=0.9)
    y = head + 0.17
    for index, (study, name) in enumerate(part.studies):
        height = _height(name, label)
        middle = y + height / 2
        if index % 2:
            canvas.box(MARGIN - 0.06, y, right - MARGIN + 0.12, height, fill="#f4f6f8", order=-1)
        lines = wrap(name, label, SIZE)
        canvas.lines(MARGIN, middle - 0.075 * (len(lines) - 1), lines, SIZE, 0.15)
        for domain, start in starts.items():
            _domain(canvas, block, study, domain, (start, middle))
        _total(canvas, block, totals.get(study, {}), study, (x, middle))
        y += height


def _domain(canvas: Canvas, block: Block, study: str, domain: str, place: tuple[float, float]) -> None:
    start, y = place
    items = block.domain_items(domain)
    for index, item in enumerate(items):
        cell = block.cells[study, item]
        x = start + _item_width(block, domain) * (index + 0.5)
        if cell.kind == NOT_APPLICABLE:
            canvas.text(x, y, "n/a", SMALL, align="center", colour="#98a3ae")
        elif cell.kind == UNDECIDED or cell.stars is None:
            canvas.text(x, y, "?", SIZE + 1, align="center", bold=True, colour=AMBER)
        else:
            canvas.text(x, y, "★" * cell.stars or "☆", SIZE + 2, align="center", colour=GOLD if cell.stars else MUTED)
    most = block.most(study, items)
    x = start + _domain_width(block, domain) - SUM / 2 - 0.03
    words = f"{block.earned(study, items)}/{most}" if most else "n/a"
    if any(block.cells[study, item].kind == UNDECIDED for item in items):
        words = "?"
    canvas.text(x, y, words, SIZE, align="center", colour=INK if most else "#98a3ae")


def _total(canvas: Canvas, block: Block, score: Mapping[str, Any], study: str, place: tuple[float, float]) -> None:
    """The total in the table of scores, out of the maximum for the design of the study."""
    x, y = place
    maximum, total = (_whole(score.get(name)) for name in ("maximum", "total"))
    if maximum is None:
        maximum = block.most(study, [item for item, _ in block.items])
    unfinished = block.open(study)
    if total is None:
        total = block.earned(study, [item for item, _ in block.items])
    canvas.box(x + 0.03, y - 0.09, TOTAL - 0.06, 0.18, fill=PALE_BLUE, round=0.05, order=1)
    canvas.text(x + TOTAL / 2, y, f"{'≥ ' if unfinished else ''}{total}/{maximum}", SIZE, align="center", bold=True)
    word = score.get("overall")
    word = word if isinstance(word, str) and word and not unfinished else "undecided" if unfinished else "–"
    canvas.text(x + TOTAL + 0.15, y, word, SIZE, colour=AMBER if unfinished else INK)


def _whole(value: Any) -> int | None:
    return None if value is None or value == "" or value != value else int(float(value))  # noqa: PLR0124
