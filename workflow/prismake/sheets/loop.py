"""A stage read back: decisions, agreement, notes, and how far everyone is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prismake.core.files import Table
from prismake.core.names import APPRAISAL, CERTAINTY, CONSENSUS, EXTRACTION, ITEM_ID
from prismake.core.states import SettledBy, State
from prismake.kept import sheet_state
from prismake.kept.answers import read_changes
from prismake.kept.sheet_files import open_in_program
from prismake.panel.decisions import Decision, answer_to, to_adjudicate
from prismake.panel.disagreements import disagreements
from prismake.protocol.forms import Field
from prismake.sheets.amendments import amendment_words, criteria_status, judged_by, team_words
from prismake.sheets.changes import changes_in_words
from prismake.sheets.doubted_values import DoubtedValues, doubted_values
from prismake.sheets.layout import REASON
from prismake.sheets.problems import problems_of
from prismake.sheets.progress import batches_status
from prismake.sheets.stage import StageSheets


@dataclass(frozen=True)
class Reading:
    """What ``read_sheets`` writes: two tables and two plain structures."""

    decisions: Table
    notes: Table
    status: dict[str, Any]
    agreement: dict[str, Any]


def read_back(sheets: StageSheets, decisions: Sequence[Decision]) -> Reading:
    doubted = doubted_values(sheets, decisions)
    return Reading(
        decisions_table(sheets, doubted.applied(decisions)),
        notes_table(sheets),
        status(sheets, decisions, doubted),
        agreement_of(sheets, decisions),
    )


def decisions_table(sheets: StageSheets, decisions: Sequence[Decision]) -> Table:
    """One row per item, sorted by id: state, who settled it, the settled values, and each reviewer's answers."""
    names = [question.name for question in sheets.setup.form.fields]
    every = [(name, who) for name in names for who in sheets.reviewers]
    rows = []
    for decision in sorted(decisions, key=lambda decision: decision.item):
        verdicts = (decision.fields[name] for name in names)
        settled = (verdict.value if verdict.state == State.SETTLED else "" for verdict in verdicts)
        given = (decision.answers.get(who, {}).get(name, "") for name, who in every)
        asked = " ".join(decision.answers) if decision.state != State.NOT_SCREENED else ""
        rows.append((decision.item, decision.state, decision.settled_by, asked, *settled, *given))
    columns = (ITEM_ID, "state", "settled_by", "asked", *names, *(f"{name}.{who}" for name, who in every))
    return Table(columns, rows)


def notes_table(sheets: StageSheets) -> Table:
    """What people noted: item, who, note. Kept apart from the decisions, so that a new note re-runs less.

    Includes, in appraisal and certainty, why a judgement differs from its proposal and, in extraction, how numbers were
    obtained.
    """
    if sheets.setup.stage == EXTRACTION:
        return _notes_and_origins(sheets)
    if sheets.setup.stage not in (APPRAISAL, CERTAINTY):
        rows = [(item, who, text) for who, own in sheets.answers.items() for item, text in own.notes.items()]
        return Table((ITEM_ID, "who", "note"), sorted(rows))
    both = [
        (item, who, own.notes.get(item, ""), own.reasons.get(item, ""))
        for who, own in sheets.answers.items()
        for item in {**own.notes, **own.reasons}
    ]
    return Table((ITEM_ID, "who", "note", REASON), sorted(both))


def _notes_and_origins(sheets: StageSheets) -> Table:
    """Notes of the extraction, and how numbers were obtained unless simply printed: ``events: from 40 % of 30``."""
    rows = []
    for who, own in sheets.answers.items():
        for item in {**own.notes, **own.how}:
            how = "\n".join(f"{name}: {text}" for name, text in own.how.get(item, {}).items())
            rows.append((item, who, own.notes.get(item, ""), how))
    return Table((ITEM_ID, "who", "note", "how"), sorted(rows))


