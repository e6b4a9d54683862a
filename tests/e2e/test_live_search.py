"""A live PubMed search inside the graph, against a local server that speaks the protocol."""

from __future__ import annotations

import csv
import json
import shutil
from itertools import pairwise

import eutils_server as eutils
import paged_server as paged
import pandas as pd
import pytest
from quick import QuickReview
from review import IDLE, Review, config

pytestmark = pytest.mark.e2e
QUEUE = "results/title_abstract/queue.parquet"


def protocol(until: str) -> dict[str, object]:
    search = {"live": True, "query": "CAR T AND leukemia", "until": until, "label": "PubMed"}
    return config(searches={"pubmed": search}, email="team@example.org")


def test_searched_archived_played_back_and_updated(tmp_path, monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", "secretsecretsecret")
    store = eutils.Server(eutils.pmids(7, date="2024/05/01"))
    with eutils.running(store) as server:
        monkeypatch.setenv("PRISMAKE_EUTILS_URL", server.url)
        review = QuickReview(tmp_path / "review", protocol("2025-01-31"), {})
        review.run()
        assert len(review.rows("title_abstract", "anna")) == 7
        review.idle()

        # an update fetches only what is new
        store.dates.update(eutils.pmids(2, date="2025/02/10", start=40_000_001))
        review.configure(protocol("2025-02-28"))
        asked = len(server.fetches())
        review.run()
        assert len(review.rows("title_abstract", "anna")) == 9
        assert [sorted(ids) for ids in server.fetches()[asked:]] == [["40000001", "40000002"]]

    # the server is gone, results are gone: the archive answers
    monkeypatch.setenv("PRISMAKE_EUTILS_URL", "http://127.0.0.1:9/entrez/eutils/")
    before = review.digests()

    shutil.rmtree(review.folder / "results")
    review.run()
    assert review.digests() == before
    log = json.loads((review.folder / "results/search/pubmed.json").read_text(encoding="utf-8"))
    assert log["records"] == 9
    kept = [
        path for path in review.folder.rglob("*") if path.is_file() and path.suffix not in (".gz", ".parquet", ".xlsx")
    ]
    assert not any("secretsecretsecret" in path.read_text(encoding="utf-8", errors="replace") for path in kept)


def test_searches_of_several_sources_take_turns(tmp_path, monkeypatch):
    """Each source by its own name, one after the other, a register counted as one and linked by its trial number."""
    search = {"live": "clinicaltrials", "query": "CAR T", "until": "2025-01-31"}
    searches = {"pubmed": {**search, "live": "pubmed"}, "pmc": {**search, "live": "europepmc"}, "trials": search}
    papers, registered = eutils.Server(eutils.pmids(4, date="2024/05/01")), paged.Store(13, first=1_234_567)
    with eutils.running(papers) as server, paged.running(registered) as url:
        monkeypatch.setenv("PRISMAKE_EUTILS_URL", server.url)
        monkeypatch.setenv("PRISMAKE_EUROPEPMC_URL", url)
        monkeypatch.setenv("PRISMAKE_CLINICALTRIALS_URL", url)
        review = QuickReview(tmp_path / "review", config(searches=searches, email="team@example.org"), {})
        Review.run(review, "--cores", "4", QUEUE)  # processes, of which four may run at once
        assert IDLE in review.run(QUEUE)
    turns = ["cursorMark" in asked for asked in registered.asked]
    assert sum(one != other for one, other in pairwise(turns)) == 1, "two searched at a time"
    logs = {name: json.loads((review.folder / f"results/search/{name}.json").read_text()) for name in searches}
    assert {name: (log["kind"], log["records"]) for name, log in logs.items()} == {
        "pubmed": ("database", 4),
        "pmc": ("database", 13),
        "trials": ("register", 13),
    }
    assert logs["trials"]["label"] == "ClinicalTrials.gov"
    entry = {row["item_id"]: row for row in queued(review)}["trials:NCT01234567"]
    assert "Trial registry record" in entry["types"] and entry["trials"] == "NCT01234567"
    with (review.folder / "results/duplicates/links.csv").open(encoding="utf-8") as file:
        linked = [row for row in csv.DictReader(file) if "trials:NCT01234567" in row.values()]
    assert linked and {row["kind"] for row in linked} == {"registry entry"}


def queued(review: Review) -> list[dict[str, str]]:
    return pd.read_parquet(review.folder / QUEUE).to_dict("records")


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PRISMAKE_EUTILS_URL", "http://example.org/")
    review = QuickReview(tmp_path / "review", protocol("2025-01-31"), {})
    output = review.run(check=False)
    assert review.status != 0
    assert "PRISMAKE_EUTILS_URL" in output
    assert output.count("Stopped:") == 1
