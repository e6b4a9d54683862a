"""Duplicates: normalise, block, compare, decide in three ways, check whole clusters, merge.

`find_duplicates` gives everything (clusters, the queue for the panel, links, audit); `deduplicate` only the
clusters; `merge_reports` one row a cluster.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "deduplicate": "prismake.dedup.find",
    "find_duplicates": "prismake.dedup.find",
    "Duplicates": "prismake.dedup.find",
    "merge_reports": "prismake.dedup.merge",
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
