"""The archive of a live search: the requests, the answers, and a check that they are unchanged."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import re
import zlib
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from prismake.core.errors import SearchError
from prismake.core.files import digest, read_json, replacing, write_json
from prismake.core.refusals import pass_on_refusal
from prismake.search import pubmed_xml
from prismake.search.naming import slug

GO_ON = "What was fetched is kept; run the same command again to go on."


@dataclass(frozen=True)
class SearchLog:
    """What PRISMA-S asks of a search.

    ``missing``: PMIDs that were found but not returned by PubMed. ``runs``: the first search and each update, as
    date, since, until, found (the count given by the database) and records (those new to the archive).
    """

    source: str
    label: str
    kind: str
    platform: str
    query: str
    query_translation: str
    date: str
    limits: str
    records: int
    files: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The log as it is written to ``search/<source>.json``."""
        return asdict(self)


def archived(folder: str | Path) -> SearchLog:
    """The log of the searches archived in a folder, without any request.

    Raises ``SearchError`` if there are none, if one is incomplete, or if a file of the archive was changed.
    """
    folder = Path(folder)
    logs = searches(folder)
    if not logs:
        raise SearchError("there is no archived search here.", where=str(folder))
    for log in logs:
        if not log["complete"]:
            raise SearchError(f"the search of {log['date']} was not finished.", where=str(folder), remedy=GO_ON)
        check(folder, log)
    last = logs[-1]
    since = next((log["since"] for log in logs if log["since"]), "")
    limits = _limits(last.get("days") or "Entrez date", since, last["until"])
    if len(logs) > 1:
        limits += f"; searched on {', '.join(log['date'] for log in logs)}"
    return SearchLog(
        source=slug(folder.name).replace("-", "_"),
        label=last.get("database") or "PubMed",
        kind=last.get("kind") or "database",
        platform=last.get("interface") or "NCBI E-utilities",
        query=last["query"],
        query_translation=last["query_translation"],
        date=last["date"],
        limits=limits,
        records=sum(file["records"] for log in logs for file in log["files"]),
        files=[
            {**file, "format": "PubMed XML" if file["name"].endswith(".xml.gz") else "JSON"}
            for log in logs
            for file in log["files"]
        ],
        warnings=[warning for log in logs for warning in log["warnings"]],
        missing=[pmid for log in logs for pmid in log["missing"]],
        runs=[
            {key: log[key] for key in ("date", "since", "until")}
            | {
                "found": len(log["ids"]) if log.get("count") is None else log["count"],
                "records": sum(file["records"] for file in log["files"]),
            }
            for log in logs
        ],
    )


def archive_files(folder: str | Path) -> list[Path]:
    """The archived answers with records, in the order in which they were fetched."""
    paths = [path for kind in ("efetch-*.xml.gz", "answer-*.json.gz") for path in Path(folder).glob(kind)]
    # the ten-thousandth answer of a day has a number of five digits
    return sorted(paths, key=lambda path: (path.name.rpartition("-")[0], len(path.name), path.name))


def _limits(days: str, since: str, until: str) -> str:
    if not since and not until:
        return ""
    return f"{days} {since or 'from the beginning'} to {until or 'the day of the search'}"


@dataclass(frozen=True)
class Request:
    """A search as the protocol asks for it; days as YYYY-MM-DD, "" where there is no limit."""

    query: str
    since: str
    until: str
    date: str


def request(query: str, *, since: str | None, until: str | None, date: str) -> Request:
    """Validate a search; raises ``SearchError`` if the query or a date is missing or a date is invalid."""
    query = " ".join(query.split())
    if not query:
        raise SearchError("the query is empty.", remedy="Write it under searches in config/config.yaml.")
    if not date:
        raise SearchError("the day of the search is not given.", remedy="Write it as 2025-08-31.")
    return Request(query, _day(since, "since"), _day(until, "until"), _day(date, "date"))


