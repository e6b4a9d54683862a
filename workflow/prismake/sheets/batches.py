"""Batches of a stage: what is handed out now, what comes next, and how well the team agrees on a calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prismake.kept.allocations import save_allocation
from prismake.panel.allocation import (
    CALIBRATION,
    Answered,
    Batch,
    NextBatch,
    add_batch,
    next_batch,
    unread,
    updated,
)
from prismake.panel.decisions import settles
from prismake.sheets.stage import StageSheets


@dataclass(frozen=True)
class Plan:
    """The stage with its allocation brought up to date, and the items to hand out next."""

    sheets: StageSheets
    following: NextBatch


def plan(sheets: StageSheets) -> Plan:
    """Bring the allocation up to date with queue, team and protocol, and determine what to hand out next."""
    setup, answered = sheets.setup, sheets.answered()
    allocation = updated(sheets.allocation, setup.scheme, sorted(sheets.queue), sheets.former_ids, answered)
    current = sheets.with_allocation(allocation)
    for batch in allocation.of_kind(CALIBRATION):
        if batch.kappa is None and not unread_rows(current, batch, answered):
            batch.kappa = kappa_of(current, batch)["kappa"]
    return Plan(current, next_batch(allocation, setup.scheme, sheets.queue, sheets.former_ids, answered))


def hand_out(planned: Plan, order: Sequence[str]) -> StageSheets:
    """The stage with the next batch handed out; its allocation is saved before any sheet has a row of the batch.

    If a run is killed while it writes sheets, the next run continues from the saved allocation.

    Args:
        order: the queue's item ids in the order in which new rows are handed out.
    """
    sheets, setup = planned.sheets, planned.sheets.setup
    if planned.following.size:
        allocation = add_batch(sheets.allocation, setup.scheme, order, planned.following)
        sheets = sheets.with_allocation(allocation)
    if sheets.allocation != sheets.initial_allocation:
        save_allocation(setup.stage, setup.folder, sheets.allocation)
    return sheets


def unread_rows(sheets: StageSheets, batch: Batch, answered: Answered | None = None) -> list[str]:
    """The items of a batch that some reviewer assigned to them has not answered."""
    scheme, answers = sheets.setup.scheme, answered or sheets.answered()
    return unread(batch, sheets.allocation, scheme, sheets.queue, sheets.former_ids, answers)


def kappa_of(sheets: StageSheets, calibration: Batch) -> dict[str, Any]:
    """Agreement on the first question of a calibration: Cohen's kappa for two reviewers, Fleiss' for more.

    {"n": items answered by two or more, "observed", "kappa", "lb", "ub"}; None where a value does not exist.
    """
    from prismake.panel.agreement import agreement, fleiss_kappa

    rows, former = calibration.rows, sheets.former_ids
    items = [now for item in rows if (now := item if item in sheets.queue else former.get(item, ""))]
    asked = dict.fromkeys(who for reviewers in rows.values() for who in reviewers)
    team = [who for who in asked if who in sheets.reviewers]
    given = {who: _first_answers(sheets, who, items) for who in team}
    compared = [row for row in zip(*given.values(), strict=True) if sum(value is not None for value in row) > 1]
    same = sum(len({value for value in row if value is not None}) == 1 for row in compared)
    numbers: dict[str, Any] = {"n": len(compared), "observed": same / len(compared) if compared else None}
    numbers |= dict.fromkeys(("kappa", "lb", "ub"))
    if len(team) == 2 and compared:
        pair = agreement(*given.values())
        numbers |= {"kappa": pair.kappa, "lb": pair.kappa_lb, "ub": pair.kappa_ub}
    elif len(team) > 2 and compared:
        several = fleiss_kappa(given)
        numbers |= {"kappa": several.value, "lb": several.lb, "ub": several.ub}
    return numbers


def _first_answers(sheets: StageSheets, who: str, items: Sequence[str]) -> list[str | None]:
    """A reviewer's answers to the first question in normal form; None for an item without one."""
    question, answers = sheets.setup.form.fields[0], sheets.answers[who].answers
    return [settles(question, answers.get(item, {})) or None for item in items]
