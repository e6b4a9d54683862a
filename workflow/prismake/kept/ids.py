"""The report of each record and the study of each report when first seen: the ids under which decisions are recorded.

The files are kept beside the sheets because they cannot be rebuilt: only the run in which a group first appeared knows
which of its members came first.
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


def kept_ids(kind: str, folder: Path = HISTORY) -> list[Path]:
    """The file with the ids of one kind, if there is one."""
    return [path for path in [folder / f"{kind}.json"] if path.exists()]


def load_ids(kind: str, folder: Path = HISTORY) -> dict[str, str]:
    """Member to group of earlier runs: record to report, report to study, or report to route.

    Raises:
        KeptFileError: the file is damaged, or a newer prismake wrote it.
    """
    return (store.read(folder / f"{kind}.json", IDS) or {"ids": {}})["ids"]


def save_ids(kind: str, members: Mapping[str, str], folder: Path = HISTORY) -> None:
    """Add new members; members that have gone keep their entry, so that their decisions are found if they return.

    Entries added by another run in the meantime are kept: the file is read again under a lock.
    """
    store.update(folder / f"{kind}.json", IDS, lambda before: {"ids": {**(before or {"ids": {}})["ids"], **members}})


def routes_of(
    reports: pd.DataFrame, kinds: Mapping[str, str], earlier: Mapping[str, str], routes: Mapping[str, str]
) -> list[str]:
    """The route of each report: screened on title and abstract, or sought directly because other methods found it.

    A report first found by other methods keeps its route when a database finds it later: it may have been read.

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
    """The id of a group: the one its members had in earlier runs, otherwise its smallest member."""
    members = sorted(members)
    carried = sorted({earlier[member] for member in members if earlier.get(member) in members})
    return (carried or members)[0]
