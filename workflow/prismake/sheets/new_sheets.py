"""Sheets that are made in one run: those with the rows of an earlier one are copied from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from prismake.kept.sheet_files import file_digest
from prismake.protocol.forms import Form
from prismake.sheets.layout import Column
from prismake.sheets.reading import SheetTable
from prismake.sheets.workbook import copied_workbook, new_workbook

Rows = Collection[Mapping[str, Any]]


class Copied(NamedTuple):
    """A sheet that was copied from another one: its digest, how its checks begin, and path and digest of the other."""

    digest: str
    mark: str
    original: Path
    original_digest: str


class NewSheets:
    """Makes new sheets. What differs from reviewer to reviewer is the first page and how the checks of rows begin.

    The rows of the last sheet that was written are remembered, so that a team of twenty who read the same records are
    handed out one sheet and nineteen copies of it.
    """

    def __init__(self) -> None:
        self.copies: dict[Path, Copied] = {}
        self._path, self._digest, self._mark = Path(), "", ""
        self._alike: Sequence[str] = ()

    def make(
        self,
        path: Path,
        who: str,
        form: Form,
        columns: Sequence[Column],
        rows: Rows,
        guide: Sequence[tuple[str, str]],
        mark: str,
        alike: Sequence[str] = (),
    ) -> None:
        """Make one sheet.

        Args:
            mark: how the checks of its rows begin.
            alike: the keys of its rows if these are the same, apart from their checks, in every sheet with these keys.
        """
        if alike and mark and alike == self._alike and file_digest(self._path) == self._digest:
            copied_workbook(path, who, form, columns, rows, guide, self._path, (self._mark, mark))
            self.copies[path] = Copied(file_digest(path) or "", mark, self._path, self._digest)
            return
        new_workbook(path, who, form, columns, rows, guide)
        if alike and mark:
            self._path, self._digest, self._mark, self._alike = path, file_digest(path) or "", mark, alike


def table_of_copy(who: str, path: Path, copied: Copied | None, tables: Iterable[SheetTable]) -> SheetTable | None:
    """What is in a sheet that was copied from one of ``tables``, as long as nobody has changed either; else None."""
    original = next((table for table in tables if copied and table.path == copied.original), None)
    if original is None or copied is None or original.digest != copied.original_digest or len(original.marks) != 1:
        return None
    if file_digest(path) != copied.digest:
        return None
    (rows,) = original.marks.values()
    return replace(original, path=path, digest=copied.digest, owner=who, marks={copied.mark: rows})
