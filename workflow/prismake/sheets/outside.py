"""Cells of a workbook that are not read but may hold answers.

People type answers beside the column, in a column of their own, above the headers or in another tab. None of these
count; they are collected while a sheet is read so that the checks can report them
(``prismake.sheets.checks.stray_answers``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from prismake.core.phrases import normal_word
from prismake.protocol.forms import as_typed
from prismake.sheets.layout import STATE, Column

_CLEAR = 4  # letters of a word that stands for an answer and for little else; “no” and “in” occur in many columns
_LONGEST = 30  # characters of an answer or an identifier
_MOST = 200_000  # cells of other tabs that are kept
CONTEXT_ROWS, _BEGINNING = 3000, 80  # rows and characters of the texts that are compared with what was offered
_MISSING = frozenset(("NA", "<NA>", "NaN", "nan", "None", "NULL", "null", "#N/A"))  # of R, pandas, SQL, Excel


class TabCell(NamedTuple):
    """An answer word in another tab, and the short texts of its row, which may include an identifier."""

    tab: str
    row: int
    column: int
    text: str
    beside: tuple[str, ...]


@dataclass(frozen=True)
class Outside:
    """Cells that are not read.

    Attributes:
        columns: by (row, column), from 1, the cells below a heading that is not read: only answer words, or every short
            text if the heading mentions a question (``rivals``).
        headings: by column, its heading.
        rivals: by column whose heading mentions a question (“decision (final)”), the heading of that question.
        tabs: answer words in other tabs.
        above: (row, short texts) of rows above the headers.
    """

    columns: dict[tuple[int, int], Any] = field(default_factory=dict)
    headings: Mapping[int, str] = field(default_factory=dict)
    rivals: Mapping[int, str] = field(default_factory=dict)
    tabs: Sequence[TabCell] = ()
    above: Sequence[tuple[int, tuple[str, ...]]] = ()


def clear_words(columns: Iterable[Column]) -> frozenset[str]:
    """Answer words of questions with a list of answers, without those that could mean anything."""
    questions = [question for column in columns for question in (column.answer, *column.settles) if question]
    return frozenset(
        word
        for question in questions
        if question.kind == "choice" and not question.by_row
        for word in question.meanings
        if len(word) >= _CLEAR
    )


def rivals_of(headings: Mapping[int, str], columns: Iterable[Column]) -> dict[int, str]:
    """By column whose heading contains the words of a question's heading, that heading."""
    labels = [(normal_word(column.header), column.header) for column in columns if column.role == "answer"]
    rivals = {}
    for place, heading in headings.items():
        words = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in normal_word(heading)).split())} "
        if label := next((label for word, label in labels if f" {word} " in words), None):
            rivals[place] = label
    return rivals


def watcher(
    headings: Mapping[int, str], rivals: Collection[int], words: Collection[str], kept_cells: dict[tuple[int, int], Any]
) -> Callable[[int, Sequence[Any], int], None]:
    """A function of (row number, cells, first column) that collects possible answers under these headings."""
    places, spellings = tuple(headings), _spellings(words)
    pick = _picker(places)

    def watch(number: int, cells: Sequence[Any], first: int) -> None:
        if not rivals and spellings.isdisjoint(pick(cells, first)):  # for speed, because it runs for every row
            return
        for place in places:
            value = cells[place - first] if 0 <= place - first < len(cells) else ""
            if value in ("", None):
                continue
            if place in rivals or (isinstance(value, str) and len(value) < _LONGEST and normal_word(value) in words):
                kept_cells[number, place] = value

    return watch


def _picker(places: Sequence[int]) -> Callable[[Sequence[Any], int], Sequence[Any]]:
    """A function of (cells, first column) that returns the cells in these columns, or all cells of a shorter row."""
    getters: dict[int, Callable[[Sequence[Any]], Any]] = {}

    def pick(cells: Sequence[Any], first: int) -> Sequence[Any]:
        if not places or min(places) < first or max(places) - first >= len(cells):
            return cells
        if first not in getters:
            # a second cell, whichever it is: of a single one, itemgetter returns no tuple
            getters[first] = itemgetter(*(place - first for place in (*places, places[0])))
        return getters[first](cells)

    return pick


def _spellings(words: Collection[str]) -> frozenset[str]:
    """The words as people type them: in lower case, upper case or capitalised, followed by a blank or full stop."""
    cases = {case for word in words for case in (word, word.upper(), word.capitalize(), word.title())}
    return frozenset(case + end for case in cases for end in ("", " ", "."))


def tab_cells(name: str, sheet: Any, words: Collection[str]) -> list[TabCell]:
    """The answer words in a tab that does not hold the table."""
    cells: list[TabCell] = []
    if sheet.start is None or not words:
        return cells
    first = sheet.start[1] + 1
    for row, values in enumerate(sheet.iter_rows(), start=1):  # includes empty rows at the top
        texts = [short_text(value) for value in values]
        answers = [place for place, text in enumerate(texts) if text and normal_word(text) in words]
        for place in answers:
            beside = tuple(text for at, text in enumerate(texts) if text and at != place)
            cells.append(TabCell(name, row, first + place, texts[place], beside))
        if len(cells) > _MOST:
            break
    return cells


def rows_above(sheet: Any, header: int) -> list[tuple[int, tuple[str, ...]]]:
    """The short texts in the rows above the headers."""
    rows = ((number, tuple(filter(None, map(short_text, cells))))
            for number, cells in enumerate(islice(sheet.iter_rows(), header), start=1))  # fmt: skip
    return [(number, texts) for number, texts in rows if texts]


def short_text(value: Any) -> str:
    """A cell as text if it is short enough to be an answer or an identifier; otherwise empty."""
    text = "" if value in ("", None) else as_typed(value).strip()
    return text if len(text) < _LONGEST else ""


def blank_missing(rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
    """Empty the cells of rows in which a program has written its word for a missing value wherever nothing was.

    R writes NA. That it was no person is seen by the workflow's own column of remarks, which says so as well.
    """
    for _, row in rows:
        word = row.get(STATE)
        if word in _MISSING:
            row.update(dict.fromkeys((header for header, value in row.items() if value == word), ""))


@dataclass
class ContextTexts:
    """How the texts of some columns begin, by row and key; of every row that ``step`` divides."""

    places: Mapping[str, int]
    step: int
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)

    def keep(self, number: int, cells: Sequence[Any], first: int) -> None:
        values = {key: cells[at - first] for key, at in self.places.items() if 0 <= at - first < len(cells)}
        self.rows[number] = {key: value[:_BEGINNING] for key, value in values.items() if isinstance(value, str)}
