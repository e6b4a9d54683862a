"""Numbers that cannot be right hold their study back, with their cells, until they are corrected or confirmed."""

from __future__ import annotations

import pytest
from prismake.protocol.guide import guide_lines

FIELDS = [
    {"name": "people", "label": "People", "type": "count"},
    {"name": "deaths", "label": "Deaths", "type": "count"},
    {"name": "same", "label": "Same participants as", "type": "text", "required": False},
]
OUTCOMES = {"death": {"measure": "PLO", "columns": {"events": "deaths", "total": "people"}}}


@pytest.fixture
def extraction(new_stage):
    config = {"extraction": {"fields": FIELDS}, "outcomes": OUTCOMES, "overlap_column": "same"}
    stage = new_stage("extraction", 6, **config)
    stage.offer()
    fill(stage, people=[40, 52, 18, 75, 33, 61], deaths=[4, 7, 1, 9, 3, 8])
    return stage


def fill(stage, who=("anna", "ben"), **columns):
    headings = {"people": "People", "deaths": "Deaths", "same": "Same participants as", "source": "Source"}
    for person in who:
        for name, values in columns.items():
            stage.decide(person, *values, header=headings[name])


def remark(stage, who, row):
    table = stage.cells(who)
    return table[row - 1][table[0].index("Remark")]


def test_nothing_is_asked_about_plausible_numbers(extraction):
    status = extraction.read().status
    assert (status["open"], status["problems"]) == (0, [])


def test_more_deaths_than_people(extraction):
    fill(extraction, deaths=[4, 70, 1, 9, 3, 8])
    reading = extraction.read()
    assert (reading.status["open"], reading.status["settled"], reading.status["problem"]) == (1, 5, 1)
    (problem,) = reading.status["problems"]
    assert problem["where"] == (
        "extraction.anna.xlsx, sheet “Data extraction”, cells G3, F3; "
        "extraction.ben.xlsx, sheet “Data extraction”, cells G3, F3"
    )
    assert problem["what"].endswith("“Deaths” is 70 of 52 “People”. Correct it; until then the study waits.")
    assert reading.status["reviewers"]["anna"]["decided"] == 5
    row = next(row for row in reading.decisions.rows if row[0] == "pubmed:001")
    assert (row[1], "70" in row) == ("problem", True)
    extraction.offer()
    for who in ("anna", "ben"):
        assert remark(extraction, who, 3) == (
            "to check: “Deaths” is 70 of 52 “People”. Correct it; until then the study waits."
        )
    fill(extraction, source=["", "checked: it says so", "", "", "", ""])
    assert extraction.read().status["open"] == 1  # no reason makes the impossible possible
    fill(extraction, deaths=[4, 7, 1, 9, 3, 8])
    assert extraction.read().status["open"] == 0
    extraction.offer()
    assert not remark(extraction, "anna", 3)


def test_a_total_that_is_hard_to_believe_is_kept_with_a_reason(extraction):
    fill(extraction, people=[40, 155365, 18, 75, 33, 61])
    reading = extraction.read()
    assert reading.status["open"] == 1
    problem = next(p for p in reading.status["problems"] if "155,365" in p["what"])
    assert "half of the other studies have at most 40" in problem["what"]
    assert "write “checked:” and why it is right into “Source” of the row" in problem["what"]
    fill(extraction, who=["anna"], source=["", "Table 2; checked: a national registry", "", "", "", ""])
    assert extraction.read().status["open"] == 0


def test_a_number_that_another_report_of_the_study_gives_otherwise_waits_for_a_reason(extraction):
    fill(extraction, who=["ben"], source=["", "elsewhere Deaths: 9 (conference abstract)", "", "", "", ""])
    reading = extraction.read()
    assert reading.status["open"] == 1
    (problem,) = reading.status["problems"]
    assert "“Deaths” is 7 here and 9 in conference abstract, another report of the study" in problem["what"]
    fill(extraction, who=["anna"], source=["", "checked deaths: two were double-counted there", "", "", "", ""])
    assert extraction.read().status["open"] == 0


def test_a_reason_for_one_column_does_not_answer_for_another(extraction):
    fill(extraction, people=[40, 155365, 18, 75, 33, 61])
    fill(extraction, who=["anna"], source=["", "checked Same participants as: they are", "", "", "", ""])
    assert extraction.read().status["open"] == 1
    fill(extraction, who=["anna"], source=["", "checked people: a registry", "", "", "", ""])
    assert extraction.read().status["open"] == 0