def status(sheets: StageSheets, agreed: Sequence[Decision], doubted: DoubtedValues) -> dict[str, Any]:
    """How far the stage is: counts that add up, each reviewer's share, and every problem with its place.

    Args:
        doubted: the findings of the checks of extracted numbers; an item that they hold back is open.
    """
    decisions = doubted.applied(agreed)
    counts: dict[State, int] = dict.fromkeys((state for state in State if state != State.NOT_APPLICABLE), 0)
    for decision in decisions:
        counts[decision.state] += 1
    doubts = doubted.remarks
    reviewers = {who: reviewer_status(sheets, who, decisions, doubts.get(who, {})) for who in sheets.setup.team}
    result: dict[str, Any] = {
        "stage": sheets.setup.stage,
        "title": sheets.setup.form.title,
        "unit": sheets.setup.form.unit,
        "optional": sheets.setup.form.optional,
        "of": len(decisions),
        **{state.replace(" ", "_"): number for state, number in counts.items()},
        "open": len(decisions) - counts[State.SETTLED] - counts[State.NOT_SCREENED],
        "rounds": batches_status(sheets, decisions),
        "reviewers": reviewers,
        "judged": judged_by(sheets, decisions),
        "criteria": criteria_status(sheets, decisions),
        "consensus": consensus_status(sheets, decisions, doubts.get(CONSENSUS, {})),
        "problems": [*problems_of(sheets, agreed), *(problem._asdict() for problem in doubted.problems)],
        "notes": [note._asdict() for note in doubted.notes],
        "state": dict(sheets.kept_stage.left_by_people),
    }
    log = read_changes(sheets.setup.folder)
    result["rounds"]["words"] += [
        *changes_in_words(sheets.setup.stage, log),
        *amendment_words(result["criteria"]),
        *team_words(sheets),
    ]
    return result


def reviewer_status(
    sheets: StageSheets, who: str, decisions: Sequence[Decision], doubted: Collection[str]
) -> dict[str, Any]:
    """How many of the assigned items a reviewer has decided; an item with a doubted number is still open."""
    complete = sheets.complete(who)
    asked = [decision for decision in decisions if who in decision.answers and decision.state != State.NOT_SCREENED]
    done = sum(
        decision.item not in doubted and (decision.item in complete or _asked_no_more(sheets, who, decision))
        for decision in asked
    )
    return {"decided": done, "of": len(asked), "file": sheets.path(who).as_posix(), **_waiting(sheets, who)}


def _asked_no_more(sheets: StageSheets, who: str, decision: Decision) -> bool:
    """Whether the panel has settled an item of which this reviewer answered everything that was still asked."""
    return decision.state == State.SETTLED and bool(sheets.answers[who].answers.get(decision.item))


def consensus_status(
    sheets: StageSheets, decisions: Sequence[Decision], doubted: Collection[str]
) -> dict[str, Any] | None:
    """How many of the disagreements the adjudicator has settled."""
    if CONSENSUS not in sheets.owners:
        return None
    settled = sum(
        verdict.settled_by == SettledBy.CONSENSUS for decision in decisions for verdict in decision.fields.values()
    )
    waiting = len(to_adjudicate(sheets.setup.form, decisions))
    return {
        "decided": max(settled - len(doubted), 0),
        "of": settled + waiting,
        "file": sheets.path(CONSENSUS).as_posix(),
        **_waiting(sheets, CONSENSUS),
    }


def _waiting(sheets: StageSheets, who: str) -> dict[str, Any]:
    path = sheets.path(who)
    rows = int(
        sheet_state.read_book(sheets.setup.stage, sheets.setup.folder)["sheets"].get(path.name, {}).get("waiting", 0)
    )
    return {"waiting": rows} if rows and open_in_program(path) else {}


def agreement_of(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any]:
    """Agreement of the panel on each field, before consensus; empty with a single reviewer."""
    if len(sheets.reviewers) < 2:
        return {}
    result: dict[str, Any] = {}
    form, reviewers = sheets.setup.form, sheets.reviewers
    decisions = [decision for decision in decisions if not sheets.is_team_decision(decision.item)]
    for question in form.fields:
        given = {who: [answer_to(form, question, d.answers.get(who, {})) for d in decisions] for who in reviewers}
        if any(value is not None for values in given.values() for value in values):
            apart = disagreements(form, question, decisions, reviewers)
            result[question.name] = {**_agreement(question, given), "kind": question.kind, "disagreements": apart}
    return result


def _agreement(question: Field, given: Mapping[str, list[str | None]]) -> dict[str, Any]:
    from prismake.panel.agreement import many

    merge = {choice.value: choice.settles_as for choice in question.choices if choice.settles_as}
    # PABAK and AC1 depend on how many answers are possible, not only on those that were given
    every = [choice.value for choice in question.choices] or None
    settled = [value for value in every if value not in merge] if every else None
    entry: dict[str, Any] = {"label": question.label, **many(given, merge=merge or None, categories=settled).to_dict()}
    if merge:
        entry["as_answered"] = many(given, categories=every).to_dict()
        entry["merged"] = merge
    return entry
