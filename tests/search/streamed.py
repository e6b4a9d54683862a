"""All records of several files at once, for tests that look at each of them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from prismake.search import Import, stream


def read_files(paths: Iterable[Path], source: str, **options: Any) -> tuple[list[dict[str, Any]], list[Import]]:
    """The records of the files as one source, and what each file gave."""
    rows: list[dict[str, Any]] = []
    return rows, stream(paths, source, rows.extend, **options)
