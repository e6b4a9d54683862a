"""A review that compares a network of treatments: from arms in sheets to league table, figures, page and check in R."""

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
    appraisal={"instruments": {"rct": "none"}},
    extraction={
        "shape": "results",
        "fields": [
            {"name": "country", "label": "Country"},
            {"name": "drug", "label": "Drug", "per": "arm"},
        ],
    },
    outcomes={
        "remission": {
            "title": "Remission",
            "kind": "network",
            "measure": "OR",
            "network": {
                "treatment": "drug",
                "treatments": {"Placebo": ["sham"], "Alpha": [], "Beta": []},
                "reference": "placebo",
                "small_values": "bad",
            },
        },
        "survival": {
            "title": "Survival",
            "kind": "network",
            "measure": "GEN",
            "ratio_scale": True,
            "measure_name": "hazard ratio",
            "network": {"small_values": "good"},
        },
        "death": {"title": "Death", "measure": "RR"},
    },
    certainty={"gate": "rolling", "outcomes": {"remission": {"threshold": 0.05}}},
)
ARMS = ("alpha v placebo", "Beta v placebo", "alpha; Beta v placebo", "alpha v Beta")
EVENTS = {"placebo": 10, "alpha": 16, "Beta": 22}
DRUGS = {"placebo": "sham", "alpha": "Alpha", "Beta": "beta"}
HAZARDS = {"alpha v placebo": "0.80", "Beta v placebo": "0.60", "alpha v Beta": "1.33"}


def assess(number: int, row: dict[str, str]) -> dict[str, str]:
    return {"Decision": "include", "Study design": "rct", "Separate arms": ARMS[number]}


def extract(number: int, row: dict[str, str]) -> dict[str, str]:
    study = ["Amber", "Basil", "Cedar", "Dahlia"].index(row["Study"].split()[0])
    if row["Fill in"] == "Study":
        return {"Country": "Spain"}
    if row["Fill in"] == "Arm":
        return {"Drug": "Gamma" if study == 3 and row["Arm"] == "Beta" else DRUGS[row["Arm"]]}
    if row["Outcome"] == "Survival":
        middle = float(HAZARDS[row["Arm"]])
        return {
            "Effect": HAZARDS[row["Arm"]],
            "Lower bound": f"{middle / 1.5:.2f}",
            "Upper bound": f"{middle * 1.5:.2f}",
        }
    if row["Outcome"] == "Death":
        return {"Events": str(8 + study), "Participants": str(50 + 10 * study)}
    return {"Events": str(EVENTS[row["Arm"]] + study), "Participants": str(50 + 10 * study)}


def extracted(folder: Path) -> None:
    review = QuickReview(folder, PROTOCOL, {"pubmed.ris": "".join(ris(n) for n in range(4))})
    review.run("results/title_abstract/offered.json")
    review.fill("title_abstract", "anna", include_all)
    review.run("results/full_text/offered.json")
    review.fill("full_text", "anna", assess)
    review.run("results/extraction/offered.json")
    review.fill("extraction", "anna", extract)
    review.run()


@pytest.fixture(scope="module")
def review(built_once, tmp_path_factory):
    return QuickReview.at(built_once("network_review", extracted, tmp_path_factory.mktemp("network") / "review"))


def result(review, name: str) -> dict:
    return json.loads((review.folder / f"results/pooling/{name}.json").read_text(encoding="utf-8"))


def test_every_arm_has_a_row_and_its_treatment(review):
    rows = [row for row in review.table("extraction/outcomes.csv") if row["outcome"] == "remission"]
    assert len(rows) == 2 + 2 + 3 + 2
    cedar = {row["arm"]: row for row in rows if row["label"].startswith("Cedar")}
    assert {arm: row["treatment"] for arm, row in cedar.items()} == {
        "alpha": "Alpha", "Beta": "beta", "placebo": "sham",
    }  # fmt: skip
    assert (cedar["placebo"]["events"], cedar["placebo"]["total"]) == ("12", "70")


