"""Answers typed where none is read: beside their column, or in a row that people added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.protocol.forms import Field, as_typed, parse_answer
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.layout import ITEM, STATE
from prismake.sheets.matching import text_of
from prismake.sheets.xlsx import column_letter

_LONGEST = 30  # characters: a longer text is no single word for an answer


def check(sheet: CheckedSheet) -> list[Problem]:
    """A problem for each column that holds words for an answer elsewhere, and one for rows that were never offered."""
    if sheet.owner == CONSENSUS:
        return []
    return [*_beside_the_column(sheet), *([] if sheet.form.typed else _never_offered(sheet))]


def _beside_the_column(sheet: CheckedSheet) -> list[Problem]:
    """Columns that hold words for an answer in rows where the answer is empty.

    What stands there is not read: a note may say anything. Questions with a list of answers of their own are looked
    for, letters that differ from row to row are not.
    """
    problems = []
    for question in sheet.form.fields:
        listed_words = question.kind == "choice" and not question.by_row
        if listed_words and question.required and not question.when and question.label in sheet.table.headers:
            rows_by_column: dict[int, list[int]] = {}
            for number, row in _open_rows(sheet, question):
                for column in _columns_with_words(sheet, question, number, row):
                    rows_by_column.setdefault(column, []).append(number)
            problems += [_stray(sheet, question, column, rows) for column, rows in sorted(rows_by_column.items())]
    return problems


def _never_offered(sheet: CheckedSheet) -> list[Problem]:
    """One problem at most: rows that people added for things of their own, with a word for an answer."""
    choices = [question for question in sheet.form.fields if question.kind == "choice" and not question.by_row]
    reported = {where for where, _ in sheet.answers.problems}  # of an identifier that was changed
    places = sheet.answers.places
    rows = [
        f"“{item[:60]}” ({', '.join(map(str, places[item]))})"
        for item, given in sheet.answers.answers.items()
        if item not in sheet.offered
        and item in places
        and sheet.table.address(places[item][0], ITEM) not in reported
        and any(parse_answer(question, given.get(question.name)) for question in choices)
    ]
    if not rows:
        return []
    sentence = (
        f"these rows were never offered, and their answers count for nothing: {listed(rows)}. What a stage asks about "
        "comes from the stage before, and a record from an export in config/searches/."
    )
    return [Problem(sheet.place, sentence)]


def _open_rows(sheet: CheckedSheet, question: Field) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows in which nothing stands where this question is answered."""
    for number, row in sheet.table.rows:
        item = text_of(row[ITEM])
        if item in sheet.queue and row[question.label] in ("", None) and not sheet.given(item).get(question.name):
            yield number, row


def _columns_with_words(sheet: CheckedSheet, question: Field, number: int, row: Mapping[str, Any]) -> Iterator[int]:
    """The columns of a row that hold a word for an answer; a single character in a column of text says nothing."""
    table = sheet.table
    for column in table.unnamed:
        if parse_answer(question, table.beside.get((number, column))):
            yield column
    title = next(context.label for context in sheet.form.context if context.column == "title")
    for header in (title, sheet.form.note, STATE):
        text = as_typed(row.get(header))
        if 1 < len(text) < _LONGEST and parse_answer(question, text):
            yield table.headers[header]


def _stray(sheet: CheckedSheet, question: Field, column: int, rows: Sequence[int]) -> Problem:
    letter, own = column_letter(column), column_letter(sheet.table.headers[question.label])
    cells = listed([f"{letter}{row}" for row in rows])
    return Problem(
        sheet.place,
        f"column {letter} holds words for “{question.label}” where “{question.label}” itself is empty, in {cells}. "
        f"They count for nothing there: write them into column {own}.",
    )
