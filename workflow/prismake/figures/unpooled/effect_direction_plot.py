"""The effect direction plot: a row for each study with the direction of its effect.

Boon MH, Thomson H. Res Synth Methods 2021;12:29-33. The arrow points up where the study lies on the side for which
votes are counted, and down where it lies on the other; its size says how many people the study has, in their classes of
the intervention group, which is taken as half of all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from prismake.core.numbers import NONE, count, format_of, p_number
from prismake.figures.canvas import AMBER, BLUE, INK, MUTED, RULE, Canvas, text_width, wrap
from prismake.figures.forest_plot import NO_STUDIES, empty_panel, unfinished
from prismake.figures.forest_rows import in_order, study_label
from prismake.protocol.unpooled_outcomes import CONFLICTING, NO_DIFFERENCE
from prismake.synthesis.unpooled.reported_rows import AWAY, TOWARDS, UNKNOWN

MARGIN, SIZE, SMALL, LINE, ROW, HEAD = 0.25, 8.5, 7.5, 0.15, 0.24, 0.42
MOST_NAME = 3.0  # inches
# People in all from which an arrow has this half height in inches, the largest first.
SIZES = ((601, 0.09, "more than 600"), (100, 0.066, "100 to 600"), (0, 0.045, "fewer than 100"))
WORDS = {CONFLICTING: "conflicting results", NO_DIFFERENCE: "no difference", UNKNOWN: "direction not reported"}
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Columns:
    """Where the columns of the figure are, in inches from the left: arrows at their middle, numbers at their end; no
    column of risk of bias (0) where no study is judged."""

    people: float
    arrow: float
    effect: float
    p: float
    bias: float
    width: float


def effect_direction_pages(result: Mapping[str, Any], tall: float) -> list[Figure]:
    """The plot on as many pages of ``tall`` inches as it needs; several results of a study have a row each."""
    rows = in_order(result, result["studies"])
    title = f"{result['title']}: direction of effect"
    if not rows:
        return [empty_panel(title, NO_STUDIES, result["sentence"], unfinished(result))]
    names = [wrap(study_label(row), MOST_NAME, SIZE) for row in rows]
    printed = [_cells(result, row) for row in rows]
    columns = _columns(names, printed)
    inner = columns.width - 2 * MARGIN
    foot = wrap(_foot(result), inner, SMALL)
    legend = _legend(result, inner)
    below = 0.2 * len(legend) + 0.14 * len(foot) + 0.3
    top = MARGIN + 0.24 * len(wrap(f"{title} (page 99 of 99)", inner, 11.5, bold=True)) + HEAD
    pages = _pages([_height(lines) for lines in names], tall - top - below - MARGIN)
    figures = []
    for number, (first, last) in enumerate(pages, start=1):
        heading = f"{title} (page {number} of {len(pages)})" if len(pages) > 1 else title
        lines = wrap(heading, inner, 11.5, bold=True)
        body = MARGIN + 0.24 * len(lines) + HEAD
        bottom = body + sum(_height(own) for own in names[first:last])
        canvas = Canvas(columns.width, bottom + below + MARGIN, title)
        canvas.lines(MARGIN, MARGIN + 0.06, lines, 11.5, 0.24, bold=True)
        _heads(canvas, columns, body)
        y = body
        for place in range(first, last):
            _row(canvas, columns, rows[place], names[place], printed[place], y)
            y += _height(names[place])
        canvas.line((MARGIN, columns.width - MARGIN), (bottom, bottom), colour=RULE)
        for step, line in enumerate(legend):
            _legend_line(canvas, line, bottom + 0.18 + 0.2 * step)
        look = AMBER if unfinished(result) else INK
        canvas.lines(MARGIN, bottom + 0.26 + 0.2 * len(legend), foot, SMALL, 0.14, colour=look)
        figures.append(canvas.figure)
    return figures


def _pages(heights: Sequence[float], room: float) -> list[tuple[int, int]]:
    """First and last row (exclusive) of each page; a page has at least one row."""
    pages, first, used = [], 0, 0.0
    for place, height in enumerate(heights):
        if place > first and used + height > room:
            pages.append((first, place))
            first, used = place, 0.0
        used += height
    return [*pages, (first, len(heights))]


def _height(lines: Sequence[str]) -> float:
    return ROW + LINE * (len(lines) - 1)


def _cells(result: Mapping[str, Any], row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """People, effect, p-value and risk of bias as they are printed."""
    show = format_of(result)
    effect = show.estimate(row) if row["estimate"] is not None else NONE
    bias = str((row["appraisal"] or {}).get("overall") or NONE)
    return count(row["people"]) if row["people"] is not None else NONE, effect, printed_p(row), bias


def printed_p(row: Mapping[str, Any]) -> str:
    """The p-value of a row, a bound as a bound; with an asterisk if it is one-sided."""
    if row["p"] is None:
        return NONE
    bound = f"{row['relation']} {row['p']:g}"
    return (p_number(row["p"]) if row["relation"] == "=" else bound) + ("*" if row["sides"] == 1 else "")


_HEADS = ("People", "Effect", "p", "Risk of bias")


def _columns(names: Sequence[Sequence[str]], printed: Sequence[tuple[str, ...]]) -> _Columns:
    wide = [
        max(text_width(text, SIZE, bold=text == head) for text in (head, *(cells[place] for cells in printed)))
        for place, head in enumerate(_HEADS)
    ]
    left = MARGIN + max(1.2, *(text_width(line, SIZE) for lines in names for line in lines))
    people = left + 0.25 + wide[0]
    arrow = people + 0.25 + text_width("Direction", SIZE, bold=True) / 2
    effect = arrow + text_width("Direction", SIZE, bold=True) / 2 + 0.25 + wide[1]
    p = effect + 0.25 + wide[2]
    bias = p + 0.3 if any(cells[3] != NONE for cells in printed) else 0.0
    return _Columns(people, arrow, effect, p, bias, max((bias + wide[3] if bias else p) + MARGIN, 6.6))


def _heads(canvas: Canvas, columns: _Columns, body: float) -> None:
    y = body - 0.16
    canvas.text(MARGIN, y, "Study", SIZE, bold=True)
    canvas.text(columns.arrow, y, "Direction", SIZE, bold=True, align="center")
    for x, word in ((columns.people, "People"), (columns.effect, "Effect"), (columns.p, "p")):
        canvas.text(x, y, word, SIZE, bold=True, align="right")
    if columns.bias:
        canvas.text(columns.bias, y, "Risk of bias", SIZE, bold=True)
    canvas.line((MARGIN, columns.width - MARGIN), (body, body), colour=RULE)


def _row(
    canvas: Canvas, columns: _Columns, row: Mapping[str, Any], lines: Sequence[str], cells: Sequence[str], y: float
) -> None:
    middle = y + _height(lines) / 2
    canvas.lines(MARGIN, middle - LINE * (len(lines) - 1) / 2, lines, SIZE, LINE)
    canvas.text(columns.people, middle, cells[0], SIZE, align="right")
    symbol(canvas, row["state"], columns.arrow, middle, radius_of(row["people"]))
    canvas.text(columns.effect, middle, cells[1], SIZE, align="right")
    canvas.text(columns.p, middle, cells[2], SIZE, align="right")
    if columns.bias:
        canvas.text(columns.bias, middle, cells[3], SIZE)


def radius_of(people: float | None) -> float:
    """Half the height of the arrow of a study, in inches; the middle class where people are not reported."""
    if people is None:
        return SIZES[1][1]
    return next(radius for least, radius, _ in SIZES if people >= least)


def symbol(canvas: Canvas, state: str, x: float, y: float, r: float) -> None:
    """Arrow up or down, two arrows to the sides (conflicting), a bar (no difference), or a ring (not reported)."""
    if state in (TOWARDS, AWAY):
        tip, base = (y - r, y + r) if state == TOWARDS else (y + r, y - r)
        canvas.polygon([(x - r, base), (x + r, base), (x, tip)], fill=BLUE if state == TOWARDS else AMBER)
    elif state == CONFLICTING:
        for side in (-1, 1):
            canvas.polygon([(x + side * 0.02, y - r), (x + side * 0.02, y + r), (x + side * (r + 0.02), y)], fill=MUTED)
    elif state == NO_DIFFERENCE:
        canvas.box(x - r, y - 0.016, 2 * r, 0.032, fill=MUTED, order=3)
    else:
        canvas.circle(x, y, 0.04, fill="none", edge=MUTED, line=0.8)


_Entry = tuple[str, str, float]


def _legend(result: Mapping[str, Any], width: float) -> list[list[_Entry]]:
    """Symbols with their words (state, words, radius) in lines of the given width."""
    own = result["without_pooling"]
    entries: list[_Entry] = [(TOWARDS, own["towards"], SIZES[1][1]), (AWAY, own["away"], SIZES[1][1])]
    entries += [(state, words, SIZES[1][1]) for state, words in WORDS.items()]
    entries += [(TOWARDS, f"{words} people", radius) for _, radius, words in SIZES]
    lines: list[list[_Entry]] = [[]]
    x = 0.0
    for entry in entries:
        wide = _wide(entry)
        if lines[-1] and x + wide > width:
            lines.append([])
            x = 0.0
        lines[-1].append(entry)
        x += wide
    return lines


def _wide(entry: _Entry) -> float:
    return 0.26 + text_width(entry[1], SMALL) + 0.2


def _legend_line(canvas: Canvas, line: Sequence[_Entry], y: float) -> None:
    x = MARGIN
    for entry in line:
        symbol(canvas, entry[0], x + 0.1, y, entry[2])
        canvas.text(x + 0.26, y, entry[1], SMALL, colour=MUTED)
        x += _wide(entry)


def _foot(result: Mapping[str, Any]) -> str:
    own = result["without_pooling"]
    several = "" if len(own["by_study"]) == len(result["studies"]) else (
        " Of several results of a study the direction counts that at least 70 % of them have."
    )  # fmt: skip
    marks = " * one-sided." if any(row["sides"] == 1 for row in result["studies"]) else ""
    words = " ".join(own["words"].get("votes", [result["sentence"]]))
    return f"{words}{several} Effects have {result['level']:g} % intervals.{marks}\n{result['counts']['statement']}"
