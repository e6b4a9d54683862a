"""A local server that speaks as much of Europe PMC and ClinicalTrials.gov as a search needs, and breaks on demand."""

from __future__ import annotations

import json
import threading
import urllib.parse
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

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
    """``first``: number of the first study. ``expired``: marks that the server does not know any more; it gives out others for the same pages."""

    def __init__(self, count: int, first: int = 0) -> None:
        self.first = first
        self.count, self.faults, self.asked, self.expired = count, [], [], set()

    def europepmc(self, asked: dict[str, str]) -> dict:
        start = 0 if asked["cursorMark"] == "*" else int(asked["cursorMark"].removeprefix("m"))
        results = [paper(number) for number in range(start, min(start + SIZE, self.count))]
        return {"hitCount": self.count, "nextCursorMark": f"m{start + len(results)}", "resultList": {"result": results}}

    def trials(self, asked: dict[str, str]) -> dict:
        start = int(asked.get("pageToken", "0"))
        end = min(start + SIZE, self.count)
        answer = {"studies": [study(self.first + number) for number in range(start, end)]}
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
        if gone := self.store.expired & {asked.get("cursorMark"), asked.get("pageToken")}:
            self.store.expired -= gone
            fault = "400"
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
