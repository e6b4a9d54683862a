"""The extent of the sheets of a workbook, read from the file before any sheet is loaded as a dense array.

python-calamine holds a sheet as a rectangle from its first cell to its last, so one stray cell at XFD60000 would take
31 GB.
"""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from typing import IO, Any

from lxml import etree

DENSE = 5_000_000
"""Most cells, including empty ones, of a sheet that is loaded as a whole; about 300 MB."""
DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError)
"""Errors raised for an archive that is damaged and, by ``opened``, for a member that is encrypted.

``OSError`` is not among them, because it has two meanings: with a number, the system refused to read the file
(``refusals.pass_on_refusal``); without one, bzip2 found damaged content.
"""
_PIECE = 1024**2
_CELL = re.compile(rb'<c\b[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^<>/]*>(?!</c>)')
"""A cell with content; cells that are only formatted are self-closing elements and do not count."""
_DIMENSION = re.compile(rb'<dimension ref="(?:[A-Z]{1,3}[0-9]{1,7}:)?([A-Z]{1,3})([0-9]{1,7})"')
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def opened(archive: zipfile.ZipFile, part: str) -> IO[bytes]:
    """A member of an archive. Raises BadZipFile for one that is encrypted, compressed in an unknown way, or missing.

    ``zipfile`` raises RuntimeError, NotImplementedError and KeyError, as a fault of a program would.
    """
    try:
        return archive.open(part)
    except RecursionError:
        raise
    except (RuntimeError, KeyError) as error:  # NotImplementedError is a RuntimeError
        raise zipfile.BadZipFile(str(error)) from error


def extents(archive: zipfile.ZipFile) -> list[tuple[int, int]]:
    """(rows, columns) up to the last non-empty cell, of each sheet (xlsx) or of the largest one (ods).

    Raises one of ``DAMAGED``, or ``OSError``.
    """
    sizes = []
    for part in archive.namelist():
        if re.match(r"xl/worksheets/[^/]+\.xml$", part):
            with opened(archive, part) as stream:
                sizes.append(_of_xlsx(stream))
        elif part == "content.xml":
            with opened(archive, part) as stream:
                sizes.append(_of_ods(stream))
    return sizes


def stated(archive: zipfile.ZipFile) -> list[tuple[int, int]]:
    """As ``extents``, from the dimension that each sheet declares at its beginning, which is very fast.

    It may be too large (formatted cells count), and sheets that declare nothing are left out.
    """
    sizes = []
    for part in archive.namelist():
        if re.match(r"xl/worksheets/[^/]+\.xml$", part):
            with opened(archive, part) as stream:
                place = _DIMENSION.search(stream.read(4_096))
            if place:
                sizes.append((int(place.group(2)), _column_number(place.group(1))))
    return sizes


def _of_xlsx(stream: IO[bytes]) -> tuple[int, int]:
    rows, columns, rest = 0, set[bytes](), b""
    while piece := stream.read(_PIECE):
        text = rest + piece
        for column, row in _CELL.findall(text):
            columns.add(column)
            rows = max(rows, int(row))
        rest = text[text.rfind(b"<c ") :][:1_000]  # a cell split between two chunks
    return rows, max(map(_column_number, columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _of_ods(stream: IO[bytes]) -> tuple[int, int]:
    """As above; repeated empty rows or cells count only if a non-empty one follows."""
    largest, rows, columns, row, column, filled = (0, 0), 0, 0, 0, 0, 0
    table, line, cell = (f"{_TABLE}{name}" for name in ("table", "table-row", "table-cell"))
    try:
        for _, element in etree.iterparse(stream, tag=(table, line, cell, f"{_TABLE}covered-table-cell"), **_SAFE):
            if element.tag == table:
                largest = max(largest, (rows, columns), key=lambda size: size[0] * size[1])
                rows = columns = row = 0
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
        return 0, 0  # the reader that opens it reports what is wrong
    return largest
