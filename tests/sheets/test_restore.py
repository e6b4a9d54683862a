"""A way back: each message names a file that exists and holds the answers, and ``restore`` brings them back."""

from __future__ import annotations

import re
import shutil

import pytest
from prismake.core.errors import SheetError
from prismake.kept.answers import read_snapshot
from prismake.kept.sheet_copies import copies
from prismake.kept.way_back import way_back
from prismake.sheets.restore import SheetOf, carry_out, plan


def sheet_of(stage, who="anna", notes=None):
    queue = {row["item_id"]: row for row in stage.queue().to_dict("records")}
    return SheetOf(stage.name, who, stage.config, queue, notes or {}, stage.folder)


@pytest.fixture
def read(stage):
    """A stage in which anna has answered, changed her mind twice, and been read each time."""
    for answers in (("include",), ("include", "exclude"), ("maybe", "exclude", "include")):
        stage.decide("anna", *answers)
        stage.read()
    return stage


ANSWERS = {
    "pubmed:000": {"decision": "maybe"},
    "pubmed:001": {"decision": "exclude"},
    "pubmed:002": {"decision": "include"},
}


def test_each_reading_with_other_answers_keeps_the_sheet_as_it_was_read(read):
    known = copies(read.path("anna"))
    assert len(known) == 3 and not copies(read.path("ben"))
    read.read()
    assert len(copies(read.path("anna"))) == 3, "nothing has changed since"
    assert sheet_of(read).answers_in(known[0].path) == ANSWERS
    assert len(sheet_of(read).answers_in(known[1].path)) == 2


def half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path):
    path.write_bytes(b"")


def another_file(path):
    path.write_text("see my mail", encoding="utf-8")


def no_headers(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    for cell in book.worksheets[1][1]:
        cell.value = None
    book.save(path)


def one_header_gone(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    next(cell for cell in book.worksheets[1][1] if cell.value == "Decision").value = "My view"
    book.save(path)


def titles_sorted_alone(path):
    import openpyxl

    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == "Check")
    values = [sheet.cell(row, column).value for row in range(2, sheet.max_row + 1)]
    for row, value in enumerate(sorted(values), start=2):
        sheet.cell(row, column).value = value
    book.save(path)


def gone(path):
    path.unlink()


def of_somebody_else(path):
    shutil.copyfile(path.with_name(path.name.replace("anna", "ben")), path)


DAMAGE = (half, empty, another_file, no_headers, one_header_gone, titles_sorted_alone, gone, of_somebody_else)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
@pytest.mark.parametrize("with_copies", [True, False], ids=["copies", "no copies"])
def test_what_a_message_names_is_there_and_restore_brings_the_answers_back(read, damage, with_copies):
    read.offer()
    if not with_copies:
        for copy in copies(read.path("anna")):
            copy.path.unlink()
    path = read.path("anna")
    damage(path)
    broken = path.read_bytes() if path.exists() else None
    (problem,) = (one for one in read.read().status["problems"] if "anna" in one["where"])
    assert f"type: prismake restore {path.as_posix()}" in problem["what"]
    source = re.search(r"go back to (\S+\.xlsx),|which are in (\S+\.json),", problem["what"])
    file = read.folder / "history" / (source[1] or source[2]).rpartition("/")[2]
    assert file.is_file() and bool(source[1]) == with_copies
    assert read_snapshot(read.name, read.folder)["anna"] == ANSWERS, "the answers read last stay in force"

    planned = plan(sheet_of(read, notes={"pubmed:001": "seen"}))
    assert (planned.source == file) == with_copies
    assert planned.changes
    aside = carry_out(planned)
    assert [kept.read_bytes() for kept in aside] == ([broken] if broken is not None else [])
    assert sheet_of(read).answers_in(path) == ANSWERS
    problems = [one for one in read.read().status["problems"] if "anna" in one["where"]]
    assert not problems
    assert read_snapshot(read.name, read.folder)["anna"] == ANSWERS
    read.offer()
    assert len(read.cells("anna")) == 1 + len(read.items)


def test_what_would_change_is_said_and_nothing_is_written(read):
    read.decide("anna", "exclude", "exclude", "", "include")
    before = {path: path.read_bytes() for path in read.folder.rglob("*") if path.is_file()}
    planned = plan(sheet_of(read))
    assert planned.changes == (
        "pubmed:000, decision: exclude → maybe".replace("decision", "Decision"),
        "pubmed:002, Decision: (no answer) → include",
        "pubmed:003, Decision: include → (no answer)",
    )
    assert {path: path.read_bytes() for path in read.folder.rglob("*") if path.is_file()} == before


def test_restored_twice_is_restored_once(read):
    half(read.path("anna"))
    assert carry_out(plan(sheet_of(read)))
    known = sorted(read.folder.rglob("*"))
    assert not carry_out(plan(sheet_of(read)))
    assert sorted(read.folder.rglob("*")) == known


def test_an_earlier_copy_is_taken_on_demand(read):
    earlier = copies(read.path("anna"))[1].path
    planned = plan(sheet_of(read), earlier)
    carry_out(planned)
    assert read.path("anna").read_bytes() == earlier.read_bytes()
    earlier.write_bytes(b"")
    with pytest.raises(SheetError, match="Take another copy"):
        plan(sheet_of(read), earlier)


def test_two_edited_files_become_one(read):
    path = read.path("anna")
    shutil.copyfile(path, path.with_suffix(".xlsm"))
    path.with_suffix(".xlsm").write_bytes(b"something else")
    assert len(carry_out(plan(sheet_of(read)))) == 2
    assert path.is_file() and not path.with_suffix(".xlsm").exists()


def test_an_open_sheet_is_left_alone(read):
    path = read.path("anna")
    (path.parent / f".~lock.{path.name}#").touch()
    with pytest.raises(SheetError, match="Close it and try again"):
        plan(sheet_of(read))


def test_answers_to_items_that_nobody_asks_about_now_come_back_too(read):
    read.items.remove("pubmed:002")
    for copy in copies(read.path("anna")):
        copy.path.unlink()
    half(read.path("anna"))
    carry_out(plan(sheet_of(read)))
    assert sheet_of(read).answers_in(read.path("anna")) == ANSWERS


def test_what_was_settled_by_the_adjudicator_comes_back(stage):
    stage.decide("anna", "include", "exclude")
    stage.decide("ben", "exclude", "exclude")
    stage.offer()
    stage.read()
    stage.offer()
    stage.decide("consensus", "include", header="Settled")
    stage.read()
    settled = {"pubmed:000": {"decision": "include"}}
    for with_copies in (True, False):
        if not with_copies:
            for copy in copies(stage.path("consensus")):
                copy.path.unlink()
        empty(stage.path("consensus"))
        carry_out(plan(sheet_of(stage, "consensus")))
        stage.offer()
        assert stage.read().status["consensus"]["decided"] == 1
        assert read_snapshot(stage.name, stage.folder)["consensus"] == settled
        assert "Anna says" in stage.cells("consensus")[0]


def test_a_sheet_without_any_answer_is_made_anew(stage):
    empty(stage.path("ben"))
    assert "No answers had been read from it" in way_back(stage.path("ben"))
    carry_out(plan(sheet_of(stage, "ben")))
    stage.offer()
    assert not stage.read().status["problems"]
    assert len(stage.cells("ben")) == 1 + len(stage.items)
