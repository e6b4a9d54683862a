"""prismake: a systematic review as one dependency graph.

The names below are stable. Each loads its part of the package when it is first used, so that
``import prismake`` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import Any

from prismake.core import former_names

__version__ = "0.2.0"

_HOME = {
    "read_records": "prismake.search",
    "deduplicate": "prismake.dedup",
    "rank": "prismake.panel.ranking",
    "agreement": "prismake.panel.agreement",
    "Agreement": "prismake.panel.agreement",
    "stopping_advice": "prismake.panel.stopping",
    "score": "prismake.protocol.instruments",
    "Appraisal": "prismake.protocol.instruments",
    "effect_sizes": "prismake.pooling",
    "pool": "prismake.pooling",
    "Pooled": "prismake.pooling",
    "pool_batch": "prismake.pooling",
    "PooledBatch": "prismake.pooling",
    "pool_proportions": "prismake.pooling",
    "prisma_flow": "prismake.flow",
    "Flow": "prismake.flow",
    "errors": "prismake.core.errors",
}

__all__ = sorted(_HOME)

former_names.install()


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'prismake' has no attribute '{name}'")
    module = importlib.import_module(_HOME[name])
    value = module if name == "errors" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
