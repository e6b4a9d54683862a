"""Citation chasing: works that cite the included studies and works they cite, archived as received.

The folder of a source holds the raw answers and ``search-chased.json``, which records for each study the request and
the files with the answers. A study is not looked up again unless requested, and archived answers are never removed. The
records count as identified by other methods (Page MJ, et al. PRISMA 2020, item 7).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from prismake.core.files import read_json, replacing, write_json
from prismake.protocol.chased import CHASED

CITING, REFERENCES = "citing", "references"


@dataclass(frozen=True)
class Seed:
    """An included report whose citations are chased; ``doi`` and ``pmid`` are "" if unknown."""

    report_id: str
    doi: str = ""
    pmid: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer as received: ``direction`` is ``CITING`` or ``REFERENCES``, ``ending`` that of its file.

    ``absent``: works that the service names as linked but has no record of.
    """

    direction: str
    data: bytes
    ending: str
    records: int
    absent: int = 0


class Chaser(Protocol):
    """A citation index. ``answers`` returns ``None`` for a study that it does not contain."""

    label: str
    interface: str

    def answers(self, seed: Seed) -> Iterator[Answer] | None: ...


@dataclass(frozen=True)
class Chased:
    """``asked``: studies looked up in this run. ``unknown``: those not in the service.

    ``records``: number in the answers for all studies, with repetitions. ``absent``: number of works that the service
    names as linked but has no record of.
    """

    asked: int
    unknown: list[str]
    records: int
    absent: int = 0


def chase(
    seeds: Sequence[Seed],
    folder: Path,
    chaser: Chaser,
    date: str,
    *,
    again: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Chased:
    """Look up each new study, or all of them if ``again``, and archive the answers.

    A study that the service did not know is looked up again once its DOI or PMID is another. An interrupted run is
    resumed with the next study. Raises ``SearchError`` when the service does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = read_json(folder / CHASED) or {"studies": {}}
    studies: dict[str, Any] = log["studies"]
    todo = [seed for seed in seeds if again or _is_new(seed, studies)]
    for number, seed in enumerate(todo, 1):
        earlier = studies.get(seed.report_id, {}).get("files", [])
        answers = chaser.answers(seed)
        entry: dict[str, Any] = {"doi": seed.doi, "pmid": seed.pmid, "date": date, "known": answers is not None}
        entry["files"] = [*earlier, *(_store(folder, seed, date, answers) if answers is not None else ())]
        studies[seed.report_id] = entry
        write_json(folder / CHASED, _log(chaser, date, studies))
        if progress:
            progress(number, len(todo))
    unknown = [seed.report_id for seed in seeds if not studies[seed.report_id]["known"]]
    files = [file for study in studies.values() for file in study["files"]]
    absent = sum(file.get("absent", 0) for file in files)
    return Chased(len(todo), unknown, sum(file["records"] for file in files), absent)


def _is_new(seed: Seed, studies: dict[str, Any]) -> bool:
    """Whether a study was never looked up, or was not known under the identifiers it had then."""
    earlier = studies.get(seed.report_id)
    return earlier is None or (not earlier["known"] and (earlier["doi"], earlier["pmid"]) != (seed.doi, seed.pmid))


def _store(folder: Path, seed: Seed, date: str, answers: Iterator[Answer]) -> list[dict[str, Any]]:
    stored = []
    for number, answer in enumerate(answers, 1):
        name = re.sub(r"[^A-Za-z0-9]+", "-", seed.report_id).strip("-")
        path = folder / f"{answer.direction}-{date}-{name}-{number:04}{answer.ending}.gz"
        with replacing(path) as draft:
            draft.write_bytes(gzip.compress(answer.data, mtime=0))
        file: dict[str, Any] = {"name": path.name, "direction": answer.direction, "records": answer.records}
        stored.append(file | ({"absent": answer.absent} if answer.absent else {}))
    return stored


def _log(chaser: Chaser, date: str, studies: dict[str, Any]) -> dict[str, Any]:
    query = f"records that cite, or are cited by, {len(studies):,} included reports"
    return {
        "database": chaser.label,
        "date": date,
        "files": [],
        "ids": [],
        "interface": chaser.interface,
        "kind": "other",
        "query": query,
        "studies": studies,
    }
