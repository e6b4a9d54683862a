"""Which report a record, and which study a report belonged to when it was first seen: decisions hang on these ids.

The files stand beside the sheets, because they cannot be rebuilt: which member of a group came first is load_ids
only to the run that saw it come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from prismake.core.states import Route
from prismake.kept import store
from prismake.kept.formats import IDS
from prismake.kept.sheet_files import HISTORY

if TYPE_CHECKING:
    import pandas as pd

REPORTS, STUDIES, ROUTES = "reports", "studies", "routes"
SCREENING, FULL_TEXT = Route.SCREENING.value, Route.FULL_TEXT.value


def load_ids(kind: str, folder: Path = HISTORY) -> dict[str, str]:
    """Member to group of earlier runs: record to report, report to study, or report to route.

    Raises:
        KeptFileError: the file is damaged, or a newer prismake wrote it.
    """
    return (store.read(folder / f"{kind}.json", IDS) or {"ids": {}})["ids"]


def save_ids(kind: str, members: Mapping[str, str], folder: Path = HISTORY) -> None:
    """Add what is new; members that are gone keep their entry, so that they find their decisions when they return.

    What another run has added since ``known`` was asked stays: the file is read again, and nobody writes meanwhile.
    """
    store.update(folder / f"{kind}.json", IDS, lambda before: {"ids": {**(before or {"ids": {}})["ids"], **members}})


def routes_of(
    reports: pd.DataFrame, kinds: Mapping[str, str], earlier: Mapping[str, str], routes: Mapping[str, str]
) -> list[str]:
    """Whether each report is screened on title and abstract, or goes to full text as other methods found it.

    A report that other methods found first stays on its way when a database finds it later: it has been read.

    Args:
        reports: record_ids and sources of each report.
        kinds: kind by source.
        earlier: record to report of earlier runs.
        routes: report to route of earlier runs.
    """
    ways = []
    for records, sources in zip(reports["record_ids"], reports["sources"], strict=True):
        before = {routes.get(earlier[record], "") for record in records if record in earlier}
        direct = before == {FULL_TEXT} or all(kinds.get(source) == "other" for source in sources)
        ways.append(FULL_TEXT if direct else SCREENING)
    return ways


def steady_id(members: Iterable[str], earlier: Mapping[str, str]) -> str:
    """The id of a group: the one that a member of it carried first, else its smallest member."""
    members = sorted(members)
    carried = sorted({earlier[member] for member in members if earlier.get(member) in members})
    return (carried or members)[0]
