"""A review of a test, from sheets with 2 x 2 tables and QUADAS-2 to the page, the manuscript and the check in R.

Its studies also report a second outcome that is not pooled: ``test_unpooled_review``.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from prismake import pooling as pl
from quick import QuickReview
from review import config, include_all, ris

pytestmark = pytest.mark.e2e

# Glas et al. 2003, telomerase for bladder cancer: tp, fp, fn, tn; here of invented studies.
TABLES = [(25, 1, 8, 25), (17, 3, 4, 11), (88, 16, 16, 31), (16, 3, 10, 80), (40, 1, 17, 137), (38, 6, 9, 24)]
CELLS = ("true positives", "false positives", "false negatives", "true negatives")
NAMES = ["Amber", "Basil", "Cedar", "Dahlia", "Elder", "Fennel"]

REASON = "The studies used six scales, and four of them report no variance"
GROUPING = "Studies were grouped by setting."
# What each study reports of quality of life, in the order of the questions of the sheet.
QUESTIONS = ("direction of the effect", "P value as reported", "participants", "effect", "lower bound", "upper bound")
REPORTED = [
    ("Favours testing", "<0.01", "120", "NR", "NR", "NR"),
    ("Favours testing", "NR", "NR", "NR", "NR", "NR"),
    ("Favours testing", "0.04", "80", "0.45", "0.02", "0.88"),
    ("Favours usual care", "NS", "64", "NR", "NR", "NR"),
    ("no difference", "NR", "40", "NR", "NR", "NR"),
    ("NR", "NR", "NR", "NR", "NR", "NR"),
]

PROTOCOL = config(
    reviewers=["anna"],
    appraisal={"instruments": {"diagnostic_cohort": "quadas2"}},
    extraction={"fields": [{"name": "setting", "label": "Setting", "type": "choice", "choices": ["clinic", "ward"]}]},
    certainty={"outcomes": {"telomerase": {"threshold": 0.1}, "quality": {}}},
    outcomes={
        "telomerase": {
            "title": "Telomerase",
            "kind": "diagnostic",
            "moderators": ["setting"],
            "diagnostic": {
                "condition": "bladder cancer",
                "prevalences": [0.1, 0.4],
                "sensitivity": ["leave_one_out", "without_high_risk"],
            },
        },
        "quality": {
            "title": "Quality of life",
            "kind": "without_pooling",
            "measure": "SMD",
            "favours": ["Favours usual care", "Favours testing"],
            "subgroups": ["setting"],
            "without_pooling": {"reason": REASON, "towards": "Favours testing", "grouping": GROUPING},
        },
    },
)


def extract(_: int, row: dict[str, str]) -> dict[str, str]:
    study = NAMES.index(row["Study"].split()[0])
    cells = {f"Telomerase: {word}": str(value) for word, value in zip(CELLS, TABLES[study], strict=True)}
    if study == 5:  # one side alone
        cells |= {f"Telomerase: {CELLS[cell]}": "NR" for cell in (1, 3)}
    cells |= {f"Quality of life: {word}": text for word, text in zip(QUESTIONS, REPORTED[study], strict=True)}
    return {**cells, "Setting": "clinic" if study % 2 else "ward"}


def appraise(_: int, row: dict[str, str]) -> dict[str, str]:
    question = row["Item"].rpartition("|")[2]
    if question[0].isdigit():
        return {"Answer": "yes"}
    return {"Answer": "high" if row["Study"].startswith("Amber") and "Index test" in row["Domain"] else "low"}


def answered(folder: Path) -> None:
    review = QuickReview(folder, PROTOCOL, {"pubmed.ris": "".join(ris(n) for n in range(6))})
    review.run("results/title_abstract/offered.json")
    review.fill("title_abstract", "anna", include_all)
    review.run("results/full_text/offered.json")
    review.fill("full_text", "anna", lambda *_: {"Decision": "include", "Study design": "diagnostic_cohort"})
    review.run("results/appraisal/offered.json", "results/extraction/offered.json")
    review.fill("appraisal", "anna", appraise)
    review.fill("extraction", "anna", extract)
    review.run()


@pytest.fixture(scope="module")
def review(built_once, tmp_path_factory):
    return QuickReview.at(built_once("accuracy", answered, tmp_path_factory.mktemp("accuracy") / "review"))


def result_of(review: QuickReview) -> dict:
    return json.loads((review.folder / "results/pooling/telomerase.json").read_text(encoding="utf-8"))


def test_the_counts_of_the_sheets_are_pooled_together(review):
    result = result_of(review)
    data = {cell: [row[j] for row in TABLES] for j, cell in enumerate(("tp", "fp", "fn", "tn"))}
    data |= {cell: [*data[cell][:5], None] for cell in ("fp", "tn")}
    fit = pl.pool_accuracy(data, labels=[study["label"] for study in result["studies"]])
    main = result["diagnostic"]["analyses"]["main"]
    for side in ("sensitivity", "specificity"):
        assert [main[side][key] for key in ("estimate", "ci_lb", "ci_ub")] == pytest.approx(getattr(fit, side))
    assert "Fennel 1995 contributes to sensitivity alone" in result["sentence"]
    assert main["structure"] == fit.structure and main["notes"] == list(fit.notes) and result["pooled"]
    assert result["counts"]["studies_pooled"] == 6 and "bladder cancer" in result["sentence"]


def test_quadas_stands_beside_the_counts_and_is_used(review):
    result = result_of(review)
    assert [study["label"] for study in result["studies"] if study["high_risk"]] == ["Amber 1990"]
    other = result["diagnostic"]["analyses"]["without_high_risk"]
    assert other["values"]["k"] == 5 and other["sentence"].startswith("Without studies at high risk of bias")
    forest = (review.folder / "results/pooling/telomerase.forest.svg").read_text(encoding="utf-8")
    row = result["diagnostic"]["analyses"]["main"]["specificity"]
    printed = f"{100 * row['estimate']:.1f} [{100 * row['ci_lb']:.1f}, {100 * row['ci_ub']:.1f}]"
    assert "D2 Index test" in forest and "Summary" in forest and printed in forest


def test_every_analysis_has_a_document_with_its_rows(review):
    folder = review.folder / "results/pooling/telomerase"
    names = {path.stem for path in folder.glob("*.json")}
    assert names == {"main", "leave_one_out", "without_high_risk", "moderators.setting"}
    document = json.loads((folder / "moderators.setting.json").read_text(encoding="utf-8"))
    assert document["input"]["setting"] == ["ward", "clinic"] * 3 and document["error"] is None
    assert document["values"]["LRT_df"] == 2
    table = (review.folder / "results/pooling/telomerase.metafor.csv").read_text(encoding="utf-8")
    assert list(csv.reader(table.splitlines()))[1] == ["Amber 1990", "NA", "1990", "25", "1", "8", "25", "ward"]


def test_the_page_has_every_part(review):
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    for words in (
        *("Sensitivity 77.1 %", "Summary ROC plot", "Predictive values", "By setting", "Each study left out in turn"),
        *("Chu and Cole 2006", "At a prevalence of 10", "Where each pooled number stands", "QUADAS-2"),
    ):
        assert words in page, words


def test_certainty_is_asked_for_both_sides(review):
    rows = review.rows("certainty", "anna")
    outcomes = {row["Item"].partition("|")[0] for row in rows}
    assert outcomes == {"telomerase.sensitivity", "telomerase.specificity", "quality"}
    proposed = {row["Item"].partition("|")[2]: row["Proposed"] for row in rows if "specificity" in row["Item"]}
    assert proposed["start"] == "high" and proposed["inconsistency"] == "very serious"


def test_nothing_is_left_to_do(review):
    review.idle()
