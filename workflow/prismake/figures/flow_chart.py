"""The PRISMA 2020 flow diagram, drawn to its template.

Page MJ, McKenzie JE, Bossuyt PM, et al. BMJ 2021;372:n71: new or updated review, databases and registers only or
with other methods; which of the four forms is drawn follows from the boxes that the flow has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from prismake.core.phrases import open_decisions, plural
from prismake.figures.interim import marked
from prismake.flow.places import DATABASES, OTHER, anchor_of

from .canvas import AMBER, INK, MUTED, PALE_AMBER, READABLE, WHITE, Canvas, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from prismake.flow import Flow

MARGIN, GAP_Y = 0.2, 0.26
SIDE_BAR = 0.3
BOX, GAP_X = 2.5, 0.36  # a column and what lies between two of them, of the forms with two columns
PREVIOUS = 0.8  # width of the box of previous studies, in columns
PAD = 0.1
SIZE, LINE = 8.0, 0.155
WIDEST = SIZE * READABLE  # inches of all columns together, so that every word can be read in print
GOLD, STEEL, GREY = "#ffd166", "#a9c7e6", "#e3e6e9"
EDGE = "#4a5560"


@dataclass(frozen=True)
class _Box:
    """The text of a box; a line that begins with two blanks is indented."""

    lines: tuple[str, ...]
    waiting: bool = False
    grey: bool = False
    name: str = ""  # of the box, by which the page finds the records behind it

    def wrapped(self, width: float) -> list[tuple[float, str]]:
        """Indent in inches and text of each line as it fits into the box."""
        rows = []
        for line in self.lines:
            indent = 0.14 if line.startswith("  ") else 0.0
            rows += [(indent, piece) for piece in wrap(line.strip(), width - 2 * PAD - indent, SIZE)]
        return rows

    def height(self, width: float) -> float:
        return LINE * len(self.wrapped(width)) + 2 * PAD


def flow_diagram(flow: Flow | Mapping[str, Any]) -> Figure:
    """Draw the flow.

    ``flow`` is a Flow or its ``to_dict()``. Records and reports awaiting a decision have separate, dashed boxes, so
    that the numbers add up while a review is under way.
    """
    data = flow if isinstance(flow, Mapping) else flow.to_dict()
    return marked(_Diagram(data).draw(), data.get("undecided", 0))


class _Diagram:
    """Columns and rows of boxes: row by row from the header to the included studies."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.boxes = data["boxes"]
        self.notes = _notes(data)
        self.other = "other" in self.boxes
        self.updated = "previous" in self.boxes
        x = self.previous_x = MARGIN + SIDE_BAR + 0.14
        columns = 4 if self.other else 2
        self.gap = GAP_X if columns == 2 else 0.24
        gaps = self.gap * (columns - 1 + self.updated)
        self.box = min(BOX, (WIDEST - x - gaps - MARGIN) / (columns + PREVIOUS * self.updated))
        self.previous = PREVIOUS * self.box
        x += self.previous + self.gap if self.updated else 0
        names = ("main", "side", "other", "other_side")[:columns]
        self.x = {name: x + index * (self.box + self.gap) for index, name in enumerate(names)}
        self.width = max(self.x.values()) + self.box + MARGIN
        self.rows = _rows(self.boxes)
        self.heights = [self._row_height(row) for row in self.rows]
        if not self.updated:
            # A single row must be tall enough for the word "Included" on its bar.
            self.heights[-1] = max(self.heights[-1], 0.85)

    def _row_height(self, row: Mapping[str, list[_Box]]) -> float:
        return max(self._stack_height(stack) for stack in row.values())

    def _stack_height(self, stack: list[_Box]) -> float:
        return sum(box.height(self.box) for box in stack) + 0.1 * (len(stack) - 1)

    def draw(self) -> Figure:
        foot = [line for note in self.notes for line in wrap(note, self.width - 2 * MARGIN, SIZE)]
        heads = self._headers()
        header = 0.1 + LINE * max(len(lines) for _, _, lines, _ in heads) + 0.16
        tops = [MARGIN + header + GAP_Y]
        for height in self.heights:
            tops.append(tops[-1] + height + GAP_Y)
        self.canvas = Canvas(self.width, tops[-1] + 0.15 * len(foot) + MARGIN, "PRISMA 2020 flow diagram")
        for x, width, lines, fill in heads:
            self.canvas.box(x, MARGIN, width, header, fill=fill, edge=EDGE, round=0.08)
            first = MARGIN + header / 2 - LINE * (len(lines) - 1) / 2
            self.canvas.lines(x + width / 2, first, lines, SIZE + 0.5, LINE, align="center", bold=True)
        self._side_bars(tops)
        places = [self._row(row, top, high) for row, top, high in zip(self.rows, tops, self.heights, strict=False)]
        self._arrows(places)
        if self.updated:
            self._previous(tops, places)
        self.canvas.lines(MARGIN, tops[-1] + 0.02, foot, SIZE, 0.15, colour=MUTED)
        return self.canvas.figure

    def _headers(self) -> list[tuple[float, float, list[str], str]]:
        """The boxes above the columns: place, width, lines, colour."""
        new, wide = "new " if self.updated else "", 2 * self.box + self.gap
        heads = [(self.x["main"], wide, f"Identification of {new}studies via databases and registers", GOLD)]
        if self.other:
            heads.append((self.x["other"], wide, f"Identification of {new}studies via other methods", GREY))
        if self.updated:
            heads.append((self.previous_x, self.previous, "Previous studies", GREY))
        return [
            (x, width, wrap(words, width - 2 * PAD, SIZE + 0.5, bold=True), fill) for x, width, words, fill in heads
        ]

    def _side_bars(self, tops: list[float]) -> None:
        last = len(self.rows) - 1
        for words, first, final in (("Identification", 0, 0), ("Screening", 1, 3), ("Included", 4, last)):
            top, bottom = tops[first], tops[final] + self.heights[final]
            self.canvas.box(MARGIN, top, SIDE_BAR, bottom - top, fill=STEEL, edge=EDGE, round=0.06)
            look = {"align": "center", "va": "center", "turn": 90, "bold": True}
            self.canvas.text(MARGIN + SIDE_BAR / 2, (top + bottom) / 2, words, SIZE + 0.5, **look)

    def _row(self, row: Mapping[str, list[_Box]], top: float, height: float) -> dict[str, list[tuple[float, float]]]:
        """Draw one row; returns the top and bottom of each box by column."""
        middle = top + height / 2
        places: dict[str, list[tuple[float, float]]] = {}
        for column, stack in row.items():
            high = self._stack_height(stack)
            y = middle - high / 2
            places[column] = []
            for box in stack:
                tall = box.height(self.box)
                if column in ("main", "other") and len(row.get(_beside(column), [])) > 1:
                    # Beside two boxes the box is tall enough for both arrows to start from it.
                    tall = max(tall, self._stack_height(row[_beside(column)]) * 0.8)
                    y = middle - tall / 2
                self._box(box, self.x[column], y, self.box, tall)
                places[column].append((y, y + tall))
                y += tall + 0.1
        return places

    def _box(self, box: _Box, x: float, y: float, width: float, height: float) -> None:
        look: dict[str, Any] = {"fill": GREY if box.grey else WHITE, "edge": EDGE}
        if box.waiting:
            look = {"fill": PALE_AMBER, "edge": AMBER, "dash": (0, (4, 2.5))}
        self.canvas.box(x, y, width, height, name=box.name, **look)
        lines = box.wrapped(width)
        first = y + height / 2 - LINE * (len(lines) - 1) / 2
        for index, (indent, line) in enumerate(lines):
            colour = AMBER if box.waiting else INK
            self.canvas.text(x + PAD + indent, first + index * LINE, line, SIZE, colour=colour)

    def _arrows(self, places: list[dict[str, list[tuple[float, float]]]]) -> None:
        for row in places:
            for column in ("main", "other"):
                for top, bottom in row.get(_beside(column), []):
                    y = (top + bottom) / 2
                    start = self.x[column] + self.box
                    self.canvas.arrow([(start, y), (self.x[_beside(column)], y)], width=0.9, colour=EDGE)
        for column in ("main", "other"):
            stops = [row[column][0] for row in places if column in row]
            x = self.x.get(column, 0) + self.box / 2
            for (_, bottom), (top, _) in pairwise(stops):
                self.canvas.arrow([(x, bottom), (x, top)], width=0.9, colour=EDGE)
        if self.other:
            x, end = self.x["other"] + self.box / 2, self.x["main"] + self.box
            top, bottom = places[4]["main"][0]
            y = (top + bottom) / 2
            self.canvas.arrow([(x, places[3]["other"][0][1]), (x, y), (end, y)], width=0.9, colour=EDGE)

    def _previous(self, tops: list[float], places: list[dict[str, list[tuple[float, float]]]]) -> None:
        previous, losses = self.boxes["previous"], self.boxes["no_longer"]
        lines = [
            f"Studies included in previous version of review {_n(previous['studies'])}",
            f"Reports of studies included in previous version of review {_n(previous['reports'])}",
        ]
        if any(losses.values()):  # not in the template, but the total would not add up without it
            lines += ["No longer included:", f"  Studies {_n(losses['studies'])}", f"  Reports {_n(losses['reports'])}"]
        box = _Box(tuple(lines), grey=True)
        height = box.height(self.previous)
        y = tops[0] + max(0.0, (self.heights[0] - height) / 2)
        self._box(box, self.previous_x, y, self.previous, height)
        x = self.previous_x + self.previous / 2
        top, bottom = places[-1]["main"][0]
        middle = (top + bottom) / 2
        self.canvas.arrow([(x, y + height), (x, middle), (self.x["main"], middle)], width=0.9, colour=EDGE)


