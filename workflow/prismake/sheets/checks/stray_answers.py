"""Answers typed where none is read: beside their column, in other columns and tabs, or in rows that people added."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from prismake.core.names import CONSENSUS, SETTLED
from prismake.core.phrases import normal_word
from prismake.protocol.forms import Field, as_typed, parse_answer
from prismake.protocol.languages import in_every_language
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.layout import CHECK, ITEM, STATE
from prismake.sheets.matching import text_of
from prismake.sheets.outside import TabCell, clear_words
from prismake.sheets.remarks import is_not_needed
from prismake.sheets.xlsx import column_letter

_LONGEST = 30  # characters: a longer text is not a single answer word
_CHECK = re.compile("[0-9a-f]{8}")  # the check of a row as it was offered
_LIST = 4  # answers in a column of another tab that are more than a legend or a table of counts


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each column or tab that holds answer words, and one for rows that were never offered."""
    if sheet.owner == CONSENSUS:
        return [*_settled_beside(sheet), *_settled_in_tabs(sheet)]
    problems = [*_beside_the_column(sheet), *_rivals(sheet), *_in_tabs(sheet)]
    return [*problems, *([] if sheet.form.typed else _never_offered(sheet))]


def _listed_questions(sheet: CheckedSheet) -> list[Field]:
    """Questions with a list of answers of their own, whose words can be distinguished from other text."""
    return [
        question
        for question in sheet.form.fields
        if question.kind == "choice" and not question.by_row and question.label in sheet.table.headers
    ]


def _beside_the_column(sheet: CheckedSheet) -> list[Problem]:
    """Columns that hold answer words in rows whose answer is empty.

    These cells are not read, since a note may say anything. Only questions with a fixed list of answers are considered,
    not those whose letters differ from row to row.
    """
    problems = []
    for question in _listed_questions(sheet):
        if question.required and not question.when:
            rows_by_column: dict[int, list[int]] = {}
            texts = _read_columns(sheet)
            for number, row in _open_rows(sheet, question):
                for column in _columns_with_words(sheet, question, number, row, texts):
                    rows_by_column.setdefault(column, []).append(number)
            problems += [_stray(sheet, question.label, column, rows) for column, rows in sorted(rows_by_column.items())]
    return problems


