"""Candidate pairs: records that share one of several cheap keys.

Every key is sorted once and each record is compared with at most ``WINDOW`` neighbours that share it, so
the number of pairs grows with the number of records whatever the data look like: a title that occurs a
thousand times costs a thousand times the window.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from prismake.dedup import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prismake.dedup.prepare import Prepared

WINDOW = 8
_EDGE = 22


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


def _from_lists(lists: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows and codes of a column of tuples."""
    rows = np.repeat(np.arange(len(lists)), [len(v) for v in lists])
    values = pd.factorize(np.array([x for v in lists for x in v], dtype=object))[0]
    return rows, values


def _list_neighbours(lists: np.ndarray, then: np.ndarray) -> np.ndarray:
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
    rows, values = _from_lists(p.trials)
    entry = (p.kind[rows] & kinds.REGISTRY) > 0
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


def _text_codes(values: list[str], least: int) -> np.ndarray:
    array = np.array([v if len(v) >= least else None for v in values], dtype=object)
    return pd.factorize(array)[0].astype(np.int64)


def _rank(values: object) -> np.ndarray:
    """The rank of each text in alphabetical order; equal texts have equal ranks."""
    return pd.factorize(np.array(values, dtype=object), sort=True)[0].astype(np.int64)


def _keys(p: Prepared) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Key and order within the key, one after the other."""
    c = p.codes
    rank = _rank(p.title)
    year = np.where(p.year > 0, p.year, -1)
    place = _combine(c["first_page"], c["volume"])
    yield c["citation"].astype(np.int64), rank
    yield c["pmid"].astype(np.int64), rank
    yield c["pii"].astype(np.int64), rank
    yield c["cochrane"].astype(np.int64), year
    title = c["title"].astype(np.int64)
    yield title, np.where(place >= 0, place, year)
    yield title, year * 1000 + np.where(c["first_author"] >= 0, c["first_author"] % 1000, 0)
    yield _combine(c["title"], c["first_author"]), year
    yield _combine(c["title"], c["first_page"]), year
    yield _text_codes([t[:_EDGE] for t in p.title], 12), rank
    yield _text_codes([t[-_EDGE:] for t in p.title], 12), _rank([t[: -_EDGE - 1 : -1] for t in p.title])
    yield _combine(c["first_page"], c["volume"], year), rank
    yield _combine(c["first_page"], c["last_page"], c["volume"]), rank
    yield _combine(c["first_page"], c["first_author"]), year
    yield _combine(c["journal"], c["volume"], c["first_page"]), rank
    yield _combine(c["first_author"], year, c["issue"]), rank
    yield _text_codes([n if n.count(" ") > 1 else "" for n in p.surnames], 1), rank
    rare = p.vocabulary.rarest(3)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        yield _combine(rare[:, a], rare[:, b]), rank
    yield c["abstract"].astype(np.int64), rank


def candidates(p: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """Two index arrays (first < second) of all pairs that share a key, each pair once, in order."""
    n = len(p)
    if n < 2:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    rank = _rank(p.title)
    blocks = [_list_neighbours(p.dois, rank), _list_neighbours(p.trials, rank), _with_registry_entries(p, rank)]
    blocks.extend(_neighbours(key, then) for key, then in _keys(p))
    pairs = np.concatenate(blocks)
    pairs.sort()
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return pairs // n, pairs % n
