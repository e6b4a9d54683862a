"""Rows that are answered halfway: a further question that follows from an answer is open, or answered for nothing."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from prismake.panel.decisions import settles
from prismake.protocol.forms import Field, Form
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.reading import SheetTable

_SHOWN = 8


def halfway(form: Form, said: SheetAnswers, table: SheetTable, asked: Container[str]) -> list[tuple[str, str]]:
    """(place, sentence) for each further question of a reviewer's sheet that is not answered as it should be.

    An answer that the first one needs and that is missing leaves its item undecided. One that contradicts the first
    (a reason for exclusion beside *include*) counts for nothing, and the first one stands.

    Args:
        asked: the items that are in the queue now.
    """
    found = []
    for one in form.fields:
        if not one.when or not one.required or one.label not in table.headers:
            continue
        missing, idle = [], []
        for item, given in said.answers.items():
            first = settles(form.field(one.when[0]), given)
            if item not in asked or not first or one.name in said.broken.get(item, ()):
                continue
            if first == one.when[1] and not given.get(one.name):
                missing.append(item)
            elif first != one.when[1] and given.get(one.name) and one.strict:
                idle.append(item)
        found += _told(form, one, said, table, missing, idle)
    return found


def _told(
    form: Form, one: Field, said: SheetAnswers, table: SheetTable, missing: Sequence[str], idle: Sequence[str]
) -> list[tuple[str, str]]:
    assert one.when is not None
    first, wanted = form.field(one.when[0]).label, one.when[1]
    where = f"{table.path.name}, sheet “{table.name}”"
    told = []
    if missing:
        cells = _cells(missing, one, said.places, table)
        told.append((where, f"“{one.label}” is still to be given where “{first}” is {wanted}: {cells}."))
    if idle:
        cells = _cells(idle, one, said.places, table)
        text = f"“{one.label}” is only for “{first}” {wanted}, and counts for nothing in {cells}."
        told.append((where, f"{text} Clear it, or change “{first}”."))
    return told


def _cells(items: Sequence[str], one: Field, places: Mapping[str, Sequence[int]], table: SheetTable) -> str:
    rows = sorted(places[item][0] for item in items if item in places)
    cells = [table.address(row, one.label).rpartition(" ")[2] for row in rows]
    more = f" and {len(cells) - _SHOWN} more" if len(cells) > _SHOWN else ""
    return ", ".join(cells[:_SHOWN]) + more
