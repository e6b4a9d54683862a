"""Texts as numbers: equal texts have equal codes, and the order of ranks is that of the texts."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Column: TypeAlias = pa.Array | pa.ChunkedArray


def codes(column: Column, rows: np.ndarray | None = None) -> np.ndarray:
    """Codes of the texts (or bytes) in ``rows``, by order of appearance there; -1 where empty or missing."""
    encoded = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = encoded.dictionary_encode()
    numbers = encoded.indices.fill_null(-1).to_numpy()
    empty = np.flatnonzero(pc.equal(pc.binary_length(encoded.dictionary), 0).to_numpy(zero_copy_only=False))
    numbers = np.where(np.isin(numbers, empty), -1, numbers) if len(empty) else numbers
    return by_appearance(numbers if rows is None else numbers[rows])


def by_appearance(numbers: np.ndarray) -> np.ndarray:
    """Numbers from 0 renumbered by order of appearance; -1 stays."""
    out = np.full(len(numbers), -1, dtype=np.int32)
    present = numbers >= 0
    out[present] = pd.factorize(numbers[present])[0]
    return out


def ranks(column: Column) -> np.ndarray:
    """Places of the texts in alphabetical order, from 0; equal texts have equal ranks."""
    return pc.rank(column, "ascending", tiebreaker="dense").to_numpy().astype(np.int64) - 1


def parts_of(column: Column, start: int, stop: int | None, least: int) -> Column:
    """Some letters of each text, empty where they are fewer than ``least``."""
    part = pc.utf8_slice_codeunits(column, start, stop)
    return pc.if_else(pc.greater_equal(pc.utf8_length(part), least), part, pa.scalar("", part.type))
