"""Rows whose cells stand beside their headings, since a cell was inserted or deleted in the row alone.

Answers, notes and texts of such a row are those of the neighbouring columns. Its check, last in the row, shows it.
"""

from __future__ import annotations

from prismake.sheets.checks.checked_sheet import CheckedSheet, listed
from prismake.sheets.checks.held_back import held_back
from prismake.sheets.layout import CHECK, STATE
from prismake.sheets.marks import is_check
from prismake.sheets.xlsx import column_letter

_CHECK_LENGTH = 8  # characters, once the mark is taken off


def check(sheet: CheckedSheet) -> None:
    """Raise HeldBack if the check of a row is in the column before or after its own."""
    headers = sheet.table.headers
    if CHECK not in headers:
        return
    shifted = []
    for number, row in sheet.table.rows:
        text = row.get(CHECK)
        if isinstance(text, str) and len(text) == _CHECK_LENGTH:
            continue
        behind = sheet.table.beside.get((number, headers[CHECK] + 1))
        if is_check(behind):
            shifted.append((number, f"{column_letter(headers[CHECK] + 1)}{number}"))
        elif STATE in headers and is_check(row.get(STATE)):
            shifted.append((number, f"{column_letter(headers[STATE])}{number}"))
    if shifted:
        rows = listed([str(number) for number, _ in shifted])
        cells = listed([cell for _, cell in shifted])
        raise held_back(
            sheet,
            f"the cells of row {rows} stand beside their headings: a cell seems to have been inserted or deleted in "
            f"this row alone, so that its check is in {cells}.",
            shifted[0][0],
            CHECK,
        )
