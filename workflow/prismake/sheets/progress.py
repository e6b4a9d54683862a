"""How far the rounds of a stage are: calibration, batches, what waits, advice on stopping, in numbers and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from prismake.core.labels import join
from prismake.panel.allocation import CALIBRATION, calibrated, rows_now
from prismake.panel.decisions import SETTLED, Decision
from prismake.panel.stopping import stopping_advice
from prismake.sheets.batches import kappa_of, unread_rows
from prismake.sheets.stage import StageSheets

SCREENING = "title_abstract"


def rounds_status(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any]:
    """What was handed out and what waits.

    ``handed_out`` and ``waiting`` are items; ``orders`` and ``splits`` count the items handed out in each order and
    under each split; ``calibration`` and ``batch`` tell how far these are (None without); ``stopped`` is the sentence
    of the protocol that ended the stage; ``advice`` the fields of ``prismake.panel.stopping.Advice``; ``words`` says
    it all.
    """
    handed, scheme = sheets.handed, sheets.scheme
    rows = rows_now(handed, sheets.queue, sheets.former)
    result = {
        "handed_out": len(rows),
        "waiting": len(handed.waiting),
        "orders": dict(sorted(Counter(one.order for one, _ in rows.values()).items())),
        "splits": dict(sorted(Counter(one.split for one, _ in rows.values()).items())),
        "calibration": _calibration(sheets),
        "batch": _batch(sheets) if scheme.batch else None,
        "stopped": handed.stopped_by,
        "advice": _advice(sheets, decisions),
    }
    return {**result, "words": _words(sheets, result)}


def _calibration(sheets: StageSheets) -> dict[str, Any] | None:
    """The last calibration: its records, how many everyone has read, kappa, and whether the team may go on."""
    lots = [one for one in sheets.handed.rounds if one.kind == CALIBRATION]
    if not lots:
        return None
    last = lots[-1]
    return {
        "lots": [{"records": len(one.rows), "kappa": one.kappa} for one in lots],
        "records": len(last.rows),
        "read": len(last.rows) - len(unread_rows(sheets, last)),
        "reviewers": list(last.team),
        "threshold": sheets.scheme.kappa,
        "passed": calibrated(sheets.handed, sheets.scheme),
        "by_people": sheets.scheme.passed,
        "kappa_when_read": last.kappa,
        **kappa_of(sheets, last),
    }


def _batch(sheets: StageSheets) -> dict[str, Any] | None:
    """The batch in hand: its number, its records, and how many everyone who was asked has read."""
    number = max((one.batch for one in sheets.handed.rounds), default=0)
    mine = [one for one in sheets.handed.rounds if one.kind != CALIBRATION and one.batch == number]
    if not mine:
        return None
    records = sum(len(one.rows) for one in mine)
    return {"number": number, "records": records, "read": records - sum(len(unread_rows(sheets, one)) for one in mine)}


def _advice(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """Advice on stopping at title and abstract, from what was read in the order of handing out.

    Rows count as read up to the last one that somebody has answered: those before it that are not settled are pending.
    Only what was handed out since records were last added tells of those that are unread.
    """
    if sheets.stage != SCREENING or sheets.scheme.order not in ("relevance", "random"):
        return None
    settled = {one.item: one.value("decision") for one in decisions if one.state == SETTLED}
    if not settled or len(settled) == len(decisions):
        return None
    begun = set().union(*(sheets.begun(who) for who in sheets.reviewers))
    place = {item: index for index, (item, _) in enumerate(sheets.handed.items())}
    order = [(item, place[name]) for item, (_, name) in rows_now(sheets.handed, sheets.queue, sheets.former).items()]
    last = max((index for index, (item, _) in enumerate(order) if item in settled or item in begun), default=-1)
    seen = order[: last + 1]
    read = [(settled[item], at) for item, at in seen if item in settled]
    elsewhere = len(settled) - len(read)  # settled by the consensus sheet alone, before they were handed out
    advice = stopping_advice(
        [decision for decision, _ in read],
        len(decisions) - elsewhere,
        pending=len(seen) - len(read),
        since=sum(at >= sheets.handed.arrived for _, at in read),
    )
    return advice.to_dict()


def _words(sheets: StageSheets, found: dict[str, Any]) -> list[str]:
    """Sentences for the closing table and the report; none where everything was handed out at once."""
    words = []
    if found["calibration"]:
        words.append(_calibration_words(sheets, found["calibration"]))
    if found["batch"] and (found["waiting"] or found["batch"]["read"] < found["batch"]["records"]):
        batch = found["batch"]
        words.append(
            f"Batch {batch['number']}: {batch['read']:,} of {batch['records']:,} {sheets.form.unit} are read by "
            f"everyone who was asked; {found['waiting']:,} wait for later batches."
        )
    if found["stopped"]:
        words.append(f"Screening was stopped: {found['stopped']}")
    if found["advice"]:
        words.append(f"{found['advice']['sentence']}{_how_to_stop(found)}")
    return words


def _how_to_stop(found: dict[str, Any]) -> str:
    if found["stopped"] or not found["advice"]["reached"]:
        return ""
    return f" To stop, write who agreed and when as {SCREENING}.stop in config/config.yaml."


def _calibration_words(sheets: StageSheets, found: dict[str, Any]) -> str:
    read, records = found["read"], found["records"]
    first, now, limit = found["kappa_when_read"], found["kappa"], found["threshold"]
    text = f"Calibration: {read:,} of {records:,} {sheets.form.unit} are read by {join(found['reviewers'])}"
    if read < records:
        so_far = "none yet" if now is None else f"{now:.2f} on {found['n']:,} {sheets.form.unit}"
        return f"{text}; kappa so far: {so_far}. The others follow at {limit:g} or more."
    if first is None:
        same = "" if found["observed"] is None else f" (observed agreement {100 * found['observed']:.0f} %)"
        text += f"; kappa does not exist, because all answers are the same{same}"
    else:
        text += f", kappa {first:.2f}"
        if now is not None and round(now, 2) != round(first, 2):
            text += f" (with the answers of today {now:.2f})"
    if found["passed"]:
        how = " because the team decided so" if found["by_people"] and not (first or -1) >= limit else ""
        return f"{text}; the team went on{how}."
    key = f"{sheets.stage}.calibration"
    return (
        f"{text}, which is not {limit:g} or more. Talk about the disagreements. To go on, write {key}.passed: true in "
        f"config/config.yaml; for one more sample, raise {key}.records."
    )
