"""Extracted numbers that cannot be right, or that somebody has to look at again, with their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from prismake.core.names import CONSENSUS
from prismake.core.states import SettledBy, State
from prismake.extraction.checks.grades import Finding
from prismake.extraction.doubts import doubts_of, remedy
from prismake.extraction.extracted import Column, Extraction, extraction_of
from prismake.panel.decisions import Decision
from prismake.sheets.checks.checked_sheet import Problem
from prismake.sheets.layout import SETTLED
from prismake.sheets.queue import column_of
from prismake.sheets.remarks import TO_CHECK
from prismake.sheets.stage import StageSheets
from prismake.sheets.xlsx import column_letter


@dataclass(frozen=True)
class DoubtedValues:
    """What the checks of extracted numbers found.

    ``waiting``: the settled items that wait for it. ``problems``: each finding with its cells. ``remarks``: by owner
    and item, the sentence for the column *Remark*.
    """

    waiting: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    remarks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def applied(self, decisions: Sequence[Decision]) -> list[Decision]:
        """The decisions, those that wait as a problem."""
        return [
            decision._replace(state=State.PROBLEM) if decision.item in self.waiting else decision
            for decision in decisions
        ]


def doubted_values(sheets: StageSheets, decisions: Sequence[Decision]) -> DoubtedValues:
    """Check what the panel settled; of what it has not settled yet, what each reviewer typed.

    A reviewer is told what is odd about the own numbers only, and nobody is asked about numbers that were overruled.
    """
    if not sheets.setup.outcomes:
        return DoubtedValues()
    settled = {decision.item: decision for decision in decisions if decision.state == State.SETTLED}
    values = {
        item: {name: verdict.value for name, verdict in decision.fields.items()} for item, decision in settled.items()
    }
    findings: list[tuple[Finding, list[tuple[str, str]]]] = []
    doubts = doubts_of(_extraction(sheets, values), _notes(sheets, sheets.owners))
    findings += [(finding, _cells(sheets, finding, settled.get(finding.item))) for finding in doubts.waiting]
    for who in sheets.reviewers:
        own = {item: given for item, given in sheets.answers[who].answers.items() if item in sheets.queue}
        if not own.keys() - settled.keys():
            continue
        for finding in doubts_of(_extraction(sheets, own), _notes(sheets, [who])).waiting:
            if finding.item not in settled:
                findings.append((finding, _cells_of(sheets, who, finding)))
    note = sheets.setup.form.note
    remarks: dict[str, dict[str, list[Finding]]] = {}
    problems = []
    for finding, cells in findings:
        sentence = f"{sheets.queue[finding.item]['title']}: {finding.what}. {remedy(finding, note)}"
        by_owner: dict[str, list[str]] = {}
        for who, address in cells:
            by_owner.setdefault(who, []).append(address)
        for who in by_owner:
            remarks.setdefault(who, {}).setdefault(finding.item, []).append(finding)
        problems.append(Problem("; ".join(_place(sheets, who, own) for who, own in by_owner.items()), sentence))
    texts = {who: {item: _remark(own, note) for item, own in by_item.items()} for who, by_item in remarks.items()}
    return DoubtedValues(frozenset(finding.item for finding in doubts.waiting), tuple(problems), texts)


def _remark(own: Sequence[Finding], note: str) -> str:
    """All that is odd about a row, and what to do about it; those that stop come first and have one remedy."""
    grades = list(dict.fromkeys(finding.grade for finding in own))
    parts = []
    for grade in grades:
        alike = [finding for finding in own if finding.grade == grade]
        parts.append(f"{'; '.join(finding.what for finding in alike)}. {remedy(alike[0], note)}")
    return f"{TO_CHECK} {' '.join(parts)}"


def _extraction(sheets: StageSheets, answers: Mapping[str, Mapping[str, str]]) -> Extraction:
    setup, labels = sheets.setup, dict(column_of(sheets.queue, "title"))
    # studies that have no answer yet can be named as having the same participants
    columns = [Column(question.name, question.label, question.kind) for question in setup.form.fields]
    return extraction_of(columns, answers, labels, setup.outcomes, [*labels], setup.overlap)


def _notes(sheets: StageSheets, owners: Sequence[str]) -> dict[str, list[str]]:
    """By item, the notes of these; those of the consensus sheet stand beside one question of the item."""
    notes: dict[str, list[str]] = {}
    for who in owners:
        for item, text in sheets.answers[who].notes.items():
            notes.setdefault(item, []).append(text)
    return notes


def _cells(sheets: StageSheets, finding: Finding, decision: Decision | None) -> list[tuple[str, str]]:
    """(owner, cell) of everyone who typed the doubted numbers; where they were adjudicated, in the consensus sheet."""
    cells: list[tuple[str, str]] = []
    for column in finding.columns:
        verdict = decision.fields.get(column) if decision else None
        if verdict is None:
            continue
        if verdict.settled_by == SettledBy.CONSENSUS:
            label = sheets.setup.form.field(column).label
            cells += _addresses(sheets, CONSENSUS, f"{finding.item}/{column}", SETTLED) or [(CONSENSUS, label)]
        for who in sheets.reviewers:
            own = sheets.answers[who].answers.get(finding.item, {}).get(column, "")
            if own and own == verdict.value:
                cells += _addresses(sheets, who, finding.item, sheets.setup.form.field(column).label)
    return list(dict.fromkeys(cells))


def _cells_of(sheets: StageSheets, who: str, finding: Finding) -> list[tuple[str, str]]:
    labels = [sheets.setup.form.field(column).label for column in finding.columns]
    return [cell for label in labels for cell in _addresses(sheets, who, finding.item, label)]


def _addresses(sheets: StageSheets, who: str, key: str, header: str) -> list[tuple[str, str]]:
    table, rows = sheets.tables.get(who), sheets.answers[who].places.get(key, [])
    if table is None or header not in table.headers:
        return []
    return [(who, f"{column_letter(table.headers[header])}{row}") for row in rows]


def _place(sheets: StageSheets, who: str, cells: Sequence[str]) -> str:
    """``extraction.anna.xlsx, sheet “Data extraction”, cells D7, E7``."""
    table: Any = sheets.tables.get(who)
    name = f"{table.path.name}, sheet “{table.name}”" if table is not None else sheets.path(who).name
    return f"{name}, {'cell' if len(cells) == 1 else 'cells'} {', '.join(cells)}"
