"""Pairs of records: answers that outlive the queue, rows that people type in, and lists that need no answer."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from prismake.report.status import rows

COLUMNS = ("title", "first", "second", "rule", "differences", "members")


@pytest.fixture
def pairs(stage, tmp_path):
    """Makes a stage whose queue holds pairs; ``members`` are other pairs that a pair stands for."""

    class PairStage(type(stage)):
        def queue(self):
            rows = [{"title": f"Titles of {item}", "members": self.members.get(item, "")} for item in self.items]
            return (
                pd.DataFrame(rows, index=self.items, columns=COLUMNS, dtype=object)
                .fillna("")
                .rename_axis("item_id")
                .reset_index()
            )

    def make(name, *items):
        made = PairStage(tmp_path / "pairs", name, 0)
        made.items, made.members = list(items), {}
        made.offer()
        return made

    return make


def answer(stage, who, **given):
    """Set answers by the letters of a pair (``ab`` is a:1|b:1), typing in the row where there is none."""

    def change(sheet):
        head = {cell.value: cell.column for cell in sheet[1]}
        rows = {sheet.cell(number, head["Item"]).value: number for number in range(2, sheet.max_row + 1)}
        for letters, word in given.items():
            item = "|".join(f"{letter}:1" for letter in letters)
            number = rows.setdefault(item, 2 + sum(one is not None for one in rows))
            sheet.cell(number, head["Item"]).value = item
            sheet.cell(number, head["Same report?"]).value = word or None

    stage.edit(who, change)


def said(reading):
    rows = (dict(zip(reading.decisions.columns, row, strict=True)) for row in reading.decisions.rows)
    return {row["item_id"]: (row["state"], row["same"]) for row in rows}


def test_an_answer_stays_in_force_when_its_pair_leaves_the_queue(pairs):
    stage = pairs("duplicates", "a:1|b:1", "c:1|d:1")
    for who in ("anna", "ben"):
        answer(stage, who, ab="same", cd="different")
    before = said(stage.read())
    stage.items = []
    stage.offer()
    assert said(stage.read()) == before == {"a:1|b:1": ("settled", "same"), "c:1|d:1": ("settled", "different")}
    remarks = [row[-2] for row in stage.cells("anna")[1:3]]
    assert remarks == [None, None], "answered rows are needed"
    stage.path("anna").write_bytes(b"broken")
    assert said(stage.read()) == before


def test_an_answer_counts_for_the_pair_that_stands_for_it_now(pairs):
    stage = pairs("duplicates", "b:1|c:1")
    for who in ("anna", "ben"):
        answer(stage, who, bc="same")
    stage.read()
    stage.items = ["a:1|c:1"]  # a:1 has joined b:1
    stage.members = {"a:1|c:1": "b:1|c:1"}
    stage.offer()
    assert said(stage.read()) == {"a:1|c:1": ("settled", "same")}


def test_a_typed_pair_is_offered_to_the_others_and_needs_them(pairs):
    stage = pairs("duplicates")
    answer(stage, "anna", xy="same")
    assert said(stage.read()) == {"x:1|y:1": ("undecided", "")}
    stage.offer()
    assert stage.cells("ben")[1][0] == "x:1|y:1"
    answer(stage, "ben", xy="different")
    assert said(stage.read()) == {"x:1|y:1": ("conflict", "")}
    answer(stage, "anna", xy="")
    answer(stage, "ben", xy="")
    assert said(stage.read()) == {}, "taken back"


def test_typed_slips_are_told_and_count_for_nothing(pairs):
    stage = pairs("duplicates")
    answer(stage, "anna", xy="perhaps", z="same")
    answer(stage, "ben", xy="same")
    reading = stage.read()
    assert said(reading) == {"x:1|y:1": ("problem", "")}
    told = [f"{one['where']}: {one['what']}" for one in reading.status["problems"]]
    assert any("“perhaps” is not an answer" in text for text in told)
    assert any("“z:1” is not a pair of records" in text for text in told)


def test_nobody_has_to_answer_the_list_of_merges(pairs):
    stage = pairs("merges", "a:1|b:1", "c:1|d:1", "e:1|f:1")
    reading = stage.read()
    assert set(said(reading).values()) == {("settled", "")}
    assert reading.status["open"] == 0
    assert reading.status["reviewers"]["anna"]["decided"] == 3
    line = rows([reading.status])[0]
    assert (line["file"], line["remark"].partition(":")[0]) == ("", "nothing has to be done; to look through")
    answer(stage, "anna", ab="different", cd="different", ef="perhaps")
    answer(stage, "ben", cd="same")
    reading = stage.read()
    assert said(reading) == {
        "a:1|b:1": ("settled", "different"),
        "c:1|d:1": ("conflict", ""),
        "e:1|f:1": ("problem", ""),
    }
    stage.offer()
    book = openpyxl.load_workbook(stage.path("consensus")).worksheets[1]
    assert [book.cell(2, 2).value, book.cell(3, 2).value] == ["c:1|d:1", None]
