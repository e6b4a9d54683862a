"""Reports excluded at title and abstract that belong to a report read in full.

A preprint, registry entry, conference abstract or correction is often excluded because of its type, although it has
information that is missing from the article of the study. All reports of an included study should be brought together
(Lefebvre C, et al. Cochrane Handbook, chapter 4; MECIR C42), so these reports are offered to the reviewers again once
the report they belong to is included. Comments, replies and versions of a Cochrane review are not reports of a study.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from prismake.core.names import ITEM_ID, REPORT_ID
from prismake.core.states import State
from prismake.panel.related import linked_pairs

if TYPE_CHECKING:
    import pandas as pd

OF_ONE_STUDY = ("registry entry", "preprint", "conference abstract", "correction")
COLUMNS = (REPORT_ID, "linked_to", "kind", "title_abstract")


def linked_reports(
    reports: pd.DataFrame, screened: pd.DataFrame, links: pd.DataFrame, sought: Collection[str]
) -> pd.DataFrame:
    """One row per excluded report that is linked to a report sought, directly or through another row of the table.

    Columns ``report_id``, ``linked_to`` (ids joined by "; ": reports sought, and other rows of this table),
    ``kind`` (of the links, joined likewise) and ``title_abstract`` ("exclude" or "not screened").

    Args:
        screened: ``title_abstract/decisions.csv``.
        links: ``duplicates/links.csv``.
        sought: ids of the reports sought anyway.
    """
    import pandas as pd

    # lists, because loops over columns of text take many times as long
    cells = (screened[name].tolist() for name in (ITEM_ID, "state", "decision"))
    outcome = {
        item: decision if state == State.SETTLED else str(state) for item, state, decision in zip(*cells, strict=True)
    }
    left_out = {item for item, words in outcome.items() if words in ("exclude", State.NOT_SCREENED)} - set(sought)
    partners: dict[str, dict[str, str]] = {}
    for (first, second), kind in linked_pairs(reports, links).items():
        if kind in OF_ONE_STUDY:
            partners.setdefault(first, {})[second] = kind
    reached, waiting = set(sought), sorted(sought)
    while waiting:
        new = {partner for partner in partners.get(waiting.pop(), ()) if partner in left_out} - reached
        reached |= new
        waiting += sorted(new)
    rows = []
    for report in sorted(reached & left_out):
        linked = {partner: kind for partner, kind in sorted(partners[report].items()) if partner in reached}
        rows.append((report, "; ".join(linked), "; ".join(linked.values()), outcome[report]))
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
