"""The part of the prepared records needed after comparison, to form clusters and to count."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from prismake.dedup.prepare import Prepared

FORMS = ("source", "dois", "pmid", "volume", "first_page", "numbers", "kind", "trials", "cochrane")


@dataclass(frozen=True)
class Entries:
    """The forms that decide about clusters."""

    record_id: np.ndarray  # by row of the record table
    row_of: np.ndarray  # row -> entry
    table: pa.Table  # ``FORMS`` by entry
    silenced: list[str]  # fields ignored as unreliable, with the source

    @classmethod
    def of(cls, prepared: Prepared, silenced: list[str]) -> Entries:
        table = prepared.forms.take(prepared.source_row, FORMS)
        return cls(prepared.record_id, prepared.row_of, table, silenced)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def values(self, name: str, entries: np.ndarray) -> list[Any]:
        """A form of some entries; of those that hold several values, as tuples."""
        column = self.table[name].take(pa.array(entries))
        values = column.to_pylist()
        return [tuple(value) for value in values] if pa.types.is_list(column.type) else values

    def sources(self) -> tuple[np.ndarray, np.ndarray]:
        """The number of the source of each entry, and the names of the sources in alphabetical order."""
        source = self.table["source"].combine_chunks().dictionary_encode()
        names, order = np.unique(np.array(source.dictionary.to_pylist(), dtype=object), return_inverse=True)
        return order.reshape(-1)[source.indices.to_numpy()].astype(np.int64), names

    def folded(self, records: Iterable[str]) -> bool:
        """Whether one of these records shares its entry with others."""
        searched = set(records)
        alike = np.bincount(self.row_of, minlength=len(self))[self.row_of] > 1
        return not searched.isdisjoint(self.record_id[alike].tolist())
