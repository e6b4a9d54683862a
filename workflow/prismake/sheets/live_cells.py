"""Cells that the workflow keeps up to date in rows that were handed out, and what people type over them.

Digests of what was written there are recorded with the state of the sheets (``sheet_state``): a text that was never
written is somebody's own. It stays where it is and is named until it is taken away; then the cell is filled in again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.kept.sheet_state import texts_written
from prismake.protocol.forms import as_typed, normal_word
from prismake.sheets.answers import questions_by_label
from prismake.sheets.checks.checked_sheet import Problem, listed
from prismake.sheets.layout import DISPUTED, ITEM, Column, cell_text
from prismake.sheets.matching import text_of
from prismake.sheets.merged_answers import first_of
from prismake.sheets.outside import clear_words
from prismake.sheets.reading import SheetTable
from prismake.sheets.stage import StageSheets

Rows = Mapping[str, Mapping[str, Any]]
Written = Mapping[str, Mapping[str, Sequence[str]]]  # row -> column -> digests of texts written there, newest last
Record = dict[str, dict[str, list[str]]]
_LAST = 4  # texts of a cell that are remembered: a copy of the sheet that is put back has earlier ones
_SHOWN = 30  # characters of a text that a sentence quotes
_SAYS = "says."


def keys_of_rows(table: SheetTable, who: str, sheets: StageSheets) -> dict[str, list[int]]:
    """The keys of the rows in a sheet, each with its row numbers; questions under their present names."""
    row_numbers: dict[str, list[int]] = {}
    questions = questions_by_label(sheets.setup.form, sheets.kept_stage.offered) if who == CONSENSUS else {}
    for number, row in table.rows:
        key = text_of(row.get(ITEM))
        if who == CONSENSUS:
            label = text_of(row.get(DISPUTED))
            question = questions.get(label.casefold())
            key = f"{key}/{question.label if question else label}"
        row_numbers.setdefault(key, []).append(number)
    return row_numbers


def out_of_date(
    sheets: StageSheets,
    who: str,
    table: SheetTable,
    columns: Sequence[Column],
    row_numbers: Mapping[str, Sequence[int]],
    rows: Rows,
) -> dict[int, dict[str, str]]:
    """By row number, the texts that differ from what is there, except where people have typed something.

    Args:
        row_numbers: by key, the rows of the sheet.
        rows: by key, what is to be shown now.
    """
    written, names = texts_written(sheets.kept_stage.state, sheets.path(who)), _Names(sheets, who)
    changes: dict[int, dict[str, str]] = {}
    live, words, values = _live(columns), clear_words(columns), dict(table.rows)
    if not live:
        return changes
    for key, numbers in row_numbers.items():
        row = rows.get(key, {})
        for column in live if row else ():
            value = row.get(column.key)
            text = cell_text(value) if value not in ("", None) else ""
            for number in numbers:
                cell = values[number].get(column.header) or ""
                if text == cell or _plain(text) == (present := _plain(cell)):
                    continue
                if written is None:  # a sheet of an earlier version of prismake
                    typed = not column.key.startswith(_SAYS) and normal_word(present) in words
                else:
                    typed = _is_typed(present, _marks(written.get(names.of(key), {}), column.key))
                if not typed:
                    changes.setdefault(number, {})[column.key] = text
    return changes


def now_written(sheets: StageSheets, who: str, rows: Rows) -> Record:
    """What was written into a sheet so far, and what its rows show now; cells that were always empty are left out."""
    live, names, table = _live(sheets.columns(who)), _Names(sheets, who), sheets.tables.get(who)
    written = texts_written(sheets.kept_stage.state, sheets.path(who)) if table else {}
    if written is None:
        record = _as_it_stands(sheets, who, live)
    else:
        record = {key: {name: list(texts) for name, texts in own.items()} for key, own in written.items()}
    for key, row in rows.items() if live else ():
        for column in live:
            if not (value := row.get(column.key)):
                continue
            mark, name = _digest(_plain(cell_text(value))), names.of(key)
            marks = record.get(name, {}).get(column.key, [])
            if mark and mark not in marks[-1:]:
                record.setdefault(name, {})[column.key] = [*(each for each in marks if each != mark), mark][-_LAST:]
    return record


def _as_it_stands(sheets: StageSheets, who: str, live: Sequence[Column]) -> Record:
    """What a sheet of an earlier version of prismake shows, of which nobody knows who wrote it."""
    table, names, record = sheets.tables[who], _Names(sheets, who), {}
    values = dict(table.rows)
    for key, numbers in keys_of_rows(table, who, sheets).items():
        texts = {column.key: _plain(values[numbers[0]].get(column.header)) for column in live}
        if own := {name: [_digest(text)] for name, text in texts.items() if text}:
            record[names.of(key)] = own
    return record


class _Names:
    """Rows under names that stay: in the consensus sheet, questions by the name of their field, not by their label."""

    def __init__(self, sheets: StageSheets, who: str) -> None:
        fields = sheets.setup.form.fields if who == CONSENSUS else ()
        self._names = {field.label: field.name for field in fields}

    def of(self, key: str) -> str:
        item, _, label = key.rpartition("/")
        return f"{item}/{self._names[label]}" if label in self._names else key


def typed_over(sheets: StageSheets, who: str) -> Iterator[Problem]:
    """One problem for each column that the workflow fills in and in which people have typed something of their own."""
    table, path = sheets.tables[who], sheets.path(who)
    written = texts_written(sheets.kept_stage.state, path)
    live = [column for column in _live(sheets.columns(who)) if column.header in table.headers]
    if written is None or not live:
        return
    headers = [column.header for column in live]
    filled = [
        (number, row) for number, row in table.rows if any(row.get(header) not in ("", None) for header in headers)
    ]
    if not filled:
        return
    names = _Names(sheets, who)
    rows = {n: names.of(key) for key, numbers in keys_of_rows(table, who, sheets).items() for n in numbers}
    by_column: dict[str, list[tuple[int, str]]] = {}
    for number, row in filled:
        item = text_of(row.get(ITEM))
        if first_of(item) not in sheets.queue and item not in sheets.former_ids:
            continue  # a row of people's own
        for column in live:
            present = _plain(row.get(column.header))
            if _is_typed(present, _marks(written.get(rows[number], {}), column.key)):
                by_column.setdefault(column.header, []).append((number, present))
    answers = "under “Settled”" if who == CONSENSUS else "in its own column"
    for header, cells in by_column.items():
        shown = listed([f"{table.address(n, header).rpartition(' ')[2]} “{text[:_SHOWN]}”" for n, text in cells])
        heading = table.former.get(header, header)
        yield Problem(
            f"{table.path.name}, sheet “{table.name}”",
            f"the column “{heading}” is filled in by the workflow, and something else was typed there: {shown}. It "
            f"counts for nothing and stays as it is: write a decision {answers} and anything else under "
            f"“{sheets.setup.form.note}”, then empty the cell, and it is filled in again.",
        )


def _live(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.role == "live"]


def _marks(own: Mapping[str, Sequence[str]], key: str) -> Sequence[str]:
    """What was written in a column of a row; of a reviewer who was renamed since, under any name."""
    part, person, _ = key.partition(".")
    if key in own or not person:
        return own.get(key, ())
    return [mark for name, marks in own.items() if name.startswith(f"{part}.") for mark in marks]


def _is_typed(present: str, written: Sequence[str]) -> bool:
    return bool(present) and _digest(present) not in written


def _digest(text: str) -> str:
    """Twelve digits that tell a text from others; "" for none."""
    return sha256(text.encode()).hexdigest()[:12] if text else ""


def _plain(value: Any) -> str:
    return " ".join(as_typed(value).split())
