"""Rows as answers: what each cell says, and every problem with the place where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prismake.protocol.forms import Field, Form, allowed, as_typed, understand
from prismake.sheets.layout import DISPUTED, ITEM, SETTLED, Column, row_choices
from prismake.sheets.matching import match_rows, text_of
from prismake.sheets.merged_answers import first_of
from prismake.sheets.queue import Queue, column_of
from prismake.sheets.reading import SheetTable


@dataclass
class SheetAnswers:
    """What one sheet says.

    ``answers``: item to field to answer in normal form. ``notes``: item to text. ``places``: item to its
    rows. ``problems``: (place, sentence). ``broken``: item to fields that were not understood.
    """

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)


def read_reviewer(table: SheetTable, form: Form, columns: Sequence[Column], queue: Queue) -> SheetAnswers:
    """The answers of a reviewer's sheet.

    Args:
        queue: item id to its row in the stage's queue (``title``, and ``choices`` where rows differ).

    Raises:
        SheetError: a column was sorted without the others: ids, titles and checks no longer fit.
    """
    said = SheetAnswers()
    answer_columns = [column for column in columns if column.role == "answer"]
    by_row = any(column.answer.by_row for column in answer_columns if column.answer)
    titles = dict(column_of(queue, "title"))
    said.problems += match_rows(table, titles, _title(columns))
    for number, row in table.rows:
        item = text_of(row[ITEM])
        if not item:
            _lost_id(table, number, row, answer_columns, said)
            continue
        choices = row_choices(queue.get(item, {})) if by_row else ()
        for column in answer_columns:
            if item not in titles and not understand(column.answer, row[column.header], choices):
                # nobody asks about this item now: its cells are no problem, and stay in the history as they are
                said.answers.setdefault(item, {})[column.key] = text_of(row[column.header])
                continue
            _take(said, table, number, item, column.key, column.answer, column.header, row[column.header], choices)
        _note(said, item, row, form.note)
        said.places.setdefault(item, []).append(number)
    return said


def read_consensus(table: SheetTable, form: Form, columns: Sequence[Column], queue: Queue) -> SheetAnswers:
    """The answers of a consensus sheet: one row a disagreement, named by item and question."""
    said = SheetAnswers()
    by_label = {one.label.casefold(): one for one in form.fields}
    said.problems += match_rows(
        table,
        dict(column_of(queue, "title")),
        _title(columns),
        lambda item, row: f"{item}/{text_of(row[DISPUTED])}",
        first_of,
    )
    for number, row in table.rows:
        item, label = text_of(row[ITEM]), text_of(row[DISPUTED])
        one = by_label.get(label.casefold())
        if not item or one is None:
            if text_of(row[SETTLED]):
                place = table.address(number, DISPUTED if item else ITEM)
                said.problems.append(
                    (place, "this row no longer says which item and question it settles. Restore both cells.")
                )
            continue
        _take(
            said, table, number, item, one.name, one, SETTLED, row[SETTLED], row_choices(queue.get(first_of(item), {}))
        )
        _note(said, item, row, form.note)
        said.places.setdefault(f"{item}/{one.name}", []).append(number)
    return said


def _take(
    said: SheetAnswers,
    table: SheetTable,
    number: int,
    item: str,
    name: str,
    one: Field | None,
    header: str,
    raw: Any,
    choices: Sequence[str],
) -> None:
    """Enter one cell: an answer, a contradiction with an earlier row of the same item, or a problem."""
    assert one is not None
    answer = understand(one, raw, choices)
    earlier = said.answers.setdefault(item, {})
    if not answer and (number, header) in table.odd:
        why = f"the cell comes out empty: {table.odd[number, header]}. Type the answer to “{one.label}” for {item}."
        said.problems.append((table.address(number, header), why))
        said.broken.setdefault(item, set()).add(name)
    elif answer is None:
        place = table.address(number, header)
        shown = as_typed(raw).strip()[:60]
        sentence = f"“{shown}” is not an answer to “{one.label}” for {item}. Allowed: {allowed(one, choices)}."
        said.problems.append((place, sentence))
        said.broken.setdefault(item, set()).add(name)
    elif answer and earlier.get(name) and earlier[name] != answer:
        first = table.address(said.places[item][0] if item in said.places else said.places[f"{item}/{name}"][0], header)
        said.problems.append(
            (
                table.address(number, header),
                f"{item} is there twice, here “{answer}”, in {first} “{earlier[name]}”. Delete one row.",
            )
        )
        said.broken.setdefault(item, set()).add(name)
    elif answer:
        earlier[name] = answer
    for field_name in said.broken.get(item, ()):  # a doubted answer counts as none
        earlier.pop(field_name, None)


def _title(columns: Sequence[Column]) -> Column:
    return next(column for column in columns if column.key == "title")


def _lost_id(
    table: SheetTable, number: int, row: Mapping[str, Any], answer_columns: Sequence[Column], said: SheetAnswers
) -> None:
    filled = [column.header for column in answer_columns if text_of(row[column.header])]
    if filled:
        place = table.address(number, ITEM)
        said.problems.append(
            (
                place,
                "the row has an answer, but its identifier is gone. Restore the cell; it does not count until then.",
            )
        )


def _note(said: SheetAnswers, item: str, row: Mapping[str, Any], header: str) -> None:
    text = text_of(row.get(header))
    if text:
        said.notes[item] = f"{said.notes[item]} {text}" if said.notes.get(item, text) != text else text
