"""A second, real review: 1,510 records as four databases exported them, and the team's own screening decisions."""

from __future__ import annotations

import csv
import json
import os
import shutil
from pathlib import Path

import pandas as pd
import pytest
from prismake.core.files import read_csv
from prismake.core.records import normal_title
from quick import QuickReview
from review import Review, config, ris

SHARED = Path(os.environ.get("PRISMAKE_SHARED", Path(__file__).parents[3] / "shared"))
FOLDER = SHARED / "samples/reviews/water-child-mortality"
COUNTS = {"cochrane": 427, "embase": 500, "pubmed": 299, "scopus": 284}
REASONS = {
    "relevant intervention": "Wrong intervention",
    "low- or middle-income country": "Wrong country",
    "RCT": "Wrong study design",
    "includes children under 5": "No children under five",
}
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.xdist_group("water"),  # one worker makes it, once
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the exports of the water review are not here"),
]


def team() -> dict[str, dict[str, str]]:
    with (FOLDER / "screening_decisions.csv").open(encoding="utf-8", newline="") as file:
        return {normal_title(row["title"]): row for row in csv.DictReader(file)}


def assess(row: dict[str, str]) -> dict[str, str]:
    """The team's answers in the order of its questions: the first no is the reason."""
    for question, reason in REASONS.items():
        if row[question] != "1":
            return {"Decision": "exclude", "Reason for exclusion": reason}
    return {"Decision": "include", "Study design": "cohort"}


@pytest.fixture(scope="module")
def water(tmp_path_factory) -> Review:
    decided = team()
    protocol = config(
        title="Water treatment and child mortality",
        reviewers=["team"],
        searches={"earlier_reviews": {"kind": "other", "label": "Earlier reviews"}},
        full_text={"reasons": list(REASONS.values())},
    )
    earlier = [row for row in decided.values() if row["identified through database searching"] == "0"]
    exports = {
        "earlier_reviews.ris": "".join(
            ris(i, TI=row["title"], PY=row["study year"], DO="", AU="") for i, row in enumerate(earlier)
        )
    }
    review = QuickReview(tmp_path_factory.mktemp("water") / "review", protocol, exports)
    for name in ("cochrane.csv", "embase.csv", "scopus.csv", "pubmed.xlsx"):
        shutil.copy(FOLDER / name, review.folder / "config/searches" / name)
    review.run()
    titles = titles_of_reports(review)

    def of_team(row, answer):
        found = next((decided[title] for title in titles[row["Item"]] if title in decided), None)
        return answer(found) if found else {}

    review.fill(
        "title_abstract",
        "team",
        lambda _, row: of_team(
            row, lambda said: {"Decision": "include" if said["full text screened"] == "1" else "exclude"}
        ),
    )
    review.run()
    review.fill("full_text", "team", lambda _, row: of_team(row, assess))
    review.run()
    review.decided = decided
    return review


def titles_of_reports(review: Review) -> dict[str, list[str]]:
    """Every title under which a report was exported."""
    records = pd.read_parquet(review.folder / "results/records/records.parquet")
    clusters = read_csv(review.folder / "results/duplicates/duplicates.csv")
    joined = clusters.merge(records[["record_id", "title"]], on="record_id")
    return joined.groupby("report_id")["title"].agg(lambda group: [normal_title(title) for title in group]).to_dict()


def test_all_four_counts_match(water):
    for source, count in COUNTS.items():
        log = json.loads((water.folder / f"results/search/{source}.json").read_text(encoding="utf-8"))
        assert log["records"] == count, source
    records = pd.read_parquet(water.folder / "results/records/records.parquet")
    assert records["record_id"].is_unique
    assert (records["source"] != "earlier_reviews").sum() == 1510


def test_no_record_without_an_identifier_vanishes(water):
    records = pd.read_parquet(water.folder / "results/records/records.parquet")
    clusters = read_csv(water.folder / "results/duplicates/duplicates.csv")
    assert sorted(clusters["record_id"]) == sorted(records["record_id"])
    offered = {row["Item"] for row in water.rows("title_abstract", "team")}
    title = dict(zip(records["record_id"], records["title"].map(normal_title), strict=True))
    bare = records[(records["doi"] == "") & (records["pmid"] == "") & (records["source"] != "earlier_reviews")]
    assert len(bare) > 100
    report = dict(zip(clusters["record_id"], clusters["report_id"], strict=True))
    for record in bare["record_id"]:
        assert report[record] in offered
        others = [one for one, cluster in report.items() if cluster == report[record] and one != record]
        for other in others:  # merged only with a record whose title says the same
            shared = set(title[record].split()) & set(title[other].split())
            assert len(shared) >= 0.6 * min(len(set(title[record].split())), len(set(title[other].split()))), (
                record,
                other,
            )


def test_the_team_s_decisions_are_read_back(water):
    decisions = read_csv(water.folder / "results/title_abstract/decisions.csv").set_index("item_id")
    titles = titles_of_reports(water)
    for item, row in decisions.iterrows():
        said = next((water.decided[title] for title in titles[item] if title in water.decided), None)
        expected = "" if said is None else "include" if said["full text screened"] == "1" else "exclude"
        assert row["decision"] == expected, item
    assert (decisions["decision"] != "").sum() >= 1150


def test_the_flow_adds_up_with_its_undecided(water):
    boxes = json.loads((water.folder / "results/flow/flow.json").read_text(encoding="utf-8"))["boxes"]
    assert boxes["identified"]["total"] == 1510
    assert (
        boxes["identified"]["total"] - boxes["removed"]["total"]
        == boxes["screened"] + boxes["undecided_title_abstract"]
    )
    assert boxes["screened"] - boxes["excluded_title_abstract"] == boxes["sought"]
    assert set(boxes["excluded_full_text"]) <= set(REASONS.values())
    assert boxes["included"]["studies"] >= 1
    water.idle()
