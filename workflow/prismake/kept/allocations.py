"""What was handed out in each stage: ``history/<stage>.rounds.json``, because nothing else tells it afterwards."""

from __future__ import annotations

from pathlib import Path

from prismake.core.files import read_json, write_json
from prismake.panel.allocation import HandedOut


def load_allocation(stage: str, folder: Path) -> HandedOut | None:
    """What was handed out so far; None in a review that is older than this record."""
    kept = read_json(_path(stage, folder))
    return HandedOut.from_dict(kept) if kept else None


def save_allocation(stage: str, folder: Path, allocation: HandedOut) -> None:
    """Keep what is handed out; the order of its rows is the order of handing out."""
    write_json(_path(stage, folder), allocation.to_dict(), sort_keys=False)


def _path(stage: str, folder: Path) -> Path:
    return folder / "history" / f"{stage}.rounds.json"
