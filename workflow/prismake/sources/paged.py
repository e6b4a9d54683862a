"""Sources that hand out their records page by page, each page naming the next: one engine for all of them.

The archive is that of ``entrez``: ``search-<date>.json`` and ``answer-<date>-0001.json.gz`` ... with the raw answers.
"""

from __future__ import annotations

import gzip
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prismake.errors import SearchError
from prismake.sources import archive, transport
from prismake.sources.archive import SearchLog, archived
from prismake.sources.transport import PassingError, Policy, body, patiently


@dataclass(frozen=True)
class Page:
    """What an answer tells: hits in all, the ids on this page, and the mark of the next page ("" after the last)."""

    total: int | None
    ids: list[str]
    following: str


@dataclass(frozen=True)
class Service:
    """A source with pages. ``parameters`` of a request: by query, first and last day, mark. ``pause``: seconds."""

    name: str
    kind: str
    interface: str
    home: str
    domain: str
    variable: str
    path: str
    parameters: Callable[[str, str, str, str], dict[str, str]]
    read: Callable[[dict[str, Any]], Page]
    pause: float


def search(
    service: Service,
    query: str,
    folder: str | Path,
    *,
    date: str,
    until: str | None = None,
    since: str | None = None,
    frozen: bool = True,
    progress: Callable[[int, int], None] | None = None,
    policy: Policy | None = None,
) -> SearchLog:
    """Search and archive the answers in ``folder``, or go on where an earlier run stopped; see ``entrez.search``."""
    folder = Path(folder)
    wanted = archive.wanted(query, since=since, until=until, date=date)
    archive.todo(wanted, archive.searches(folder), frozen, folder)  # another search than the archive's is refused here
    fetching = _Fetching(service, folder, policy or Policy(), progress)
    unfinished = next((log for log in archive.searches(folder) if not log["complete"]), None)
    if unfinished is not None:
        fetching.run(unfinished)
    missing = archive.todo(wanted, archive.searches(folder), frozen, folder)
    if missing is not None:
        log = {
            "source": service.name,
            "database": service.name,
            "kind": service.kind,
            "interface": service.interface,
            "query": wanted.query,
            "query_translation": "",
            "count": None,
            "date": wanted.date,
            "since": missing[0],
            "until": missing[1],
            "ids": [],
            "warnings": [],
            "missing": [],
            "files": [],
            "complete": False,
            "name": archive.free_name(folder, wanted.date),
        }
        archive.write(folder, log)
        fetching.run(log)
    return archived(folder)


@dataclass
class _Fetching:
    service: Service
    folder: Path
    policy: Policy
    progress: Callable[[int, int], None] | None

    def run(self, log: dict[str, Any]) -> None:
        """Fetch the pages that are not stored yet, then close the log."""
        archive.sweep(self.folder)
        others = [other for other in archive.searches(self.folder) if other["name"] != log["name"]]
        earlier = {file["name"] for other in others for file in other["files"]}
        store = archive.Store(self.folder, log["date"], {}, earlier, prefix="answer", ending=".json.gz")
        total, mark, done = None, "", False
        for path in archive.archive_files(self.folder):
            if path.name not in earlier:
                page = self.service.read(json.loads(gzip.decompress(path.read_bytes())))
                total = page.total if page.total is not None else total
                store.known |= dict.fromkeys(page.ids, path.name)
                mark, done = page.following, not page.following
        while not done:
            data, page = self._page(log, mark)
            total = page.total if page.total is not None else total
            if page.ids:
                store.add(data, page.ids)
            done = not page.following or page.following == mark
            mark = page.following
            if self.progress:
                self.progress(len(store.known), total or len(store.known))
        self._close(log, store, total or 0)

    def _close(self, log: dict[str, Any], store: archive.Store, total: int) -> None:
        ids = list(store.known)
        warnings = list(log["warnings"])
        if total > len(ids):
            warnings.append(f"{self.service.name} found {total:,} records but handed out {len(ids):,}.")
        if not ids:
            warnings.append(f"{self.service.name} found nothing.")
        closed = {"ids": ids, "count": total, "warnings": warnings, "files": store.listed(), "complete": True}
        archive.write(self.folder, {**log, **closed})

    def _page(self, log: dict[str, Any], mark: str) -> tuple[bytes, Page]:
        service = self.service
        home = transport.address(service.variable, service.home, domain=service.domain)
        values = service.parameters(log["query"], log["since"], log["until"], mark)
        url = home + service.path + "?" + urllib.parse.urlencode(values)
        door = transport.opener(home)

        def call() -> tuple[bytes, Page]:
            time.sleep(service.pause if self.policy.pause is None else self.policy.pause)
            request = urllib.request.Request(url, headers={"User-Agent": "prismake", "Accept": "application/json"})
            with door.open(request, timeout=self.policy.timeout) as response:
                data = body(response, self.policy)
            return data, self._understood(data)

        return patiently(call, self.policy, doing=f"The search in {service.name}")

    def _understood(self, data: bytes) -> Page:
        try:
            answer = json.loads(data)
        except (ValueError, RecursionError):
            raise PassingError("an answer that is no whole JSON") from None
        if not isinstance(answer, dict):
            raise PassingError("an answer that is no set of records")
        said = answer.get("errMsg") or answer.get("error") or answer.get("message")
        if said:
            raise SearchError(f"{self.service.name} refused the request: {str(said)[:300]}.")
        try:
            return self.service.read(answer)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise PassingError("an answer that is no set of records") from None
