"""The sheets of a stage read together; a sheet that cannot be trusted is replaced by its last good answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from prismake.core.errors import SheetError
from prismake.core.names import APPRAISAL, CERTAINTY, CONSENSUS, FULL_TEXT
from prismake.core.progress import tracked
from prismake.core.states import SettledBy, State
from prismake.extraction.result_rows import Studies
from prismake.kept import sheet_state
from prismake.kept.answers import Snapshot
from prismake.kept.sheet_files import SHEETS
from prismake.panel.allocation import Allocation, Answered, allocation_in_sheets, current_rows
from prismake.panel.decisions import Decision, Verdict, decide, progress
from prismake.panel.question_paths import along_paths, paths_of
from prismake.protocol.instrument_model import NOT_ASKED, Condition
from prismake.sheets.answers import SheetAnswers
from prismake.sheets.kept_tables import KeptTables
from prismake.sheets.layout import Column
from prismake.sheets.marks import mark_of, review_id, review_in
from prismake.sheets.merged_answers import Merged, merge_answers
from prismake.sheets.new_sheets import Copied, table_of_copy
from prismake.sheets.own_path import ANSWER, OwnPath, own_judgements, own_path
from prismake.sheets.own_sheet import OwnSheet, Session, load_sheet
from prismake.sheets.queue import Queue, column_of
from prismake.sheets.reading import SheetTable
from prismake.sheets.row_forms import RowForms
from prismake.sheets.setup import KeptStage, StageSetup, load_kept, setup_of
from prismake.sheets.waiting_rows import waiting_rows


@dataclass(frozen=True)
class StageSheets:
    """The sheets of a stage as read. Immutable: a new allocation makes a new object (``with_allocation``).

    Attributes:
        setup: what the protocol says about the stage.
        kept: what earlier runs have kept of it.
        queue: item id to its row: the queue of the stage, followed by pairs that people answered and that it lacks.
        former_ids: former id to item, for everything that was once an item of its own and is now part of another.
        reviewers: the team, then former members whose answers count.
        sheets: by reviewer (and ``consensus``), the sheet as it was read.
        initial_allocation: what had been handed out when the sheets were read.
        allocation: what is handed out now.
        merged: what follows from answers to records that became one report after they were judged.
        review: the id that distinguishes the rows of this stage from those of other reviews.
        as_read: ``sheets`` before answers to merged records were counted for their report.
        copies: sheets that have been made since, as copies of another one.
    """

    setup: StageSetup
    kept_stage: KeptStage
    queue: Queue
    former_ids: Mapping[str, str]
    reviewers: tuple[str, ...]
    sheets: Mapping[str, OwnSheet]
    initial_allocation: Allocation
    allocation: Allocation
    merged: Merged = field(default_factory=Merged)
    review: str = ""
    as_read: Mapping[str, OwnSheet] = field(default_factory=dict)
    copies: Mapping[Path, Copied] = field(default_factory=dict)

    @property
    def owners(self) -> list[str]:
        """Reviewers, and ``consensus`` if there can be disagreements."""
        return [*self.reviewers, CONSENSUS] if len(self.reviewers) > 1 else list(self.reviewers)

    @cached_property
    def answers(self) -> dict[str, SheetAnswers]:
        """By owner, the answers in the sheet."""
        return {who: sheet.answers for who, sheet in self.sheets.items()}

    @cached_property
    def tables(self) -> dict[str, SheetTable]:
        """By owner, the cells of each sheet that could be read."""
        return {who: sheet.table for who, sheet in self.sheets.items() if sheet.table is not None}

    @cached_property
    def refused(self) -> dict[str, SheetError]:
        """By owner, why a sheet cannot be read."""
        return {who: sheet.error for who, sheet in self.sheets.items() if sheet.error is not None}

    @cached_property
    def paths(self) -> dict[str, Condition]:
        """By item, the answers that decide whether it is asked; only questions of instruments have any."""
        return paths_of(column_of(self.queue, "asked_if")) if self.setup.stage == APPRAISAL else {}

    @cached_property
    def own_paths(self) -> dict[str, OwnPath]:
        """By reviewer, where the answers to an instrument lead, and judgements that differ from their proposal."""
        if self.setup.stage == CERTAINTY:
            proposed = {item: word for item, word in column_of(self.queue, "proposed") if word}
            return {
                who: own_judgements(proposed, self.answers[who], with_reasons=who in self.tables)
                for who in self.reviewers
            }
        if self.setup.stage != APPRAISAL:
            return {}
        return {
            who: own_path(self.queue, self.paths, self.answers[who], with_reasons=who in self.tables)
            for who in self.reviewers
        }

    @cached_property
    def forms(self) -> RowForms:
        """What is asked of each item."""
        return RowForms.of(self.setup.form, self.queue)

    @cached_property
    def studies(self) -> Studies | None:
        """The studies and arms behind rows of results; None if a row is a study or arm."""
        return self.setup.studies(self.queue)

    def counted(self, who: str) -> Mapping[str, Mapping[str, str]]:
        """The answers of a reviewer that count, by item and field."""
        answers = self.answers[who].answers
        return self.own_paths[who].counted(answers) if who in self.own_paths else answers

    def with_allocation(self, allocation: Allocation) -> StageSheets:
        """The same sheets under another allocation."""
        return replace(self, allocation=allocation)

    def columns(self, who: str) -> list[Column]:
        return self.setup.columns(who, self.reviewers)

    def path(self, who: str) -> Path:
        return self.setup.path(who)

    def mark(self, who: str) -> str:
        """How the checks of a sheet begin."""
        return mark_of(self.review, self.setup.stage, who)

    def complete(self, who: str) -> set[str]:
        """The items of which a reviewer has answered everything that applies."""
        own, form = self.answers[who], self.forms.of_item
        return {
            item for item, given in self.counted(who).items() if item not in own.broken and progress(form(item), given)
        }

    def started(self, who: str) -> set[str]:
        """The items of which a reviewer has answered anything."""
        return {item for item, given in self.answers[who].answers.items() if any(given.values())}

    def expected_from(self) -> dict[str, list[str]]:
        """By item of the queue, the reviewers whose answers are expected and count; other items were not handed out."""
        rows = current_rows(self.allocation, self.queue, self.former_ids)
        return self.counting({item: batch.rows[name] for item, (batch, name) in rows.items()})

    def counting(self, rows: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """By item, the assigned members of the team, anyone who answered unasked, and those who left after answering.

        Args:
            rows: by item, the reviewers to whom it was handed out.
        """
        team, everyone = set(self.setup.team), self.reviewers
        full = list(everyone) if team.issuperset(everyone) else None
        finished = {who: self.complete(who) & self.started(who) for who in everyone if who not in team}
        started = {who: self.started(who) for who in everyone}
        return {
            item: full
            if full and tuple(row) == everyone
            else [
                who
                for who in everyone
                if (item in started[who] or who in row if who in team else item in finished[who])
            ]
            for item, row in rows.items()
        }

    def answered(self) -> Answered:
        """By item, who has answered; reviewers asked less because an item was settled have answered all of it."""
        some = _by_item({who: self.started(who) for who in self.reviewers})
        every = _by_item({who: self.complete(who) for who in self.reviewers})
        partly = [item for item in sorted(some.keys() & self.queue.keys()) if some[item] != every.get(item)]
        settled = [decision.item for decision in self.decisions(partly) if decision.state == State.SETTLED]
        return Answered(some, every | {item: some[item] for item in settled})

    def decisions(self, items: Iterable[str] | None = None) -> list[Decision]:
        """A decision for each of ``items``, or for everything in the queue by id."""
        chosen = sorted(self.queue) if items is None else list(items)
        if not chosen:
            return []
        if self.paths and items is not None:  # whether a question applies may depend on what is settled of another
            return [decision for decision in self.decisions() if decision.item in set(chosen)]
        why = SettledBy.AUTOMATION if self.setup.scheme.order == "relevance" else SettledBy.OTHER
        stopped = dict.fromkeys(self.allocation.stopped, why)
        answers, consensus, problems = self.panel_answers()
        plain = {who: self.merged.without_contradictions(who, given) for who, given in answers.items()}
        verdicts, expected = self.merged.verdicts, self.expected_from()
        decisions: list[Decision] = []
        for form, items_of in self.forms.groups(chosen):
            decisions += decide(form, items_of, plain, consensus, problems, verdicts, expected, stopped)
        decisions = self.forms.in_order(decisions, chosen)
        return along_paths(self.paths, decisions, consensus, ANSWER) if self.paths else decisions

    def panel_answers(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The answers by reviewer; the adjudicator's; and by reviewer the cells that were not understood."""
        answers: dict[str, Any] = {who: self.counted(who) for who in self.reviewers}
        problems = {who: self.answers[who].broken for who in self.reviewers}
        return answers, self.answers[CONSENSUS].answers if CONSENSUS in self.owners else {}, problems

    def is_team_decision(self, item: str) -> bool:
        """Whether an answer to this item is the team's, not one reviewer's, and so says nothing about agreement."""
        return any("team" in given.get(item, ()) for given in self.kept_stage.prefilled.values())

    def snapshot(self, decisions: Sequence[Decision]) -> Snapshot:
        """The answers read, in the form that is kept beside the sheets; empty answers are left out."""
        read = {who: _filled(own.answers) for who, own in self.answers.items()}
        settled = {
            decision.item: {name: verdict.value for name, verdict in decision.fields.items() if verdict.value}
            for decision in decisions
            if decision.state == State.SETTLED and decision.fields.get(ANSWER, _NOTHING).value != NOT_ASKED
        }
        return {**read, State.SETTLED.value: settled}


