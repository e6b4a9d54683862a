"""Answers that were given once and are gone: a row deleted, a cell cleared. Meant or not, people are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.panel.decisions import settles
from prismake.protocol.forms import Form
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.layout import SETTLED
from prismake.sheets.reading import SheetTable

_SHOWN = 8


def withdrawn(
    stage: str,
    form: Form,
    who: str,
    said: SheetAnswers,
    table: SheetTable,
    asked: Mapping[str, object],
    changes: Iterable[Mapping[str, Any]],
) -> list[tuple[str, str]]:
    """(place, sentence), one at most: the answers of a sheet that the history has and the sheet has no more.

    Args:
        asked: the items that are in the queue now.
        changes: the log of changed decisions (``prismake.kept.answers.read_changes``); it is the history and not the
            last reading that is asked, so that reading the same sheets again says the same.
    """
    last = {
        (change["item"], change["field"]): change
        for change in changes
        if change.get("stage") == stage and change.get("who") == who
    }
    gone = []
    for (item, name), change in sorted(last.items()):
        given = said.answers.get(item, {})
        one = next((one for one in form.fields if one.name == name), None)
        if change["new"] or item not in asked or one is None or given.get(name) or name in said.broken.get(item, ()):
            continue
        if one.when and settles(form.field(one.when[0]), given) != one.when[1]:
            continue  # the question does not apply any more
        rows = said.places.get(f"{item}/{name}" if who == CONSENSUS else item, [])
        header = SETTLED if who == CONSENSUS else one.label
        cell = table.address(rows[0], header).rpartition(" ")[2] if rows else "no row"
        gone.append(f"“{change['old']}” for {item} ({cell})")
    if not gone:
        return []
    more = f" and {len(gone) - _SHOWN} more" if len(gone) > _SHOWN else ""
    count = "an answer that was" if len(gone) == 1 else f"{len(gone)} answers that were"
    sentence = f"{count} read earlier cannot be found any more: {', '.join(gone[:_SHOWN])}{more}. Answer again."
    return [(f"{table.path.name}, sheet “{table.name}”", sentence)]
