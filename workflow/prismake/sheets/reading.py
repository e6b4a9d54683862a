"""Rows from whatever people saved: moved columns, filters, added columns, other file formats."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from prismake.core.error_values import read_workbook
from prismake.core.errors import SheetError
from prismake.core.memory import return_freed
from prismake.core.phrases import normal_word
from prismake.core.refusals import pass_on_refusal
from prismake.kept.offered_forms import Headings
from prismake.kept.way_back import way_back
from prismake.protocol.languages import in_every_language
from prismake.sheets.checks.unreadable_cells import odd_cells
from prismake.sheets.counting import is_count
from prismake.sheets.layout import CHECK, ITEM, Column, is_question
from prismake.sheets.marks import take_off_marks
from prismake.sheets.no_workbook import digest_of_sheet, refuse_no_workbook, refuse_stray_cells
from prismake.sheets.outside import (
    CONTEXT_ROWS,
    ContextTexts,
    Outside,
    blank_missing,
    clear_words,
    rivals_of,
    rows_above,
    tab_cells,
    watcher,
)
from prismake.sheets.xlsx import column_letter

_HEADER_SEARCH = 30  # rows in which the header is looked for: people write above a table
_GUIDE_LINES = 8  # rows of the first page in which its owner is looked for


@dataclass(frozen=True)
class SheetTable:
    """A sheet as it was read.

    ``headers`` maps a header to its column (from 1); ``rows`` are (row number, values by header), without empty rows.
    ``extra`` are columns that people added; ``unnamed`` those without a header or under the count, and ``beside`` their
    cells by (row, column). ``marks``: the rows by the mark that their checks begin with (``prismake.sheets.marks``),
    which is removed from the checks. ``odd``: (row, header) of cells that look filled but have no value, and why.
    ``digest`` is that of the file as it was read; ``owner`` is the owner named in the sheet, empty if none is named.
    ``former``: header to the heading in the sheet, if the column has been renamed since. ``lacking``: headers of
    questions that were never offered on this sheet. ``outside``: possible answers in places that are not read.
    ``context``: by row and key of a column, how its texts begin that people read and nobody fills in; in long sheets of
    some thousand rows spread over the sheet.
    """

    path: Path
    name: str
    header_row: int
    headers: dict[str, int]
    rows: list[tuple[int, dict[str, Any]]]
    extra: Mapping[str, int]
    odd: dict[tuple[int, str], str] = field(default_factory=dict)
    digest: str = ""
    beside: dict[tuple[int, int], Any] = field(default_factory=dict)
    unnamed: tuple[int, ...] = ()
    owner: str = ""
    marks: Mapping[str, Sequence[int]] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    outside: Outside = field(default_factory=Outside)
    context: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    @staticmethod
    def place(row: int, column: int) -> str:
        """The address of a cell as people write it, ``D7``."""
        return f"{column_letter(column)}{row}"

    def address(self, row: int, header: str) -> str:
        """The address of a cell, as ``title_abstract.anna.xlsx, sheet “…”, cell D7``."""
        return f"{self.path.name}, sheet “{self.name}”, cell {column_letter(self.headers[header])}{row}"


def read_sheet(
    path: Path,
    columns: Sequence[Column],
    *,
    everything: bool = False,
    offered: Headings | None = None,
    partial: bool = False,
) -> SheetTable:
    """Read the table of a workbook by its headers.

    Args:
        columns: the present columns; the table is returned under their headers, whatever they were called when it was
            offered.
        offered: the headings under which columns were offered on this sheet; a question that is not among them does not
            count as a missing column. None if this is not known.
        partial: whether this is an earlier copy, which may lack questions that were offered later.
        everything: whether to keep the cells of all columns; otherwise only those needed later, without abstracts and
            columns that people added.

    Raises:
        SheetError: not a workbook, truncated, empty, encrypted, no table, or a header that is missing or duplicated.
    """
    import python_calamine

    as_read = digest_of_sheet(path)
    refuse_no_workbook(path)
    refuse_stray_cells(path)
    try:
        table = _only_table(path, read_workbook(path, _sheets), _Form(columns, offered, partial), everything)
        return_freed()
        return replace(table, digest=as_read)
    except SheetError:
        raise
    except python_calamine.PasswordError as error:
        raise SheetError(
            "the workbook has a password.", where=str(path), remedy="Save it again without one."
        ) from error
    except BaseException as error:
        panic = type(error).__name__ == "PanicException"  # of calamine's Rust code, about what is in the file
        if not panic and not isinstance(error, python_calamine.CalamineError | OSError):
            raise
        if isinstance(error, OSError):
            pass_on_refusal(error, path)
        raise SheetError("this is not a workbook that can be read.", where=str(path), remedy=way_back(path)) from error


@dataclass(frozen=True)
class _Form:
    """The columns to look for, and the headings under which they were offered; see ``read_sheet``."""

    columns: Sequence[Column]
    offered: Headings | None = None
    partial: bool = False

    def headings(self, column: Column) -> list[str]:
        """The possible headings of a column, likeliest first."""
        offered_headings = (self.offered or {}).get(column.identity, ())
        own = [*reversed(offered_headings), column.heading, column.header, *column.elsewhere]
        return list(dict.fromkeys(map(normal_word, own)))

    def may_lack(self, column: Column) -> bool:
        """Whether a column was never offered on this sheet, so that its absence is no one's doing."""
        if column.role != "answer":
            return column.role not in ("item", "field", "check")
        return self.partial or (bool(self.offered) and column.identity not in (self.offered or {}))


