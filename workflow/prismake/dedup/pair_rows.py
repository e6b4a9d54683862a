"""Pairs of records side by side, as rows of the sheets that ask whether they are one report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prismake.core.labels import author_line
from prismake.core.names import ITEM_ID, RECORD_ID

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = (
    *(RECORD_ID, "source", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid"),
    "trial_ids",
)  # columns of the record table


def pair_rows(queue: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Pairs of records side by side: possible duplicates, or merges that a rule has made.

    Args:
        queue: ``item_id, first, second, differences, members``; merges also ``rule`` (see ``dedup.open_pairs``), in the
            order in which they are shown.
        records: the record table.
    """
    import pandas as pd

    paired = records.loc[records[RECORD_ID].isin({*queue["first"], *queue["second"]}), list(_SHOWN)]
    by_id = paired.set_index(RECORD_ID, drop=False).to_dict("index")
    rows = []
    for row in queue.to_dict("records"):
        first, second = by_id[row["first"]], by_id[row["second"]]
        rows.append(
            {
                ITEM_ID: row[ITEM_ID],
                "title": f"{first['title']}\n{second['title']}",
                "first": _block(first),
                "second": _block(second),
                "rule": row.get("rule", ""),
                "differences": row["differences"],
                "members": row["members"],
            }
        )
    columns = [ITEM_ID, "title", "first", "second", "rule", "differences", "members"]
    return pd.DataFrame(rows, columns=columns, dtype=str)


def _block(record: Any) -> str:
    """A record as a few lines of text, to be compared with another."""
    import pandas as pd

    year = "" if pd.isna(record["year"]) else str(record["year"])
    place = " ".join(
        filter(
            None,
            [record["journal"], year, record["volume"], record["issue"] and f"({record['issue']})", record["pages"]],
        )
    )
    lines = [
        record["title"],
        author_line(record["authors"]),
        place,
        record["doi"] and f"DOI {record['doi']}",
        record["pmid"] and f"PMID {record['pmid']}",
        "; ".join(record["trial_ids"]),
        f"{record['source']}: {record[RECORD_ID].partition(':')[2]}",
    ]
    return "\n".join(line for line in lines if line)