def _unsettled(sheet: CheckedSheet) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Rows of the consensus sheet that are asked for and have nothing under “Settled”."""
    for number, row in sheet.table.rows:
        asked = text_of(row[ITEM]) and not is_not_needed(text_of(row.get(STATE)))
        if asked and not text_of(row.get(SETTLED)):
            yield number, row


def _settled_beside(sheet: CheckedSheet) -> list[Problem]:
    """Columns of the consensus sheet that hold answer words in rows where nothing is settled."""
    words, table, note = clear_words(sheet.columns), sheet.table, sheet.form.note
    # under other names, if reviewers are no longer named, or have other names: what they answered, not what is settled
    says = [text.format(name="").strip().casefold() for text in in_every_language("headings.says")]
    headings = [n for n, heading in table.outside.headings.items() if not any(w in heading.casefold() for w in says)]
    rows_by_column: dict[int, list[int]] = {}
    for number, row in _unsettled(sheet):
        cells = {column: table.beside.get((number, column)) for column in table.unnamed}
        cells |= {column: table.outside.columns.get((number, column)) for column in headings}
        cells |= {table.headers[note]: row.get(note)} if note in table.headers else {}
        for column, value in cells.items():
            if normal_word(as_typed(value)) in words:
                rows_by_column.setdefault(column, []).append(number)
    return [_stray(sheet, SETTLED, column, rows) for column, rows in sorted(rows_by_column.items())]


def _settled_in_tabs(sheet: CheckedSheet) -> list[Problem]:
    """Other tabs with an answer word beside an identifier of a row where nothing is settled."""
    unsettled = {text_of(row[ITEM]) for _, row in _unsettled(sheet)}
    cells_by_tab: dict[str, list[str]] = {}
    for cell in sheet.table.outside.tabs:
        if unsettled.intersection(cell.beside):
            cells_by_tab.setdefault(cell.tab, []).append(f"{column_letter(cell.column)}{cell.row}")
    return [
        Problem(
            f"{sheet.table.path.name}, sheet “{tab}”",
            f"the sheet “{tab}” holds answers in {listed(cells)} for rows in which nothing is settled. Nothing is read "
            f"from there: write them into the column “{SETTLED}” of “{sheet.table.name}”.",
        )
        for tab, cells in cells_by_tab.items()
    ]


def _rivals(sheet: CheckedSheet) -> list[Problem]:
    """Columns such as “decision (final)” that disagree with the question of that name."""
    problems, outside = [], sheet.table.outside
    questions = {question.label: question for question in sheet.form.fields}
    for column, label in sorted(outside.rivals.items()):
        question = questions.get(label)
        if question is None or label not in sheet.table.headers:
            continue
        other = []
        for number, row in sheet.table.rows:
            answer = parse_answer(question, outside.columns.get((number, column)))
            own = sheet.given(text_of(row[ITEM])).get(question.name)
            if question.kind != "text" and answer and own and answer != own:
                other.append(number)
        if other:
            letter, own_letter = column_letter(column), column_letter(sheet.table.headers[label])
            cells = listed([f"{letter}{number}" for number in other])
            text = (
                f"the column {letter}, “{outside.headings[column]}”, disagrees with “{label}” in {cells}. "
                f"Only column {own_letter} counts: write the valid answer there."
            )
            problems.append(Problem(sheet.place, text))
    return problems


def _in_tabs(sheet: CheckedSheet) -> list[Problem]:
    """Other tabs with answers that the table lacks, beside an identifier or a title, or as a whole column."""
    problems: list[Problem] = []
    if not sheet.table.outside.tabs:
        return problems
    for question in (question for question in _listed_questions(sheet) if not question.when):
        titles = cache(lambda: _titles(sheet))
        by_column: dict[tuple[str, int], list[tuple[TabCell, bool]]] = {}
        for cell in sheet.table.outside.tabs:
            answer = question.meanings.get(normal_word(cell.text))
            item = next(filter(None, (_item_of(text, sheet, titles) for text in cell.beside)), "")
            if answer and sheet.given(item).get(question.name) != answer:
                by_column.setdefault((cell.tab, cell.column), []).append((cell, bool(item)))
        for (tab, column), cells in by_column.items():
            of_rows = [cell for cell, tied in cells if tied]
            shown = of_rows or _as_list([cell for cell, _ in cells])
            if not of_rows and not any(True for _ in _open_rows(sheet, question)):
                continue
            if shown:
                places = listed([f"{column_letter(column)}{cell.row}" for cell in shown])
                text = (
                    f"the sheet “{tab}” holds words for “{question.label}” in {places} that “{sheet.table.name}” does "
                    "not have. Nothing is read from there: write them into the column "
                    f"“{question.label}” of “{sheet.table.name}”."
                )
                problems.append(Problem(f"{sheet.table.path.name}, sheet “{tab}”", text))
    return problems


def _item_of(text: str, sheet: CheckedSheet, titles: Callable[[], Mapping[str, str]]) -> str:
    """The item that a text beside an answer names, by its identifier or its title; empty where it names none."""
    return text if text in sheet.queue else titles().get(text, "")


def _titles(sheet: CheckedSheet) -> dict[str, str]:
    """Items by their title, if it is short."""
    header = next(context.label for context in sheet.form.context if context.column == "title")
    return {text_of(row.get(header)): text_of(row[ITEM]) for _, row in sheet.table.rows if row.get(header)}


def _as_list(cells: Sequence[TabCell]) -> Sequence[TabCell]:
    """The cells of a column that looks like a list of answers, one per row, rather than a legend or a table."""
    counts = Counter(normal_word(cell.text) for cell in cells)
    return cells if len(cells) >= _LIST and len(cells) > len(counts) else ()


def _never_offered(sheet: CheckedSheet) -> list[Problem]:
    """At most one problem: rows that people added for purposes of their own, with an answer word in them."""
    choices = [question for question in sheet.form.fields if question.kind == "choice" and not question.by_row]
    reported = {where for where, _ in sheet.answers.problems}  # characters of an identifier that was changed
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
    """Rows in which this question has no answer."""
    for number, row in sheet.table.rows:
        item = text_of(row[ITEM])
        if item in sheet.queue and row[question.label] in ("", None) and not sheet.given(item).get(question.name):
            yield number, row


def _read_columns(sheet: CheckedSheet) -> dict[str, int]:
    """Columns of the table that are read and hold no answers: heading to place."""
    title = next(context.label for context in sheet.form.context if context.column == "title")
    live = [column.header for column in sheet.columns if column.role == "live"]
    headers = sheet.table.headers
    return {header: headers[header] for header in (title, sheet.form.note, STATE, CHECK, *live) if header in headers}


def _columns_with_words(
    sheet: CheckedSheet, question: Field, number: int, row: Mapping[str, Any], texts: Mapping[str, int]
) -> Iterator[int]:
    """The columns of a row that hold an answer word; a single character in a column of text does not count."""
    table = sheet.table
    for cells, columns in ((table.beside, table.unnamed), (table.outside.columns, table.outside.headings)):
        for column in columns if cells else ():
            value = cells.get((number, column))
            if value is not None and parse_answer(question, value):
                yield column
    for header, place in texts.items():
        value = row.get(header)
        text = as_typed(value) if value not in ("", None) else ""
        own_check = header == CHECK and _CHECK.fullmatch(text)
        if 1 < len(text) < _LONGEST and not own_check and parse_answer(question, text):
            yield place


def _stray(sheet: CheckedSheet, label: str, column: int, rows: Sequence[int]) -> Problem:
    letter, own = column_letter(column), column_letter(sheet.table.headers[label])
    cells = listed([f"{letter}{row}" for row in rows])
    return Problem(
        sheet.place,
        f"column {letter} holds words for “{label}” where “{label}” itself is empty, in {cells}. "
        f"They count for nothing there: write them into column {own}.",
    )
