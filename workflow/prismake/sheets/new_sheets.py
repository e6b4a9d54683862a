"""Sheets that are made in one run: those with the rows of an earlier one are copied from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake.kept.sheet_files import file_digest
from prismake.protocol.forms import Form
from prismake.sheets.layout import Column
from prismake.sheets.workbook import copied_workbook, new_workbook

Rows = Collection[Mapping[str, Any]]


class NewSheets:
    """Makes new sheets. What differs from reviewer to reviewer is the first page and how the checks of rows begin.

    The rows of the last sheet that was written are remembered, so that a team of twenty who read the same records are
    handed out one sheet and nineteen copies of it.
    """

    def __init__(self) -> None:
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
            return
        new_workbook(path, who, form, columns, rows, guide)
        if alike and mark:
            self._path, self._digest, self._mark, self._alike = path, file_digest(path) or "", mark, alike