_NOTHING = Verdict(State.NOT_APPLICABLE)
DECISION, INCLUDE = "decision", "include"


def load_stage(
    stage: str,
    config: Mapping[str, Any],
    queue: Queue,
    folder: Path = SHEETS,
    files: Mapping[str, Path] | None = None,
    earlier: StageSheets | None = None,
    kept_tables: KeptTables | None = None,
) -> StageSheets:
    """Read every sheet of a stage that exists, including those of people who have left the team.

    Args:
        files: by owner, a file elsewhere that is read instead of the sheet; nothing from it may be kept.
        earlier: the stage as it was read before sheets were offered; sheets that have not changed are not read again.
        kept_tables: what earlier runs have read from large workbooks.
    """
    setup = setup_of(stage, config, folder)
    kept_stage = load_kept(setup, earlier.kept_stage if earlier else None)
    unchanged = _read_alike(earlier, kept_stage) if earlier else {}
    session = Session(setup, kept_stage, queue, _former_ids(queue), files or {}, unchanged, kept_tables)
    sheets: dict[str, OwnSheet] = {}
    everyone = (*setup.team, *kept_stage.left)
    for who in tracked(everyone, len(everyone), f"reading the sheets of {setup.form.title.lower()}", "sheets"):
        copied = _table_of_copy(who, earlier, kept_stage, sheets) if earlier and earlier.copies else None
        sheets[who] = load_sheet(session, who, setup.team, copied)
        session = session.with_pairs(sheets[who].pairs)
    reviewers = setup.team
    for who in kept_stage.left:
        if _has_finished_something(RowForms.of(setup.form, session.queue), sheets[who].answers):
            reviewers = (*reviewers, who)
    if len(setup.team) + len(kept_stage.left) > 1:
        if earlier and reviewers != earlier.reviewers:  # it shows the answers of others
            session = replace(session, earlier={})
        sheets[CONSENSUS] = load_sheet(session, CONSENSUS, reviewers)
    allocation = kept_stage.allocation or _allocation_in_sheets(setup, sheets)
    initial = StageSheets(
        setup, kept_stage, session.queue, session.former_ids, reviewers, sheets, allocation, allocation
    )
    whole = _without_waiting(_with_merged_answers(initial))
    return replace(whole, review=_review(setup, kept_stage, sheets, config, queue), as_read=sheets)


