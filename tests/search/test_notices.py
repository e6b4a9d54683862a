"""Retractions and expressions of concern: in words, and asked for again as the search goes on."""

from __future__ import annotations

import json

import pytest
from prismake.core.errors import SearchError
from prismake.core.records import table
from prismake.protocol.notice_text import notice_text
from prismake.search.notices import check_again, included_notices, pubmed_search


@pytest.mark.parametrize(
    ("retracted", "links", "words"),
    [
        (False, [], ""),
        (True, [], "RETRACTED"),
        (True, ["RetractionIn: PMID 7"], "RETRACTED, see PMID 7"),
        (False, ["ExpressionOfConcernIn: PMID 8", "CommentIn: PMID 9"], "expression of concern, see PMID 8"),
        (True, ["ExpressionOfConcernIn: PMID 8"], "RETRACTED\nexpression of concern, see PMID 8"),
        (False, ["PartialRetractionIn: J Ex 2020;1:2"], "partly retracted, see J Ex 2020;1:2"),
        (False, ["RetractionOf: PMID 3"], ""),
    ],
)
def test_notices_in_words(retracted, links, words):
    assert notice_text(retracted, links) == words


def test_asked_once_for_each_day_of_the_search(tmp_path):
    asked = []

    def ask(pmids, **_):
        asked.append(list(pmids))
        return {"2": ["RetractionIn: PMID 7"]} if "2" in pmids else {}

    def check(pmids, until):
        return check_again(pmids, tmp_path, until, email="a@b.org", api_key=None, ask=ask)

    assert check(["1", "2"], "2025-01-31").notices == {"1": [], "2": ["RetractionIn: PMID 7"]}
    assert check(["2", "1"], "2025-01-31").days == {"1": "2025-01-31", "2": "2025-01-31"}
    check(["1", "2", "30"], "2025-01-31")
    assert asked == [["1", "2"], ["30"]], "what was asked is archived"
    check(["1"], "2025-02-28")
    assert asked[2:] == [["1"]], "a later search asks again"
    assert json.loads((tmp_path / "notices-2025-01-31.json").read_text(encoding="utf-8"))["asked"] == ["1", "2", "30"]


def test_the_last_answers_stand_when_pubmed_does_not_answer(tmp_path):
    def silent(pmids, **_):
        raise SearchError("PubMed does not answer.")

    args = {"email": "a@b.org", "api_key": None}
    check_again(["2"], tmp_path, "2025-01-31", ask=lambda pmids, **_: {"2": ["Retracted publication"]}, **args)
    found = check_again(["2", "3"], tmp_path, "2025-02-28", ask=silent, **args)
    assert (found.notices, found.days) == ({"2": ["Retracted publication"]}, {"2": "2025-01-31"})
    assert "not checked for retractions as of 2025-02-28: PubMed does not answer." in found.problem
    assert not (tmp_path / "notices-2025-02-28.json").exists()
    reports = table([{"pmid": "2"}, {"pmid": "3", "related_reports": ["ExpressionOfConcernIn: PMID 8"]}])
    listed = included_notices(reports.assign(report_id=["a", "b"]), ["a", "b"], found)
    assert listed.to_numpy().tolist() == [
        ["a", "2", "RETRACTED", "2025-01-31"],
        ["b", "3", "expression of concern, see PMID 8", ""],
    ]


def test_the_search_that_goes_furthest_tells_the_day():
    searches = {
        "old": {"live": True, "until": "2024-01-01"},
        "new": {"live": "pubmed", "until": "2025-01-01"},
        "other": {"live": "europepmc", "until": "2026-01-01"},
        "file": {"live": False, "until": ""},
    }
    assert pubmed_search(searches) == ("new", "2025-01-01")
    assert pubmed_search({"file": searches["file"]}) is None
