"""The formatting of the cells of an .xls workbook: fills, letters struck through, number formats, comments.

The names of the records are those of [MS-XLS]: Font, Format, Palette and XF describe formats by number, the records of
cells refer to them, and a Note refers by the number of its object to the text behind it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile

from prismake.sheets.binary_workbook import Place, part_of, records

_FONT, _FORMAT, _PALETTE, _XF = 0x0031, 0x041E, 0x0092, 0x00E0
_NOTE, _OBJECT, _TEXT_OBJECT, _CONTINUE = 0x001C, 0x005D, 0x01B6, 0x003C
# Formula, Blank, Number, Label, BoolErr, RK, LabelSst, RString: row, column, format
_CELLS = frozenset({0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6})
_MANY_NUMBERS, _MANY_BLANKS = 0x00BD, 0x00BE  # MulRk, MulBlank: a row of them
_STRUCK = 0x0008
_OMITTED = 4  # the number of a font that no workbook has
_OWN_COLOURS, _FIRST_OF_PALETTE = frozenset({"FFFFFF", "FFE8A3", "E4E7EB"}), 8
_AUTOMATIC, _WHITE = frozenset({0x40, 0x41, 0x7FFF}), frozenset({1, 9})


class BinaryFormats:
    """The formats of the cells of a workbook, by number."""

    def __init__(self, stream: bytes) -> None:
        self.patterns: dict[int, str] = {}
        self._fonts: list[bool] = []
        self._palette: list[str] = []
        self._formats: list[tuple[int, int, int, int]] = []
        for kind, content in records(stream, 0):
            if kind == _FONT:
                self._fonts.append(bool(struct.unpack_from("<H", content, 2)[0] & _STRUCK))
            elif kind == _FORMAT:
                self.patterns[struct.unpack_from("<H", content)[0]] = _text(content[4:])
            elif kind == _PALETTE:
                self._palette = [content[at : at + 3].hex().upper() for at in range(2, len(content) - 3, 4)]
            elif kind == _XF:
                font, pattern = struct.unpack_from("<HH", content)
                border, colours = struct.unpack_from("<IH", content, 14)
                self._formats.append((font, pattern, border >> 26, colours & 0x7F))

    def pattern(self, number: int) -> int:
        """The number of the format's number format."""
        return self._formats[number][1]

    def is_struck(self, number: int) -> bool:
        font = self._formats[number][0]
        return self._fonts[font - (font > _OMITTED)]

    def colour(self, number: int) -> str:
        """The colour of a filled cell; empty for none, white, or one of the workflow's own."""
        _, _, fill, colour = self._formats[number]
        if not fill or colour in _AUTOMATIC or colour in _WHITE:
            return ""
        place = colour - _FIRST_OF_PALETTE
        text = self._palette[place] if 0 <= place < len(self._palette) else f"colour {colour}"
        return "" if text in _OWN_COLOURS else text


def binary_looks(path: Path, sheet_name: str) -> tuple[BinaryFormats, dict[Place, int], dict[Place, str]]:
    """The formats of a workbook, the number of the format of each cell of a sheet, and the sheet's comments.

    Raises:
        OSError, KeyError, struct.error, IndexError: the file cannot be parsed.
    """
    with olefile.OleFileIO(path) as container:
        stream = container.openstream("Workbook").read()
    start = part_of(stream, sheet_name)
    return BinaryFormats(stream), dict(_cells(stream, start)), _comments(stream, start)


def _cells(stream: bytes, start: int) -> Iterator[tuple[Place, int]]:
    for kind, content in records(stream, start):
        if kind in _CELLS:
            row, column, number = struct.unpack_from("<HHH", content)
            yield (row + 1, column + 1), number
        elif kind in (_MANY_NUMBERS, _MANY_BLANKS):
            row, first = struct.unpack_from("<HH", content)
            width = 6 if kind == _MANY_NUMBERS else 2
            for place, at in enumerate(range(4, len(content) - 2, width)):
                yield (row + 1, first + place + 1), struct.unpack_from("<H", content, at)[0]


def _comments(stream: bytes, start: int) -> dict[Place, str]:
    texts: dict[int, str] = {}
    places: dict[int, Place] = {}
    current, awaited = 0, False
    for kind, content in records(stream, start):
        if kind == _OBJECT and len(content) >= 8:
            current = struct.unpack_from("<H", content, 6)[0]
        elif kind == _TEXT_OBJECT:
            awaited = True
        elif kind == _CONTINUE and awaited:
            texts[current], awaited = _text(content), False
        elif kind == _NOTE:
            row, column, _, number = struct.unpack_from("<HHHH", content)
            places[number] = (row + 1, column + 1)
    return {place: texts[number] for number, place in places.items() if number in texts}


def _text(content: bytes) -> str:
    """Characters behind a byte that says whether each has one byte or two."""
    wide = bool(content and content[0] & 1)
    return content[1:].decode("utf-16-le" if wide else "latin-1", errors="replace")
