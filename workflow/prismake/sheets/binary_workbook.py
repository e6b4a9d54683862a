"""Errors in the cells of an .xls workbook, which the reader of values gives as empty text.

The records of the format are those of [MS-XLS]: 2.4.21 (BoolErr), 2.4.127 (Formula), 2.5.133 (FormulaValue) and 2.4.28
(BoundSheet8).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

Place = tuple[int, int]  # row and column, from 1
_BOUND_SHEET, _BOOL_ERROR, _FORMULA, _END = 0x0085, 0x0205, 0x0006, 0x000A
_ERROR_VALUE = 0x02  # first byte of the value of a formula that failed; the last two are FF


def errors_in_binary_workbook(path: Path, sheet_name: str) -> dict[Place, str]:
    """(row, column), from 1, of the cells of a sheet that hold an error; empty if the file cannot be parsed."""
    try:
        with olefile.OleFileIO(path) as container:
            stream = container.openstream("Workbook").read()
        start = part_of(stream, sheet_name)
        return dict.fromkeys(_errors(stream, start), "it holds an error")
    except (OSError, KeyError, struct.error):
        return {}


def records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """(type, content) of the records up to the end of a part."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        if kind == _END:
            return
        yield kind, stream[start + 4 : start + 4 + length]
        start += 4 + length


def part_of(stream: bytes, sheet_name: str) -> int:
    """Where the records of a sheet begin; raises ``KeyError`` if there is no such sheet."""
    return dict(_sheets(stream))[sheet_name]


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, content in records(stream, 0):
        if kind == _BOUND_SHEET:
            length, wide = content[6], content[7] & 1
            name = content[8 : 8 + length * (2 if wide else 1)].decode("utf-16-le" if wide else "latin-1")
            yield name, struct.unpack_from("<I", content)[0]


def _errors(stream: bytes, start: int) -> Iterator[Place]:
    for kind, content in records(stream, start):
        if (kind == _BOOL_ERROR and content[7]) or (
            kind == _FORMULA and content[12:14] == b"\xff\xff" and content[6] == _ERROR_VALUE
        ):
            row, column = struct.unpack_from("<HH", content)
            yield row + 1, column + 1
