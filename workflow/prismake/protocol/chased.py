"""Folders of ``config/searches/`` with chased citations, described as a search from their log."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prismake.core.files import read_json

CHASED = "search-chased.json"


def chased_details(files: Sequence[Path]) -> dict[str, Any]:
    """Label, kind, platform, query and date of a folder of chased citations; empty for any other source."""
    log = next((read_json(path) for path in files if path.name == CHASED), None)
    if not log:
        return {}
    return {
        "label": f"Citation searching ({log['database']})",
        "kind": log["kind"],
        "platform": log["interface"],
        "query": log["query"],
        "date": log["date"],
    }
