"""CSV, tab-separated and Excel exports: from rows to ``Raw`` records, with the mapping that fits their header."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from prismake.core.errors import ImportFileError
from prismake.core.records import LIST_COLUMNS
from prismake.search import index_tables, tables, tool_tables, worksheets
from prismake.search.inventory import Inventory
from prismake.search.known_fields import PAGE_PAIRS, SYNONYMS, Either, plain_name
from prismake.search.mapping import Dialect, Raw, Tags, unguard
from prismake.search.tables import ANY_TABLE, EMBASE

# One cell may hold the affiliations of thousands of authors; real exports exceed Python's default limit of 128 KiB.
csv.field_size_limit(16 * 1024**2)

TABLES = (*tables.TABLES, *index_tables.TABLES, *tool_tables.TABLES)
_HEADER_ROWS = 40
_NOTHING = {"NA", "N/A", "NULL", "None", "nan", "NaN"}
_TRANSPOSED = {"AUTHOR NAMES", "SOURCE", "SOURCE TITLE", "ABSTRACT", "PUBLICATION YEAR", "PUI"}
_COMPANIONS = {"authors", "year", "journal", "doi", "pmid", "abstract", "keywords", "accession", "url"}
"""A table with a title and one of these columns is treated as an export."""
_FEW = 3
"""Columns that a row may name by chance without being a header."""
_SEPARATORS = ",\t;|"
_BEGINNING = 400_000
"""Number of characters searched for a header."""
Rows = Iterator[tuple[int, list[str]]]


def csv_rows(text: str, problems: list[str]) -> Rows:
    """(line, cells) of each row; the separator is the one that turns a row near the beginning into a known header."""
    separator, skipped = _separator(text)
    # not StringIO, which takes four bytes a character
    data = io.BytesIO(text.encode(errors="surrogatepass"))
    lines = io.TextIOWrapper(data, encoding="utf-8", errors="surrogatepass", newline="\n")
    reader = csv.reader(lines, delimiter=separator)
    line = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            rows = f"lines {line} to {reader.line_num}" if reader.line_num > line else f"line {line}"
            problems.append(f"{rows}: the row cannot be read ({error}) and was left out.")
            line = reader.line_num + 1
            continue
        if line > skipped:
            yield line, row
        line = reader.line_num + 1


def _separator(text: str) -> tuple[str, int]:
    """The separator, and the number of leading lines that only declare it (``sep=;``, as Excel writes)."""
    stated = re.match(r"\s*\"?sep=(.)\"?[ \t,;]*\n", text, re.IGNORECASE)
    if stated:
        return stated.group(1), text[: stated.end()].count("\n")
    beginning = text[:_BEGINNING]
    fits = {mark: _fit(beginning, mark) for mark in _SEPARATORS}
    if any(fits.values()):
        return max(_SEPARATORS, key=lambda mark: fits[mark]), 0
    first = next((line for line in beginning.split("\n") if line.strip()), "")
    return max(_SEPARATORS[:3], key=first.count), 0


def _fit(text: str, separator: str, rows: int = _HEADER_ROWS) -> int:
    """The number of names in the row near the beginning that is a known header; 0 if there is none."""
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    head: list[list[str]] = []
    try:
        for row in reader:
            head.append(row)
            if len(head) >= rows:
                break
    except csv.Error:
        pass  # a quotation mark that is not closed within the text searched
    numbered = list(enumerate(head))
    if separator != "|" and _is_transposed(numbered):
        return 2
    header = _header(numbered)
    return len([name for name in header[2] if name]) if header else 0


def begins_with_header(text: str) -> bool:
    """Whether the first line is the header of a known table, in which case later text does not matter."""
    first = next((line for line in text[:_BEGINNING].split("\n") if line.strip()), "")
    return any(_fit(first, mark, 1) for mark in _SEPARATORS if mark in first)


def sheet_rows(data: bytes, where: str, warnings: list[str]) -> Rows:
    """(row number, cells) of the first sheet of a workbook that has a recognised header, else of the first sheet."""
    names, sheets = [], []
    for name, rows in worksheets.read(data, where):
        names.append(name)
        sheets.append([_cells(_filled(row)) for row in rows])
    if not sheets:
        raise ImportFileError("the workbook has no sheets.", where=where)
    exports = [number for number, rows in enumerate(sheets) if _header(enumerate(rows[:_HEADER_ROWS]))]
    for number in exports[1:]:
        warnings.append(
            f"the sheet “{names[number]}” looks like an export too and was not read, only “{names[exports[0]]}” was. "
            "Save each sheet as a workbook of its own."
        )
    return iter([(number, row) for number, row in enumerate(sheets[exports[0] if exports else 0], 1)])


def _whole(cell: str) -> str:
    """A cell without the ``.0`` that statistics programs give to whole numbers in a column with gaps."""
    return cell[:-2] if cell[-2:] == ".0" and cell[:-2].isdecimal() else cell


def _filled(row: list[Any]) -> list[Any]:
    """A row up to its last non-empty cell."""
    end = len(row)
    while end and (row[end - 1] is None or row[end - 1] == ""):
        end -= 1
    return row[:end]


def _cells(row: Iterable[Any]) -> list[str]:
    return [str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell) for cell in row]


def _key(cell: str) -> str:
    name = unguard(cell).replace("\ufeff", "").strip().strip('"').lower()
    # The marks of a rule are not part of a name.
    return " ".join(name.translate(_NO_MARKS).split())


_NO_MARKS = str.maketrans(":?~", "   ")


def _header(rows: Iterable[tuple[int, list[str]]]) -> tuple[int, Dialect, list[str]] | None:
    """(index of the row, dialect, lower-case names) of the first row that is the header of a known table."""
    for index, (_, row) in enumerate(rows):
        names = [_key(cell) for cell in row]
        present = set(names)
        for table in TABLES:
            if table.needs <= present:
                return index, table.dialect, names
        columns = columns_of(names)
        if "title" in columns and not _COMPANIONS.isdisjoint(columns):
            return index, ANY_TABLE, names
        if index >= _HEADER_ROWS:
            break
    return None


def columns_of(names: Iterable[str]) -> dict[str, list[str]]:
    """By column of the record table, the headers with that meaning in any table, likeliest first."""
    plain: dict[str, str] = {}
    for name in names:
        plain.setdefault(plain_name(name), name)
    return {
        column: [plain[name] for name in synonyms if name in plain]
        for column, synonyms in SYNONYMS.items()
        if any(name in plain for name in synonyms)
    }


_HOW = {"authors": ":people", "keywords": ":loose", "publication_types": ":semicolons"}


def adapted(dialect: Dialect, names: list[str]) -> Dialect:
    """The dialect, extended by headers of this file that it lacks but that have a known meaning in other tables.

    A list column uses them only if the file has none of the dialect's own headers for it; a column that the dialect
    deliberately leaves empty stays empty.
    """
    if dialect.platform == "prismake":
        return dialect
    free = [name for name in names if name and name not in dialect.tags]
    fields = {column: list(rules) for column, rules in dialect.fields.items()}
    columns, beside = set(names), set[str]()
    for column, headers in columns_of(free).items():
        rules = fields.setdefault(column, [])
        closed = column in dialect.fields and not rules
        own = {part for rule in rules for part in rule.partition("?")[0].partition(":")[0].split("~")}
        if closed or (column in LIST_COLUMNS and own & columns):
            beside.update(headers)
            continue
        chosen = headers[:1] if column == "authors" else headers
        beside.update(headers)
        rules += [name + _HOW.get(column, "") for name in chosen]
    plain = {plain_name(name): name for name in reversed(free)}
    for first, last in PAGE_PAIRS:
        if first in plain:
            pair = f"{plain[first]}~{plain[last]}" if last in plain else plain[first]
            fields["pages"] = [*fields.get("pages", ()), pair]
    ignored = Either(dialect.ignored, frozenset(beside))  # a second column with the same meaning is not unknown
    return replace(dialect, fields={column: tuple(rules) for column, rules in fields.items()}, ignored=ignored)


def _is_transposed(rows: list[tuple[int, list[str]]]) -> bool:
    first = [row[0].strip() for _, row in rows if row]
    return "TITLE" in first and len(_TRANSPOSED & set(first)) >= 1


def recognise(
    rows: Rows, problems: list[str], where: str, inventory: Inventory, *, sheet: bool = False
) -> tuple[Dialect, Iterator[Raw]]:
    """The dialect of a table, adapted to its header, and its records.

    ``sheet``: the table comes from a workbook, where cells outside the header are stray cells and not a broken row.
    Raises
    ``ImportFileError`` when no row near the beginning is the header of a bibliographic export.
    """
    head = list(itertools.islice(rows, _HEADER_ROWS))
    if _is_transposed(head):
        return EMBASE, _transposed(_chain(head, rows))
    header = _header(head)
    if not header:
        first_row = next((", ".join(cell[:30] for cell in row[:6]) for _, row in head if any(row)), "nothing")
        raise ImportFileError(
            f"no header of a known export: no column 'Title' next to others that were expected. Found: {first_row}.",
            where=where,
            remedy="Export as RIS, or name the columns Title, Authors, Year, Journal, DOI, Abstract.",
        )
    index, dialect, names = header
    inventory.header([name for name in names if name])
    names = [_named(name, number) for number, name in enumerate(names, 1)]
    dialect = adapted(dialect, names)
    rows = _data_rows(_chain(head[index + 1 :], rows), [_key(cell) for cell in head[index][1]], problems, where)
    return dialect, _records(_inside(rows, names) if sheet else rows, names, dialect, problems)


def _named(name: str, number: int) -> str:
    """A header, or a substitute: statistics programs write row numbers into an unnamed first column."""
    if number == 1 and name in {"", "unnamed 0", "index"}:
        return "row number"
    return name or f"column {number} without a name"


def _chain(head: list[tuple[int, list[str]]], rows: Rows) -> Rows:
    yield from head
    yield from rows


def _data_rows(rows: Rows, header: list[str], problems: list[str], where: str) -> Rows:
    """The rows below the header without those that repeat it, as files joined by hand have them.

    Raises ``ImportFileError`` at the header of another kind of file: its rows would be read under the wrong names.
    """
    marks = {name for name in header if name} | {name for each in TABLES for name in each.needs}
    for line, row in rows:
        names = (
            [_key(cell) for cell in row] if row and row[0].replace("\ufeff", "").strip('" ').lower() in marks else []
        )
        if not names or not _header([(line, row)]):
            yield line, row
        elif [name for name in names if name] == [name for name in header if name]:
            problems.append(f"line {line}: the header stands here again and was left out; files have been joined.")
        elif len(columns_of(names)) > _FEW:
            raise ImportFileError(
                f"another header begins in line {line} ({', '.join(row[:4])} …): files of two kinds have been joined.",
                where=where,
                remedy="Import the files one by one, as they were exported.",
            )
        else:
            yield line, row


def _inside(rows: Rows, names: list[str]) -> Rows:
    """The rows of a sheet; a cell to the right of the header is assigned to an unnamed column."""
    for line, row in rows:
        for number in range(len(names) + 1, len(row) + 1) if any(row[len(names) :]) else ():
            names.append(_named("", number))
        yield line, row[: len(names)]


def _records(rows: Rows, names: list[str], dialect: Dialect, problems: list[str]) -> Iterator[Raw]:
    # What statistics programs write for nothing and for whole numbers; our own export and databases mean what they say.
    foreign = dialect.platform in {"", "ASReview"}
    blank = _NOTHING if foreign else frozenset()
    width = len(names)
    single = {rule[0] for _, many, rules in dialect.plan if not many for rule in rules}
    twice = {name for name in names if name in single and names.count(name) > 1}
    title = next((names.index(name) for name in dialect.own["title"] if name in names), 0)
    for line, row in rows:
        cells = [unguard(cell).strip() for cell in row]
        if foreign:
            cells = [_whole(cell) for cell in cells]
        if not any(cells):
            continue
        if any(cells[len(names) :]):
            problems.append(
                f"line {line}: the row has {len(cells)} cells under {len(names)} headers and was left out; "
                "a quotation mark is probably missing."
            )
            continue
        if len(cells) <= title or not any(cells[:width]):
            problems.append(f"line {line}: the row ends before the column of the title and was left out.")
            continue
        tags: Tags = {}
        for name, cell in zip(names, cells, strict=False):
            if cell and cell not in blank:
                other = name in twice and cell not in tags.get(name, (cell,))
                # a header of no known meaning, and so named in a warning
                tags.setdefault(f"{name}, another column" if other else name, []).append(cell)
        yield Raw(line, tags)


def _transposed(rows: Rows) -> Iterator[Raw]:
    """Embase.com's transposed layout: one field per row, values in further cells, records separated by an empty row."""
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
