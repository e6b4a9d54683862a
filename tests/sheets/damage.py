"""What people, programs and disks do to a workbook, as small functions: of the sheet with the table, or of the file."""

from __future__ import annotations

import shutil
import struct
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.filters import FilterColumn, Filters

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
Edit = Callable[[Any], None]  # of a worksheet
Damage = Callable[[Path], None]  # of a file
A_DAY = date(2025, 3, 1)


def all_of(*edits: Edit) -> Edit:
    def edit(sheet: Any) -> None:
        for one in edits:
            one(sheet)

    return edit


def column(sheet: Any, header: str) -> int:
    """The column of a header, which may have moved."""
    return next(cell.column for row in sheet.iter_rows() for cell in row if cell.value == header)


def head(sheet: Any) -> int:
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "Check")


def values(sheet: Any, header: str, first: int, last: int) -> list[Any]:
    return [sheet.cell(row, column(sheet, header)).value for row in range(first, last + 1)]


def fill(sheet: Any, header: str, first: int, given: Iterable[Any]) -> None:
    place = column(sheet, header)
    for row, value in enumerate(given, start=first):
        sheet.cell(row, place).value = value


def put(header: str, row: int, value: Any) -> Edit:
    return lambda sheet: fill(sheet, header, row, [value])


def kind(header: str, row: int, data_type: str) -> Edit:
    def edit(sheet: Any) -> None:
        sheet.cell(row, column(sheet, header)).data_type = data_type

    return edit


def swap(header: str, *pairs: tuple[int, int]) -> Edit:
    def edit(sheet: Any) -> None:
        for one, other in pairs:
            here, there = values(sheet, header, one, one), values(sheet, header, other, other)
            fill(sheet, header, one, there)
            fill(sheet, header, other, here)

    return edit


def sort_alone(header: str, first: int = 2, last: int = 13, *, down: bool = False) -> Edit:
    """Sort cells of one column and leave the others; blanks go to the end, as spreadsheets have it."""

    def edit(sheet: Any) -> None:
        given = values(sheet, header, first, last)
        filled = sorted((value for value in given if value is not None), key=str, reverse=down)
        fill(sheet, header, first, [*filled, *[None] * (len(given) - len(filled))])

    return edit


def slip(header: str, at: int, last: int = 13, *, up: bool = True) -> Edit:
    """Delete one cell and let those below move up, or insert one and let them move down."""

    def edit(sheet: Any) -> None:
        given = values(sheet, header, at, last)
        fill(sheet, header, at, [*given[1:], None] if up else [None, *given])

    return edit


def sort_rows(sheet: Any, first: int = 2, last: int = 13) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]
    for number, row in enumerate(sorted(rows, key=lambda row: str(row[2])), start=first):
        for place, value in enumerate(row, start=1):
            sheet.cell(number, place).value = value


def sort_columns_only(*headers: str) -> Edit:
    """Sort the rows of these columns by the first of them, and leave the rest of each row where it is."""

    def edit(sheet: Any) -> None:
        parts = list(zip(*(values(sheet, header, 2, 13) for header in headers), strict=True))
        parts.sort(key=lambda part: str(part[0]), reverse=True)
        for header, given in zip(headers, zip(*parts, strict=True), strict=True):
            fill(sheet, header, 2, given)

    return edit


def paste_again(row: int, header: str = "Decision", value: Any = None) -> Edit:
    def edit(sheet: Any) -> None:
        cells = [cell.value for cell in sheet[row]]
        if value is not None:
            cells[column(sheet, header) - 1] = value
        sheet.append(cells)

    return edit


def delete_row(row: int) -> Edit:
    return lambda sheet: sheet.delete_rows(row)


def rows_above(count: int) -> Edit:
    def edit(sheet: Any) -> None:
        sheet.insert_rows(1, count)
        sheet.cell(1, 1).value = "Anna's sheet, first pass"

    return edit


def empty_column(at: int) -> Edit:
    return lambda sheet: sheet.insert_cols(at)


def new_column(name: str, at: int = 0, value: Any = "high") -> Edit:
    def edit(sheet: Any) -> None:
        row = head(sheet)
        if at:
            sheet.insert_cols(at)
        place = at or sheet.max_column + 1
        sheet.cell(row, place).value = name
        sheet.cell(row + 2, place).value = value

    return edit


def move_columns(order: Callable[[list[int]], list[int]]) -> Edit:
    def edit(sheet: Any) -> None:
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        for number, row in enumerate(rows, start=1):
            for place, source in enumerate(order(list(range(len(row)))), start=1):
                sheet.cell(number, place).value = row[source]

    return edit


def rename(header: str, name: str | None) -> Edit:
    def edit(sheet: Any) -> None:
        sheet.cell(head(sheet), column(sheet, header)).value = name

    return edit


def remove_column(header: str) -> Edit:
    return lambda sheet: sheet.delete_cols(column(sheet, header))


def clear(header: str) -> Edit:
    return lambda sheet: fill(sheet, header, 2, [None] * 12)


def merge(header: str, first: int, last: int) -> Edit:
    def edit(sheet: Any) -> None:
        place = column(sheet, header)
        sheet.merge_cells(start_row=first, end_row=last, start_column=place, end_column=place)

    return edit


def hide(*rows: int) -> Edit:
    def edit(sheet: Any) -> None:
        for row in rows:
            sheet.row_dimensions[row].hidden = True

    return edit


