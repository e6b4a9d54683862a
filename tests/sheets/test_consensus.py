"""The sheet of disagreements: answers side by side, with or without names, and always up to date."""

from __future__ import annotations

import openpyxl
import pytest


@pytest.fixture
def blind(new_stage):
    made = new_stage(items=12, consensus="blinded")
    made.offer()
    return made


def disagree(stage, first="include", second="exclude"):
    stage.decide("anna", *[first] * len(stage.items))
    stage.decide("ben", *[second] * len(stage.items))
    stage.offer()


def table(stage):
    head, *rows = stage.cells("consensus")
    return {row[0]: dict(zip(head, row, strict=True)) for row in rows}


def note(stage, who, text):
    def change(sheet):
        column = next(cell.column for cell in sheet[1] if cell.value == "Note")
        sheet.cell(2, column).value = text

    stage.edit(who, change)


def test_answers_and_notes_stand_side_by_side(stage):
    note(stage, "anna", "children too\nsee page 3 😀")
    note(stage, "ben", "-5 points: too small")
    disagree(stage)
    row = table(stage)["pubmed:000"]
    assert (row["Anna says"], row["Ben says"]) == ("include", "exclude")
    assert (row["Anna notes"], row["Ben notes"]) == ("children too\nsee page 3 😀", "-5 points: too small")
    assert table(stage)["pubmed:001"]["Anna notes"] is None and row["Allowed"] == "include, exclude, maybe"
    cell = next(
        cell
        for line in openpyxl.load_workbook(stage.path("consensus")).worksheets[1]
        for cell in line
        if cell.value == "-5 points: too small"
    )
    assert cell.data_type == "s", "a note never becomes a formula"


def test_a_blinded_sheet_names_nobody_and_mixes_the_order(blind):
    note(blind, "anna", "unsure")
    disagree(blind)
    rows = table(blind)
    assert not [head for head in rows["pubmed:000"] if "nna" in head or "en says" in head]
    said = [(row["Reviewer 1 says"], row["Reviewer 2 says"]) for row in rows.values()]
    assert set(said) == {("include", "exclude"), ("exclude", "include")}, "anna is not always the first"
    voice = next(number for number in (1, 2) if rows["pubmed:000"][f"Reviewer {number} says"] == "include")
    assert rows["pubmed:000"][f"Reviewer {voice} notes"] == "unsure", "a note stands with the answer of its author"
    blind.path("consensus").unlink()
    blind.offer()
    assert table(blind) == rows, "the same review gives the same order"


def test_a_blinded_disagreement_is_settled_and_history_names_everyone(blind):
    disagree(blind)

    def settle(sheet):
        column = next(cell.column for cell in sheet[1] if cell.value == "Settled")
        for number in range(2, 14):
            sheet.cell(number, column).value = "exclude"

    blind.edit("consensus", settle)
    reading = blind.read()
    assert set(reading.decisions["settled_by"]) == {"consensus"}
    assert list(reading.decisions["decision.anna"]) == ["include"] * 12
    assert reading.agreement["decision"]["reviewers"] == ["anna", "ben"]


@pytest.mark.parametrize(("before", "after"), [("named", "blinded"), ("blinded", "named")])
def test_changing_the_key_breaks_no_sheet_that_was_handed_out(new_stage, before, after):
    stage = new_stage(items=6, consensus=before)
    stage.offer()
    disagree(stage)
    settled = {"pubmed:001": "exclude"}

    def settle(sheet):
        heads = {cell.value: cell.column for cell in sheet[1]}
        for number in range(2, 8):
            sheet.cell(number, heads["Settled"]).value = settled.get(sheet.cell(number, 2).value)

    stage.edit("consensus", settle)
    old = table(stage)
    stage.config["consensus"] = after
    assert stage.read().status["settled"] == 1, "what was settled under the other headings counts"
    stage.items.append("pubmed:100")
    stage.offer()
    stage.decide("anna", *["include"] * 7)
    stage.decide("ben", *["exclude"] * 7)
    stage.offer()
    now = table(stage)
    assert all(now[item].items() >= row.items() for item, row in old.items()), "nothing that was there is changed"
    fresh = {value for head, value in now["pubmed:100"].items() if head.endswith("says")}
    assert {"include", "exclude"} <= fresh, "new rows say what was said, under the new headings"
    reading = stage.read()
    assert reading.status["settled"] == 1 and not reading.status["problems"]
    before_again = stage.path("consensus").read_bytes()
    stage.offer()
    assert stage.path("consensus").read_bytes() == before_again


