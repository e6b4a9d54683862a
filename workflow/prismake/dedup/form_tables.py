"""Tables of normal forms: in memory, or in files from which only what is asked for is read.

A million records have twenty million texts. As Python objects they take gigabytes and lie anywhere in memory; here they
stay columns of Arrow, and become objects only for the records that are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from prismake.core.files import replacing
from prismake.core.record_files import rows_at

_GROUP = 20_000  # rows of a file that are read together


class Forms:
    """The normal forms of all rows of a record table, in memory."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def names(self) -> list[str]:
        """The names of the forms."""
        return list(self._table.column_names)

    def column(self, name: str) -> pa.ChunkedArray:
        """One form of all rows."""
        return self._table[name]

    def take(self, rows: np.ndarray, names: Sequence[str]) -> pa.Table:
        """Some forms of some rows, in the order of ``rows``."""
        return self._table.select(list(names)).take(pa.array(rows))

    def write(self, path: Path) -> None:
        """Save the forms."""
        with replacing(path) as draft:
            pq.write_table(self._table, draft, row_group_size=_GROUP)


class SavedForms(Forms):
    """The normal forms of all rows, in files that hold the rows one share after the other."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths

    def names(self) -> list[str]:
        return list(pq.read_schema(self._paths[0]).names)

    def column(self, name: str) -> pa.ChunkedArray:
        return pa.concat_tables([pq.read_table(path, columns=[name]) for path in self._paths])[name]

    def take(self, rows: np.ndarray, names: Sequence[str]) -> pa.Table:
        return rows_at(self._paths, rows, names)