def test_a_reviewer_is_asked_before_the_other_has_typed_anything(extraction):
    fill(extraction, who=["ben"], people=[None] * 6, deaths=[None] * 6)
    fill(extraction, who=["anna"], deaths=[4, 70, 1, 9, 3, 8])
    status = extraction.read().status
    places = [problem["where"] for problem in status["problems"] if "70 of 52" in problem["what"]]
    assert places == ["extraction.anna.xlsx, sheet “Data extraction”, cells G3, F3"]
    extraction.offer()
    assert not remark(extraction, "ben", 3)


def test_a_number_that_was_adjudicated_is_looked_for_in_the_consensus_sheet(extraction):
    fill(extraction, who=["anna"], deaths=[4, 6, 1, 9, 3, 8])
    extraction.read()
    extraction.offer()
    extraction.decide("consensus", 66, header="Settled")
    status = extraction.read().status
    (problem,) = [problem for problem in status["problems"] if "66 of 52" in problem["what"]]
    assert problem["where"].startswith("extraction.consensus.xlsx, sheet “Data extraction”, cell ")
    assert status["consensus"]["decided"] == 0
    extraction.offer()
    assert remark(extraction, "consensus", 2).startswith("to check: “Deaths” is 66 of 52")
    extraction.decide("consensus", 6, header="Settled")
    assert extraction.read().status["open"] == 0


def test_a_study_that_is_none_of_the_review(extraction):
    fill(extraction, same=["Dumas 2010", None, None, None, None, None])
    status = extraction.read().status
    assert status["open"] == 1
    assert "names “Dumas 2010”, which is no study of this review" in status["problems"][0]["what"]


def test_other_stages_are_not_checked(new_stage):
    stage = new_stage()
    stage.offer()
    assert guide_lines(stage.load().setup.form, stage.config)
    assert stage.read().status["problems"] == []


def test_cells_are_read_as_reports_print_them(extraction):
    fill(extraction, deaths=["4/40", "13.5 %", "1 (from the authors)", 9, 3, 8], people=[None, 52, 18, 75, 33, 61])
    reading = extraction.read()
    assert (reading.status["open"], reading.status["problems"]) == (0, [])
    settled = {row[0]: row[4:6] for row in reading.decisions.rows}
    assert settled["pubmed:000"] == ("40", "4")
    assert settled["pubmed:001"] == ("52", "7")
    how = {(row[0], row[1]): row[3] for row in reading.notes.rows}
    assert how["pubmed:001", "ben"] == "deaths: from 13.5 % of 52"
    assert how["pubmed:002", "anna"] == "deaths: from the authors"


def test_a_percentage_that_no_count_has(extraction):
    fill(extraction, deaths=["48.2 %", 7, 1, 9, 3, 8], people=[27, 52, 18, 75, 33, 61])
    status = extraction.read().status
    assert status["problem"] == 1
    problem = status["problems"][0]
    assert problem["where"] == "extraction.anna.xlsx, sheet “Data extraction”, cell G2"
    assert problem["what"].startswith("“Deaths” for pubmed:000: no number of 27 gives 48.2 %; 13 gives 48.1 %, 14")


def test_what_is_only_worth_knowing_is_shown_and_nothing_waits_for_it(new_stage):
    fields = [*FIELDS, {"name": "percent", "label": "Percent", "type": "number", "required": False}]
    outcomes = {"death": {**OUTCOMES["death"], "checks": {"percent": "percent"}}}
    stage = new_stage("extraction", 6, extraction={"fields": fields}, outcomes=outcomes, overlap_column="same")
    stage.offer()
    people, deaths = [40, 52, 48, 75, 33, 61], ["24", "31", "29", "45", "20", "0"]
    fill(stage, people=people, deaths=deaths)
    for who in ("anna", "ben"):
        stage.decide(who, *(f"{100 * int(k) / n:.1f}" for k, n in zip(deaths, people, strict=True)), header="Percent")
    status = stage.read().status
    assert (status["open"], status["problems"]) == (0, [])
    (note,) = status["notes"]
    assert note["where"].startswith("extraction.anna.xlsx, sheet “Data extraction”, cells G7, F7; extraction.ben.xlsx")
    assert "“Deaths” is 0 of 61, which has a chance of 0.0001" in note["what"]
    stage.offer()
    assert remark(stage, "anna", 7).startswith("worth knowing: “Deaths” is 0 of 61")
    fill(stage, deaths=[*deaths[:5], "36"])
    for who in ("anna", "ben"):
        stage.decide(
            who,
            *(f"{100 * k / n:.1f}" for k, n in zip([24, 31, 29, 45, 20, 36], people, strict=True)),
            header="Percent",
        )
    assert stage.read().status["notes"] == []
    stage.offer()
    assert not remark(stage, "anna", 7)
