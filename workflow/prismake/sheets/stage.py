"""A stage's sheets read together, each falling back on its last good answers when it cannot be trusted."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from prismake.core.errors import SheetError
from prismake.core.names import CONSENSUS
from prismake.kept import sheet_state
from prismake.kept.allocations import load_allocation
from prismake.kept.answers import Snapshot, read_snapshot
from prismake.kept.sheet_files import SHEETS, current, sheet_path
from prismake.panel.allocation import Answered, HandedOut, Scheme, found_in_sheets, rows_now, scheme_of
from prismake.panel.decisions import SETTLED, Decision, decide, progress
from prismake.protocol.forms import Form, load_form
from prismake.sheets.answers import SheetAnswers, read_consensus, read_reviewer
from prismake.sheets.checks.reordered import refuse_rearranged
from prismake.sheets.checks.typed_pairs import kept_rows, not_a_pair, typed_rows
from prismake.sheets.layout import OWNER, Column, consensus_columns, reviewer_columns, voices
from prismake.sheets.merged_answers import Joined, follow
from prismake.sheets.prefilled import Taken, read_taken
from prismake.sheets.queue import Queue, column_of
from prismake.sheets.reading import SheetTable, read_sheet


@dataclass
class StageSheets:
    """Everything that is known of a stage's sheets.

    ``scheme``: how the stage is handed out, and to which team. ``reviewers``: the team, then those who left it and
    whose answers count. ``blinded``: the consensus sheet does not say who said what; the seed then orders the
    reviewers row by row. ``queue``: item id to its row. ``said``: by reviewer (and ``consensus``). ``tables``: sheets
    that could be read. ``refused``: by reviewer, the error of a sheet that could not. ``found`` is what was handed out
    as it is kept, or as the sheets tell it; ``handed`` what is handed out now. ``joined``: what follows from answers to
    records that became one report after they were judged. ``taken``: answers that came along with an export.
    """

    stage: str
    form: Form
    scheme: Scheme
    queue: Queue
    folder: Path = SHEETS
    blinded: bool = False
    reviewers: list[str] = field(default_factory=list)
    said: dict[str, SheetAnswers] = field(default_factory=dict)
    tables: dict[str, SheetTable] = field(default_factory=dict)
    refused: dict[str, SheetError] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    joined: Joined = field(default_factory=Joined)
    found: HandedOut = field(default_factory=HandedOut)
    handed: HandedOut = field(default_factory=HandedOut)
    taken: Taken = field(default_factory=dict)

    @property
    def team(self) -> list[str]:
        """Who works on the stage now: everyone who is offered rows."""
        return list(self.scheme.split.team)

    @property
    def owners(self) -> list[str]:
        """Reviewers, and ``consensus`` where there is something to agree on."""
        return [*self.reviewers, CONSENSUS] if len(self.reviewers) > 1 else list(self.reviewers)

    @cached_property
    def former(self) -> dict[str, str]:
        """Former id to item, for everything that was an item of its own once and is part of another now."""
        return {
            member: item
            for item, members in column_of(self.queue, "members")
            for member in members.split("\n")
            if member and member not in self.queue
        }

    def columns(self, who: str) -> list[Column]:
        if who == CONSENSUS:
            return consensus_columns(self.form, voices(self.reviewers, blinded=self.blinded))
        return reviewer_columns(self.form)

    def speakers(self, item: str) -> dict[str, str]:
        """The name under which the consensus sheet shows an answer to this item, and the reviewer who gave it.

        Blinded, the order differs from item to item, so that reading many rows does not tell the reviewers apart.
        """
        people = self.reviewers
        if self.blinded:
            people = sorted(
                people, key=lambda who: sha256(f"{self.scheme.split.seed}\x1f{item}\x1f{who}".encode()).digest()
            )
        return dict(zip(voices(self.reviewers, blinded=self.blinded), people, strict=True))

    def path(self, who: str) -> Path:
        return sheet_path(self.stage, who, self.folder)

    def complete(self, who: str) -> set[str]:
        """The items of which a reviewer has answered everything that applies to them."""
        said = self.said[who]
        return {item for item, given in said.answers.items() if item not in said.broken and progress(self.form, given)}

    def begun(self, who: str) -> set[str]:
        """The items of which a reviewer has answered anything."""
        return {item for item, given in self.said[who].answers.items() if any(given.values())}

    def asked(self) -> dict[str, list[str]]:
        """By item of the queue, whose answers are expected and count; what is not there was not handed out."""
        rows = rows_now(self.handed, self.queue, self.former)
        return self._counting({item: one.rows[name] for item, (one, name) in rows.items()})

    def _counting(self, rows: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """Those who were asked and belong to the team, whoever answered unasked, and who left after answering."""
        team, everyone = set(self.team), tuple(self.reviewers)
        full = list(everyone) if team.issuperset(everyone) else None
        finished = {who: self.complete(who) & self.begun(who) for who in self.reviewers if who not in team}
        begun = {who: self.begun(who) for who in self.reviewers}
        return {
            item: full
            if full and tuple(row) == everyone
            else [
                who for who in everyone if (item in begun[who] or who in row if who in team else item in finished[who])
            ]
            for item, row in rows.items()
        }

    def answered(self) -> Answered:
        """Who has answered what; whoever was asked less because an item was settled has answered all of it."""
        some = _by_item({who: self.begun(who) for who in self.reviewers})
        every = _by_item({who: self.complete(who) for who in self.reviewers})
        partly = [item for item in sorted(some.keys() & self.queue.keys()) if some[item] != every.get(item)]
        every |= {one.item: some[one.item] for one in self.decisions(partly) if one.state == SETTLED}
        return Answered(some, every)

    def decisions(self, items: Iterable[str] | None = None) -> list[Decision]:
        """A decision for each of ``items``, or for everything in the queue by id."""
        wanted = sorted(self.queue) if items is None else list(items)
        why = "automation" if self.scheme.order == "relevance" else "other"
        stopped = dict.fromkeys(self.handed.stopped, why)
        answers, consensus, problems = self.answers()
        plain = {who: self.joined.plain(who, given) for who, given in answers.items()}
        known = self.joined.verdicts
        return decide(self.form, wanted, plain, consensus, problems, known, self.asked(), stopped) if wanted else []

    def answers(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """By reviewer, the answers; the adjudicator's; by reviewer, the cells that were not understood."""
        answers = {who: self.said[who].answers for who in self.reviewers}
        problems = {who: self.said[who].broken for who in self.reviewers}
        return answers, self.said[CONSENSUS].answers if CONSENSUS in self.owners else {}, problems

    def follow_members(self) -> None:
        """Let answers to records that are part of another report now count for that report."""
        answers, consensus, problems = self.answers()
        named = set().union(consensus, *answers.values())
        touched = {item for old, item in self.former.items() if old in named}
        if not touched:  # as a rule: records become one before they are judged
            return
        members: dict[str, list[str]] = {}
        for old, item in self.former.items():
            if item in touched:
                members.setdefault(item, []).append(old)
        asked = self._counting(dict(self.handed.items()))
        self.joined = follow(self.form, members, answers, consensus, problems, asked)

    def of_the_team(self, item: str) -> bool:
        """Whether an answer to this item is the team's and not that of one reviewer: it says nothing of agreement."""
        return any("team" in given.get(item, ()) for given in self.taken.values())

    def snapshot(self, decisions: list[Decision]) -> Snapshot:
        """What was read, in the form that is kept beside the sheets; empty answers are left out."""
        read = {who: _filled(said.answers) for who, said in self.said.items()}
        settled = {
            one.item: {name: verdict.value for name, verdict in one.fields.items() if verdict.value}
            for one in decisions
            if one.state == SETTLED
        }
        return {**read, "settled": settled}


