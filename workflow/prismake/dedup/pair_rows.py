"""Pairs of records side by side, as rows of the sheets that ask whether they are one report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prismake.core.labels import author_line
from prismake.core.names import ITEM_ID, RECORD_ID

if TYPE_CHECKING:
    import pandas as pd

SHOWN = (
    *(RECORD_ID, "source", "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid"),
    "trial_ids",
)
"""Columns of the record table that are shown."""


def pair_rows(queue: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Pairs of records side by side: possible duplicates, or merges that a rule has made.

    Args:
        queue: ``item_id, first, second, differences, members``; merges also ``rule`` (see ``dedup.open_pairs``), in the
            order in which they are shown.
        records: ``SHOWN`` of the records of all pairs, each once.
    """
    import pandas as pd

    ids = records[RECORD_ID].tolist()
    titles = dict(zip(ids, records["title"].tolist(), strict=True))
    columns = (records[name].tolist() for name in SHOWN)
    blocks = {cells[0]: _block(dict(zip(SHOWN, cells, strict=True))) for cells in zip(*columns, strict=True)}
    first, second = queue["first"].tolist(), queue["second"].tolist()
    table = {
        ITEM_ID: queue[ITEM_ID].tolist(),
        "title": [f"{titles[a]}\n{titles[b]}" for a, b in zip(first, second, strict=True)],
        "first": [blocks[a] for a in first],
        "second": [blocks[b] for b in second],
        "rule": queue["rule"].tolist() if "rule" in queue.columns else [""] * len(queue),
        "differences": queue["differences"].tolist(),
        "members": queue["members"].tolist(),
    }
    return pd.DataFrame(table, dtype=str)


def _block(record: dict[str, Any]) -> str:
    """A record as a few lines of text, to be compared with another."""
    given = record["year"]
    year = str(int(given)) if isinstance(given, int | float) and given == given else ""  # noqa: PLR0124  # missing
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
