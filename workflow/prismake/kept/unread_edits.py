"""Edits of sheets that no run has read yet: the state of the sheets, compared with that of the last reading.

Snakemake compares the parameters of a job with recorded ones, but some options record them without reading the sheets
(``--touch``) or compare nothing (``--rerun-triggers mtime``). The results themselves therefore state what was read:
``results/<stage>/status.json`` has the digests of the workbooks behind it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from prismake.core.files import read_json
from prismake.kept.sheet_files import SHEETS
from prismake.kept.sheet_state import state

RESULTS = Path("results")


def unread_edits(stage: str, team: Sequence[str], folder: Path = SHEETS, results: Path = RESULTS) -> list[str]:
    """Names of the workbooks of a stage that have changed since they were read; empty if nothing has been read yet."""
    status_file = results / stage / "status.json"
    if not status_file.is_file():
        return []
    try:
        status = read_json(status_file)
    except ValueError:
        status = None
    read = status.get("state", {}) if isinstance(status, dict) else {}  # damaged: nothing shows what it was made from
    return [name for name, now in state(stage, team, folder).items() if read.get(name, "") != now]


def to_read_again(stage: str, team: Sequence[str], results: Path = RESULTS) -> list[str]:
    """The results that have to be made again because sheets of a stage were edited since they were read."""
    if not unread_edits(stage, team, results=results):
        return []
    return [(results / stage / name).as_posix() for name in ("offered.json", "status.json")]
