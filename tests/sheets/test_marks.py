"""Rows say whose they are: of which review, which stage, which person."""

from __future__ import annotations

import shutil

import openpyxl
import pytest
from damage import drop_other_sheets, rename
from prismake.kept.sheet_state import accept, begin, read_book, state_file
from prismake.sheets.marks import mark_of, marked, review_id, take_off_marks
from sheet_stage import Stage

CONFIG = {"title": "t", "question": "q", "criteria": {}, "reviewers": ["anna", "ben"]}


def test_a_mark_tells_review_stage_and_person():
    review = review_id("title_abstract", CONFIG, ["pubmed:1", "pubmed:2"])
    assert review == review_id("title_abstract", CONFIG, ["pubmed:2", "pubmed:1"])
    others = [
        review_id("full_text", CONFIG, ["pubmed:1", "pubmed:2"]),
        review_id("title_abstract", {**CONFIG, "title": "u"}, ["pubmed:1", "pubmed:2"]),
        review_id("title_abstract", CONFIG, ["pubmed:1"]),
    ]
    assert len({review, *others}) == 4
    assert mark_of(review, "title_abstract", "anna") != mark_of(review, "title_abstract", "ben")
    assert mark_of(review, "title_abstract", "jose\u0301") == mark_of(review, "title_abstract", "jos\u00e9")


def test_marks_are_taken_off():
    rows = [(2, {"Check": marked("0123ab-4567", "89abcdef")}), (3, {"Check": "89abcdef"}), (4, {"Check": 12345678.0})]
    assert take_off_marks(rows) == {"0123ab-4567": [2], "": [3]}
    assert [row["Check"] for _, row in rows] == ["89abcdef", "89abcdef", 12345678.0]


def only_table(path):
    book = openpyxl.load_workbook(path)
    drop_other_sheets(book.worksheets[1])
    book.save(path)


def problem(stage: Stage) -> str:
    (problem,) = stage.read().status["problems"]
    return problem["what"]


def test_another_persons_table_saved_over_ones_own_without_its_first_page(stage):
    stage.decide("anna", *["include"] * 8)
    stage.decide("ben", *["exclude"] * 8)
    stage.read()
    shutil.copy(stage.path("ben"), stage.path("anna"))
    only_table(stage.path("anna"))
    assert "8 of its rows come from the sheet title_abstract.ben, by the column “Check” (" in problem(stage)
    assert list(stage.read().decisions["decision.anna"]) == ["include"] * 8


def test_some_rows_of_another_person_pasted_in(stage):
    stage.decide("ben", *["exclude"] * 8)
    row = [cell.value for cell in openpyxl.load_workbook(stage.path("ben")).worksheets[1][3]]

    def paste(sheet):
        for place, value in enumerate(row, start=1):
            sheet.cell(3, place).value = value

    stage.edit("anna", paste)
    assert "one row comes from the sheet title_abstract.ben" in problem(stage)


def test_a_sheet_of_another_review_with_the_same_records(stage, tmp_path):
    other = Stage(tmp_path / "other", title="Another review")
    other.offer()
    other.decide("anna", *["include"] * 8)
    shutil.copy(other.path("anna"), stage.path("anna"))
    assert "8 of its rows come from a sheet of another review" in problem(stage)
    assert list(stage.read().decisions["decision.anna"]) == [""] * 8


def test_a_sheet_of_another_stage(tmp_path):
    merges = Stage(tmp_path / "sheets", "duplicates")
    merges.offer()
    stage = Stage(tmp_path / "sheets", "merges")
    stage.offer()
    shutil.copy(merges.path("anna"), stage.path("anna"))
    stage.edit("anna", rename("Same report?", next(field.label for field in stage.load().setup.form.fields)))
    assert "from the sheet duplicates.anna" in problem(stage)


def test_a_sheet_that_was_handed_over_is_accepted_once_and_for_all(stage):
    stage.decide("anna", *["include"] * 8)
    shutil.copy(stage.path("anna"), stage.path("ben"))
    assert "by its first page this is the sheet of anna, not of ben" in problem(stage)
    accept(stage.path("ben"))
    stage.items.append("pubmed:100")
    stage.offer()
    assert not stage.read().status["problems"]
    stage.decide("ben", *["exclude"] * 2, *["include"] * 6)
    reading = stage.read()
    assert not reading.status["problems"]
    assert list(reading.decisions["decision.ben"]) == [*["exclude"] * 2, *["include"] * 6, ""]


def test_the_protocol_and_the_queue_may_change(stage):
    stage.decide("anna", *["include"] * 8)
    stage.config["title"] = "A better title"
    stage.items.append("pubmed:100")
    stage.offer()
    assert not stage.read().status["problems"]
    assert list(stage.read().decisions["decision.anna"]) == [*["include"] * 8, ""]


@pytest.fixture
def older(tmp_path):
    """Sheets that prismake 0.1 handed out: their checks have the last part alone, and no id was kept."""
    stage = Stage(tmp_path / "sheets")
    stage.offer()

    def unmark(sheet):
        column = next(cell.column for cell in sheet[1] if cell.value == "Check")
        for row in range(2, 10):
            sheet.cell(row, column).value = sheet.cell(row, column).value.rpartition("-")[2]

    for who in ("anna", "ben"):
        stage.edit(who, unmark)
    file = state_file(stage.name, stage.folder)
    file.write_text('{"sheets": {"title_abstract.anna.xlsx": {"bytes": null, "people": ""}}}')
    return stage


def test_sheets_handed_out_before_rows_had_marks_are_read(older):
    older.decide("anna", *["include"] * 8)
    older.items.append("pubmed:100")
    older.offer()
    reading = older.read()
    assert not reading.status["problems"]
    assert list(reading.decisions["decision.anna"]) == [*["include"] * 8, ""]
    checks = [str(row[-1]) for row in older.cells("anna")[1:]]
    assert ["-" in check for check in checks] == [*[False] * 8, True]


def test_rows_without_marks_are_of_another_review_where_every_row_has_one(older, tmp_path):
    stage = Stage(tmp_path / "new", title="Another review")
    stage.offer()
    shutil.copy(older.path("anna"), stage.path("anna"))
    assert "8 of its rows come from a sheet that does not say of which review it is" in problem(stage)


def test_a_lost_list_of_workbooks_gets_the_id_back_from_the_rows(stage):
    stage.decide("anna", *["include"] * 8)
    review = read_book(stage.name, stage.folder)["review"]
    state_file(stage.name, stage.folder).unlink()
    stage.config["title"] = "A better title"
    assert not stage.read().status["problems"]
    stage.offer()
    assert read_book(stage.name, stage.folder)["review"] == review


def test_the_first_id_stays(stage):
    review = read_book(stage.name, stage.folder)["review"]
    begin(stage.name, "000000", stage.folder)
    assert read_book(stage.name, stage.folder)["review"] == review