def _beside(column: str) -> str:
    return "side" if column == "main" else "other_side"


def _n(count: int) -> str:
    # No-break spaces keep a count together with its letter.
    return f"(n\u00a0=\u00a0{count:,})"


def _rows(boxes: Mapping[str, Any]) -> list[dict[str, list[_Box]]]:
    """The rows below the header: boxes by column, as a list if several are stacked."""
    removed, other = boxes["removed"], boxes.get("other")
    rows: list[dict[str, list[_Box]]] = [
        {
            "main": [_Box(_identified(boxes["identified"]), name=anchor_of(DATABASES, "identified"))],
            "side": [
                _Box(
                    (
                        "Records removed before screening:",
                        f"  Duplicate records removed {_n(removed['duplicates'])}",
                        f"  Records marked as ineligible by automation tools {_n(removed['automation'])}",
                        f"  Records removed for other reasons {_n(removed['other'])}",
                    ),
                    name=anchor_of(DATABASES, "removed"),
                )
            ],
        },
        {
            "main": [_Box((f"Records screened {_n(boxes['screened'])}",), name=anchor_of(DATABASES, "screened"))],
            "side": [
                _Box(
                    (f"Records excluded {_n(boxes['excluded_title_abstract'])}",),
                    name=anchor_of(DATABASES, "excluded_title_abstract"),
                ),
                *_waiting(
                    "Records awaiting a decision",
                    boxes["undecided_title_abstract"],
                    anchor_of(DATABASES, "undecided_title_abstract"),
                ),
            ],
        },
        *_reading_rows(boxes, "main", grey=False),
    ]
    if other:
        identified = _Box(_other_identified(other["identified"]), grey=True, name=anchor_of(OTHER, "identified"))
        rows[0] |= {"other": [identified]}
        if other["removed"]["total"]:
            removed_box = _Box(_other_removed(other["removed"]), grey=True, name=anchor_of(OTHER, "removed"))
            rows[0] |= {"other_side": [removed_box]}
        for index, more in enumerate(_reading_rows(other, "other", grey=True), start=2):
            rows[index] |= more
    new = "New studies" if "previous" in boxes else "Studies"
    of = "new included" if "previous" in boxes else "included"
    included = _studies(f"{new} included in review", f"Reports of {of} studies", boxes["included"])
    rows.append({"main": [_Box(included, name=anchor_of(DATABASES, "included"))]})
    if total := boxes.get("total"):
        rows.append(
            {"main": [_Box(_studies("Total studies included in review", "Reports of total included studies", total))]}
        )
    return rows


