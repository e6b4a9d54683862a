"""The kept files of a small review, in the format of every version that there was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prismake.kept import allocations, answers, ids, prefilled, retained_records, sheet_state, versions

HERE = Path(__file__).parent
STAGE = "title_abstract"


@dataclass(frozen=True)
class File:
    """A kept file: its name among the samples, where it lies in a review, and how the package reads it."""

    name: str
    place: str
    load: Callable[[Path], Any]

    def __str__(self) -> str:
        return self.name


def _history(name: str, load: Callable[[Path], Any]) -> File:
    return File(name, f"config/sheets/history/{name}", lambda review: load(review / "config/sheets"))


def _ids(kind: str) -> File:
    return _history(f"{kind}.json", lambda sheets: ids.load_ids(kind, sheets / "history"))


JSON_FILES = (
    _history(f"{STAGE}.answers.json", lambda sheets: answers.read_snapshot(STAGE, sheets)),
    _history(f"{STAGE}.json", lambda sheets: sheet_state.read_book(STAGE, sheets)),
    _history(f"{STAGE}.rounds.json", lambda sheets: allocations.load_allocation(STAGE, sheets)),
    _history(f"{STAGE}.taken.json", lambda sheets: prefilled.load_prefilled(STAGE, sheets)),
    _ids("reports"),
    _ids("studies"),
    _ids("routes"),
    _history("searches.json", retained_records.read_sources),
    File(
        "2025-08-31.json", "config/versions/2025-08-31.json", lambda review: versions.read_version("2025-08-31", review)
    ),
)
LOGS = (
    _history(f"{STAGE}.events.jsonl", lambda sheets: list(answers.read_events(STAGE, sheets))),
    _history("decisions.jsonl", lambda sheets: list(answers.read_changes(sheets))),
)


def old_review(folder: Path) -> Path:
    """A review whose kept files prismake 0.1 wrote."""
    for file in (*JSON_FILES, *LOGS):
        place = folder / file.place
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(HERE / "format_0" / file.name, place)
    return folder
