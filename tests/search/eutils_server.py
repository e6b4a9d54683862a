"""A local server that speaks as much of the E-utilities as a search needs, and breaks on demand.

It holds generated records, finds all of them with any query, honours Entrez dates, hands out at most ``window`` ids, knows
the links that a test gives it, and takes its faults from a list: each request takes the next one (``None``: answer
properly).
"""

from __future__ import annotations

import json
import threading
import time
import urllib.parse
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DTD = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
)
NEWER_DTD = DTD.replace("2025", "2031").replace("250101", "310101")


def article(pmid: str, *, title: str = "", extra: str = "", abstract: str = "Seven of ten patients improved.") -> str:
    """One record as EFetch gives it."""
    return f"""<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">{pmid}</PMID>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">0000-0000</ISSN><JournalIssue CitedMedium="Print">
<Volume>12</Volume><Issue>3</Issue><PubDate><Year>2019</Year><Month>Mar</Month></PubDate></JournalIssue>
<Title>Journal of Examples</Title><ISOAbbreviation>J Ex</ISOAbbreviation></Journal>
<ArticleTitle>{title or f"Example study number {pmid}."}</ArticleTitle>
<Pagination><StartPage>1</StartPage><EndPage>9</EndPage><MedlinePgn>1-9</MedlinePgn></Pagination>
<Abstract><AbstractText Label="RESULTS" NlmCategory="RESULTS">{abstract}</AbstractText></Abstract>
<AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Doe</LastName><ForeName>Jane</ForeName>
<Initials>J</Initials></Author></AuthorList><Language>eng</Language>
<PublicationTypeList><PublicationType UI="D016428">Journal Article</PublicationType></PublicationTypeList>
</Article>{extra}</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="doi">10.1000/ex.{pmid}</ArticleId></ArticleIdList></PubmedData></PubmedArticle>"""


def article_set(pmids: Iterable[str], dtd: str = DTD) -> bytes:
    records = "\n".join(article(pmid) for pmid in pmids)
    return f'<?xml version="1.0" ?>\n{dtd}\n<PubmedArticleSet>\n{records}\n</PubmedArticleSet>\n'.encode()


