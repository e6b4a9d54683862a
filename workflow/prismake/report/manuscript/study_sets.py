"""Included, excluded, awaiting and ongoing studies as sets of reports, for reference managers and other reviews."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prismake.core.names import ITEM_ID, RECORD_ID, REPORT_ID
from prismake.core.states import State

if TYPE_CHECKING:
    import pandas as pd

SETS = ("included", "excluded", "awaiting", "ongoing")
_ONGOING = re.compile(r"\bon-?going\b", re.IGNORECASE)


def study_sets(decisions: pd.DataFrame, reports: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The reports of each set with the columns of a record, sorted by id; every report of the stage is in one of them.

    Args:
        decisions: ``full_text/decisions.csv``.
        reports: ``duplicates/reports.parquet``.

    *Awaiting* are reports that are undecided or could not be retrieved; *ongoing* are those excluded for a reason in
    the protocol that says so ("Ongoing study").
    """
    of_report = {row[ITEM_ID]: _set_of(row) for row in decisions.to_dict("records")}
    rows = reports.drop(columns=RECORD_ID, errors="ignore").rename(columns={REPORT_ID: RECORD_ID})
    rows = rows.sort_values(RECORD_ID, ignore_index=True)
    names = rows[RECORD_ID].map(of_report)
    return {name: rows[names == name].reset_index(drop=True) for name in SETS}


def _set_of(row: dict[str, str]) -> str:
    if row["state"] != State.SETTLED or row["decision"] == "not retrieved":
        return "awaiting"
    if row["decision"] == "include":
        return "included"
    return "ongoing" if _ONGOING.search(row.get("reason") or "") else "excluded"
