"""A new workbook, rows added to one that people have worked in, remarks set in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from prismake.files import replacing
from prismake.forms import Form
from prismake.sheets.layout import Column, cell_text, row_choices

GUIDE, LISTS = "Read me", "Lists"
_SPARE = 2_000  # rows below the last one that already have dropdowns and colours
_LINKS = 20_000  # Excel holds 65,530 links a sheet; two columns have them
_TALLEST = 320.0  # points; a long abstract is then read in the cell editor, as in any spreadsheet
_INK, _GREY = "1F2933", "7B8794"
_TOP = Alignment(vertical="top", wrap_text=False)
_WRAP = Alignment(vertical="top", wrap_text=True)
_HEAD = PatternFill("solid", fgColor="E4E7EB")
_TO_DO = PatternFill("solid", bgColor="FFF8DC", fgColor="FFF8DC")
_LINE = Border(bottom=Side(style="thin", color="CBD2D9"))


def new_workbook(
    path: Path,
    form: Form,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    guide: Sequence[tuple[str, str]],
) -> None:
    """Write a sheet with its guide page. ``rows`` hold a value by column key; text stays text, however it looks."""
    book = openpyxl.Workbook(write_only=True)
    lists = _lists(columns)
    first = book.create_sheet(GUIDE)
    sheet = book.create_sheet(form.title[:31])
    _write_guide(first, guide, form, columns, len(rows))
    sheet.freeze_panes = "B2"
    for index, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = column.width
    _page(sheet)
    last = len(rows) + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    _rules(sheet, columns, lists, last + _SPARE)
    _row_lists(sheet, columns, rows, 2)
    sheet.append([_head(sheet, column) for column in columns])
    styled = _Styled(sheet, columns, links=len(rows) <= _LINKS)
    for number, row in enumerate(rows, start=2):
        sheet.row_dimensions[number].height = height_of(columns, row)
        sheet.append(styled.cells(row))
        del sheet.row_dimensions[number]
    if lists:
        _write_lists(book.create_sheet(LISTS), lists)
    book.active = 1
    with replacing(path) as draft:
        book.save(draft)


def add_rows(
    old: Path,
    path: Path,
    columns: Sequence[Column],
    headers: Mapping[str, int],
    sheet_name: str,
    header_row: int,
    rows: Sequence[Mapping[str, Any]],
    changes: Mapping[int, Mapping[str, str]],
) -> None:
    """Add rows below what people have, and set cells that the workflow owns; everything else in the workbook stays.

    Args:
        old: the workbook as it is now.
        path: where it goes.
        headers: column header to its place in the sheet (from 1), as people left it.
        sheet_name, header_row: where the table stands.
        rows: new rows, values by column key.
        changes: row number to the new texts of the workflow's own columns (``live`` and ``state``), by column key.

    Raises:
        Exception: whatever openpyxl raises for a workbook that it cannot load; the caller rebuilds it.
    """
    book = openpyxl.load_workbook(old, rich_text=True)
    sheet = book[sheet_name]
    place = {column.key: headers[column.header] for column in columns if column.header in headers}
    _add_columns(sheet, header_row, columns, place, [*changes.values(), *rows])
    for number, texts in changes.items():
        for column in columns:
            if column.key in texts and column.key in place:
                _set(sheet.cell(number, place[column.key]), column, texts)
    start = max(_last_row(sheet, place["item_id"]), header_row) + 1
    for offset, row in enumerate(rows):
        sheet.row_dimensions[start + offset].height = height_of(columns, row)
        for column in columns:
            if column.key in place:
                _fill(sheet.cell(start + offset, place[column.key]), column, row)
    _row_lists(sheet, columns, rows, start, place)
    _widen(sheet, start + len(rows) - 1)
    with replacing(path) as draft:
        book.save(draft)


def _add_columns(
    sheet: Any, header_row: int, columns: Sequence[Column], place: dict[str, int], texts: Sequence[Mapping[str, Any]]
) -> None:
    """Columns of the workflow's own that this sheet lacks come to the right, once there is something to write."""
    for column in columns:
        if column.role == "live" and column.key not in place and any(one.get(column.key) for one in texts):
            place[column.key] = sheet.max_column + 1
            cell = sheet.cell(header_row, place[column.key])
            made = _head(sheet, column)
            cell.value, cell.font, cell.fill, cell.alignment = made.value, made.font, made.fill, made.alignment
            sheet.column_dimensions[get_column_letter(place[column.key])].width = column.width


