"""From older formats of kept files to that of today, one step after the other; nothing else knows older formats.

A file is brought up to date in memory when it is read, and in its folder when it is next written: opening a review
with a newer prismake changes no file by itself. To change a format: raise ``FORMAT`` in ``prismake.kept.formats``,
describe the new shape there, add a step below, and put a file of the old format into ``tests/kept/format_N``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prismake.kept.formats import FORMAT, MARKS, Kind

Content = Any  # what a JSON file holds, without its marks; of a log, one line


def migrated(content: Content, kind: Kind, old_format: int) -> Content:
    """The content of a file of format ``old_format``, as the format of today has it."""
    for number in range(old_format, FORMAT):
        content = _STEPS[number](content, kind)
    return content


def format_of(data: Any) -> int:
    """The format that the content of a JSON file, or the first line of a log, says; 0 when it says none.

    Keys of format 0 were also names that people chose (a reviewer called *format*), whose values were never numbers.
    """
    number = data.get(MARKS[0]) if isinstance(data, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else 0


def _named(content: Content, kind: Kind) -> Content:
    """Format 0 to 1: what was the whole file (ids, answers by reviewer) stands under a key of its own now."""
    return {kind.bare: content} if kind.bare else content


_STEPS: dict[int, Callable[[Content, Kind], Content]] = {0: _named}
