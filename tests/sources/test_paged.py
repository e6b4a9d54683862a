"""Europe PMC and ClinicalTrials.gov against a local server that hands out pages, and breaks."""

from __future__ import annotations

import json
import threading
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from prismake.errors import SearchError
from prismake.sources import clinicaltrials, europepmc
from prismake.sources.transport import Policy
from streamed import read_files

QUICK = Policy(attempts=3, first_wait=0.001, longest_wait=0.01, timeout=0.5, pause=0)
SIZE = 10


def paper(number: int) -> dict:
    return {
        "id": str(30_000_000 + number),
        "source": "MED",
        "pmid": str(30_000_000 + number),
        "doi": f"10.1000/ex.{number}",
        "title": f"Paper <i>number</i> {number}.",
        "authorList": {"author": [{"fullName": "Doe J"}, {"collectiveName": "Example Group"}]},
        "pubYear": "2019",
        "journalInfo": {"volume": "12", "issue": "3", "journal": {"title": "Journal of examples"}},
        "pageInfo": "1-9",
        "abstractText": "<h4>Background</h4>Cells were given (NCT01234567).",
        "pubTypeList": {"pubType": ["Journal Article", "Retracted Publication"]},
        "meshHeadingList": {"meshHeading": [{"descriptorName": "Child"}]},
        "commentCorrectionList": {"commentCorrection": [{"id": "31000000", "source": "MED", "type": "Retraction in"}]},
        "language": "eng",
    }


def study(number: int) -> dict:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}", "officialTitle": f"Study {number}"},
            "statusModule": {"startDateStruct": {"date": "2018-02"}},
            "referencesModule": {
                "references": [{"pmid": "30000007", "type": "RESULT"}, {"pmid": "1", "type": "BACKGROUND"}]
            },
        }
    }


class Store:
    def __init__(self, count: int) -> None:
        self.count, self.faults, self.asked = count, [], []

    def europepmc(self, asked: dict[str, str]) -> dict:
        start = 0 if asked["cursorMark"] == "*" else int(asked["cursorMark"].removeprefix("m"))
        results = [paper(number) for number in range(start, min(start + SIZE, self.count))]
        return {"hitCount": self.count, "nextCursorMark": f"m{start + len(results)}", "resultList": {"result": results}}

    def trials(self, asked: dict[str, str]) -> dict:
        start = int(asked.get("pageToken", "0"))
        end = min(start + SIZE, self.count)
        answer = {"studies": [study(number) for number in range(start, end)]}
        return (
            answer
            | ({"nextPageToken": str(end)} if end < self.count else {})
            | ({"totalCount": self.count} if not start else {})
        )