def _table_of_copy(who: str, earlier: StageSheets, now: KeptStage, sheets: Mapping[str, OwnSheet]) -> SheetTable | None:
    """What is in a sheet that was made as a copy of one of ``sheets`` and would be read in the same way."""
    path = earlier.path(who)
    copied = earlier.copies.get(path)
    if copied is None or now.headings(path) != now.headings(copied.original):
        return None
    return table_of_copy(who, path, copied, (sheet.table for sheet in sheets.values() if sheet.table))


def _read_alike(earlier: StageSheets, now: KeptStage) -> dict[str, OwnSheet]:
    """The sheets that would be read as before if their files are the same, by what is kept of the stage now."""
    before, form = earlier.kept_stage, earlier.setup.form
    of_stage = [
        (own.left, own.allocation, own.offered.labels, own.offered.choices, own.state.get("review"))
        for own in (before, now)
    ]
    if form.typed or of_stage[0] != of_stage[1]:  # where people type pairs, each sheet adds to the queue of the next
        return {}
    alike = {}
    for who, sheet in earlier.as_read.items():
        path = earlier.path(who)
        of_sheet = [
            (
                own.headings(path),
                sheet_state.accepted(own.state, path),
                sheet_state.is_held(own.state, path),
                sheet_state.taken_for_own(own.state, path),
            )
            for own in (before, now)
        ]
        if sheet.table is not None and of_sheet[0] == of_sheet[1]:
            alike[who] = sheet
    return alike


