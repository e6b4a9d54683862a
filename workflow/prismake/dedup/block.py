"""Candidate pairs: records that share one of several cheap keys.

Every key is sorted once and each record is compared with at most ``WINDOW`` neighbours that share it, so
the number of pairs grows with the number of records whatever the data look like: a title that occurs a
thousand times costs a thousand times the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from prismake.dedup import kinds
from prismake.dedup.codes import codes, parts_of, ranks
from prismake.dedup.prepare import beginnings

if TYPE_CHECKING:
    from prismake.dedup.prepare import Prepared

WINDOW = 8
_EDGE, _LEAST = 22, 12  # letters at either end of a title, and how many of them it must have


def _combine(*columns: np.ndarray) -> np.ndarray:
    """One int64 code from several code arrays; -1 where any of them is missing."""
    missing = np.zeros(len(columns[0]), dtype=bool)
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        missing |= column < 0
        key = key * (int(column.max(initial=0)) + 2) + column
        if len(columns) > 2:
            # The product of three factors may overflow: renumber the values so far.
            key = pd.factorize(key)[0].astype(np.int64)
    key[missing] = -1
    return key


def _neighbours(key: np.ndarray, then: np.ndarray) -> np.ndarray:
    """Pairs (as first * n + second, first < second) that share ``key``, within the window in order of ``then``."""
    n = len(key)
    rows = np.flatnonzero(key >= 0)
    order = rows[np.lexsort((rows, then[rows], key[rows]))]
    sorted_key = key[order]
    pairs = []
    for step in range(1, WINDOW + 1):
        hit = np.flatnonzero(sorted_key[step:] == sorted_key[:-step]) if len(order) > step else np.empty(0, np.int64)
        if not len(hit):
            break
        a, b = order[hit], order[hit + step]
        pairs.append(np.minimum(a, b) * n + np.maximum(a, b))
    return np.concatenate(pairs) if pairs else np.empty(0, dtype=np.int64)


def _from_lists(lists: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and codes of a column of lists."""
    rows = np.repeat(np.arange(len(lists)), pc.list_value_length(lists).to_numpy())
    return rows, codes(pc.list_flatten(lists))


def _list_neighbours(lists: pa.ChunkedArray, then: np.ndarray) -> np.ndarray:
    """As `_neighbours`, for a column whose entries hold several values."""
    n = len(lists)
    rows, values = _from_lists(lists)
    order = np.lexsort((rows, then[rows], values))
    pairs = [np.empty(0, dtype=np.int64)]
    for step in range(1, WINDOW + 1):
        near = values[order[step:]] == values[order[:-step]] if len(order) > step else np.zeros(0, dtype=bool)
        hit = np.flatnonzero(near)
        a, b = rows[order[hit]], rows[order[hit + step]]
        pairs.append((np.minimum(a, b) * n + np.maximum(a, b))[a != b])
    return np.concatenate(pairs)


def _with_registry_entries(p: Prepared, then: np.ndarray) -> np.ndarray:
    """Pairs of each record with the registry entries of its trial numbers, the first ``WINDOW`` of a number."""
    n = len(p)
    rows, values = _from_lists(p.column("trials"))
    entry = (p.column("kind").to_numpy()[rows] & kinds.REGISTRY) > 0
    order = np.lexsort((rows, then[rows], ~entry, values))
    rows, values, entry = rows[order], values[order], entry[order]
    start = np.searchsorted(values, values)  # where the records with the same number begin, registry entries first
    pairs = [np.empty(0, dtype=np.int64)]
    for step in range(WINDOW):
        other = np.minimum(start + step, len(rows) - 1)
        hit = np.flatnonzero((values[other] == values) & entry[other] & (rows[other] != rows))
        a, b = rows[hit], rows[other[hit]]
        pairs.append(np.minimum(a, b) * n + np.maximum(a, b))
    return np.concatenate(pairs)


def _keys(p: Prepared, rank: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Key and order within the key, one after the other; ``rank``: the place of each title in alphabetical order."""
    year = np.where(p.year > 0, p.year, -1)
    journal, volume, issue = p.code("journal"), p.code("volume"), p.code("issue")
    first_page, author, title = p.code("first_page"), p.code("first_author"), p.code("title")
    place = _combine(first_page, volume)
    comparable = p.column("comparable").to_numpy()
    yield np.where(comparable, p.code("citation"), -1), rank
    yield p.code("pmid"), rank
    yield p.code("pii"), rank
    yield p.code("cochrane"), year
    yield title, np.where(place >= 0, place, year)
    yield title, year * 1000 + np.where(author >= 0, author % 1000, 0)
    yield _combine(title, author), year
    yield _combine(title, first_page), year
    titles = p.column("title")
    yield codes(parts_of(titles, 0, _EDGE, _LEAST)), rank
    yield codes(parts_of(titles, -_EDGE, None, _LEAST)), np.zeros(len(p), dtype=np.int8)
    del titles
    yield _combine(first_page, volume, year), rank
    yield _combine(first_page, p.code("last_page"), volume), rank
    yield _combine(first_page, author), year
    yield _combine(journal, volume, first_page), rank
    yield _combine(author, year, issue), rank
    surnames = p.column("surnames")
    several = pc.greater(pc.count_substring(surnames, " "), 1)
    yield codes(pc.if_else(several, surnames, pa.scalar("", surnames.type))), rank
    rare = p.vocabulary.rarest(3)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        yield _combine(rare[:, a], rare[:, b]), rank
    yield beginnings(p), rank


def candidates(p: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """Two index arrays (first < second) of all pairs that share a key, each pair once, in order."""
    n = len(p)
    if n < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    rank = ranks(p.column("title"))
    blocks = [
        _list_neighbours(p.column("dois"), rank),
        _list_neighbours(p.column("trials"), rank),
        _with_registry_entries(p, rank),
    ]
    blocks.extend(_neighbours(key, then) for key, then in _keys(p, rank))
    pairs = np.concatenate(blocks)
    pairs.sort()
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return pairs // n, pairs % n
