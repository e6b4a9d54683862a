"""One person's sheet: read and trusted, or refused with the last good answers in its place."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from prismake.core.errors import SheetError
from prismake.core.names import CONSENSUS
from prismake.kept import sheet_state
from prismake.kept.sheet_files import current, file_digest
from prismake.kept.unread_files import unread_files
from prismake.kept.way_back import way_back
from prismake.protocol.forms import Form, allowed
from prismake.sheets.answers import SheetAnswers, read_consensus, read_reviewer
from prismake.sheets.checks import filled_gaps, reordered, shifted_cells
from prismake.sheets.checks import typed_pairs as typed
from prismake.sheets.checks.checked_sheet import CheckedSheet, listed
from prismake.sheets.checks.foreign_rows import bears, refuse_foreign
from prismake.sheets.checks.percent_cells import ask_back_percentages
from prismake.sheets.checks.row_order import RowOrders
from prismake.sheets.checks.rows_above import refuse_rows_above
from prismake.sheets.kept_tables import KeptTables
from prismake.sheets.last_answers import no_longer_understood
from prismake.sheets.layout import Column
from prismake.sheets.marks import mark_of, review_in
from prismake.sheets.queue import Queue
from prismake.sheets.reading import SheetTable, read_sheet
from prismake.sheets.setup import KeptStage, StageSetup

Rows = Mapping[str, Mapping[str, str]]


class MissingSheet(SheetError):
    """A sheet that had answers is missing: the stage stops until it is back."""


@dataclass(frozen=True)
class OwnSheet:
    """The sheet of one owner.

    ``table``: its cells, None if there is no sheet or it was refused. ``error``: why it was refused. ``pairs``: rows of
    answered pairs that the queue lacks. ``taken_over``: names and marks of other sheets that it carries and that people
    accepted.
    """

    answers: SheetAnswers
    table: SheetTable | None = None
    error: SheetError | None = None
    pairs: Rows = field(default_factory=dict)
    taken_over: Sequence[str] = ()

    def with_answers(self, more: Mapping[str, dict[str, str]]) -> OwnSheet:
        """The same sheet with the answers to some items replaced."""
        return replace(self, answers=replace(self.answers, answers={**self.answers.answers, **more})) if more else self


@dataclass(frozen=True)
class Session:
    """The context in which the sheets of a stage are read; the queue grows by the pairs of each sheet (``with_pairs``).

    ``files``: by owner, a file elsewhere that is read instead of the sheet. ``earlier``: by owner, a sheet that was
    read before in this run and would be read in the same way now, unless its file has changed. ``kept_tables``: what
    earlier runs have read from large workbooks.
    """

    setup: StageSetup
    kept_stage: KeptStage
    queue: Queue
    former_ids: Mapping[str, str]
    files: Mapping[str, Path] = field(default_factory=dict)
    earlier: Mapping[str, OwnSheet] = field(default_factory=dict)
    kept_tables: KeptTables | None = None

    def with_pairs(self, pairs: Rows) -> Session:
        """Add pairs that people have answered as items behind those of the queue."""
        return replace(self, queue=ChainMap({**pairs}, self.queue)) if pairs else self  # type: ignore[arg-type]

    def orders(self, queue: Queue) -> RowOrders:
        """The orders in which rows may stand without having been sorted by an answer."""
        return RowOrders(self.kept_stage.allocation, queue)

    def own_marks(self, table: SheetTable, who: str) -> frozenset[str]:
        """Names and marks that a sheet may carry: its own, and those of others that people have accepted."""
        state = self.kept_stage.state
        review = state.get("review") or review_in(table.marks)
        unmarked = [""] if sheet_state.takes_unmarked_rows(state) else []
        other_names = sheet_state.taken_for_own(state, self.setup.path(who))
        names = (who, *other_names)
        return frozenset((*names, *(mark_of(review, self.setup.stage, name) for name in names), *unmarked))

    def item_ids(self) -> frozenset[str]:
        """Items of the queue, and former items that are now part of one."""
        return frozenset((*self.queue, *self.former_ids))

    def rows(self) -> Queue:
        """The queue, including rows of former items under their former ids."""
        former = {old: self.queue[item] for old, item in self.former_ids.items()}
        return ChainMap(self.queue, former) if former else self.queue  # type: ignore[arg-type]


def load_sheet(session: Session, who: str, reviewers: Sequence[str], copied: SheetTable | None = None) -> OwnSheet:
    """Read one sheet; if it cannot be trusted, its last good answers stay in force.

    Args:
        reviewers: those whose answers the consensus sheet shows.
        copied: what is in the sheet if that is known because it was copied from another one.
    """
    try:
        return _read(session, who, reviewers, copied)
    except SheetError as error:
        expected = who in reviewers or (who == CONSENSUS and len(reviewers) > 1)
        answers = {item: dict(given) for item, given in session.kept_stage.last_good.get(who, {}).items()}
        takes_pairs = session.setup.form.typed and who != CONSENSUS
        notes = dict(session.kept_stage.last_notes.get(who, {}))
        return OwnSheet(
            _as_understood_now(session.setup.form, answers, notes, path=session.setup.path(who)),
            error=error if expected or not isinstance(error, MissingSheet) else None,
            pairs=typed.kept_pairs(answers, session.setup.form, session.item_ids()) if takes_pairs else {},
        )


def _as_understood_now(
    form: Form, answers: dict[str, dict[str, str]], notes: dict[str, str], path: Path
) -> SheetAnswers:
    """The answers read last without those that the protocol no longer provides for, which are named."""
    strange = no_longer_understood(form, answers)
    own = SheetAnswers(answers=answers, notes=notes, broken={item: set(given) for item, given in strange.items()})
    rows: dict[tuple[str, str], list[str]] = {}
    for item, given in strange.items():
        for name, value in given.items():
            rows.setdefault((name, value), []).append(item)
            del answers[item][name]
    for (name, value), items in rows.items():
        question = form.field(name)
        text = (
            f"“{value}” was read last for {listed(items)} and is no longer an answer to “{question.label}”: it does "
            f"not count until the sheet can be read and has another one. Allowed: {allowed(question)}."
        )
        own.problems.append((path.name, text))
    return own


def _read(session: Session, who: str, reviewers: Sequence[str], copied: SheetTable | None) -> OwnSheet:
    setup, state = session.setup, session.kept_stage.state
    form, path, columns = setup.form, setup.path(who), setup.columns(who, reviewers)
    file = session.files.get(who) or current(path, sheet_state.written(state, path))
    copied = copied if copied and copied.path == file else None
    if file is None:
        _refuse_missing(session, who)
        return OwnSheet(SheetAnswers())
    earlier = session.earlier.get(who)
    if earlier and earlier.table and earlier.table.path == file and earlier.table.digest == file_digest(file):
        return earlier
    table = _table(session, who, file, columns, copied)
    accepted = who not in session.files and sheet_state.accepted(state, path)
    own_marks = session.own_marks(table, who)
    if not accepted:
        refuse_foreign(table, who, own_marks, setup.team, session.kept_stage.left)
    refuse_rows_above(table, session.item_ids())
    takes_pairs = form.typed and who != CONSENSUS
    pairs = typed.typed_pairs(table, form, session.item_ids()) if takes_pairs else {}
    extended = session.with_pairs(pairs)
    if who == CONSENSUS:
        answers = read_consensus(table, form, columns, extended.rows(), session.kept_stage.offered)
    else:
        answers = read_reviewer(
            table, form, columns, extended.rows(), setup.outcomes_in_rows, session.kept_stage.offered
        )
        ask_back_percentages(answers, table, columns)
    if form.note not in table.headers:  # taken away or renamed: the notes read last stay, and people are told
        answers.notes = dict(session.kept_stage.last_notes.get(who, {}))
    sheet = CheckedSheet(
        setup.stage,
        who,
        form,
        columns,
        table,
        answers,
        extended.queue,
        extended.item_ids(),
        last_good=session.kept_stage.last_good.get(who, {}),
        last_notes=session.kept_stage.last_notes.get(who, {}),
        orders=session.orders(extended.queue),
        ranked=setup.scheme.order == "relevance",
        held=sheet_state.is_held(state, path),
    )
    problems = typed.check(sheet)
    if not accepted:
        shifted_cells.check(sheet)
        filled_gaps.check(sheet)
        problems += reordered.check(sheet)
    taken_over = bears(table, own_marks) if accepted else ()
    return OwnSheet(
        replace(answers, problems=[*answers.problems, *problems]), table, pairs=pairs, taken_over=taken_over
    )


def _table(session: Session, who: str, file: Path, columns: Sequence[Column], copied: SheetTable | None) -> SheetTable:
    """The cells of a sheet, which are read only if they are not known."""
    offered = session.kept_stage.headings(session.setup.path(who))
    tables = session.kept_tables if who not in session.files else None
    if copied is None:
        return tables.read(file, columns, offered) if tables else read_sheet(file, columns, offered=offered)
    if tables:
        tables.keep(copied, columns, offered)
    return copied


def _refuse_missing(session: Session, who: str) -> None:
    """Raise MissingSheet for a missing sheet that had answers: it is never replaced by an empty one."""
    path = session.setup.path(who)
    if session.kept_stage.state["sheets"].get(path.name, {}).get("people"):
        alike = [file.path for file in unread_files([path], path.parent) if file.meant == path.name]
        places = " and ".join(other.relative_to(path.parent).as_posix() for other in alike)
        look = f"Is it {places} now? Give it its name and place back. " if alike else "Put it back if it was moved. "
        raise MissingSheet("the sheet was filled in and is gone.", where=str(path), remedy=f"{look}{way_back(path)}")
