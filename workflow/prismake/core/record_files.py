"""Record tables as Parquet files, written and joined in portions so that memory use stays constant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.files import replacing
from prismake.core.names import RECORD_ID
from prismake.core.progress import tracked
from prismake.core.records import COLUMNS, LIST_COLUMNS, table

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

PORTION = 2_000
"""Rows per row group of the file, the most that are buffered while writing."""
STRETCH = 5_000
"""Rows of the result that are sorted at once while joining, unless they are very many."""
SCANS = 16
"""How often the tables are read at most while joining: more would make the time grow with the square of the rows."""


@cache
def schema() -> pa.Schema:
    """Arrow types of the columns, with what pandas needs to give them the types of ``records.table``."""
    import pyarrow as pa

    types = dict.fromkeys(COLUMNS, pa.string()) | dict.fromkeys(LIST_COLUMNS, pa.list_(pa.string()))
    types |= {"year": pa.int64(), "retracted": pa.bool_()}
    metadata = pa.Schema.from_pandas(table([]), preserve_index=False).metadata
    return pa.schema(list(types.items()), metadata=metadata)


class Writer:
    """Takes records (dictionaries with every column) and writes them in groups of ``PORTION`` rows.

    Records are converted to columns as they arrive, while they are still in the CPU cache.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = schema()
        self._columns = [(itemgetter(field.name), field.type) for field in self._schema]
        self._held = pa.Table.from_batches([], self._schema)
        self._file = pq.ParquetWriter(path, self._schema)

    def add(self, records: Iterable[Mapping[str, Any]]) -> None:
        import pyarrow as pa

        rows = list(records)
        columns = [pa.array(list(map(take, rows)), kind) for take, kind in self._columns]
        self.add_columns(pa.Table.from_arrays(columns, schema=self._schema))

    def add_columns(self, rows: pa.Table) -> None:
        """Take records in columns, as ``columns_of`` reads them."""
        import pyarrow as pa

        self._held = pa.concat_tables([self._held, rows])
        while self._held.num_rows >= PORTION:
            self._write(self._held[:PORTION])
            self._held = self._held[PORTION:]

    def close(self) -> None:
        if self._held.num_rows:
            self._write(self._held)
        self._file.close()

    def _write(self, rows: pa.Table) -> None:
        self._file.write_table(rows.combine_chunks())


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A ``Writer`` whose file replaces ``path`` once the block succeeds."""
    with replacing(path) as draft:
        writer = Writer(draft)
        try:
            yield writer
        finally:
            writer.close()


def row_count(path: Path) -> int:
    """The number of records in a table."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def columns_of(path: Path) -> Iterator[pa.Table]:
    """The records of a table in columns, a few thousand rows at a time."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for number in range(file.metadata.num_row_groups):
            yield file.read_row_group(number)


def read_rows(path: Path, start: int, stop: int) -> pd.DataFrame:
    """Some records of a table, from row ``start`` to the one before ``stop``; others are not held in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows, before = [], 0
    with pq.ParquetFile(path) as file:
        for number in range(file.metadata.num_row_groups):
            after = before + file.metadata.row_group(number).num_rows
            if before < stop and after > start:
                group = file.read_row_group(number)
                rows.append(group.slice(max(start - before, 0), min(stop, after) - max(start, before)))
            before = after
        return pa.concat_tables([file.schema_arrow.empty_table(), *rows]).to_pandas()


def rows_at(paths: Sequence[Path], rows: np.ndarray, columns: Sequence[str]) -> pa.Table:
    """Some columns of some rows of a table in files, in the order of ``rows``; the others are not held in memory.

    Args:
        paths: the files, which hold the rows one after the other.
        rows: numbers of rows from 0, in any order.
    """
    import numpy as np
    import pyarrow as pa

    distinct, place = np.unique(rows, return_inverse=True)
    return pa.concat_tables(stretches_at(paths, distinct, columns)).take(pa.array(place.reshape(-1)))


def stretches_at(paths: Sequence[Path], rows: np.ndarray, columns: Sequence[str]) -> Iterator[pa.Table]:
    """As ``rows_at``, for different rows in ascending order, a stretch of the files at a time."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    names, before = list(columns), 0
    for path in paths:
        with pq.ParquetFile(path) as file:
            yield file.schema_arrow.empty_table().select(names)
            for number in range(file.metadata.num_row_groups):
                after = before + file.metadata.row_group(number).num_rows
                inside = rows[slice(*np.searchsorted(rows, [before, after]))]
                if len(inside):
                    yield file.read_row_group(number, columns=names).take(pa.array(inside - before)).select(names)
                before = after


def join(tables: Iterable[Path], path: Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write the records of all tables to one file sorted by id, whatever the order of tables and rows.

    The tables are scanned once for every ``STRETCH`` records of the result, which are held in memory; of more than
    ``SCANS`` times as many, a ``SCANS``-th of the records is held.

    Args:
        metadata: metadata to store in the file.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    records = ds.dataset([str(table) for table in tables], schema=schema(), format="parquet")
    sparing = {"batch_size": PORTION, "batch_readahead": 1, "fragment_readahead": 1}
    ids = sorted(records.to_table(columns=[RECORD_ID], **sparing)[RECORD_ID].to_pylist())
    name = ds.field(RECORD_ID)
    with replacing(path) as draft, pq.ParquetWriter(draft, schema()) as file:
        file.add_key_value_metadata(dict(metadata or {}))
        stretch = max(STRETCH, -(-len(ids) // SCANS))
        for start in tracked(range(0, len(ids), stretch), len(ids), "joining the searches", "records", size=stretch):
            last = min(start + stretch, len(ids)) - 1
            part = records.to_table(filter=(name >= ids[start]) & (name <= ids[last]), **sparing)
            file.write_table(part.sort_by(RECORD_ID), row_group_size=PORTION)
            del part
            pa.default_memory_pool().release_unused()  # it keeps its input and would grow with each stretch
