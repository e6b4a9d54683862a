"""Rows as answers: what each cell says, and every problem with the place where it was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from prismake.core.names import EXTRACTION, SETTLED
from prismake.extraction.composite_cells import Part, Sheet, read_row
from prismake.extraction.extracted import Outcome
from prismake.kept.offered_forms import OfferedForm
from prismake.protocol.forms import Choice, Field, Form, allowed, as_typed, parse_answer
from prismake.protocol.languages import english_heading, in_every_language
from prismake.protocol.parsing import question_back
from prismake.sheets.layout import DISPUTED, ITEM, Column, row_choices
from prismake.sheets.matching import match_rows, text_of
from prismake.sheets.merged_answers import first_of
from prismake.sheets.queue import Queue, column_of
from prismake.sheets.reading import SheetTable


@dataclass
class SheetAnswers:
    """The answers in one sheet.

    ``answers``: item to field to answer in normal form. ``notes``: item to text. ``reasons``: item to the reason why a
    judgement differs from its proposal. ``places``: item to its rows. ``problems``: (place, sentence). ``broken``: item
    to fields that were not understood. ``how``: item to field to how its number was obtained, unless it was simply
    printed. ``withdrawn``: (header, answer that is no longer allowed) to the rows that give it.
    """

    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    places: dict[str, list[int]] = field(default_factory=dict)
    problems: list[tuple[str, str]] = field(default_factory=list)
    broken: dict[str, set[str]] = field(default_factory=dict)
    how: dict[str, dict[str, str]] = field(default_factory=dict)
    withdrawn: dict[tuple[str, str], list[int]] = field(default_factory=dict)


_NEVER_OFFERED = OfferedForm()


def read_reviewer(
    table: SheetTable,
    form: Form,
    columns: Sequence[Column],
    queue: Queue,
    outcomes: Sequence[Outcome] = (),
    offered: OfferedForm = _NEVER_OFFERED,
) -> SheetAnswers:
    """The answers in a reviewer's sheet.

    Args:
        outcomes: at extraction, the outcomes that the numbers belong to: a percentage needs its total.
        queue: item id to its row in the stage's queue (``title``, and ``choices`` where rows differ).
        offered: the questions that the sheets of the stage have asked so far.

    Raises:
        SheetError: a column was sorted without the others, so that ids, titles and checks no longer match.
    """
    sheet = SheetAnswers()
    answer_columns = [column for column in columns if column.role == "answer" and column.header in table.headers]
    by_row = any(column.answer.by_row for column in answer_columns if column.answer)
    titles = dict(column_of(queue, "title"))
    sheet.problems += match_rows(table, titles, _title(columns))
    numbers = _numbers(form, outcomes)
    for number, row in table.rows:
        item = text_of(row[ITEM])
        if not item:
            _lost_id(table, number, row, answer_columns, sheet)
            continue
        choices = row_choices(queue.get(item, {})) if by_row else ()
        parts = _composite(row, answer_columns, numbers) if numbers and item in titles else {}
        for column in answer_columns:
            raw = row[column.header]
            if part := parts.get(column.key):
                raw = part.text
                _ask_back(sheet, item, column, part, table.address(number, column.header))
            assert column.answer is not None
            if item not in titles and not parse_answer(column.answer, raw, choices):
                # nobody asks about this item now: its cells are no problem, and the history keeps them as they are
                sheet.answers.setdefault(item, {})[column.key] = text_of(raw)
                continue
            _enter(sheet, table, _Cell(number, item, column.key, column.answer, column.header, raw, choices), offered)
        _note(sheet.notes, item, row, form.note)
        _note(sheet.reasons, item, row, form.reason)
        sheet.places.setdefault(item, []).append(number)
    return sheet


def read_consensus(
    table: SheetTable, form: Form, columns: Sequence[Column], queue: Queue, offered: OfferedForm = _NEVER_OFFERED
) -> SheetAnswers:
    """The answers in a consensus sheet, which has one row per disagreement, identified by item and question."""
    sheet = SheetAnswers()
    by_label = questions_by_label(form, offered)
    labels = {word.casefold(): question.label for question in form.fields for word in question.shown.values()}

    def in_english(heading: str) -> str:
        return labels.get(heading.casefold(), english_heading(heading))

    sheet.problems += match_rows(
        table,
        dict(column_of(queue, "title")),
        _title(columns),
        lambda item, row: f"{item}/{in_english(text_of(row[DISPUTED]))}",
        first_of,
    )
    for number, row in table.rows:
        item, label = text_of(row[ITEM]), text_of(row[DISPUTED])
        question = by_label.get(label.casefold())
        if item and label in offered.labels and question is None:
            continue  # the question is no longer asked
        if not item or question is None:
            if text_of(row[SETTLED]):
                place = table.address(number, DISPUTED if item else ITEM)
                sentence = "this row no longer says which item and question it settles. Restore both cells."
                sheet.problems.append((place, sentence))
            continue
        choices = row_choices(queue.get(first_of(item), {}))
        if first_of(item) not in queue and not parse_answer(question, row[SETTLED], choices):
            # nobody asks about this item now, and the answers of its own row, if it had any, are unknown
            sheet.answers.setdefault(item, {})[question.name] = text_of(row[SETTLED])
        else:
            cell = _Cell(number, item, question.name, question, SETTLED, row[SETTLED], choices)
            _enter(sheet, table, cell, offered)
        _note(sheet.notes, item, row, form.note)
        sheet.places.setdefault(f"{item}/{question.name}", []).append(number)
    return sheet


def questions_by_label(form: Form, offered: OfferedForm) -> dict[str, Field]:
    """Questions by their present and former labels in lower case; present labels take precedence."""
    fields = {question.name: question for question in form.fields}
    former = {label.casefold(): fields[name] for label, name in offered.labels.items() if name in fields}
    today = {question.label.casefold(): question for question in form.fields}
    words = {
        word.casefold(): question
        for question in form.fields
        for word in (
            question.shown.values() if form.stage == EXTRACTION else in_every_language(f"headings.{question.label}")
        )
    }
    return {**words, **former, **today}


class _Cell(NamedTuple):
    """A cell that holds an answer: its row and header, what it answers, and its text."""

    number: int
    item: str
    name: str
    question: Field
    header: str
    raw: Any
    choices: Sequence[str]


def _enter(sheet: SheetAnswers, table: SheetTable, cell: _Cell, offered: OfferedForm) -> None:
    """Enter one cell: an answer, a contradiction of an earlier row of the same item, or a problem."""
    number, item, name, question, header, raw, choices = cell
    answer = parse_answer(question, raw, choices)
    earlier = sheet.answers.setdefault(item, {})
    problem = ""
    if not answer and (number, header) in table.odd:
        why = table.odd[number, header]
        problem = f"the cell comes out empty: {why}. Type the answer to “{question.label}” for {item}."
    elif answer is None:
        shown = as_typed(raw).strip()[:60]
        problem = f"“{shown}” is not an answer to “{question.label}” for {item}. Allowed: {allowed(question, choices)}."
        if question.kind in ("count", "number") and (asked := question_back(as_typed(raw), question.decimal_sign)):
            problem = f"“{question.label}” for {item}: {asked}"
    elif answer and earlier.get(name) and earlier[name] != answer:
        rows = sheet.places[item] if item in sheet.places else sheet.places[f"{item}/{name}"]
        first = table.address(rows[0], header)
        problem = f"{item} is there twice, here “{answer}”, in {first} “{earlier[name]}”. Delete one row."
    elif answer:
        earlier[name] = answer
    if problem and answer is None and (former := _former_answer(question, raw, offered)):
        sheet.withdrawn.setdefault((header, former), []).append(number)  # reported once for all its rows
        sheet.broken.setdefault(item, set()).add(name)
    elif problem:
        sheet.problems.append((table.address(number, header), problem))
        sheet.broken.setdefault(item, set()).add(name)
    for doubted in sheet.broken.get(item, ()):  # an answer in doubt does not count
        earlier.pop(doubted, None)


def _former_answer(question: Field, raw: Any, offered: OfferedForm) -> str:
    """The answer in a cell if it is one that sheets once allowed; otherwise empty."""
    former = offered.choices.get(question.name, ())
    if question.kind != "choice" or question.by_row or not former:
        return ""
    return parse_answer(replace(question, choices=tuple(map(Choice, former))), raw) or ""


def _numbers(form: Form, outcomes: Sequence[Outcome]) -> Sheet | None:
    """What is needed to read composite cells; None where no numbers are extracted."""
    kinds = {question.name: question.kind for question in form.fields if question.kind in ("count", "number")}
    if not kinds:
        return None
    labels = {question.name: question.label for question in form.fields}
    return Sheet.of(kinds, labels, outcomes, form.fields[0].decimal_sign)


def _composite(row: Mapping[str, Any], columns: Sequence[Column], numbers: Sheet) -> dict[str, Part]:
    """The values of those cells of a row that are not plain numbers."""
    texts = {column.key: as_typed(row[column.header]) for column in columns if column.key in numbers.kinds}
    return read_row(texts, numbers)


def _ask_back(sheet: SheetAnswers, item: str, column: Column, part: Part, place: str) -> None:
    """Note how a number was obtained, or what has to be asked about its cell."""
    if part.how:
        sheet.how.setdefault(item, {})[column.key] = part.how
    if part.problem:
        sheet.problems.append((place, f"“{column.header}” for {item}: {part.problem}"))
        sheet.broken.setdefault(item, set()).add(column.key)


def _title(columns: Sequence[Column]) -> Column:
    return next(column for column in columns if column.key == "title")


def _lost_id(
    table: SheetTable, number: int, row: Mapping[str, Any], answer_columns: Sequence[Column], sheet: SheetAnswers
) -> None:
    if any(text_of(row[column.header]) for column in answer_columns):
        sentence = "the row has an answer, but its identifier is gone. Restore the cell; it does not count until then."
        sheet.problems.append((table.address(number, ITEM), sentence))


def _note(notes: dict[str, str], item: str, row: Mapping[str, Any], header: str) -> None:
    text = text_of(row.get(header)) if header else ""
    if text:
        notes[item] = f"{notes[item]} {text}" if notes.get(item, text) != text else text
