"""Edits of sheets that no run has read yet: what was left in them, held against what the last reading was made of.

Snakemake compares the parameters of a job with those that it has noted down, and there are ways of calling it that note
them down without reading (``--touch``) or compare nothing (``--rerun-triggers mtime``). What was read is therefore told
by the results themselves: ``results/<stage>/status.json`` names the digests of the workbooks that it was made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prismake.core.files import read_json
from prismake.kept.sheet_files import SHEETS
from prismake.kept.sheet_state import state

RESULTS = Path("results")


def unread_edits(stage: str, team: Sequence[str], folder: Path = SHEETS, results: Path = RESULTS) -> list[str]:
    """Names of the workbooks of a stage that are no longer as they were read; none where nothing was read yet."""
    status_file = results / stage / "status.json"
    if not status_file.is_file():
        return []
    try:
        read = read_json(status_file).get("state", {})
    except (ValueError, AttributeError):
        read = {}  # damaged: nothing says what it was made of
    return [name for name, now in state(stage, team, folder).items() if read.get(name, "") != now]


def to_read_again(stage: str, team: Sequence[str]) -> list[str]:
    """The results that have to be made again because sheets of a stage were edited since they were read."""
    if not unread_edits(stage, team):
        return []
    return [(RESULTS / stage / name).as_posix() for name in ("offered.json", "status.json")]
