"""A stage read back: decisions, agreement, notes, and how far everyone is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prismake.core.files import Table
from prismake.core.names import CONSENSUS
from prismake.kept import sheet_state
from prismake.kept.answers import read_changes
from prismake.kept.sheet_files import open_in_program
from prismake.panel.decisions import (
    CONFLICT,
    NOT_SCREENED,
    PROBLEM,
    SETTLED,
    UNDECIDED,
    Decision,
    answer_to,
    to_adjudicate,
)
from prismake.panel.disagreements import disagreements
from prismake.protocol.forms import Field
from prismake.sheets.checks.incomplete import halfway
from prismake.sheets.checks.missing_answers import withdrawn
from prismake.sheets.checks.stray_answers import misplaced, never_offered
from prismake.sheets.progress import rounds_status
from prismake.sheets.stage import StageSheets


@dataclass(frozen=True)
class Reading:
    """What ``read_sheets`` writes: two tables and two plain structures."""

    decisions: Table
    notes: Table
    status: dict[str, Any]
    agreement: dict[str, Any]


def read_back(sheets: StageSheets, decisions: Sequence[Decision]) -> Reading:
    return Reading(
        decisions_table(sheets, decisions),
        notes_table(sheets),
        status(sheets, decisions),
        agreement_of(sheets, decisions),
    )


def decisions_table(sheets: StageSheets, decisions: Sequence[Decision]) -> Table:
    """One row an item, sorted by id: state, who settled it, the settled values, what each reviewer said."""
    names = [one.name for one in sheets.form.fields]
    every = [(name, who) for name in names for who in sheets.reviewers]
    rows = []
    for one in sorted(decisions, key=lambda one: one.item):
        verdicts = (one.fields[name] for name in names)
        settled = (verdict.value if verdict.state == SETTLED else "" for verdict in verdicts)
        said = (one.answers.get(who, {}).get(name, "") for name, who in every)
        asked = " ".join(one.answers) if one.state != NOT_SCREENED else ""
        rows.append((one.item, one.state, one.settled_by, asked, *settled, *said))
    columns = ("item_id", "state", "settled_by", "asked", *names, *(f"{name}.{who}" for name, who in every))
    return Table(columns, rows)


def notes_table(sheets: StageSheets) -> Table:
    """What people noted: item, who, note; apart from the decisions, so that a remark re-runs less."""
    rows = [(item, who, text) for who, said in sheets.said.items() for item, text in said.notes.items()]
    return Table(("item_id", "who", "note"), sorted(rows))


def status(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any]:
    """How far the stage is: counts that add up, each reviewer's share, every problem with its place."""
    counts = dict.fromkeys((SETTLED, UNDECIDED, CONFLICT, PROBLEM, NOT_SCREENED), 0)
    for one in decisions:
        counts[one.state] += 1
    reviewers = {who: _reviewer_status(sheets, who, decisions) for who in sheets.team}
    result = {
        "stage": sheets.stage,
        "title": sheets.form.title,
        "unit": sheets.form.unit,
        "optional": sheets.form.optional,
        "of": len(decisions),
        **{name.replace(" ", "_"): number for name, number in counts.items()},
        "open": len(decisions) - counts[SETTLED] - counts[NOT_SCREENED],
        "rounds": rounds_status(sheets, decisions),
        "reviewers": reviewers,
        "consensus": _consensus_status(sheets, decisions),
        "problems": _problems(sheets, decisions),
        "state": sheet_state.state(sheets.stage, sheets.team, sheets.folder),
    }
    return result


def _reviewer_status(sheets: StageSheets, who: str, decisions: Sequence[Decision]) -> dict[str, Any]:
    complete = sheets.complete(who)
    mine = [one for one in decisions if who in one.answers and one.state != NOT_SCREENED]
    done = sum(one.item in complete or _asked_no_more(sheets, who, one) for one in mine)
    return {"decided": done, "of": len(mine), "file": sheets.path(who).as_posix(), **_waiting(sheets, who)}


