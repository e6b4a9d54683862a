"""CSV, tab-separated and Excel exports: rows to ``Raw`` records, and the mapping table that fits their header."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from prismake.core.errors import ImportFileError
from prismake.search.mapping import Dialect, Raw, Tags, unguard
from prismake.search.tables import EMBASE, TABLES

# One cell may hold the affiliations of thousands of authors; Python's own limit of 128 KiB is met in real exports.
csv.field_size_limit(16 * 1024**2)

_HEADER_ROWS = 40
_NOTHING = {"NA", "N/A", "NULL", "None", "nan", "NaN"}
_TRANSPOSED = {"AUTHOR NAMES", "SOURCE", "SOURCE TITLE", "ABSTRACT", "PUBLICATION YEAR", "PUI"}
_COMPANIONS = {"authors", "author", "author names", "year", "doi", "abstract", "journal", "pmid", "publication year"}
_COMPANIONS |= {
    "reference",
    "accession",
    "study year",
    "published year",
    "keywords",
    "journal title",
    "source title",
    "url",
    "record_id",
    "published_year",
}
MAX_UNPACKED = 512 * 1024**2
MAX_RATIO = 200

Rows = Iterator[tuple[int, list[str]]]


def csv_rows(text: str, problems: list[str]) -> Rows:
    """(line, cells) of each row; the separator is the one that the first lines hold most of."""
    head = "\n".join(text.split("\n", 12)[:12])
    separator = max(",\t;", key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.append(f"line {line}: the row cannot be read ({error}) and was left out.")
            line = reader.line_num + 1
            continue
        yield line, row
        line = reader.line_num + 1


def sheet_rows(data: bytes, where: str) -> Rows:
    """(row number, cells) of the first sheet of a workbook that has a recognised header, else of the first sheet."""
    import python_calamine

    if data[:2] == b"PK":
        _check_zip(data, where)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except Exception as error:  # calamine's errors share no base class, and its Rust panics are no Exception either
        raise ImportFileError(
            f"the workbook cannot be read ({error}).", where=where, remedy="Save it as CSV UTF-8 and import that."
        ) from None
    if not sheets:
        raise ImportFileError("the workbook has no sheets.", where=where)
    chosen = next((sheet for sheet in sheets if _header(((0, _cells(row)) for row in sheet[:_HEADER_ROWS]))), sheets[0])
    return iter([(number, _cells(row)) for number, row in enumerate(chosen, 1)])


def _check_zip(data: bytes, where: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            packed = sum(item.compress_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ImportFileError(f"the workbook is damaged ({error}).", where=where, remedy="Save it again.") from None
    if size > MAX_UNPACKED or (size > 64 * 1024**2 and size > packed * MAX_RATIO):
        raise ImportFileError(
            f"the workbook would unpack to {size // 1024**2} MiB, which no export of a search does.", where=where
        )


def _cells(row: Iterable[Any]) -> list[str]:
    return [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in row]


def _key(cell: str) -> str:
    return " ".join(unguard(cell).replace("\ufeff", "").strip().strip('"').lower().split())


def _header(rows: Iterable[tuple[int, list[str]]]) -> tuple[int, Dialect, list[str]] | None:
    """(index of the row, dialect, lower-case names) of the first row that is the header of a known table."""
    for index, (_, row) in enumerate(rows):
        names = [_key(cell) for cell in row]
        found = set(names)
        for table in TABLES:
            if not table.needs <= found:
                continue
            if table.needs == {"title"} and not found & _COMPANIONS:
                continue
            return index, table.dialect, names
        if index >= _HEADER_ROWS:
            break
    return None


def _is_transposed(rows: list[tuple[int, list[str]]]) -> bool:
    first = [row[0].strip() for _, row in rows if row]
    return "TITLE" in first and len(_TRANSPOSED & set(first)) >= 1


def recognise(rows: Rows, problems: list[str], where: str) -> tuple[Dialect, Iterator[Raw]]:
    """The dialect of a table and its records.

    Raises ``ImportFileError`` when no row near the beginning is the header of a bibliographic export.
    """
    head = list(itertools.islice(rows, _HEADER_ROWS))
    if _is_transposed(head):
        return EMBASE, _transposed(_chain(head, rows))
    found = _header(head)
    if not found:
        shown = next((", ".join(cell[:30] for cell in row[:6]) for _, row in head if any(row)), "nothing")
        raise ImportFileError(
            f"no header of a known export: no column 'Title' next to others that were expected. Found: {shown}.",
            where=where,
            remedy="Export as RIS, or name the columns Title, Authors, Year, Journal, DOI, Abstract.",
        )
    index, dialect, names = found
    blank = _NOTHING if dialect.name == "table" else frozenset()
    return dialect, _records(_chain(head[index + 1 :], rows), names, blank, problems)


def _chain(head: list[tuple[int, list[str]]], rows: Rows) -> Rows:
    yield from head
    yield from rows


def _records(rows: Rows, names: list[str], blank: Iterable[str], problems: list[str]) -> Iterator[Raw]:
    width = len(names)
    title = next((names.index(name) for name in ("title", "article title", "study title", "ti") if name in names), 0)
    for line, row in rows:
        cells = [unguard(cell).strip() for cell in row]
        if not any(cells):
            continue
        if any(cells[width:]):
            problems.append(
                f"line {line}: the row has {len(cells)} cells under {width} headers and was left out; "
                "a quotation mark is probably missing."
            )
            continue
        if len(cells) <= title:
            problems.append(f"line {line}: the row ends before the column of the title and was left out.")
            continue
        tags: Tags = {}
        for name, cell in zip(names, cells, strict=False):
            if cell and cell not in blank:
                tags.setdefault(name, []).append(cell)
        yield Raw(line, tags)


def _transposed(rows: Rows) -> Iterator[Raw]:
    """Embase.com's other shape: one field a row, its values in further cells, records parted by an empty row."""
    tags: Tags = {}
    started = 1
    for line, row in rows:
        cells = [cell.strip() for cell in row]
        name = _key(cells[0]) if cells else ""
        if tags and (not any(cells) or (name == "title" and "title" in tags)):
            yield Raw(started, tags)
            tags = {}
        if not any(cells) or set(name) == {"-"} or name == "search query":
            continue
        if not tags:
            started = line
        tags.setdefault(name, []).extend(cell for cell in cells[1:] if cell)
    if tags:
        yield Raw(started, tags)
