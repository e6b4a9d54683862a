"""Pairs that the queue does not hold: rows that people typed in, and rows that were offered once and are answered.

A form that is ``typed`` asks about pairs of ids. What people have said about a pair stays in force although the pair
is offered no longer, and a pair that was never offered can be typed in.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from prismake.protocol.forms import Form, understand
from prismake.sheets.layout import ITEM
from prismake.sheets.reading import SheetTable

BAR = "|"


def typed_rows(table: SheetTable, form: Form, known: Container[str]) -> dict[str, dict[str, str]]:
    """By item, the rows with an answer whose item is a pair that ``known`` lacks; context as it stands in the sheet."""
    answers = [one.label for one in form.fields]
    found: dict[str, dict[str, str]] = {}
    for _, row in table.rows:
        item = str(row.get(ITEM) or "").strip()
        if BAR not in item or item in known or not any(str(row.get(label) or "").strip() for label in answers):
            continue
        shown = {one.column: str(row.get(one.label) or "") for one in form.context}
        found.setdefault(item, {**shown, "item_id": item, "title": shown.get("title") or item})
    return found


def kept_rows(answers: Mapping[str, Mapping[str, str]], form: Form, known: Container[str]) -> dict[str, dict[str, str]]:
    """The same from answers that were read earlier, where a sheet cannot be read now."""
    found = {}
    for item, given in answers.items():
        understood = any(understand(form.field(name), value) for name, value in given.items())
        if BAR in item and item not in known and understood:
            found[item] = {**{one.column: "" for one in form.context}, "item_id": item, "title": item}
    return found


def not_a_pair(table: SheetTable, form: Form, known: Container[str]) -> list[tuple[str, str]]:
    """(place, sentence) of rows with an answer whose item is no pair at all."""
    labels = [one.label for one in form.fields]
    problems = []
    for number, row in table.rows:
        item = str(row.get(ITEM) or "").strip()
        if item and BAR not in item and item not in known and any(str(row.get(one) or "").strip() for one in labels):
            sentence = f"“{item[:60]}” is no pair of records. Write both identifiers with {BAR} between them."
            problems.append((table.address(number, ITEM), sentence))
    return problems
