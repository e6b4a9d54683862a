"""Answers in cells that their row does not ask for: a number typed one row too high or in another column."""

from __future__ import annotations

from prismake.core.names import CONSENSUS
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem
from prismake.sheets.row_forms import RowForms


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each answer that its row does not ask for."""
    if sheet.owner == CONSENSUS or not sheet.form.kinds:
        return []
    forms = RowForms.of(sheet.form, sheet.queue)
    problems = []
    for item, given in sheet.answers.answers.items():
        for name, answer in given.items():
            if not answer or item not in sheet.queue or forms.asks_item(item, name):
                continue
            label = sheet.form.field(name).label
            asked = ", ".join(f"“{question.label}”" for question in forms.of_item(item).fields)
            sentence = (
                f"“{answer}” stands under “{label}”, which this row does not ask for; it counts for nothing there. The "
                f"row asks for {asked}. Move it to the row that it belongs to, or clear the cell."
            )
            problems += [
                Problem(sheet.table.address(row, label), sentence) for row in sheet.answers.places.get(item, ())[:1]
            ]
    return problems
