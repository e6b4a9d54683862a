"""The records that the searches gave at the last run, so that a judged record stays when a search loses it.

An export that is replaced by a later one takes its records with it, and with them what people decided about. The copy
stands beside the sheets (``history/records.parquet``, and ``searches.json`` with which of them had vanished): what a
search gave once cannot be rebuilt.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_json, replacing, write_json
from prismake.core.record_files import join, schema
from prismake.kept.sheet_files import SHEETS

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ["record_id", "source", "label", "kind", "title"]


def join_and_keep(
    tables: Sequence[Path],
    logs: Sequence[Mapping[str, Any]],
    path: Path,
    judged_records: Callable[[], Collection[str]],
    folder: Path = SHEETS,
) -> pd.DataFrame:
    """Write the records of all searches, and of those that were judged and are found no longer; a table of the latter.

    A record that somebody has answered about stays; one that nobody has leaves with its search. Which it was is
    decided when the record vanishes and kept with the copy, so that a later run comes to the same result; a record
    that is found again is as it was before.

    Args:
        tables: the record table of each search.
        logs: the search logs (source, label, kind).
        path: where the joined table goes.
        judged_records: tells which records somebody has answered about. It is asked only when a record has vanished
            since the last run, because the answer stands in the workbooks (``prismake.sheets.judged_records``).

    Raises:
        PrismakeError: the copy of the last run cannot be read.
    """
    import pandas as pd

    copy, about = folder / "history" / "records.parquet", folder / "history" / "searches.json"
    last = read_json(about, {"sources": {}, "vanished": []})
    present = {record for table in tables for record in _ids(table)}
    missing = [record for record in _ids(copy) if record not in present] if copy.exists() else []
    newly = set(missing) - set(last["vanished"])
    judged = set(judged_records()) if newly else set()
    kept = [record for record in missing if record not in newly or record in judged]
    sources = {**last["sources"], **{log["source"]: {"label": log["label"], "kind": log["kind"]} for log in logs}}
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        parts = list(tables)
        if kept:
            parts.append(Path(scratch) / "kept.parquet")
            rows = _take(copy, kept, parts[-1])
        join(parts, path)
    with replacing(copy) as draft:
        shutil.copyfile(path, draft)
    write_json(about, {"sources": sources, "vanished": kept})
    vanished = [{**row, **sources[row["source"]]} for row in rows]
    return pd.DataFrame(vanished, columns=COLUMNS, dtype=str)


def _ids(table: Path) -> list[str]:
    import pyarrow.parquet as pq

    try:
        return pq.read_table(table, columns=["record_id"])["record_id"].to_pylist()
    except (OSError, ValueError) as error:
        raise PrismakeError(
            f"the table of records cannot be read ({error}).",
            where=str(table),
            remedy="Restore it from a backup. Without one, move it away: judged records that the searches find no "
            "longer are then missing until you put their exports back.",
        ) from None


def _take(copy: Path, ids: Sequence[str], path: Path) -> list[dict[str, str]]:
    """Write these records of the copy into a table of their own; their ids, sources and titles."""
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    rows = ds.dataset(str(copy), schema=schema(), format="parquet").to_table(filter=ds.field("record_id").isin(ids))
    pq.write_table(rows, path)
    return rows.select(["record_id", "source", "title"]).to_pylist()
