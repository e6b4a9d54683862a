"""Deduplication: normalise, block, compare, decide (merge, keep apart or ask), check clusters, merge.

`find_duplicates` returns everything (clusters, the queue for the panel, links, audit); `deduplicate` only the
clusters; `merge_reports` one row per cluster. The workflow runs in two steps: `compare_records`, whose `Comparison` is
saved, and `apply_answers`, which rebuilds the clusters when people have answered.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Comparison": "prismake.dedup.comparison",
    "apply_answers": "prismake.dedup.find",
    "compare_records": "prismake.dedup.find",
    "conclude": "prismake.dedup.find",
    "deduplicate": "prismake.dedup.find",
    "find_duplicates": "prismake.dedup.find",
    "Duplicates": "prismake.dedup.find",
    "merge_reports": "prismake.dedup.merge",
    "questions": "prismake.dedup.find",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'prismake.dedup' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