class Handler(BaseHTTPRequestHandler):
    store: Store

    def log_message(self, *args) -> None:
        pass

    def do_GET(self) -> None:
        parts = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(parts.query))
        self.store.asked.append(asked)
        fault = self.store.faults.pop(0) if self.store.faults else None
        answer = self.store.europepmc(asked) if parts.path.endswith("search") else self.store.trials(asked)
        data = json.dumps(answer).encode()
        bodies = {"empty": b"", "html": b"<html>", "cut": data[: len(data) // 2], "other": b'{"a": 1}'}
        bodies["message"] = b'{"errCode": 400, "errMsg": "Query is not valid"}'
        self.send_response(int(fault) if fault and fault.isdigit() else 200)
        self.send_header("Content-Length", str(len(bodies.get(fault, data))))
        self.end_headers()
        self.wfile.write(bodies.get(fault, data))


@contextmanager
def running(store: Store):
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("H", (Handler,), {"store": store}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(params=[europepmc, clinicaltrials], ids=["europepmc", "clinicaltrials"])
def source(request, monkeypatch):
    store = Store(35)
    with running(store) as url:
        monkeypatch.setenv(request.param.SERVICE.variable, url)
        yield request.param, store


def run(module, folder, **options):
    options = {"date": "2024-05-02", "until": "2024-05-01", "policy": QUICK, **options}
    return module.search(options.pop("query", "example"), folder, **options)


def test_all_pages_are_archived_and_replayed(source, tmp_path):
    module, store = source
    said = []
    log = run(module, tmp_path, progress=lambda done, total: said.append((done, total)))
    assert log.records == 35 and log.label == module.SERVICE.name and log.kind == module.SERVICE.kind
    assert said[-1] == (35, 35) and len(log.files) == 4
    requests = len(store.asked)
    assert run(module, tmp_path) == log == module.archived(tmp_path) and len(store.asked) == requests
    rows, imports = read_files(module.archive_files(tmp_path), "x")
    assert len(rows) == len({row["record_id"] for row in rows}) == 35
    assert {item.database for item in imports} == {module.SERVICE.name}


def test_days_are_part_of_the_request(source, tmp_path):
    module, store = source
    run(module, tmp_path, since="2020-01-01")
    asked = " ".join(store.asked[0].values())
    assert "2020-01-01" in asked and "2024-05-01" in asked and "example" in asked


@pytest.mark.parametrize("fault", ["429", "500", "503", "empty", "html", "cut", "other"])
def test_passing_faults(source, tmp_path, fault):
    module, store = source
    store.faults = [fault, None, fault, fault]
    assert run(module, tmp_path).records == 35


def test_a_lasting_fault_keeps_what_is_finished(source, tmp_path):
    module, store = source
    store.faults = [None, None, *["503"] * 3]
    with pytest.raises(SearchError, match="run the same command again"):
        run(module, tmp_path)
    assert len(module.archive_files(tmp_path)) == 2
    before = len(store.asked)
    assert run(module, tmp_path).records == 35
    assert len(store.asked) - before in {2, 3}, "a stored page was fetched again"


def test_final_faults(source, tmp_path):
    module, store = source
    for fault in ("400", "message"):
        store.faults = [fault]
        with pytest.raises(SearchError, match="refused"):
            run(module, tmp_path / fault)
    assert len(store.asked) == 2


def test_nothing_found_is_a_result(source, tmp_path):
    module, store = source
    store.count = 0
    log = run(module, tmp_path)
    assert log.records == 0 and "found nothing" in log.warnings[-1]


def test_records_of_europe_pmc(monkeypatch, tmp_path):
    with running(Store(1)) as url:
        monkeypatch.setenv(europepmc.SERVICE.variable, url)
        run(europepmc, tmp_path)
    (row,), _ = read_files(europepmc.archive_files(tmp_path), "europepmc")
    assert row["title"] == "Paper number 0." and row["authors"] == ["Doe J", "Example Group"]
    assert (row["year"], row["doi"], row["pmid"]) == (2019, "10.1000/ex.0", "30000000")
    assert row["abstract"] == "Background Cells were given (NCT01234567)."
    assert row["retracted"] and row["related_reports"] == ["RetractionIn: PMID 31000000"]
    assert row["record_id"] == "europepmc:30000000" and row["keywords"] == ["Child"]


def test_records_of_clinicaltrials(monkeypatch, tmp_path):
    with running(Store(1)) as url:
        monkeypatch.setenv(clinicaltrials.SERVICE.variable, url)
        run(clinicaltrials, tmp_path)
    (row,), (found,) = read_files(clinicaltrials.archive_files(tmp_path), "ctgov")
    assert row["trial_ids"] == ["NCT00000000"] and row["related_reports"] == ["Reference: PMID 30000007"]
    assert found.kind == "register" and row["record_id"] == "ctgov:NCT00000000"


def test_other_addresses_are_refused(monkeypatch, tmp_path):
    for module in (europepmc, clinicaltrials):
        monkeypatch.setenv(module.SERVICE.variable, "http://example.org/")
        with pytest.raises(SearchError, match="neither this machine nor"):
            run(module, tmp_path / module.SERVICE.name)