@dataclass
class Server:
    """What the server holds and what it was asked.

    ``dates``: Entrez date (YYYY/MM/DD) by PMID. ``faults``: one for each request to come. ``withheld``: PMIDs that are
    found but never handed out. ``links``: linked PMIDs by PMID and name of the link. ``stubborn``: the fault of every EFetch for
    a PMID. ``delays``: seconds that an EFetch for a PMID takes; ``delay``: any request.
    ``permitted``: requests a second, beyond which all get 429, as many as there are for 0. ``asked``: (call, parameters) of each
    request; ``times``: when it came. ``handed``: PMIDs handed out properly.
    """

    dates: dict[str, str]
    faults: list[str | None] = field(default_factory=list)
    withheld: set[str] = field(default_factory=set)
    links: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    stubborn: dict[str, str] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    delay: float = 0.0
    permitted: int = 0
    messages: str = ""
    translation: str = "example[Title]"
    largest_batch: int = 10_000
    window: int = 9_999
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    handed: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    url: str = ""
    lock: Any = field(default_factory=threading.Lock)

    def fetches(self) -> list[list[str]]:
        """The ids of each EFetch, answered properly or not."""
        return [parameters["id"].split(",") for call, parameters in self.asked if call == "efetch"]

    def search(self, asked: dict[str, str]) -> bytes:
        first, last = asked.get("mindate", "0"), asked.get("maxdate", "9")
        ids = [pmid for pmid, date in self.dates.items() if first <= date <= last]
        shown = ids[: min(int(asked.get("retmax", "20")), self.window)]
        return (
            '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eSearchResult PUBLIC "-//NLM//DTD esearch 20060628//EN"'
            ' "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20060628/esearch.dtd">\n'
            f"<eSearchResult><Count>{len(ids)}</Count><RetMax>{len(shown)}</RetMax><RetStart>0</RetStart><IdList>"
            + "".join(f"<Id>{pmid}</Id>" for pmid in shown)
            + f"</IdList><TranslationSet/><QueryTranslation>{self.translation}</QueryTranslation>{self.messages}"
            "</eSearchResult>"
        ).encode()

    def fetch(self, asked: dict[str, str], dtd: str = DTD) -> bytes:
        ids = [pmid for pmid in asked["id"].split(",") if pmid in self.dates and pmid not in self.withheld]
        return article_set(ids, dtd)

    def link(self, asked: dict[str, str]) -> bytes:
        """The answer of ELink to ``cmd=neighbor``; a record without links has no LinkSetDb at all."""
        pmid, name = asked["id"], asked["linkname"]
        linked = "".join(f"<Link><Id>{number}</Id></Link>" for number in self.links.get((pmid, name), ()))
        found = f"<LinkSetDb><DbTo>pubmed</DbTo><LinkName>{name}</LinkName>{linked}</LinkSetDb>" if linked else ""
        return (
            '<?xml version="1.0" encoding="UTF-8" ?>\n<!DOCTYPE eLinkResult PUBLIC "-//NLM//DTD elink 20101123//EN"'
            ' "https://eutils.ncbi.nlm.nih.gov/eutils/dtd/20101123/elink.dtd">\n'
            f"<eLinkResult><LinkSet><DbFrom>pubmed</DbFrom><IdList><Id>{pmid}</Id></IdList>{found}</LinkSet>"
            "</eLinkResult>\n"
        ).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._serve(urllib.parse.urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _serve(self, query: str) -> None:
        store = self.store
        asked = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        call = urllib.parse.urlsplit(self.path).path.rsplit("/", 1)[-1].removesuffix(".fcgi")
        with store.lock:
            store.asked.append((call, asked))
            store.times.append(time.monotonic())
            store.methods.append(self.command)
            fault = store.faults.pop(0) if store.faults else None
        ids = asked.get("id", "").split(",")
        if store.permitted and sum(moment > store.times[-1] - 1 for moment in store.times[:-1]) >= store.permitted:
            fault = "429:1"
        fault = fault or next((store.stubborn[pmid] for pmid in ids if pmid in store.stubborn), None)
        time.sleep(max(store.delay, *(store.delays.get(pmid, 0.0) for pmid in ids)))
        if fault is None and call == "efetch" and asked["id"].count(",") + 1 > store.largest_batch:
            fault = "500"
        answer = {"esearch": store.search, "elink": store.link}.get(call, store.fetch)(asked)
        if fault:
            self._break(fault, answer, asked)
            return
        if call == "efetch":
            with store.lock:
                store.handed += [pmid for pmid in asked["id"].split(",") if pmid not in store.withheld]
        self._send(200, answer)

    def _send(self, status: int, data: bytes, kind: str = "text/xml; charset=UTF-8", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def _break(self, fault: str, answer: bytes, asked: dict[str, str]) -> None:
        kind, _, detail = fault.partition(":")
        if kind in {"drop", "hang"}:
            self._fall_silent(kind, detail, answer)
            return
        limit = json.dumps(
            {"error": "API rate limit exceeded", "api-key": asked.get("api_key", "203.0.113.5"), "limit": "3"}
        ).encode()
        ids = asked.get("id", "").split(",")
        page = f"<html><h1>WWW Error {kind} Diagnostic</h1>{asked.get('api_key')}</html>".encode()
        bodies = {
            "429": lambda: limit,
            "json": lambda: limit,
            "empty": lambda: b"",
            "html": lambda: b"<!DOCTYPE html><html><body>Down for maintenance</body></html>",
            "error": f'<?xml version="1.0"?>\n<eFetchResult><ERROR>{detail}</ERROR></eFetchResult>'.encode,
            "cut": lambda: answer[: len(answer) * int(detail) // 100],
            "fewer": lambda: article_set(ids[: int(detail)]),
            "other": lambda: article_set([str(int(pmid) + 5_000_000) for pmid in ids]),
            "newer-dtd": lambda: self.store.fetch(asked, NEWER_DTD),
            "redirect": lambda: b"",
        }
        status = int(kind) if kind.isdigit() else 302 if kind == "redirect" else 200
        headers = {"Retry_After": detail} if kind == "429" and detail else {}
        if kind == "redirect":
            headers["Location"] = "http://127.0.0.1:9/"
        self._send(status, bodies.get(kind, lambda: page)(), **headers)

    def _fall_silent(self, kind: str, detail: str, answer: bytes) -> None:
        if kind == "hang":
            time.sleep(float(detail))
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer[: len(answer) // 2])
        self.close_connection = True


@contextmanager
def running(store: Server) -> Iterator[Server]:
    """The server on a free port of this machine while the block runs."""
    handler = type("Handler", (_Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    store.url = f"http://127.0.0.1:{server.server_port}/entrez/eutils/"
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pmids(count: int, date: str = "2020/01/01", start: int = 30_000_001) -> dict[str, str]:
    """``count`` records with one Entrez date."""
    return {str(start + number): date for number in range(count)}