def _studies(studies: str, reports: str, counts: Mapping[str, int]) -> tuple[str, str]:
    return f"{studies} {_n(counts['studies'])}", f"{reports} {_n(counts['reports'])}"


def _reading_rows(boxes: Mapping[str, Any], column: str, *, grey: bool) -> list[dict[str, list[_Box]]]:
    # A flow that was saved as JSON has its reasons in alphabetical order.
    ordered = sorted(boxes["excluded_full_text"].items(), key=lambda item: (-item[1], item[0]))
    reasons = [f"  {reason} {_n(count)}" for reason, count in ordered]
    excluded = ("Reports excluded:", *reasons) if reasons else (f"Reports excluded {_n(0)}",)

    def box(name: str, lines: tuple[str, ...]) -> _Box:
        return _Box(lines, grey=grey, name=anchor_of(DATABASES if column == "main" else OTHER, name))

    waits = box("undecided_full_text", ()).name
    return [
        {
            column: [box("sought", (f"Reports sought for retrieval {_n(boxes['sought'])}",))],
            _beside(column): [
                box("not_retrieved", (f"Reports not retrieved {_n(boxes['not_retrieved'])}",)),
                *_waiting("Reports awaiting a decision", boxes["undecided_full_text"], waits),
            ],
        },
        {
            column: [box("assessed", (f"Reports assessed for eligibility {_n(boxes['assessed'])}",))],
            _beside(column): [box("excluded_full_text", excluded)],
        },
    ]


