"""Rows added to a workbook that people have worked in, with the workflow's own cells brought up to date."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import TableColumn

from prismake.core.files import replacing
from prismake.protocol.forms import as_typed
from prismake.sheets.appending import columns_to_add
from prismake.sheets.counting import count_formula, is_count, is_count_formula, reaching
from prismake.sheets.emphasis import runs
from prismake.sheets.layout import Column, cell_text
from prismake.sheets.reading import SheetTable
from prismake.sheets.renewal import Renewal
from prismake.sheets.renewing import add_questions, renew_colours, renew_first_page, renew_headings, renew_lists
from prismake.sheets.workbook import SPARE, head_look, height_of, link_to, look_of, row_dropdowns
from prismake.sheets.xlsx import EMPHASIS, INK, Look

_FILTER = re.compile(rb"<filterColumn\b.*?</filterColumn>|<filterColumn\b[^>]*/>", re.DOTALL)
_UNCHANGED = Renewal()
_LINE = Border(bottom=Side(style="thin", color="CBD2D9"))


def add_rows(
    table: SheetTable,
    path: Path,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, str]],
    worked_out: Callable[[], Mapping[int, Mapping[str, Any]]],
    renewed: Renewal = _UNCHANGED,
) -> None:
    """Add rows below the existing ones and set cells that the workflow owns; everything else in the workbook stays.

    Args:
        table: the sheet as it was read.
        path: where the workbook is written.
        rows: new rows, values by column key.
        changes: by row number, the new texts of the workflow's own columns (``live`` and ``state``) by column key.
        worked_out: gives the values of the sheet by row number and header; called only if a cell of ours holds a
            formula.
        renewed: what else has to be updated because the protocol changed.

    Raises:
        PrismakeError, OSError: somebody saved the workbook after it was read, or the file cannot be written.
        Exception: whatever openpyxl raises for a workbook that it cannot handle even without its filters; the caller
            then rebuilds the workbook.
    """
    _add(_load(table.path, table.name), table, path, columns, rows, changes, worked_out, renewed)


def add_rows_to_new(table: SheetTable, columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows to a workbook in which nobody has worked, to see whether openpyxl and this module can do it at all."""
    _add(openpyxl.load_workbook(table.path, rich_text=True), table, table.path, columns, rows, {}, dict, _UNCHANGED)


def _add(
    book: Any,
    table: SheetTable,
    path: Path,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, str]],
    worked_out: Callable[[], Mapping[int, Mapping[str, Any]]],
    renewed: Renewal,
) -> None:
    headers, header_row = table.headers, table.header_row
    sheet = book[table.name]
    place = {column.key: headers[column.header] for column in columns if column.header in headers}
    _keep_values(sheet, header_row, headers, worked_out)
    renew_headings(sheet, header_row, headers, renewed)
    add_questions(sheet, header_row, renewed, place)
    _add_columns(sheet, header_row, columns, place, [*changes.values(), *rows])
    for number, texts in changes.items():
        for column in columns:
            if column.key in texts and column.key in place:
                _set(sheet.cell(number, place[column.key]), column, texts)
    present = [column for column in columns if column.key in place]
    start = max(_last_row(sheet), header_row) + 1
    for number, row in enumerate(rows, start=start):
        cells = [cell_text(row.get(column.key)) for column in present]
        sheet.row_dimensions[number].height = height_of(present, cells)
        for column, text in zip(present, cells, strict=True):
            _fill(sheet.cell(number, place[column.key]), column, text)
    letters = [get_column_letter(place[column.key]) for column in present]
    for dropdown in row_dropdowns(present, letters, rows, start):
        sheet.add_data_validation(
            DataValidation("list", dropdown.source, allow_blank=True, showErrorMessage=False, sqref=dropdown.area)
        )
    last = start + len(rows) - 1
    _widen(sheet, header_row + 1, last)
    if renewed.guide or renewed.added:
        renew_lists(book, sheet, columns, place, (header_row + 1, last + SPARE))
    renew_first_page(book, renewed)
    renew_colours(sheet, renewed)
    _count_on(book, sheet, header_row, columns, place, last, anew=bool(renewed))
    with replacing(path, (table.path, table.digest), linked=True) as draft:
        book.save(draft)


def _load(path: Path, sheet_name: str) -> Any:
    """The workbook, loaded without its filter if openpyxl does not know the kind of filter.

    A filter without a value, which LibreOffice may save, is one example. The rows that such a filter had hidden are
    shown, because otherwise nothing would ever show them again.
    """
    try:
        return openpyxl.load_workbook(path, rich_text=True)
    except (MemoryError, ImportError):
        raise  # this says nothing about the workbook
    except Exception as error:  # openpyxl raises many kinds of exception
        try:
            book = openpyxl.load_workbook(_unfiltered(path), rich_text=True)
        except Exception:
            raise error from None
    for row in book[sheet_name].row_dimensions.values():
        row.hidden = False
    return book


def _unfiltered(path: Path) -> io.BytesIO:
    """The workbook with its filters' criteria removed; the filters themselves stay in place."""
    changed = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith(("xl/worksheets/", "xl/tables/")) and b"<filterColumn" in content:
                content = _FILTER.sub(b"", content)
            new.writestr(name, content)
    return changed


