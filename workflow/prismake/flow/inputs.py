"""The input tables of the flow of an updated review: current records, vanished records and the last version.

The same tables serve the flow itself and the freezing of a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_csv, read_json
from prismake.core.names import ITEM_ID, RECORD_ID, REPORT_ID
from prismake.core.states import State
from prismake.flow import outcomes
from prismake.kept.ids import FULL_TEXT
from prismake.kept.versions import freeze, read_version

if TYPE_CHECKING:
    import pandas as pd

TABLES = {
    "vanished": "records/vanished.csv",
    "duplicates": "duplicates/duplicates.csv",
    "pairs": "duplicates/decisions.csv",
    "title_abstract": "title_abstract/decisions.csv",
    "full_text": "full_text/decisions.csv",
    "linked": "full_text/linked.csv",
    "studies": "full_text/studies.csv",
}


def flow_tables(
    searches: Sequence[Path], records: Path, reports: Path, tables: Mapping[str, Path], previous: Mapping[str, Any]
) -> dict[str, Any]:
    """The tables for ``prisma_flow``, read from the files of all stages.

    Args:
        searches: the search logs.
        tables: files by the names of ``TABLES``.
        previous: ``previous`` of the config.
    """
    import pandas as pd

    read = {name: read_csv(path) for name, path in tables.items()}
    routes = pd.read_parquet(reports, columns=[REPORT_ID, "route"])
    pairs, vanished, linked = read.pop("pairs"), read.pop("vanished"), read.pop("linked")
    unread = read["title_abstract"][read["title_abstract"]["state"] == State.NOT_SCREENED]
    counted = {
        "searches": [read_json(path) for path in searches],
        "records": pd.read_parquet(records, columns=[RECORD_ID, "source"]),
        **read,
        "removed": unread[[ITEM_ID, "settled_by"]].set_axis([REPORT_ID, "why"], axis=1),
        "reopened": set(linked[REPORT_ID]) & set(read["full_text"][ITEM_ID]),
        "direct": set(routes.loc[routes["route"] == FULL_TEXT, REPORT_ID]),
        "possible_duplicates": int((pairs["state"] != State.SETTLED).sum()),
    }
    if previous.get("version"):
        counted["version"] = read_version(previous["version"])
    elif "studies" in previous:
        counted["previous"] = {"studies": previous["studies"], "reports": previous["reports"]}
    return _without_vanished(counted, vanished)


def _without_vanished(tables: dict[str, Any], vanished: pd.DataFrame) -> dict[str, Any]:
    """Assign vanished records to a separate source, or drop them if another record of the report remains."""
    if vanished.empty:
        return tables
    records, duplicates = tables["records"], tables["duplicates"]
    is_vanished = records[RECORD_ID].isin(set(vanished[RECORD_ID]))
    report_of = dict(zip(duplicates[RECORD_ID], duplicates[REPORT_ID], strict=True))
    present = {report_of[record] for record in records.loc[~is_vanished, RECORD_ID]}
    last_of_report = is_vanished & ~records[RECORD_ID].map(report_of).isin(present)
    records = records.assign(source=records["source"].mask(last_of_report, records["source"] + _EARLIER))[
        ~is_vanished | last_of_report
    ]
    sources = vanished[vanished[RECORD_ID].isin(set(records[RECORD_ID]))].drop_duplicates("source")
    earlier = [
        {
            "source": row["source"] + _EARLIER,
            "label": f"{row['label']}, earlier searches",
            "kind": row["kind"],
            "records": None,
        }
        for row in sources.sort_values("source", kind="stable").to_dict("records")
    ]
    return tables | {
        "searches": [*tables["searches"], *earlier],
        "records": records,
        "duplicates": duplicates[duplicates[RECORD_ID].isin(set(records[RECORD_ID]))],
        "uncounted": report_of,
    }


_EARLIER = ", earlier"


def vanished_table(
    vanished: pd.DataFrame,
    records: pd.DataFrame,
    duplicates: pd.DataFrame,
    labels: Mapping[str, str],
    decisions: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Records with a decision that are no longer found by any search, and the searches that still find their report.

    Args:
        records: record_id and source of all records.
        labels: label by source.
        decisions: by stage, the table of decisions.
    """
    import pandas as pd

    report_of = dict(zip(duplicates[RECORD_ID], duplicates[REPORT_ID], strict=True))
    vanished_ids = set(vanished[RECORD_ID])
    still: dict[str, dict[str, None]] = {}
    for record, source in zip(records[RECORD_ID], records["source"], strict=True):
        if record not in vanished_ids:
            still.setdefault(report_of[record], {})[labels.get(source, source)] = None
    decisions_of = {stage: table.set_index(ITEM_ID) for stage, table in decisions.items()}
    rows = []
    for row in vanished.sort_values(RECORD_ID, kind="stable").to_dict("records"):
        report = report_of[row[RECORD_ID]]
        rows.append(
            {
                RECORD_ID: row[RECORD_ID],
                REPORT_ID: report,
                "title": row["title"],
                "no_longer_found_by": row["label"],
                "still_found_by": ", ".join(still.get(report, {})),
                **{stage: _words(table, report) for stage, table in decisions_of.items()},
            }
        )
    first = [RECORD_ID, REPORT_ID, "title", "no_longer_found_by", "still_found_by"]
    return pd.DataFrame(rows, columns=[*first, *decisions], dtype=str)


def _words(decisions: pd.DataFrame, report: str) -> str:
    if report not in decisions.index:
        return ""
    row = decisions.loc[report]
    return row["decision"] if row["state"] == State.SETTLED else row["state"]


def freeze_version(name: str, sources: Sequence[str], folder: Path = Path("results")) -> tuple[Path, dict[str, int]]:
    """Freeze the decisions of the review; return the file and counts: studies, reports, records, open.

    Raises:
        PrismakeError: there are no results, or the name is already used or invalid.
    """
    files = {name: folder / path for name, path in TABLES.items()}
    searches = [folder / "search" / f"{source}.json" for source in sources]
    reports = folder / "duplicates/reports.parquet"
    if not all(path.exists() for path in (*files.values(), *searches, reports)):
        raise PrismakeError("there are no results to freeze yet.", where=str(folder), remedy="Type snakemake first.")
    tables = flow_tables(searches, folder / "records/records.parquet", reports, files, {})
    ended = outcomes(tables)
    report_of = dict(zip(tables["duplicates"][RECORD_ID], tables["duplicates"][REPORT_ID], strict=True))
    path = freeze(name, ended, report_of, tables["studies"], [read_json(path) for path in searches])
    included = sum(how == "included" for how in ended.values())
    reports_open = len(set(report_of.values()) - ended.keys())
    return path, {"studies": len(tables["studies"]), "reports": included, "ended": len(ended), "open": reports_open}
