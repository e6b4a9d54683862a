"""A live PubMed search inside the graph, against a local server that speaks the protocol."""

from __future__ import annotations

import json
import shutil

import eutils_server as eutils
import pytest
from review import Review, config

pytestmark = pytest.mark.e2e


def protocol(until: str) -> dict[str, object]:
    search = {"live": True, "query": "CAR T AND leukemia", "until": until, "label": "PubMed"}
    return config(searches={"pubmed": search}, email="team@example.org")


def test_searched_archived_played_back_and_updated(tmp_path, monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", "secretsecretsecret")
    store = eutils.Server(eutils.pmids(7, date="2024/05/01"))
    with eutils.running(store) as server:
        monkeypatch.setenv("PRISMAKE_EUTILS_URL", server.url)
        review = Review(tmp_path / "review", protocol("2025-01-31"), {})
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


def test_a_database_that_does_not_answer_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("PRISMAKE_EUTILS_URL", "http://example.org/")
    review = Review(tmp_path / "review", protocol("2025-01-31"), {})
    output = review.run(check=False)
    assert review.status != 0
    assert "PRISMAKE_EUTILS_URL" in output
    assert output.count("Stopped:") == 1
