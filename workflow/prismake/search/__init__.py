"""Sources of records: live searches, and export files of databases and reference managers.

``read_file`` reads an export of any supported format and reports everything about it; ``read_records`` returns its
records as a table. Formats are recognised by content, never by file name.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOME = {
    "Import": "prismake.search.imports",
    "read_file": "prismake.search.imports",
    "read_records": "prismake.search.imports",
    "stream": "prismake.search.imports",
}

__all__ = ["Import", "read_file", "read_records", "stream"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'prismake.search' has no attribute '{name}'")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value
