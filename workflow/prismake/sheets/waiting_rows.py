"""Rows that are offered only once another one is included: reports that are linked to an included report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prismake.core.names import FULL_TEXT, WAITS_FOR
from prismake.core.states import State
from prismake.sheets.queue import column_of

if TYPE_CHECKING:
    from prismake.sheets.stage import StageSheets

_DECISION, _INCLUDE = "decision", "include"


def without_waiting(sheets: StageSheets) -> StageSheets:
    """The sheets with a queue of the rows that are to be offered: those that wait for nothing, and those for which one
    of the rows they wait for is offered and settled as included.

    What is included again and again brings further rows: a preprint its registry entry. A row whose partners are all
    excluded later leaves the queue as any other row does; what was answered there is kept.
    """
    if sheets.setup.stage != FULL_TEXT:
        return sheets
    partners = {item: set(text.split("\n")) for item, text in column_of(sheets.queue, WAITS_FOR) if text}
    if not partners:
        return sheets
    included = {
        decision.item
        for decision in sheets.decisions()
        if (verdict := decision.fields[_DECISION]).state == State.SETTLED and verdict.value == _INCLUDE
    }
    offered = set(sheets.queue) - partners.keys()
    while new := {item for item, linked in partners.items() if item not in offered and linked & included & offered}:
        offered |= new
    return replace(
        sheets,
        queue={item: row for item, row in sheets.queue.items() if item in offered},
        former_ids={old: item for old, item in sheets.former_ids.items() if item in offered},
    )
