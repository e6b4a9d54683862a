"""The comparison of all records before any answers, saved so that new answers need no second comparison.

Two tables. *Entries*: one row per record, with its entry (records with the same content share one) and the properties
that exclude others. *Pairs*: one row per pair of entries that a rule merges, that are linked reports, or that people
may be asked about, with the agreement of the fields and the decision.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from prismake.core.files import replacing
from prismake.core.names import RECORD_ID
from prismake.dedup.compare import Pairs
from prismake.dedup.entries import Entries
from prismake.dedup.rules import Decisions

_SILENCED = b"silenced"
_TEXT_LISTS = ("dois", "trials")


@dataclass(frozen=True)
class Comparison:
    """The entries, their pairs, and the decision of the rules on each pair."""

    entries: Entries
    pairs: Pairs
    decisions: Decisions

    def write(self, entries: Path, pairs: Path) -> None:
        """Save both tables; pairs that need no decision are left out."""
        names = [field.name for field in fields(Entries) if field.name not in (RECORD_ID, "row_of", "silenced")]
        rows = self.entries.row_of
        table = {RECORD_ID: _column(self.entries.record_id), "entry": pa.array(rows)}
        table |= {name: _column(getattr(self.entries, name)[rows], lists=name in _TEXT_LISTS) for name in names}
        metadata = {_SILENCED: json.dumps(self.entries.silenced).encode()}
        with replacing(entries) as draft:
            pq.write_table(pa.table(table).replace_schema_metadata(metadata), draft)
        d = self.decisions
        selected = np.flatnonzero((d.rule != "") | (d.link != "") | d.asked)
        columns = {name: value[selected] for name, value in vars(self.pairs).items() if name != "extra"}
        columns |= {name: value[selected] for name, value in vars(d).items()}
        with replacing(pairs) as draft:
            pq.write_table(pa.table({name: _column(value) for name, value in columns.items()}), draft)

    @classmethod
    def read(cls, entries: Path, pairs: Path) -> Comparison:
        """Read a saved comparison."""
        table = pq.read_table(entries)
        silenced = json.loads(table.schema.metadata[_SILENCED])
        columns = {name: _array(table[name], lists=name in _TEXT_LISTS) for name in table.column_names}
        rows = columns.pop("entry")
        of_entries = {RECORD_ID: columns.pop(RECORD_ID), "row_of": rows, "silenced": silenced}
        first = np.unique(rows, return_index=True)[1]  # one row per entry
        of_entries |= {name: values[first] for name, values in columns.items()}
        table = pq.read_table(pairs)
        columns = {name: _array(table[name]) for name in table.column_names}
        decisions = Decisions(**{field.name: columns.pop(field.name) for field in fields(Decisions)})
        return cls(
            Entries(**of_entries),
            Pairs(**columns, extra=np.full(len(columns["a"]), "", dtype=object)),  # used by the rules only
            decisions,
        )


def _column(values: np.ndarray, *, lists: bool = False) -> pa.Array:
    if lists:
        return pa.array([list(value) for value in values], type=pa.list_(pa.string()))
    return pa.array(values, type=pa.string()) if values.dtype == object else pa.array(values)


def _array(column: pa.ChunkedArray, *, lists: bool = False) -> np.ndarray:
    if not lists:
        return column.to_numpy()
    out = np.empty(len(column), dtype=object)
    out[:] = [tuple(value) for value in column.to_pylist()]
    return out
