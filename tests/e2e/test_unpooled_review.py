"""An outcome without pooling in a review, from sheets with directions and p-values to page, manuscript, supplement."""

from __future__ import annotations

import json

import openpyxl
import pytest
from docx import Document
from quick import QuickReview
from test_accuracy_review import GROUPING, REASON, answered

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def review(built_once, tmp_path_factory):
    return QuickReview.at(built_once("accuracy", answered, tmp_path_factory.mktemp("accuracy") / "review"))


def test_answers_are_counted_and_not_pooled(review):
    result = json.loads((review.folder / "results/pooling/quality.json").read_text(encoding="utf-8"))
    own = result["without_pooling"]
    assert own["counts"] == {"towards": 3, "away": 1, "no difference": 1, "conflicting": 0, "not reported": 0}
    assert (own["votes"]["favourable"], own["votes"]["n"], result["pooled"]) == (3, 4, False)
    assert own["p_values"]["k"] == 3 and own["p_values"]["bounds"] == 2 and own["estimates"]["k"] == 1
    assert [row["label"] for row in result["left_out"]] == ["Fennel 1995"]
    table = (review.folder / "results/extraction/outcomes.csv").read_text(encoding="utf-8")
    assert ",direction,p_value," in table and "not reported: Quality of life: P value as reported" in table


def test_page_manuscript_and_supplement_say_so(review):
    results = review.folder / "results"
    page = (results / "report/report.html").read_text(encoding="utf-8")
    paper = "".join(Document(results / "manuscript.docx").element.body.itertext())
    counted = "3 of 4 studies lie on the side"
    assert all(words in page for words in (REASON, counted, "By setting", "Combined p-values"))
    assert all(words in paper for words in (REASON, counted, "Campbell et al.", GROUPING, "Not in the synthesis"))
    book = openpyxl.load_workbook(results / "supplement.xlsx", read_only=True)
    rows = [[str(cell or "") for cell in row] for row in book["SWiM"].iter_rows(values_only=True)]
    assert len(rows) == 10 and rows[1][3] == GROUPING
    for figure in ("effect_direction", "albatross"):
        assert (results / f"pooling/quality.{figure}.svg").is_file()


def test_the_sheet_of_certainty_asks_about_the_votes(review):
    rows = [row for row in review.rows("certainty", "anna") if row["Item"].startswith("quality|")]
    because = {row["Item"].partition("|")[2]: row["Because"] for row in rows}
    assert "3 studies lie on the side" in because["inconsistency"]
