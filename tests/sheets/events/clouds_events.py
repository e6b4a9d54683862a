"""What programs and services leave: exports of Google, Numbers and R, repaired copies, archives packed anew."""

from __future__ import annotations

import re
import shutil
import zipfile

import openpyxl
import pandas as pd
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from played import Place, named, right
from prismake.sheets.package import OFFICE

TAB = "Title and abstract"
STRINGS, TABLE = "xl/sharedStrings.xml", "xl/worksheets/sheet2.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _book(place: Place) -> openpyxl.Workbook:
    return openpyxl.load_workbook(place.anna)


@right()
def exported_by_google_with_a_thousand_rows(place: Place) -> None:
    book = _book(place)
    for row in range(14, 1001):
        for column in range(1, 18):
            book[TAB].cell(row, column).number_format = "@"
    book[TAB].data_validations.dataValidation.clear()
    book.save(place.anna)


@right()
def exported_by_numbers(place: Place) -> None:
    """Each table is a tab of its own, behind a summary of the export."""
    book = _book(place)
    for sheet in book.worksheets:
        sheet.title = f"{sheet.title} - Table 1"
    summary = book.create_sheet("Export Summary", 0)
    for row, cells in enumerate(
        [("This document was exported from Numbers.",), ("Numbers Sheet Name", "Numbers Table Name"), (TAB, "Table 1")],
        1,
    ):
        for column, text in enumerate(cells, start=1):
            summary.cell(row, column).value = text
    book.save(place.anna)


@named("Title and abstract.csv")
def one_tab_exported_as_csv(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna - Title and abstract.csv").write_text(
        "Item,Decision\n", encoding="utf-8"
    )


@named("title_abstract_anna.xlsx")
def dots_replaced_by_a_portal(place: Place) -> None:
    shutil.copy(place.anna, place.folder / "title_abstract_anna.xlsx")


@named("anna .xlsx")
def a_blank_before_the_ending(place: Place) -> None:
    shutil.copy(place.anna, place.folder / "title_abstract.anna .xlsx")


@named("[Repaired]")
def repaired_by_excel(place: Place) -> None:
    shutil.copy(place.anna, place.folder / "title_abstract.anna [Repaired].xlsx")


@named("AutoRecovered")
def recovered_by_excel(place: Place) -> None:
    shutil.copy(place.anna, place.folder / "title_abstract.anna (version 1) [AutoRecovered].xlsx")


@named("8C2A7F00")
def left_without_ending_by_excel(place: Place) -> None:
    """What Excel leaves where it could not rename the file that it had just saved."""
    shutil.copy(place.anna, place.folder / "8C2A7F00")


@named("xlsx.sb-1a2b3c4d")
def left_by_a_safe_save_of_macos(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna.xlsx.sb-1a2b3c4d-9XyZ").mkdir()


@named(".eml")
def sent_as_a_mail(place: Place) -> None:
    place.folder.joinpath("Re_ title_abstract.anna.xlsx.eml").write_text("Subject: here it is", encoding="utf-8")


@named("gone", ".xlsb")
def saved_as_a_binary_workbook(place: Place) -> None:
    shutil.move(place.anna, place.anna.with_suffix(".xlsb"))


@named("not a workbook")
def encrypted_by_excel(place: Place) -> None:
    """An encrypted workbook is a compound file, whatever its ending says."""
    place.anna.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(2000))


@named("not a workbook")
def unpacked_and_packed_with_its_folder(place: Place) -> None:
    old = place.anna.with_suffix(".old")
    shutil.move(place.anna, old)
    with zipfile.ZipFile(old) as archive, zipfile.ZipFile(place.anna, "w") as new:
        for name in archive.namelist():
            new.writestr(f"title_abstract.anna/{name}", archive.read(name))
    old.unlink()


