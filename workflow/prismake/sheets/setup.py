"""What is known of a stage before any workbook is opened: the protocol, and what earlier runs have kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from prismake.core.names import CONSENSUS, EXTRACTION
from prismake.extraction.extracted import Outcome, outcomes_of, timing_columns
from prismake.extraction.result_rows import Studies, as_asked_in_rows
from prismake.kept import sheet_state
from prismake.kept.allocations import load_allocation
from prismake.kept.answers import Notes, Snapshot, read_last
from prismake.kept.offered_forms import Headings, OfferedForm, load_offered_form
from prismake.kept.prefilled import Prefilled, load_prefilled
from prismake.kept.sheet_files import SHEETS, SUFFIXES, sheet_path
from prismake.panel.allocation import Allocation, Scheme, scheme_of
from prismake.protocol.forms import Field, Form, extracted_fields, load_form
from prismake.protocol.instrument_choice import asks_judgements
from prismake.protocol.outcome_shapes import RESULTS
from prismake.sheets.last_answers import in_present_form
from prismake.sheets.layout import Column, consensus_columns, reviewer_columns, voices
from prismake.sheets.queue import Queue


@dataclass(frozen=True)
class StageSetup:
    """What the protocol says about the sheets of a stage.

    ``scheme``: how the stage is handed out, and to which team. ``blinded``: the consensus sheet does not show who gave
    which answer; the seed then orders the reviewers row by row. ``outcomes``, ``overlap``: at extraction, the outcomes
    that the numbers belong to, and the column that names studies with the same participants. ``extracted``: the fields
    known of a study or arm in the end, whatever the shape of the sheet; ``by_result``: whether each result has a row.
    ``timing``: columns with start and end of enrolment and with the length of follow-up.
    """

    stage: str
    form: Form
    scheme: Scheme
    folder: Path = SHEETS
    blinded: bool = False
    outcomes: tuple[Outcome, ...] = ()
    overlap: str = ""
    extracted: tuple[Field, ...] = ()
    by_result: bool = False
    timing: Mapping[str, str] = field(default_factory=dict)

    @property
    def outcomes_in_rows(self) -> tuple[Outcome, ...]:
        """The outcomes by column of the sheet; with rows of results, all outcomes share the columns of such a row."""
        return as_asked_in_rows(self.outcomes) if self.by_result else self.outcomes

    def studies(self, queue: Queue) -> Studies | None:
        """The studies and arms behind rows of results; None if a row is a study or arm."""
        if not self.by_result:
            return None
        asked = {question.name for question in self.form.fields}
        own = {question.name: question.per_arm for question in self.extracted if question.name in asked}
        columns = {outcome.name: outcome.asked_columns for outcome in self.outcomes}
        return Studies.of(queue.values(), own, columns, {outcome.name for outcome in self.outcomes if outcome.own_rows})

    @property
    def team(self) -> tuple[str, ...]:
        """Who works on the stage now: everyone who is offered rows."""
        return self.scheme.split.team

    def path(self, who: str) -> Path:
        """The workbook of a reviewer, or ``consensus``."""
        return sheet_path(self.stage, who, self.folder)

    def columns(self, who: str, reviewers: Sequence[str]) -> list[Column]:
        """The columns of a sheet; the consensus sheet shows the answers of ``reviewers``."""
        if who == CONSENSUS:
            return consensus_columns(self.form, voices(reviewers, blinded=self.blinded))
        return reviewer_columns(self.form)

    def speakers(self, item: str, reviewers: Sequence[str]) -> dict[str, str]:
        """The name under which the consensus sheet shows an answer to this item, and the reviewer who gave it.

        If blinded, the order differs from item to item, so that reviewers cannot be recognised by reading many rows.
        """
        shown = list(reviewers)
        if self.blinded:
            seed = self.scheme.split.seed
            shown.sort(key=lambda who: sha256(f"{seed}\x1f{item}\x1f{who}".encode()).digest())
        return dict(zip(voices(reviewers, blinded=self.blinded), shown, strict=True))


@dataclass(frozen=True)
class KeptStage:
    """What earlier runs have kept of a stage.

    ``state``: the workbooks as they were left (``kept.sheet_state``). ``left``: reviewers who were once offered a sheet
    and no longer belong to the team. ``last_good``, ``last_notes``: the answers and notes read last, the answers as the
    present protocol writes them. ``prefilled``: answers that came with an export. ``allocation``: what was handed out;
    None in a review older than this record. ``offered``: the questions in the sheets when they were offered.
    ``left_by_people``: the state of each workbook before any was opened, because anything saved during the reading is
    an edit still to be read.
    """

    state: Mapping[str, Any]
    left: tuple[str, ...]
    last_good: Snapshot
    prefilled: Prefilled
    last_notes: Notes
    allocation: Allocation | None
    offered: OfferedForm = field(default_factory=OfferedForm)
    left_by_people: Mapping[str, str] = field(default_factory=dict)

    def headings(self, path: Path) -> Headings | None:
        """The headings under which columns were offered on a sheet; None if this is not known."""
        return self.offered.columns.get(path.with_suffix(SUFFIXES[0]).name)


def setup_of(stage: str, config: Mapping[str, Any], folder: Path = SHEETS) -> StageSetup:
    """The setup of a stage, from the protocol with its defaults filled in."""
    extracted = stage == EXTRACTION
    return StageSetup(
        stage,
        load_form(stage, config, judged=asks_judgements(stage, config)),
        scheme_of(stage, config),
        folder,
        config["consensus"] == "blinded",
        tuple(outcomes_of(config.get("outcomes", {}))) if extracted else (),
        config.get("overlap_column", "") if extracted else "",
        tuple(extracted_fields(config)) if extracted else (),
        extracted and config[EXTRACTION].get("shape") == RESULTS,
        timing_columns(config.get("overlap_signs", {}), config.get("overlap_follow_up", "")) if extracted else {},
    )


def load_kept(setup: StageSetup, earlier: KeptStage | None = None) -> KeptStage:
    """Everything that is kept of a stage apart from its sheets.

    Args:
        earlier: what was loaded before sheets were offered, which changes everything but the answers read last.
    """
    stage, folder = setup.stage, setup.folder
    state = sheet_state.read_book(stage, folder)
    if earlier:
        last_good, last_notes = earlier.last_good, earlier.last_notes
    else:
        answers, last_notes = read_last(stage, folder)
        last_good = in_present_form(setup.form, answers)
    return KeptStage(
        state,
        tuple(sheet_state.left(state, stage, setup.team)),
        last_good,
        load_prefilled(stage, folder),
        last_notes,
        load_allocation(stage, folder),
        load_offered_form(stage, folder),
        sheet_state.state(stage, setup.team, folder),
    )