def load_stage(stage: str, config: Mapping[str, Any], queue: Queue, folder: Path = SHEETS) -> StageSheets:
    """Read every sheet of a stage that is there, those of people who left the team too."""
    scheme = scheme_of(stage, config)
    blinded, team = config["consensus"] == "blinded", list(scheme.split.team)
    sheets = StageSheets(stage, load_form(stage, config), scheme, queue, folder, blinded, team)
    sheets.book = sheet_state.read_book(stage, folder)
    sheets.taken = read_taken(stage, folder)
    last_good = read_snapshot(stage, folder)
    left = sheet_state.left(sheets.book, stage, sheets.team)
    for who in [*sheets.team, *left]:
        _load(sheets, who, last_good)
    sheets.reviewers += [who for who in left if sheets.begun(who) & sheets.complete(who)]
    if len(sheets.team) + len(left) > 1:
        _load(sheets, CONSENSUS, last_good)
    sheets.found = sheets.handed = load_allocation(stage, folder) or _found(sheets)
    sheets.follow_members()
    return sheets


def _load(sheets: StageSheets, who: str, last_good: Snapshot) -> None:
    """Read one sheet; what cannot be trusted leaves its last good answers in force."""
    try:
        sheets.said[who] = _read(sheets, who, last_good)
    except SheetError as error:
        if who in sheets.owners or not isinstance(error, MissingSheet):
            sheets.refused[who] = error
        sheets.said[who] = SheetAnswers(answers={k: dict(v) for k, v in last_good.get(who, {}).items()})
        if sheets.form.typed and who != CONSENSUS:
            _take_in(sheets, kept_rows(sheets.said[who].answers, sheets.form, _known(sheets)))


