"""A preprint is excluded and its article included: the preprint is asked about, counted once, and nothing is silent."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from quick import UpToFlow
from review import config, ris

pytestmark = pytest.mark.e2e
TITLE = "Remission after transfer of engineered cells in children with leukaemia: a phase 2 trial"
ARTICLE, PREPRINT, OTHER = "10.5555/example.0001", "10.1101/2019.01.02.19000001", "10.5555/example.0003"
KNOWN = f"{ARTICLE}\n{OTHER}  # by hand\n10.5555/nobody.1\n"
EXPORT = "".join(
    (
        ris(1, TI=TITLE, AU="Quint, Anna", PY="2020"),
        ris(2, TI=TITLE, AU="Quint, Anna", PY="2019", JO="medRxiv", DO=PREPRINT, VL="", SP=""),
        ris(3),
    )
)


def decide(review, stage, **decisions):
    """Both reviewers decide by DOI of the row, with the design or the reason that a decision asks for."""
    beside = {"include": {"Study design": "single_arm"}, "exclude": {"Reason for exclusion": "Wrong population"}}

    def answer(_, row):
        decision = decisions.get({ARTICLE: "article", PREPRINT: "preprint", OTHER: "other"}[row["DOI"]], "")
        return {"Decision": decision, **(beside.get(decision, {}) if stage == "full_text" else {})}

    for who in ("anna", "ben"):
        review.fill(stage, who, answer)


def screen(folder: Path) -> None:
    review = UpToFlow(folder, config(full_text={"reasons": ["Wrong population"]}), {"embase.ris": EXPORT})
    (review.folder / "config/known_studies.txt").write_text(KNOWN, encoding="utf-8")
    review.run()
    decide(review, "title_abstract", article="include", preprint="exclude", other="exclude")


@pytest.fixture
def review(built_once, tmp_path):
    """Article, its preprint and another article; the article alone goes on to full text."""
    return UpToFlow.at(built_once("linked_reports", screen, tmp_path / "review"))


def test_the_preprint_of_an_included_article_is_asked_about(review):
    related = {row["DOI"]: row["Possibly the same study as"] for row in review.rows("title_abstract", "anna")}
    assert related[PREPRINT].startswith(f"preprint: Quint 2020, {TITLE} [embase:")
    assert related[ARTICLE].startswith(f"preprint: Quint 2019, {TITLE} [embase:") and not related[OTHER]

    review.run()
    assert [row["DOI"] for row in review.rows("full_text", "anna")] == [ARTICLE]
    boxes = review.flow()["boxes"]
    assert (boxes["screened"], boxes["excluded_title_abstract"], boxes["sought"]) == (3, 2, 1)

    decide(review, "full_text", article="include")
    review.run()
    _, preprint = review.rows("full_text", "ben")
    assert (preprint["DOI"], preprint["Decision"]) == (PREPRINT, "")
    assert preprint["Possibly the same study as"].startswith("Excluded at title and abstract; asked about here because")
    assert [(row["kind"], row["title_abstract"]) for row in review.table("full_text/linked.csv")] == [
        ("preprint", "exclude")
    ]
    flow = review.flow()
    boxes = flow["boxes"]
    assert (boxes["screened"], boxes["excluded_title_abstract"], boxes["sought"]) == (3, 1, 2)
    assert (boxes["assessed"], boxes["undecided_full_text"], boxes["included"]["reports"]) == (1, 1, 1)
    assert flow["notes"] == [
        "Excluded at title and abstract but sought in full text, because they belong to an included report: 1."
    ]
    review.idle()

    decide(review, "full_text", preprint="include")
    for who in ("anna", "ben"):
        review.fill("full_text", who, lambda _, row: {"Study name": "QUEST"})
    review.run()
    assert review.flow()["boxes"]["included"] == {"studies": 1, "reports": 2}
    (study,) = review.table("full_text/studies.csv")
    assert len(study["report_ids"].split("; ")) == 2


def test_a_known_study_that_was_excluded_stands_in_the_closing_table_and_in_the_report(review):
    closing = " ".join(review.run().split())
    assert "Of 3 known studies the searches found 2; included so far: 0." in closing
    assert f"The known study {OTHER} (known_studies.txt, line 2) was excluded at title and abstract: embase:" in closing
    assert "The known study 10.5555/nobody.1 (known_studies.txt, line 3) was not found by any search." in closing
    review.run("results/report/report.html")
    page = (review.folder / "results/report/report.html").read_text(encoding="utf-8")
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())
    assert "3 known studies, 2 found by the searches, 2 missing, excluded or not retrieved" in words
    assert re.search(rf"{re.escape(OTHER)}\s+.*?embase:\S+ excluded, title and abstract", words)
