"""Reports as rows of the sheets in which their full texts are assessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from prismake.core.states import Route
from prismake.fulltexts.related import related_reports
from prismake.panel.screening_rows import report_rows

if TYPE_CHECKING:
    import pandas as pd


def full_text_rows(
    reports: pd.DataFrame, screened: pd.DataFrame, links: pd.DataFrame, prefilled: Mapping[str, str], *, handed_on: bool
) -> pd.DataFrame:
    """Reports to assess: included at title and abstract, or found by other methods.

    Column ``related`` names the reports that may be of the same study (``prismake.fulltexts.related``).

    Args:
        screened: ``title_abstract/decisions.csv``.
        links: ``duplicates/links.csv``.
        prefilled: by report, decisions imported from an export.
        handed_on: False while the previous stage withholds its results (``gate: complete``).
    """
    included = set(screened.loc[screened["decision"] == "include", "item_id"]) if handed_on else set()
    table = report_rows(reports[(reports["route"] == Route.FULL_TEXT) | reports["report_id"].isin(included)], prefilled)
    related = related_reports(reports, links)
    return table.assign(related=[related.get(report, "") for report in table["item_id"]])