def test_what_is_said_is_kept_up_to_date_and_is_no_edit(stage):
    disagree(stage, first="maybe")
    assert table(stage)["pubmed:003"]["Anna says"] == "maybe"
    stage.decide("anna", *["include"] * 8)
    stage.offer()
    assert {row["Anna says"] for row in table(stage).values()} == {"include"}
    bytes_now = stage.path("consensus").read_bytes()
    stage.offer()
    assert stage.path("consensus").read_bytes() == bytes_now


def test_a_settled_row_keeps_what_was_said_when_it_was_settled(stage):
    disagree(stage)

    def settle(sheet):
        heads = {cell.value: cell.column for cell in sheet[1]}
        sheet.cell(2, heads["Settled"]).value = "include"

    stage.edit("consensus", settle)
    stage.decide("ben", "maybe", *["exclude"] * 7)
    stage.offer()
    assert table(stage)["pubmed:000"]["Ben says"] == "exclude"


def test_five_reviewers_blinded_are_read_back_from_a_sheet_with_names(new_stage):
    people = ["anna", "ben", "cleo", "dora", "emil"]
    stage = new_stage(items=3, reviewers=people)
    stage.offer()
    for who in people:
        stage.decide(who, *["include" if who == "cleo" else "exclude"] * 3)
    stage.offer()
    stage.config["consensus"] = "blinded"
    stage.offer()
    assert not stage.read().status["problems"]
    assert [row["Reviewer 5 says"] is not None for row in table(stage).values()] == [True] * 3


def test_a_sheet_that_exists_gains_what_is_shown_now_and_not_what_was_deleted(stage, monkeypatch):
    """The first offer is of a form that showed neither the year nor the journal."""
    from prismake.sheets import layout

    stage.links = {(item, name): f"{name} of {item}" for item in stage.items for name in ("year", "journal")}
    all_columns = layout.consensus_columns

    def fewer(form, names):
        return [column for column in all_columns(form, names) if column.key not in ("year", "journal")]

    monkeypatch.setattr("prismake.sheets.setup.consensus_columns", fewer)
    disagree(stage)
    assert "Year" not in table(stage)["pubmed:000"]
    monkeypatch.setattr("prismake.sheets.setup.consensus_columns", all_columns)
    stage.offer()
    rows = table(stage)
    assert {row["Year"] for row in rows.values()} == {f"year of {item}" for item in stage.items}
    assert stage.load().tables["consensus"].headers["Year"] > stage.load().tables["consensus"].headers["Check"]

    def delete(sheet):
        sheet.delete_cols(next(cell.column for cell in sheet[1] if cell.value == "Year"))

    stage.offer()
    stage.edit("consensus", delete)
    stage.items.append("pubmed:100")
    stage.offer()
    assert "Year" not in table(stage)["pubmed:000"], "what people have deleted stays away"


def test_what_was_settled_of_an_item_that_nobody_asks_about_now_is_no_problem(new_stage):
    """Its own answers, which the letter was one of, are known no longer."""
    stage = new_stage("appraisal")
    stage.offer()
    stage.decide("anna", "a", header="Answer")
    stage.decide("ben", "b", header="Answer")
    stage.offer()
    stage.decide("consensus", "c", header="Settled")
    assert stage.read().decisions["answer"][0] == "c"
    item = stage.items.pop(0)
    reading = stage.read()
    assert reading.status["problems"] == []
    stage.items.insert(0, item)
    assert stage.read().decisions["answer"][0] == "c"
