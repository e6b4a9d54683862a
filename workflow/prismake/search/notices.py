"""Retractions and expressions of concern: from the records, and checked again for included reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_json, write_json
from prismake.core.names import REPORT_ID
from prismake.protocol.live_sources import live_name
from prismake.protocol.notice_text import notice_text

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = [REPORT_ID, "pmid", "notices", "checked"]
NOTED = (REPORT_ID, "pmid", "related_reports", "retracted")
"""What is read of reports: all of them, with abstracts, may be gigabytes."""


@dataclass
class Checked:
    """What PubMed says of records: ``found``: links by PMID; ``days``: the search day as of which each was asked."""

    notices: dict[str, list[str]] = field(default_factory=dict)
    days: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def pubmed_search(sources: Mapping[str, Mapping[str, Any]]) -> tuple[str, str] | None:
    """The live PubMed search with the latest ``until``, as (source, until); ``None`` if there is none."""
    live = [(details["until"], name) for name, details in sources.items() if live_name(details["live"]) == "pubmed"]
    return (max(live)[1], max(live)[0]) if live else None


def check_again(
    pmids: Sequence[str], folder: Path, until: str, *, email: str, api_key: str | None, ask: Any = None
) -> Checked:
    """Current notices in PubMed on these records, requested once for each later ``until`` of the search and archived.

    For the first ``until`` the archived records themselves contain the notices, so nothing is requested.
    An answer is stored in ``folder`` as ``notices-<until>.json``; a run with the same ``until`` requests only records
    not yet checked. If PubMed does not answer, the answers of earlier dates remain valid, and ``problem`` says so.
    """
    from prismake.search import archive, entrez

    searches = archive.searches(folder)
    if searches and until <= searches[0]["until"]:
        return Checked(days=dict.fromkeys(pmids, until))
    file = folder / f"notices-{until}.json"
    content = read_json(file, {"asked": [], "found": {}})
    missing = sorted(set(pmids) - set(content["asked"]), key=int)
    checked = Checked()
    if missing:
        try:
            answer = (ask or entrez.notices)(missing, email=email, api_key=api_key)
        except PrismakeError as error:
            checked.problem = f"Included reports were not checked for retractions as of {until}: {error.what}"
        else:
            content = {"asked": sorted({*content["asked"], *missing}, key=int), "found": {**content["found"], **answer}}
            write_json(file, content)
    for path in sorted(folder.glob("notices-*.json")):
        day, archived = path.stem.removeprefix("notices-"), read_json(path)
        for pmid in set(pmids) & set(archived["asked"]) if day <= until else ():
            checked.days[pmid] = day
            checked.notices[pmid] = archived["found"].get(pmid, [])
    return checked


def included_notices(reports: pd.DataFrame, included: Iterable[str], checked: Checked) -> pd.DataFrame:
    """One row per included report: the notices in its records and currently in PubMed, and the date of the check."""
    import pandas as pd

    report_ids, rows = set(included), []
    for report in reports[reports[REPORT_ID].isin(report_ids)].sort_values(REPORT_ID).to_dict("records"):
        pmid = report["pmid"]
        links = [*report["related_reports"], *(link for link in checked.notices.get(pmid, ()) if ":" in link)]
        retracted = report["retracted"] or any(":" not in link for link in checked.notices.get(pmid, ()))
        rows.append((report[REPORT_ID], pmid, notice_text(retracted, links), checked.days.get(pmid, "")))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=str)


def failed_before(status: Path) -> str:
    """A value that changes after a failed check, so that the next run tries again; empty after a success."""
    status_of_job = read_json(status) or {}
    return f"failed {status.stat().st_mtime_ns}" if status_of_job.get("problem") else ""