def _keep_values(
    sheet: Any, header_row: int, headers: Mapping[str, int], worked_out: Callable[[], Mapping[int, Mapping[str, Any]]]
) -> None:
    """Replace formulas in our columns by their values: openpyxl would save a formula without its result."""
    values_by_row: Mapping[int, Mapping[str, Any]] | None = None
    for header, column in headers.items():
        for (cell,) in sheet.iter_rows(min_row=header_row + 1, min_col=column, max_col=column):
            if cell.data_type != "f":
                continue
            values_by_row = worked_out() if values_by_row is None else values_by_row
            value = values_by_row.get(cell.row, {}).get(header)
            if isinstance(value, float):
                cell.value = value
            elif text := as_typed(value):
                cell.value, cell.data_type = text, "s"


def _add_columns(
    sheet: Any, header_row: int, columns: Sequence[Column], place: dict[str, int], texts: Sequence[Mapping[str, Any]]
) -> None:
    """Add columns of the workflow's own that this sheet lacks on the right, once there is something to write."""
    for column in columns_to_add(columns, place, texts):
        place[column.key] = sheet.max_column + 1
        cell = sheet.cell(header_row, place[column.key])
        cell.value, cell.data_type = column.heading, "s"
        _dress(cell, head_look(column))
        sheet.column_dimensions[get_column_letter(place[column.key])].width = column.width
        _widen_table(sheet, header_row, place[column.key], column.heading)


def _count_on(
    book: Any,
    sheet: Any,
    header_row: int,
    columns: Sequence[Column],
    place: Mapping[str, int],
    last: int,
    *,
    anew: bool,
) -> None:
    """Extend the counts to the new last row; a count saved as a value becomes a formula again.

    ``anew``: there are other questions than before, or another language, and they have to be counted too.
    """
    letters = {key: get_column_letter(column) for key, column in place.items()}
    for page in book.worksheets:
        for cell in (cell for row in page.iter_rows(max_row=header_row + 1) for cell in row):
            if cell.data_type == "f" and is_count_formula(cell.value) and anew:
                name = "" if page is sheet else sheet.title
                cell.value = f"={count_formula(columns, letters, header_row + 1, last + SPARE, name)}"
            elif cell.data_type == "f" and is_count_formula(cell.value):
                cell.value = reaching(cell.value, last, SPARE)
    for cell in sheet[header_row]:
        if cell.data_type != "f" and is_count(cell.value):
            cell.value = f"={count_formula(columns, letters, header_row + 1, last + SPARE)}"


def _set(cell: Any, column: Column, texts: Mapping[str, Any]) -> None:
    """Set the new text of a cell; the link of the old text is removed."""
    cell.value, cell.hyperlink = None, None
    if column.role == "state":
        cell.value = texts[column.key] or None
    else:
        _fill(cell, column, cell_text(texts[column.key]))


def _fill(cell: Any, column: Column, text: str) -> None:
    if text:
        if column.link:
            cell.hyperlink = link_to(column, text) or None
        pieces = runs(text, column.terms)
        cell.value = CellRichText(*(_piece(*piece) for piece in pieces)) if pieces else text
        cell.data_type = "s"  # never a formula, whatever the title begins with
    look = look_of(column, text)
    _dress(cell, look)
    cell.border = _LINE
    cell.quotePrefix = look.quoted


def _piece(text: str, emphasised: bool) -> TextBlock:
    return TextBlock(InlineFont(rFont="Calibri", sz=11, b=emphasised, color=EMPHASIS if emphasised else INK), text)


def _dress(cell: Any, look: Look) -> None:
    cell.font = Font(name="Calibri", size=look.size, bold=look.bold, color=look.colour)
    cell.alignment = Alignment(vertical="center" if look.centred else "top", wrap_text=look.wrap)
    if look.fill:
        cell.fill = PatternFill("solid", fgColor=look.fill)
    if look.plain_text:
        cell.number_format = "@"


def _last_row(sheet: Any) -> int:
    """The last row that has any text."""
    last = sheet.max_row
    while last > 1 and all(cell.value is None for cell in sheet[last]):
        last -= 1
    return last


def _widen_table(sheet: Any, header_row: int, place: int, header: str) -> None:
    """Make a column added beside an Excel table part of it, so that it is sorted with the table."""
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        if top == header_row and right == place - 1:
            number = max(column.id for column in table.tableColumns) + 1
            table.tableColumns.append(TableColumn(id=number, name=header))
            _reach(table, left, top, place, bottom)


def _reach(table: Any, left: int, top: int, right: int, bottom: int) -> None:
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
    if table.autoFilter:
        table.autoFilter.ref = table.ref


def _widen(sheet: Any, first: int, last: int) -> None:
    """Extend table, filter, print area, dropdowns and colours to the new last row."""
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        if top == first - 1 and bottom < last and not table.totalsRowCount:
            _reach(table, left, top, right, last)
    if isinstance(sheet.print_area, str) and (
        area := re.search(r"(\$?[A-Z]+\$?\d+:\$?[A-Z]+)\$?\d+$", sheet.print_area)
    ):
        sheet.print_area = f"{area[1]}{last}".replace("$", "")
    if sheet.auto_filter.ref:
        head, _, tail = sheet.auto_filter.ref.partition(":")
        letters = "".join(c for c in tail if c.isalpha())
        sheet.auto_filter.ref = f"{head}:{letters}{max(last, sheet.max_row)}" if letters else sheet.auto_filter.ref
    coloured = [(part.sqref, part.rules) for part in sheet.conditional_formatting]
    for areas in (*(rule.sqref for rule in sheet.data_validations.dataValidation), *(areas for areas, _ in coloured)):
        for area in areas.ranges:
            if area.min_row == first < area.max_row < last:
                area.expand(down=last + SPARE - area.max_row)
    sheet.conditional_formatting = ConditionalFormattingList()  # its keys are the old areas
    for areas, rules in coloured:
        for rule in rules:
            sheet.conditional_formatting.add(str(areas), rule)