def _day(text: str | None, name: str) -> str:
    if not text:
        return ""
    try:
        return dt.date.fromisoformat(str(text)).isoformat()
    except ValueError:
        raise SearchError(f"'{name}' is no date: {text!r}.", remedy="Write it as 2025-08-31.") from None


def todo(request: Request, logs: list[dict[str, Any]], frozen: bool, folder: Path) -> tuple[str, str] | None:
    """The dates still to be searched (first, last), or ``None`` if the archive is complete."""
    if not logs:
        return request.since, request.until
    first, last = logs[0], logs[-1]
    if request.query != last["query"] or request.since != first["since"]:
        setting = "query" if request.query != last["query"] else "'since'"
        raise SearchError(
            f"the {setting} differs from the one that was archived on {last['date']}.",
            where=str(folder),
            remedy="Put the archived one back, or use another name for the new search; an archive is never changed.",
        )
    reached = last["until"] or last["date"]
    if request.until and request.until > reached:
        # PubMed may add records after the search on the same day, so that day is searched again.
        new = dt.date.fromisoformat(reached) + dt.timedelta(days=1 if reached < last["date"] else 0)
        return new.isoformat(), request.until
    if request.until and request.until < reached and request.until != last["until"]:
        raise SearchError(
            f"'until' is {request.until}, but the archive already goes to {reached}.",
            where=str(folder),
            remedy=f"Set it to {reached} or later.",
        )
    return None if frozen else (request.since, request.until or reached)


def searches(folder: Path) -> list[dict[str, Any]]:
    """The searches of a folder in order, every key filled in; raises ``SearchError`` for one that is unreadable."""
    logs = []
    for path in sorted(folder.glob("search-*.json"), key=_order):
        try:
            log = read_json(path)
            _refuse_odd(log)
        except ValueError as error:
            raise SearchError(
                f"the search log cannot be read ({error}).",
                where=str(path),
                remedy="Restore it from a backup, or move the folder away to search anew.",
            ) from None
        ids, files = [str(pmid) for pmid in log["ids"]], list(log.get("files", []))
        log = {"since": "", "until": "", "missing": [], "warnings": [], "query_translation": "", **log}
        log |= {"ids": ids, "files": files, "name": path.name, "query": " ".join(log["query"].split())}
        log.setdefault("complete", sum(file["records"] for file in files) + len(log["missing"]) == len(ids))
        log["since"], log["until"] = log["since"] or "", log["until"] or ""
        logs.append(log)
    return logs


_KINDS: dict[str, type] = {
    "ids": list,
    "query": str,
    "files": list,
    "missing": list,
    "warnings": list,
    "complete": bool,
}


def _refuse_odd(log: Any) -> None:
    """Raise ValueError for JSON that is no log of a search."""
    if not isinstance(log, dict):
        raise ValueError("it is no log")
    if absent := [key for key in ("ids", "query", "date") if key not in log]:
        raise ValueError(f"it has no {absent[0]!r}")
    for key, kind in _KINDS.items():
        if not isinstance(log.get(key, kind()), kind):
            raise ValueError(f"its {key!r} is {log[key]!r:.40}")
    for file in log.get("files", ()):
        if not isinstance(file, dict) or not {"name", "records", "sha256"} <= file.keys():
            raise ValueError(f"one of its files is {file!r:.40}")


def _order(path: Path) -> tuple[str, int]:
    match = re.fullmatch(r"search-(\d{4}-\d\d-\d\d)(?:-(\d+))?\.json", path.name)
    return (match.group(1), int(match.group(2) or 1)) if match else (path.name, 0)


def free_name(folder: Path, date: str) -> str:
    names = {path.name for path in folder.glob("search-*.json")}
    number = 1
    while (name := f"search-{date}.json" if number == 1 else f"search-{date}-{number}.json") in names:
        number += 1
    return name


