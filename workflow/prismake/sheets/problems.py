"""Every problem of a stage's sheets with its place: for the table at the end of a run, and for the report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.core.progress import tracked
from prismake.kept.answers import read_changes
from prismake.panel.decisions import Decision
from prismake.sheets.amendments import renamed_in_protocol
from prismake.sheets.checks import (
    answers_by_looks,
    incomplete,
    missing_answers,
    missing_notes,
    moved_context,
    no_longer_asked,
    own_judgements,
    stray_answers,
    unasked_cells,
)
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem
from prismake.sheets.live_cells import typed_over
from prismake.sheets.stage import StageSheets

Check = Callable[[CheckedSheet], list[Problem]]
CHECKS: tuple[Check, ...] = (
    incomplete.check,
    own_judgements.check,
    stray_answers.check,
    answers_by_looks.check,
    missing_answers.check,
    missing_notes.check,
    moved_context.check,
    no_longer_asked.check,
    unasked_cells.check,
)
"""What is looked for in each sheet that was read, in the order of the report."""


def problems_of(sheets: StageSheets, decisions: Sequence[Decision]) -> list[dict[str, str]]:
    """Refused sheets, cells that were not understood, rows that were deleted, answers that contradict each other."""
    refused = [Problem(error.where, f"{error.what} {error.remedy}".strip()) for error in sheets.refused.values()]
    changes = list(read_changes(sheets.setup.folder))
    owners = tracked(
        sheets.owners, len(sheets.owners), f"checking the sheets of {sheets.setup.form.title.lower()}", "sheets"
    )
    of_sheets = (problem for who in owners for problem in problems_of_sheet(sheets, who, changes))
    problems = [*refused, *renamed_in_protocol(sheets), *of_sheets, *_of_consensus(sheets, decisions)]
    return [{"where": where, "what": what} for where, what in problems]


def problems_of_sheet(sheets: StageSheets, who: str, changes: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Cells that were not understood, and the findings of the checks for one sheet; ``changes``: the log of changes."""
    headings = _headings(sheets, who)
    for where, what in _in_english(sheets, who, changes):
        yield where, "".join(headings.get(part, part) for part in re.split("(?<=“)|(?=”)", what))


def _in_english(sheets: StageSheets, who: str, changes: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """The same with columns under their English names."""
    yield from sheets.answers[who].problems
    if who in sheets.tables:
        sheet = _checked(sheets, who, changes)
        yield from (problem for check in CHECKS for problem in check(sheet))
        yield from typed_over(sheets, who)


def _headings(sheets: StageSheets, who: str) -> dict[str, str]:
    """What the columns of a sheet, and the questions, are called in it, if that is another word than in English."""
    form = sheets.setup.form
    headings = {field.label: form.heading_of(field) for field in form.fields}
    headings |= {column.header: column.heading for column in sheets.columns(who) if column.header}
    return {english: shown for english, shown in headings.items() if shown != english}


def _checked(sheets: StageSheets, who: str, changes: Sequence[dict[str, Any]]) -> CheckedSheet:
    setup, table, answers = sheets.setup, sheets.tables[who], sheets.answers[who]
    offered = {*sheets.queue, *sheets.former_ids, *(item for item, _ in sheets.allocation.items())}
    last_good = sheets.kept_stage.last_good.get(who, {})
    columns = sheets.columns(who)
    return CheckedSheet(
        setup.stage,
        who,
        setup.form,
        columns,
        table,
        answers,
        sheets.queue,
        offered,
        last_good,
        changes,
        sheets.own_paths.get(who),
        sheets.kept_stage.headings(setup.path(who)) or {},
    )


def _of_consensus(sheets: StageSheets, decisions: Sequence[Decision]) -> Iterator[tuple[str, str]]:
    for decision in decisions:
        for name, verdict in decision.fields.items():
            if verdict.remark:
                label = sheets.setup.form.field(name).label
                where = f"{sheets.path(CONSENSUS).name}, {decision.item}"
                yield where, f"{label}: {verdict.remark}. {verdict.remedy}"
