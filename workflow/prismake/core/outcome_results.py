"""What can be asked of the result of an outcome, whatever its kind of synthesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_pooled(result: Mapping[str, Any]) -> bool:
    """Whether a result has a pooled estimate.

    Args:
        result: the content of ``pooling/<outcome>.json``; kinds other than pairwise say so under ``pooled``.
    """
    return bool(result.get("pooled")) or ((result.get("analyses") or {}).get("main") or {}).get("estimate") is not None
