"""The records that the searches gave at the last run, so that a judged record stays when a search loses it.

An export that is replaced by a later one takes its records with it, and with them what people decided about. The copy
stands beside the sheets (``history/records.parquet``, and ``searches.json`` with which of them had vanished): what a
search gave once cannot be rebuilt.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.errors import SheetError
from prismake.core.files import digest, replacing
from prismake.core.record_files import PORTION, join, schema
from prismake.kept import sheet_state, store
from prismake.kept.answers import read_snapshot
from prismake.kept.formats import MARKS, RECORDS, SOURCES
from prismake.kept.ids import REPORTS, known
from prismake.protocol.config import with_defaults
from prismake.protocol.forms import load_form
from prismake.sheets.layout import ITEM, consensus_columns, reviewer_columns
from prismake.sheets.merged_answers import TOGETHER
from prismake.sheets.paths import CONSENSUS, SHEETS, SUFFIXES, current, sheet_path
from prismake.sheets.reading import read_sheet

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq

JUDGED_AT = ("title_abstract", "full_text")
COLUMNS = ["record_id", "source", "label", "kind", "title"]


def join_and_keep(
    tables: Sequence[Path], logs: Sequence[Mapping[str, Any]], path: Path, folder: Path = SHEETS
) -> pd.DataFrame:
    """Write the records of all searches, and of those that were judged and are found no longer; a table of the latter.

    A record that somebody has answered about stays; one that nobody has leaves with its search. Which it was is
    decided when the record vanishes and kept with the copy, so that a later run comes to the same result; a record
    that is found again is as it was before.

    Args:
        tables: the record table of each search.
        logs: the search logs (source, label, kind).
        path: where the joined table goes.

    Raises:
        KeptFileError: the copy of the last run cannot be read.
    """
    import pandas as pd

    copy, about = folder / "history" / "records.parquet", folder / "history" / "searches.json"
    last = store.read(about, SOURCES) or {"sources": {}, "vanished": []}
    here = {one for table in tables for one in _ids(table)}
    missing = [one for one in _kept_ids(copy) if one not in here] if copy.exists() else []
    fresh = set(missing) - set(last["vanished"])
    judged = _judged(folder) if fresh else set()
    kept = [one for one in missing if one not in fresh or one in judged]
    sources = {**last["sources"], **{log["source"]: {"label": log["label"], "kind": log["kind"]} for log in logs}}
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        parts = list(tables)
        if kept:
            parts.append(Path(scratch) / "kept.parquet")
            rows = _take(copy, kept, parts[-1])
        join(parts, path, {f"prismake.{name}": str(value) for name, value in store.marks().items()})
    _keep(path, copy)
    store.update(about, SOURCES, lambda _: {"sources": sources, "vanished": kept})
    found = [{**row, **sources[row["source"]]} for row in rows]
    return pd.DataFrame(found, columns=COLUMNS, dtype=str)


def _ids(table: Path) -> list[str]:
    import pyarrow.parquet as pq

    return pq.read_table(table, columns=["record_id"])["record_id"].to_pylist()


def _kept_ids(copy: Path) -> list[str]:
    """The ids of the records in the copy of the last run.

    Raises:
        KeptFileError: it is damaged, or a newer prismake wrote it.
    """
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(copy) as file:
            number, version = _format(file)
            store.refuse_newer(number, version, copy)
            missing = [name for name in schema().names if name not in file.schema_arrow.names]
            if missing:
                raise store.damaged(f"it has no column {missing[0]}", RECORDS, copy)
            return file.read(columns=["record_id"])["record_id"].to_pylist()
    except (OSError, ValueError) as error:  # pyarrow's own errors are of these kinds
        raise store.damaged(str(error).splitlines()[0], RECORDS, copy) from None


def _format(file: pq.ParquetFile) -> tuple[int, str]:
    """(format, version of prismake) of a table of records; 0 when it does not say."""
    told = file.metadata.metadata or {}
    number, version = (told.get(f"prismake.{name}".encode(), b"").decode() for name in MARKS)
    return (int(number) if number.isdecimal() else 0), version


def _keep(table: Path, copy: Path) -> None:
    """Keep the records of this run, unless the copy has the same: another pyarrow writes them in other bytes."""
    if copy.exists() and (digest(copy) == digest(table) or same_records(copy, table)):
        return
    with replacing(copy) as draft:
        shutil.copyfile(table, draft)


def same_records(first: Path, second: Path) -> bool:
    """Whether two tables of records hold the same rows in the same order; read in portions."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(first) as one, pq.ParquetFile(second) as other:
        if one.metadata.num_rows != other.metadata.num_rows or not one.schema_arrow.equals(other.schema_arrow):
            return False
        batches = (file.iter_batches(batch_size=PORTION) for file in (one, other))
        return all(left.equals(right) for left, right in zip(*batches, strict=True))


def _take(copy: Path, ids: Sequence[str], path: Path) -> list[dict[str, str]]:
    """Write these records of the copy into a table of their own; their ids, sources and titles."""
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    rows = ds.dataset(str(copy), schema=schema(), format="parquet").to_table(filter=ds.field("record_id").isin(ids))
    pq.write_table(rows, path)
    return rows.select(["record_id", "source", "title"]).to_pylist()


def _judged(folder: Path) -> set[str]:
    """The records of which somebody has said something, at whichever stage and through whichever of their ids."""
    answered = {one for stage in JUDGED_AT for item in _answered(stage, folder) for one in item.split(TOGETHER)}
    report_of = known(REPORTS, folder / "history")
    reports = {report_of.get(item, item) for item in answered}
    return answered | {record for record, report in report_of.items() if report in reports}


def _answered(stage: str, folder: Path) -> set[str]:
    """The items that have an answer in any workbook of a stage; of one that cannot be read, the last good answers."""
    form = load_form(stage, with_defaults({"title": "-", "question": "-"}))
    book, last_good = sheet_state.read_book(stage, folder), read_snapshot(stage, folder)
    found: set[str] = set()
    for who in sorted({path.name.split(".")[1] for path in folder.glob(f"{stage}.*") if path.suffix in SUFFIXES}):
        columns = consensus_columns(form, []) if who == CONSENSUS else reviewer_columns(form)
        answers = [column.header for column in columns if column.role == "answer"]
        path = sheet_path(stage, who, folder)
        try:
            place = current(path, sheet_state.written(book, path))
            rows = read_sheet(place, columns).rows if place else []
        except SheetError:
            found |= set(last_good.get(who, {}))
            continue
        found |= {
            str(row[ITEM]).strip() for _, row in rows if any(str(row.get(name) or "").strip() for name in answers)
        }
    return found - {""}