def check(folder: Path, log: dict[str, Any]) -> None:
    for file in log["files"]:
        path = folder / Path(file["name"]).name
        if digest(path) != file["sha256"]:
            state = "was changed since it was archived" if path.exists() else "is missing"
            raise SearchError(
                f"{path.name} {state}.",
                where=str(folder),
                remedy="Restore it from a backup, or move the whole folder away to search anew.",
            )


def write(folder: Path, log: dict[str, Any]) -> None:
    write_json(folder / log["name"], {key: value for key, value in log.items() if key != "name"})


def known_pmids(folder: Path) -> dict[str, str]:
    """File by PMID of everything archived so far in this folder."""
    file_of: dict[str, str] = {}
    for path in archive_files(folder):
        try:
            pmids = pubmed_xml.pmids(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, etree.XMLSyntaxError) as error:
            pass_on_refusal(error, path)
            raise SearchError(
                f"{path.name} is damaged ({error}).",
                where=str(folder),
                remedy="Restore it from a backup, or remove it and run the search again: only its records are fetched.",
            ) from None
        file_of |= {pmid: path.name for pmid in pmids if pmid not in file_of}
    return file_of


def sweep(folder: Path) -> None:
    """Remove partially written files of a run that was killed; they were never part of the archive."""
    for path in folder.glob(".*.tmp"):
        if path.name.startswith((".efetch-", ".answer-", ".search-", ".ahead-")):
            path.unlink(missing_ok=True)


@dataclass
class Store:
    """The archived answers of a folder, to which a search of ``date`` adds.

    ``file_of``: the first file by record id; ``earlier``: files that belong to searches before this one.
    """

    folder: Path
    date: str
    file_of: dict[str, str]
    earlier: set[str]
    prefix: str = "efetch"
    ending: str = ".xml.gz"

    def add(self, data: bytes, ids: list[str]) -> None:
        """Write one complete answer under the next free number."""
        stem = f"{self.prefix}-{self.date}-"
        names = [path.name[len(stem) : -len(self.ending)] for path in self.folder.glob(f"{stem}*{self.ending}")]
        path = self.folder / f"{stem}{max(map(int, filter(str.isdigit, names)), default=0) + 1:04d}{self.ending}"
        with replacing(path) as draft:
            draft.write_bytes(gzip.compress(data, mtime=0))
        for record_id in ids:
            self.file_of.setdefault(record_id, path.name)

    def set_aside(self, requested: list[str], data: bytes) -> None:
        """Keep a complete answer whose turn to get a number has not come, also beyond the end of this run."""
        with replacing(self._aside(requested)) as draft:
            draft.write_bytes(gzip.compress(data, mtime=0))

    def aside(self, requested: list[str]) -> bytes | None:
        """The answer that was set aside for these ids, if there is one and it is readable."""
        path = self._aside(requested)
        try:
            return gzip.decompress(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, EOFError, zlib.error) as error:
            pass_on_refusal(error, path)
            return None

    def remove_aside(self, requested: list[str] | None = None) -> None:
        """Remove the answer that was set aside for these ids, or all such answers."""
        paths = list(self.folder.glob(f"ahead-*{self.ending}")) if requested is None else [self._aside(requested)]
        for path in paths:
            path.unlink(missing_ok=True)

    def _aside(self, requested: list[str]) -> Path:
        return (
            self.folder
            / f"ahead-{self.date}-{hashlib.sha256(','.join(requested).encode()).hexdigest()[:16]}{self.ending}"
        )

    def count(self, ids: list[str]) -> int:
        return sum(pmid in self.file_of for pmid in ids)

    def listed(self) -> list[dict[str, Any]]:
        """Name, digest and number of records of the files of this search."""
        counts = Counter(self.file_of.values())
        names = [path.name for path in archive_files(self.folder) if path.name not in self.earlier]
        return [{"name": name, "sha256": digest(self.folder / name), "records": counts[name]} for name in names]
