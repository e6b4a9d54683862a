"""What was handed out in a stage: kept beside the sheets, brought up to date, and told in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prismake.kept.allocations import load_allocation, save_allocation
from prismake.panel.allocation import (
    CALIBRATION,
    Answered,
    Due,
    Round,
    add_round,
    bring_up_to_date,
    due,
    unread,
)
from prismake.panel.decisions import settles
from prismake.protocol.forms import Field
from prismake.sheets.stage import StageSheets


def prepare(sheets: StageSheets) -> Due:
    """Bring what is handed out up to date with queue, team and protocol; what is to be handed out next."""
    answered = sheets.answered()
    sheets.handed = bring_up_to_date(sheets.handed, sheets.scheme, sorted(sheets.queue), sheets.former, answered)
    for lot in sheets.handed.rounds:
        if lot.kind == CALIBRATION and lot.kappa is None and not unread_rows(sheets, lot, answered):
            lot.kappa = kappa_of(sheets, lot)["kappa"]
    return due(sheets.handed, sheets.scheme, sheets.queue, sheets.former, answered)


def hand_on(sheets: StageSheets, order: Sequence[str]) -> None:
    """Hand out what is due, and keep it before any sheet has a row of it: a run that is killed then goes on from there.

    ``order``: the queue's item ids in the order in which new rows are handed out.
    """
    next_rows = prepare(sheets)
    if next_rows.number:
        sheets.handed = add_round(sheets.handed, sheets.scheme, order, next_rows)
    kept = load_allocation(sheets.stage, sheets.folder) or sheets.found
    if sheets.handed != kept:
        save_allocation(sheets.stage, sheets.folder, sheets.handed)


def unread_rows(sheets: StageSheets, one: Round, answered: Answered | None = None) -> list[str]:
    """The items of a round that somebody who is asked has not answered."""
    return unread(one, sheets.handed, sheets.scheme, sheets.queue, sheets.former, answered or sheets.answered())


def kappa_of(sheets: StageSheets, lot: Round) -> dict[str, Any]:
    """Agreement on the first question of a calibration: Cohen's kappa for two reviewers, Fleiss' for more.

    {"n": items that two or more answered, "observed", "kappa", "lb", "ub"}, None where there is no such number.
    """
    from prismake.panel.agreement import agreement, fleiss_kappa

    one = sheets.form.fields[0]
    items = [now for item in lot.rows if (now := item if item in sheets.queue else sheets.former.get(item, ""))]
    asked = dict.fromkeys(who for row in lot.rows.values() for who in row)
    team = [who for who in asked if who in sheets.reviewers]
    given = {who: [_said(sheets, one, who, item) for item in items] for who in team}
    compared = [row for row in zip(*given.values(), strict=True) if sum(value is not None for value in row) > 1]
    same = sum(len({value for value in row if value is not None}) == 1 for row in compared)
    found = {"n": len(compared), "observed": same / len(compared) if compared else None}
    found |= dict.fromkeys(("kappa", "lb", "ub"))
    if len(team) == 2 and compared:
        pair = agreement(*given.values())
        found |= {"kappa": pair.kappa, "lb": pair.kappa_lb, "ub": pair.kappa_ub}
    elif len(team) > 2 and compared:
        several = fleiss_kappa(given)
        found |= {"kappa": several.value, "lb": several.lb, "ub": several.ub}
    return found


def _said(sheets: StageSheets, one: Field, who: str, item: str) -> str | None:
    return settles(one, sheets.said[who].answers.get(item, {})) or None
