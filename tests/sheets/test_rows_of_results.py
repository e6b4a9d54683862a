"""A sheet in which each result has a row: three arms, several time points, single-arm cohorts beside trials."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from prismake.extraction.extraction_rows import extraction_rows
from prismake.extraction.outcomes import Cohorts, collect_outcomes
from prismake.extraction.result_rows import Studies, studies_and_arms, study_fields
from prismake.kept.answers import record
from prismake.protocol.config import validated
from prismake.protocol.guide import guide_lines
from prismake.protocol.settings import (
    for_cohorts,
    for_extraction_rows,
    for_offering,
    for_outcome_table,
    for_reading,
)
from prismake.sheets.batches import plan
from prismake.sheets.loop import read_back
from prismake.sheets.offering import offer
from prismake.sheets.restore import SheetOf, carry_out
from prismake.sheets.restore import plan as plan_restoration
from prismake.sheets.stage import load_stage

PROTOCOL = {
    "title": "t",
    "question": "q",
    "reviewers": ["anna", "ben"],
    "appraisal": {"instruments": {"rct": "rob2", "single_arm": "nos_single_arm"}},
    "extraction": {
        "shape": "results",
        "arms": {"rct": ["drug", "placebo"]},
        "fields": [
            {"name": "country", "label": "Country"},
            {"name": "overlaps_with", "label": "Same participants as", "required": False},
        ],
    },
    "outcomes": {
        "relapse": {"title": "Relapse", "measure": "PLO", "timepoints": ["12 months", "24 months"]},
        "death": {"title": "Death", "measure": "OR", "arms": ["drug", "placebo"], "model": "inverse_variance"},
        "pain": {"title": "Pain", "measure": "MD"},
        "hazard": {"title": "Survival", "measure": "GEN", "ratio_scale": True},
    },
}
STUDIES = pd.DataFrame(
    [
        ("s1", "Abel 2015", "2015", "rct", "s1", "low dose; high dose v placebo", "A trial", ""),
        ("s2", "Boyd 2016", "2016", "rct", "s2", "", "Another trial", ""),
        ("s3", "Cruz 2017", "2017", "single_arm", "s3", "", "A cohort", ""),
    ],
    columns=["study_id", "label", "year", "design", "report_ids", "arms", "report", "doi"],
)


class Review:
    """Offer, fill, read and collect, as the rules do."""

    def __init__(self, folder, **changes):
        self.folder = folder
        self.protocol = validated({**PROTOCOL, **changes})
        self.queue = extraction_rows(STUDIES, {}, for_extraction_rows(self.protocol))
        self.settings = for_reading("extraction", self.protocol)

    def load(self):
        rows = {row["item_id"]: row for row in self.queue.to_dict("records")}
        return load_stage("extraction", self.settings, rows, self.folder)

    def offer(self):
        sheets = self.load()
        offer(plan(sheets), guide_lines(sheets.setup.form, self.protocol), list(sheets.queue))

    def read(self):
        sheets = self.load()
        decisions = sheets.decisions()
        record("extraction", sheets.snapshot(decisions), self.folder, {d.item: d.settled_by for d in decisions}, {}, {})
        return read_back(sheets, decisions)

    def fill(self, answers, who=("anna", "ben")):
        """Type answers by item and heading."""
        for person in who:
            path = self.folder / f"extraction.{person}.xlsx"
            book = openpyxl.load_workbook(path)
            sheet = book.worksheets[1]
            places = {cell.value: cell.column for cell in sheet[1]}
            for row in sheet.iter_rows(min_row=2):
                for heading, text in answers.get(row[places["Item"] - 1].value, {}).items():
                    row[places[heading] - 1].value = text
            book.save(path)

    def outcomes(self, reading):
        outcomes, cohorts = for_outcome_table(self.protocol), for_cohorts(self.protocol)
        columns = {name: spec["columns"] for name, spec in outcomes.items()}
        studies = Studies.of(self.queue.to_dict("records"), study_fields(cohorts["fields"], outcomes), columns)
        decisions = pd.DataFrame(reading.decisions.rows, columns=reading.decisions.columns).astype(str)
        notes = pd.DataFrame(reading.notes.rows, columns=reading.notes.columns).astype(str)
        asked, decisions, notes = studies_and_arms(decisions, notes, studies)
        table = collect_outcomes(asked, decisions, notes, STUDIES, outcomes, Cohorts(**cohorts), studies.unasked)
        return {(row["label"], row["outcome"]): row for row in table.to_dict("records")}


FILLED = {
    "s1": {"Country": "France"},
    "s1|low dose|relapse_12_months": {"Events": "5", "Participants": "30", "Source": "Table 2"},
    "s1|high dose|relapse_12_months": {"Events": "40 %", "Participants": "30"},
    "s1|low dose|relapse_24_months": {"Events": "NR", "Participants": "NR"},
    "s1|high dose|relapse_24_months": {"Events": "14", "Participants": "30"},
    "s1|low dose|death": {"Events": "2", "Participants": "30"},
    "s1|high dose|death": {"Events": "3", "Participants": "31"},
    "s1|placebo|death": {"Events": "6/61", "Source": "page 4"},
    "s1|low dose|pain": {"Mean": "3.2 ± 1.1", "Participants": "30"},
    "s1|high dose|pain": {"Mean": "2.9", "SD": "1.0", "Participants": "31"},
    "s1|placebo|pain": {"Mean": "4.0", "SD": "1.2", "Participants": "61"},
    "s1|low dose|hazard": {"Effect": "0.8 (0.5 to 1.3)"},
    "s1|high dose|hazard": {"Effect": "NR", "Lower bound": "NR", "Upper bound": "NR"},
    "s3": {"Country": "Spain"},
    "s3||relapse_12_months": {"Events": "9", "Participants": "20"},
    "s3||relapse_24_months": {"Events": "11", "Participants": "20"},
    "s3||hazard": {"Effect": "NR", "Lower bound": "NR", "Upper bound": "NR"},
}


@pytest.fixture
def review(tmp_path):
    review = Review(tmp_path)
    review.offer()
    return review


def test_rows_stand_ready_for_what_each_design_has(review):
    rows = review.queue[["item_id", "arm", "outcome", "fill_in"]].to_numpy().tolist()
    assert [row for row in rows if row[0].startswith("s3")] == [
        ["s3", "", "", "Study"],
        ["s3||relapse_12_months", "", "Relapse, 12 months", "Events; Participants"],
        ["s3||relapse_24_months", "", "Relapse, 24 months", "Events; Participants"],
        ["s3||hazard", "", "Survival", "Effect; Lower bound; Upper bound"],
    ]
    assert [row[1] for row in rows if row[0].startswith("s1") and row[2] == "Death"] == [
        "low dose",
        "high dose",
        "placebo",
    ]
    # a comparator is asked only where arms are compared
    assert [row[1] for row in rows if row[0].startswith("s2") and "Relapse" in row[2]] == ["drug", "drug"]
    assert [row[3] for row in rows if row[0].startswith("s2") and row[2] == "Pain"] == ["Participants; Mean; SD"] * 2


def test_people_fill_in_numbers_and_each_is_led_to_its_study(review):
    review.fill(FILLED)
    reading = review.read()
    assert reading.status["problems"] == []
    assert reading.status["settled"] == len(FILLED)
    table = review.outcomes(reading)
    high = table["Abel 2015, high dose", "relapse_12_months"]
    assert (high["events"], high["total"], high["status"], high["how"]) == (
        "12",
        "30",
        "used",
        "events from 40 % of 30",
    )
    assert table["Abel 2015, low dose", "relapse_12_months"]["source"] == "Table 2"
    assert table["Abel 2015, high dose", "relapse_24_months"]["status"] == "used"
    assert table["Abel 2015, low dose", "relapse_24_months"]["status"] == "not reported"
    deaths = [table[f"Abel 2015, {arm}", "death"] for arm in ("low dose", "high dose")]
    assert [[row[role] for role in ("events1", "total1", "events2", "total2")] for row in deaths] == [
        ["2", "30", "6", "61"],
        ["3", "31", "6", "61"],
    ]
    assert deaths[0]["source"] == "page 4"
    pain = table["Abel 2015, low dose", "pain"]
    assert [pain[role] for role in ("mean1", "sd1", "n1", "mean2", "sd2", "n2")] == [
        "3.2",
        "1.1",
        "30",
        "4.0",
        "1.2",
        "61",
    ]
    hazard = table["Abel 2015, low dose", "hazard"]
    assert [hazard[role] for role in ("effect", "lower", "upper")] == ["0.8", "0.5", "1.3"]
    cohort = table["Cruz 2017", "death"]
    assert (cohort["status"], cohort["remark"]) == ("not reported", "not asked: the study has no comparator")
    assert table["Boyd 2016", "death"]["status"] == "undecided"
    assert table["Cruz 2017", "relapse_24_months"]["events"] == "11"


def test_disagreements_are_settled_row_by_row(review):
    review.fill(FILLED)
    review.fill({"s3||relapse_12_months": {"Events": "8"}}, who=["ben"])
    reading = review.read()
    assert reading.status["consensus"]["of"] == 1
    review.offer()
    book = openpyxl.load_workbook(review.folder / "extraction.consensus.xlsx")
    sheet = book.worksheets[1]
    places = {cell.value: cell.column for cell in sheet[1]}
    shown = {heading: sheet.cell(2, places[heading]).value for heading in ("Study", "Outcome", "Question")}
    assert shown == {"Study": "Cruz 2017", "Outcome": "Relapse, 12 months", "Question": "Events"}
    sheet.cell(2, places["Settled"]).value = "9"
    book.save(review.folder / "extraction.consensus.xlsx")
    row = review.outcomes(review.read())["Cruz 2017", "relapse_12_months"]
    assert (row["events"], row["status"], row["settled_by"]) == ("9", "used", "consensus")
    assert review.outcomes(review.read())["Cruz 2017", "relapse_24_months"]["settled_by"] == "agreement"


def test_an_impossible_number_is_named_in_its_row_and_holds_that_row_back(review):
    review.fill({**FILLED, "s3||relapse_12_months": {"Events": "29", "Participants": "20"}})
    reading = review.read()
    (problem,) = reading.status["problems"]
    row = 2 + list(review.queue["item_id"]).index("s3||relapse_12_months")
    assert problem["where"].startswith(f"extraction.anna.xlsx, sheet “Data extraction”, cells I{row}, J{row}; ")
    assert problem["what"].startswith("Cruz 2017: “Relapse, 12 months: events” is 29 of 20 ")
    assert reading.status["problem"] == 1
    assert review.outcomes(reading)["Cruz 2017", "relapse_12_months"]["status"] == "impossible"
    review.offer()
    sheet = openpyxl.load_workbook(review.folder / "extraction.anna.xlsx").worksheets[1]
    places = {cell.value: cell.column for cell in sheet[1]}
    assert "29 of 20" in sheet.cell(row, places["Remark"]).value


def test_a_doubt_is_answered_in_the_row_that_it_is_about(review):
    review.fill({**FILLED, "s1|low dose|hazard": {"Effect": "0.8 (0.5 to 4.9)"}})
    (problem,) = review.read().status["problems"]
    assert "does not lie in the middle of its interval" in problem["what"]
    review.fill({"s1|low dose|pain": {"Source": "checked: as printed"}})
    assert len(review.read().status["problems"]) == 1  # of another row
    review.fill({"s1|low dose|hazard": {"Source": "checked: as printed"}})
    assert review.read().status["problems"] == []


def test_a_number_in_a_cell_that_is_not_asked_is_named(review):
    review.fill({**FILLED, "s3||relapse_12_months": {"Events": "9", "Participants": "20", "Mean": "3"}})
    problem = review.read().status["problems"][0]
    assert problem["what"].startswith(
        "“3.0” stands under “Mean”, which this row does not ask for; it counts for nothing"
    )
    assert "“Events”, “Participants”" in problem["what"]


def test_arms_that_are_named_later_come_as_new_rows_and_no_answer_is_lost(review):
    review.fill(FILLED)
    review.read()
    review.queue = extraction_rows(
        STUDIES.assign(arms=["low dose; high dose v placebo", "", "CD19; CD22"]),
        {},
        for_extraction_rows(review.protocol),
    )
    review.offer()
    sheet = openpyxl.load_workbook(review.folder / "extraction.anna.xlsx").worksheets[1]
    places = {cell.value: cell.column for cell in sheet[1]}
    by_item = {row[places["Item"] - 1].value: row for row in sheet.iter_rows(min_row=2)}
    assert by_item["s3||relapse_12_months"][places["Events"] - 1].value == "9"
    assert by_item["s3||relapse_12_months"][places["Remark"] - 1].value == "no longer needed"
    assert by_item["s3|CD22|relapse_12_months"][places["Fill in"] - 1].value == "Events; Participants"


def test_everyone_extracts_the_pilot_before_the_others_are_handed_out(tmp_path):
    review = Review(tmp_path, extraction={**PROTOCOL["extraction"], "pilot": 1, "split": {"per_record": 1}})
    review.offer()
    assert {row.partition("|")[0] for who in ("anna", "ben") for row in items_in(review, who)} == {"s1"}
    review.fill(FILLED)
    review.fill({"s1|low dose|death": {"Events": "1"}}, who=["ben"])
    reading = review.read()
    sentence = "they agree on 29 of 30 cells (96.7 %); they differ most on “Events” (1)."
    assert reading.status["rounds"]["words"][0] == f"Pilot of 1 study by anna and ben: {sentence}"
    review.offer()
    shared = [{row.partition("|")[0] for row in items_in(review, who)} for who in ("anna", "ben")]
    assert shared[0] | shared[1] == {"s1", "s2", "s3"}
    assert shared[0] & shared[1] == {"s1"}


def test_the_others_wait_until_all_have_answered_the_pilot(tmp_path):
    review = Review(tmp_path, extraction={**PROTOCOL["extraction"], "pilot": 1})
    review.offer()
    review.fill(FILLED, who=["anna"])
    assert "0 of 13 rows are answered by all; the other studies wait" in review.read().status["rounds"]["words"][0]
    review.offer()
    assert {row.partition("|")[0] for row in items_in(review, "anna")} == {"s1"}


def items_in(review, who):
    sheet = openpyxl.load_workbook(review.folder / f"extraction.{who}.xlsx").worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == "Item")
    return [row[column - 1].value for row in sheet.iter_rows(min_row=2) if row[column - 1].value]


def test_an_outcome_that_is_added_later_comes_as_rows_and_columns(tmp_path):
    counts = {name: spec for name, spec in PROTOCOL["outcomes"].items() if name in ("relapse", "death")}
    review = Review(tmp_path, outcomes=counts)
    review.offer()
    first = {item: cells for item, cells in FILLED.items() if not item.endswith(("pain", "hazard"))}
    review.fill(first)
    assert review.read().status["problems"] == []
    later = Review(tmp_path, outcomes={**counts, "pain": PROTOCOL["outcomes"]["pain"]})
    later.offer()
    assert later.read().status["settled"] == len(first)
    later.fill({item: cells for item, cells in FILLED.items() if item.endswith("pain")})
    reading = later.read()
    assert reading.status["problems"] == []
    table = later.outcomes(reading)
    assert table["Abel 2015, high dose", "pain"]["sd1"] == "1.0"
    assert table["Abel 2015, high dose", "death"]["events1"] == "3"
    sheet = openpyxl.load_workbook(tmp_path / "extraction.anna.xlsx").worksheets[1]
    count = next(cell.value for cell in sheet[1] if "done" in str(cell.value))
    assert "Participants; Mean; SD" in count


def test_a_sheet_that_was_lost_is_made_again_from_what_was_read(tmp_path):
    review = Review(tmp_path)
    review.offer()
    review.fill(FILLED)
    before = review.read().status["settled"]
    (tmp_path / "extraction.anna.xlsx").unlink()
    rows = {row["item_id"]: row for row in review.queue.to_dict("records")}
    settings = for_offering("extraction", review.protocol)
    carry_out(plan_restoration(SheetOf("extraction", "anna", settings, rows, {}, tmp_path)))
    assert review.read().status["settled"] == before
    shown = openpyxl.load_workbook(tmp_path / "extraction.anna.xlsx").worksheets[1]
    places = {cell.value: cell.column for cell in shown[1]}
    row = next(row for row in shown.iter_rows(min_row=2) if row[places["Item"] - 1].value == "s3||relapse_12_months")
    assert [row[places[name] - 1].value for name in ("Fill in", "Events")] == ["Events; Participants", "9"]


def test_what_differs_between_arms_is_asked_of_each_arm(tmp_path):
    fields = [{"name": "dose", "label": "Dose", "type": "number", "per": "arm"}, *PROTOCOL["extraction"]["fields"]]
    outcomes = {"relapse": {"title": "Relapse", "measure": "PLO", "moderators": ["dose"]}}
    review = Review(tmp_path, extraction={**PROTOCOL["extraction"], "fields": fields}, outcomes=outcomes)
    review.offer()
    rows = review.queue[["item_id", "fill_in"]].to_numpy().tolist()[:5]
    assert rows == [
        ["s1", "Study"],
        ["s1|low dose|arm", "Arm"],
        ["s1|high dose|arm", "Arm"],
        ["s1|low dose|relapse", "Events; Participants"],
        ["s1|high dose|relapse", "Events; Participants"],
    ]
    answers = {
        "s1": {"Country": "France"},
        "s1|low dose|arm": {"Dose": "5"},
        "s1|high dose|arm": {"Dose": "50"},
        "s1|low dose|relapse": {"Events": "5", "Participants": "30"},
        "s1|high dose|relapse": {"Events": "9", "Participants": "31"},
    }
    review.fill(answers)
    reading = review.read()
    assert (reading.status["problems"], reading.status["settled"]) == ([], 5)
    table = review.outcomes(reading)
    assert [table[f"Abel 2015, {arm} dose", "relapse"]["dose"] for arm in ("low", "high")] == ["5.0", "50.0"]
    sheet = openpyxl.load_workbook(tmp_path / "extraction.anna.xlsx").worksheets[1]
    count = next(cell.value for cell in sheet[1] if "done" in str(cell.value))
    assert '"=Arm"' in count


def test_arms_of_a_design_are_named_by_the_protocol(tmp_path):
    names = [f"arm {number}" for number in range(8)]
    review = Review(tmp_path, extraction={**PROTOCOL["extraction"], "arms": {"rct": names}})
    rows = review.queue[review.queue["item_id"].str.startswith("s2") & (review.queue["outcome"] == "Death")]
    assert [*rows["arm"]] == names
    assert [*rows["comparator"]] == [""] * 7 + ["yes"]
