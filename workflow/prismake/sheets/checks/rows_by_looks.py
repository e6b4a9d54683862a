"""Open rows that are answered elsewhere than in their cells: a comment on the title, a title struck through, colours.

What is at the cell of the answer itself is seen by ``answers_by_looks``. One colour marks rows for many reasons; two
or more among the open rows are a code that its owner may take for answers.
"""

from __future__ import annotations

from collections.abc import Iterator

from prismake.core.names import CONSENSUS
from prismake.core.phrases import normal_word
from prismake.sheets.cell_looks import Looks
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.layout import ITEM
from prismake.sheets.matching import text_of
from prismake.sheets.outside import clear_words

_CODE = 2  # colours
_SHOWN = 40  # characters of a text that a sentence quotes


def in_open_rows(sheet: CheckedSheet, looks: Looks) -> list[Problem]:
    """Problems for comments, struck-through titles and colours in rows without any answer, and for text boxes."""
    if sheet.owner == CONSENSUS:
        return []
    rows = list(_open_rows(sheet))
    return [*_commented(sheet, rows, looks), *_marked(sheet, rows, looks), *_boxes(sheet, rows, looks)]


def _open_rows(sheet: CheckedSheet) -> Iterator[int]:
    answers = [column.header for column in sheet.columns if column.role == "answer"]
    for number, row in sheet.table.rows:
        if text_of(row[ITEM]) in sheet.queue and not any(text_of(row.get(header)) for header in answers):
            yield number


def _shown(sheet: CheckedSheet) -> list[int]:
    """The places of the columns that name a row: its identifier and its title."""
    title = next(context.label for context in sheet.form.context if context.column == "title")
    return [sheet.table.headers[header] for header in (title, ITEM) if header in sheet.table.headers]


def _commented(sheet: CheckedSheet, rows: list[int], looks: Looks) -> Iterator[Problem]:
    words, numbers = clear_words(sheet.columns), set(rows)
    answers = {sheet.table.headers.get(column.header) for column in sheet.columns if column.role == "answer"}
    cells = [
        sheet.table.place(*place)
        for place, text in sorted(looks.comments.items())
        if place[0] in numbers and place[1] not in answers and any(normal_word(t) in words for t in text.splitlines())
    ]
    if cells:
        text = f"comments in {listed(cells)} answer rows whose own cells are empty."
        yield Problem(sheet.place, f"{text} A comment is not read: type the answer.")


def _marked(sheet: CheckedSheet, rows: list[int], looks: Looks) -> Iterator[Problem]:
    places = _shown(sheet)
    struck = [sheet.table.place(row, at) for row in rows for at in places[:1] if (row, at) in looks.struck]
    if struck:
        text = f"titles are struck through in rows without an answer: {listed(struck)}."
        yield Problem(sheet.place, f"{text} That is not an answer: type it.")
    coloured = {(row, at): looks.coloured[row, at] for row in rows for at in places if (row, at) in looks.coloured}
    if len(set(coloured.values())) >= _CODE:
        cells = [sheet.table.place(row, at) for row, at in coloured]
        text = f"titles are coloured in rows without an answer: {listed(cells)}."
        yield Problem(sheet.place, f"{text} A colour is not an answer: type the answer.")


def _boxes(sheet: CheckedSheet, rows: list[int], looks: Looks) -> Iterator[Problem]:
    words = clear_words(sheet.columns)
    for text in looks.boxes if rows else ():
        if words.intersection(normal_word(word.strip(".,;:")) for word in text.split()):
            yield Problem(
                sheet.place,
                f"a text box says “{' '.join(text.split())[:_SHOWN]}”: nothing is read from there. Type answers into "
                "their rows.",
            )
