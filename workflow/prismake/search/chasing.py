"""Citation chasing: what cites the included studies, and what they cite, archived as it was answered.

The folder of a source holds the raw answers and ``search-chased.json``, which says for each study what was asked and in
which files the answers are. A study that was asked about is never asked about again unless somebody wants it, and what
is archived is never removed. The records count as found by other methods (Page MJ, et al. PRISMA 2020, item 7).
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
    """An included report whose citations are chased; ``doi`` and ``pmid`` are "" where they are not known."""

    report_id: str
    doi: str = ""
    pmid: str = ""


@dataclass(frozen=True)
class Answer:
    """One answer as it came: ``direction`` is ``CITING`` or ``REFERENCES``, ``ending`` that of its file."""

    direction: str
    data: bytes
    ending: str
    records: int


class Chaser(Protocol):
    """A service that knows who cites whom. ``answers`` gives ``None`` for a study that it does not know."""

    label: str
    interface: str

    def answers(self, seed: Seed) -> Iterator[Answer] | None: ...


@dataclass(frozen=True)
class Chased:
    """``asked``: studies that were asked about now. ``unknown``: those the service does not know. ``records``: of the
    answers to all studies, with repetitions."""

    asked: int
    unknown: list[str]
    records: int


def chase(
    seeds: Sequence[Seed],
    folder: Path,
    chaser: Chaser,
    date: str,
    *,
    again: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Chased:
    """Ask about each study that was not asked about yet, or about all of them ``again``; archive what is answered.

    A run that breaks off goes on with the next study. Raises ``SearchError`` when the service does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True)
    log = read_json(folder / CHASED) or {"studies": {}}
    studies: dict[str, Any] = log["studies"]
    todo = [seed for seed in seeds if again or seed.report_id not in studies]
    for number, seed in enumerate(todo, 1):
        earlier = studies.get(seed.report_id, {}).get("files", [])
        answers = chaser.answers(seed)
        told: dict[str, Any] = {"doi": seed.doi, "pmid": seed.pmid, "date": date, "known": answers is not None}
        told["files"] = [*earlier, *(_store(folder, seed, date, answers) if answers is not None else ())]
        studies[seed.report_id] = told
        write_json(folder / CHASED, _log(chaser, date, studies))
        if progress:
            progress(number, len(todo))
    unknown = [seed.report_id for seed in seeds if not studies[seed.report_id]["known"]]
    records = sum(file["records"] for study in studies.values() for file in study["files"])
    return Chased(len(todo), unknown, records)


def _store(folder: Path, seed: Seed, date: str, answers: Iterator[Answer]) -> list[dict[str, Any]]:
    stored = []
    for number, answer in enumerate(answers, 1):
        name = re.sub(r"[^A-Za-z0-9]+", "-", seed.report_id).strip("-")
        path = folder / f"{answer.direction}-{date}-{name}-{number:04}{answer.ending}.gz"
        with replacing(path) as draft:
            draft.write_bytes(gzip.compress(answer.data, mtime=0))
        stored.append({"name": path.name, "direction": answer.direction, "records": answer.records})
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