def _waiting(words: str, count: int, name: str) -> list[_Box]:
    return [_Box((f"{words} {_n(count)}",), waiting=True, name=name)] if count else []


def _identified(identified: Mapping[str, Any]) -> tuple[str, ...]:
    lines = ["Records identified from:"]
    for kind in ("databases", "registers"):
        sources = identified[kind]
        lines.append(f"{kind.capitalize()} {_n(sum(sources.values()))}" + (":" if sources else ""))
        lines += [f"  {label} {_n(count)}" for label, count in sources.items()]
    return tuple(lines)


def _other_identified(identified: Mapping[str, Any]) -> tuple[str, ...]:
    return ("Records identified from:", *(f"  {label} {_n(count)}" for label, count in identified["sources"].items()))


def _other_removed(removed: Mapping[str, int]) -> tuple[str, ...]:
    words = {
        "duplicates": "Duplicates of records already found",
        "automation": "Marked as ineligible by automation tools",
        "other": "Removed for other reasons",
    }
    return ("Records removed:", *(f"  {words[name]} {_n(removed[name])}" for name in words if removed[name]))


def _notes(data: Mapping[str, Any]) -> list[str]:
    notes = list(data.get("notes") or [])
    if pairs := data["boxes"].get("possible_duplicates", 0):
        notes.append(f"{plural(pairs, 'pair')} of possible duplicates await the panel; until then each record counts.")
    undecided = data.get("undecided", 0)
    state = f"{open_decisions(undecided)}; the counts are those of today." if undecided else "Nothing is undecided."
    return [*notes, f"{state} Form: PRISMA 2020 (Page et al., BMJ 2021;372:n71)."]
