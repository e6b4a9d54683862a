"""Return to the answers of a sheet that were read last, from a copy or in a rebuilt sheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from prismake.core.errors import SheetError
from prismake.core.files import digest, read_csv, replacing
from prismake.core.names import CONSENSUS, EXTRACTION, ITEM_ID
from prismake.extraction.extracted import Outcome, outcomes_of
from prismake.extraction.result_rows import as_asked_in_rows
from prismake.kept.answers import answers_file, read_events, read_snapshot
from prismake.kept.offered_forms import OfferedForm, load_offered_form, save_offered_form
from prismake.kept.sheet_copies import Copy, copies, put_aside
from prismake.kept.sheet_files import SHEETS, SUFFIXES, open_in_program, sheet_path
from prismake.kept.sheet_state import accept, read_book
from prismake.protocol.forms import Form, allowed, load_form, typed_answer
from prismake.protocol.guide import adjudicator_lines, guide_lines
from prismake.protocol.instrument_choice import asks_judgements
from prismake.protocol.team import reviewers
from prismake.sheets.answers import read_consensus, read_reviewer
from prismake.sheets.layout import Column, check_of, consensus_columns, reviewer_columns, row_choices, voices
from prismake.sheets.marks import mark_of, marked
from prismake.sheets.merged_answers import first_of
from prismake.sheets.queue import Queue
from prismake.sheets.reading import SheetTable, read_sheet
from prismake.sheets.workbook import new_workbook

Answers = Mapping[str, Mapping[str, str]]  # item -> field -> answer
_SHOWN = 12


@dataclass(frozen=True)
class SheetOf:
    """Whose sheet of which stage, and what is needed to read and to write it.

    ``queue``: item id to its row. ``notes``: item to the note that was read last.
    """

    stage: str
    who: str
    protocol: Mapping[str, Any]
    queue: Queue
    notes: Mapping[str, str]
    folder: Path = SHEETS

    @property
    def form(self) -> Form:
        return load_form(self.stage, self.protocol, judged=asks_judgements(self.stage, self.protocol))

    @property
    def path(self) -> Path:
        return sheet_path(self.stage, self.who, self.folder)

    @property
    def columns(self) -> list[Column]:
        if self.who != CONSENSUS:
            return reviewer_columns(self.form)
        return consensus_columns(self.form, voices(self.team, blinded=self.protocol["consensus"] == "blinded"))

    @property
    def team(self) -> list[str]:
        return reviewers(dict(self.protocol), self.stage)

    @property
    def mark(self) -> str:
        """How the checks of its rows begin; empty in a review that was started before rows had one."""
        return mark_of(read_book(self.stage, self.folder).get("review", ""), self.stage, self.who)

    def answers_in(self, path: Path) -> Answers:
        """The answers in a workbook taken by itself. Raises SheetError if it cannot be read."""
        table = self.table_in(path)
        if self.who == CONSENSUS:
            return filled(read_consensus(table, self.form, self.columns, self.queue, self.offered).answers)
        outcomes: Sequence[Outcome] = outcomes_of(self.protocol["outcomes"]) if self.stage == EXTRACTION else ()
        if self.form.kinds:
            outcomes = as_asked_in_rows(outcomes)
        return filled(read_reviewer(table, self.form, self.columns, self.queue, outcomes, self.offered).answers)

    def table_in(self, path: Path) -> SheetTable:
        """The table in a workbook of this sheet, or in an earlier copy, which may lack questions added later."""
        headings = self.offered.columns.get(self.path.name)
        return read_sheet(path, self.columns, offered=headings, partial=True)

    @cached_property
    def offered(self) -> OfferedForm:
        return load_offered_form(self.stage, self.folder)

    def read_last(self) -> Answers:
        return filled(read_snapshot(self.stage, self.folder).get(self.who, {}))


@dataclass(frozen=True)
class Restoration:
    """The plan of a restoration: ``source`` None means a sheet rebuilt from the answers read last.

    ``present``: the files that are set aside. ``changes``: lines that describe what will be different.
    """

    sheet: SheetOf
    source: Path | None
    present: tuple[Path, ...]
    answers: Answers
    changes: tuple[str, ...]

    @property
    def target(self) -> Path:
        return self.sheet.path.with_suffix(self.source.suffix) if self.source else self.sheet.path


def plan(sheet: SheetOf, chosen: Path | None = None) -> Restoration:
    """Find the version to restore, and how it differs from the present one. Nothing is written.

    The newest copy with the answers read last is used; if there is none, the sheet is rebuilt.

    Args:
        chosen: a copy to use instead.

    Raises:
        SheetError: the chosen copy cannot be read, or the sheet is open in a spreadsheet program.
    """
    present = tuple(path for suffix in SUFFIXES if (path := sheet.path.with_suffix(suffix)).is_file())
    for path in present:
        if open_in_program(path):
            raise SheetError(
                "the sheet is open in a spreadsheet program.", where=str(path), remedy="Close it and try again."
            )
    if chosen is not None:
        source: Path | None = chosen
        try:
            answers = sheet.answers_in(chosen)
        except SheetError as error:
            remedy = "Take another copy; “prismake restore” lists them."
            raise SheetError(error.what, where=str(chosen), remedy=remedy) from error
    else:
        answers = sheet.read_last()
        source = next((copy.path for copy in copies(sheet.path) if _says(sheet, copy, answers)), None)
    return Restoration(sheet, source, present, answers, tuple(_changes(sheet, present, answers)))


def carry_out(restoration: Restoration) -> list[Path]:
    """Put the sheet back; returns the names under which the files that were there are kept."""
    target, source = restoration.target, restoration.source
    if (
        source
        and [digest(path) for path in restoration.present] == [digest(source)]
        and restoration.present[0] == target
    ):
        return []
    aside = [put_aside(path, stays=path == target) for path in restoration.present]
    if source:
        with replacing(target, linked=True) as draft:
            draft.write_bytes(source.read_bytes())
        sheet = restoration.sheet
        headers = sheet.table_in(source).headers
        headings = {column.identity: column.heading for column in sheet.columns if column.header in headers}
        save_offered_form(sheet.stage, sheet.offered.with_sheet(sheet.path.name, headings), sheet.folder)
        if restoration.answers != sheet.read_last():  # an earlier copy, which was asked for and shown
            accept(target)
    else:
        sheet = restoration.sheet
        rows = _consensus_rows(sheet) if sheet.who == CONSENSUS else _reviewer_rows(sheet)
        protocol = dict(sheet.protocol)
        lines = (guide_lines(sheet.form, protocol), adjudicator_lines(sheet.form, protocol, sheet.team))
        guide = lines[sheet.who == CONSENSUS]
        new_workbook(target, sheet.who, sheet.form, sheet.columns, list(rows), guide)
    return aside


def filled(answers: Answers) -> dict[str, dict[str, str]]:
    """Without empty answers, and without items that have none."""
    answered_fields = {item: {name: value for name, value in given.items() if value} for item, given in answers.items()}
    return {item: given for item, given in answered_fields.items() if given}


def _says(sheet: SheetOf, copy: Copy, answers: Answers) -> bool:
    try:
        return bool(answers) and sheet.answers_in(copy.path) == answers
    except SheetError:
        return False


def _changes(sheet: SheetOf, present: Sequence[Path], answers: Answers) -> Iterator[str]:
    """One line for each of the first answers that will differ, or why the present file cannot be compared."""
    if not present:
        yield f"there is no file now; {_count(answers)} come back"
        return
    if len(present) > 1:
        names = " and ".join(path.name for path in present)
        yield f"{names} are both there; {_count(answers)} come back"
        return
    try:
        now = sheet.answers_in(present[0])
    except SheetError as error:
        yield f"the present file cannot be used: {error.what} {_count(answers)} come back".replace(". ", "; ", 1)
        return
    labels = {field.name: field.label for field in sheet.form.fields}
    lines = [
        f"{item}, {labels.get(name, name)}: {_shown(now, item, name)} → {_shown(answers, item, name)}"
        for item in sorted({*now, *answers})
        for name in sorted({*now.get(item, {}), *answers.get(item, {})})
        if _shown(now, item, name) != _shown(answers, item, name)
    ]
    if not lines:
        yield "no answer changes"
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"and {len(lines) - _SHOWN:,} more answers"


def _shown(answers: Answers, item: str, name: str) -> str:
    return answers.get(item, {}).get(name, "") or "(no answer)"


def _count(answers: Answers) -> str:
    number = sum(len(given) for given in answers.values())
    return "1 answer" if number == 1 else f"{number:,} answers"


def _reviewer_rows(sheet: SheetOf) -> Iterator[Mapping[str, Any]]:
    """The rows offered, in their order, with the answers and notes read last; then anything else that was answered."""
    answers, fields = sheet.read_last(), sheet.form.fields
    offered = [item for event in read_events(sheet.stage, sheet.folder) for item in _offered(event, sheet.who)]
    for item in dict.fromkeys([*(offered or sheet.queue), *answers]):
        if item in sheet.queue or item in answers:
            row = dict(sheet.queue[item]) if item in sheet.queue else {ITEM_ID: item, "title": ""}
            note = {"note": sheet.notes[item]} if item in sheet.notes else {}
            given = {field.name: typed_answer(field, answers.get(item, {}).get(field.name, "")) for field in fields}
            yield {**row, "check": marked(sheet.mark, check_of(item, str(row["title"]))), **given, **note}


def _offered(event: Mapping[str, Any], who: str) -> Iterable[str]:
    return event["items"] if event["event"] == "offered" and event["who"] == who else ()


def _consensus_rows(sheet: SheetOf) -> Iterator[Mapping[str, Any]]:
    """The adjudicator's answers, without the reviewers' own; the next run adds those and the open rows."""
    snapshot = read_snapshot(sheet.stage, sheet.folder)
    voice_of = dict(zip(voices(sheet.team, blinded=False), sheet.team, strict=True))
    for item, given in sheet.read_last().items():
        row = sheet.queue.get(first_of(item), {"title": ""})
        for field in sheet.form.fields:
            if given.get(field.name):
                choices = row_choices(row) if field.by_row else [choice.word for choice in field.choices]
                yield {
                    ITEM_ID: item,
                    "title": row["title"],
                    "field": field.label,
                    "allowed": allowed(field, row_choices(row), sheet.form.language),
                    "choices": "|".join(choices),
                    "check": marked(sheet.mark, check_of(f"{item}/{field.label}", str(row["title"]))),
                    "settled": typed_answer(field, given[field.name]),
                    **{
                        f"says.{voice}": snapshot.get(who, {}).get(item, {}).get(field.name, "")
                        for voice, who in voice_of.items()
                    },
                    "note": sheet.notes.get(item, ""),
                }


def notes_read_last(notes_table: Path, who: str) -> dict[str, str]:
    """By item, one person's notes in ``results/<stage>/notes.csv``; empty if there is no such table."""
    if not notes_table.exists():
        return {}
    rows = read_csv(notes_table).to_dict("records")
    return {row[ITEM_ID]: row["note"] for row in rows if row["who"] == who}


def source_words(restoration: Restoration) -> str:
    """A phrase that tells people what the sheet is made from."""
    if restoration.source:
        return restoration.source.as_posix()
    if restoration.answers:
        sheet = restoration.sheet
        return f"the answers read last ({answers_file(sheet.stage, sheet.folder).as_posix()}), in a new sheet"
    return "the rows that were offered, in a new sheet without answers"
