"""Files from the future: a clock that was wrong, here or on another computer, or an archive of another time zone.

Snakemake asks which of two files is newer. A result from the future hides every change from it, and an input from the
future ends each run in an error about clocks, for years. Dates are all that is changed here, never content.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

_SKEW = 60.0  # seconds that the clocks of two computers on one network may differ by


def date_back(inputs: Iterable[Path], results: Path) -> list[str]:
    """Date files of the future back; a sentence for inputs and one for results, where there are any.

    Inputs are given the time of now. Results keep their order among each other and become older than every input, so
    that a change that was made meanwhile is noticed; where content is the same nothing is made again.
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
