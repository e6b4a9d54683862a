"""Half-answered rows: a further question is open, answered needlessly, or answered without the first."""

from __future__ import annotations

from collections.abc import Sequence

from prismake.core.names import CONSENSUS
from prismake.panel.decisions import settles
from prismake.protocol.forms import Field
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each further question of a reviewer's sheet that is not answered as it should be.

    If an answer that the first one requires is missing, the item stays undecided. An answer that contradicts the first
    (a reason for exclusion beside *include*) is ignored, and the first one stands. An answer without the first (a
    reason but no decision) is ignored too.
    """
    problems: list[Problem] = []
    for question in sheet.form.fields if sheet.owner != CONSENSUS else ():
        if not question.when or not question.required or question.label not in sheet.table.headers:
            continue
        missing, idle, early = [], [], []
        for item, given in sheet.answers.answers.items():
            first = settles(sheet.form.field(question.when[0]), given)
            if item not in sheet.queue or question.name in sheet.answers.broken.get(item, ()):
                continue
            if not first:
                if given.get(question.name) and question.when[0] not in sheet.answers.broken.get(item, ()):
                    early.append(item)
                continue
            if first == question.when[1] and not given.get(question.name):
                missing.append(item)
            elif first != question.when[1] and given.get(question.name) and question.strict:
                idle.append(item)
        problems += _problems(sheet, question, missing, idle, early)
    return problems


def _problems(
    sheet: CheckedSheet, question: Field, missing: Sequence[str], idle: Sequence[str], early: Sequence[str]
) -> list[Problem]:
    assert question.when is not None
    first, answer = sheet.form.field(question.when[0]).label, question.when[1]
    problems = []
    if missing:
        cells = _cells(sheet, question, missing)
        text = f"“{question.label}” is still to be given where “{first}” is {answer}: {cells}."
        problems.append(Problem(sheet.place, text))
    if idle:
        cells = _cells(sheet, question, idle)
        text = f"“{question.label}” is only for “{first}” {answer}, and counts for nothing in {cells}."
        problems.append(Problem(sheet.place, f"{text} Clear it, or change “{first}”."))
    if early:
        cells = _cells(sheet, question, early)
        text = f"“{question.label}” is given where “{first}” is empty, and counts for nothing in {cells}."
        problems.append(Problem(sheet.place, f"{text} Answer “{first}” too."))
    return problems


def _cells(sheet: CheckedSheet, question: Field, items: Sequence[str]) -> str:
    places = sheet.answers.places
    rows = sorted(places[item][0] for item in items if item in places)
    return listed([sheet.cell(row, question.label) for row in rows])
