"""Which report a record, and which study a report belonged to when it was first seen: decisions hang on these ids.

The files stand beside the sheets, because they cannot be rebuilt: which member of a group came first is known
only to the run that saw it come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from prismake.files import read_json, write_json
from prismake.sheets.paths import HISTORY

REPORTS, STUDIES = "reports", "studies"


def known(kind: str, folder: Path = HISTORY) -> dict[str, str]:
    """Member to group of earlier runs: record to report, or report to study."""
    return read_json(folder / f"{kind}.json", {})


def remember(kind: str, members: Mapping[str, str], folder: Path = HISTORY) -> None:
    """Add what is new; members that are gone keep their entry, so that they find their decisions when they return."""
    before = known(kind, folder)
    after = {**before, **members}
    if after != before:
        write_json(folder / f"{kind}.json", after)


def steady_id(members: Iterable[str], earlier: Mapping[str, str]) -> str:
    """The id of a group: the one that a member of it carried first, else its smallest member."""
    members = sorted(members)
    carried = sorted({earlier[member] for member in members if earlier.get(member) in members})
    return (carried or members)[0]
