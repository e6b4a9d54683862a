"""Record tables as Parquet files, written and joined portion by portion: memory does not grow with the records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.files import replacing
from prismake.records import COLUMNS, LIST_COLUMNS, table

if TYPE_CHECKING:
    import pyarrow as pa

PORTION = 2_000
"""Rows that are held while writing, and rows of a group in the file."""
STRETCH = 5_000
"""Rows of the result that are sorted at a time while joining."""


@cache
def schema() -> pa.Schema:
    """Arrow types of the columns, with what pandas needs to give them the types of ``records.table``."""
    import pyarrow as pa

    types = dict.fromkeys(COLUMNS, pa.string()) | dict.fromkeys(LIST_COLUMNS, pa.list_(pa.string()))
    types |= {"year": pa.int64(), "retracted": pa.bool_()}
    told = pa.Schema.from_pandas(table([]), preserve_index=False).metadata
    return pa.schema(list(types.items()), metadata=told)


class Writer:
    """Takes records (dictionaries with every column) and writes them in groups of ``PORTION`` rows."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._schema, self._held = schema(), list[Mapping[str, Any]]()
        self._file = pq.ParquetWriter(path, self._schema)

    def add(self, records: Iterable[Mapping[str, Any]]) -> None:
        self._held += records
        while len(self._held) >= PORTION:
            self._write(self._held[:PORTION])
            del self._held[:PORTION]

    def close(self) -> None:
        if self._held:
            self._write(self._held)
        self._file.close()

    def _write(self, rows: list[Mapping[str, Any]]) -> None:
        import pyarrow as pa

        columns = [pa.array([row[field.name] for row in rows], field.type) for field in self._schema]
        self._file.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A ``Writer`` whose file takes the place of ``path`` when the block ends well."""
    with replacing(path) as draft:
        writer = Writer(draft)
        try:
            yield writer
        finally:
            writer.close()


def join(tables: Iterable[Path], path: Path) -> None:
    """The records of all tables in one file, sorted by id: the order of tables and rows makes no difference.

    The tables are gone through once for every ``STRETCH`` records of the result, which are then in memory.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    whole = ds.dataset([str(table) for table in tables], schema=schema(), format="parquet")
    sparing = {"batch_size": PORTION, "batch_readahead": 1, "fragment_readahead": 1}
    ids = sorted(whole.to_table(columns=["record_id"], **sparing)["record_id"].to_pylist())
    name = ds.field("record_id")
    with replacing(path) as draft, pq.ParquetWriter(draft, schema()) as file:
        for start in range(0, len(ids), STRETCH):
            last = min(start + STRETCH, len(ids)) - 1
            part = whole.to_table(filter=(name >= ids[start]) & (name <= ids[last]), **sparing)
            file.write_table(part.sort_by("record_id"), row_group_size=PORTION)
            del part
            pa.default_memory_pool().release_unused()  # it keeps what it was given, and would grow with each stretch
