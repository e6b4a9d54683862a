"""The first page, headings, new questions and lists of answers of a workbook in use, brought up to date.

Only the workflow's own text changes: lines that people added to the first page, their columns and widths stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.datavalidation import DataValidation

from prismake.protocol.forms import normal_word
from prismake.sheets.layout import Column, cell_text, page_height
from prismake.sheets.reading import is_owner_line
from prismake.sheets.renewal import Renewal
from prismake.sheets.workbook import LISTS, SPARE, head_look, look_of

_SEARCH = 8  # rows of the first page in which its owner is looked for


def renew_headings(sheet: Any, header_row: int, headers: Mapping[str, int], renewed: Renewal) -> None:
    """Replace the headings under which questions were offered by the present ones."""
    for header, heading in (renewed.headings or {}).items():
        head = sheet.cell(header_row, headers[header])
        head.value, head.data_type = heading, "s"  # never a formula, whatever the label begins with
        for table in sheet.tables.values():  # its column names must equal the cells, or Excel repairs the file
            left, top, right, _ = range_boundaries(table.ref)
            if top == header_row and left <= headers[header] <= right:
                table.tableColumns[headers[header] - left].name = heading


def add_questions(sheet: Any, header_row: int, renewed: Renewal, place: dict[str, int]) -> None:
    """Add missing questions to the right of everything that is there, and record their columns in ``place``."""
    for column in renewed.added:
        number = place[column.key] = sheet.max_column + 1
        head, look = sheet.cell(header_row, number), head_look(column)
        head.value, head.data_type = column.heading, "s"
        head.font = Font(name="Calibri", size=look.size, bold=True, color=look.colour)
        head.fill = PatternFill("solid", fgColor=look.fill)
        head.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(number)].width = column.width
        for row in range(header_row + 1, sheet.max_row + 1):
            cell, look = sheet.cell(row, number), look_of(column)
            cell.number_format = "@"
            cell.alignment = Alignment(vertical="top", wrap_text=look.wrap)
        area = sheet.auto_filter.ref
        if area and ":" in area:
            end = area.partition(":")[2].lstrip("$ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            sheet.auto_filter.ref = f"{area.partition(':')[0]}:{get_column_letter(number)}{end}"


def renew_lists(
    book: Any, sheet: Any, columns: Sequence[Column], place: Mapping[str, int], rows: tuple[int, int]
) -> None:
    """Let the dropdown of each question offer the present answers, from the first to the last of ``rows``."""
    for column in columns:
        question = column.answer
        if question is None or question.kind != "choice" or question.by_row or column.key not in place:
            continue
        source = _list_of(book, [choice.word for choice in question.choices])
        _take_off(sheet, place[column.key])
        letter = get_column_letter(place[column.key])
        area = f"{letter}{rows[0]}:{letter}{max(rows[1], rows[0] + SPARE)}"
        rule = DataValidation("list", source, allow_blank=True, showErrorMessage=False, sqref=area)
        sheet.add_data_validation(rule)


def _list_of(book: Any, answers: Sequence[str]) -> str:
    """The cells of the hidden page that hold a list of answers; a new list is added to the page."""
    if LISTS not in book.sheetnames:
        book.create_sheet(LISTS).sheet_state = "hidden"
    page = book[LISTS]
    lists = [[cell.value for cell in column if cell.value is not None] for column in page.iter_cols(1, page.max_column)]
    number = lists.index(list(answers)) + 1 if list(answers) in lists else len([own for own in lists if own]) + 1
    for row, answer in enumerate(answers, start=1):
        page.cell(row, number).value = answer
    letter = get_column_letter(number)
    return f"{LISTS}!${letter}$1:${letter}${len(answers)}"


def _take_off(sheet: Any, column: int) -> None:
    """Remove one of our dropdown lists from a column."""
    for rule in list(sheet.data_validations.dataValidation):
        if rule.type != "list" or not str(rule.formula1 or "").lstrip("=").startswith(f"{LISTS}!"):
            continue
        for area in list(rule.sqref.ranges):
            if area.min_col == area.max_col == column:
                rule.sqref.ranges.remove(area)
        if not rule.sqref.ranges:
            sheet.data_validations.dataValidation.remove(rule)


def renew_colours(sheet: Any, renewed: Renewal) -> None:
    """Let colours look for the present words."""
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            for old in sorted(renewed.formulas, key=len, reverse=True):
                rule.formula = [str(formula).replace(old, renewed.formulas[old]) for formula in rule.formula]


def renew_first_page(book: Any, renewed: Renewal) -> None:
    """Write the present lines on the first page, from the owner's line to our last; nothing if the page is gone."""
    guide = renewed.guide
    page, start = next(((page, row) for page in book.worksheets if (row := _owner_row(page))), (None, 0))
    if page is None or not guide:
        return
    for row in range(1, start + 1):
        label = page.cell(row, 1).value
        page.cell(row, 1).value = renewed.labels.get(normal_word(label or ""), label)
    end, last_label = start, normal_word(guide[-1][0])
    for row in range(start + 1, page.max_row + 1):
        label = normal_word(page.cell(row, 1).value or "")
        if not label:
            break
        end = row
        if label == last_label:
            break
    have = end - start
    if len(guide) > have:
        page.insert_rows(end + 1, len(guide) - have)
    elif len(guide) < have:
        page.delete_rows(start + 1 + len(guide), have - len(guide))
    for row, (label, text) in enumerate(guide, start=start + 1):
        for column, value in ((1, label), (2, cell_text(text))):
            cell = page.cell(row, column)
            cell.value, cell.data_type = value, "s"
            cell.font = Font(name="Calibri", size=11, bold=column == 1)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
        page.row_dimensions[row].height = page_height(text)


def _owner_row(page: Any) -> int:
    for row, cells in enumerate(islice(page.iter_rows(max_col=1, values_only=True), _SEARCH), start=1):
        if is_owner_line(cells[0]):
            return row
    return 0