def _found(sheets: StageSheets) -> HandedOut:
    """What was handed out before that was kept: the rows that stand in the sheets."""
    owners = [who for who in sheets.team if who in sheets.tables or who in sheets.refused]
    standing = {who: list(sheets.said[who].places) for who in owners}
    return found_in_sheets(standing, sheets.scheme, owners)


def _read(sheets: StageSheets, who: str, last_good: Snapshot) -> SheetAnswers:
    path = current(sheets.path(who), sheet_state.written(sheets.book, sheets.path(who)))
    if path is None:
        _refuse_missing(sheets, who)
        return SheetAnswers()
    table = read_sheet(path, sheets.columns(who))
    _refuse_another_s(table, who)
    if sheets.form.typed and who != CONSENSUS:
        _take_in(sheets, typed_rows(table, sheets.form, _known(sheets)))
    reader = read_consensus if who == CONSENSUS else read_reviewer
    joined = {old: sheets.queue[item] for old, item in sheets.former.items()}
    said = reader(table, sheets.form, sheets.columns(who), ChainMap(sheets.queue, joined) if joined else sheets.queue)
    if sheets.form.typed and who != CONSENSUS:
        said.problems += not_a_pair(table, sheets.form, _known(sheets))
    if not sheet_state.accepted(sheets.book, sheets.path(who)):
        refuse_rearranged(table, said, sheets.columns(who), last_good.get(who, {}))
    sheets.tables[who] = table
    return said


def _refuse_another_s(table: SheetTable, who: str) -> None:
    """A sheet that was copied or renamed over another one would make one person's answers count as another's."""
    if table.owner and table.owner.casefold() != who.casefold():
        raise SheetError(
            f"by its first page this is the sheet of {table.owner}, not of {who}.",
            where=str(table.path),
            remedy="Give each file its own name back (config/sheets/history/ holds earlier copies). If it really is "
            f"the sheet of {who}, write {who} beside “{OWNER}” on the first page. Until then the answers read last "
            "stay in force.",
        )


def _known(sheets: StageSheets) -> frozenset[str]:
    """Items of the queue, and former items that are part of one now."""
    return frozenset((*sheets.queue, *sheets.former))


def _take_in(sheets: StageSheets, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Let pairs that people have answered be items like those of the queue, behind them."""
    if rows:
        sheets.queue = ChainMap({**rows}, sheets.queue)  # type: ignore[arg-type]


def _refuse_missing(sheets: StageSheets, who: str) -> None:
    """A sheet that people had written in and that is gone is never replaced by an empty one."""
    path = sheets.path(who)
    if sheets.book["sheets"].get(path.name, {}).get("people"):
        raise MissingSheet(
            "the sheet was filled in and is gone.",
            where=str(path),
            remedy="Put it back (config/sheets/history/ holds earlier copies). To start it afresh, delete its entry "
            f"in config/sheets/history/{sheets.stage}.json.",
        )


class MissingSheet(SheetError):
    """A sheet that had answers is gone: the stage stops until it is back."""


def _by_item(items: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Reviewers by item, from items by reviewer; equal sets of reviewers are one object."""
    found: dict[str, frozenset[str]] = {}
    known: dict[frozenset[str], frozenset[str]] = {}
    for who, mine in items.items():
        for item in mine:
            people = found.get(item, frozenset()) | {who}
            found[item] = known.setdefault(people, people)
    return found


def _filled(answers: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    kept = {
        item: {name: value for name, value in sorted(given.items()) if value} for item, given in sorted(answers.items())
    }
    return {item: given for item, given in kept.items() if given}
