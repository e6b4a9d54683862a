"""The pace of requests to a server that counts those of an address, shared by all connections to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


class StoppedError(Exception):
    """Another connection has failed for good, so that this one no longer waits."""


_SLOWER, _FASTER = 2.0, 0.9
_LONGEST = 10.0  # seconds


class Pace:
    """At most one request every ``pause`` seconds, whichever connection sends it.

    Other programs behind the same address may use up what is permitted. So the pause doubles when the server is busy,
    and becomes shorter again, never than ``pause``, with each answer; otherwise several connections would take each
    other's turn until one of them has no tries left.
    """

    def __init__(self, pause: float) -> None:
        self.pause = self._least = pause
        self._next = self._held = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def wait_turn(self) -> None:
        """Wait until a request may be sent. Raises ``StoppedError`` once the pace was stopped."""
        while True:
            with self._lock:
                now = time.monotonic()
                left = self._next - now
                if left <= 0 and not self._stopped.is_set():
                    self._next = now + self.pause
                    return
            # What is waited for may move meanwhile: the server has told another connection to wait.
            self.sleep(left)

    def hold(self, seconds: float) -> None:
        """Let no connection send a request for so many seconds: the server asked for it."""
        with self._lock:
            now = time.monotonic()
            if now >= self._held:  # not again for each connection that was turned away at the same time
                self.pause = min(max(self.pause, 0.05) * _SLOWER, _LONGEST)
            self._held = max(self._held, now + seconds)
            self._next = max(self._next, self._held)

    def answered(self) -> None:
        """The server has answered properly."""
        with self._lock:
            self.pause = max(self._least, self.pause * _FASTER)

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds. Raises ``StoppedError`` as soon as the pace was stopped."""
        if self._stopped.wait(max(0.0, seconds)):
            raise StoppedError

    def stop(self) -> None:
        """End all waiting, for good: no further request is sent."""
        self._stopped.set()


@contextmanager
def connections(number: int, pace: Pace) -> Iterator[ThreadPoolExecutor]:
    """Workers that ask side by side. An error in the block stops all of them; answers on their way still arrive."""
    with ThreadPoolExecutor(number, thread_name_prefix="connection") as pool:
        try:
            yield pool
        except BaseException:
            pace.stop()
            pool.shutdown(cancel_futures=True)
            raise


def side_by_side(call: Callable[[S], T], values: Iterable[S], number: int, pace: Pace) -> list[T]:
    """``call`` of every value by so many connections; the results in the order of the values.

    The first error stops all connections, and is raised.
    """
    with connections(number, pace) as pool:
        answers = [pool.submit(call, value) for value in values]
        finished, _ = wait(answers, return_when=FIRST_EXCEPTION)
        # The one that failed first is raised, not another one that waits for its next try.
        return [answer.result() for answer in sorted(answers, key=lambda answer: answer not in finished)]
