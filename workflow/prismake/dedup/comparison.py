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
from prismake.dedup.entries import FORMS, Entries
from prismake.dedup.rules import Decisions

_SILENCED = b"silenced"
_GROUP = 100_000  # rows of a file that are written together


@dataclass(frozen=True)
class Comparison:
    """The entries, their pairs, and the decision of the rules on each pair."""

    entries: Entries
    pairs: Pairs
    decisions: Decisions

    def needed(self) -> Comparison:
        """The comparison without the pairs that nobody has to decide about."""
        return Comparison(self.entries, *needed(self.pairs, self.decisions))

    def write(self, entries: Path, pairs: Path) -> None:
        """Save both tables; pairs that need no decision are left out."""
        _write_entries(entries, self.entries)
        chosen = self.needed()
        columns = {name: value for name, value in vars(chosen.pairs).items() if name != "extra"}
        with replacing(pairs) as draft:
            pq.write_table(as_table(columns | vars(chosen.decisions)), draft)

    @classmethod
    def read(cls, entries: Path, pairs: Path) -> Comparison:
        """Read a saved comparison."""
        table = pq.read_table(pairs)
        columns = {name: table[name].to_numpy() for name in table.column_names}
        decisions = Decisions(**{field.name: columns.pop(field.name) for field in fields(Decisions)})
        return cls(
            _read_entries(entries),
            Pairs(**columns, extra=np.full(len(columns["a"]), "", dtype=object)),  # used by the rules only
            decisions,
        )


def needed(pairs: Pairs, decisions: Decisions) -> tuple[Pairs, Decisions]:
    """The pairs that a rule merges, that are linked, or that people may be asked about, and what is decided on them."""
    chosen = np.flatnonzero((decisions.rule != "") | (decisions.link != "") | decisions.asked)
    return pairs.take(chosen), decisions.take(chosen)


def as_table(columns: dict[str, np.ndarray]) -> pa.Table:
    """Arrays of numbers or texts as a table for a file."""
    return pa.table({k: pa.array(v, pa.string() if v.dtype == object else None) for k, v in columns.items()})


def _write_entries(path: Path, entries: Entries) -> None:
    """One row per record, some at a time: with a copy of the forms of all, the memory would be twice as much."""
    texts = [field.with_type(_in_file(field.type)) for field in entries.table.schema]
    metadata = {_SILENCED: json.dumps(entries.silenced).encode()}
    schema = pa.schema([(RECORD_ID, pa.string()), ("entry", pa.int64()), *texts], metadata)
    with replacing(path) as draft, pq.ParquetWriter(draft, schema) as file:
        for start in range(0, max(len(entries.row_of), 1), _GROUP):
            rows = entries.row_of[start : start + _GROUP]
            forms = entries.table.take(pa.array(rows)).cast(pa.schema(texts))
            ids = pa.array(entries.record_id[start : start + _GROUP], pa.string())
            columns = [ids, pa.array(rows), *(column.combine_chunks() for column in forms.columns)]
            file.write_table(pa.table(columns, schema=schema))


def _in_file(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_list(kind):
        return pa.list_(pa.string())
    return pa.string() if pa.types.is_large_string(kind) else kind


def _read_entries(path: Path) -> Entries:
    table = pq.read_table(path)
    rows = table["entry"].to_numpy()
    first = np.unique(rows, return_index=True)[1]  # one row per entry
    silenced = json.loads(table.schema.metadata[_SILENCED])
    ids = table[RECORD_ID].to_numpy()
    return Entries(ids, rows, table.select(list(FORMS)).take(pa.array(first)), silenced)
