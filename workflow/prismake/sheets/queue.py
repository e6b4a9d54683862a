"""The queue of a stage, read from its Parquet file one column at a time, and only the columns that are requested."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.names import ITEM_ID

if TYPE_CHECKING:
    import pyarrow as pa

Queue = Mapping[str, Mapping[str, Any]]  # item id -> its row
_KEPT_WHOLE = 1 << 19  # bytes of a column in the file; longer ones, above all abstracts, are read through a window
_WINDOW = 256  # rows
_RESTARTS = 12  # of a window; a column that is read in no order at all is loaded whole after that
_BUFFER = 1 << 16  # bytes to read ahead; without this Arrow also holds the whole column in its compressed form

# Arrow's own allocator keeps freed pages: a third of the memory of an offer. Arrow reads this setting once, when it
# is loaded, which happens below.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def column_of(queue: Queue, name: str) -> Iterator[tuple[str, str]]:
    """(item id, text) of one column, "" where there is nothing; of a chain, the rows that count come last."""
    if isinstance(queue, ChainMap):
        return ((item, text) for part in reversed(queue.maps) for item, text in column_of(part, name))
    if isinstance(queue, QueueFile) and name in queue.columns:
        return ((item, str(queue.cell(name, place) or "")) for place, item in enumerate(queue))
    return ((item, str(row.get(name) or "")) for item, row in queue.items())


class QueueFile(Mapping[str, Mapping[str, Any]]):
    """``queue.parquet`` as a mapping of item id to row, in the order of the file.

    Rows are views into columns. Reading answers never loads the abstracts, and offering twenty thousand of them in
    the order of the file has a few hundred in memory at a time.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet

        self._file = pyarrow.parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
        self.columns = tuple(self._file.schema_arrow.names)
        self._loaded: dict[str, _Column] = {}
        self._places = {item: place for place, item in enumerate(self._column(ITEM_ID).every())}

    def cell(self, name: str, place: int) -> Any:
        value = self._column(name).at(place)
        return "" if value is None else value

    def _column(self, name: str) -> _Column:
        if name not in self._loaded:
            self._loaded[name] = _Column(self._file, self.columns.index(name))
        return self._loaded[name]

    def __getitem__(self, item: str) -> Mapping[str, Any]:
        return _Row(self, self._places[item])

    def __contains__(self, item: object) -> bool:
        return item in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class _Row(Mapping[str, Any]):
    """One row of the queue; a cell is looked up when it is asked for."""

    __slots__ = ("_place", "_queue")

    def __init__(self, queue: QueueFile, place: int) -> None:
        self._queue, self._place = queue, place

    def __getitem__(self, name: str) -> Any:
        if name not in self._queue.columns:
            raise KeyError(name)
        return self._queue.cell(name, self._place)

    def __iter__(self) -> Iterator[str]:
        return iter(self._queue.columns)

    def __len__(self) -> int:
        return len(self._queue.columns)


class _Column:
    """A column of the file: loaded whole if short, otherwise read through a window that moves forward."""

    def __init__(self, file: Any, index: int) -> None:
        groups = range(file.metadata.num_row_groups)
        size = sum(file.metadata.row_group(group).column(index).total_uncompressed_size for group in groups)
        self._file, self._name = file, file.schema_arrow.names[index]
        self._restarts = 0 if size > _KEPT_WHOLE else _RESTARTS
        self._start = 0
        self._values: list[Any] = []
        self._windows: Iterator[pa.RecordBatch] = iter(())
        self._begin()

    def every(self) -> list[Any]:
        return [value for batch in self._batches() for value in batch.column(0).to_pylist()]

    def at(self, place: int) -> Any:
        if place < self._start:
            self._restarts += 1
            self._begin()
        while place >= self._start + len(self._values):
            self._start += len(self._values)
            self._values = next(self._windows).column(0).to_pylist()
        return self._values[place - self._start]

    def _begin(self) -> None:
        whole = self._restarts >= _RESTARTS
        self._start, self._values = 0, self.every() if whole else []
        self._windows = iter(()) if whole else self._batches()

    def _batches(self) -> Iterator[pa.RecordBatch]:
        # always the same number of rows: the readers of all columns share the file handle and its position
        return self._file.iter_batches(_WINDOW, columns=[self._name], use_threads=False)
