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
from prismake.search.pace import side_by_side
from prismake.search.retrieval import CONNECTIONS, Batches, unfinished
from prismake.search.transport import Policy

__all__ = ["Progress", "SearchLog", "archive_files", "archived", "notices", "search"]

Progress = Callable[[int, int], None]
"""Callback after each batch: records fetched so far, and in total."""

_FIRST_DAY = "1800-01-01"
_LAST_DAY = "3000-12-31"
_COUNTS = 3  # times that slices are counted before a search is given up because they do not add up


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
    connections: int = CONNECTIONS,
    frozen: bool = True,
    progress: Progress | None = None,
    policy: Policy | None = None,
) -> SearchLog:
    """Search PubMed and archive the answers in ``folder``, or resume an interrupted run.

    ``date`` is the day of the search, ``since`` and ``until`` are the first and last Entrez date (all YYYY-MM-DD).
    ``batch`` records are requested at a time, by so many ``connections`` side by side, at the rate that NCBI permits an
    address; the archive is the same bytes with any number of them.
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
            _fetch(client, folder, open_log, batch, connections, progress)
            logs = archive.searches(folder)
            todo = archive.todo(request, logs, frozen, folder)
        if todo is not None:
            log = {**_search(client, request, todo, connections), "name": archive.free_name(folder, request.date)}
            archive.write(folder, log)
            _fetch(client, folder, log, batch, connections, progress)
    return archived(folder)


def notices(
    pmids: Iterable[str], *, email: str, api_key: str | None = None, policy: Policy | None = None
) -> dict[str, list[str]]:
    """Current retractions and expressions of concern in PubMed, by PMID; records without any are left out.

    PubMed is queried every time and nothing is stored: this is the check of included studies before publication.
    """
    client = Client(email=email, api_key=api_key, policy=policy or Policy())
    unique, notices_of = sorted(set(pmids), key=int), {}
    batches = [unique[start : start + 200] for start in range(0, len(unique), 200)]
    for data, _ in side_by_side(client.fetch, batches, CONNECTIONS, client.pace):
        for record in pubmed_xml.records(io.BytesIO(data), []) if data else ():
            links = [link for link in record["related_reports"] if link.startswith(_NOTICES)]
            if record["retracted"] or links:
                notices_of[record["pmid"]] = links or ["Retracted publication"]
    return notices_of


_NOTICES = ("RetractionIn", "PartialRetractionIn", "ExpressionOfConcernIn", "RetractedandRepublishedIn")


# --- searching -----------------------------------------------------------------------------------------------------


def _search(client: Client, request: archive.Request, dates: tuple[str, str], number: int) -> dict[str, Any]:
    since, until = dates
    hits = client.search(request.query, since=since, until=until, most=WINDOW)
    ids = list(dict.fromkeys(hits.ids))
    if large := hits.count > WINDOW:
        ids, hits = _sliced(client, request.query, dates, hits, number)
    warnings = [line for line in hits.messages if not large or "Restrictions achieved" not in line]
    if large:
        warnings.append(
            f"PubMed found {hits.count:,} records. More than {WINDOW:,} mostly mean a query that is too wide."
        )
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


def _sliced(client: Client, query: str, dates: tuple[str, str], hits: Hits, number: int) -> tuple[list[str], Hits]:
    """The ids of a search with more hits than PubMed returns at once, and the answer to the whole that they belong to.

    PubMed's index may change between the first slice and the last, so that they do not add up; then they are counted
    again.
    """
    since, until = dates
    for attempt in range(_COUNTS):
        if attempt:
            hits = client.search(query, since=since, until=until, most=WINDOW)
        ids, total = _slices(client, query, (since or _FIRST_DAY, until or _LAST_DAY, hits.count), number)
        if total == hits.count == len(ids):
            return ids, hits
    raise SearchError(
        f"the parts of the search hold {total:,} hits ({len(ids):,} different), the whole {hits.count:,}.",
        remedy="PubMed's index probably changed meanwhile. Run the search again.",
    )


def _slices(client: Client, query: str, whole: tuple[str, str, int], number: int) -> tuple[list[str], int]:
    """The different ids of all slices of Entrez dates, which are halved until PubMed returns each; and their number."""

    def count(dates: tuple[str, str]) -> tuple[str, str, int]:
        return (*dates, client.search(query, since=dates[0], until=dates[1], most=0).count)

    def hits_of(part: tuple[str, str, int]) -> Hits:
        return client.search(query, since=part[0], until=part[1], most=WINDOW)

    parts = [whole]
    while large := [part for part in parts if part[2] > WINDOW]:
        for first, last, hits in large:
            if first == last:
                raise SearchError(f"PubMed has {hits:,} hits of the one day {first}; they cannot be fetched.")
        halves = iter(side_by_side(count, [half for part in large for half in _halves(*part[:2])], number, client.pace))
        parts = [smaller for part in parts for smaller in ([next(halves), next(halves)] if part in large else [part])]
    answers = side_by_side(hits_of, [part for part in parts if part[2]], number, client.pace)
    ids = dict.fromkeys(pmid for answer in answers for pmid in answer.ids)
    return list(ids), sum(answer.count for answer in answers)


def _halves(first: str, last: str) -> Iterator[tuple[str, str]]:
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    # Nearly all records have Entrez dates between 1965 and today: split there first.
    cut = dt.date(1999, 12, 31)
    middle = cut if begin < cut and end > dt.date(2100, 1, 1) else begin + (end - begin) // 2
    yield begin.isoformat(), middle.isoformat()
    yield (middle + dt.timedelta(days=1)).isoformat(), end.isoformat()


# --- fetching ------------------------------------------------------------------------------------------------------


def _fetch(
    client: Client, folder: Path, log: dict[str, Any], batch: int, number: int, progress: Progress | None
) -> None:
    """Fetch the records missing from the archive in batches, then singly those still missing; then close the log."""
    earlier = {
        file["name"] for other in archive.searches(folder) if other["name"] != log["name"] for file in other["files"]
    }
    store = archive.Store(folder, log["date"], archive.known_pmids(folder), earlier)
    before = {pmid for pmid, name in store.file_of.items() if name in earlier}
    ids, total = set(log["ids"]), len(log["ids"])
    fetched = store.count(log["ids"])

    def report(returned: list[str]) -> None:
        nonlocal fetched
        fetched = min(total, fetched + len(ids.intersection(returned)))
        if progress:
            progress(fetched, total)

    report([])
    Batches(client, store, number, report).run(unfinished(store, log["ids"], max(1, min(batch, WINDOW))))
    singly = Batches(client, store, number, report)
    singly.run([pmid] for pmid in log["ids"] if pmid not in store.file_of)
    missing = singly.empty
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
    store.remove_aside()
    archive.write(folder, {**log, "missing": missing, "warnings": warnings, "files": store.listed(), "complete": True})
