"""The comparison of candidate pairs, a portion at a time, with the texts of no other entries in memory."""

from __future__ import annotations

import numpy as np

from prismake.core.progress import tracked
from prismake.dedup.closer import entries_of
from prismake.dedup.compare import Pairs, compare, titles
from prismake.dedup.evidence import worth_comparing
from prismake.dedup.excerpt import CODES_TO_CHOOSE, TO_CHOOSE, TO_COMPARE
from prismake.dedup.prepare import Prepared

_CHUNK = 400_000  # candidate pairs of which the titles are compared at once
_CLOSE = 80_000  # pairs of which all fields are compared at once, for which their abstracts are read


def compared(p: Prepared, first: np.ndarray, second: np.ndarray, workers: int = 1) -> list[Pairs]:
    """Of the candidate pairs those whose titles or identifiers justify a closer look, with their scores.

    In portions; together they are in the order of the candidates.
    """
    a, b, title = _worth_it(p, first, second, workers)
    parts = []
    for start in tracked(range(0, len(a), _CLOSE), len(a), "comparing records", "pairs", size=_CLOSE):
        part = slice(start, start + _CLOSE)
        entries, x, y = entries_of(a[part], b[part])
        pairs = compare(p.excerpt(entries, TO_COMPARE, citing=True), x, y, title[part], workers=workers)
        pairs.a, pairs.b = a[part], b[part]
        parts.append(pairs)
    return parts


def _worth_it(
    p: Prepared, first: np.ndarray, second: np.ndarray, workers: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The candidates that are worth comparing, and the similarity of their titles."""
    none = np.empty(0, dtype=np.int64)
    chosen = [(none, none, np.empty(0, dtype=np.float32))]
    for start in tracked(range(0, len(first), _CHUNK), len(first), "comparing titles", "pairs", size=_CHUNK):
        a, b = first[start : start + _CHUNK], second[start : start + _CHUNK]
        entries, x, y = entries_of(a, b)
        excerpt = p.excerpt(entries, TO_CHOOSE, CODES_TO_CHOOSE)
        title = titles(excerpt, x, y, workers)
        keep = worth_comparing(excerpt, x, y, title)
        chosen.append((a[keep], b[keep], title[keep]))
    a, b, title = (np.concatenate(column) for column in zip(*chosen, strict=True))
    return a, b, title
