"""Reports as rows of the sheets for screening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from prismake.core.labels import author_line
from prismake.core.names import ITEM_ID, REPORT_ID
from prismake.core.progress import tracked
from prismake.core.states import Route, State
from prismake.panel.related import related_reports
from prismake.protocol.notice_text import notice_text

if TYPE_CHECKING:
    import pandas as pd

_PUBLICATION = ("title", "abstract", "journal", "doi", "pmid", "pmcid")


def screening_rows(reports: pd.DataFrame, links: pd.DataFrame, prefilled: Mapping[str, str]) -> pd.DataFrame:
    """Reports to screen: all that came from a database or a register.

    Reports found by other methods (citation searching, websites) are sought in full text without screening, as in the
    PRISMA 2020 flow; the column ``route`` of the reports says so (``prismake.kept.ids.routes_of``). Column ``related``
    names reports that may be of the same study, wherever they were found (``prismake.panel.related``).

    Args:
        links: ``duplicates/links.csv``.
        prefilled: by report, decisions imported with an export (``prismake.search.imported_decisions.prefilled``).
    """
    table = report_rows(reports[reports["route"] == Route.SCREENING], prefilled)
    related = related_reports(reports, links)
    return table.assign(related=[related.get(report, "") for report in table[ITEM_ID]])


def report_rows(reports: pd.DataFrame, prefilled: Mapping[str, str]) -> pd.DataFrame:
    """One row per report, sorted by id; ``prefilled``: decisions imported with an export, by report."""
    import pandas as pd

    rows = []
    rows_of_reports = reports.to_dict("records")
    for report in tracked(rows_of_reports, len(rows_of_reports), "queueing", "reports"):
        rows.append(
            {
                ITEM_ID: report[REPORT_ID],
                **{name: report[name] for name in _PUBLICATION},
                "authors": author_line(report["authors"]),
                "year": "" if pd.isna(report["year"]) else str(report["year"]),
                "types": "; ".join(report["publication_types"]),
                "trials": "; ".join(report["trial_ids"]),
                "sources": ", ".join(report["sources"]),
                "members": "\n".join(report["record_ids"]),
                "notices": notice_text(report["retracted"], report["related_reports"]),
                "carried": prefilled.get(report[REPORT_ID], ""),
            }
        )
    columns = [
        ITEM_ID,
        *_PUBLICATION,
        "authors",
        "year",
        "types",
        "trials",
        "sources",
        "members",
        "notices",
        "carried",
    ]
    return pd.DataFrame(rows, columns=columns, dtype=str).sort_values(ITEM_ID, kind="stable")


def handed_on(decisions: pd.DataFrame, gate: str) -> bool:
    """Whether a stage passes on its decisions: always (rolling), or once it is finished (complete)."""
    return gate == "rolling" or bool(decisions["state"].isin([State.SETTLED, State.NOT_SCREENED]).all())
