"""A review in which each result has a row: from three-arm trials to pooled differences, traced back to their cells."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from prismake.core.files import read_yaml
from prismake.extraction import conversions
from prismake.extraction.conversions import crossover_smd
from prismake.protocol.config import validated
from prismake.report.value_trace import pooled_values, trace
from quick import QuickReview, inside
from review import config, include_all, ris

pytestmark = pytest.mark.e2e

PROTOCOL = config(
    reviewers=["anna"],
    appraisal={"instruments": {"rct": "none"}},
    extraction={
        "shape": "results",
        "arms": {"rct": ["drug", "placebo"]},
        "fields": [{"name": "country", "label": "Country"}],
    },
    outcomes={
        "death": {"title": "Death", "measure": "OR", "timepoints": ["30 days", "1 year"], "subgroups": ["country"]},
        "pain": {
            "title": "Pain",
            "measure": "MD",
            "conversions": ["se"],
            "sensitivity": ["leave_one_out", "without_converted"],
        },
        "mood": {  # standardised differences of trials with two groups and of a crossover trial
            "title": "Mood",
            "measure": "GEN",
            "ratio_scale": False,
            "conversions": ["smd", "crossover_smd"],
            "assumed": {"correlation": 0.5},
            "sensitivity": ["three_level", "lower_correlation", "higher_correlation"],
        },
    },
)

# of four comparisons in three studies, a standard error, and the groups and periods behind four effects
NUMBERS = (4 + 4) * 4 + 4 * 6 + 1 + 4 * 3 + 3 * 6 + 5


def assess(number: int, row: dict[str, str]) -> dict[str, str]:
    arms = {"Separate arms": "low dose; high dose v placebo"} if number == 0 else {}
    return {"Decision": "include", "Study design": "rct", **arms}


def extract(number: int, row: dict[str, str]) -> dict[str, str]:
    study = 1 + ["Amber", "Basil", "Cedar"].index(row["Study"].split()[0])
    if row["Fill in"] == "Study":
        return {"Country": "Spain" if study == 3 else "France"}
    control, people = row["Arm"] == "placebo", str(20 + 20 * study)
    if row["Outcome"] == "Mood":
        own = {"Mean in the first group": f"{3 + study / 10 + 0.2 * (row['Arm'] == 'low dose'):.1f}"}
        own |= {"SD in the first group": "1.1", "Mean in the second group": "4.0", "SD in the second group": "1.2"}
        sizes = {"Participants of the first group": people, "Participants of the second group": people}
        blank = dict.fromkeys(("Effect", "Lower bound", "Upper bound"), "NR")
        return {**blank, **own, **({"People in both periods": people} if study == 3 else sizes)}
    if row["Outcome"] == "Pain":
        spread = {"Mean": "4.0 ± 1.2"} if control else {"Mean": f"{3 + study / 10:.1f}", "SD": "1.1"}
        if study == 3 and not control:
            spread |= {"SD": "NR", "SE": "0.125"}
        return {**spread, "Participants": people}
    return {"Events": str(8 + study) if control else "25 %", "Participants": people}


def extracted(folder: Path) -> None:
    review = QuickReview(folder, PROTOCOL, {"pubmed.ris": "".join(ris(n) for n in range(3))})
    review.run("results/title_abstract/offered.json")
    review.fill("title_abstract", "anna", include_all)
    review.run("results/full_text/offered.json")
    review.fill("full_text", "anna", assess)
    review.run("results/extraction/offered.json")
    review.fill("extraction", "anna", extract)
    review.run()


@pytest.fixture(scope="module")
def review(built_once, tmp_path_factory):
    return QuickReview.at(built_once("results_in_rows", extracted, tmp_path_factory.mktemp("results") / "review"))


def test_each_outcome_and_time_point_is_pooled_and_studies_are_counted(review):
    found = {
        name: json.loads((review.folder / f"results/pooling/{name}.json").read_text(encoding="utf-8"))
        for name in ("death_30_days", "death_1_year", "pain")  # mood has results of comparisons
    }
    for result in found.values():
        assert (result["analyses"]["main"]["studies"], result["counts"]["studies_pooled"]) == (3, 3)
        assert "one comparator for high dose and low dose, which were combined into one" in result["sentence"]
    assert found["death_1_year"]["title"] == "Death, 1 year"
    combined = next(study for study in found["death_1_year"]["studies"] if study["arm"])
    assert [combined[role] for role in ("events1", "total1", "events2", "total2")] == [20, 80, 9, 40]
    assert {study["subgroups"]["country"] for study in found["death_1_year"]["studies"]} == {"France", "Spain"}


def test_every_pooled_number_leads_to_the_cell_where_it_stands(review):
    with inside(review.folder):
        protocol = validated(read_yaml(review.folder / "config/config.yaml"))
        values = list(pooled_values(protocol))
        lines = trace("death_1_year", review.table("full_text/studies.csv")[0]["label"], protocol)
    assert len(values) == NUMBERS
    assert all(len(value.cells) == 1 and value.cells[0].typed for value in values)
    assert any("“25 %” in extraction.anna.xlsx, sheet “Data extraction”, cell" in line for line in lines)


def test_a_converted_number_is_marked_and_left_out_in_a_sensitivity_analysis(review):
    pain = json.loads((review.folder / "results/pooling/pain.json").read_text(encoding="utf-8"))
    study = next(study for study in pain["studies"] if study["label"].startswith("Cedar"))
    assert study["sd1"] == pytest.approx(0.125 * 80**0.5)
    assert study["how"].startswith("sd1 converted from SE 0.125 of 80 people")
    assert "† Cedar 1992: Pain: SD, first arm converted from SE 0.125 of 80 people." in pain["sentence"]
    assert pain["sensitivity"]["without_converted"]["without"] == ["Cedar 1992"]
    assert "Cedar 1992 †" in (review.folder / "results/pooling/pain.forest.svg").read_text(encoding="utf-8")


def test_a_crossover_trial_stands_beside_trials_of_two_groups_and_its_correlation_is_varied(review):
    mood = json.loads((review.folder / "results/pooling/mood.json").read_text(encoding="utf-8"))
    effects = {study["label"]: study for study in mood["studies"]}
    smd, se = crossover_smd(3.3, 1.1, 4.0, 1.2, 80, 0.5)
    assert (effects["Cedar 1992"]["yi"], effects["Cedar 1992"]["vi"]) == pytest.approx((smd, se**2))
    assert effects["Basil 1991"]["yi"] == pytest.approx(conversions.smd(3.2, 1.1, 60, 4.0, 1.2, 60)[0])
    assert "of 80 people in both periods, assumed correlation 0.5." in mood["sentence"]
    for name, r in (("lower_correlation", 0.3), ("higher_correlation", 0.7)):
        row = mood["sensitivity"][name]
        assert row["vi"][-1] == pytest.approx(crossover_smd(3.3, 1.1, 4.0, 1.2, 80, r)[1] ** 2)
        assert row["vi"][:-1] == pytest.approx([study["vi"] for study in mood["studies"]][:-1])
        assert row["estimate"] != mood["analyses"]["main"]["estimate"]
        assert f"The correlation is {r} instead of 0.5 in Cedar 1992." in row["sentence"]


def test_several_effects_of_one_study_are_pooled_in_a_three_level_model_with_robust_errors(review):
    mood = json.loads((review.folder / "results/pooling/mood.json").read_text(encoding="utf-8"))
    row = mood["sensitivity"]["three_level"]
    assert (row["values"]["k"], row["values"]["clusters"], row["options"]["test"]) == (4, 3, "CR2")
    assert "in a three-level model of 4 effects in 3 studies, with cluster-robust standard errors" in row["sentence"]


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")
def test_r_agrees_with_effects_of_groups_and_periods(review):
    script = review.folder / "results/pooling/mood.check.R"
    done = subprocess.run(["Rscript", str(script)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lower_correlation" in done.stdout or "numbers agree" in done.stdout


def test_there_is_nothing_to_ask_authors_for(review):
    assert review.table("extraction/not_reported.csv") == []
    assert [*(review.folder / "results/letters").glob("*.txt")] == []


def test_the_page_leads_from_numbers_to_cells(review):
    places = review.table("extraction/places.csv")
    assert len(places) == NUMBERS
    assert all(row["place"] for row in places)
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    assert page.count("Where each pooled number stands") == 4
    assert "anna: “25 %” in extraction.anna.xlsx, sheet “Data extraction”, cell " in page
    assert "converted from SE 0.125 of 80 people" in page


def test_the_page_shows_studies_once(review):
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    assert "Death, 30 days" in page
    assert [row["Country"] for row in review.table("report/studies.csv")] == ["France", "France", "Spain"]
    assert len(review.table("report/studies.csv")) == 3


def test_nothing_is_left_to_do(review):
    review.idle()
