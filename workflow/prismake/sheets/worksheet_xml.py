"""A worksheet's XML, read once row by row and written again with some rows changed and others added.

Knows ECMA-376 SpreadsheetML and nothing about reviews. Unchanged rows are passed on byte for byte, and only a piece of
the worksheet is in memory at a time, whatever its length. Constructs that no spreadsheet program is known to write
(rows without numbers, comments between cells) raise ``UnknownStructure``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from prismake.sheets.package import UnknownStructure
from prismake.sheets.xlsx import column_letter

_PIECE = 1 << 18
_START = re.compile(rb"<((?:\w+:)?)sheetData\s*>")
_DIMENSION = re.compile(rb'(<(?:\w+:)?dimension\s+ref=")[^"]*(")')
_NUMBER = re.compile(rb'\sr="([A-Z]+)?(\d+)"')
_MIN, _MAX = re.compile(rb'\smin="(\d+)"'), re.compile(rb'\smax="(\d+)"')
_SPANS = re.compile(rb'\sspans="[^"]*"')
_HEIGHT = re.compile(rb'\s(?:ht|customHeight|hidden)="[^"]*"')


@dataclass(frozen=True)
class CellEdit:
    """A new value for a cell: ``content`` is the XML between its tags, ``kind`` the value of its attribute ``t``.

    ``style`` is used for a new cell only; an existing cell keeps its own.
    """

    content: str
    kind: str = ""
    style: int = 0


@dataclass
class RowEdit:
    """Cells to set in one row, by column (from 1); ``height`` in points if the row is new."""

    cells: dict[int, CellEdit] = field(default_factory=dict)
    height: float = 0.0


@dataclass(frozen=True)
class Extent:
    """What is known of a worksheet after a pass over it.

    ``head`` ends with the start tag of the rows, ``tail`` begins with their end tag. ``last_row``: the last row that is
    not empty. ``last_column``: the last column that has a cell. ``rows``: the rows asked for, by number.
    """

    head: bytes
    tail: bytes
    last_row: int
    last_column: int
    rows: Mapping[int, bytes]

    @property
    def prefix(self) -> str:
        match = _START.search(self.head)
        return match[1].decode() if match else ""


def extent(stream: IO[bytes], kept_rows: frozenset[int] = frozenset(), *, columns: bool = False) -> Extent:
    """Make one pass over a worksheet.

    Args:
        kept_rows: numbers of the rows whose XML is returned.
        columns: whether to find the last column, which costs time.
    """
    head = tail = b""
    last_row = last_column = 0
    rows: dict[int, bytes] = {}
    patterns: _Patterns | None = None
    for kind, text in _pieces(stream):
        if kind == "head":
            head, patterns = text, _Patterns(_prefix(text))
        elif kind == "tail":
            tail = text
        elif patterns is not None:
            row_spans = patterns.rows_of(text)
            for number, start, end in reversed(row_spans):
                if patterns.value.search(text, start, end):
                    last_row = max(last_row, number)
                    break
            if kept_rows and row_spans and row_spans[0][0] <= max(kept_rows):
                rows.update({number: text[start:end] for number, start, end in row_spans if number in kept_rows})
            if columns:
                letters = {match[1] for match in patterns.cell_place.finditer(text)}
                last_column = max([last_column, *map(column_number, letters)])
    return Extent(head, tail, last_row, last_column, rows)


def rewritten(stream: IO[bytes], edits: Mapping[int, RowEdit], head: bytes, tail: bytes) -> Iterator[bytes]:
    """The worksheet with rows changed, missing rows added, and head and tail replaced."""
    patterns = _Patterns(_prefix(head))
    yield head
    waiting = sorted(edits, reverse=True)  # the next one is the last
    for kind, text in _pieces(stream):
        if kind != "rows":
            continue
        row_spans = patterns.rows_of(text) if waiting else []
        if not waiting or not row_spans or waiting[-1] > row_spans[-1][0]:
            yield text
            continue
        yield text[: row_spans[0][1]]
        for number, start, end in row_spans:
            while waiting and waiting[-1] < number:
                new = waiting.pop()
                yield patterns.new_row(new, edits[new])
            if waiting and waiting[-1] == number:
                yield patterns.changed_row(text[start:end], edits[waiting.pop()])
            else:
                yield text[start:end]
    while waiting:
        new = waiting.pop()
        yield patterns.new_row(new, edits[new])
    yield tail


def with_dimension(head: bytes, last_row: int, last_column: int) -> bytes:
    """The head of a worksheet; a dimension stated in it is extended to include this row and column."""

    def reaching(match: re.Match[bytes]) -> bytes:
        first, _, last = match[0][len(match[1]) : -1].decode().partition(":")
        place = re.fullmatch(r"([A-Z]+)(\d+)", last or first)
        if not place:
            return match[0]
        column = max(column_number(place[1].encode()), last_column)
        end = f"{column_letter(column)}{max(int(place[2]), last_row)}"
        return match[1] + f"{first}:{end}".encode() + match[2]

    return _DIMENSION.sub(reaching, head, count=1)


def with_widths(head: bytes, prefix: str, widths: Mapping[int, tuple[float, int]]) -> bytes:
    """The head of a worksheet with (width, style) for columns; a width stated for several columns is divided."""
    name = prefix.encode()
    stated = re.compile(rb"<" + name + rb"col\b[^>]*/>|<" + name + rb"col\b[^>]*>\s*</" + name + rb"col>")
    columns: dict[int, bytes] = {}
    for match in stated.finditer(head):
        first, last = (int(bound[1]) if (bound := end.search(match[0])) else 0 for end in (_MIN, _MAX))
        apart = sorted(number for number in widths if first <= number <= last)
        for low, high in zip([first, *(number + 1 for number in apart)], [*(n - 1 for n in apart), last], strict=True):
            if low <= high:
                bounded = _MIN.sub(b' min="%d"' % low, match[0])
                columns[low] = _MAX.sub(b' max="%d"' % high, bounded)
    for number, (width, style) in widths.items():
        own = f'<{prefix}col min="{number}" max="{number}" width="{width:g}" style="{style}" customWidth="1"/>'
        columns[number] = own.encode()
    cols = b"<" + name + b"cols>" + b"".join(text for _, text in sorted(columns.items())) + b"</" + name + b"cols>"
    start = _START.search(head)
    assert start
    group = re.search(rb"<" + name + rb"cols\b[^>]*>.*?</" + name + rb"cols>", head, re.DOTALL)
    before, after = (group.start(), group.end()) if group else (start.start(), start.start())
    return head[:before] + cols + head[after:]


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def cell_of(row: bytes, prefix: str, column: int) -> bytes:
    """The XML of a cell in a row; empty if there is none."""
    return next((text for number, text, _, _ in _Patterns(prefix.encode()).cells_of(row) if number == column), b"")


class _Patterns:
    """How rows and cells are found if elements have this prefix."""

    def __init__(self, prefix: bytes) -> None:
        name = re.escape(prefix)
        self.prefix = prefix.decode()
        self.row = re.compile(rb"<" + name + rb"row(?=[\s/>])([^>]*)>")
        self.value = re.compile(rb"<" + name + rb"(?:v|is|f)[\s>]")
        self.cell = re.compile(rb"<" + name + rb"c(?=[\s/>])([^>]*?)(?:/>|>(.*?)</" + name + rb"c>)", re.DOTALL)
        self.cell_place = re.compile(rb"<" + name + rb'c\s(?:[^>]*?\s)?r="([A-Z]+)\d+"')
        self.formula = b"<" + prefix + b"f"

    def rows_of(self, text: bytes) -> list[tuple[int, int, int]]:
        """(number, start, end) of each row in a piece."""
        if b"<!" in text or b"<?" in text:
            raise UnknownStructure("comments between rows")
        matches = list(self.row.finditer(text))
        ends = [match.start() for match in matches[1:]] + [len(text)]
        rows = []
        for match, end in zip(matches, ends, strict=True):
            number = _NUMBER.search(match[1])
            if number is None:
                raise UnknownStructure("rows without numbers")
            rows.append((int(number[2]), match.start(), end))
        return rows

    def cells_of(self, row: bytes) -> Iterator[tuple[int, bytes, int, int]]:
        """(column, text, start, end) of each cell in a row."""
        for match in self.cell.finditer(row):
            place = _NUMBER.search(match[1])
            if place is None or place[1] is None:
                raise UnknownStructure("cells without addresses")
            yield column_number(place[1]), match[0], match.start(), match.end()

    def new_row(self, number: int, edit: RowEdit) -> bytes:
        tall = f' ht="{edit.height:g}" customHeight="1"' if edit.height else ""
        cells = "".join(
            self._cell(number, column, cell, str(cell.style)) for column, cell in sorted(edit.cells.items())
        )
        return f'<{self.prefix}row r="{number}"{tall}>{cells}</{self.prefix}row>'.encode()

    def changed_row(self, row: bytes, edit: RowEdit) -> bytes:
        start = self.row.match(row)
        assert start
        number = int(_NUMBER.search(start[1])[2])  # type: ignore[index]  # rows_of found it there
        closed = start[1].endswith(b"/")
        attributes = _SPANS.sub(b"", start[1].rstrip(b"/"))
        if edit.height:
            attributes = _HEIGHT.sub(b"", attributes) + f' ht="{edit.height:g}" customHeight="1"'.encode()
        head = b"<" + self.prefix.encode() + b"row" + attributes + b">"
        if closed:
            rest = row[start.end() :]
            row, start_at = b"", 0
            tail = f"</{self.prefix}row>".encode() + rest
        else:
            end = row.rindex(b"</" + self.prefix.encode() + b"row>")
            row, tail, start_at = row[start.end() : end], row[end:], 0
        pieces, waiting = [head], sorted(edit.cells, reverse=True)
        for column, text, begin, end in self.cells_of(row):
            pieces.append(row[start_at:begin])
            while waiting and waiting[-1] < column:
                pieces.append(self._new_cell(number, waiting[-1], edit.cells[waiting.pop()]))
            if waiting and waiting[-1] == column:
                pieces.append(self._changed_cell(text, number, column, edit.cells[waiting.pop()]))
            else:
                pieces.append(text)
            start_at = end
        pieces += [self._new_cell(number, column, edit.cells[column]) for column in reversed(waiting)]
        return b"".join([*pieces, row[start_at:], tail])

    def _changed_cell(self, text: bytes, number: int, column: int, cell: CellEdit) -> bytes:
        if self.formula in text and cell.kind != "str":
            raise UnknownStructure("a formula in a cell of ours")  # the calculation chain would still name it
        style = re.search(rb'\ss="(\d+)"', text[: text.index(b">")])
        return self._cell(number, column, cell, style[1].decode() if style else "").encode()

    def _new_cell(self, number: int, column: int, cell: CellEdit) -> bytes:
        return self._cell(number, column, cell, str(cell.style)).encode()

    def _cell(self, number: int, column: int, cell: CellEdit, style: str) -> str:
        """A cell as XML; the content is given without prefixes, which are added here."""
        name = f"{self.prefix}c"
        look = f' s="{style}"' if style else ""
        start = f'<{name} r="{column_letter(column)}{number}"{look}'
        if not cell.content:
            return f"{start}/>"
        content = re.sub(r"<(/?)", rf"<\1{self.prefix}", cell.content) if self.prefix else cell.content
        kind = f' t="{cell.kind}"' if cell.kind else ""
        return f"{start}{kind}>{content}</{name}>"


def _prefix(head: bytes) -> bytes:
    match = _START.search(head)
    if match is None:
        raise UnknownStructure("a worksheet without rows")
    return match[1]


def _pieces(stream: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The head of a worksheet, then pieces of whole rows, then its tail."""
    text = b""
    while (start := _START.search(text)) is None:
        text += _more(stream)
    encoding = re.match(rb'\s*<\?xml[^>]*encoding=["\']([^"\']+)', text.removeprefix(b"\xef\xbb\xbf"))
    if encoding and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise UnknownStructure("another encoding")
    yield "head", text[: start.end()]
    row, end = b"<" + start[1] + b"row", b"</" + start[1] + b"sheetData>"
    text = text[start.end() :]
    while (at := text.find(end)) < 0:
        cut = text.rfind(row)  # the last row may continue in the next piece
        if cut > 0:
            yield "rows", text[:cut]
            text = text[cut:]
        text += _more(stream)
    yield "rows", text[:at]
    yield "tail", text[at:] + stream.read()


def _more(stream: IO[bytes]) -> bytes:
    piece = stream.read(_PIECE)
    if not piece:
        raise UnknownStructure("a worksheet without an end")
    return piece
