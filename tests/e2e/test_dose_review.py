"""A review with a dose-response outcome: from dose groups in sheets to curve, figures, page, and check in R."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from prismake.core.files import read_yaml
from prismake.protocol.config import validated
from prismake.report.value_trace import trace
from quick import QuickReview, inside
from review import config, include_all, ris

pytestmark = pytest.mark.e2e

PROTOCOL = config(
    reviewers=["anna"],
    appraisal={"instruments": {"cohort": "none", "case_control": "none"}},
    extraction={
        "shape": "results",
        "fields": [{"name": "counts", "label": "Counts", "type": "choice", "choices": ["case-control", "cohort"]}],
    },
    outcomes={
        "cancer": {
            "title": "Breast cancer",
            "kind": "dose_response",
            "measure": "OR",
            "dose_response": {
                "exposure": "alcohol",
                "unit": "g/day",
                "design": "counts",
                "doses": [5, 10, 20],
                "increment": 10,
            },
        },
        "death": {"title": "Death", "measure": "RR"},
    },
    certainty={"gate": "rolling", "outcomes": {"cancer": {}}},
)
# By study: design, and by dose group cases, total, ratio and its limits.
STUDIES = {
    "Amber": ("case-control", {"0": (120, 300), "<5": (96, 214, 1.15, 0.80, 1.66), "≥5": (110, 225, 1.38, 0.96, 1.99)}),
    "Basil": (
        "cohort",
        {"0": (60, 1441), "1–10": (58, 1330, 1.10, 0.77, 1.57), "10–20": (51, 928, 1.37, 0.95, 1.98),
         "≥ 20": (36, 510, 1.77, 1.17, 2.67)},
    ),
    "Cedar": ("case-control", {"0": (88, 190), "12": (75, 141, 1.29, 0.83, 2.00)}),
    "Dahlia": (
        "cohort",
        {"0": (140, 3100), "4 g/day": (77, 1680, 1.01, 0.77, 1.33), "10": (92, 1810, 1.22, 0.94, 1.58),
         "25": (71, 1210, 1.49, 1.12, 1.98)},
    ),
    "Elder": ("case-control", {"0": (99, 231), "6": (81, 171, 1.18, 0.79, 1.76)}),
}  # fmt: skip


def assess(number: int, row: dict[str, str]) -> dict[str, str]:
    name = row["Authors"].split(",")[0]
    design, groups = STUDIES[name]
    arms = "; ".join(groups) if name != "Elder" else ""
    return {"Decision": "include", "Study design": design.replace("-", "_"), "Separate arms": arms}


def extract(number: int, row: dict[str, str]) -> dict[str, str]:
    design, groups = STUDIES[row["Study"].split()[0]]
    if row["Fill in"] == "Study":
        return {"Counts": design}
    if row["Outcome"] == "Death":
        return {}
    if not row["Arm"]:  # the groups of this study were not named
        return {"Dose as printed": "6", "Events": "81", "Participants": "171"}
    numbers = groups[row["Arm"]]
    names = ("Events", "Participants", "Effect", "Lower bound", "Upper bound")
    return {"Dose as printed": row["Arm"], **dict(zip(names, map(str, numbers), strict=False))}


def extracted(folder: Path) -> None:
    review = QuickReview(folder, PROTOCOL, {"pubmed.ris": "".join(ris(n) for n in range(len(STUDIES)))})
    review.run("results/title_abstract/offered.json")
    review.fill("title_abstract", "anna", include_all)
    review.run("results/full_text/offered.json")
    review.fill("full_text", "anna", assess)
    review.run("results/extraction/offered.json")
    review.fill("extraction", "anna", extract)
    review.run()


@pytest.fixture(scope="module")
def review(built_once, tmp_path_factory):
    return QuickReview.at(built_once("dose_review", extracted, tmp_path_factory.mktemp("dose") / "review"))


def result_of(review: QuickReview) -> dict:
    return json.loads((review.folder / "results/pooling/cancer.json").read_text(encoding="utf-8"))


def test_every_dose_group_has_a_row_and_its_design(review):
    rows = [row for row in review.table("extraction/outcomes.csv") if row["outcome"] == "cancer"]
    basil = {row["dose"]: row for row in rows if row["label"].startswith("Basil")}
    assert list(basil) == ["0", "10–20", "1–10", "≥20"] and {row["design"] for row in basil.values()} == {"cohort"}
    assert basil["≥20"]["events"] == "36" and basil["0"]["effect"] == ""
    assert {row["status"] for row in basil.values()} == {"used"}


def test_a_study_with_one_group_is_left_out_and_says_what_to_do(review):
    rows = [row for row in review.table("extraction/outcomes.csv") if row["label"].startswith("Elder")]
    (row,) = [row for row in rows if row["outcome"] == "cancer"]
    assert row["status"] != "used" and "“Separate arms”" in row["remark"]


def test_the_groups_of_the_sheets_are_pooled_as_a_curve(review):
    result = result_of(review)
    own = result["dose_response"]
    assert result["pooled"] and own["k"] == 4 and len(own["knots"]) == 3 and own["stage"] == "one"
    assert [row["dose"] for row in own["predictions"]] == [5, 10, 20]
    assert {study["design"] for study in result["studies"]} == {"case_control", "cumulative_incidence"}
    basil = next(study for study in result["studies"] if study["label"].startswith("Basil"))
    assert [(group["dose"], group["assigned"]) for group in basil["groups"]] == [
        ("0", 0), ("1–10", 5.5), ("10–20", 15), ("≥20", 25),
    ]  # fmt: skip
    assert "as wide as the group below it" in basil["groups"][3]["derived"]
    assert result["sentence"].startswith("Breast cancer: 4 studies with 13 dose groups")
    assert result["counts"]["studies_pooled"] == 4


def test_page_manuscript_and_exports_show_the_curve(review):
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    for words in (
        *("Dose–response curve", "Effects at doses", "A line through the same studies", "Test of non-linearity"),
        *(
            "Greenland and Longnecker",
            "Crippa et al.",
            "Each study left out in turn",
            "Where each pooled number stands",
        ),
        "as wide as the group below them",
    ):
        assert words in page, words
    for figure in ("curve", "study_curves"):
        assert (review.folder / f"results/pooling/cancer.{figure}.svg").stat().st_size > 2000
    assert (review.folder / "results/manuscript.docx").stat().st_size > 10_000
    export = (review.folder / "results/pooling/cancer.metafor.csv").read_text(encoding="utf-8").splitlines()
    assert export[0] == "study,year,design,dose,events,total,effect,lower,upper,yi,sei"
    documents = sorted(path.stem for path in (review.folder / "results/pooling/cancer").glob("*.json"))
    assert documents == ["leave_one_out", "line", "main"]


def test_certainty_is_judged_at_the_highest_dose(review):
    rows = review.rows("certainty", "anna")
    assert {row["Outcome"] for row in rows} == {"Breast cancer: 20 g/day v 0 g/day"}
    proposed = {row["Item"].partition("|")[2]: row["Proposed"] for row in rows}
    assert proposed["start"] == "low" and proposed["dose_response"] == ""


def test_a_number_of_a_group_leads_to_its_cell(review):
    with inside(review.folder):
        protocol = validated(read_yaml(review.folder / "config/config.yaml"))
        label = next(study["label"] for study in result_of(review)["studies"] if study["label"].startswith("Basil"))
        lines = trace("cancer", label, protocol)
    place = next(index for index, line in enumerate(lines) if line.strip().startswith("effect = 1.77"))
    assert lines[place + 1].strip().startswith("anna: “1.77” in extraction.anna.xlsx, sheet “Data extraction”, cell ")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
def test_r_makes_the_curve_again(review):
    script = review.folder / "results/pooling/cancer.check.R"
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "numbers agree" in done.stdout


def test_nothing_is_left_to_do(review):
    review.idle()
