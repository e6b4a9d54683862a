"""Detect unreliable fields, such as a running number under ``issue``.

In pairs that are certain without a field, that field should agree. If it mostly does not in the export of one source,
it holds something else there, and its differences are no evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.prepare import Prepared

_LEAST_PAIRS = 10
_LEAST_AGREEMENT = 0.5
_FIELDS = ("issue", "volume", "first_page", "years")


def _certain(p: Prepared, q: Pairs, field: str) -> np.ndarray:
    """Pairs that are one report regardless of ``field``: same identifier or, for the issue, same complete place."""
    telling = ~(p.generic[q.a] | p.generic[q.b] | p.short[q.a] | p.short[q.b])
    same_report = (q.doi == 1) | (q.pmid == 1)
    if field == "issue":
        same_report |= (q.volume == 1) & (q.first_page == 1) & (q.last_page == 1) & (q.years == 0)
    return telling & same_report & (q.title >= 0.99) & (q.authors >= 0.9)


def silence(p: Prepared, q: Pairs) -> None:
    """Set a field to missing in all pairs of a source in which it is unreliable; names are added to ``p.silenced``."""
    source = p.codes["source"] + 1
    for field in _FIELDS:
        value = getattr(q, field)
        agrees = value == (0 if field == "years" else 1)
        certain = _certain(p, q, field) & ~np.isnan(value)
        count, good = (
            np.bincount(source[q.a[m]], minlength=source.max(initial=0) + 1)
            + np.bincount(source[q.b[m & (source[q.a] != source[q.b])]], minlength=source.max(initial=0) + 1)
            for m in (certain, certain & agrees)
        )
        for k in np.flatnonzero((count >= _LEAST_PAIRS) & (good < _LEAST_AGREEMENT * count)).tolist():
            value[(source[q.a] == k) | (source[q.b] == k)] = np.nan
            name = next((s for s, c in zip(p.source, source, strict=True) if c == k), "")
            p.silenced.append(f"{name}: {field}" if name else field)
