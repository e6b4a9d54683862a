"""Answers that were once given and are gone: a row deleted, a cell cleared. Intended or not, people are told."""

from __future__ import annotations

from prismake.core.names import CONSENSUS, SETTLED
from prismake.panel.decisions import settles
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed


def check(sheet: CheckedSheet) -> list[Problem]:
    """At most one problem: the answers of a sheet that are in its history but no longer in the sheet.

    The comparison is with the history rather than the last reading, so that reading the same sheets again gives the
    same result.
    """
    last = {
        (change["item"], change["field"]): change
        for change in sheet.changes
        if change.get("stage") == sheet.stage and change.get("who") == sheet.owner
    }
    fields = {field.name: field for field in sheet.form.fields}
    missing = []
    for (item, name), change in sorted(last.items()):
        given, question = sheet.given(item), fields.get(name)
        if change["new"] or item not in sheet.queue or question is None:
            continue
        if given.get(name) or name in sheet.answers.broken.get(item, ()):
            continue
        if question.when and settles(sheet.form.field(question.when[0]), given) != question.when[1]:
            continue  # the question no longer applies
        by_item = sheet.owner != CONSENSUS
        rows = sheet.answers.places.get(item if by_item else f"{item}/{name}", [])
        cell = sheet.cell(rows[0], question.label if by_item else SETTLED) if rows else "no row"
        missing.append(f"“{change['old']}” for {item} ({cell})")
    if not missing:
        return []
    count = "an answer that was" if len(missing) == 1 else f"{len(missing)} answers that were"
    return [Problem(sheet.place, f"{count} read earlier cannot be found any more: {listed(missing)}. Answer again.")]
