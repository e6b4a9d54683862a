"""Detect unreliable fields, such as a running number under ``issue``.

In pairs that are certain without a field, that field should agree. If it mostly does not in the export of one source,
it holds something else there, and its differences are no evidence.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from prismake.dedup.closer import closer

if TYPE_CHECKING:
    from prismake.dedup.compare import Pairs
    from prismake.dedup.excerpt import Excerpt
    from prismake.dedup.prepare import Prepared

_LEAST_PAIRS = 10
_LEAST_AGREEMENT = 0.5
_FIELDS = ("issue", "volume", "first_page", "years")
_READ = ("source", "short")


def _certain(p: Excerpt, q: Pairs, field: str) -> np.ndarray:
    """Pairs that are one report regardless of ``field``: same identifier or, for the issue, same complete place."""
    telling = ~(p.generic[q.a] | p.generic[q.b] | p.short[q.a] | p.short[q.b])
    same_report = (q.doi == 1) | (q.pmid == 1)
    if field == "issue":
        same_report |= (q.volume == 1) & (q.first_page == 1) & (q.last_page == 1) & (q.years == 0)
    return telling & same_report & (q.title >= 0.99) & (q.authors >= 0.9)


def silence(p: Prepared, parts: Sequence[Pairs]) -> list[str]:
    """Set a field to missing in all pairs of a source in which it is unreliable; return source and field of each.

    ``parts``: all pairs, in portions.
    """
    count: Counter[tuple[str, str]] = Counter()
    good: Counter[tuple[str, str]] = Counter()
    for part in parts:
        x, q = closer(p, part, _READ)
        code, names = pd.factorize(x.source)
        for field in _FIELDS:
            value = getattr(q, field)
            certain = _certain(x, q, field) & ~np.isnan(value)
            agrees = value == (0 if field == "years" else 1)
            for counter, m in ((count, certain), (good, certain & agrees)):
                votes = np.bincount(code[q.a[m]], minlength=len(names))
                votes += np.bincount(code[q.b[m & (code[q.a] != code[q.b])]], minlength=len(names))
                counter.update({(name, field): number for name, number in zip(names, votes.tolist(), strict=True)})
    silenced = {
        key for key, number in count.items() if number >= _LEAST_PAIRS and good[key] < _LEAST_AGREEMENT * number
    }
    for part in parts if silenced else ():
        x, q = closer(p, part, _READ)
        for field in _FIELDS:
            ignored = np.isin(x.source, [source for source, name in silenced if name == field])
            getattr(part, field)[ignored[q.a] | ignored[q.b]] = np.nan
    return [f"{source}: {field}" if source else field for source, field in sorted(silenced)]
