"""The protocol changes while people work: a sheet is compared with what was offered, never with the form of today."""

from __future__ import annotations

import copy
import json

import openpyxl
import pytest
from quick import QuickReview
from review import config, fill_stage, ris

pytestmark = pytest.mark.e2e

EXTRACTED = "results/extraction/outcomes.csv"
DEATHS = {"name": "deaths", "label": "Deaths", "type": "count"}


def review_of(tmp_path, number: int = 3, **changes: object) -> QuickReview:
    exports = {"embase.ris": "".join(ris(n) for n in range(number))}
    return QuickReview(tmp_path / "review", config(**changes), exports)


def extracted(tmp_path) -> tuple[QuickReview, dict]:
    """A review with three studies whose extraction both reviewers have finished."""
    protocol = config()
    protocol["outcomes"]["death"] = {"columns": {"events": "events", "total": "total"}}
    review = QuickReview(tmp_path / "review", protocol, {"embase.ris": "".join(ris(n) for n in range(3))})
    review.targets = (EXTRACTED,)
    for stage in ("title_abstract", "full_text", "extraction"):
        review.run()
        fill_stage(review, stage)
    review.run()
    return review, copy.deepcopy(protocol)


def problems(review: QuickReview, stage: str) -> str:
    return "\n".join(f"{entry['where']}: {entry['what']}" for entry in review.status_of(stage)["problems"])


def first_page(review: QuickReview, stage: str, who: str) -> dict[str, list[str]]:
    """The texts of the first page by label."""
    lines: dict[str, list[str]] = {}
    for row in openpyxl.load_workbook(review.sheet(stage, who)).worksheets[0].iter_rows(values_only=True):
        lines.setdefault(str(row[0]), []).append(str(row[1]))
    return lines


def test_fields_that_are_added_renamed_and_taken_out_after_the_sheets_were_filled(tmp_path):
    review, protocol = extracted(tmp_path)
    before = [(row["Events"], row["Participants"], row["Region"]) for row in review.rows("extraction", "anna")]
    pooled = {row["outcome"] for row in review.table("extraction/outcomes.csv") if row["status"] == "used"}
    assert pooled == {"cure", "death"}

    # a required field is new, and an outcome that hangs on it: the other one is pooled as before
    fields = protocol["extraction"]["fields"]
    fields.append(DEATHS)
    protocol["outcomes"]["death"]["columns"]["events"] = "deaths"
    review.configure(protocol)
    review.run()
    rows = review.rows("extraction", "anna")
    assert [(row["Events"], row["Participants"], row["Region"]) for row in rows] == before
    assert [row["Deaths"] for row in rows] == ["", "", ""]
    status = {(row["outcome"], row["status"]) for row in review.table("extraction/outcomes.csv")}
    assert status == {("cure", "used"), ("death", "undecided")}
    assert review.open_rows("extraction") == (3, 3) and not review.status_of("extraction")["problems"]
    review.idle()

    # filled in it counts; then it is called otherwise: the heading changes, the answers stay
    for who in ("anna", "ben"):
        review.fill("extraction", who, lambda n, row: {"Deaths": str(n)})
    review.run()
    assert review.open_rows("extraction") == (0, 3)
    fields[-1] = {**DEATHS, "label": "Died of any cause"}
    fields[0] = {**fields[0], "label": "Deaths"}  # what is now the heading of another field
    review.configure(protocol)
    review.run()
    rows = review.rows("extraction", "anna")
    assert [row["Died of any cause"] for row in rows] == ["0", "1", "2"]
    assert [row["Deaths"] for row in rows] == [given[0] for given in before]
    assert "Events" not in rows[0] and review.open_rows("extraction") == (0, 3)
    review.idle()

    # taken out: named with its cells and the way back, and nothing else is touched
    del fields[-1]
    protocol["outcomes"].pop("death")
    review.configure(protocol)
    review.run()
    said = problems(review, "extraction")
    assert "“Died of any cause” (deaths) is asked no longer, and 3 answers in its column count for nothing" in said
    assert review.open_rows("extraction") == (0, 3)
    fields.append({**DEATHS, "label": "Died of any cause"})
    review.configure(protocol)
    review.run()
    assert review.open_rows("extraction") == (0, 3) and not review.status_of("extraction")["problems"]


def test_an_answer_that_is_renamed_or_removed_after_use(tmp_path):
    review, protocol = extracted(tmp_path)
    region = next(field for field in protocol["extraction"]["fields"] if field["name"] == "region")
    region["choices"] = ["northern", "south"]
    review.configure(protocol)
    review.run()
    (anna, ben) = review.status_of("extraction")["problems"]
    assert "“north” is no longer an answer to “Region”, and 2 answers use it" in anna["what"]
    assert "extraction.ben.xlsx" in ben["where"] and "Allowed: northern, south, not reported." in ben["what"]
    sheet = openpyxl.load_workbook(review.sheet("extraction", "anna"))
    page, lists = sheet.worksheets[1], sheet["Lists"]
    column = next(cell.column_letter for cell in page[1] if cell.value == "Region")
    (rule,) = [rule for rule in page.data_validations.dataValidation if f"{column}2" in rule.sqref]
    letter = rule.formula1.split("$")[1]
    assert [cell.value for cell in lists[letter]][:2] == ["northern", "south"], "the dropdown offers what is allowed"

    protocol["words"] = {"northern": ["north"]}
    review.configure(protocol)
    review.run()
    assert review.open_rows("extraction") == (0, 3) and not review.status_of("extraction")["problems"]
    assert {row["region"] for row in review.table("extraction/decisions.csv")} == {"northern", "south"}


def test_criteria_that_are_amended_reach_the_first_pages_and_decisions_keep_theirs(tmp_path):
    criteria = {"include": ["adults"], "exclude": ["case reports"]}
    review = review_of(tmp_path, 4, criteria=criteria)
    review.targets = ("results/title_abstract/status.json",)
    review.run()
    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: {"Decision": "include" if n < 2 else ""})
    review.run()
    page = openpyxl.load_workbook(review.sheet("title_abstract", "anna"))
    last = page.worksheets[0].max_row
    page.worksheets[0].cell(last + 2, 1).value = "what we agreed on Monday"
    page.save(review.sheet("title_abstract", "anna"))

    review.configure(config(criteria={"include": ["adults", "children from 12 years"], "exclude": ["case reports"]}))
    review.run()
    lines = first_page(review, "title_abstract", "anna")
    assert lines["Include"] == ["adults", "children from 12 years"] and lines["Exclude"] == ["case reports"]
    assert "what we agreed on Monday" in lines and list(lines).index("Good to know") > list(lines).index("Decision")
    assert review.status_of("title_abstract")["criteria"]["decided_under"] == [2, 0]
    review.idle()

    for who in ("anna", "ben"):
        review.fill("title_abstract", who, lambda n, row: {"Decision": "exclude"} if n == 3 else {})
    review.run()
    assert review.status_of("title_abstract")["criteria"]["decided_under"] == [2, 1]
    kept = json.loads((review.folder / "config/sheets/history/title_abstract.form.json").read_text(encoding="utf-8"))
    assert [version["include"] for version in kept["criteria"]] == [["adults"], ["adults", "children from 12 years"]]
    words = " ".join(review.status_of("title_abstract")["rounds"]["words"])
    assert "2 of 3 decisions were made under the criteria as they were before they were last amended" in words
