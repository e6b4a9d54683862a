"""Pairs that the queue lacks: rows that people typed in, and answered rows that were offered once.

A form that is ``typed`` asks about pairs of ids. An answer about a pair stays in force even if the pair is no longer
offered, and people can type in a pair that was never offered.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from typing import Any

from prismake.core.names import CONSENSUS, ITEM_ID
from prismake.protocol.forms import Form, parse_answer
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem
from prismake.sheets.layout import ITEM
from prismake.sheets.reading import SheetTable

BAR = "|"  # between the ids of a pair


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each answered row whose item is not a pair; only for forms in which pairs can be typed."""
    if not sheet.form.typed or sheet.owner == CONSENSUS:
        return []
    return [
        Problem(
            sheet.table.address(number, ITEM),
            f"“{item[:60]}” is not a pair of records. Write both identifiers with {BAR} between them.",
        )
        for number, item, _ in _answered_rows(sheet.table, sheet.form)
        if item and BAR not in item and item not in sheet.offered
    ]


def typed_pairs(table: SheetTable, form: Form, known_items: Container[str]) -> dict[str, dict[str, str]]:
    """By item, the rows with an answer for a pair that ``known_items`` lacks; context as in the sheet."""
    pairs: dict[str, dict[str, str]] = {}
    for _, item, row in _answered_rows(table, form):
        if BAR in item and item not in known_items:
            shown = {context.column: str(row.get(context.label) or "") for context in form.context}
            pairs.setdefault(item, {**shown, ITEM_ID: item, "title": shown.get("title") or item})
    return pairs


def kept_pairs(
    answers: Mapping[str, Mapping[str, str]], form: Form, known_items: Container[str]
) -> dict[str, dict[str, str]]:
    """The same from answers that were read earlier, for a sheet that cannot be read now."""
    pairs = {}
    for item, given in answers.items():
        understood = any(parse_answer(form.field(name), value) for name, value in given.items())
        if BAR in item and item not in known_items and understood:
            pairs[item] = {**{context.column: "" for context in form.context}, ITEM_ID: item, "title": item}
    return pairs


def _answered_rows(table: SheetTable, form: Form) -> Iterator[tuple[int, str, Mapping[str, Any]]]:
    """(row number, item, cells) of the rows that have an answer."""
    labels = [question.label for question in form.fields]
    for number, row in table.rows:
        if any(str(row.get(label) or "").strip() for label in labels):
            yield number, str(row.get(ITEM) or "").strip(), row
