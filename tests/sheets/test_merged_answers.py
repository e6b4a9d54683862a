"""Records judged separately that later become one report: a disagreement is left to people, who can settle it."""

from __future__ import annotations

import openpyxl

ONE, TWO, THREE = "pubmed:000", "pubmed:001", "pubmed:002"


def join(stage, *others: str) -> None:
    """From now on the first record stands for these others as well."""
    queue = type(stage).queue

    def joined():
        table = queue(stage)
        table = table[~table["item_id"].isin(others)].reset_index(drop=True)
        table.loc[0, "members"] = "\n".join([ONE, *others])
        return table

    stage.queue = joined


def settle(stage, answer: str, *, row: int = -1) -> None:
    """Answer a row of the consensus sheet."""
    book = openpyxl.load_workbook(stage.path("consensus"))
    sheet = book.worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == "Settled")
    sheet.cell(sheet.max_row if row < 0 else row, column).value = answer
    book.save(stage.path("consensus"))


def disputed(stage) -> list[dict[str, str]]:
    head, *rows = stage.cells("consensus")
    return [dict(zip(head, row, strict=True)) for row in rows]


def verdict(stage, item: str = ONE) -> tuple[str, str, str]:
    table = stage.read().decisions
    place = table["item_id"].index(item)
    return tuple(table[name][place] for name in ("state", "decision", "settled_by"))


def judged(stage, anna: str, ben: str) -> None:
    """Answers of both to the first three records, as i, e, m or -."""
    words = {"i": "include", "e": "exclude", "m": "maybe", "-": ""}
    for who, text in (("anna", anna), ("ben", ben)):
        stage.decide(who, *(words[letter] for letter in text))


def test_agreed_opposites_go_to_the_panel_and_are_settled_in_the_consensus_sheet(stage):
    judged(stage, "iei", "iei")
    join(stage, TWO)
    assert verdict(stage) == ("conflict", "", "")
    stage.offer()
    (row,) = disputed(stage)
    assert row["Item"] == f"{ONE} = {TWO}"
    assert row["Anna says"] == row["Ben says"] == f"{ONE}: include; {TWO}: exclude"
    assert "one report now, judged apart" in row["Remark"]
    status = stage.read().status
    assert (status["conflict"], status["consensus"]["of"], status["consensus"]["decided"]) == (1, 1, 0)
    assert "Settle it in the consensus sheet, or give the rows the same answer" in status["problems"][0]["what"]

    settle(stage, "exclude")
    assert verdict(stage) == ("settled", "exclude", "consensus")
    stage.offer()
    assert [(row["Settled"], row["Remark"] or "") for row in disputed(stage)] == [("exclude", "")]
    assert stage.read().status["problems"] == []
    settle(stage, "include")
    assert verdict(stage) == ("settled", "include", "consensus")


def test_the_same_answer_in_both_rows_settles_it_too(stage):
    judged(stage, "iei", "iei")
    join(stage, TWO)
    assert verdict(stage)[0] == "conflict"
    judged(stage, "eei", "eei")
    assert verdict(stage) == ("settled", "exclude", "agreement")


def test_a_consensus_from_before_they_were_one_does_not_win_silently(stage):
    judged(stage, "iei", "eei")
    stage.offer()
    settle(stage, "include")
    assert verdict(stage) == ("settled", "include", "consensus")
    join(stage, TWO)
    assert verdict(stage) == ("conflict", "", "")
    stage.offer()
    assert [row["Item"] for row in disputed(stage)] == [ONE, f"{ONE} = {TWO}"]
    settle(stage, "include")
    assert verdict(stage) == ("settled", "include", "consensus")


def test_the_same_decision_on_both_is_inherited(stage):
    judged(stage, "iii", "eii")
    stage.offer()
    settle(stage, "include")
    join(stage, TWO)
    assert verdict(stage) == ("settled", "include", "consensus"), "Ben was outvoted on one, and agrees on the other"
    assert stage.read().status["problems"] == []


def test_a_decided_record_and_one_that_waits(stage):
    judged(stage, "i-i", "i-i")
    join(stage, TWO)
    assert verdict(stage) == ("settled", "include", "agreement")
    judged(stage, "imi", "i-i")
    assert verdict(stage) == ("settled", "include", "agreement"), "maybe goes on like include"
    judged(stage, "iei", "i-i")
    assert verdict(stage) == ("conflict", "", ""), "half an answer against a decision is still for people"


def test_maybe_and_include_of_one_reviewer_do_not_differ(stage):
    judged(stage, "imi", "-ii")
    join(stage, TWO)
    assert verdict(stage) == ("settled", "include", "agreement")


def test_an_ordinary_disagreement_stays_one(stage):
    judged(stage, "i-i", "-ei")
    join(stage, TWO)
    assert verdict(stage) == ("conflict", "", "")
    stage.offer()
    assert [(row["Item"], row["Ben says"]) for row in disputed(stage)] == [(ONE, "exclude")]
    settle(stage, "exclude")
    assert verdict(stage) == ("settled", "exclude", "consensus")


def test_a_third_record_asks_again_only_when_it_differs(stage):
    judged(stage, "iee", "iee")
    join(stage, TWO)
    stage.offer()
    settle(stage, "exclude")
    join(stage, TWO, THREE)
    assert verdict(stage) == ("settled", "exclude", "consensus"), "the third was excluded as well"
    judged(stage, "iei", "iei")
    assert verdict(stage) == ("conflict", "", "")
    stage.offer()
    assert disputed(stage)[-1]["Item"] == f"{ONE} = {TWO} = {THREE}"
    settle(stage, "include")
    assert verdict(stage) == ("settled", "include", "consensus")


def test_rows_that_agree_against_the_adjudicator_are_a_conflict_again(stage):
    judged(stage, "iei", "iei")
    join(stage, TWO)
    stage.offer()
    settle(stage, "exclude")
    judged(stage, "iii", "iii")
    assert verdict(stage) == ("conflict", "", "")
    settle(stage, "include")
    assert verdict(stage) == ("settled", "include", "consensus")


def test_a_cluster_that_is_split_again_gives_each_record_its_own_decision(stage):
    judged(stage, "iei", "iei")
    join(stage, TWO)
    stage.offer()
    settle(stage, "exclude")
    stage.read()
    del stage.queue
    assert verdict(stage, ONE) == ("settled", "include", "agreement")
    assert verdict(stage, TWO) == ("settled", "exclude", "agreement")


def test_a_single_reviewer_gives_both_rows_the_same_answer(stage, tmp_path):
    stage = type(stage)(tmp_path / "alone", reviewers=["anna"])
    stage.offer()
    stage.decide("anna", "include", "exclude")
    join(stage, TWO)
    reading = stage.read()
    assert reading.status["problems"][0]["what"].endswith("Give the rows the same answer.")
    stage.decide("anna", "exclude", "exclude")
    assert verdict(stage) == ("settled", "exclude", "single")
