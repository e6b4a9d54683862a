"""What becomes of the files: copies, other names, folders, clouds, locks, disks."""

from __future__ import annotations

import os
import shutil
import unicodedata

import pandas as pd
from played import ANSWERS, Place, named, right

NOT_READ = "is not read"


def _copy(place: Place, name: str) -> None:
    shutil.copy(place.anna, place.folder / name)


def _away(place: Place, name: str) -> None:
    """The sheet itself goes to another name."""
    place.folder.joinpath(name).parent.mkdir(parents=True, exist_ok=True)
    shutil.move(place.anna, place.folder / name)


@named(NOT_READ, "title_abstract.anna (1).xlsx")
def a_download_beside_it(place: Place) -> None:
    _copy(place, "title_abstract.anna (1).xlsx")


@named("conflicted copy")
def a_conflicted_copy_of_dropbox(place: Place) -> None:
    _copy(place, "title_abstract.anna (Ben's conflicted copy 2025-03-01).xlsx")


@named("Ben's MacBook")
def a_copy_of_onedrive(place: Place) -> None:
    _copy(place, "title_abstract.anna-Ben's MacBook.xlsx")


@named("sync-conflict")
def a_copy_of_syncthing(place: Place) -> None:
    _copy(place, "title_abstract.anna.sync-conflict-20250301-120000-ABCDEFG.xlsx")


@named("Kopie")
def a_copy_in_german(place: Place) -> None:
    _copy(place, "title_abstract.anna - Kopie.xlsx")


@named("Copia de")
def a_copy_in_spanish(place: Place) -> None:
    _copy(place, "Copia de title_abstract.anna.xlsx")


@named("FINAL")
def a_final_version(place: Place) -> None:
    _copy(place, "title_abstract.anna_FINAL_v2.xlsx")


@named("gone")
def renamed_to_final(place: Place) -> None:
    _away(place, "title_abstract.anna_final.xlsx")


@named("gone")
def sent_by_mail_and_deleted(place: Place) -> None:
    place.anna.unlink()


@named("gone")
def moved_into_a_subfolder(place: Place) -> None:
    _away(place, "done/title_abstract.anna.xlsx")


@named("done/title_abstract.anna.xlsx", NOT_READ)
def copied_into_a_subfolder(place: Place) -> None:
    place.folder.joinpath("done").mkdir()
    _copy(place, "done/title_abstract.anna.xlsx")


@named("done/title_abstract.anna.xlsx", start="new")
def worked_in_a_subfolder(place: Place) -> None:
    """The sheet is taken away before anything was read; an empty one is offered in its place."""
    _away(place, "done/title_abstract.anna.xlsx")


