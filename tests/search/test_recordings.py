"""Real answers of the E-utilities, recorded: each is understood, and a recorded search is replayed whole."""

from __future__ import annotations

import json
import re

import pytest
import yaml
from eutils_server import Server, running
from prismake.core.errors import SearchError
from prismake.search import entrez, eutils
from prismake.search.transport import PassingError, Policy
from sample_folder import SHARED
from streamed import read_files

FOLDER = SHARED / "samples" / "entrez"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the recordings are not here (set PRISMAKE_SHARED)")


def answers(name: str) -> list[tuple[str, bytes]]:
    """(call, answer) of each turn of a recording."""
    talk = yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    turns = []
    for turn in talk["interactions"]:
        call = re.search(r"/(\w+)\.fcgi", turn["request"]["uri"]).group(1)
        data = turn["response"]["body"]["string"]
        turns.append((call, data.encode() if isinstance(data, str) else data))
    return turns


def recordings() -> list[str]:
    return sorted(path.name for path in FOLDER.glob("*.yaml")) if FOLDER.is_dir() else []


@pytest.mark.parametrize("name", recordings())
def test_every_recorded_answer_is_understood(name):
    expected = json.loads((FOLDER.parent / "expected.json").read_text())[f"entrez/{name}"]
    fetched = 0
    for call, data in answers(name):
        if call == "esearch":
            hits = eutils._hits(eutils._judged(data, None))
            assert hits.count >= len(hits.ids)
        elif call == "efetch" and b"<PubmedArticleSet" in data[:2000]:
            fetched += len(eutils._whole(eutils._judged(data, None)))
    assert fetched == expected["pubmed_records"]


@pytest.mark.parametrize(
    "name", ["biopython_esearch1.xml", "biopython_esearch2_history.xml", "biopython_esearch8_no_hits.xml"]
)
def test_recorded_searches(name):
    expected = json.loads((FOLDER.parent / "expected.json").read_text())[f"entrez/{name}"]
    hits = eutils._hits(eutils._judged((FOLDER / name).read_bytes(), None))
    assert hits.count == int(expected["count"]) and len(hits.ids) == expected["ids"]
    if "no_hits" in name:
        assert any("abcXYZ" in message for message in hits.messages)


@pytest.mark.parametrize("name", ["biopython_epost2_error.xml", "biopython_epost3_error.xml"])
def test_recorded_errors_are_errors(name):
    with pytest.raises((SearchError, PassingError)):
        data = eutils._judged((FOLDER / name).read_bytes(), None)
        eutils._hits(data)


class Recorded(Server):
    """A server that answers with one recorded search."""

    def search(self, asked):
        return next(data for call, data in self.turns if call == "esearch" and b"<IdList>" in data)

    def fetch(self, asked, dtd=""):
        wanted = set(asked["id"].split(","))
        data = next(data for call, data in self.turns if call == "efetch").decode()
        head = data[: data.index("<PubmedArticle>")]
        articles = re.findall(r"<PubmedArticle>.*?</PubmedArticle>", data, re.DOTALL)
        kept = [text for text in articles if re.search(r"<PMID[^>]*>(\d+)", text).group(1) in wanted]
        return f"{head}{''.join(kept)}</PubmedArticleSet>".encode()


def test_a_recorded_search_is_replayed_whole(monkeypatch, tmp_path):
    server = Recorded({})
    server.turns = answers("hawc_full_search.yaml")
    server.dates = dict.fromkeys(eutils._hits(server.search({})).ids, "2024/01/01")
    with running(server):
        monkeypatch.setenv(eutils.ADDRESS, server.url)
        log = entrez.search(
            "recorded", tmp_path, email="a@example.org", api_key="k" * 36, date="2024-09-05", policy=Policy(attempts=2)
        )
    rows, _ = read_files(entrez.archive_files(tmp_path), "pubmed")
    assert log.records == len(rows) == 259 and not log.missing
    assert {row["pmid"] for row in rows} == set(server.dates)
    assert sum(not row["doi"] for row in rows) == 22 and sum(not row["abstract"] for row in rows) == 6
    told = " ".join(log.warnings)
    assert "did not find '2-ethyl-4-oxyhexyl'" in told and "mehp" in told.split("widened")[1]
