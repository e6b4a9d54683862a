"""The allocation of a stage, i.e. rows, reviewers and order: ``config/sheets/history/<stage>.rounds.json``."""

from __future__ import annotations

from pathlib import Path

from prismake.kept import store
from prismake.kept.formats import ALLOCATION
from prismake.panel.allocation import Allocation


def allocation_file(stage: str, folder: Path) -> Path:
    return folder / "history" / f"{stage}.rounds.json"


def load_allocation(stage: str, folder: Path) -> Allocation | None:
    """The allocation so far; None in a review older than this record.

    Raises:
        KeptFileError: the file is damaged, or a newer prismake wrote it.
    """
    content = store.read(allocation_file(stage, folder), ALLOCATION)
    return Allocation.from_dict(content) if content else None


def save_allocation(stage: str, folder: Path, handed: Allocation) -> None:
    """Save the allocation, in the order of handing out."""
    path = allocation_file(stage, folder)
    with store.locked(path.parent):
        store.write(path, handed.to_dict(), sort_keys=False)