def test_a_treatment_that_the_protocol_does_not_know_is_asked_back(review):
    rows = [row for row in review.table("extraction/outcomes.csv") if row["outcome"] == "remission"]
    refused = {row["label"]: row["remark"] for row in rows if row["status"] != "used"}
    assert "“Gamma” is none of the treatments of this outcome." in refused["Dahlia 1993, Beta"]
    assert set(refused) == {"Dahlia 1993, Beta", "Dahlia 1993, alpha"}  # one arm alone compares nothing
    assert {row["label"] for row in result(review, "remission")["left_out"]} == set(refused)


def test_the_network_is_pooled_against_the_reference(review):
    found = result(review, "remission")
    own = found["network"]
    assert (found["pooled"], own["reference"], len(found["studies"])) == (True, "Placebo", 3)
    assert [row["name"] for row in own["treatments"]] == ["Placebo", "Alpha", "Beta"]
    assert {tuple(row["treatments"]): row["studies"] for row in own["comparisons"]} == {
        ("Placebo", "Alpha"): 2, ("Placebo", "Beta"): 2, ("Alpha", "Beta"): 1,
    }  # fmt: skip
    assert found["sentence"].startswith(
        "Remission: 3 treatments in 3 studies with 430 participants, 1 of them with more"
    )
    assert own["treatments"][2]["p_score"] > own["treatments"][1]["p_score"] > own["treatments"][0]["p_score"]


def test_effects_between_arms_have_a_row_for_every_pair(review):
    rows = [row for row in review.table("extraction/outcomes.csv") if row["outcome"] == "survival"]
    assert sorted(row["arm"] for row in rows if row["label"].startswith("Cedar")) == [
        "Beta v placebo", "alpha v Beta", "alpha v placebo",
    ]  # fmt: skip
    found = result(review, "survival")
    assert (found["pooled"], len(found["studies"])) == (True, 4)
    assert found["network"]["against"]


def test_a_pairwise_outcome_beside_a_network_is_what_it_was(review):
    rows = [row for row in review.table("extraction/outcomes.csv") if row["outcome"] == "death"]
    assert all(row["treatment"] == "" for row in rows)
    assert len({row["study_id"] for row in rows}) == 4
    found = result(review, "death")
    assert "kind" not in found
    assert found["counts"]["studies_pooled"] == 4


def test_page_manuscript_and_exports_show_the_network(review):
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    for text in (
        "Against Placebo",
        "All comparisons",
        "Heterogeneity and inconsistency",
        "by network meta-analysis with",
    ):
        assert text in page
    assert "Rücker" in page
    for figure in ("network", "reference_forest", "league", "net_heat", "comparison_funnel"):
        assert (review.folder / f"results/pooling/remission.{figure}.svg").stat().st_size > 2000
    assert (review.folder / "results/manuscript.docx").stat().st_size > 10_000
    export = (review.folder / "results/pooling/remission.metafor.csv").read_text(encoding="utf-8").splitlines()
    assert export[0] == "study,year,treatment,events,total"
    assert export[1].split(",")[2:] == ["Alpha", "16", "50"]
    assert sorted(path.stem for path in (review.folder / "results/pooling/remission").glob("*.json")) == [
        "designs", "league", "main", "net_heat", "ranks",
    ]  # fmt: skip


def test_certainty_is_asked_for_each_treatment_against_the_reference(review):
    items = list(dict.fromkeys(row["Outcome"] for row in review.rows("certainty", "anna")))
    assert items == ["Remission: Alpha v Placebo", "Remission: Beta v Placebo"]
    findings = json.loads((review.folder / "results/certainty/summary_of_findings.json").read_text(encoding="utf-8"))
    assert [row["participants"] for row in findings["outcomes"]] == [430, 430]


def test_a_number_of_an_arm_leads_to_its_cell(review):
    with inside(review.folder):
        protocol = validated(read_yaml(review.folder / "config/config.yaml"))
        lines = trace("remission", review.table("full_text/studies.csv")[0]["label"], protocol)
    place = next(index for index, line in enumerate(lines) if line.strip().startswith("events = 16 "))
    assert lines[place + 1].strip().startswith("anna: “16” in extraction.anna.xlsx, sheet “Data extraction”, cell ")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not installed")
@pytest.mark.parametrize("name", ["remission", "survival"])
def test_r_makes_the_network_again(review, name):
    script = review.folder / f"results/pooling/{name}.check.R"
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "numbers agree" in done.stdout


def test_nothing_is_left_to_do(review):
    review.idle()
