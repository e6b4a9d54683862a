"""Rows out of whatever people saved: moved columns, filters, added columns, other formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prismake.errors import SheetError
from prismake.forms import normal_word
from prismake.sheets.layout import CHECK, ITEM, Column

_HEADER_SEARCH = 30  # rows in which the header is looked for: people write above a table
_SAVE_AGAIN = "Open the last good copy in config/sheets/history/ or your own backup, and save it under this name."


@dataclass(frozen=True)
class SheetTable:
    """A sheet as it stands.

    ``headers`` maps a header to its column (from 1); ``rows`` are (row number, values by header), rows
    without an item left out; ``extra`` are columns that people added (their values are in ``rows`` too).
    """

    path: Path
    name: str
    header_row: int
    headers: dict[str, int]
    rows: list[tuple[int, dict[str, Any]]]
    extra: tuple[str, ...]

    def address(self, row: int, header: str) -> str:
        """Where a cell is, as ``title_abstract.anna.xlsx, sheet “…”, cell D7``."""
        from openpyxl.utils import get_column_letter

        return f"{self.path.name}, sheet “{self.name}”, cell {get_column_letter(self.headers[header])}{row}"


def read_sheet(path: Path, columns: Sequence[Column]) -> SheetTable:
    """Read the table of a workbook by its headers.

    Raises:
        SheetError: not a workbook, cut off, empty, password, no table, a header missing or there twice.
    """
    import python_calamine

    if path.stat().st_size == 0:
        raise SheetError("the file is empty (0 bytes).", where=str(path), remedy=_SAVE_AGAIN)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        names = [one.name for one in book.sheets_metadata]
        grids = ((name, book.get_sheet_by_name(name)) for name in names)
        tables = [(name, *found) for name, sheet in grids if (found := _find(sheet, columns))]
    except python_calamine.PasswordError as error:
        raise SheetError(
            "the workbook has a password.", where=str(path), remedy="Save it again without one."
        ) from error
    except Exception as error:  # calamine's errors, and what damaged archives raise beneath it
        raise SheetError("this is not a workbook that can be read.", where=str(path), remedy=_SAVE_AGAIN) from error
    if not tables:
        raise SheetError(
            f"no sheet of this workbook has the columns “{ITEM}” and “{CHECK}”.",
            where=str(path),
            remedy="Give the headers their names back, or restore the sheet from config/sheets/history/.",
        )
    if len(tables) > 1:
        raise SheetError(
            f"{' and '.join(f'“{name}”' for name, *_ in tables)} both hold the table.",
            where=str(path),
            remedy="Delete the sheet that is the copy.",
        )
    name, header_row, grid = tables[0]
    return _table(path, name, header_row, grid, columns)


def _find(sheet: Any, columns: Sequence[Column]) -> tuple[int, list[list[Any]]] | None:
    """(index of the header row, all rows) when the sheet holds the table."""
    grid = sheet.to_python(skip_empty_area=False)
    wanted = {normal_word(column.header) for column in columns if column.role in ("item", "check")}
    least = max(2, sum(column.role != "live" for column in columns) // 2)
    for index, row in enumerate(grid[:_HEADER_SEARCH]):
        words = {normal_word(cell) for cell in row if cell not in ("", None)}
        if wanted & words and len(words & {normal_word(c.header) for c in columns}) >= least:
            return index, grid
    return None


def _table(path: Path, name: str, header_row: int, grid: list[list[Any]], columns: Sequence[Column]) -> SheetTable:
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(grid[header_row]):
        if cell not in ("", None):
            places.setdefault(normal_word(cell), []).append(index)
    known = {normal_word(column.header): column for column in columns}
    problems = []
    for word, column in known.items():
        if column.role in ("context", "live", "note", "state"):
            continue  # a missing one costs nothing that must be read
        if word not in places:
            problems.append(f"the column “{column.header}” is missing")
        elif len(places[word]) > 1:
            problems.append(f"the column “{column.header}” is there {len(places[word])} times")
    if problems:
        raise SheetError(
            f"{'; '.join(problems)}.",
            where=f"{path}, sheet “{name}”, row {header_row + 1}",
            remedy="Give each column its header back, or restore the sheet from config/sheets/history/.",
        )
    headers = {column.header: places[word][0] + 1 for word, column in known.items() if word in places}
    used = set(headers.values())
    extra = {
        str(cell): i for i, cell in enumerate(grid[header_row], start=1) if i not in used and cell not in ("", None)
    }
    rows = []
    for number, cells in enumerate(grid[header_row + 1 :], start=header_row + 2):
        values = {header: cells[index - 1] for header, index in {**extra, **headers}.items()}
        if any(values[header] not in ("", None) for header in headers):
            rows.append((number, values))
    return SheetTable(path, name, header_row + 1, headers, rows, tuple(extra))
