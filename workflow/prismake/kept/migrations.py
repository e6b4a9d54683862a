"""Migration of kept files from older formats to the current one, step by step; no other module knows older formats.

A file is migrated in memory when it is read, and on disk when it is next written: opening a review with a newer
prismake does not change any file. To change a format: raise ``FORMAT`` in ``prismake.kept.formats``, describe the new
shape there, add a step below, and put a file of the old format into ``tests/kept/format_N``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prismake.kept.formats import FORMAT, MARKS, Kind

Content = Any  # the content of a JSON file, without its marks; of a log, one line


def migrated(content: Content, kind: Kind, old_format: int) -> Content:
    """The content of a file of format ``old_format``, in the current format."""
    for number in range(old_format, FORMAT):
        content = _STEPS[number](content, kind)
    return content


def format_of(data: Any) -> int:
    """The format stated in the content of a JSON file or the first line of a log; 0 if none is stated.

    In format 0 keys could also be names chosen by people (a reviewer called *format*), but their values were never
    numbers.
    """
    number = data.get(MARKS[0]) if isinstance(data, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _named(content: Content, kind: Kind) -> Content:
    """Format 0 to 1: what was the whole file (ids, answers by reviewer) now has a key of its own."""
    return {kind.bare: content} if kind.bare else content


_STEPS: dict[int, Callable[[Content, Kind], Content]] = {0: _named}