def _asked_no_more(sheets: StageSheets, who: str, one: Decision) -> bool:
    """Whether the panel settled an item that this reviewer has answered as far as it was still asked."""
    return one.state == SETTLED and bool(sheets.said[who].answers.get(one.item))


def _consensus_status(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """Disagreements that the adjudicator settled, of all there were."""
    if CONSENSUS not in sheets.owners:
        return None
    settled = sum(v.settled_by == "consensus" for one in decisions for v in one.fields.values())
    waiting = len(to_adjudicate(sheets.form, decisions))
    return {
        "decided": settled,
        "of": settled + waiting,
        "file": sheets.path(CONSENSUS).as_posix(),
        **_waiting(sheets, CONSENSUS),
    }


def _waiting(sheets: StageSheets, who: str) -> dict[str, Any]:
    path = sheets.path(who)
    rows = int(sheet_state.read_book(sheets.stage, sheets.folder)["sheets"].get(path.name, {}).get("waiting", 0))
    return {"waiting": rows} if rows and open_in_program(path) else {}


def _problems(sheets: StageSheets, decisions: Sequence[Decision]) -> list[dict[str, str]]:
    """Refused sheets, cells that were not understood, rows that were deleted, answers that contradict."""
    found = [
        {"where": error.where, "what": f"{error.what} {error.remedy}".strip()} for error in sheets.refused.values()
    ]
    for who in sheets.owners:
        told = [*sheets.said[who].problems, *_beside_the_answers(sheets, who), *_withdrawn(sheets, who)]
        found += [{"where": place, "what": what} for place, what in told]
    for one in decisions:
        for name, verdict in one.fields.items():
            if verdict.remark:
                where = f"{sheets.path(CONSENSUS).name}, {one.item}"
                label = sheets.form.field(name).label
                found.append({"where": where, "what": f"{label}: {verdict.remark}. {verdict.remedy}"})
    return found


def _beside_the_answers(sheets: StageSheets, who: str) -> list[tuple[str, str]]:
    if who == CONSENSUS or who not in sheets.tables:
        return []
    known = (sheets.form, sheets.said[who], sheets.tables[who])
    told = [*halfway(*known, sheets.queue), *misplaced(*known, sheets.queue)]
    if not sheets.form.typed:
        offered = {*sheets.queue, *sheets.former, *(item for item, _ in sheets.handed.items())}
        told += never_offered(*known, offered)
    return told


def _withdrawn(sheets: StageSheets, who: str) -> list[tuple[str, str]]:
    if who not in sheets.tables:
        return []
    changes = read_changes(sheets.folder)
    return withdrawn(sheets.stage, sheets.form, who, sheets.said[who], sheets.tables[who], sheets.queue, changes)


def agreement_of(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any]:
    """Agreement of the panel on each field, before consensus; empty with a single reviewer."""
    if len(sheets.reviewers) < 2:
        return {}
    result: dict[str, Any] = {}
    decisions = [one for one in decisions if not sheets.of_the_team(one.item)]
    for one in sheets.form.fields:
        given = {
            who: [answer_to(sheets.form, one, d.answers.get(who, {})) for d in decisions] for who in sheets.reviewers
        }
        if any(value is not None for values in given.values() for value in values):
            apart = disagreements(sheets.form, one, decisions, sheets.reviewers)
            result[one.name] = {**_agreement(one, given), "kind": one.kind, "disagreements": apart}
    return result


def _agreement(one: Field, given: Mapping[str, list[str | None]]) -> dict[str, Any]:
    from prismake.panel.agreement import many

    merge = {choice.value: choice.settles_as for choice in one.choices if choice.settles_as}
    # PABAK and AC1 depend on how many answers there could have been, not only on those that were given
    every = [choice.value for choice in one.choices] or None
    settled = [value for value in every if value not in merge] if every else None
    entry: dict[str, Any] = {"label": one.label, **many(given, merge=merge or None, categories=settled).to_dict()}
    if merge:
        entry["as_answered"] = many(given, categories=every).to_dict()
        entry["merged"] = merge
    return entry
