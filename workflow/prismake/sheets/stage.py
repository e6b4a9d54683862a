"""A stage's sheets read together, each falling back on its last good answers when it cannot be trusted."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from prismake.config import reviewers as reviewers_of
from prismake.errors import SheetError
from prismake.forms import Form, load_form
from prismake.panel import Decision, decide
from prismake.sheets import state as sheet_state
from prismake.sheets.answers import SheetAnswers, read_consensus, read_reviewer
from prismake.sheets.history import Snapshot, read_snapshot
from prismake.sheets.joined import Joined, follow
from prismake.sheets.layout import Column, consensus_columns, reviewer_columns, voices
from prismake.sheets.paths import CONSENSUS, SHEETS, current, sheet_path
from prismake.sheets.queue import Queue
from prismake.sheets.reading import SheetTable, read_sheet
from prismake.sheets.rearranged import refuse_rearranged
from prismake.sheets.typed import kept_rows, not_a_pair, typed_rows


@dataclass
class StageSheets:
    """Everything that is known of a stage's sheets.

    ``blinded``: the consensus sheet does not say who said what; ``seed`` then orders the reviewers row by row.
    ``queue``: item id to its row. ``said``: by reviewer (and ``consensus``). ``tables``: sheets that could
    be read. ``refused``: by reviewer, the error of a sheet that could not. ``joined``: what follows from answers to
    records that became one report after they were judged.
    """

    stage: str
    form: Form
    reviewers: list[str]
    queue: Queue
    folder: Path = SHEETS
    blinded: bool = False
    seed: int = 0
    said: dict[str, SheetAnswers] = field(default_factory=dict)
    tables: dict[str, SheetTable] = field(default_factory=dict)
    refused: dict[str, SheetError] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)
    joined: Joined = field(default_factory=Joined)

    @property
    def owners(self) -> list[str]:
        """Reviewers, and ``consensus`` where there is something to agree on."""
        return [*self.reviewers, CONSENSUS] if len(self.reviewers) > 1 else list(self.reviewers)

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
            people = sorted(people, key=lambda who: sha256(f"{self.seed}\x1f{item}\x1f{who}".encode()).digest())
        return dict(zip(voices(self.reviewers, blinded=self.blinded), people, strict=True))

    def path(self, who: str) -> Path:
        return sheet_path(self.stage, who, self.folder)

    def decisions(self) -> list[Decision]:
        answers, consensus, problems = self.answers()
        plain = {who: self.joined.plain(who, given) for who, given in answers.items()}
        return decide(self.form, sorted(self.queue), plain, consensus, problems, self.joined.verdicts)

    def answers(self) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """By reviewer, the answers; the adjudicator's; by reviewer, the cells that were not understood."""
        answers = {who: self.said[who].answers for who in self.reviewers}
        problems = {who: self.said[who].broken for who in self.reviewers}
        return answers, self.said[CONSENSUS].answers if CONSENSUS in self.said else {}, problems

    def snapshot(self, decisions: list[Decision]) -> Snapshot:
        """What was read, in the form that is kept beside the sheets; empty answers are left out."""
        read = {who: _filled(self.said[who].answers) for who in self.owners}
        settled = {
            one.item: {name: verdict.value for name, verdict in one.fields.items() if verdict.value}
            for one in decisions
            if one.state == "settled"
        }
        return {**read, "settled": settled}


def load_stage(stage: str, config: Mapping[str, Any], queue: Queue, folder: Path = SHEETS) -> StageSheets:
    """Read every sheet of a stage that is there."""
    reviewers = reviewers_of(dict(config), stage)
    blinded = config["consensus"] == "blinded"
    sheets = StageSheets(stage, load_form(stage, config), reviewers, queue, folder, blinded, config["seed"])
    sheets.book = sheet_state.read_book(stage, folder)
    last_good = read_snapshot(stage, folder)
    for who in sheets.owners:
        try:
            sheets.said[who] = _read(sheets, who, last_good)
        except SheetError as error:
            sheets.refused[who] = error
            sheets.said[who] = SheetAnswers(answers={k: dict(v) for k, v in last_good.get(who, {}).items()})
            if sheets.form.typed and who != CONSENSUS:
                _take_in(sheets, kept_rows(sheets.said[who].answers, sheets.form, _known(sheets)))
    members: dict[str, list[str]] = {}
    for old, item in _joined(sheets).items():
        members.setdefault(item, []).append(old)
    answers, consensus, problems = sheets.answers()
    sheets.joined = follow(sheets.form, members, answers, consensus, problems)
    return sheets


def _read(sheets: StageSheets, who: str, last_good: Snapshot) -> SheetAnswers:
    path = current(sheets.path(who), sheet_state.written(sheets.book, sheets.path(who)))
    if path is None:
        _refuse_missing(sheets, who)
        return SheetAnswers()
    table = read_sheet(path, sheets.columns(who))
    if sheets.form.typed and who != CONSENSUS:
        _take_in(sheets, typed_rows(table, sheets.form, _known(sheets)))
    reader = read_consensus if who == CONSENSUS else read_reviewer
    joined = {old: sheets.queue[item] for old, item in _joined(sheets).items()}
    said = reader(table, sheets.form, sheets.columns(who), {**joined, **sheets.queue})
    if sheets.form.typed and who != CONSENSUS:
        said.problems += not_a_pair(table, sheets.form, _known(sheets))
    if not sheet_state.accepted(sheets.book, sheets.path(who)):
        refuse_rearranged(table, said, sheets.columns(who), last_good.get(who, {}))
    sheets.tables[who] = table
    return said


def _known(sheets: StageSheets) -> frozenset[str]:
    """Items of the queue, and former items that are part of one now."""
    return frozenset((*sheets.queue, *_joined(sheets)))


def _take_in(sheets: StageSheets, rows: Mapping[str, Mapping[str, str]]) -> None:
    """Let pairs that people have answered be items like those of the queue, behind them."""
    if rows:
        sheets.queue = ChainMap({**rows}, sheets.queue)  # type: ignore[arg-type]


def _joined(sheets: StageSheets) -> dict[str, str]:
    """Former id to item, for everything that was an item of its own once and is part of another now."""
    return {
        member: item
        for item, row in sheets.queue.items()
        for member in str(row.get("members") or "").split("\n")
        if member and member not in sheets.queue
    }


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


def _filled(answers: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    kept = {
        item: {name: value for name, value in sorted(given.items()) if value} for item, given in sorted(answers.items())
    }
    return {item: given for item, given in kept.items() if given}
