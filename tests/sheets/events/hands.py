"""What a hand does in a workbook: through openpyxl at once, or written down for LibreOffice.

Rows are numbered as in the sheet, columns go by the header that they have when the sheet is offered.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from ods_file import write_ods
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.filters import FilterColumn, Filters

OFFICE_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".xls": "MS Excel 97",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".csv": "Text - txt - csv (StarCalc)",
}


class Hand(ABC):
    """What both can do; ``meant`` is by row as offered and field, what the sheet says when the hand is done."""

    def __init__(self, path: Path, meant: dict[int, dict[str, str]]) -> None:
        self.path, self.meant, self.password = path, meant, ""
        self.header = self._opened()

    def _opened(self) -> list[Any]:
        """Open the workbook; the cells of its first row."""
        sheet = openpyxl.load_workbook(self.path, read_only=True).worksheets[1]
        return [cell.value for cell in next(sheet.iter_rows(max_row=1))]

    def letter(self, header: str) -> str:
        return get_column_letter(self.header.index(header) + 1)

    def cell(self, header: str, row: int) -> str:
        return f"{self.letter(header)}{row}"

    def span(self, header: str, first: int = 2, last: int = 13) -> str:
        return f"{self.cell(header, first)}:{self.cell(header, last)}"

    def table(self, first: int = 2, last: int = 13, left: str = "Item") -> str:
        """The rows without the headers."""
        return f"{self.cell(left, first)}:{get_column_letter(len(self.header))}{last}"

    def answer(self, row: int, value: str, header: str = "Decision", name: str = "decision") -> None:
        """Type an answer as it should be."""
        self.put(self.cell(header, row), value)
        self.meant[row][name] = value

    def decisions(self, first: int = 2) -> list[str]:
        return [self.meant[row].get("decision", "") for row in range(first, 14)]

    def save_as(self, suffix: str) -> None:
        """Save it in another format, beside the workbook that stays as it was."""
        self.path = self.path.with_suffix(suffix)

    @abstractmethod
    def put(self, address: str, text: str) -> None:
        """Type a text into a cell."""

    def put_all_in(self, letter: str, texts: Sequence[str], first: int) -> None:
        for row, text in enumerate(texts, start=first):
            self.put(f"{letter}{row}", text)

    def put_all(self, header: str, texts: Sequence[str], first: int = 2) -> None:
        for row, text in enumerate(texts, start=first):
            self.put(self.cell(header, row), text)


class ProgramHand(Hand):
    """Works in the workbook at once, as a program does."""

    def _opened(self) -> list[Any]:
        self.book = openpyxl.load_workbook(self.path)
        self.sheet = self.book.worksheets[1]
        return [cell.value for cell in self.sheet[1]]

    def save(self) -> None:
        if self.path.suffix == ".ods":
            write_ods(self.path, self.book)
        else:
            self.book.save(self.path)

    def _cells(self, area: str) -> list[list[Any]]:
        cells = self.sheet[area]
        rows = cells if isinstance(cells, tuple) else ((cells,),)
        return [list(row) if isinstance(row, tuple) else [row] for row in rows]

    def _set(self, area: str, values: Sequence[Sequence[Any]]) -> None:
        for cells, row in zip(self._cells(area), values, strict=True):
            for cell, value in zip(cells, row, strict=True):
                cell.value = value

    def values(self, area: str) -> list[list[Any]]:
        return [[cell.value for cell in row] for row in self._cells(area)]

    def put(self, address: str, text: str) -> None:
        self.sheet[address].value = text or None
        if text:
            self.sheet[address].data_type = "s"

    def number(self, address: str, value: float) -> None:
        self.sheet[address].number_format = "General"
        self.sheet[address].value = value

    def formula(self, address: str, text: str) -> None:
        """A formula; a program that writes one does not work it out."""
        self.sheet[address].value = text
        self.sheet[address].data_type = "f"

    def clear(self, area: str) -> None:
        self._set(area, [[None] * len(row) for row in self._cells(area)])

    def sort(self, area: str, by: int = 0, *, down: bool = False) -> None:
        rows = self.values(area)
        filled = sorted(
            (row for row in rows if row[by] is not None), key=lambda row: str(row[by]).casefold(), reverse=down
        )
        self._set(area, [*filled, *(row for row in rows if row[by] is None)])

    def copy(self, area: str, to: str) -> None:
        values = self.values(area)
        left, top, _, _ = range_boundaries(to)
        for down, row in enumerate(values):
            for across, value in enumerate(row):
                self.sheet.cell(top + down, left + across).value = value

    def move(self, area: str, to: str) -> None:
        values = self.values(area)
        self.clear(area)
        left, top, _, _ = range_boundaries(to)
        for down, row in enumerate(values):
            for across, value in enumerate(row):
                self.sheet.cell(top + down, left + across).value = value

    def insert_rows(self, before: int, count: int = 1) -> None:
        self.sheet.insert_rows(before, count)

    def delete_rows(self, first: int, count: int = 1) -> None:
        self.sheet.delete_rows(first, count)

    def insert_columns(self, before: str, count: int = 1) -> None:
        self.sheet.insert_cols(openpyxl.utils.column_index_from_string(before), count)

    def delete_columns(self, first: str, count: int = 1) -> None:
        self.sheet.delete_cols(openpyxl.utils.column_index_from_string(first), count)

    def push_down(self, area: str) -> None:
        """Insert cells; those below move down."""
        left, top, right, bottom = range_boundaries(area)
        for column in range(left, right + 1):
            for row in range(self.sheet.max_row, top - 1, -1):
                self.sheet.cell(row + bottom - top + 1, column).value = self.sheet.cell(row, column).value
            for row in range(top, bottom + 1):
                self.sheet.cell(row, column).value = None

    def pull_up(self, area: str) -> None:
        """Delete cells; those below move up."""
        left, top, right, bottom = range_boundaries(area)
        for column in range(left, right + 1):
            for row in range(top, self.sheet.max_row + 1):
                self.sheet.cell(row, column).value = self.sheet.cell(row + bottom - top + 1, column).value

    def push_right(self, address: str) -> None:
        """Insert a cell; those behind it in its row move right."""
        left, row, _, _ = range_boundaries(address)
        for column in range(self.sheet.max_column, left - 1, -1):
            self.sheet.cell(row, column + 1).value = self.sheet.cell(row, column).value
        self.sheet.cell(row, left).value = None

    def pull_left(self, address: str) -> None:
        """Delete a cell; those behind it in its row move left."""
        left, row, _, _ = range_boundaries(address)
        for column in range(left, self.sheet.max_column + 1):
            self.sheet.cell(row, column).value = self.sheet.cell(row, column + 1).value

    def no_table(self) -> None:
        """The table becomes a plain range."""
        self.sheet.tables.clear()

    def split(self, area: str) -> None:
        self.sheet.unmerge_cells(area)

    def fill_down(self, area: str) -> None:
        first, *others = self._cells(area)
        for row in others:
            for cell, above in zip(row, first, strict=True):
                cell.value = above.value

    def merge(self, area: str) -> None:
        self.sheet.merge_cells(area)

    def hide_rows(self, first: int, last: int) -> None:
        for row in range(first, last + 1):
            self.sheet.row_dimensions[row].hidden = True

    def hide_columns(self, letter: str) -> None:
        self.sheet.column_dimensions[letter].hidden = True

    def filter(self, header: str, value: str) -> None:
        """Show only the rows with this value."""
        for table in self.sheet.tables.values():
            table.autoFilter = None
        area = f"{self.cell('Item', 1)}:{get_column_letter(len(self.header))}13"
        self.sheet.auto_filter.ref = area
        column = FilterColumn(
            colId=self.header.index(header) - self.header.index("Item"), filters=Filters(filter=[value])
        )
        self.sheet.auto_filter.filterColumn.append(column)
        for row in range(2, 14):
            if str(self.sheet[self.cell(header, row)].value or "") != value:
                self.sheet.row_dimensions[row].hidden = True

    def colour(self, address: str, colour: str) -> None:
        self.sheet[address].fill = PatternFill("solid", fgColor=colour)

    def strike(self, area: str) -> None:
        for row in self._cells(area):
            for cell in row:
                cell.font = Font(strike=True)

    def comment(self, address: str, text: str) -> None:
        self.sheet[address].comment = Comment(text, "Anna")

    def rename_sheet(self, name: str) -> None:
        self.sheet.title = name

    def new_sheet(self, name: str, at: int = 9) -> None:
        self.book.create_sheet(name, min(at, len(self.book.sheetnames)))

    def use_sheet(self, name: str) -> None:
        self.sheet = self.book[name]

    def use_table(self) -> None:
        self.sheet = next(sheet for sheet in self.book.worksheets if sheet.title not in ("Read me", "Lists"))

    def copy_sheet(self, name: str, new: str) -> None:
        self.book.copy_worksheet(self.book[name]).title = new

    def copy_between(self, source: str, area: str, target: str, to: str) -> None:
        """Copy the values of an area to another sheet."""
        left, top, _, _ = range_boundaries(to)
        for down, row in enumerate(self.book[source][area]):
            for across, cell in enumerate(row):
                self.book[target].cell(top + down, left + across).value = cell.value

    def delete_sheet(self, name: str) -> None:
        del self.book[name]

    def hide_sheet(self, name: str) -> None:
        self.book[name].sheet_state = "hidden"

    def move_sheet(self, name: str, to: int) -> None:
        self.book.move_sheet(name, to - self.book.sheetnames.index(name))

    def protect(self, password: str) -> None:
        self.sheet.protection.set_password(password)
        self.sheet.protection.sheet = True

    def replace(self, old: str, new: str) -> None:
        for row in self.sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and old in cell.value and cell.data_type == "s":
                    cell.value = cell.value.replace(old, new)

    def number_format(self, area: str, pattern: str) -> None:
        for row in self._cells(area):
            for cell in row:
                cell.number_format = pattern

    def freeze(self, address: str) -> None:
        self.sheet.freeze_panes = address

    def no_dropdowns(self) -> None:
        self.sheet.data_validations.dataValidation.clear()


class OfficeHand(Hand):
    """Writes down what ``office.bas`` is to do, one step per line."""

    def __init__(self, path: Path, meant: dict[int, dict[str, str]]) -> None:
        super().__init__(path, meant)
        self.lines: list[str] = []
        self._note("open", path)

    def save(self) -> None:
        self._note("save", self.path, OFFICE_FILTERS[self.path.suffix], self.password)
        self._note("close")

    def _note(self, *words: Any) -> None:
        self.lines.append("\t".join(str(word).replace("\t", " ").replace("\n", "\\n") for word in words))

    def sort(self, area: str, by: int = 0, *, down: bool = False) -> None:
        self._note("sort", area, by, int(not down))

    def replace(self, old: str, new: str) -> None:
        self._note("replace", old, new)

    def filter(self, header: str, value: str) -> None:
        area = f"{self.cell('Item', 1)}:{get_column_letter(len(self.header))}13"
        self._note("filter", area, self.header.index(header) - self.header.index("Item"), value)

    def new_sheet(self, name: str, at: int = 9) -> None:
        self._note("new_sheet", name, at)

    def merge(self, area: str) -> None:
        """Only the first cell stays, as the programs have it that ask or do not."""
        left, top, right, bottom = range_boundaries(area)
        if bottom > top:
            self._note("clear", f"{get_column_letter(left)}{top + 1}:{get_column_letter(right)}{bottom}")
        if right > left:
            self._note("clear", f"{get_column_letter(left + 1)}{top}:{get_column_letter(right)}{top}")
        self._note("merge", area)

    def track(self) -> None:
        """Record changes from now on."""
        self._note("track")

    def subtotal(self, area: str, by: int, of: int) -> None:
        """Count ``of`` in groups of ``by``, in rows that are put between the others."""
        self._note("subtotal", area, by, of)

    def replace_pattern(self, pattern: str, new: str) -> None:
        self._note("replace_pattern", pattern, new)

    def text_box(self, text: str) -> None:
        self._note("text_box", text)

    def condition(self, area: str, value: str) -> None:
        """Colour cells with a value, by a rule."""
        self._note("condition", area, value)

    def insert_rows(self, before: int, count: int = 1) -> None:
        self._note("insert_rows", before, count)

    def delete_rows(self, first: int, count: int = 1) -> None:
        self._note("delete_rows", first, count)

    def insert_columns(self, before: str, count: int = 1) -> None:
        self._note("insert_columns", before, count)

    def delete_columns(self, first: str, count: int = 1) -> None:
        self._note("delete_columns", first, count)

    def __getattr__(self, name: str) -> Any:
        """The steps that are written down as they are called."""
        if name.startswith("_") or not hasattr(ProgramHand, name):
            raise AttributeError(name)
        return lambda *words: self._note(name, *words)

    def put(self, address: str, text: str) -> None:
        self._note("put", address, text)
