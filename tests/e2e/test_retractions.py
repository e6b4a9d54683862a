"""A study is retracted after it was included: the next search asks for it, and sheets and report say so."""

from __future__ import annotations

import eutils_server as eutils
import pandas as pd
import pytest
from quick import UpToFlow
from review import config, fill_stage

pytestmark = pytest.mark.e2e
RETRACTED = (
    "<CommentsCorrectionsList><CommentsCorrections RefType='RetractionIn'><RefSource>J Ex. 2025</RefSource>"
    "<PMID>39000009</PMID></CommentsCorrections></CommentsCorrectionsList>"
)


class Later(eutils.Server):
    """PubMed after a record was retracted."""

    retracted = ""

    def fetch(self, asked, dtd=eutils.DTD):
        found = super().fetch(asked, dtd).decode()
        whole = eutils.article(self.retracted) if self.retracted else ""
        return (
            found.replace(whole, eutils.article(self.retracted, extra=RETRACTED)).encode() if whole else found.encode()
        )


def protocol(until: str) -> dict[str, object]:
    return config(searches={"pubmed": {"live": True, "query": "cells", "until": until}}, email="team@example.org")


def test_included_studies_are_asked_for_again_when_the_search_moves_on(tmp_path, monkeypatch):
    store = Later(eutils.pmids(2, date="2024/05/01"))
    with eutils.running(store) as server:
        monkeypatch.setenv("PRISMAKE_EUTILS_URL", server.url)
        review = UpToFlow(tmp_path / "review", protocol("2025-01-31"), {})
        review.run()
        fill_stage(review, "title_abstract")
        review.run()
        fill_stage(review, "full_text")
        review.run()
        said = review.table("full_text/notices.csv")
        assert [(row["pmid"], row["notices"], row["checked"]) for row in said] == [
            ("30000001", "", "2025-01-31"),
            ("30000002", "", "2025-01-31"),
        ]
        store.retracted = "30000002"
        fetches = len(server.fetches())
        review.run()
        assert len(server.fetches()) == fetches, "nothing is asked twice for one day"

        review.configure(protocol("2025-02-28"))
        review.run()
        assert server.fetches()[fetches:] == [["30000001", "30000002"]]
    monkeypatch.setenv("PRISMAKE_EUTILS_URL", "http://127.0.0.1:9/entrez/eutils/")
    review.run()
    said = {row["pmid"]: row["notices"] for row in review.table("full_text/notices.csv")}
    assert said == {"30000001": "", "30000002": "RETRACTED, see PMID 39000009"}
    queue = pd.read_parquet(review.folder / "results/extraction/queue.parquet")
    assert sorted(queue["notices"]) == ["", "RETRACTED, see PMID 39000009"]


def test_a_retraction_that_the_export_tells_stands_in_the_screening_sheets(tmp_path):
    export = "PMID- 7\nTI  - A trial of cells\nDP  - 2020\nPT  - Retracted Publication\nRIN - J Ex. 2021. PMID: 9\n\n"
    review = UpToFlow(tmp_path / "review", config(), {"pubmed.txt": export})
    review.run()
    (row,) = review.rows("title_abstract", "anna")
    assert row["Notices"] == "RETRACTED, see PMID 9"
    fill_stage(review, "title_abstract")
    review.run()
    assert [row["Notices"] for row in review.rows("full_text", "ben")] == ["RETRACTED, see PMID 9"]
