"""Judgements that differ from their proposal without a reason, and answers to questions that were not asked."""

from __future__ import annotations

from collections.abc import Iterable

from prismake.core.names import CERTAINTY, CONSENSUS
from prismake.sheets.checks.checked_sheet import CheckedSheet, Problem, listed
from prismake.sheets.own_path import ANSWER


def check(sheet: CheckedSheet) -> list[Problem]:
    """One problem for each judgement that waits for its reason, and one for all answers off the path."""
    if sheet.owner == CONSENSUS or sheet.path is None:
        return []
    problems = []
    header = sheet.form.field(ANSWER).label
    leads = "the figures suggest" if sheet.stage == CERTAINTY else "the answers lead to"
    for item in _in_sheet(sheet, sheet.path.unexplained):
        row, word = sheet.answers.places[item][0], sheet.given(item)[ANSWER]
        proposed = sheet.path.proposals[item]
        problems.append(
            Problem(
                sheet.table.address(row, header),
                f"the judgement is “{word}”, and {leads} “{proposed}”. Say why under “{sheet.form.reason}” "
                f"({item}), or change one of them; the judgement does not count until then.",
            )
        )
    idle = [item for item in _in_sheet(sheet, sheet.path.away) if sheet.given(item).get(ANSWER) not in ("", "NA", None)]
    if idle:
        cells = listed([sheet.cell(sheet.answers.places[item][0], header) for item in idle])
        what = "an answer to a question that the answers before it do not lead to; it is kept and not used"
        problems.append(Problem(sheet.place, f"{cells}: {what}. Clear it, or change the answers before it."))
    return problems


def _in_sheet(sheet: CheckedSheet, items: Iterable[str]) -> list[str]:
    return sorted((item for item in items if item in sheet.answers.places), key=lambda item: sheet.answers.places[item])
