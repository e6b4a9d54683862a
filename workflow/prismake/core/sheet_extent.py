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
_TAG = 4_096
"""More bytes than a tag of a sheet has, so that one that is cut in two by the end of a piece is kept for the next."""
_WHOLE = (1_048_576, 16_384)
"""Rows and columns of the largest sheet there can be."""
_OTHER_WAYS = (b"<c>", b"<row>", b":c ", b":row ", b":c>", b":row>")
_ROW = re.compile(rb'<row r="(\d+)"')
_FAR = re.compile(rb' r="([A-Z]{2,})\d')
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "huge_tree": False}
_LARGE = {**_SAFE, "huge_tree": True}  # a text of any length, where entities are not resolved
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_VALUE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"


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

    A sheet that is small at any rate may be told larger than it is: exact are those above ``DENSE``. What a sheet
    declares as its dimension counts for nothing: some programs leave it out or write it before the cells.

    Raises one of ``DAMAGED``, or ``OSError``.
    """
    sizes = []
    for part in archive.namelist():
        if re.match(r"xl/worksheets/[^/]+\.xml$", part):
            with opened(archive, part) as stream:
                rows, columns = _at_most(stream)
            if rows * columns > DENSE:
                with opened(archive, part) as stream:
                    rows, columns = _of_xlsx(stream)
            sizes.append((rows, columns))
        elif part == "content.xml":
            with opened(archive, part) as stream:
                sizes.append(_of_ods(stream))
    return sizes


def _at_most(stream: IO[bytes]) -> tuple[int, int]:
    """The last row and column that are named in a sheet of an .xlsx file, with content or without.

    It takes as long as unpacking, and knows only the way in which nearly all programs write (``<c r="A1"``); from
    another way follows a size that has to be looked at.
    """
    rows, columns, rest = 0, 26, b""
    while piece := stream.read(_PIECE):
        text = rest + piece
        last = text.rfind(b"<")
        cut = last if len(text) - last < _TAG else len(text)
        text, rest = text[:cut], text[cut:]
        if (
            b"\0" in text
            or any(way in text for way in _OTHER_WAYS)
            or any(_differ(text, tag) for tag in (b"c", b"row"))
        ):
            return _WHOLE
        rows = max(rows, max(map(int, _ROW.findall(text)), default=0))
        columns = max(columns, max(map(_column_number, set(_FAR.findall(text))), default=0))
    return rows, columns


def _differ(text: bytes, tag: bytes) -> bool:
    """Whether an address is not the first attribute of each such element."""
    return text.count(b"<%b " % tag) != text.count(b'<%b r="' % tag)


def _of_xlsx(stream: IO[bytes]) -> tuple[int, int]:
    """As ``extents``, from every cell; one without an address follows the one before it."""
    rows = columns = row = column = 0
    try:
        for event, element in etree.iterparse(stream, events=("start", "end"), tag=("{*}row", "{*}c"), **_LARGE):
            is_row = etree.QName(element).localname == "row"
            if event == "start":
                if is_row:
                    row, column = int(element.get("r") or row + 1), 0
                continue
            if not is_row:
                address = element.get("r", "")
                letters = address.rstrip("0123456789")
                number = address[len(letters) :]
                column = _column_number(letters.encode()) or column + 1
                if any(child.text or len(child) for child in element):
                    rows, columns = max(rows, int(number or row)), max(columns, column)
            element.clear()
            while is_row and element.getprevious() is not None:
                del element.getparent()[0]
    except (etree.XMLSyntaxError, ValueError):
        pass  # the reader that opens it reports what is wrong
    return rows, columns


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
                filled = column if len(element) or element.get(_VALUE) else filled
            element.clear()
    except (etree.XMLSyntaxError, ValueError):
        return 0, 0  # the reader that opens it reports what is wrong
    return largest
