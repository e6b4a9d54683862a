"""Rows above the headers: the header row was sorted in among the others, or rows were moved above it."""

from __future__ import annotations

from collections.abc import Container

from prismake.core.errors import SheetError
from prismake.kept.way_back import way_back
from prismake.sheets.checks.checked_sheet import listed
from prismake.sheets.reading import SheetTable


def refuse_rows_above(table: SheetTable, items: Container[str]) -> None:
    """Raise SheetError if rows of the table are above its headers, because nothing is read from there."""
    rows = [str(number) for number, texts in table.outside.above if any(text in items for text in texts)]
    if rows:
        raise SheetError(
            f"rows of the table stand above its header row, which is row {table.header_row}: {listed(rows)}. The "
            "headers seem to have been sorted in with the rows, or rows moved above them.",
            where=f"{table.path}, sheet “{table.name}”",
            remedy=f"Bring the header row back to the top. {way_back(table.path)} Until then the answers read last "
            "stay in force.",
        )
