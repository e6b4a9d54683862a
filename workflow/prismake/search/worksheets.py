"""The cells of workbooks, read with memory proportional to their content and not to their extent.

A large, mostly empty sheet is read cell by cell (see ``prismake.core.sheet_extent``).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prismake.core.blame import is_about_the_file
from prismake.core.errors import ImportFileError
from prismake.core.sheet_extent import DAMAGED, DENSE, extents

MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200
_SAVE = "Save it as CSV UTF-8 and import that."
_XLS = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DIMENSIONS = re.compile(rb"\x00\x02\x0e\x00(.{14})", re.DOTALL)
"""The record of a sheet's extent in an .xls file (MS-XLS 2.4.90): first and last row, first and last column, 0."""


def read(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """(name, rows from the first on) of each sheet of an Excel or OpenDocument workbook.

    Raises ``ImportFileError`` for files that are damaged, encrypted or unpack to an implausible size.
    """
    rows = columns = 0
    excel = False
    if data[:2] == b"PK":
        with _archive(data, where) as archive:
            rows, columns = max(_extents(archive, where), key=lambda size: size[0] * size[1], default=(0, 0))
            excel = "content.xml" not in archive.namelist()
    elif data[:8] == _XLS:
        rows, columns = max(_extents_of_xls(data), key=lambda size: size[0] * size[1], default=(0, 0))
    if rows * columns <= DENSE:
        yield from _dense(data, where)
    elif excel:
        yield from _cell_by_cell(data, where)
    else:
        raise ImportFileError(
            f"something stands far outside the table: a sheet reaches to row {rows:,} and column {columns:,}.",
            where=where,
            remedy="Delete the rows below the table and the columns to the right of it, and save; or save it as .xlsx.",
        )


def _extents_of_xls(data: bytes) -> Iterator[tuple[int, int]]:
    """(rows, columns) that the sheets of an .xls file declare; anything implausible is no such record."""
    for record in _DIMENSIONS.finditer(data):
        first_row, rows, first_column, columns, nothing = struct.unpack("<IIHHH", record.group(1))
        if first_row < rows <= 65_536 and first_column < columns <= 256 and nothing == 0:
            yield rows, columns


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


def _extents(archive: zipfile.ZipFile, where: str) -> list[tuple[int, int]]:
    try:
        return extents(archive)
    except (*DAMAGED, OSError) as error:  # when reading bytes in memory, an OSError never comes from the system
        raise ImportFileError(f"the workbook is damaged ({error}).", where=where, remedy="Save it again.") from None


def _dense(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            yield name, _from_the_left(book.get_sheet_by_name(name))
    except python_calamine.PasswordError:
        raise ImportFileError("the workbook has a password.", where=where, remedy="Save it without one.") from None
    except (python_calamine.CalamineError, OSError) as error:
        raise ImportFileError(f"the workbook cannot be read ({error}).", where=where, remedy=_SAVE) from None
    except BaseException as error:
        if (
            type(error).__name__ != "PanicException"
        ):  # raised by calamine's Rust code; other errors are not the fault of the file
            raise
        raise ImportFileError("the workbook is damaged.", where=where, remedy=_SAVE) from None


def _from_the_left(sheet: Any) -> Iterator[list[Any]]:
    """The rows of a sheet, one at a time; calamine leaves out empty columns before the first that is filled."""
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for row in sheet.iter_rows():
        yield before + row


def _cell_by_cell(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    import openpyxl  # a fifth of a second, which most jobs do without

    with _by_openpyxl(where):
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        yield sheet.title, _filled(sheet, where)


def _filled(sheet: Any, where: str) -> Iterator[list[Any]]:
    with _by_openpyxl(where):
        for row in sheet.iter_rows(values_only=True):
            yield ["" if cell is None else cell for cell in row]


@contextmanager
def _by_openpyxl(where: str) -> Iterator[None]:
    """What openpyxl raises for a damaged workbook, which varies, as ``ImportFileError``."""
    try:
        yield
    except Exception as error:
        if not is_about_the_file(error, _read_a_good_one):
            raise
        raise ImportFileError(f"the workbook is damaged ({error}).", where=where, remedy=_SAVE) from None


def _read_a_good_one() -> None:
    import openpyxl

    book = io.BytesIO()
    openpyxl.Workbook().save(book)
    list(openpyxl.load_workbook(book, read_only=True, data_only=True).worksheets[0].iter_rows(values_only=True))
