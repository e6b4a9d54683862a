"""The order of the answers, and that of the rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from prismake.panel.allocation import Allocation
from prismake.sheets.queue import Queue, column_of


def out_of_order(values: Sequence[str], most: int | None = None) -> int:
    """How many answers are not where sorting would put them, up or down, as text or as numbers.

    All others are in order (a longest sorted subsequence; Fredman, Discrete Math 1975;11:29-35).

    Args:
        most: beyond this number the result need not be exact, only larger.
    """
    ways: list[Callable[[str], Any]] = [str.casefold]
    if all(map(_is_number, values)):
        ways.append(float)
    best = len(values)
    for way in ways:
        keys = [way(value) for value in values]
        ranks = {key: rank for rank, key in enumerate(sorted(set(keys)))}
        up = [ranks[key] for key in keys]
        for order in (up, [-rank for rank in up]):
            if most is None or sum(a > b for a, b in pairwise(order)) <= most:
                best = min(best, len(order) - _longest_sorted(order))
    return best


class RowOrders:
    """The orders that rows have without being sorted by an answer: as offered, by identifier, by title.

    Rows that were sorted by their answers keep their former order within each answer and start again at the next one.
    """

    def __init__(self, allocation: Allocation | None = None, queue: Queue | None = None) -> None:
        self._allocation, self._queue = allocation, queue or {}

    def fit(self, items: Sequence[str]) -> bool:
        """Whether items, as their rows stand from top to bottom, are in one of these orders, up or down."""
        return len(items) > 1 and any(_monotone([order(item) for item in items]) for order in self._orders())

    def _orders(self) -> Iterator[Callable[[str], Any]]:
        offered = [item for item, _ in self._allocation.items()] if self._allocation else list(self._queue)
        places = {item: place for place, item in enumerate(offered)}
        yield lambda item: places.get(item, len(places))
        yield str.casefold
        titles = dict(column_of(self._queue, "title"))
        yield lambda item: titles.get(item, "").casefold()


def _monotone(keys: Iterable[Any]) -> bool:
    keys = list(keys)
    rising = all(a <= b for a, b in pairwise(keys))
    return len(set(keys)) > 1 and (rising or all(a >= b for a, b in pairwise(keys)))


def _longest_sorted(values: Sequence[int]) -> int:
    tails: list[int] = []
    for value in values:
        place = bisect_right(tails, value)
        tails[place : place + 1] = [value]
    return len(tails)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
