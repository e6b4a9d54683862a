"""Pairs with the texts of their entries, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from prismake.dedup.excerpt import TO_COMPARE

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.excerpt import Excerpt
    from prismake.dedup.prepare import Prepared


def entries_of(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The entries of pairs in order, and where among them the first and the second of each pair stand."""
    entries = np.unique(np.concatenate([a, b]))
    return entries, np.searchsorted(entries, a), np.searchsorted(entries, b)


def closer(
    p: Prepared, q: Pairs, names: Sequence[str] = TO_COMPARE, coded: Sequence[str] = ()
) -> tuple[Excerpt, Pairs]:
    """The entries of some pairs, and the same pairs as pairs of these; their scores are shared, not copied."""
    entries, a, b = entries_of(q.a, q.b)
    return p.excerpt(entries, names, coded), replace(q, a=a, b=b)
