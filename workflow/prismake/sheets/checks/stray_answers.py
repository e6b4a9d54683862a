"""Answers typed where none is read: beside their column, or in a row that people added."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any

from prismake.protocol.forms import Field, Form, as_typed, understand
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.layout import ITEM, STATE
from prismake.sheets.matching import text_of
from prismake.sheets.reading import SheetTable
from prismake.sheets.xlsx import column_letter

_SHOWN = 8
_LONGEST = 30  # characters: a longer text is no single word for an answer


def misplaced(form: Form, said: SheetAnswers, table: SheetTable, asked: Container[str]) -> list[tuple[str, str]]:
    """(place, sentence) for each column that holds words for an answer in rows where the answer is empty.

    What stands there is not read: a note may say anything. Questions with a list of answers of their own are looked
    for, letters that differ from row to row are not.

    Args:
        asked: the items that are in the queue now.
    """
    found = []
    for one in form.fields:
        if one.kind == "choice" and one.required and not one.when and not one.by_row and one.label in table.headers:
            cells: dict[int, list[int]] = {}
            for number, row in _open_rows(one, said, table, asked):
                for place in _holding(one, form, number, row, table):
                    cells.setdefault(place, []).append(number)
            found += [_told(one, table, place, rows) for place, rows in sorted(cells.items())]
    return found


def never_offered(form: Form, said: SheetAnswers, table: SheetTable, offered: Container[str]) -> list[tuple[str, str]]:
    """(place, sentence), one at most: rows that people added for things of their own, with a word for an answer.

    Args:
        offered: every item that was ever offered, and what it was called before.
    """
    choices = [one for one in form.fields if one.kind == "choice" and not one.by_row]
    told = {place for place, _ in said.problems}  # of an identifier that was changed
    rows = [
        f"“{item[:60]}” ({', '.join(map(str, said.places[item]))})"
        for item, given in said.answers.items()
        if item not in offered
        and item in said.places
        and table.address(said.places[item][0], ITEM) not in told
        and any(understand(one, given.get(one.name)) for one in choices)
    ]
    if not rows:
        return []
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    sentence = (
        f"these rows were never offered, and their answers count for nothing: {', '.join(rows[:_SHOWN])}{more}. What a "
        "stage asks about comes from the stage before, and a record from an export in config/searches/."
    )
    return [(f"{table.path.name}, sheet “{table.name}”", sentence)]


def _open_rows(
    one: Field, said: SheetAnswers, table: SheetTable, asked: Container[str]
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows in which nothing stands where this question is answered."""
    for number, row in table.rows:
        item = text_of(row[ITEM])
        if item in asked and row[one.label] in ("", None) and not said.answers.get(item, {}).get(one.name):
            yield number, row


def _holding(one: Field, form: Form, number: int, row: Mapping[str, Any], table: SheetTable) -> Iterator[int]:
    """The columns of a row that hold a word for an answer; a single character in a column of text says nothing."""
    for place in table.unnamed:
        if understand(one, table.beside.get((number, place))):
            yield place
    title = next(context.label for context in form.context if context.column == "title")
    for header in (title, form.note, STATE):
        text = as_typed(row.get(header))
        if 1 < len(text) < _LONGEST and understand(one, text):
            yield table.headers[header]


def _told(one: Field, table: SheetTable, place: int, rows: Sequence[int]) -> tuple[str, str]:
    letter = column_letter(place)
    cells = ", ".join(f"{letter}{row}" for row in rows[:_SHOWN])
    more = f" and {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else ""
    return (
        f"{table.path.name}, sheet “{table.name}”",
        f"column {letter} holds words for “{one.label}” where “{one.label}” itself is empty, in {cells}{more}. They "
        f"count for nothing there: write them into column {column_letter(table.headers[one.label])}.",
    )
