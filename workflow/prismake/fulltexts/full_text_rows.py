"""Reports as rows of the sheets in which their full texts are assessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from prismake.core.names import ITEM_ID, REPORT_ID, WAITS_FOR
from prismake.core.states import Route, State
from prismake.fulltexts.linked_reports import linked_reports
from prismake.panel.related import related_reports
from prismake.panel.screening_rows import report_rows

if TYPE_CHECKING:
    import pandas as pd


class FullTextRows(NamedTuple):
    """``queue``: the rows. ``linked``: the rows that wait for another report (``linked_reports``)."""

    queue: pd.DataFrame
    linked: pd.DataFrame


def full_text_rows(
    reports: pd.DataFrame, screened: pd.DataFrame, links: pd.DataFrame, prefilled: Mapping[str, str], *, handed_on: bool
) -> FullTextRows:
    """Reports to assess: included at title and abstract, found by other methods, or linked to one of these.

    Column ``related`` names reports that may be of the same study (``prismake.panel.related``). ``waits_for`` lists
    reports, one per line: the row is offered once any of them is included; empty except for linked reports.

    Args:
        screened: ``title_abstract/decisions.csv``.
        links: ``duplicates/links.csv``.
        prefilled: by report, decisions imported from an export.
        handed_on: False while the previous stage withholds its results (``gate: complete``).
    """
    included = set(screened.loc[screened["decision"] == "include", ITEM_ID]) if handed_on else set()
    sought = included | set(reports.loc[reports["route"] == Route.FULL_TEXT, REPORT_ID])
    linked = linked_reports(reports, screened if handed_on else screened[:0], links, sought)
    table = report_rows(reports[reports[REPORT_ID].isin(sought | set(linked[REPORT_ID]))], prefilled)
    waits_for = dict(zip(linked[REPORT_ID], linked["linked_to"].str.replace("; ", "\n"), strict=True))
    before = dict(zip(linked[REPORT_ID], map(_ASKED_AGAIN.__getitem__, linked["title_abstract"]), strict=True))
    related = related_reports(reports, links)
    queue = table.assign(
        related=[before.get(report, "") + related.get(report, "") for report in table[ITEM_ID]],
        **{WAITS_FOR: [waits_for.get(report, "") for report in table[ITEM_ID]]},
    )
    return FullTextRows(queue, linked)


_BECAUSE = "asked about here because it belongs to an included report.\n"
_ASKED_AGAIN = {
    "exclude": f"Excluded at title and abstract; {_BECAUSE}",
    State.NOT_SCREENED: f"Not screened on title and abstract; {_BECAUSE}",
}
