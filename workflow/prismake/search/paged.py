"""Common engine for paginated sources, where each page names the next.

The archive is like that of ``entrez``: ``search-<date>.json`` and ``answer-<date>-0001.json.gz`` ... with the raw
answers.
"""

from __future__ import annotations

import gzip
import time
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prismake.core.errors import SearchError
from prismake.core.files import parsed_json
from prismake.core.refusals import pass_on_refusal
from prismake.search import archive, transport
from prismake.search.archive import SearchLog, archived
from prismake.search.transport import PassingError, Policy, body, patiently


@dataclass(frozen=True)
class Page:
    """The content of an answer: total hits, the ids on this page, and the token of the next page ("" on the last)."""

    total: int | None
    ids: list[str]
    following: str


def part(answer: Any, *keys: str, kind: type | tuple[type, ...] = str) -> Any:
    """What stands in an answer below these keys.

    Raises:
        ValueError: there is nothing, or something of another kind.
    """
    for key in keys:
        if not isinstance(answer, dict) or key not in answer:
            raise ValueError(f"it has no {key}")
        answer = answer[key]
    if not isinstance(answer, kind):
        raise ValueError(f"its {keys[-1]} is {answer!r:.40}")
    return answer


@dataclass(frozen=True)
class Service:
    """A paginated source.

    ``days``: the meaning of its dates. ``parameters`` of a request: by query, first and last day, and token.
    ``read``: what an answer says; raises ValueError for one that is no page. ``pause``: seconds between two requests.
    """

    name: str
    kind: str
    interface: str
    home: str
    domain: str
    variable: str
    path: str
    days: str
    parameters: Callable[[str, str, str, str], dict[str, str]]
    read: Callable[[Any], Page]
    pause: float


def search(
    service: Service,
    query: str,
    folder: str | Path,
    *,
    email: str = "",
    api_key: str | None = None,
    date: str,
    until: str | None = None,
    since: str | None = None,
    frozen: bool = True,
    progress: Callable[[int, int], None] | None = None,
    policy: Policy | None = None,
) -> SearchLog:
    """Search and archive the answers in ``folder``, or resume an interrupted run; see ``entrez.search``.

    These sources need neither ``email`` nor ``api_key``, so neither is sent.
    """
    folder = Path(folder)
    request = archive.request(query, since=since, until=until, date=date)
    archive.todo(
        request, archive.searches(folder), frozen, folder
    )  # raises an error if the archive belongs to a different search
    fetching = _Fetching(service, folder, policy or Policy(), progress)
    unfinished = next((log for log in archive.searches(folder) if not log["complete"]), None)
    if unfinished is not None:
        fetching.run(unfinished)
    missing = archive.todo(request, archive.searches(folder), frozen, folder)
    if missing is not None:
        log: dict[str, Any] = {
            "source": service.name,
            "database": service.name,
            "kind": service.kind,
            "interface": service.interface,
            "days": service.days,
            "query": request.query,
            "query_translation": "",
            "count": None,
            "date": request.date,
            "since": missing[0],
            "until": missing[1],
            "ids": [],
            "warnings": [],
            "missing": [],
            "files": [],
            "complete": False,
            "name": archive.free_name(folder, request.date),
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
        """Fetch the pages not yet stored, then close the log."""
        archive.sweep(self.folder)
        others = [other for other in archive.searches(self.folder) if other["name"] != log["name"]]
        earlier = {file["name"] for other in others for file in other["files"]}
        file_of = {record_id: name for name in sorted(earlier, reverse=True) for record_id in self._stored(name).ids}
        store = archive.Store(self.folder, log["date"], file_of, earlier, prefix="answer", ending=".json.gz")
        ids, total, last = dict[str, None](), None, None
        for path in archive.archive_files(self.folder):
            if path.name not in earlier:
                last = self._stored(path.name)
                total = last.total if last.total is not None else total
                ids |= dict.fromkeys(last.ids)
                for record_id in last.ids:
                    store.file_of.setdefault(record_id, path.name)
        for data, page in self._pages(log, last):
            total = page.total if page.total is not None else total
            if page.ids:
                store.add(data, page.ids)
            ids |= dict.fromkeys(page.ids)
            if self.progress:
                self.progress(len(ids), total or len(ids))
        self._close(log, store, list(ids), total or 0)

    def _stored(self, name: str) -> Page:
        try:
            return self.service.read(parsed_json(gzip.decompress((self.folder / name).read_bytes())))
        except (OSError, EOFError, zlib.error, ValueError) as error:
            pass_on_refusal(error, self.folder / name)
            raise SearchError(
                f"{name} is damaged ({error}).", where=str(self.folder), remedy="Restore it from a backup."
            ) from None

    def _pages(self, log: dict[str, Any], last: Page | None) -> Iterator[tuple[bytes, Page]]:
        """The pages after the last stored one, as raw answers and parsed.

        A token is valid for a limited time. If that of the last page is refused, the search starts over: its pages are
        stored again, but their records count once.
        """
        if last is not None and not last.following:
            return
        mark, resumed = (last.following, True) if last is not None else ("", False)
        while True:
            try:
                data, page = self._page(log, mark)
            except SearchError as error:
                if not resumed or "refused" not in error.what:
                    raise
                mark, resumed = "", False
                continue
            yield data, page
            if not page.following or page.following == mark:
                return
            mark, resumed = page.following, False

    def _close(self, log: dict[str, Any], store: archive.Store, ids: list[str], total: int) -> None:
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
            answer = parsed_json(data)
        except ValueError:
            raise PassingError("an answer that is no whole JSON") from None
        if not isinstance(answer, dict):
            raise PassingError("an answer that is no set of records")
        message = answer.get("errMsg") or answer.get("error") or answer.get("message")
        if message:
            raise SearchError(f"{self.service.name} refused the request: {str(message)[:300]}.")
        try:
            return self.service.read(answer)
        except ValueError:
            raise PassingError("an answer that is no set of records") from None
