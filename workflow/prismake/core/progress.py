"""How far a long step is: what is being done, how much of it, and how long it may still take.

Nothing is said about steps of a few seconds. On a terminal a line with a bar is overwritten; in a log file a line is
added every now and then.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")
AFTER = 10.0
"""Seconds after which a step says how far it is."""
_FEW = 1_000  # values that may each take seconds: the clock is looked at before every one of them
_EVERY = 0.5  # seconds between two looks at the clock's answer on a terminal


class Reporter:
    """Called with how much is done and the total, 0 if that is not known; shows speed and the time left.

    On a terminal the line is overwritten; elsewhere a line is added at most every ``every`` seconds and at the end.
    """

    def __init__(self, label: str, stream: TextIO | None = None, every: float = 15.0, unit: str = "records") -> None:
        self.label, self.stream, self.every, self.unit = label, stream or sys.stderr, every, unit
        self.began = self.told = time.monotonic()
        self.first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        self.first = done if self.first is None else self.first
        terminal, over = self.stream.isatty(), bool(total) and done >= total
        if not terminal and not over and now - self.told < self.every and done != self.first:
            return
        self.told = now
        speed = (done - self.first) / max(now - self.began, 1e-9)
        left = f", {_duration((total - done) / speed)} left" if speed and done < total else ""
        of = f" of {total:,}" if total else ""
        per_second = f", {speed:,.0f}/s" if speed >= 1 else ""
        line = f"{self.label}: {done:,}{of} {self.unit}{per_second}{left}"
        bar = f" [{'#' * (30 * done // total):30}]" if total else ""
        self.stream.write(f"\r{line}{bar}" if terminal else line + "\n")
        if terminal and over:
            self.stream.write("\n")
        self.stream.flush()


def tracked(
    values: Iterable[T], total: int, what: str, unit: str, *, size: int = 1, stream: TextIO | None = None
) -> Iterator[T]:
    """The values, while whoever waits is told how far they are once it takes longer than ``AFTER`` seconds.

    Args:
        total: how many there are in all, 0 if that is not known.
        what: what is being done: “comparing records”.
        unit: what the values are: “pairs”.
        size: how many of them one value stands for.
    """
    reporter, began, last = Reporter(what, stream, unit=unit), time.monotonic(), 0.0
    reporter.first = 0
    done, look = 0, 1 if total < _FEW else 64
    for done, value in enumerate(values):
        now = time.monotonic() if done % look == 0 or size > 1 else 0.0
        if now - began > AFTER and now - last > _EVERY:
            reporter(done * size, total)
            last = now
        yield value
    if last:
        reporter(total or done + 1, total or done + 1)


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
