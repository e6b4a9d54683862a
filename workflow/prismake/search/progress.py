"""How far a download is: a bar on a terminal, a line now and then in a log file."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Reporter:
    """Called with the records fetched and to fetch; tells records per second and the time left.

    On a terminal the line is written over; elsewhere a new line comes at most every ``every`` seconds, and at the end.
    """

    def __init__(self, label: str, stream: TextIO | None = None, every: float = 15.0, unit: str = "records") -> None:
        self.label, self.stream, self.every, self.unit = label, stream or sys.stderr, every, unit
        self.began = self.told = time.monotonic()
        self.first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        self.first = done if self.first is None else self.first
        terminal = self.stream.isatty()
        if not terminal and done < total and now - self.told < self.every and done != self.first:
            return
        self.told = now
        speed = (done - self.first) / max(now - self.began, 1e-9)
        left = f", {(total - done) / speed:,.0f} s left" if speed and done < total else ""
        bar = "#" * (30 * done // max(total, 1))
        line = f"{self.label}: {done:,} of {total:,} {self.unit}, {speed:,.0f}/s{left}"
        self.stream.write(f"\r{line} [{bar:30}]" if terminal else line + "\n")
        if terminal and done >= total:
            self.stream.write("\n")
        self.stream.flush()
