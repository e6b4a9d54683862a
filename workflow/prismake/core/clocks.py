"""Files dated in the future, because a clock was wrong, here or elsewhere, or an archive used another time zone.

Snakemake compares the dates of files. A result from the future hides every later change, and an input from the future
ends each run with an error about clocks, for years. Only dates are changed here, never content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

_SKEW = 60.0  # seconds by which the clocks of two computers on one network may differ


def date_back(inputs: Iterable[Path], results: Path) -> list[str]:
    """Reset future dates of files; returns a sentence about inputs and one about results, if there are any.

    Inputs get the current time. Results keep their relative order and become older than every input, so that changes
    made in the meantime are noticed; nothing is made again if the content is the same.
    """
    now = time.time()
    inputs = [path for path in inputs if path.exists()]
    oldest = min((path.stat().st_mtime for path in inputs), default=now)
    early = [path for path in inputs if path.stat().st_mtime > now + _SKEW]
    for path in early:
        os.utime(path, (now, now))
    times = {path: path.stat().st_mtime for path in results.rglob("*") if path.is_file()} if results.is_dir() else {}
    shift = max(times.values(), default=now) - min(now, oldest) + 1
    late = max(times.values(), default=now) > now + _SKEW
    for path, moment in times.items() if late else ():
        os.utime(path, (moment - shift, moment - shift))
    return [
        *([f"{early[0].as_posix()}{_others(early)} was dated in the future and is dated today now."] if early else []),
        *(
            ["Results were dated in the future: they are dated back, and what has changed is made again."]
            if late
            else []
        ),
    ]


def _others(paths: list[Path]) -> str:
    return f" (and {len(paths) - 1} more)" if len(paths) > 1 else ""