def _review(
    setup: StageSetup, kept_stage: KeptStage, sheets: Mapping[str, OwnSheet], config: Mapping[str, Any], queue: Queue
) -> str:
    """The id of the review: the kept one, else the one in the sheets, else a new one."""
    if review := kept_stage.state.get("review"):
        return review
    in_sheets = (review_in(sheet.table.marks) for sheet in sheets.values() if sheet.table)
    return next(filter(None, in_sheets), "") or review_id(setup.stage, config, queue)


def _without_waiting(sheets: StageSheets) -> StageSheets:
    """The sheets with only the offered rows in the queue: at full text, reports wait for those they are linked to."""

    def included() -> list[str]:
        settled = (decision for decision in sheets.decisions() if decision.state == State.SETTLED)
        return [decision.item for decision in settled if decision.fields[DECISION].value == INCLUDE]

    waiting = waiting_rows(sheets.queue, included) if sheets.setup.stage == FULL_TEXT else ()
    if not waiting:
        return sheets
    return replace(
        sheets,
        queue={item: row for item, row in sheets.queue.items() if item not in waiting},
        former_ids={old: item for old, item in sheets.former_ids.items() if item not in waiting},
    )


def _former_ids(queue: Queue) -> dict[str, str]:
    return {
        member: item
        for item, members in column_of(queue, "members")
        for member in members.split("\n")
        if member and member not in queue
    }


def _has_finished_something(forms: RowForms, own: SheetAnswers) -> bool:
    return any(
        item not in own.broken and any(given.values()) and progress(forms.of_item(item), given)
        for item, given in own.answers.items()
    )


def _allocation_in_sheets(setup: StageSetup, sheets: Mapping[str, OwnSheet]) -> Allocation:
    """What was handed out before allocations were kept: the rows in the sheets."""
    owners = [who for who in setup.team if sheets[who].table is not None or sheets[who].error is not None]
    rows = {who: list(sheets[who].answers.places) for who in owners}
    return allocation_in_sheets(rows, setup.scheme, owners)


def _with_merged_answers(sheets: StageSheets) -> StageSheets:
    """Let answers to records that are now part of another report count for that report."""
    answers, consensus, problems = sheets.panel_answers()
    named = set().union(consensus, *answers.values())
    touched = {item for old, item in sheets.former_ids.items() if old in named}
    if not touched:  # the usual case: records are merged before they are judged
        return sheets
    members: dict[str, list[str]] = {}
    for old, item in sheets.former_ids.items():
        if item in touched:
            members.setdefault(item, []).append(old)
    expected = sheets.counting(dict(sheets.allocation.items()))
    merged = merge_answers(sheets.setup.form, members, answers, consensus, problems, expected)
    own = {who: sheet.with_answers(merged.answers.get(who, {})) for who, sheet in sheets.sheets.items()}
    return replace(sheets, sheets=own, merged=merged)


def _by_item(items: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Reviewers by item, from items by reviewer; equal sets of reviewers share one object."""
    by_item: dict[str, frozenset[str]] = {}
    reviewer_sets: dict[frozenset[str], frozenset[str]] = {}
    for who, own in items.items():
        for item in own:
            reviewers = by_item.get(item, frozenset()) | {who}
            by_item[item] = reviewer_sets.setdefault(reviewers, reviewers)
    return by_item


def _filled(answers: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    answered_fields = {
        item: {name: value for name, value in sorted(given.items()) if value} for item, given in sorted(answers.items())
    }
    return {item: given for item, given in answered_fields.items() if given}
