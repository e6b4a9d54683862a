"""Gaps that a program has filled: ``fillna(0)`` or ``ffill()`` over a whole table puts answers where nobody gave one.

People fill in the columns that are theirs. A program that fills gaps does so in all columns, and gives itself away in
those that the workflow keeps empty: the same text in the remarks, the notes and the columns of notices, row after row;
or every note carried on to the next rows without a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.protocol.forms import as_typed
from prismake.sheets.checks.checked_sheet import CheckedSheet, listed
from prismake.sheets.checks.held_back import held_back
from prismake.sheets.layout import ITEM, STATE
from prismake.sheets.matching import text_of

_LOOKED_AT = 40  # rows at the top that are enough to see whether a text is everywhere
_COLUMNS = 2  # columns with the same text in a row
_CARRIED = 3  # notes that are those of the row before


def check(sheet: CheckedSheet) -> None:
    """Raise HeldBack if new answers or notes of a sheet are what a program has put into its gaps."""
    if sheet.owner == CONSENSUS or not sheet.table.rows:
        return
    _refuse_one_text_everywhere(sheet)
    _refuse_carried_on(sheet)


def _refuse_one_text_everywhere(sheet: CheckedSheet) -> None:
    text = _text_everywhere(sheet)
    if not text:
        return
    cells = [
        (number, header)
        for header, name in _answers(sheet)
        for number, row in sheet.table.rows
        if text_of(as_typed(row.get(header))) == text and _is_new(sheet, text_of(row[ITEM]), name)
    ]
    cells += [
        (number, sheet.form.note)
        for number, row in sheet.table.rows
        if not cells and text_of(as_typed(row.get(sheet.form.note))) == text
    ]
    if cells:
        number, header = cells[0]
        shown = listed([sheet.cell(*cell) for cell in cells])
        raise held_back(
            sheet,
            f"“{text}” stands in the empty cells of every column, also of those that nobody fills in: a program seems "
            f"to have filled the gaps, and the same text in {shown} cannot be told from an answer.",
            number,
            header,
        )


def _text_everywhere(sheet: CheckedSheet) -> str:
    """The text in at least two of the columns that nobody fills in, in most rows; empty if there is none."""
    headers = [STATE, sheet.form.note, *(column.header for column in sheet.columns if column.role == "live")]
    headers = [header for header in headers if header in sheet.table.headers]
    rows = [row for _, row in islice(sheet.table.rows, _LOOKED_AT)]
    counts = Counter(filter(None, (_shared(row.get(header) for header in headers) for row in rows)))
    text, number = counts.most_common(1)[0] if counts else ("", 0)
    return text if 2 * number > len(rows) else ""


def _shared(values: Iterable[Any]) -> str:
    """The text that several cells of a row share; empty if each has its own, or none."""
    counts = Counter(filter(None, (text_of(as_typed(value)) for value in values)))
    text, number = counts.most_common(1)[0] if counts else ("", 0)
    return text if number >= _COLUMNS else ""


def _answers(sheet: CheckedSheet) -> Sequence[tuple[str, str]]:
    """Header and field of each column of answers."""
    columns = (column for column in sheet.columns if column.role == "answer")
    return [(column.header, column.key) for column in columns if column.header in sheet.table.headers]


def _is_new(sheet: CheckedSheet, item: str, name: str) -> bool:
    given = sheet.given(item).get(name, "")
    return bool(given) and sheet.last_good.get(item, {}).get(name, "") != given


def _refuse_carried_on(sheet: CheckedSheet) -> None:
    """Raise HeldBack if every note goes on in the rows after it, or before it, until the next one begins."""
    header, ends = sheet.form.note, (sheet.table.rows[0][1], sheet.table.rows[-1][1])
    if sheet.answers.notes == sheet.last_notes or not any(text_of(row.get(header)) for row in ends):
        return
    rows = [(number, text_of(row[ITEM]), text_of(row.get(header))) for number, row in sheet.table.rows]
    for ordered in (rows, rows[::-1]):
        first = next((place for place, (_, _, text) in enumerate(ordered) if text), len(ordered))
        filled = ordered[first:]
        if not all(text for _, _, text in filled):
            continue
        copied = [
            number
            for (_, _, before), (number, item, text) in pairwise(filled)
            if text == before and sheet.last_notes.get(item) != text
        ]
        kinds = {text for _, _, text in filled}
        if len(copied) >= _CARRIED and len(kinds) > 1 and len(copied) + len(kinds) >= len(filled):
            shown = listed([sheet.cell(number, header) for number in sorted(copied)])
            raise held_back(
                sheet,
                f"the notes in {shown} are those of the row before, without a gap: a program seems to have filled the "
                "gaps of the table, and what it put under the questions cannot be told from an answer.",
                min(copied),
                header,
            )
