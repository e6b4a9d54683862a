"""Rows that are offered only after another one is included: reports that are linked to an included report."""

from __future__ import annotations

from collections.abc import Callable, Collection

from prismake.core.names import WAITS_FOR
from prismake.sheets.queue import Queue, column_of


def waiting_rows(queue: Queue, included: Callable[[], Collection[str]]) -> frozenset[str]:
    """The rows that are not offered yet because no row that they wait for is offered and included.

    An included row brings further rows in turn: a registry entry brings its preprint. A row whose partners are all
    excluded later leaves the queue like any other row, and its answers are kept.

    Args:
        included: gives the rows that are settled as included; called only if any row waits.
    """
    partners = {item: set(text.split("\n")) for item, text in column_of(queue, WAITS_FOR) if text}
    if not partners:
        return frozenset()
    chosen = set(included())
    offered = set(queue) - partners.keys()
    while new := {item for item, linked in partners.items() if item not in offered and linked & chosen & offered}:
        offered |= new
    return frozenset(partners.keys() - offered)
