"""Sheets in other places and under other guises: archives, documents, wrong folders, sheets of other stages and reviews."""

from __future__ import annotations

import os
import shutil
import zipfile

import openpyxl
from played import Place, begun, named, right

TAB = "Title and abstract"


@named("from Anna.zip")
def sent_back_in_an_archive(place: Place) -> None:
    with zipfile.ZipFile(place.folder / "from Anna.zip", "w") as archive:
        archive.write(place.anna, "title_abstract.anna.xlsx")


@named("sheets.7z")
def sent_back_in_another_archive(place: Place) -> None:
    (place.folder / "sheets.7z").write_bytes(b"7z\xbc\xaf\x27\x1c")


@named("RE screening.msg")
def left_in_the_mail(place: Place) -> None:
    (place.folder / "RE screening.msg").write_bytes(b"\xd0\xcf\x11\xe0")


@named("my decisions.docx")
def written_in_a_document(place: Place) -> None:
    (place.folder / "my decisions.docx").write_bytes(b"PK\x03\x04")


@named("scan.pdf")
def printed_and_scanned(place: Place) -> None:
    (place.folder / "scan.pdf").write_bytes(b"%PDF-1.7")


@named("IMG_2031.HEIC")
def photographed(place: Place) -> None:
    (place.folder / "IMG_2031.HEIC").write_bytes(b"\0\0\0\x18ftypheic")


@named("decisions.txt")
def written_in_a_text(place: Place) -> None:
    (place.folder / "decisions.txt").write_text("pubmed:002 include\n", encoding="utf-8")


@right()
def a_readme_for_the_team(place: Place) -> None:
    (place.folder / "README.md").write_text("Please finish by Friday.\n", encoding="utf-8")


@named("config/title_abstract.anna.xlsx")
def saved_one_folder_too_high(place: Place) -> None:
    shutil.copy(place.anna, place.folder.parent / "title_abstract.anna.xlsx")


@named("full_text/title_abstract.anna.ods")
def saved_in_another_folder_of_the_review(place: Place) -> None:
    other = place.folder.parent / "full_text"
    other.mkdir()
    shutil.copy(place.anna, other / "title_abstract.anna.ods")


@named("among the exports")
def saved_among_the_exports(place: Place) -> None:
    searches = place.folder.parent / "searches"
    searches.mkdir()
    shutil.copy(place.anna, searches / "title_abstract.anna.xlsx")


@named("another review")
def the_sheet_of_another_stage(place: Place) -> None:
    shutil.copy(begun("read full_text").stage.path("anna"), place.anna)


@named("another review")
def the_sheet_of_another_review(place: Place) -> None:
    """The same records and the same people, and another question."""
    book = openpyxl.load_workbook(place.anna)
    for row in range(2, 14):
        cell = book[TAB].cell(row, 17)
        cell.value = f"aaaaaa{str(cell.value)[6:]}"
    book.save(place.anna)


@named("the sheet of ben")
def a_link_to_the_sheet_of_ben(place: Place) -> None:
    place.anna.unlink()
    place.anna.symlink_to(place.ben)


@named("the sheet of")
def two_names_of_one_file(place: Place) -> None:
    place.ben.unlink()
    os.link(place.anna, place.ben)


@named("rows whose answers had been read are gone")
def every_row_deleted(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    book[TAB].delete_rows(2, 12)
    book.save(place.anna)


@named("title_abstract.anna.xlsx - Shortcut.lnk")
def a_shortcut(place: Place) -> None:
    (place.folder / "title_abstract.anna.xlsx - Shortcut.lnk").write_bytes(b"L\0\0\0")


@right()
def an_earlier_time_of_change(place: Place) -> None:
    """Out of an archive, with another content and a time before the last reading."""
    book = openpyxl.load_workbook(place.anna)
    book[TAB]["E4"].value = "include"
    book.save(place.anna)
    os.utime(place.anna, (315_532_800, 315_532_800))
    place.meant[4]["decision"] = "include"


@named("pubmed:003", "pubmed:005")
def an_earlier_copy_put_back_by_hand(place: Place) -> None:
    book = openpyxl.load_workbook(place.anna)
    for row in (5, 7):
        book[TAB].cell(row, 5).value = None
        place.meant[row]["decision"] = ""
    book.save(place.anna)
