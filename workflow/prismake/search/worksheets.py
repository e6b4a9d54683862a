"""The cells of workbooks, with memory that follows what is in them and not how far apart it lies.

python-calamine makes a sheet dense: one stray cell at XFD60000 would cost it 31 GB. How far a sheet reaches is
therefore looked up in the file first, and one that is mostly empty is read cell by cell.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import openpyxl
from lxml import etree

from prismake.core.errors import ImportFileError

MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200
DENSE = 5_000_000
"""Cells of a sheet, empty ones included, up to which it is held as a whole; about 300 MB."""
_PIECE = 1024**2
_CELL = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_SAVE = "Save it as CSV UTF-8 and import that."
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def read(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """(name, rows from the first on) of each sheet of an Excel or OpenDocument workbook.

    Raises ``ImportFileError`` for what is damaged, has a password or would unpack to more than any export does.
    """
    largest = 0
    if data[:2] == b"PK":
        with _archive(data, where) as archive:
            largest = max((cells for _, cells in _extents(archive, where)), default=0)
    yield from _cell_by_cell(data, where) if largest > DENSE else _dense(data, where)


def _archive(data: bytes, where: str) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ImportFileError(f"the workbook is damaged ({error}).", where=where, remedy="Save it again.") from None
    size = sum(item.file_size for item in archive.infolist())
    packed = sum(item.compress_size for item in archive.infolist())
    if size > MAX_UNPACKED or (size > 64 * 1024**2 and size > packed * MAX_RATIO):
        raise ImportFileError(
            f"the workbook would unpack to {size // 1024**2} MiB, which no export of a search does.", where=where
        )
    return archive


def _extents(archive: zipfile.ZipFile, where: str) -> Iterator[tuple[str, int]]:
    """(part, rows times columns from the first cell of the sheet to the last that holds anything) of each sheet."""
    try:
        for part in archive.namelist():
            if re.match(r"xl/worksheets/[^/]+\.xml$", part):
                with archive.open(part) as stream:
                    yield part, _extent_of_xlsx(stream)
            elif part == "content.xml":
                with archive.open(part) as stream:
                    yield part, _extent_of_ods(stream)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise ImportFileError(f"the workbook is damaged ({error}).", where=where, remedy="Save it again.") from None


def _extent_of_xlsx(stream: Any) -> int:
    last_row, columns, rest = 0, set[bytes](), b""
    while piece := stream.read(_PIECE):
        text = rest + piece
        for column, row in _CELL.findall(text):
            columns.add(column)
            last_row = max(last_row, int(row))
        rest = text[-20:]
    return last_row * max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _extent_of_ods(stream: Any) -> int:
    """As above; an empty row or cell may stand for a million of them, which count only if something lies behind."""
    largest = rows = columns = row = column = filled = 0
    table, line, cell = (f"{_TABLE}{name}" for name in ("table", "table-row", "table-cell"))
    try:
        for _, element in etree.iterparse(stream, tag=(table, line, cell, f"{_TABLE}covered-table-cell"), **_SAFE):
            if element.tag == table:
                largest, rows, columns, row = max(largest, rows * columns), 0, 0, 0
            elif element.tag == line:
                row += int(element.get(f"{_TABLE}number-rows-repeated", 1))
                if filled:
                    rows, columns = row, max(columns, filled)
                column = filled = 0
            else:
                column += int(element.get(f"{_TABLE}number-columns-repeated", 1))
                filled = column if len(element) else filled
            element.clear()
    except (etree.XMLSyntaxError, ValueError):
        return 0  # calamine tells what is wrong with it
    return max(largest, rows * columns)


def _dense(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            yield name, iter(book.get_sheet_by_name(name).to_python(skip_empty_area=False))
    except python_calamine.PasswordError:
        raise ImportFileError("the workbook has a password.", where=where, remedy="Save it without one.") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise ImportFileError(f"the workbook cannot be read ({error}).", where=where, remedy=_SAVE) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of calamine's Rust; all else is no fault of the file
            raise
        raise ImportFileError("the workbook is damaged.", where=where, remedy=_SAVE) from None


def _cell_by_cell(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise ImportFileError(
            f"a cell of the workbook lies far outside its table, and it cannot be read otherwise ({error}).",
            where=where,
            remedy=_SAVE,
        ) from None
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        yield (
            sheet.title,
            ([("" if cell is None else cell) for cell in row] for row in sheet.iter_rows(values_only=True)),
        )
