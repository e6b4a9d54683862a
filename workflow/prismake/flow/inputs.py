"""What the flow counts in a review that is updated: what searches still find, what they have lost, the last version.

The tables that the flow counts are brought together here, for the flow itself and for freezing a version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_csv, read_json
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
    """What ``prisma_flow`` counts, read from the files of all stages.

    Args:
        searches: the search logs.
        tables: files by the names of ``TABLES``.
        previous: ``previous`` of the config.
    """
    import pandas as pd

    read = {name: read_csv(path) for name, path in tables.items()}
    routes = pd.read_parquet(reports, columns=["report_id", "route"])
    pairs, vanished, linked = read.pop("pairs"), read.pop("vanished"), read.pop("linked")
    unread = read["title_abstract"][read["title_abstract"]["state"] == State.NOT_SCREENED]
    counted = {
        "searches": [read_json(path) for path in searches],
        "records": pd.read_parquet(records, columns=["record_id", "source"]),
        **read,
        "removed": unread[["item_id", "settled_by"]].set_axis(["report_id", "why"], axis=1),
        "reopened": set(linked["report_id"]) & set(read["full_text"]["item_id"]),
        "direct": set(routes.loc[routes["route"] == FULL_TEXT, "report_id"]),
        "possible_duplicates": int((pairs["state"] != State.SETTLED).sum()),
    }
    if previous.get("version"):
        counted["version"] = read_version(previous["version"])
    elif "studies" in previous:
        counted["previous"] = {"studies": previous["studies"], "reports": previous["reports"]}
    return _without_vanished(counted, vanished)


def _without_vanished(tables: dict[str, Any], vanished: pd.DataFrame) -> dict[str, Any]:
    """Make vanished records a source of their own, or drop them where another record stands for the report."""
    if vanished.empty:
        return tables
    records, duplicates = tables["records"], tables["duplicates"]
    gone = records["record_id"].isin(set(vanished["record_id"]))
    report_of = dict(zip(duplicates["record_id"], duplicates["report_id"], strict=True))
    present = {report_of[record] for record in records.loc[~gone, "record_id"]}
    alone = gone & ~records["record_id"].map(report_of).isin(present)
    records = records.assign(source=records["source"].mask(alone, records["source"] + _EARLIER))[~gone | alone]
    sources = vanished[vanished["record_id"].isin(set(records["record_id"]))].drop_duplicates("source")
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
        "duplicates": duplicates[duplicates["record_id"].isin(set(records["record_id"]))],
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
    """Judged records that no search finds any longer: the decision on each, and which searches still find its report.

    Args:
        records: record_id and source of all records.
        labels: label by source.
        decisions: by stage, the table of decisions.
    """
    import pandas as pd

    report_of = dict(zip(duplicates["record_id"], duplicates["report_id"], strict=True))
    gone = set(vanished["record_id"])
    still: dict[str, dict[str, None]] = {}
    for record, source in zip(records["record_id"], records["source"], strict=True):
        if record not in gone:
            still.setdefault(report_of[record], {})[labels.get(source, source)] = None
    decisions_of = {stage: table.set_index("item_id") for stage, table in decisions.items()}
    rows = []
    for row in vanished.sort_values("record_id", kind="stable").to_dict("records"):
        report = report_of[row["record_id"]]
        rows.append(
            {
                "record_id": row["record_id"],
                "report_id": report,
                "title": row["title"],
                "no_longer_found_by": row["label"],
                "still_found_by": ", ".join(still.get(report, {})),
                **{stage: _words(table, report) for stage, table in decisions_of.items()},
            }
        )
    first = ["record_id", "report_id", "title", "no_longer_found_by", "still_found_by"]
    return pd.DataFrame(rows, columns=[*first, *decisions], dtype=str)


def _words(decisions: pd.DataFrame, report: str) -> str:
    if report not in decisions.index:
        return ""
    row = decisions.loc[report]
    return row["decision"] if row["state"] == State.SETTLED else row["state"]


def freeze_version(name: str, sources: Sequence[str], folder: Path = Path("results")) -> tuple[Path, dict[str, int]]:
    """Freeze what the review has decided, from its results; the file, and counts: studies, reports, records, open.

    Raises:
        PrismakeError: there are no results, or the name is taken or no name.
    """
    files = {name: folder / path for name, path in TABLES.items()}
    searches = [folder / "search" / f"{source}.json" for source in sources]
    reports = folder / "duplicates/reports.parquet"
    if not all(path.exists() for path in (*files.values(), *searches, reports)):
        raise PrismakeError("there is nothing to freeze yet.", where=str(folder), remedy="Type snakemake first.")
    tables = flow_tables(searches, folder / "records/records.parquet", reports, files, {})
    ended = outcomes(tables)
    report_of = dict(zip(tables["duplicates"]["record_id"], tables["duplicates"]["report_id"], strict=True))
    path = freeze(name, ended, report_of, tables["studies"], [read_json(path) for path in searches])
    included = sum(how == "included" for how in ended.values())
    reports_open = len(set(report_of.values()) - ended.keys())
    return path, {"studies": len(tables["studies"]), "reports": included, "ended": len(ended), "open": reports_open}
