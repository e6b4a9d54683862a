"""The queue of a stage, read from its Parquet file one column at a time, and only the columns that are requested."""

from __future__ import annotations

import os
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prismake.core.names import ITEM_ID

if TYPE_CHECKING:
    import pyarrow as pa

Queue = Mapping[str, Mapping[str, Any]]  # item id -> its row
_HELD = 1 << 22  # bytes of a column in the file; longer ones, above all abstracts, are read through a window
_WINDOW = 256  # rows
_RESTARTS = 12  # of a window; a column that is read in no order at all is held after that
_BUFFER = 1 << 16  # bytes to read ahead; without this Arrow also holds the whole column in its compressed form

# Arrow's own allocator keeps freed pages: a third of the memory of an offer. Arrow reads this setting once, when it
# is loaded, which happens below.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")


def column_of(queue: Queue, name: str) -> Iterator[tuple[str, str]]:
    """(item id, text) of one column, "" where there is nothing; of a chain, the rows that count come last."""
    if isinstance(queue, ChainMap):
        return ((item, text) for part in reversed(queue.maps) for item, text in column_of(part, name))
    if isinstance(queue, QueueFile) and name in queue.columns:
        return ((item, str(value or "")) for item, value in zip(queue, queue.every(name), strict=True))
    return ((item, str(row.get(name) or "")) for item, row in queue.items())


def texts_of(queue: Queue, name: str, items: Iterable[str]) -> dict[str, str]:
    """The texts of one column by item, "" where there is nothing; items that are not in the queue are left out."""
    if isinstance(queue, QueueFile) and name in queue.columns:
        return queue.texts_of(name, items)
    rows = {item: queue.get(item) for item in items}
    return {item: str(row.get(name) or "") for item, row in rows.items() if row is not None}


class QueueFile(Mapping[str, Mapping[str, Any]]):
    """``queue.parquet`` as a mapping of item id to row, in the order of the file.

    Rows are views into columns. Reading answers never loads the abstracts, and offering twenty thousand of them in
    the order of the file has a few hundred in memory at a time.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet

        self._file = pyarrow.parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False)
        self.columns = dict.fromkeys(self._file.schema_arrow.names)
        self._loaded: dict[str, _Column] = {}
        self._places = {item: place for place, item in enumerate(self.every(ITEM_ID))}

    def cell(self, name: str, place: int) -> Any:
        value = self._column(name).at(place)
        return "" if value is None else value

    def every(self, name: str) -> Iterator[Any]:
        """The values of a column from the first row to the last."""
        return self._column(name).every()

    def texts_of(self, name: str, items: Iterable[str]) -> dict[str, str]:
        """What the function of this name returns; the column is gone through once, whatever the order of the items."""
        places = sorted((self._places[item], item) for item in items if item in self._places)
        values = self._column(name).some([place for place, _ in places])
        return {item: str(value or "") for (_, item), value in zip(places, values, strict=True)}

    def _column(self, name: str) -> _Column:
        if name not in self._loaded:
            self._loaded[name] = _Column(self._file, list(self.columns).index(name))
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

    def get(self, name: str, default: Any = None) -> Any:
        """As for any mapping; several times faster than by an exception."""
        return self._queue.cell(name, self._place) if name in self._queue.columns else default

    def __iter__(self) -> Iterator[str]:
        return iter(self._queue.columns)

    def __len__(self) -> int:
        return len(self._queue.columns)


class _Column:
    """A column of the file: a short one is held as Arrow's text, a long one read through a window that moves forward.

    Arrow's text takes a third of the memory of Python's, and a window on it a few rows at a time.
    """

    def __init__(self, file: Any, index: int) -> None:
        groups = range(file.metadata.num_row_groups)
        size = sum(file.metadata.row_group(group).column(index).total_uncompressed_size for group in groups)
        self._file, self._name = file, file.schema_arrow.names[index]
        self._held: pa.ChunkedArray | None = None
        self._restarts = 0
        self._start = 0
        self._values: list[Any] = []
        self._windows: Iterator[pa.RecordBatch] = iter(())
        if size <= _HELD:
            self._hold()
        else:
            self._windows = self._batches()

    def every(self) -> Iterator[Any]:
        """All values from first to last."""
        if self._held is None:
            return (value for batch in self._batches() for value in batch.column(0).to_pylist())
        places = range(0, len(self._held), _WINDOW)
        return (value for place in places for value in self._held.slice(place, _WINDOW).to_pylist())

    def some(self, places: Sequence[int]) -> list[Any]:
        """The values at these places, which ascend."""
        if self._held is None:
            return [self.at(place) for place in places]
        return [self._held[place].as_py() for place in places]  # to take them all at once, Arrow loads pandas

    def at(self, place: int) -> Any:
        at = place - self._start
        if 0 <= at < len(self._values):
            return self._values[at]
        if self._held is None and at < 0:
            self._restarts += 1
            self._start, self._values, self._windows = 0, [], self._batches()
            if self._restarts >= _RESTARTS:
                self._hold()
        if self._held is not None:
            return self._in_held(self._held, place)
        while place >= self._start + len(self._values):
            self._start += len(self._values)
            self._values = next(self._windows).column(0).to_pylist()
        return self._values[place - self._start]

    def _in_held(self, held: pa.ChunkedArray, place: int) -> Any:
        if place not in (0, self._start + len(self._values)):  # rows in no order
            return held[place].as_py()
        self._start, self._values = place, held.slice(place, _WINDOW).to_pylist()
        return self._values[0]

    def _hold(self) -> None:
        self._held = self._file.read(columns=[self._name], use_threads=False).column(0)
        self._start, self._values, self._windows = 0, [], iter(())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        # always the same number of rows: the readers of all columns share it
        return self._file.iter_batches(_WINDOW, columns=[self._name], use_threads=False)
