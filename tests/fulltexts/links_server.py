"""A local server that speaks for the PMC ID Converter and for Unpaywall, and breaks on demand."""

from __future__ import annotations

import json
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Links:
    """``pmcids`` by PMID or DOI, ``copies`` by DOI (the content of best_oa_location, None where it is not free).

    ``fault``: what every request gets instead of an answer. ``asked``: paths with their queries.
    """

    pmcids: dict[str, str] = field(default_factory=dict)
    copies: dict[str, Any] = field(default_factory=dict)
    fault: str = ""
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def converter(self, query: dict[str, str]) -> tuple[int, Any]:
        records: list[dict[str, Any]] = []
        for one in query["ids"].split(","):
            if one in self.pmcids:
                records.append({query["idtype"]: one, "pmcid": self.pmcids[one], "requested-id": one})
            else:
                records.append({"requested-id": one, "status": "error", "errmsg": "Identifier not found in PMC"})
        return 200, {"status": "ok", "records": records}

    def unpaywall(self, doi: str) -> tuple[int, Any]:
        if doi not in self.copies:
            return 404, {"error": True, "message": f"'{doi}' isn't in Unpaywall"}
        return 200, {"doi": doi, "is_oa": bool(self.copies[doi]), "best_oa_location": self.copies[doi]}


@contextmanager
def running(links: Links) -> Iterator[Links]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query))
            links.asked.append(urllib.parse.unquote(self.path))
            if links.fault == "page":
                code, data = 200, b"<html>Sign in to the hotel network</html>"
            elif links.fault:
                code, data = int(links.fault), b"no"
            elif parts.path.startswith("/idconv"):
                code, answer = links.converter(query)
                data = json.dumps(answer).encode()
            else:
                code, answer = links.unpaywall(urllib.parse.unquote(parts.path.removeprefix("/v2/")))
                data = json.dumps(answer).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    links.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield links
    finally:
        server.shutdown()
        server.server_close()