@named("title_abstract.anna.gsheet")
def a_pointer_to_google(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna.gsheet").write_text('{"doc_id": "1a2b", "email": "a@b.c"}')


@named("gone")
def turned_into_a_pointer_to_google(place: Place) -> None:
    place.anna.unlink()
    place.folder.joinpath("title_abstract.anna.gsheet").write_text('{"doc_id": "1a2b"}')


@named("title_abstract.anna.et")
def saved_by_wps(place: Place) -> None:
    _copy(place, "title_abstract.anna.et")


@named("title_abstract.anna.numbers")
def saved_by_numbers(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna.numbers").write_bytes(b"PK\x03\x04numbers")


@named("title_abstract.anna.numbers")
def saved_by_numbers_as_a_package(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna.numbers").mkdir()
    place.folder.joinpath("title_abstract.anna.numbers/Index.zip").write_bytes(b"PK\x03\x04")


@named("title_abstract.anna.pdf")
def printed_to_pdf(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna.pdf").write_bytes(b"%PDF-1.7\n")


@named("title_abstract.anna.zip")
def zipped(place: Place) -> None:
    shutil.make_archive(str(place.folder.parent / "z"), "zip", place.folder, place.anna.name)
    shutil.move(place.folder.parent / "z.zip", place.folder / "title_abstract.anna.zip")


@named("title_abstract.anna.xlsx.icloud", "gone")
def not_downloaded_by_icloud(place: Place) -> None:
    """A Mac leaves a small file in the place of one that it has put into the cloud."""
    place.anna.unlink()
    place.folder.joinpath(".title_abstract.anna.xlsx.icloud").write_bytes(b"bplist00\xd4")


@named("0 bytes")
def not_downloaded_at_all(place: Place) -> None:
    place.anna.write_bytes(b"")


@named("download")
def not_downloaded_with_its_size(place: Place) -> None:
    """The placeholder of a cloud has the size of the file and nothing in it."""
    size = place.anna.stat().st_size
    with place.anna.open("wb") as file:
        file.truncate(size)


@named("not a workbook")
def cut_in_half(place: Place) -> None:
    content = place.anna.read_bytes()
    place.anna.write_bytes(content[: len(content) // 2])


@named("folder")
def a_folder_of_that_name(place: Place) -> None:
    place.anna.unlink()
    place.anna.mkdir()
    place.anna.joinpath("sheet1.xml").write_text("<a/>")


@named("folder", start="new")
def a_folder_of_that_name_before_anything(place: Place) -> None:
    place.anna.unlink()
    place.anna.mkdir()


@named("folder")
def a_folder_unpacked_beside_it(place: Place) -> None:
    shutil.unpack_archive(place.anna, place.folder / "title_abstract.anna", "zip")


@named("title_abstract.Anna.xlsx")
def a_copy_with_a_capital(place: Place) -> None:
    _copy(place, "title_abstract.Anna.xlsx")


@named("title_abstract.Anna.xlsx")
def renamed_with_a_capital(place: Place) -> None:
    _away(place, "title_abstract.Anna.xlsx")


@named("TITLE_ABSTRACT.ANNA.XLSX")
def renamed_in_capitals(place: Place) -> None:
    """As old systems hand files over."""
    _away(place, "TITLE_ABSTRACT.ANNA.XLSX")


@named("title_abstract.anna.XLSX", NOT_READ)
def a_copy_with_its_ending_in_capitals(place: Place) -> None:
    _copy(place, "title_abstract.anna.XLSX")


@named(NOT_READ)
def a_copy_without_ending(place: Place) -> None:
    _copy(place, "title_abstract.anna")


@named(NOT_READ)
def a_copy_with_two_endings(place: Place) -> None:
    _copy(place, "title_abstract.anna.xlsx.xlsx")


@named(NOT_READ)
def renamed_to_bak(place: Place) -> None:
    _copy(place, "title_abstract.anna.xlsx.bak")


@right()
def a_mark_of_excel(place: Place) -> None:
    place.folder.joinpath("~$title_abstract.anna.xlsx").write_bytes(b"\x04Anna")


@right()
def a_mark_of_libreoffice(place: Place) -> None:
    place.folder.joinpath(".~lock.title_abstract.anna.xlsx#").write_text(",anna,desk,01.03.2025 12:00,file:///x;")


@right()
def a_temporary_file_of_excel(place: Place) -> None:
    place.folder.joinpath("1A2B3C40.tmp").write_bytes(b"x")


@right()
def hidden_files_of_systems(place: Place) -> None:
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._title_abstract.anna.xlsx", ".sync.ffs_db"):
        place.folder.joinpath(name).write_bytes(b"x")


@named("title_abstract.anna.ods")
def renamed_to_ods(place: Place) -> None:
    """The ending alone makes no other format."""
    _copy(place, "title_abstract.anna.ods")


@named("both edited")
def two_files_of_one_sheet(place: Place) -> None:
    """Anna has two files now, and in both something is changed."""
    place.stage.decide("anna", "include", "include")
    _copy(place, "title_abstract.anna.xlsm")
    place.meant[3]["decision"] = "include"


@named("link")
def a_sheet_that_nobody_may_read(place: Place) -> None:
    place.anna.unlink()
    place.anna.symlink_to(place.anna.name)  # a link that leads to itself


@named("link leads to no file")
def a_link_that_leads_nowhere(place: Place) -> None:
    place.anna.unlink()
    place.anna.symlink_to("/nowhere/title_abstract.anna.xlsx")


@right()
def a_link_to_a_shared_folder(place: Place) -> None:
    shared = place.folder.parent / "shared"
    shared.mkdir()
    shutil.move(place.anna, shared / place.anna.name)
    place.anna.symlink_to(shared / place.anna.name)


@right()
def the_clock_goes_back(place: Place) -> None:
    os.utime(place.anna, (0, 0))


@right()
def the_clock_runs_ahead(place: Place) -> None:
    os.utime(place.anna, (4e9, 4e9))


@named("the sheet of ben")
def the_sheet_of_ben_saved_over_it(place: Place) -> None:
    shutil.copy(place.ben, place.anna)


@named("title_abstract.ben")
def the_table_of_ben_pasted_over_it(place: Place) -> None:
    table = pd.read_excel(
        place.ben, sheet_name="Title and abstract", dtype=str, keep_default_na=False, engine="openpyxl"
    )
    table.to_excel(place.anna, index=False)


@named("the sheet of")
def the_two_sheets_exchanged(place: Place) -> None:
    anna, ben = place.anna.read_bytes(), place.ben.read_bytes()
    place.anna.write_bytes(ben)
    place.ben.write_bytes(anna)


@named("title_abstract.ann\u00e1.xlsx")
def another_accent(place: Place) -> None:
    _copy(place, "title_abstract.ann\u00e1.xlsx")


@named(NOT_READ)
def a_name_in_letters_and_accents(place: Place) -> None:
    """As a Mac writes names: letters and accents apart."""
    _copy(place, unicodedata.normalize("NFD", "Überprüfung title_abstract.anna.xlsx"))


@named("crdownload")
def a_download_that_is_not_done(place: Place) -> None:
    place.folder.joinpath("title_abstract.anna.xlsx.crdownload").write_bytes(b"PK\x03\x04")


@right(start="new")
def first_answers_in_a_file_saved_anew(place: Place) -> None:
    """Another program writes a new file and renames it."""
    place.stage.decide("anna", *ANSWERS)
    new = place.folder.parent / "new.xlsx"
    shutil.copy(place.anna, new)
    new.replace(place.anna)
    for row, answer in enumerate(ANSWERS, start=2):
        place.meant[row]["decision"] = answer


@named("merge", "conflict")
def marks_of_git_in_the_file(place: Place) -> None:
    content = place.anna.read_bytes()
    place.anna.write_bytes(b"<<<<<<< HEAD\n" + content + b"=======\n" + content + b">>>>>>> anna\n")
