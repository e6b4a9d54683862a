"""A trial judged with RoB 2 in real sheets: what is asked, what is proposed, what has to be explained."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from prismake.appraisal.appraisal_rows import appraisal_rows
from sheet_stage import Stage

STUDIES = pd.DataFrame(
    [
        {"study_id": "a:1", "label": "Abel 2020", "design": "rct", "report": "A trial", "report_ids": "a:1"},
        {"study_id": "b:1", "label": "Bell 2021", "design": "cohort", "report": "A cohort", "report_ids": "b:1"},
    ],
    dtype=str,
)
INSTRUMENTS = {"rct": "rob2", "cohort": "nos_cohort"}
ONCE = {"1.1": "Y", "1.2": "Y", "1.3": "N"}
RESULT = {
    **{"result": "yes", "2.1": "N", "2.2": "PN", "2.6": "PY", "3.1": "Y", "4.1": "N", "4.2": "N", "4.3": "N"},
    **{"5.1": "Y", "5.2": "N", "5.3": "NI"},
}
JUDGED = {"D1": "low", "D2": "low", "D3": "low", "D4": "low", "D5": "some concerns", "overall": "some concerns"}


class Appraisal(Stage):
    """The appraisal of some studies, whose answers are put in by item."""

    studies = STUDIES

    def queue(self) -> pd.DataFrame:
        return appraisal_rows(self.studies, INSTRUMENTS, {"relapse": "Relapse"})

    def write(self, who: str, header: str, **texts: str) -> None:
        def change(sheet):
            heads = {cell.value: cell.column for cell in sheet[1]}
            for row in sheet.iter_rows(min_row=2):
                full = str(row[heads["Item"] - 1].value)
                item = full.rpartition("|")[2]
                if item in texts and full.startswith("a:1"):
                    sheet.cell(row[0].row, heads[header]).value = texts[item]

        self.edit(who, change)

    def column(self, who: str, header: str) -> dict[str, str]:
        sheet = openpyxl.load_workbook(self.path(who)).worksheets[1]
        heads = {cell.value: cell.column - 1 for cell in sheet[1]}
        rows = sheet.iter_rows(min_row=2, values_only=True)
        return {
            str(row[heads["Item"]]).rpartition("|")[2]: row[heads[header]] or ""
            for row in rows
            if str(row[heads["Item"]]).startswith("a:1")
        }


@pytest.fixture
def stage(tmp_path):
    made = Appraisal(tmp_path / "sheets", "appraisal", appraisal={"instruments": INSTRUMENTS})
    made.offer()
    return made


def settled(reading) -> dict[str, tuple[str, str]]:
    """State and answer by the last part of the id, of the trial."""
    table = reading.decisions
    columns = zip(table["item_id"], table["state"], table["answer"], strict=True)
    return {item.rpartition("|")[2]: (state, answer) for item, state, answer in columns if item.startswith("a:1")}


def test_proposals_come_from_the_own_answers_and_nothing_is_answered_for_anybody(stage):
    stage.write("anna", "Answer", **ONCE, **RESULT)
    stage.offer()
    proposed = stage.column("anna", "Proposed")
    assert {part: proposed[part] for part in JUDGED} == JUDGED
    assert proposed["2.3"] == proposed["3.4"] == proposed["4.5"] == "not asked"
    assert set(stage.column("ben", "Proposed").values()) == {""}
    assert {stage.column("anna", "Answer")[part] for part in JUDGED} == {""}


def test_two_reviewers_finish_without_the_questions_that_they_are_not_led_to(stage):
    for who in ("anna", "ben"):
        stage.write(who, "Answer", **ONCE, **RESULT, **JUDGED)
    stage.offer()
    found = settled(stage.read())
    assert {state for state, _ in found.values()} == {"settled"}
    assert found["D5"][1] == "some concerns"
    assert found["2.4"][1] == "not asked"
    assert stage.read().status["reviewers"]["anna"]["decided"] == len(found)


def test_a_judgement_that_differs_waits_for_its_reason(stage):
    for who in ("anna", "ben"):
        stage.write(who, "Answer", **ONCE, **RESULT, **(JUDGED | {"D3": "high"}))
    reading = stage.read()
    assert settled(reading)["D3"][0] == "undecided"
    told = [problem["what"] for problem in reading.status["problems"]]
    assert any(
        "the judgement is “high”, and the answers lead to “low”. Say why under “Why it differs”" in t for t in told
    )
    for who in ("anna", "ben"):
        stage.write(who, "Why it differs", D3="Dropping out was tied to relapse.", overall="Because of D3.")
        stage.write(who, "Answer", overall="high")
    reading = stage.read()
    assert settled(reading)["D3"] == ("settled", "high")
    why = dict(zip(reading.notes["item_id"], reading.notes["why"], strict=True))
    assert why["a:1|rob2|relapse|D3"] == "Dropping out was tied to relapse."
    assert not reading.status["problems"]


def test_an_answer_beside_the_path_is_kept_named_and_not_used(stage):
    for who in ("anna", "ben"):
        stage.write(who, "Answer", **ONCE, **RESULT, **JUDGED)
    stage.write("anna", "Answer", **{"3.4": "Y", "2.5": "NA"})
    reading = stage.read()
    told = [problem["what"] for problem in reading.status["problems"]]
    assert len(told) == 1
    assert "the answers before it do not lead to; it is kept and not used" in told[0]
    assert settled(reading)["3.4"] == ("settled", "not asked")
    assert stage.load().snapshot([])["anna"]["a:1|rob2|relapse|3.4"] == {"answer": "Y"}


def test_a_result_that_is_not_reported_asks_for_nothing_else(stage):
    for who in ("anna", "ben"):
        stage.write(who, "Answer", **ONCE, D1="low", result="no")
    found = settled(stage.read())
    assert {answer for part, (_, answer) in found.items() if part not in (*ONCE, "D1", "result")} == {"not asked"}
    assert {state for state, _ in found.values()} == {"settled"}


def test_only_the_fork_comes_into_the_consensus_sheet_and_its_way_is_followed(stage):
    for who in ("anna", "ben"):
        stage.write(who, "Answer", **ONCE, **RESULT, **JUDGED)
    stage.write("ben", "Answer", **{"3.1": "N", "3.2": "N", "3.3": "N"})
    stage.offer()
    disputed = [row[0] for row in stage.cells("consensus")[1:]]
    assert disputed == ["a:1|rob2|relapse|3.1"]
    stage.decide("consensus", "Y", header="Settled")
    found = settled(stage.read())
    assert found["3.1"] == ("settled", "Y")
    assert found["3.2"] == found["3.3"] == ("settled", "not asked")


def test_sheets_from_before_get_the_new_columns_with_the_first_judgement(tmp_path):
    made = Appraisal(tmp_path / "sheets", "appraisal", appraisal={"instruments": {"cohort": "nos_cohort"}})
    made.studies = STUDIES[1:]
    made.offer()
    heads = made.cells("anna")[0]
    assert "Proposed" not in heads
    made.decide("anna", "a", header="Answer")
    made.studies = STUDIES
    made.config["appraisal"]["instruments"] = INSTRUMENTS
    made.offer()
    assert {"Proposed", "Why it differs"} - set(made.cells("anna")[0]) == {"Proposed"}  # nothing to propose yet
    made.write("anna", "Answer", **ONCE)
    made.offer()
    assert made.column("anna", "Proposed")["D1"] == "low"
    first = made.cells("anna")[1]
    assert first[0] == "b:1|nos_cohort|S1"
    assert first[made.cells("anna")[0].index("Answer")] == "a"
