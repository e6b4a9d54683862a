"""Cells that look filled but read as empty: errors, formulas never calculated, cells swallowed by a merge.

The reader of values returns the empty string for these. An empty cell means a withdrawn answer, which these are not.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from prismake.sheets.binary_workbook import errors_in_binary_workbook
from prismake.sheets.opendocument import odd_in_opendocument

# fast to search for: without one of the first there is no error or formula; the last ends a cell
_HINTS, _CELL_END = (b't="e"', b"<f"), b"</c>"
_PREFIXED_HINTS, _PREFIXED_CELL_END = (b't="e"', b":f ", b":f>", b":f/"), b":c>"  # in files that write <x:worksheet>
_MARKS = re.compile(rb't="e"|<(?:\w+:)?f[ >/]')  # a cell with an error, a formula
_CELL = re.compile(rb"<(?:\w+:)?c [^>]*(?<!/)>.*?</(?:\w+:)?c>", re.DOTALL)
_ADDRESS = re.compile(rb'\br="([A-Z]+)(\d+)"')
_SHEET = re.compile(rb"<(?:\w+:)?sheet [^>]*>")
_TARGET = re.compile(rb"<Relationship [^>]*>")
_CHUNK = 1 << 20


def odd_cells(path: Path, index: int, sheet: Any) -> dict[tuple[int, int], str]:
    """(row, column), both from 1, to what is odd about the cell, for sheet number ``index`` (from 0) of a workbook.

    Args:
        sheet: the sheet as python-calamine has opened it.
    """
    odd = {
        (row + 1, column + 1): f"it is merged with the cell above, in row {top + 1}"
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        for row in range(top + 1, bottom + 1)
        for column in range(left, right + 1)
    }
    if path.suffix == ".xls":
        return {**odd, **errors_in_binary_workbook(path, sheet.name)}
    if path.suffix == ".ods":
        with zipfile.ZipFile(path) as package:
            return {**odd, **odd_in_opendocument(package, sheet.name)}
    if path.suffix in (".xlsx", ".xlsm"):
        with zipfile.ZipFile(path) as package:
            for cell in _marked_cells(package, _part(package, index)):
                letters, number = _ADDRESS.search(cell).groups()  # type: ignore[union-attr]
                kind = "it holds an error" if b't="e"' in cell else "it holds a formula that was never calculated"
                odd[int(number), _column(letters.decode())] = kind
    return odd


def _part(package: zipfile.ZipFile, index: int) -> str:
    """The name of the part that holds a sheet."""
    sheet = _SHEET.findall(package.read("xl/workbook.xml"))[index]
    relation_id = _attribute(sheet, rb"\w+:id")
    for line in _TARGET.findall(package.read("xl/_rels/workbook.xml.rels")):
        if _attribute(line, b"Id") == relation_id:
            target = _attribute(line, b"Target")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(relation_id)


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\s" + name + rb'="([^"]*)"', tag)
    return match.group(1).decode() if match else ""


def _marked_cells(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The cells with an error or a formula; a sheet without any costs only the unpacking."""
    hints: tuple[bytes, ...] = ()
    rest = cell_end = b""
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            if not hints:
                plain = b"<worksheet" in chunk
                hints, cell_end = (_HINTS, _CELL_END) if plain else (_PREFIXED_HINTS, _PREFIXED_CELL_END)
            text = rest + chunk
            end = text.rfind(cell_end)
            if any(hint in text for hint in hints):
                yield from filter(_MARKS.search, _CELL.findall(text))
            rest = text[end:] if end > 0 else text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - 64
    return number
