"""Reports as rows of the sheets for screening."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from prismake.core.labels import author_line
from prismake.core.names import ITEM_ID, REPORT_ID
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

    reports = reports.reset_index(drop=True)
    # whole columns: texts stay where they are, and no row becomes an object
    columns = {
        ITEM_ID: reports[REPORT_ID],
        **{name: reports[name] for name in _PUBLICATION},
        "authors": [author_line(names) for names in reports["authors"]],
        "year": ["" if pd.isna(year) else str(year) for year in reports["year"].tolist()],
        "types": ["; ".join(types) for types in reports["publication_types"]],
        "trials": ["; ".join(numbers) for numbers in reports["trial_ids"]],
        "sources": [", ".join(sources) for sources in reports["sources"]],
        "members": ["\n".join(records) for records in reports["record_ids"]],
        "notices": list(map(notice_text, reports["retracted"], reports["related_reports"])),
        "carried": [prefilled.get(report, "") for report in reports[REPORT_ID].tolist()],
    }
    return pd.DataFrame(columns, dtype=str).sort_values(ITEM_ID, kind="stable")


def handed_on(decisions: pd.DataFrame, gate: str) -> bool:
    """Whether a stage passes on its decisions: always (rolling), or once it is finished (complete)."""
    return gate == "rolling" or bool(decisions["state"].isin([State.SETTLED, State.NOT_SCREENED]).all())
