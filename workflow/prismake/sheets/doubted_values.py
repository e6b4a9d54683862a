"""Extracted numbers that cannot be right or have to be looked at again, with their cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from prismake.core.names import CONSENSUS
from prismake.core.states import SettledBy, State
from prismake.extraction.checks.grades import Finding
from prismake.extraction.doubts import Remark, doubts_of, remedy
from prismake.extraction.extracted import Column, Extraction, extraction_of
from prismake.extraction.result_rows import Place
from prismake.panel.decisions import Decision
from prismake.protocol.forms import Form
from prismake.protocol.translations import WHOLE, in_language
from prismake.sheets.checks.checked_sheet import Problem
from prismake.sheets.layout import SETTLED
from prismake.sheets.queue import column_of
from prismake.sheets.remarks import TO_CHECK, WORTH_KNOWING
from prismake.sheets.shown_texts import remark_in
from prismake.sheets.stage import StageSheets
from prismake.sheets.xlsx import column_letter


@dataclass(frozen=True)
class DoubtedValues:
    """The findings of the checks of extracted numbers.

    ``waiting``: the settled items that a finding holds back. ``problems``: each finding with its cells. ``remarks``: by
    owner and item, the sentence for the column *Remark*. ``notes``: findings that are only worth knowing, with their
    cells; ``shown``: the remarks together with these.
    """

    waiting: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()
    remarks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
    shown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def applied(self, decisions: Sequence[Decision]) -> list[Decision]:
        """The decisions, with those that are held back marked as a problem."""
        return [
            decision._replace(state=State.PROBLEM) if decision.item in self.waiting else decision
            for decision in decisions
        ]


def doubted_values(sheets: StageSheets, decisions: Sequence[Decision]) -> DoubtedValues:
    """Check what the panel has settled and, for everything else, what each reviewer typed.

    Reviewers are told only about their own numbers, and nobody is asked about numbers that were overruled.
    """
    if not sheets.setup.outcomes:
        return DoubtedValues()
    settled = {decision.item: decision for decision in decisions if decision.state == State.SETTLED}
    values = {
        item: {name: verdict.value for name, verdict in decision.fields.items()} for item, decision in settled.items()
    }
    findings: list[tuple[Finding, list[_Cell]]] = []
    notes: list[tuple[Finding, list[_Cell]]] = []
    doubts = doubts_of(_extraction(sheets, values), _notes(sheets, sheets.owners))
    findings += [(finding, _settled_cells(sheets, finding, settled)) for finding in doubts.waiting]
    notes += [(finding, _settled_cells(sheets, finding, settled)) for finding in doubts.notes]
    waiting = frozenset(place.item for finding in doubts.waiting for place in _places(sheets, finding))
    for who in sheets.reviewers:
        own = {item: given for item, given in sheets.answers[who].answers.items() if item in sheets.queue}
        if not own.keys() - settled.keys():
            continue
        of_own = doubts_of(_extraction(sheets, own), _notes(sheets, [who]))
        for target, of_grade in ((findings, of_own.waiting), (notes, of_own.notes)):
            target += [
                (finding, _own_cells(sheets, who, finding))
                for finding in of_grade
                if not {place.item for place in _places(sheets, finding)} <= settled.keys()
            ]
    remarks, worth = _by_owner(findings), _by_owner(notes)
    form = sheets.setup.form
    note = form.language.heading(form.note)
    texts = {who: {item: _remark(own, note, form) for item, own in by_item.items()} for who, by_item in remarks.items()}
    shown = {who: dict(by_item) for who, by_item in texts.items()}
    for who, noted_items in worth.items():
        for item, some in noted_items.items():
            what = " ".join(_ended(in_language(finding.what, form.language, WHOLE)) for finding in some)
            text = f"{remark_in(form, WORTH_KNOWING)} {what}"
            own_texts = shown.setdefault(who, {})
            own_texts[item] = " ".join(filter(None, (own_texts.get(item, ""), text)))
    problems = [_problem(sheets, finding, cells, remedy(finding, note)) for finding, cells in findings]
    noted = [_problem(sheets, finding, cells) for finding, cells in notes]
    return DoubtedValues(waiting, tuple(problems), texts, tuple(noted), shown)


def _by_owner(findings: Sequence[tuple[Finding, Sequence[_Cell]]]) -> dict[str, dict[str, list[Finding]]]:
    """By owner of a sheet and item, the findings about its cells, each once."""
    result: dict[str, dict[str, list[Finding]]] = {}
    for finding, cells in findings:
        for cell in cells:
            own = result.setdefault(cell.owner, {}).setdefault(cell.item, [])
            if finding not in own:
                own.append(finding)
    return result


def _problem(sheets: StageSheets, finding: Finding, cells: Sequence[_Cell], remedy: str = "") -> Problem:
    """A finding as a sentence with its cells."""
    by_owner: dict[str, list[str]] = {}
    for cell in cells:
        by_owner.setdefault(cell.owner, []).append(cell.address)
    sentence = f"{_labels(sheets)[finding.item]}: {_ended(finding.what)} {remedy}".rstrip()
    return Problem("; ".join(_place(sheets, who, own) for who, own in by_owner.items()), sentence)


class _Cell(NamedTuple):
    """A cell with a doubted number: whose sheet, which item, and its place."""

    owner: str
    item: str
    address: str


def _places(sheets: StageSheets, finding: Finding) -> list[Place]:
    """Where the numbers of a finding were asked for: in its own row, or in rows of results."""
    if sheets.studies is None:
        return [Place(finding.item, column) for column in finding.columns]
    asked = sheets.studies.by_row.get(finding.item, {})
    return [asked[column] for column in finding.columns if column in asked]


def _labels(sheets: StageSheets) -> Mapping[str, str]:
    return dict(column_of(sheets.queue, "title")) if sheets.studies is None else sheets.studies.labels


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(("?", "？")) else f"{sentence}."


def _remark(own: Sequence[Finding], note: str, form: Form) -> str:
    """Everything odd about a row and what to do about it; findings that stop come first and share one remedy."""
    grades = list(dict.fromkeys(finding.grade for finding in own))
    parts = []
    for grade in grades:
        alike = [finding for finding in own if finding.grade == grade]
        sentences = (in_language(finding.what, form.language, WHOLE) for finding in alike)
        parts.append(f"{_ended('; '.join(sentences))} {remark_in(form, remedy(alike[0], note))}")
    return f"{remark_in(form, TO_CHECK)} {' '.join(parts)}"


def _extraction(sheets: StageSheets, answers: Mapping[str, Mapping[str, str]]) -> Extraction:
    setup, labels = sheets.setup, _labels(sheets)
    given = answers if sheets.studies is None else sheets.studies.answers(answers)
    # studies without an answer so far can be named as having the same participants
    shown = {question.name: setup.form.heading_of(question) for question in setup.extracted}
    columns = [Column(question.name, shown[question.name], question.kind) for question in setup.extracted]
    return extraction_of(columns, given, labels, setup.outcomes, [*labels], setup.overlap, setup.timing)


def _notes(sheets: StageSheets, owners: Sequence[str]) -> dict[str, list[Remark]]:
    """The notes of these sheets by row of the extraction; a note in the consensus sheet belongs to one question."""
    notes: dict[str, list[str]] = {}
    for who in owners:
        for item, text in sheets.answers[who].notes.items():
            notes.setdefault(item, []).append(text)
    if sheets.studies is not None:
        return sheets.studies.remarks(notes)
    return {item: [Remark(text) for text in texts] for item, texts in notes.items()}


def _settled_cells(sheets: StageSheets, finding: Finding, settled: Mapping[str, Decision]) -> list[_Cell]:
    """The cells of everyone who typed the doubted numbers; for adjudicated numbers, those of the consensus sheet."""
    cells: list[_Cell] = []
    for item, name in _places(sheets, finding):
        verdict = settled[item].fields.get(name) if item in settled else None
        if verdict is None:
            continue
        label = sheets.setup.form.field(name).label
        if verdict.settled_by == SettledBy.CONSENSUS:
            adjudicated = _addresses(sheets, CONSENSUS, f"{item}/{name}", SETTLED) or [label]
            cells += [_Cell(CONSENSUS, item, address) for address in adjudicated]
        for who in sheets.reviewers:
            own = sheets.answers[who].answers.get(item, {}).get(name, "")
            if own and own == verdict.value:
                cells += [_Cell(who, item, address) for address in _addresses(sheets, who, item, label)]
    return list(dict.fromkeys(cells))


def _own_cells(sheets: StageSheets, who: str, finding: Finding) -> list[_Cell]:
    return [
        _Cell(who, item, address)
        for item, name in _places(sheets, finding)
        for address in _addresses(sheets, who, item, sheets.setup.form.field(name).label)
    ]


def _addresses(sheets: StageSheets, who: str, key: str, header: str) -> list[str]:
    table, rows = sheets.tables.get(who), sheets.answers[who].places.get(key, [])
    if table is None or header not in table.headers:
        return []
    return [f"{column_letter(table.headers[header])}{row}" for row in rows]


def _place(sheets: StageSheets, who: str, cells: Sequence[str]) -> str:
    """``extraction.anna.xlsx, sheet “Data extraction”, cells D7, E7``."""
    table: Any = sheets.tables.get(who)
    name = f"{table.path.name}, sheet “{table.name}”" if table is not None else sheets.path(who).name
    return f"{name}, {'cell' if len(cells) == 1 else 'cells'} {', '.join(cells)}"
