"""Citation chasing against local servers that answer in the shapes of OpenAlex and ELink, and break."""

from __future__ import annotations

import gzip
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import eutils_server
import pytest
from prismake.core.errors import SearchError
from prismake.core.files import read_json
from prismake.protocol.schema import with_defaults
from prismake.search.chasing import Seed, chase
from prismake.search.discovery import sources
from prismake.search.elink import PubMedLinks
from prismake.search.eutils import Client
from prismake.search.openalex import OpenAlex
from prismake.search.sources import read_source
from prismake.search.transport import Policy

QUICK = Policy(attempts=3, first_wait=0.001, longest_wait=0.01, timeout=0.5, pause=0)
SEEDS = [Seed("pubmed:1", doi="10.5555/ex.1", pmid="30000001"), Seed("embase:L2", doi="10.5555/no", pmid="")]
PAGE = 3


def work(number: int) -> dict:
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/10.5555/w.{number}",
        "title": f"Work number {number}",
        "publication_year": 2021,
        "authorships": [{"author": {"display_name": "Anna Quint"}}],
        "primary_location": {"source": {"display_name": "Ex"}},
        "referenced_works": [f"https://openalex.org/W{cited}" for cited in (900, 901)] if number == 1 else [],
    }


class Service:
    """Seven works cite W1, which cites W900 and W901; ``faults``: status of each request to come, 0 for a proper one.

    ``headers`` go with each fault; the works in ``withdrawn`` have no record any longer. The pages and their limits are
    those of developers.openalex.org/guides/page-through-results.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.faults: list[int] = []
        self.headers: dict[str, str] = {}
        self.withdrawn: set[int] = set()

    def answer(self, path: str, values: dict[str, str]) -> tuple[int, dict]:
        if path.startswith("/works/"):
            known = path in {"/works/doi:10.5555/ex.1", "/works/pmid:30000001"}
            return (200, work(1)) if known else (404, {"error": "not found"})
        if not 1 <= int(values["per-page"]) <= 100:
            return 400, {"error": "per-page must be between 1 and 100"}
        wanted, start = values["filter"], 0 if values["cursor"] == "*" else int(values["cursor"])
        numbers = list(range(100, 107)) if wanted == "cites:W1" else [int(name[1:]) for name in wanted[9:].split("|")]
        numbers = [number for number in numbers if number not in self.withdrawn]
        page = numbers[start : start + PAGE]
        following = str(start + PAGE) if start + PAGE < len(numbers) else None
        return 200, {"meta": {"count": len(numbers), "next_cursor": following}, "results": [work(n) for n in page]}


@pytest.fixture
def openalex(monkeypatch):
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args) -> None:
            pass

        def do_GET(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            service.asked.append(self.path)
            fault = service.faults.pop(0) if service.faults else 0
            path = urllib.parse.unquote(parts.path)
            status, answer = (fault, {}) if fault else service.answer(path, dict(urllib.parse.parse_qsl(parts.query)))
            data = json.dumps(answer).encode()
            self.send_response(status)
            for name, value in service.headers.items() if fault else ():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("PRISMAKE_OPENALEX_URL", f"http://127.0.0.1:{server.server_port}/")
    monkeypatch.delenv("OPENALEX_API_KEY", raising=False)
    yield service
    server.shutdown()
    server.server_close()


def read(folder, tmp_path):
    details = sources(with_defaults({}), folder.parent)[folder.name]
    output = tmp_path / "records.parquet", tmp_path / "decisions.csv"
    return read_source(folder.name, details, "", folder.parent, *output)


def test_both_directions_are_archived_and_read(openalex, tmp_path):
    folder = tmp_path / "searches" / "citations_openalex"
    found = chase(SEEDS, folder, OpenAlex(QUICK), "2024-05-02")
    assert (found.asked, found.unknown, found.records) == (2, ["embase:L2"], 9)
    assert [path.name for path in sorted(folder.iterdir())][:3] == [
        f"citing-2024-05-02-pubmed-1-000{n}.json.gz" for n in (1, 2, 3)
    ]
    log = read(folder, tmp_path)
    assert (log["records"], log["kind"], log["label"]) == (9, "other", "Citation searching (OpenAlex)")
    assert (log["date"], log["platform"]) == ("2024-05-02", "OpenAlex API")
    assert "2 included reports" in log["query"]


def test_nobody_is_asked_about_twice(openalex, tmp_path):
    folder = tmp_path / "searches" / "chased"
    chase(SEEDS, folder, OpenAlex(QUICK), "2024-05-02")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    asked = len(openalex.asked)
    assert chase(SEEDS, folder, OpenAlex(QUICK), "2024-06-01").asked == 0 and len(openalex.asked) == asked
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    again = chase(SEEDS, folder, OpenAlex(QUICK), "2024-06-01", again=True)
    assert again.asked == 2 and again.records == 18
    assert all((folder / name).exists() for name in before)
    assert read(folder, tmp_path)["records"] == 9, "a work that was handed out twice counts once"


def test_a_run_that_broke_goes_on(openalex, tmp_path):
    folder = tmp_path / "chased"
    seeds = [SEEDS[0], Seed("pubmed:9", pmid="30000001")]
    openalex.faults = [0, 0, 0, 0, 0, 503, 503, 503]
    with pytest.raises(SearchError, match="run the same command again"):
        chase(seeds, folder, OpenAlex(QUICK), "2024-05-02")
    assert list(read_json(folder / "search-chased.json")["studies"]) == ["pubmed:1"]
    assert chase(seeds, folder, OpenAlex(QUICK), "2024-05-02").asked == 1


def test_a_passing_fault_is_waited_out(openalex, tmp_path):
    openalex.faults = [503, 0, 429]
    assert chase(SEEDS[:1], tmp_path / "chased", OpenAlex(QUICK), "2024-05-02").records == 9


def test_a_work_that_was_merged_is_followed_on_the_same_server_only(openalex, tmp_path):
    openalex.faults, openalex.headers = [301], {"Location": "/works/pmid:30000001"}
    assert chase(SEEDS[:1], tmp_path / "chased", OpenAlex(QUICK), "2024-05-02").records == 9
    assert openalex.asked[1] == "/works/pmid:30000001"
    openalex.faults, openalex.headers = [301], {"Location": "http://localhost:9/works/W2"}
    with pytest.raises(SearchError, match="HTTP 301"):
        chase(SEEDS[:1], tmp_path / "elsewhere", OpenAlex(QUICK), "2024-05-02")


def test_the_key_is_sent_and_never_shown_or_archived(openalex, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENALEX_API_KEY", " secretsecret ")
    client = OpenAlex(QUICK)
    chase(SEEDS[:1], tmp_path / "chased", client, "2024-05-02")
    assert all("api_key=secretsecret" in path for path in openalex.asked) and "secretsecret" not in repr(client)
    assert not any(b"secretsecret" in path.read_bytes() for path in (tmp_path / "chased").glob("*.json"))
    openalex.faults = [401]
    with pytest.raises(SearchError, match=r"HTTP 401.*Check OPENALEX_API_KEY") as error:
        chase(SEEDS[:1], tmp_path / "chased", client, "2024-05-02", again=True)
    assert "secretsecret" not in str(error.value)


def test_an_allowance_that_is_used_up_is_told_at_once_with_what_to_do(openalex, tmp_path):
    openalex.faults, openalex.headers = [429], {"Retry-After": "40000"}
    with pytest.raises(SearchError, match=r"no more requests today.*openalex\.org/settings/api.*OPENALEX_API_KEY"):
        chase(SEEDS[:1], tmp_path / "chased", OpenAlex(QUICK), "2024-05-02")
    assert len(openalex.asked) == 1
    openalex.faults, openalex.headers = [429] * 3, {}
    with pytest.raises(SearchError, match=r"HTTP 429.*OPENALEX_API_KEY"):
        chase(SEEDS[:1], tmp_path / "chased", OpenAlex(QUICK), "2024-05-02")


def test_links_without_a_record_are_counted(openalex, tmp_path):
    openalex.withdrawn = {901}
    folder = tmp_path / "chased"
    found = chase(SEEDS[:1], folder, OpenAlex(QUICK), "2024-05-02")
    assert (found.records, found.absent) == (8, 1)
    assert chase(SEEDS[:1], folder, OpenAlex(QUICK), "2024-05-03").absent == 1, "it is kept in the log"


def test_a_study_that_was_not_known_is_asked_about_again_once_its_identifiers_are_others(openalex, tmp_path):
    folder = tmp_path / "chased"
    assert chase([SEEDS[1]], folder, OpenAlex(QUICK), "2024-05-02").unknown == ["embase:L2"]
    assert chase([SEEDS[1]], folder, OpenAlex(QUICK), "2024-05-02").asked == 0
    corrected = Seed("embase:L2", doi="10.5555/no", pmid="30000001")
    found = chase([corrected], folder, OpenAlex(QUICK), "2024-05-03")
    assert (found.asked, found.unknown, found.records) == (1, [], 9)


CITING, REFERENCES = "pubmed_pubmed_citedin", "pubmed_pubmed_refs"


@pytest.fixture
def eutils(monkeypatch):
    """Two records cite 30000001, which cites one; 250 cite 30000002, more than one request fetches."""
    everyone = list(eutils_server.pmids(300))
    links = {
        ("30000001", CITING): everyone[4:6],
        ("30000001", REFERENCES): everyone[8:9],
        ("30000002", CITING): everyone[20:270],
    }
    with eutils_server.running(eutils_server.Server(eutils_server.pmids(300), links=links)) as store:
        monkeypatch.setenv("PRISMAKE_EUTILS_URL", store.url)
        yield store


def chaser() -> PubMedLinks:
    return PubMedLinks(Client(email="a@example.org", policy=QUICK))


def test_pubmed_gives_its_links(eutils, tmp_path):
    folder = tmp_path / "searches" / "citations_pubmed"
    found = chase(SEEDS, folder, chaser(), "2024-05-02")
    assert (found.unknown, found.records) == (["embase:L2"], 3)
    asked = [parameters for call, parameters in eutils.asked if call == "elink"]
    assert [(one["id"], one["linkname"]) for one in asked] == [("30000001", CITING), ("30000001", REFERENCES)]
    assert all((one["db"], one["dbfrom"], one["cmd"]) == ("pubmed", "pubmed", "neighbor") for one in asked)
    log = read(folder, tmp_path)
    assert (log["records"], log["kind"], log["label"]) == (3, "other", "Citation searching (PubMed)")
    assert log["platform"] == "NCBI E-utilities (ELink)"
    citing, cited = (
        gzip.decompress((folder / f"{direction}-2024-05-02-pubmed-1-{number}.xml.gz").read_bytes())
        for direction, number in (("citing", "0001"), ("references", "0002"))
    )
    assert b"30000005" in citing and b"30000006" in citing and b"30000009" in cited


def test_links_of_a_much_cited_study_are_fetched_in_portions(eutils, tmp_path):
    folder = tmp_path / "searches" / "citations_pubmed"
    found = chase([Seed("pubmed:2", pmid="30000002")], folder, chaser(), "2024-05-02")
    assert [len(ids) for ids in eutils.fetches()] == [200, 50] and found.records == 250
    assert read(folder, tmp_path)["records"] == 250


def test_links_that_broke_off_are_asked_for_again_and_no_others(eutils, tmp_path):
    folder = tmp_path / "searches" / "citations_pubmed"
    seeds = [Seed("pubmed:1", pmid="30000001"), Seed("pubmed:2", pmid="30000002")]
    # the first study takes four requests, the second its links, 200 records, and then nobody answers any longer
    eutils.faults = [None] * 6 + ["503"] * 3
    with pytest.raises(SearchError, match="run the same command again"):
        chase(seeds, folder, chaser(), "2024-05-02")
    log = folder / "search-chased.json"
    assert list(read_json(log)["studies"]) == ["pubmed:1"]
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path != log}
    eutils.asked.clear()
    found = chase(seeds, folder, chaser(), "2024-05-02")
    assert (found.asked, found.records) == (1, 253)
    assert {parameters["id"] for call, parameters in eutils.asked if call == "elink"} == {"30000002"}
    assert all((folder / name).read_bytes() == data for name, data in before.items())
    assert read(folder, tmp_path)["records"] == 253, "what was half done is archived once"


@pytest.mark.parametrize("fault", ["429:0", "503", "html", "cut:60", "drop"])
def test_a_passing_fault_of_elink_is_waited_out(fault, eutils, tmp_path):
    eutils.faults = [fault, None, None, fault]
    assert chase(SEEDS[:1], tmp_path / "chased", chaser(), "2024-05-02").records == 3


def test_an_answer_of_elink_that_says_an_error_is_no_study_without_links(eutils, tmp_path):
    eutils.faults = ["error:Invalid db name specified"] * 3
    with pytest.raises(SearchError):
        chase(SEEDS[:1], tmp_path / "chased", chaser(), "2024-05-02")
    assert not (tmp_path / "chased" / "search-chased.json").exists()