def hide_column(header: str) -> Edit:
    def edit(sheet: Any) -> None:
        sheet.column_dimensions[sheet.cell(1, column(sheet, header)).column_letter].hidden = True

    return edit


def filter_by(header: str, *wanted: str) -> Edit:
    def edit(sheet: Any) -> None:
        table = next(iter(sheet.tables.values()))
        place = column(sheet, header) - range_boundaries(table.ref)[0]
        chosen = Filters(filter=list(wanted))
        table.autoFilter.filterColumn.append(FilterColumn(colId=place, filters=chosen))
        for row in range(2, sheet.max_row + 1):
            sheet.row_dimensions[row].hidden = sheet.cell(row, column(sheet, header)).value not in wanted

    return edit


def totals(sheet: Any) -> None:
    """Two rows below the table that count what is in it."""
    row = sheet.max_row + 2
    sheet.cell(row, column(sheet, "Item")).value = "Total"
    sheet.cell(row, column(sheet, "Decision")).value = 12
    sheet.cell(row + 1, 3).value = "checked by Anna, March"


def copy_sheet(sheet: Any) -> None:
    sheet.parent.copy_worksheet(sheet)


def other_sheet(sheet: Any) -> None:
    more = sheet.parent.create_sheet("My notes", 0)
    more.append(["Item", "Thought"])
    more.append(["pubmed:003", "exclude?"])


def drop_other_sheets(sheet: Any) -> None:
    for other in sheet.parent.worksheets:
        if other is not sheet:
            sheet.parent.remove(other)


def rich(header: str, row: int, *parts: str) -> Edit:
    bold = InlineFont(b=True)
    return put(header, row, CellRichText(parts[0], *(TextBlock(bold, part) for part in parts[1:])))


def dress(sheet: Any) -> None:
    """Widths, colours, a comment: what makes a sheet one's own."""
    sheet.column_dimensions["B"].width = 77
    sheet["B3"].fill = PatternFill("solid", fgColor="FF00FF")
    sheet["B4"].comment = Comment("ask Ben", "anna")
    sheet.row_dimensions[5].hidden = True


def protect(sheet: Any) -> None:
    sheet.protection.sheet = True
    sheet.protection.password = "secret"


# files


def cut(part: float) -> Damage:
    def damage(path: Path) -> None:
        whole = path.read_bytes()
        path.write_bytes(whole[: int(len(whole) * part)])

    return damage


def flip(part: float, count: int = 64) -> Damage:
    """Bytes in the middle of the file that a bad disk changed."""

    def damage(path: Path) -> None:
        whole = bytearray(path.read_bytes())
        start = int(len(whole) * part)
        for place in range(start, min(start + count, len(whole))):
            whole[place] ^= 0xFF
        path.write_bytes(bytes(whole))

    return damage


def replace_by(content: bytes) -> Damage:
    return lambda path: path.write_bytes(content)


def without_part(name: str) -> Damage:
    def damage(path: Path) -> None:
        with zipfile.ZipFile(path) as old:
            parts = {one: old.read(one) for one in old.namelist() if one != name}
        with zipfile.ZipFile(path, "w") as new:
            for one, content in parts.items():
                new.writestr(one, content)

    return damage


def change_part(name: str, change: Callable[[str], str]) -> Damage:
    def damage(path: Path) -> None:
        with zipfile.ZipFile(path) as old:
            parts = {one: old.read(one) for one in old.namelist()}
        parts[name] = change(parts[name].decode()).encode()
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
            for one, content in parts.items():
                new.writestr(one, content)

    return damage


def other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("word/document.xml", "<w:document/>")


def with_password(path: Path) -> None:
    """A workbook with a password is no zip but a compound file with an encrypted package (MS-OFFCRYPTO, MS-CFB)."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", bytes.fromhex("D0CF11E0A1B11AE1"), bytes(16), 0x3E, 3, 0xFFFE, 9, 6, bytes(6),
        0, 1, 1, 0, 4096, end, 0, end, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *range(3, 10), end, *range(11, 18), end, *[free] * 110)

    def entry(name: str, which: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        return struct.pack(
            "<64sHBBIII16sIQQIQ", text, len(text), which, 1, left, right, child, bytes(16), 0, 0, 0, start, size
        )

    folder = entry("Root Entry", 5, free, free, 1, end, 0)
    folder += entry("EncryptionInfo", 2, free, 2, free, 2, 4096)
    folder += entry("EncryptedPackage", 2, free, free, free, 10, 4096)
    folder += struct.pack("<64sHBBIII16sIQQIQ", b"", 0, 0, 0, free, free, free, bytes(16), 0, 0, 0, 0, 0)
    path.write_bytes(header + table + folder + bytes(16 * 512))


def beside(name: str) -> Damage:
    """Another copy of the sheet in the same folder."""
    return lambda path: (path.parent / name).write_bytes(path.read_bytes())


def away(path: Path) -> None:
    path.unlink()


def office(paths: Iterable[Path], target: str, into: Path) -> None:
    """Let LibreOffice open workbooks and save them as something else, all in one go."""
    profile = f"-env:UserInstallation={(into / 'profile').absolute().as_uri()}"  # one that no other run holds
    subprocess.run(
        [str(OFFICE), profile, "--headless", "--convert-to", target, "--outdir", str(into), *map(str, paths)],
        check=True,
        capture_output=True,
        timeout=300,
    )