@right()
def packed_anew_without_compression(place: Place) -> None:
    old = place.anna.with_suffix(".old")
    shutil.move(place.anna, old)
    with zipfile.ZipFile(old) as archive, zipfile.ZipFile(place.anna, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(archive.namelist(), reverse=True):
            new.writestr(name, archive.read(name))
    old.unlink()


@right()
def the_table_made_a_plain_range(place: Place) -> None:
    book = _book(place)
    book[TAB].tables.clear()
    book.save(place.anna)


@right()
def rows_grouped_and_folded(place: Place) -> None:
    book = _book(place)
    book[TAB].row_dimensions.group(4, 9, hidden=True)
    book.save(place.anna)


@right()
def colours_by_a_rule_of_ones_own(place: Place) -> None:
    book = _book(place)
    rule = CellIsRule(operator="equal", formula=['"maybe"'], fill=PatternFill("solid", bgColor="FFFF00"))
    book[TAB].conditional_formatting.add("E2:E13", rule)
    book.save(place.anna)


@right()
def written_from_right_to_left(place: Place) -> None:
    book = _book(place)
    book[TAB].sheet_view.rightToLeft = True
    book.save(place.anna)


@named("E4")
def half_of_a_cell_struck_through(place: Place) -> None:
    """“exclude” struck through, “include” behind it, in one cell."""
    book = openpyxl.load_workbook(place.anna, rich_text=True)
    book[TAB]["E4"].value = CellRichText(TextBlock(InlineFont(strike=True), "exclude"), " include")
    book.save(place.anna)
    place.meant[4]["decision"] = "include"


@named("E4", "struck")
def all_letters_struck_through(place: Place) -> None:
    """The letters and not the cell, as programs do it while a cell is being edited: a shared string with one run."""
    old = place.anna.with_suffix(".old")
    shutil.move(place.anna, old)
    struck = "<si><r><rPr><strike/></rPr><t>exclude</t></r></si></sst>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    added = {
        "[Content_Types].xml": (
            "</Types>",
            f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>',
        ),
        "xl/_rels/workbook.xml.rels": (
            "</Relationships>",
            f'<Relationship Id="rIdS" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        ),
    }
    with zipfile.ZipFile(old) as archive, zipfile.ZipFile(place.anna, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
        if STRINGS not in parts:  # what the workflow writes has none
            parts[STRINGS] = f'<sst xmlns="{_MAIN}"></sst>'
            parts |= {name: parts[name].replace(*words) for name, words in added.items()}
        number = parts[STRINGS].count("<si>")
        parts[STRINGS] = parts[STRINGS].replace("</sst>", struck)
        cell = re.search(r'<c r="E4"[^>]*?( s="\d+")?[^>]*>.*?</c>', parts[TABLE])
        assert cell
        parts[TABLE] = parts[TABLE].replace(cell[0], f'<c r="E4"{cell[1] or ""} t="s"><v>{number}</v></c>')
        for name, text in parts.items():
            new.writestr(name, text)
    old.unlink()
    place.meant[4]["decision"] = ""


@right()
def an_answer_with_a_bold_letter(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna, rich_text=True)
    book[TAB]["E4"].value = CellRichText(TextBlock(InlineFont(b=True), "i"), "nclude")
    book.save(place.anna)
    place.meant[4]["decision"] = "include"


@right()
def out_of_r_with_its_missing_values(place: Place) -> None:
    """write.csv and some writers of workbooks put NA where nothing is."""
    frame = pd.read_excel(place.anna, sheet_name=TAB, dtype=str, keep_default_na=False).replace("", "NA")
    frame.to_excel(place.anna, sheet_name="Sheet 1", index=False)


@right()
def headings_as_r_writes_them(place: Place) -> None:
    """make.names turns blanks into full stops."""
    frame = pd.read_excel(place.anna, sheet_name=TAB, dtype=str)
    frame.columns = [str(name).replace(" ", ".") for name in frame.columns]
    frame.to_excel(place.anna, sheet_name="Sheet 1", index=False)


@named("title_abstract.ben")
def rows_of_ben_pasted_among_ones_own(place: Place) -> None:
    book, other = _book(place), openpyxl.load_workbook(place.ben)
    for row in range(4, 8):
        for column in range(1, 18):
            book[TAB].cell(row, column).value = other[TAB].cell(row, column).value
    book.save(place.anna)


@named("title_abstract.ben")
def the_sheet_of_ben_added_below(place: Place) -> None:
    book, other = _book(place), openpyxl.load_workbook(place.ben)
    for row in range(2, 14):
        for column in range(1, 18):
            book[TAB].cell(row + 12, column).value = other[TAB].cell(row, column).value
    book.save(place.anna)


@named("both hold the table")
def the_tab_of_ben_moved_into_it(place: Place) -> None:
    book, other = _book(place), openpyxl.load_workbook(place.ben)
    tab = book.create_sheet("Ben")
    for row in other[TAB].iter_rows():
        for cell in row:
            tab.cell(cell.row, cell.column).value = cell.value
    book.save(place.anna)


@right()
def made_read_only(place: Place) -> None:
    place.anna.chmod(0o444)


@right()
def opened_and_saved_without_a_change(place: Place) -> None:
    _book(place).save(place.anna)
