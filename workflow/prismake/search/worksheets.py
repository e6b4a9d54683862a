"""The cells of workbooks, with memory that follows what is in them and not how far apart it lies.

A sheet that reaches far and is mostly empty is read cell by cell (see ``prismake.core.sheet_extent``).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
from lxml import etree

from prismake.core.errors import ImportFileError
from prismake.core.sheet_extent import DAMAGED, DENSE, extents

MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200
_SAVE = "Save it as CSV UTF-8 and import that."


def read(data: bytes, where: str) -> Iterator[tuple[str, Iterator[list[Any]]]]:
    """(name, rows from the first on) of each sheet of an Excel or OpenDocument workbook.

    Raises ``ImportFileError`` for what is damaged, has a password or would unpack to more than any export does.
    """
    largest = 0
    if data[:2] == b"PK":
        with _archive(data, where) as archive:
            largest = max((rows * columns for rows, columns in _extents(archive, where)), default=0)
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


def _extents(archive: zipfile.ZipFile, where: str) -> list[tuple[int, int]]:
    try:
        return extents(archive)
    except DAMAGED as error:
        raise ImportFileError(f"the workbook is damaged ({error}).", where=where, remedy="Save it again.") from None


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
