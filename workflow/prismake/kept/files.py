"""The kept files of a review: their names and kinds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from prismake.core.names import STAGES as PANEL_STAGES
from prismake.kept.formats import (
    ALLOCATION,
    ANSWERS,
    CHANGES,
    EVENTS,
    IDS,
    OFFERED_FORM,
    PREFILLED,
    RECORDS,
    SHEET_STATE,
    SOURCES,
    VERSION,
    Kind,
)
from prismake.kept.sheet_files import HISTORY, LOG_OF_CHANGES
from prismake.protocol.team import VERSIONS

_BY_NAME = {
    **dict.fromkeys(("reports.json", "studies.json", "routes.json"), IDS),
    "searches.json": SOURCES,
    LOG_OF_CHANGES: CHANGES,
    "records.parquet": RECORDS,
}
_BY_END = {
    ".answers.json": ANSWERS,
    ".rounds.json": ALLOCATION,
    ".taken.json": PREFILLED,
    ".form.json": OFFERED_FORM,
    ".events.jsonl": EVENTS,
    ".json": SHEET_STATE,
}


def kind_of(path: Path) -> Kind | None:
    """The kind of a kept file by its place and name; None for any other file."""
    if path.parent.name == VERSIONS.name:
        return VERSION if path.suffix == ".json" else None
    if path.name in _BY_NAME:
        return _BY_NAME[path.name]
    for stage in PANEL_STAGES:
        end = path.name.removeprefix(stage)
        if end != path.name and end in _BY_END:
            return _BY_END[end]
    return None


def kept_files(review: Path = Path(), *, versions: bool = True) -> Iterator[tuple[Path, Kind]]:
    """All existing kept files of a review, each with its kind; frozen versions only if ``versions``."""
    for folder in (HISTORY, VERSIONS) if versions else (HISTORY,):
        for path in sorted((review / folder).glob("*")):
            if path.is_file() and (kind := kind_of(path)):
                yield path, kind