def _set(cell: Any, column: Column, texts: Mapping[str, Any]) -> None:
    """Give a cell its new text; a link that stood behind the old one goes."""
    cell.value, cell.hyperlink = None, None
    if column.role == "state":
        cell.value = texts[column.key] or None
    else:
        _fill(cell, column, texts)


def height_of(columns: Sequence[Column], row: Mapping[str, Any]) -> float:
    """Height of a row in points: its longest wrapped cell, up to what fits on a screen."""
    lines = 1.0
    for column in columns:
        if column.wrap and (text := row.get(column.key)):
            lines = max(lines, sum(-(-len(part) // max(1, column.width)) or 1 for part in str(text).split("\n")))
    return min(_TALLEST, 15.0 * lines + 3.0)


def _last_row(sheet: Any, item_column: int) -> int:
    """The last row that holds an item or anything else that somebody wrote."""
    last = sheet.max_row
    while last > 1 and all(cell.value is None for cell in sheet[last]):
        last -= 1
    return last


def _widen(sheet: Any, last: int) -> None:
    """Filters, dropdowns and colours reach to the new last row."""
    if sheet.auto_filter.ref:
        head, _, tail = sheet.auto_filter.ref.partition(":")
        letters = "".join(c for c in tail if c.isalpha())
        sheet.auto_filter.ref = f"{head}:{letters}{max(last, sheet.max_row)}" if letters else sheet.auto_filter.ref
    for rule in sheet.data_validations.dataValidation:
        for area in rule.sqref.ranges:
            if area.min_row == 2 and area.max_row > area.min_row and area.max_row < last:
                area.expand(down=last + _SPARE - area.max_row)


class _Styled:
    """Cells of a row with the styles of their columns; styles are made once, not once a cell."""

    def __init__(self, sheet: Any, columns: Sequence[Column], *, links: bool) -> None:
        self.sheet, self.columns, self.links = sheet, columns, links
        self.templates = []
        for column in columns:
            cell = WriteOnlyCell(sheet, "")
            _style(cell, column)
            self.templates.append(copy(cell._style))

    def cells(self, row: Mapping[str, Any]) -> list[Any]:
        made = []
        for column, style in zip(self.columns, self.templates, strict=True):
            text = cell_text(row.get(column.key))
            if not text and column.role in ("context", "live", "state"):
                made.append(None)  # a third of the cells of a screening sheet
                continue
            cell = WriteOnlyCell(self.sheet)
            cell._style = style
            if text:
                cell._value, cell.data_type = text, "s"
                if text[0] in "=+-@":
                    cell._style = copy(style)
                    cell.quotePrefix = True
                if column.link and self.links:
                    cell.hyperlink = link_to(column, text)
                    cell._value = text
            made.append(cell)
        return made


def link_to(column: Column, text: str) -> str:
    """The address behind a DOI or PMID; only characters that an address may hold."""
    from urllib.parse import quote

    return column.link + quote(text, safe="/().;:-_")


def _fill(cell: Any, column: Column, row: Mapping[str, Any]) -> None:
    text = cell_text(row.get(column.key))
    if text:
        cell.value = text
        cell.data_type = "s"  # never a formula, whatever the title begins with
        if column.link:
            cell.hyperlink = link_to(column, text)
            cell.value = text
    _style(cell, column)
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True


def _style(cell: Any, column: Column) -> None:
    colour = _GREY if column.role in ("item", "check", "state") else "0B5394" if column.link else _INK
    cell.font = Font(name="Calibri", size=10 if column.role in ("item", "check") else 11, color=colour)
    cell.alignment = _WRAP if column.wrap else _TOP
    cell.border = _LINE
    cell.number_format = "@"  # text: spreadsheets then leave 1-2, 007 and 1E5 alone


def _head(sheet: Any, column: Column) -> Any:
    cell = WriteOnlyCell(sheet, column.header)
    cell.font = Font(name="Calibri", size=11, bold=True, color=_INK)
    cell.fill = PatternFill("solid", fgColor="FFE8A3") if column.role == "answer" else _HEAD
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _page(sheet: Any, *, header: bool = True) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
    if header:
        sheet.print_title_rows = "1:1"
    sheet.oddFooter.center.text = "&P / &N"


def _lists(columns: Sequence[Column]) -> list[tuple[str, ...]]:
    """The different lists of choices, each of which becomes a column of the hidden page."""
    found: dict[tuple[str, ...], None] = {}
    for column in columns:
        if column.answer and column.answer.kind == "choice" and not column.answer.by_row:
            found.setdefault(tuple(choice.value for choice in column.answer.choices))
    return list(found)


def _write_lists(sheet: Any, lists: Sequence[tuple[str, ...]]) -> None:
    sheet.sheet_state = "hidden"
    for index in range(max(map(len, lists))):
        sheet.append([choices[index] if index < len(choices) else None for choices in lists])


def _rules(sheet: Any, columns: Sequence[Column], lists: Sequence[tuple[str, ...]], last: int) -> None:
    """Dropdowns and colours of the answer columns, down to row ``last``."""
    for index, column in enumerate(columns, start=1):
        if column.role != "answer":
            continue
        letter = get_column_letter(index)
        area = f"{letter}2:{letter}{last}"
        if column.answer and column.answer.kind == "choice" and not column.answer.by_row:
            values = tuple(choice.value for choice in column.answer.choices)
            source = get_column_letter(lists.index(values) + 1)
            rule = DataValidation("list", f"{LISTS}!${source}$1:${source}${len(values)}", allow_blank=True)
            rule.showErrorMessage = False  # a synonym may be typed; the reader names what it does not understand
            rule.add(area)
            sheet.data_validations.append(rule)
            for choice in column.answer.choices:
                if choice.colour:
                    fill = PatternFill("solid", bgColor=choice.colour, fgColor=choice.colour)
                    formula = f'{letter}2="{choice.value}"'
                    sheet.conditional_formatting.add(area, FormulaRule([formula], fill=fill))
        needed = column.answer is None or (column.answer.required and not column.answer.when)
        if needed:
            formula = f'AND($A2<>"",{letter}2="")'
            sheet.conditional_formatting.add(area, FormulaRule([formula], fill=_TO_DO))


def _row_lists(
    sheet: Any,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    start: int,
    place: Mapping[str, int] | None = None,
) -> None:
    """Dropdowns of rows that have choices of their own: one rule for each different list."""
    for index, column in enumerate(columns, start=1):
        own = column.role == "answer" and (column.answer is None or column.answer.by_row)
        if not own:
            continue
        letter = get_column_letter(place[column.key] if place else index)
        rules: dict[tuple[str, ...], DataValidation] = {}
        for offset, row in enumerate(rows):
            choices = row_choices(row)
            text = ",".join(choices)
            if not choices or len(text) > 250 or any("," in choice or '"' in choice for choice in choices):
                continue  # the list does not fit into a dropdown; the allowed words stand beside the cell
            if choices not in rules:
                rules[choices] = DataValidation("list", f'"{text}"', allow_blank=True, showErrorMessage=False)
                sheet.data_validations.append(rules[choices])
            rules[choices].add(f"{letter}{start + offset}")


def _write_guide(
    sheet: Any, guide: Iterable[tuple[str, str]], form: Form, columns: Sequence[Column], rows: int
) -> None:
    """The first page: question, criteria, how to answer, and a count that keeps itself."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 110
    _page(sheet, header=False)
    title = WriteOnlyCell(sheet, form.title)
    title.font = Font(name="Calibri", size=16, bold=True, color=_INK)
    sheet.row_dimensions[1].height = 26.0
    sheet.append([title])
    answer = next((i for i, column in enumerate(columns, start=1) if column.role == "answer"), None)
    if answer:
        name, letter, last = form.title[:31], get_column_letter(answer), rows + _SPARE + 1
        formula = (
            f"=SUMPRODUCT(--('{name}'!A2:A{last}<>\"\"),--('{name}'!{letter}2:{letter}{last}<>\"\"))"
            f'&" of "&COUNTA(\'{name}\'!A2:A{last})&" {form.unit} answered"'
        )
        sheet.append([_guide_cell(sheet, "Progress", bold=True), _guide_cell(sheet, formula, formula=True)])
    for number, (label, text) in enumerate(guide, start=3):
        sheet.row_dimensions[number].height = 15.0 * -(-len(text) // 115) + 4.0
        sheet.append([_guide_cell(sheet, label, bold=True), _guide_cell(sheet, cell_text(text))])


def _guide_cell(sheet: Any, text: str, *, bold: bool = False, formula: bool = False) -> Any:
    cell = WriteOnlyCell(sheet, text)
    if not formula:
        cell.data_type = "s"
    cell.font = Font(name="Calibri", size=11, bold=bold, color=_INK)
    cell.alignment = _WRAP
    return cell
