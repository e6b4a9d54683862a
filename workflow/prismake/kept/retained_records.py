"""The records of the last run, kept so that a judged record is not lost when a search no longer finds it.

When an export is replaced by a later one, records with decisions may disappear from it. A copy is therefore kept beside
the sheets (``history/records.parquet``, and ``searches.json`` with the vanished records): the result of an earlier
search cannot be rebuilt.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.files import digest, replacing
from prismake.core.names import RECORD_ID
from prismake.core.record_files import PORTION, join, schema
from prismake.core.refusals import pass_on_refusal
from prismake.kept import store
from prismake.kept.formats import MARKS, RECORDS, SOURCES
from prismake.kept.sheet_files import SHEETS

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq

logger = logging.getLogger(__name__)

COLUMNS = [RECORD_ID, "source", "label", "kind", "title"]


def join_and_keep(
    tables: Sequence[Path],
    logs: Sequence[Mapping[str, Any]],
    path: Path,
    judged_records: Callable[[], Collection[str]],
    folder: Path = SHEETS,
) -> pd.DataFrame:
    """Write the records of all searches and the judged ones no longer found; return a table of the latter.

    A record with an answer is retained; a record without any leaves with its search. This is decided when the record
    vanishes and kept with the copy, so that later runs come to the same result; a record that is found again is an
    ordinary record again.

    Args:
        tables: the record table of each search.
        logs: the search logs (source, label, kind).
        path: the file for the joined table.
        judged_records: returns the records with an answer. It is called only when a record has vanished since the last
            run, because it has to read the workbooks (``prismake.sheets.judged_records``).

    Raises:
        KeptFileError: the copy of the last run cannot be read.
    """
    import pandas as pd

    copy, about = folder / "history" / "records.parquet", folder / "history" / "searches.json"
    last = read_sources(folder)
    present = {record for table in tables for record in _ids(table)}
    missing = [record for record in kept_ids(copy) if record not in present] if copy.exists() else []
    newly = set(missing) - set(last["vanished"])
    judged = set(judged_records()) if newly else set()
    retained_ids = [record for record in missing if record not in newly or record in judged]
    sources = {**last["sources"], **{log["source"]: {"label": log["label"], "kind": log["kind"]} for log in logs}}
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        parts = list(tables)
        if retained_ids:
            parts.append(Path(scratch) / "kept.parquet")
            rows = _take(copy, retained_ids, parts[-1])
        join(parts, path, {f"prismake.{name}": str(value) for name, value in store.marks().items()})
    _keep(path, copy)
    store.update(about, SOURCES, lambda _: {"sources": sources, "vanished": retained_ids})
    vanished = [{**row, **sources[row["source"]]} for row in rows]
    return pd.DataFrame(vanished, columns=COLUMNS, dtype=str)


def read_sources(folder: Path = SHEETS) -> dict[str, Any]:
    """``sources`` of all runs (label and kind of each), and ``vanished``: judged records that no search finds now.

    Raises:
        KeptFileError: the file is damaged, or a newer prismake wrote it.
    """
    return store.read(folder / "history" / "searches.json", SOURCES) or {"sources": {}, "vanished": []}


def _ids(table: Path) -> list[str]:
    import pyarrow.parquet as pq

    return pq.read_table(table, columns=[RECORD_ID])[RECORD_ID].to_pylist()


def kept_ids(copy: Path) -> list[str]:
    """The ids of the records in the copy of the last run.

    Raises:
        KeptFileError: it is damaged, or a newer prismake wrote it.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(copy) as file:
            number, version = _format(file)
            store.refuse_newer(number, version, copy)
            missing = [name for name in (RECORD_ID, "source", "title") if name not in file.schema_arrow.names]
            if missing:
                raise store.damaged(f"it has no column {missing[0]}", RECORDS, copy)
            return file.read(columns=[RECORD_ID])[RECORD_ID].to_pylist()
    except (OSError, ValueError) as error:  # pyarrow's own errors are of these kinds
        pass_on_refusal(error, copy)
        raise store.damaged(str(error).splitlines()[0], RECORDS, copy) from None


def _format(file: pq.ParquetFile) -> tuple[int, str]:
    """(format, version of prismake) of a table of records; format 0 if it is not stated."""
    metadata = file.metadata.metadata or {}
    number, version = (metadata.get(f"prismake.{name}".encode(), b"").decode() for name in MARKS)
    return (int(number) if number.isdecimal() else 0), version


def _keep(table: Path, copy: Path) -> None:
    """Keep the records of this run unless the copy has the same rows; bytes may differ between versions of pyarrow."""
    try:
        if copy.exists() and (digest(copy) == digest(table) or same_records(copy, table)):
            return
    except (OSError, ValueError) as error:
        pass_on_refusal(error, copy)
        # in columns that this run did not need: all that is to stay is in the table
        logger.warning("%s was damaged and is written again", copy)
    with replacing(copy) as draft:
        shutil.copyfile(table, draft)


def same_records(first: Path, second: Path) -> bool:
    """Whether two tables of records hold the same rows in the same order; read in portions."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(first) as left_file, pq.ParquetFile(second) as right_file:
        if left_file.metadata.num_rows != right_file.metadata.num_rows:
            return False
        if not left_file.schema_arrow.equals(right_file.schema_arrow):
            return False
        batches = zip_longest(*(file.iter_batches(batch_size=PORTION) for file in (left_file, right_file)))
        return all(left is not None and right is not None and left.equals(right) for left, right in batches)


def _take(copy: Path, ids: Sequence[str], path: Path) -> list[dict[str, str]]:
    """Write these records of the copy into a separate table; return their ids, sources and titles."""
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    whole = ds.dataset(str(copy), schema=schema(), format="parquet")
    try:
        rows = whole.to_table(filter=ds.field(RECORD_ID).isin(ids))
    except (OSError, ValueError) as error:
        pass_on_refusal(error, copy)
        raise store.damaged(str(error).splitlines()[0], RECORDS, copy) from None
    pq.write_table(rows, path)
    return rows.select([RECORD_ID, "source", "title"]).to_pylist()
