"""How far a long step is: what is being done, how much of it, and how long it may still take.

Nothing is said about steps of a few seconds. On a terminal a line with a bar is overwritten; in a log file a line is
added every now and then.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")
AFTER = 10.0
"""Seconds after which a step says how far it is."""
_FEW = 1_000  # values that may each take seconds: the clock is looked at before every one of them
_EVERY = 0.5  # seconds between two looks at the clock's answer on a terminal
_LINES = 15.0  # seconds between two lines in a log file, and more in a step of many minutes
_SILENT = 2.0  # seconds after which a line on a terminal is replaced by that of the whole step


class _Screen:
    """What was written last in this process: when, and how long the line on the terminal is."""

    def __init__(self) -> None:
        self.written = float("-inf")
        self._width = 0
        self._lock = threading.Lock()

    def write(self, stream: TextIO, line: str, done: float | None, *, ended: bool) -> None:
        """Write a line: over the last one and with a bar on a terminal, below it elsewhere. ``done`` is a share."""
        with self._lock:
            self.written = time.monotonic()
            if not stream.isatty():
                stream.write(f"{line}\n")
            else:
                line += f" [{'#' * int(30 * min(done, 1)):30}]" if done is not None else ""
                erased = "\r" + " " * self._width if self._width > len(line) else ""
                stream.write(f"{erased}\r{line}" + ("\n" if ended else ""))
                self._width = 0 if ended else len(line)
            stream.flush()

    def end_line(self, stream: TextIO) -> None:
        with self._lock:
            if self._width and stream.isatty():
                stream.write("\n")
                stream.flush()
            self._width = 0


_SCREEN = _Screen()


class Reporter:
    """Called with how much is done and the total, 0 if that is not known; shows speed and the time left.

    On a terminal the line is overwritten; elsewhere a line is added at most every ``every`` seconds (more rarely after
    five minutes) and at the end.
    """

    def __init__(self, label: str, stream: TextIO | None = None, every: float = 15.0, unit: str = "records") -> None:
        self.label, self.stream, self.every, self.unit = label, stream or sys.stderr, every, unit
        self.began = self.told = time.monotonic()
        self.first: int | None = None

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        self.first = done if self.first is None else self.first
        terminal, over = self.stream.isatty(), bool(total) and done >= total
        every = max(self.every, (now - self.began) / 20)
        if not terminal and not over and now - self.told < every and done != self.first:
            return
        self.told = now
        speed = (done - self.first) / max(now - self.began, 1e-9)
        left = f", {_duration((total - done) / speed)} left" if speed and done < total else ""
        of = f" of {total:,}" if total else ""
        per_second = f", {speed:,.0f}/s" if speed >= 1 else ""
        line = f"{self.label}: {done:,}{of} {self.unit}{per_second}{left}"
        _SCREEN.write(self.stream, line, done / total if total else None, ended=over)


@contextlib.contextmanager
def watched(what: str, expected: Callable[[], float] = float, stream: TextIO | None = None) -> Iterator[None]:
    """While the block runs longer than ``AFTER`` seconds without a word of its own, say for how long it has run.

    Args:
        what: what is being done: “merging duplicates”.
        expected: how many seconds it may take in all, 0 if that is not known; called once, and late.
    """
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(ended, what, expected, stream or sys.stderr), daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join(1.0)


def _watch(ended: threading.Event, what: str, expected: Callable[[], float], stream: TextIO) -> None:
    began = time.monotonic()
    if ended.wait(AFTER):
        return
    terminal, total = stream.isatty(), expected()
    with contextlib.suppress(ValueError, OSError):  # the stream was closed, or the terminal is gone
        while not ended.is_set():
            seconds = time.monotonic() - began
            if began + seconds - _SCREEN.written >= (_SILENT if terminal else max(_LINES, seconds / 10)):
                share = seconds / total if total else None
                _SCREEN.write(stream, f"{what}: {_so_far(seconds, total)}", share, ended=False)
            ended.wait(2 * _EVERY)
        _SCREEN.end_line(stream)


def _so_far(seconds: float, total: float) -> str:
    if not total:
        return f"{_duration(seconds)} so far"
    if seconds < total:
        return f"{_duration(seconds)} so far, about {_duration(total - seconds)} left"
    return f"{_duration(seconds)} so far, expected were {_duration(total)}"


def tracked(
    values: Iterable[T],
    total: int | Callable[[], int],
    what: str,
    unit: str,
    *,
    size: int = 1,
    stream: TextIO | None = None,
) -> Iterator[T]:
    """The values, while whoever waits is told how far they are once it takes longer than ``AFTER`` seconds.

    Args:
        total: how many there are in all, 0 if that is not known; or an estimate that is only known later.
        what: what is being done: “comparing records”.
        unit: what the values are: “pairs”.
        size: how many of them one value stands for.
    """
    reporter, began, last = Reporter(what, stream, unit=unit), time.monotonic(), 0.0
    reporter.first = 0
    done, look = 0, 1 if callable(total) or total < _FEW else 64
    for done, value in enumerate(values):
        now = time.monotonic() if done % look == 0 or size > 1 else 0.0
        if now - began > AFTER and now - last > _EVERY:
            estimated = total() if callable(total) else 0
            # An estimate that was too low must not look like the end.
            reporter(done * size, max(estimated, done * size + 1) if estimated else 0 if callable(total) else total)
            last = now
        yield value
    if last:
        every = done + 1 if callable(total) else total or done + 1
        reporter(every, every)


def _duration(seconds: float) -> str:
    return f"{seconds:,.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
