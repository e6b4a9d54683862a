"""A live PubMed search whose answers are archived and never requested twice.

The folder of a source holds for each search ``search-<date>.json`` (request and answer, with the ids) and
``efetch-<date>-0001.xml.gz`` ... (raw XML as received). They are the authoritative result: a search of a given day
cannot be repeated. Nothing in the folder is ever removed or changed once a search is complete.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from prismake.core.errors import SearchError
from prismake.search import archive, pubmed_xml
from prismake.search.archive import SearchLog, archive_files, archived
from prismake.search.eutils import WINDOW, Client, Hits
from prismake.search.transport import Policy

__all__ = ["Progress", "SearchLog", "archive_files", "archived", "notices", "search"]

Progress = Callable[[int, int], None]
"""Callback after each batch: records fetched so far, and in total."""

_FIRST_DAY = "1800-01-01"
_LAST_DAY = "3000-12-31"


def search(
    query: str,
    folder: str | Path,
    *,
    email: str,
    api_key: str | None = None,
    date: str,
    until: str | None = None,
    since: str | None = None,
    batch: int = 200,
    frozen: bool = True,
    progress: Progress | None = None,
    policy: Policy | None = None,
) -> SearchLog:
    """Search PubMed and archive the answers in ``folder``, or resume an interrupted run.

    ``date`` is the day of the search, ``since`` and ``until`` are the first and last Entrez date (all YYYY-MM-DD).
    A complete archive of the same search is read without any request while ``frozen``; a later ``until`` fetches only
    the new Entrez dates. If not ``frozen``, PubMed is searched again and records new to the archive are added.

    Raises ``SearchError`` if the archive belongs to another search or was changed, or if PubMed returns a final error
    or does not answer; completed batches are kept.
    """
    folder = Path(folder)
    if "@" not in email:
        raise SearchError("NCBI asks for an e-mail address.", remedy="Write it as 'email' in config/config.yaml.")
    request = archive.request(query, since=since, until=until, date=date)
    logs = archive.searches(folder)
    open_log = next((log for log in logs if not log["complete"]), None)
    todo = archive.todo(request, logs, frozen, folder)
    if todo is not None or open_log is not None:
        archive.sweep(folder)
        client = Client(email=email, api_key=api_key, policy=policy or Policy())
        if open_log is not None:
            _fetch(client, folder, open_log, batch, progress)
            logs = archive.searches(folder)
            todo = archive.todo(request, logs, frozen, folder)
        if todo is not None:
            log = {**_search(client, request, todo), "name": archive.free_name(folder, request.date)}
            archive.write(folder, log)
            _fetch(client, folder, log, batch, progress)
    return archived(folder)


def notices(
    pmids: Iterable[str], *, email: str, api_key: str | None = None, policy: Policy | None = None
) -> dict[str, list[str]]:
    """Current retractions and expressions of concern in PubMed, by PMID; records without any are left out.

    PubMed is queried every time and nothing is stored: this is the check of included studies before publication.
    """
    client = Client(email=email, api_key=api_key, policy=policy or Policy())
    unique, notices_of = sorted(set(pmids), key=int), {}
    for start in range(0, len(unique), 200):
        data, _ = client.fetch(unique[start : start + 200])
        for record in pubmed_xml.records(io.BytesIO(data), []) if data else ():
            links = [link for link in record["related_reports"] if link.startswith(_NOTICES)]
            if record["retracted"] or links:
                notices_of[record["pmid"]] = links or ["Retracted publication"]
    return notices_of


_NOTICES = ("RetractionIn", "PartialRetractionIn", "ExpressionOfConcernIn", "RetractedandRepublishedIn")


# --- searching -----------------------------------------------------------------------------------------------------


def _search(client: Client, request: archive.Request, dates: tuple[str, str]) -> dict[str, Any]:
    since, until = dates
    hits = client.search(request.query, since=since, until=until)
    warnings = list(hits.messages)
    if hits.count > WINDOW:
        warnings.append(
            f"PubMed found {hits.count:,} records. More than {WINDOW:,} mostly mean a query that is too wide."
        )
        warnings = [line for line in warnings if "Restrictions achieved" not in line]
        ids = _sliced(client, request.query, since or _FIRST_DAY, until or _LAST_DAY, hits)
    else:
        ids = list(dict.fromkeys(hits.ids))
    if not hits.count:
        warnings.append("PubMed found nothing.")
    if "[all fields]" in hits.translation.lower() and "[all fields]" not in request.query.lower():
        warnings.append(
            "PubMed searched some words in all fields, because they have no field tag: see the translation."
        )
    return {
        "source": "pubmed",
        "database": "PubMed",
        "interface": "NCBI E-utilities",
        "query": request.query,
        "query_translation": hits.translation,
        "count": hits.count,
        "date": request.date,
        "since": since,
        "until": until,
        "ids": ids,
        "warnings": warnings,
        "missing": [],
        "files": [],
        "complete": False,
    }


def _sliced(client: Client, query: str, since: str, until: str, all_hits: Hits) -> list[str]:
    """The ids of a search with more hits than PubMed returns at once, by halving the interval of Entrez dates."""
    ids: dict[str, None] = {}
    total = 0
    slices = [(since, until, all_hits.count)]
    while slices:
        first, last, count = slices.pop()
        if count > WINDOW:
            if first == last:
                raise SearchError(f"PubMed has {count:,} hits of the one day {first}; they cannot be fetched.")
            slices += reversed(
                [
                    (*half, client.search(query, since=half[0], until=half[1], most=0).count)
                    for half in _halves(first, last)
                ]
            )
            continue
        if not count:
            continue
        hits = client.search(query, since=first, until=last)
        total += hits.count
        ids.update(dict.fromkeys(hits.ids))
    if total != all_hits.count or len(ids) != total:
        raise SearchError(
            f"the parts of the search hold {total:,} hits ({len(ids):,} different), the whole {all_hits.count:,}.",
            remedy="PubMed's index probably changed meanwhile. Run the search again.",
        )
    return list(ids)


def _halves(first: str, last: str) -> Iterator[tuple[str, str]]:
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    # Nearly all records have Entrez dates between 1965 and today: split there first.
    cut = dt.date(1999, 12, 31)
    middle = cut if begin < cut and end > dt.date(2100, 1, 1) else begin + (end - begin) // 2
    yield begin.isoformat(), middle.isoformat()
    yield (middle + dt.timedelta(days=1)).isoformat(), end.isoformat()


# --- fetching ------------------------------------------------------------------------------------------------------


def _fetch(client: Client, folder: Path, log: dict[str, Any], batch: int, progress: Progress | None) -> None:
    """Fetch the records missing from the archive in batches, then singly those still missing; then close the log."""
    earlier = {
        file["name"] for other in archive.searches(folder) if other["name"] != log["name"] for file in other["files"]
    }
    store = archive.Store(folder, log["date"], archive.known_pmids(folder), earlier)
    before = {pmid for pmid, name in store.file_of.items() if name in earlier}
    total = len(log["ids"])
    _in_batches(client, store, log["ids"], batch, lambda: progress and progress(store.count(log["ids"]), total))
    missing = []
    for pmid in [pmid for pmid in log["ids"] if pmid not in store.file_of]:
        data, returned = client.fetch([pmid])
        if returned:
            store.add(data, returned)
        else:
            missing.append(pmid)
    warnings = list(log["warnings"])
    if missing:
        warnings.append(
            f"PubMed did not hand out {len(missing)} of {total} records, which were probably deleted or merged: "
            + ", ".join(missing[:20])
            + (" ..." if len(missing) > 20 else "")
        )
    stray = sorted(set(store.file_of) - set(log["ids"]) - before)
    if stray:
        warnings.append("PubMed handed out records that were not found by the search: " + ", ".join(stray))
    archive.write(folder, {**log, "missing": missing, "warnings": warnings, "files": store.listed(), "complete": True})


def _in_batches(client: Client, store: archive.Store, ids: list[str], batch: int, tell: Callable[[], Any]) -> None:
    waiting = [pmid for pmid in ids if pmid not in store.file_of]
    size = max(1, min(batch, WINDOW))
    tell()
    while waiting:
        part = waiting[:size]
        try:
            data, returned = client.fetch(part)
        except SearchError as error:
            # A server that fails on large answers may manage smaller ones; a server that is down fails on both.
            if len(part) <= 25 or "server failed" not in error.what:
                raise SearchError(error.what, remedy=archive.GO_ON) from None
            size = len(part) // 2
            continue
        if returned:
            store.add(data, returned)
        waiting = waiting[len(part) :]
        tell()