def _sheets(book: Any) -> list[tuple[str, Any]]:
    """(name, cells) of every sheet, which stay when the workbook is closed and the texts that it shares are freed."""
    return [(meta.name, book.get_sheet_by_name(meta.name)) for meta in book.sheets_metadata]


def _only_table(path: Path, sheets: Sequence[tuple[str, Any]], form: _Form, everything: bool) -> SheetTable:
    """Read the one sheet that holds the table."""
    columns = form.columns
    candidates, others, owner = [], [], ""
    for index, (name, sheet) in enumerate(sheets):
        if (header := _header_row(sheet, form)) is not None:
            candidates.append((index, name, sheet, header))
        else:
            owner = owner or _owner(sheet)
            others.append((name, sheet))
    if not candidates:
        raise SheetError(
            f"no sheet of this workbook has the columns “{ITEM}” and “{CHECK}”.",
            where=str(path),
            remedy=f"Give the headers their names back. {way_back(path)}",
        )
    if len(candidates) > 1:
        raise SheetError(
            f"{' and '.join(f'“{name}”' for _, name, *_ in candidates)} both hold the table.",
            where=str(path),
            remedy="Bring all rows together in one of them, with the answers that count, and delete the other.",
        )
    index, name, sheet, header = candidates[0]
    cells = _row(sheet, header)
    headers, extra = _places(path, f"{path}, sheet “{name}”, row {header + 1}", cells, form)
    unnamed = sorted({*range(1, len(cells) + 1)} - {*headers.values(), *extra.values()})
    beside: dict[tuple[int, int], Any] = {}
    read = headers if not everything else {**extra, **headers}
    if not everything:
        unread = {
            column.header for column in columns if column.role == "context" and column.key not in ("title", "field")
        }
        read = {text: place for text, place in headers.items() if text not in unread}
    outside, watch, context = Outside(), None, ContextTexts({}, 1)
    if not everything:
        texts = {c.key: headers[c.header] for c in columns if c.role == "context" and c.header in headers}
        context = ContextTexts(texts, -(-sheet.height // CONTEXT_ROWS))
        outside = _outside(sheet, header, columns, cells, read, extra, others)
        watch = watcher(outside.headings, outside.rivals, clear_words(columns), outside.columns)
    rows = list(_rows(sheet, header, read, unnamed, beside, watch, context))
    blank_missing(rows)
    answers = [column.header for column in columns if column.role == "answer" and column.header in headers]
    # only an answer that reads as empty is ever checked; looking at the file again takes as long as reading it
    empty = any(row[header] in ("", None) or not str(row[header]).strip() for _, row in rows for header in answers)
    odd = odd_cells(path, index, sheet) if empty else {}
    by_place = {place: text for text, place in headers.items()}
    named = {(row, by_place[place]): why for (row, place), why in odd.items() if place in by_place}
    marks = {} if everything else take_off_marks(rows)
    lacking = tuple(column.header for column in columns if column.role == "answer" and column.header not in headers)
    shown = {text: str(cells[place - 1]).strip() for text, place in headers.items()}
    today = {column.header: column.heading for column in columns}
    former = {text: heading for text, heading in shown.items() if normal_word(heading) != normal_word(today[text])}
    return SheetTable(
        path, name, header + 1, headers, rows, extra, named, "", beside,
        tuple(unnamed), owner, marks, former, lacking, outside, context.rows,
    )  # fmt: skip


def _outside(
    sheet: Any,
    header: int,
    columns: Sequence[Column],
    cells: Sequence[Any],
    read: Mapping[str, int],
    extra: Mapping[str, int],
    others: Sequence[tuple[str, Any]],
) -> Outside:
    """Set up the search for answers in places that are not read; columns are checked as rows are read."""
    words = clear_words(columns)
    headings = {
        place: str(cell).strip()
        for place, cell in enumerate(cells, start=1)
        if cell not in ("", None) and place not in read.values() and not is_count(cell)
    }
    own = {place: heading for place, heading in headings.items() if place in extra.values()}
    return Outside(
        headings=headings,
        rivals=rivals_of(own, columns),
        tabs=[cell for name, other in others for cell in tab_cells(name, other, words)],
        above=rows_above(sheet, header),
    )


def _owner(sheet: Any) -> str:
    """The name next to *Sheet of* on the first page."""
    for cells in islice(sheet.iter_rows(), _GUIDE_LINES):
        words = [str(cell).strip() for cell in cells if cell not in ("", None)]
        if len(words) > 1 and is_owner_line(words[0]):
            return words[1]
    return ""


def is_owner_line(label: Any) -> bool:
    """Whether a label of a first page means, in any language, that the owner's name is beside it."""
    return normal_word(label or "") in map(normal_word, in_every_language("page.sheet_of"))


def _row(sheet: Any, index: int) -> list[Any]:
    """A row including the empty columns on its left, which the iterator leaves out."""
    return [""] * sheet.start[1] + next(islice(sheet.iter_rows(), index, None))


def _header_row(sheet: Any, form: _Form) -> int | None:
    """The index of the header row if the sheet holds the table."""
    required = {word for column in form.columns if column.role in ("item", "check") for word in form.headings(column)}
    expected = [c for c in form.columns if c.role not in ("live", "progress") and not (c.answer and form.may_lack(c))]
    least = max(2, len(expected) // 2)
    headings = {word for column in form.columns for word in form.headings(column)}
    for index, row in enumerate(islice(sheet.iter_rows(), _HEADER_SEARCH)):
        words = {normal_word(cell) for cell in row if cell not in ("", None)}
        if required & words and len(words & headings) >= least:
            return index
    return None


def _places(path: Path, where: str, cells: Sequence[Any], form: _Form) -> tuple[dict[str, int], dict[str, int]]:
    """The places (from 1) of our headers and of the others; raises if a required one is missing or duplicated."""
    places: dict[str, list[int]] = {}
    for index, cell in enumerate(cells, start=1):
        if cell not in ("", None):
            places.setdefault(normal_word(cell), []).append(index)
    by_heading = _by_heading(form, places)
    problems = []
    for column in form.columns:
        word = next((heading for heading, owner in by_heading.items() if owner is column), "")
        if column.role in ("progress", "context", "live", "note", "state"):
            continue  # a missing one loses nothing that is required
        if not word:
            if not form.may_lack(column):
                problems.append(f"the column “{column.heading}” is missing")
        elif len(places[word]) > 1:
            problems.append(f"the column “{column.heading}” is there {len(places[word])} times")
    if problems:
        remedy = f"Give each column its header back. {way_back(path)}"
        raise SheetError(f"{'; '.join(problems)}.", where=where, remedy=remedy)
    headers = {column.header: places[word][0] for word, column in by_heading.items()}
    used = set(headers.values())
    others = ((index, cell) for index, cell in enumerate(cells, start=1) if index not in used)
    return headers, {str(cell): index for index, cell in others if cell not in ("", None) and not is_count(cell)}


def _by_heading(form: _Form, places: Mapping[str, Sequence[int]]) -> dict[str, Column]:
    """By heading in the sheet, the present column that it belongs to; columns already offered come before new ones."""
    by_heading: dict[str, Column] = {}
    identities: set[str] = set()
    offered = form.offered or {}
    retired = offered.keys() - {column.identity for column in form.columns}  # whose headings are not those of new ones
    former = {normal_word(offered[name][-1]) for name in retired if is_question(name) and offered[name]}
    columns = sorted(form.columns, key=lambda column: column.identity not in offered)  # stable: their order stays
    headings = [form.headings(column) for column in columns]
    for turn in range(max(map(len, headings), default=0)):
        for column, own in zip(columns, headings, strict=True):
            heading = own[turn] if turn < len(own) else ""
            new_to = former if column.identity not in offered else ()
            if column.identity not in identities and heading in places and heading not in {*by_heading, *new_to}:
                by_heading[heading] = column
                identities.add(column.identity)
    order = {column.identity: place for place, column in enumerate(form.columns)}
    return dict(sorted(by_heading.items(), key=lambda entry: order[entry[1].identity]))


def _rows(
    sheet: Any,
    header: int,
    places: Mapping[str, int],
    unnamed: Sequence[int],
    beside: dict[tuple[int, int], Any],
    watch: Callable[[int, Sequence[Any], int], None] | None = None,
    context: ContextTexts | None = None,
) -> Iterator[tuple[int, dict[str, Any]]]:
    """(row number, values by header) below the header, without rows in which all of these are empty.

    The cells of the columns ``unnamed`` are added to ``beside``, by row and column.
    """
    offset = sheet.start[1] + 1
    headers, pick = tuple(places), itemgetter(*(place - offset for place in places.values()))
    others = [(place, place - offset) for place in unnamed if place >= offset]
    for number, cells in enumerate(islice(sheet.iter_rows(), header + 1, None), start=header + 2):
        values = pick(cells)
        if any(values) or any(value not in ("", None) for value in values):
            for place, at in others:
                if cells[at] not in ("", None):
                    beside[number, place] = cells[at]
            if watch:
                watch(number, cells, offset)
            if context and number % context.step == 0:
                context.keep(number, cells, offset)
            yield number, dict(zip(headers, values, strict=True))
