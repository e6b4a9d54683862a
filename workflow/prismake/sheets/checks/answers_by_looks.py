"""Answers given as colours, comments or struck-through text: formatting is never read as an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from prismake.core.phrases import normal_word
from prismake.protocol.forms import parse_answer
from prismake.sheets.cell_looks import Looks, looks_of
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.checks.rows_by_looks import in_open_rows
from prismake.sheets.layout import ITEM
from prismake.sheets.matching import text_of
from prismake.sheets.outside import clear_words

_BANDS = 0.9  # share of rows from which alternating colours make a sheet striped, so that colours mean nothing


def check(sheet: CheckedSheet) -> list[Problem]:
    """Problems for answers struck through, for coloured empty answers, for comments and text boxes that answer."""
    looks = looks_of(sheet.table.path, sheet.table.name)
    if looks.unread:
        text = f"colours, comments and crossed-out text in it cannot be looked at ({looks.unread}); values are read."
        return [Problem(sheet.place, f"{text} Save it again in Excel or LibreOffice.")]
    if not (looks.coloured or looks.struck or looks.comments or looks.boxes):
        return []
    problems = in_open_rows(sheet, looks)
    for column in sheet.columns:
        if column.role == "answer" and column.header in sheet.table.headers:
            problems += [*_struck(sheet, column.header, looks), *_coloured(sheet, column.header, looks)]
            problems += _commented(sheet, column.header, looks)
    return problems


def _rows(sheet: CheckedSheet, header: str, *, filled: bool) -> Iterator[tuple[int, Mapping[str, object]]]:
    """Rows of the stage in which a column is filled, or those in which it is empty."""
    for number, row in sheet.table.rows:
        if text_of(row[ITEM]) and bool(text_of(row.get(header))) == filled:
            yield number, row


def _struck(sheet: CheckedSheet, header: str, looks: Looks) -> list[Problem]:
    place, item = sheet.table.headers[header], sheet.table.headers[ITEM]
    cells = [
        sheet.cell(number, header)
        for number, _ in _rows(sheet, header, filled=True)
        if {(number, place), (number, item)} & looks.struck
    ]
    if not cells:
        return []
    text = f"answers to “{header}” are struck through and count all the same: {listed(cells)}."
    return [Problem(sheet.place, f"{text} Clear those that do not hold.")]


def _coloured(sheet: CheckedSheet, header: str, looks: Looks) -> list[Problem]:
    """Coloured cells whose answer is still open; none if the whole column is striped."""
    place = sheet.table.headers[header]
    colours = {
        number: looks.coloured[number, place] for number, _ in sheet.table.rows if (number, place) in looks.coloured
    }
    striped = len(colours) > _BANDS * len(sheet.table.rows) and all(
        colours.get(number + 2, colour) == colour for number, colour in colours.items()
    )
    cells = [sheet.cell(number, header) for number, _ in _rows(sheet, header, filled=False) if number in colours]
    if not cells or striped:
        return []
    text = f"cells of “{header}” are coloured and empty: {listed(cells)}. A colour is not an answer: type the answer."
    return [Problem(sheet.place, text)]


def _commented(sheet: CheckedSheet, header: str, looks: Looks) -> list[Problem]:
    place, words = sheet.table.headers[header], clear_words(sheet.columns)
    question = next(column.answer for column in sheet.columns if column.header == header)
    cells = []
    for number, _ in _rows(sheet, header, filled=False):
        lines = looks.comments.get((number, place), "").splitlines()
        if any(normal_word(line) in words or (question and question.kind != "text" and parse_answer(question, line))
               for line in lines):  # fmt: skip
            cells.append(sheet.cell(number, header))
    if not cells:
        return []
    text = f"cells of “{header}” are empty and have a comment that answers: {listed(cells)}."
    return [Problem(sheet.place, f"{text} A comment is not read: type the answer.")]
