"""What was read from large workbooks, kept between runs by the digest of each file.

To open a workbook of fifty thousand rows takes two seconds. When one reviewer of twenty has saved, nineteen sheets are
what they were: their cells are taken from here. What follows from the cells, answers, problems and decisions, is not
kept, because it also depends on the queue, on the protocol and on what was read before.

A kept table counts only for the same bytes at the same place, read under the same columns and headings by the same
code. The files are in Snakemake's own folder; deleting them costs time but loses nothing. Nothing in them is run: they
are JSON of plain values, and one that is damaged is not used.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake.core.errors import FileRefused
from prismake.core.files import digest, write_bytes
from prismake.core.reuse import ANEW, RESULTS_OF_STEPS
from prismake.kept.offered_forms import Headings
from prismake.sheets.layout import Column
from prismake.sheets.outside import Outside, TabCell
from prismake.sheets.reading import SheetTable, read_sheet

LEAST = 2_000  # rows; smaller sheets are read faster than a file is found
_DIGEST = 32  # bytes in front of the content, by which a damaged file is recognised
_TIMES: dict[str, Callable[[str], Any]] = {
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
}


class KeptTables:
    """Tables of one stage, each read from its workbook only if this has not been done before."""

    def __init__(self, stage: str, code: str, folder: Path = RESULTS_OF_STEPS) -> None:
        """``code``: the stamp of the code that reads (``prismake.core.stamps``)."""
        self._folder = folder / f"read_sheets.{stage}.tables"
        self._code = [code, sys.version_info[:3]]
        self._used: set[str] = set()
        self._rows: tuple[object, str] = (None, "")  # the rows written last: copies of one sheet share them

    def read(self, path: Path, columns: Sequence[Column], offered: Headings | None) -> SheetTable:
        """As ``read_sheet``, from what is kept where the workbook has been read before."""
        before = self._digest(path)
        if before and (table := self._from_file(self._key(path, before, columns, offered), path, before)):
            return table
        table = read_sheet(path, columns, offered=offered)
        self.keep(table, columns, offered)
        return table

    def keep(self, table: SheetTable, columns: Sequence[Column], offered: Headings | None) -> None:
        """Keep a table that has been read, or is known because the workbook was copied, for the next run."""
        # a workbook that was saved while it was being read may hold other cells than its digest says
        if len(table.rows) < LEAST or not table.digest or self._digest(table.path) != table.digest:
            return
        key = self._key(table.path, table.digest, columns, offered)
        self._used.add(key)
        with contextlib.suppress(TypeError, OSError, FileRefused):  # a cell of an unknown type, or a full disk
            content = zlib.compress(self._text(table).encode("ascii"), 1)
            write_bytes(self._folder / key, hashlib.sha256(content).digest() + content)

    def sweep(self) -> None:
        """Remove the tables that this run has not used."""
        for path in self._folder.glob("*"):
            if path.name not in self._used:
                with contextlib.suppress(OSError):
                    path.unlink()

    def _from_file(self, key: str, path: Path, as_read: str) -> SheetTable | None:
        if os.environ.get(ANEW):
            return None
        with contextlib.suppress(OSError, zlib.error, ValueError, TypeError, KeyError):
            content = (self._folder / key).read_bytes()
            if content[:_DIGEST] == hashlib.sha256(content[_DIGEST:]).digest():
                table = as_table(json.loads(zlib.decompress(content[_DIGEST:]), object_hook=_time), path, as_read)
                self._used.add(key)
                return table
        return None

    def _key(self, path: Path, as_read: str, columns: Sequence[Column], offered: Headings | None) -> str:
        given = [self._code, path.as_posix(), as_read, repr(list(columns)), sorted((offered or {"": ()}).items())]
        return hashlib.sha256(json.dumps(given, default=repr).encode()).hexdigest()

    def _text(self, table: SheetTable) -> str:
        if self._rows[0] is not table.rows:
            self._rows = (table.rows, json.dumps(_columns_of_rows(table), default=_plain_time))
        rest = json.dumps(plain(table), default=_plain_time)
        return f"[{rest}, {self._rows[1]}]"

    @staticmethod
    def _digest(path: Path) -> str:
        try:
            return digest(path) or ""
        except FileRefused:  # whoever reads the sheet says so
            return ""


def plain(table: SheetTable) -> list[Any]:
    """A table without its rows, path and digest, as lists. Mappings are lists of pairs: any text may be a key."""
    outside = table.outside
    return [
        table.name,
        table.header_row,
        _pairs(table.headers),
        _pairs(table.extra),
        _pairs(table.odd),
        _pairs(table.beside),
        table.unnamed,
        table.owner,
        _pairs(table.marks),
        _pairs(table.former),
        table.lacking,
        [
            _pairs(outside.columns),
            _pairs(outside.headings),
            _pairs(outside.rivals),
            [[cell.tab, cell.row, cell.column, cell.text, cell.beside] for cell in outside.tabs],
            outside.above,
        ],
        [(row, _pairs(texts)) for row, texts in table.context.items()],
    ]


def as_table(content: list[Any], path: Path, as_read: str) -> SheetTable:
    """A table as it was kept: what ``plain`` makes of it, and its rows column by column."""
    rest, (numbers, headers, columns) = content
    (name, header_row, places, extra, odd, beside, unnamed, owner, marks, former, lacking, others, context) = rest
    cells, headings, rivals, tabs, above = others
    values = zip(*columns, strict=True) if headers else ((),) * len(numbers)
    return SheetTable(
        path,
        name,
        header_row,
        dict(places),
        [(number, dict(zip(headers, row, strict=True))) for number, row in zip(numbers, values, strict=True)],
        dict(extra),
        {tuple(place): why for place, why in odd},
        as_read,
        {tuple(place): value for place, value in beside},
        tuple(unnamed),
        owner,
        dict(marks),
        dict(former),
        tuple(lacking),
        Outside(
            {tuple(place): value for place, value in cells},
            dict(headings),
            dict(rivals),
            [TabCell(tab, row, column, text, tuple(texts)) for tab, row, column, text, texts in tabs],
            [(row, tuple(texts)) for row, texts in above],
        ),
        {row: dict(texts) for row, texts in context},
    )


def _columns_of_rows(table: SheetTable) -> list[Any]:
    """Row numbers, headers, and the values of each column. Raises TypeError if rows have different headers."""
    headers = list(table.rows[0][1])
    if any(list(row) != headers for _, row in table.rows):
        raise TypeError("rows with different headers")
    return [[number for number, _ in table.rows], headers, [[row[name] for _, row in table.rows] for name in headers]]


def _pairs(mapping: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return list(mapping.items())


def _plain_time(value: Any) -> dict[str, str | list[int]]:
    """A date or time as the only kind of JSON object in these files. Raises TypeError for anything else."""
    name = type(value).__name__
    if isinstance(value, dt.timedelta):
        return {"timedelta": [value.days, value.seconds, value.microseconds]}
    if name in _TIMES and type(value).__module__ == "datetime":
        return {name: value.isoformat()}
    raise TypeError(name)


def _time(value: dict[str, Any]) -> Any:
    ((name, text),) = value.items()
    return dt.timedelta(*text) if name == "timedelta" else _TIMES[name](text)
