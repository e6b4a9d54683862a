"""The study table and the list of reports left out."""

from __future__ import annotations

import pandas as pd
from prismake.report.tables import citation, left_out_reports, study_table

STUDIES = pd.DataFrame(
    [("b2", "Beta 2020", "single_arm", "r2; r3"), ("a1", "Alpha 2019", "cohort", "r1")],
    columns=["study_id", "label", "design", "report_ids"],
)
SCORES = pd.DataFrame([("b2", "5", "6", "high")], columns=["study_id", "total", "maximum", "overall"])
FIELDS = [{"name": "events", "label": "Events"}, {"name": "total"}]


def test_one_row_a_study_sorted_by_label_and_nothing_empty():
    extraction = pd.DataFrame(
        [("b2", "settled", "3", "NR"), ("a1", "conflict", "", "")], columns=["item_id", "state", "events", "total"]
    )
    table = study_table(STUDIES, SCORES, extraction, FIELDS, {"r1": "Alpha A. A title", "r3": "Three; and | more"})
    assert list(table.columns) == ["Study", "Design", "Events", "total", "Stars", "Overall", "Reports"]
    assert table.to_numpy().tolist() == [
        ["Alpha 2019", "cohort", "undecided", "undecided", "undecided", "undecided", "Alpha A. A title"],
        ["Beta 2020", "single arm", "3", "NR", "5/6", "high", "r2 | Three; and / more"],
    ]


def test_there_is_a_column_of_stars_only_where_stars_are_given():
    extraction = pd.DataFrame(columns=["item_id", "state", "events", "total"])
    judged = SCORES.assign(total="", maximum="", overall="low risk of bias")
    columns = list(study_table(STUDIES, judged, extraction, FIELDS).columns)
    assert columns == ["Study", "Design", "Events", "total", "Overall", "Reports"]


def test_results_are_named_by_their_outcome_and_those_not_reported_are_not_listed():
    extraction = pd.DataFrame(columns=["item_id", "state", "events", "total"])
    judged = [("a1", "survival", "some concerns"), ("a1", "crs", "not reported"), ("a1", "relapse", "")]
    judged += [("b2", "survival", "not reported"), ("b2", "crs", "not reported")]
    scores = pd.DataFrame(judged, columns=["study_id", "result", "overall"]).assign(total="", maximum="")
    table = study_table(STUDIES, scores, extraction, FIELDS, outcomes={"survival": "Overall survival"})
    assert table["Overall"].tolist() == ["Overall survival: some concerns | relapse: undecided", "not reported"]


def test_arms_have_rows_and_a_column_of_their_own():
    extraction = pd.DataFrame(
        [("b2|CD22", "settled", "3", "9"), ("b2|CD19", "settled", "1", "8")],
        columns=["item_id", "state", "events", "total"],
    )
    table = study_table(STUDIES, SCORES, extraction, FIELDS)
    assert table[["Study", "Arm", "Events"]].to_numpy().tolist() == [
        ["Alpha 2019", "", "undecided"],
        ["Beta 2020", "CD19", "1"],
        ["Beta 2020", "CD22", "3"],
    ]


def test_what_is_asked_of_each_arm_stands_in_its_row_beside_what_is_asked_of_the_study():
    extraction = pd.DataFrame(
        [
            ("a1", "settled", "France", ""),
            ("a1|low|arm", "settled", "", "10 mg"),
            ("a1|high|arm", "conflict", "", ""),
            ("a1|low|death", "settled", "", ""),
            ("b2", "settled", "Spain", ""),
        ],
        columns=["item_id", "state", "country", "dose"],
    )
    fields = [{"name": "country", "label": "Country", "per": "study"}, {"name": "dose", "label": "Dose", "per": "arm"}]
    table = study_table(STUDIES, SCORES, extraction, fields)
    assert table[["Study", "Arm", "Country", "Dose"]].to_numpy().tolist() == [
        ["Alpha 2019", "high", "France", "undecided"],
        ["Alpha 2019", "low", "France", "10 mg"],
        ["Beta 2020", "", "Spain", ""],
    ]


def test_a_study_of_one_group_that_is_asked_about_its_arm_has_both_answers_in_one_row():
    studies = pd.DataFrame([{"study_id": "s1", "label": "Abel 2015", "design": "cohort", "report_ids": "s1"}])
    rows = [
        {"item_id": "s1", "state": "settled", "country": "Peru", "dose": ""},
        {"item_id": "s1||arm", "state": "settled", "country": "", "dose": "5 mg"},
        {"item_id": "s1||relapse", "state": "settled", "country": "", "dose": ""},
    ]
    fields = [{"name": "country", "label": "Country", "per": "study"}, {"name": "dose", "label": "Dose", "per": "arm"}]
    for order in (rows, rows[::-1]):
        table = study_table(studies, pd.DataFrame(columns=["study_id", "maximum"]), pd.DataFrame(order), fields)
        assert table[["Country", "Dose"]].to_numpy().tolist() == [["Peru", "5 mg"]] and "Arm" not in table


def test_no_studies_gives_the_headings():
    table = study_table(STUDIES.iloc[:0], SCORES, pd.DataFrame(columns=["item_id", "state"]), FIELDS)
    assert table.empty
    assert "Study" in table.columns


def test_citation_of_what_is_known():
    record = {
        "authors": ["Maude SL", "Laetsch TW", "Buechner J"],
        "title": "Tisagenlecleucel.",
        "journal": "N Engl J Med",
    }
    record |= {"year": 2018, "volume": "378", "pages": "439-448"}
    assert citation(record) == "Maude SL et al. Tisagenlecleucel. N Engl J Med 2018;378:439-448"
    assert citation({"authors": ["Wang, Y."], "title": "T", "volume": "11", "pages": "e7"}) == "Wang, Y. T. 11:e7"
    assert citation({"title": "Alone", "year": pd.NA}) == "Alone"
    assert citation({"authors": ["Roe C", "Poe E"], "title": "Two", "year": None}) == "Roe C and Poe E. Two"


def test_left_out_reports_with_their_reasons():
    rows = [
        ("r1", "settled", "include", ""),
        ("r2", "settled", "exclude", "Wrong population"),
        ("r3", "settled", "not retrieved", ""),
        ("r4", "conflict", "", ""),
        ("r5", "settled", "exclude", ""),
    ]
    decisions = pd.DataFrame(rows, columns=["item_id", "state", "decision", "reason"])
    reports = pd.DataFrame(
        {"report_id": ["r2", "r3"], "title": ["Two", "Three"], "authors": [["A B"], []], "doi": ["10.1/x", ""]}
    )
    found = left_out_reports(decisions, reports)
    assert [(row["report_id"], row["citation"], row["doi"], row["reason"]) for row in found] == [
        ("r5", "r5", "", ""),
        ("r2", "A B. Two", "10.1/x", "Wrong population"),
        ("r3", "Three", "", "Not retrieved"),
    ]
