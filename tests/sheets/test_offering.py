"""What the workflow writes into sheets: rows are added, never removed, moved or overwritten."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from prismake.core.errors import SheetError
from prismake.kept import sheet_state


def people(stage):
    return sheet_state.state(stage.name, ["anna", "ben"], stage.folder)


def test_titles_that_look_like_formulas_are_text(stage):
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    titles = [row[2] for row in sheet.iter_rows(min_row=2)]
    assert all(cell.data_type == "s" for cell in titles)
    assert titles[1].value == '=HYPERLINK("http://example.org")'
    assert titles[1].quotePrefix
    assert "\x0b" not in titles[6].value


def test_only_the_count_is_a_formula(stage):
    for sheet in openpyxl.load_workbook(stage.path("anna")).worksheets:
        formulas = [cell.value for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert len(formulas) == (0 if sheet.title == "Lists" else 1)


def test_a_sheet_offered_twice_is_unchanged(stage):
    before = stage.path("anna").read_bytes()
    stage.offer()
    assert stage.path("anna").read_bytes() == before


def test_the_workflows_own_writing_is_no_edit_and_an_edit_always_is(stage):
    offered = people(stage)
    assert set(offered.values()) == {""}
    stage.decide("anna", "include")
    edited = people(stage)
    assert edited["title_abstract.anna.xlsx"]
    stage.items.append("pubmed:100")
    stage.offer()
    assert people(stage) == edited, "adding a row is not an edit"
    stage.decide("anna", "exclude")
    assert people(stage) != edited


def test_new_rows_come_below_and_what_people_did_stays(stage):
    def dress(sheet):
        sheet.column_dimensions["B"].width = 77
        sheet["B3"].fill = PatternFill("solid", fgColor="FF00FF")
        sheet["B4"].comment = Comment("ask Ben", "anna")
        sheet.cell(1, sheet.max_column + 1).value = "My column"
        sheet.cell(2, sheet.max_column).value = "mine"
        sheet.row_dimensions[5].hidden = True
        sheet["E2"].value = "include"

    stage.edit("anna", dress)
    before = stage.cells("anna")
    stage.items += ["pubmed:100", "pubmed:101"]
    stage.offer()
    after = stage.cells("anna")
    assert [row[: len(before[0])] for row in after[: len(before)]] == before
    assert [row[0] for row in after[len(before) :]] == ["pubmed:100", "pubmed:101"]
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    assert sheet.column_dimensions["B"].width == 77
    assert sheet["B3"].fill.fgColor.rgb.endswith("FF00FF")
    assert sheet["B4"].comment.text.endswith("ask Ben")
    assert sheet.row_dimensions[5].hidden
    (table,) = sheet.tables.values()
    assert table.ref.endswith(str(len(after))), "rows below belong to the table, and are sorted with it"
    assert list(stage.folder.glob("history/title_abstract.anna.*.xlsx")), "the sheet as it was is kept"


def test_moved_columns_get_their_new_rows_in_the_right_places(stage):
    def move(sheet):
        values = [list(row) for row in sheet.iter_rows(values_only=True)]
        order = [4, 1, 3, 2, 0, *range(5, len(values[0]))]
        for number, row in enumerate(values, start=1):
            for place, column in enumerate(order, start=1):
                sheet.cell(number, place).value = row[column]

    stage.edit("anna", move)
    stage.items.append("pubmed:100")
    stage.offer()
    last = stage.cells("anna")[-1]
    assert (last[0], last[3]) == ("pubmed:100", "@home treatment (100)")
    assert last[1] is None


def test_a_deleted_row_comes_back_undecided(stage):
    stage.decide("anna", *["include"] * 8)
    stage.read()
    stage.edit("anna", lambda sheet: sheet.delete_rows(4))
    stage.offer()
    rows = stage.cells("anna")
    assert sorted(row[0] for row in rows[1:]) == stage.items
    assert rows[-1][0] == "pubmed:002"
    assert stage.read().status["reviewers"]["anna"]["decided"] == 7


def test_a_row_that_is_no_longer_wanted_is_marked_and_unmarked(stage):
    stage.decide("anna", *["include"] * 8)
    gone = stage.items.pop(3)
    stage.offer()
    remark = {row[0]: row[-2] for row in stage.cells("anna")[1:]}
    assert remark[gone] == "no longer needed"
    assert sum(value is not None for value in remark.values()) == 1
    stage.items.insert(3, gone)
    stage.offer()
    assert not any(row[-2] for row in stage.cells("anna")[1:])
    assert stage.read().status["reviewers"]["anna"]["decided"] == 8


@pytest.mark.parametrize("mark", ["~${}", ".~lock.{}#"])
def test_an_open_sheet_is_left_alone_and_gets_its_rows_later(stage, mark):
    lock = stage.folder / mark.format("title_abstract.anna.xlsx")
    lock.write_bytes(b"anna")
    before, planned = stage.path("anna").read_bytes(), people(stage)
    stage.items.append("pubmed:100")
    stage.offer()
    assert stage.path("anna").read_bytes() == before
    assert stage.read().status["reviewers"]["anna"]["waiting"] == 1
    assert people(stage) == planned, "nothing runs while the sheet stays open"
    lock.unlink()
    closed = people(stage)
    assert closed != planned, "closing the program is an event"
    stage.offer()
    assert len(stage.cells("anna")) == 10
    assert people(stage) == closed, "and is seen once"
    assert "waiting" not in stage.read().status["reviewers"]["anna"]


def test_a_filled_sheet_that_is_gone_is_never_replaced_by_an_empty_one(stage):
    stage.decide("anna", "include")
    stage.offer()
    stage.items.append("pubmed:100")
    stage.offer()
    stage.path("anna").unlink()
    with pytest.raises(SheetError, match="was filled in and is gone"):
        stage.offer()
    assert not stage.path("anna").exists()


def test_an_untouched_sheet_that_is_gone_is_offered_again(stage):
    stage.path("anna").unlink()
    stage.offer()
    assert len(stage.cells("anna")) == 9


def test_the_consensus_sheet_holds_disagreements_only(stage):
    stage.decide("anna", "include", "include", "exclude", "maybe")
    stage.decide("ben", "include", "exclude", "exclude", "exclude")
    stage.offer()
    rows = stage.cells("consensus")
    assert [row[0] for row in rows[1:]] == ["pubmed:001", "pubmed:003"]
    head = rows[0]
    assert rows[1][head.index("Anna says")] == "include"
    assert rows[1][head.index("Ben says")] == "exclude"


def test_temporary_files_do_not_stay(stage):
    assert not [path for path in stage.folder.rglob("*") if path.name.endswith(".tmp")]


@pytest.mark.parametrize("way", ["parts", "loaded", "rebuilt"])
def test_a_sheet_that_is_saved_while_rows_are_added_is_not_written_over(stage, monkeypatch, way):
    """A person saves between the reading of the sheet and the writing of its new rows."""
    from prismake.sheets import growing, offering
    from prismake.sheets.package import UnknownStructure

    load, append = growing._load, offering.append_rows

    def somebody_saves_first(table, *arguments):
        if way != "parts":
            raise UnknownStructure("another")
        if table.path.name == "title_abstract.anna.xlsx":
            stage.decide("anna", "include", "exclude")
        append(table, *arguments)

    def somebody_saves(path, sheet_name):
        if path.name == "title_abstract.anna.xlsx":
            stage.decide("anna", "include", "exclude")
        if way == "rebuilt":
            raise ValueError("cannot be loaded")
        return load(path, sheet_name)

    monkeypatch.setattr(growing, "_load", somebody_saves)
    monkeypatch.setattr(offering, "append_rows", somebody_saves_first)
    stage.items.append("pubmed:100")
    stage.offer()
    monkeypatch.setattr(growing, "_load", load)
    monkeypatch.setattr(offering, "append_rows", append)
    assert stage.read().decisions["decision.anna"][:3] == ["include", "exclude", ""]
    assert len(stage.cells("anna")) == 9, "the new row waits"
    stage.offer()
    assert [row[0] for row in stage.cells("anna")[1:]] == stage.items
    assert stage.read().decisions["decision.anna"][:3] == ["include", "exclude", ""]
