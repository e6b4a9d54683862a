"""A review in which each result has a row: from three-arm trials to pooled differences, traced back to their cells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from prismake.core.files import read_yaml
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
    },
)


def assess(number: int, row: dict[str, str]) -> dict[str, str]:
    arms = {"Separate arms": "low dose; high dose v placebo"} if number == 0 else {}
    return {"Decision": "include", "Study design": "rct", **arms}


def extract(number: int, row: dict[str, str]) -> dict[str, str]:
    study = 1 + ["Amber", "Basil", "Cedar"].index(row["Study"].split()[0])
    if row["Fill in"] == "Study":
        return {"Country": "Spain" if study == 3 else "France"}
    control, people = row["Arm"] == "placebo", str(20 + 20 * study)
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
        for name in ("death_30_days", "death_1_year", "pain")
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
    assert len(values) == (4 + 4) * 4 + 4 * 6 + 1  # of four comparisons in three studies, and a standard error
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


def test_there_is_nothing_to_ask_authors_for(review):
    assert review.table("extraction/not_reported.csv") == []
    assert [*(review.folder / "results/letters").glob("*.txt")] == []


def test_the_page_leads_from_numbers_to_cells(review):
    places = review.table("extraction/places.csv")
    assert len(places) == (4 + 4) * 4 + 4 * 6 + 1
    assert all(row["place"] for row in places)
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    assert page.count("Where each pooled number stands") == 3
    assert "anna: “25 %” in extraction.anna.xlsx, sheet “Data extraction”, cell " in page
    assert "converted from SE 0.125 of 80 people" in page


def test_the_page_shows_studies_once(review):
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    assert "Death, 30 days" in page
    assert [row["Country"] for row in review.table("report/studies.csv")] == ["France", "France", "Spain"]
    assert len(review.table("report/studies.csv")) == 3


def test_nothing_is_left_to_do(review):
    review.idle()
