"""A sheet that is held back: none of it counts until it is corrected or accepted, and the last answers hold."""

from __future__ import annotations

from prismake.core.errors import SheetError
from prismake.kept.way_back import way_back
from prismake.sheets.checks.checked_sheet import CheckedSheet


class HeldBack(SheetError):
    """The answers of a sheet seem to have moved: none of it counts until it is corrected or accepted."""


def held_back(sheet: CheckedSheet, what: str, row: int, header: str) -> HeldBack:
    """The error for a sheet whose answers cannot be trusted, with the ways out of it."""
    path = sheet.table.path
    return HeldBack(
        what,
        where=sheet.table.address(row, header),
        remedy=f"Undo that. {way_back(path)} Until then the answers read last stay in force. "
        f"If every change was meant, type: prismake accept {path.as_posix()}",
    )
