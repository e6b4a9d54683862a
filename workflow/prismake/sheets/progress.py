"""How far the batches of a stage are: calibration, batches, waiting items and stopping advice, in numbers and words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.labels import join
from prismake.core.names import TITLE_ABSTRACT
from prismake.core.states import State
from prismake.panel.allocation import BATCH, CALIBRATION, Batch, calibrated, current_rows, waited_for
from prismake.panel.decisions import Decision
from prismake.panel.stopping import stopping_advice, tail_needed
from prismake.sheets.batches import kappa_of, unread_rows
from prismake.sheets.pilot import pilot_status
from prismake.sheets.stage import StageSheets

_FEW = 10  # includes, below which the estimate alone was found to mislead
# Records, below which no advice is given: with fewer than twenty includes a target of 95 % is shown at 95 % confidence
# only once all but a twentieth of what is left has been read, and so few records hold so few includes.
_TOO_FEW = 100


def batches_status(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any]:
    """What has been handed out and what is waiting.

    ``handed_out`` and ``waiting`` are items; ``orders`` and ``splits`` count the items handed out in each order and
    under each split; ``calibration`` and ``batch`` describe their progress (None if there is none); ``waiting_for``
    gives by reviewer the rows that the team waits for; ``stopped`` is the sentence of the protocol that ended the
    stage; ``advice`` has the fields of ``prismake.panel.stopping.Advice``, ``advice_80`` the same at 80 % confidence;
    ``curve`` says where in the order the included records were; ``words`` puts everything into sentences.
    """
    allocation = sheets.allocation
    rows = current_rows(allocation, sheets.queue, sheets.former_ids)
    advice = _advice(sheets, decisions)
    status = {
        "handed_out": len(rows),
        "waiting": len(allocation.waiting),
        "orders": dict(sorted(Counter(batch.order for batch, _ in rows.values()).items())),
        "splits": dict(sorted(Counter(batch.split for batch, _ in rows.values()).items())),
        "calibration": _calibration(sheets),
        "pilot": pilot_status(sheets),
        "batch": _batch(sheets) if sheets.setup.scheme.batch else None,
        "stopped": allocation.stopped_by,
        "advice": advice,
        "curve": _curve(sheets, decisions),
        "advice_80": _at_80(sheets, decisions) if advice else None,
        "waiting_for": _waiting_for(sheets) if sheets.setup.scheme.batch else {},
    }
    return {**status, "words": _words(sheets, status)}


def _calibration(sheets: StageSheets) -> dict[str, Any] | None:
    """The last calibration: its records, how many of them everyone has read, kappa, and whether the team may go on."""
    calibrations, scheme = sheets.allocation.of_kind(CALIBRATION), sheets.setup.scheme
    if not calibrations:
        return None
    last = calibrations[-1]
    return {
        "lots": [{"records": len(batch.rows), "kappa": batch.kappa} for batch in calibrations],
        "records": len(last.rows),
        "read": len(last.rows) - len(unread_rows(sheets, last)),
        "reviewers": list(last.team),
        "threshold": scheme.kappa,
        "passed": calibrated(sheets.allocation, scheme),
        "by_people": scheme.passed,
        "kappa_when_read": last.kappa,
        **kappa_of(sheets, last),
    }


def _batch(sheets: StageSheets) -> dict[str, Any] | None:
    """The current batch: its number, its records, and how many of them every assigned reviewer has read."""
    batches = sheets.allocation.batches
    number = max((batch.number for batch in batches), default=0)
    parts = [batch for batch in batches if batch.kind != CALIBRATION and batch.number == number]
    if not parts:
        return None
    records = sum(len(batch.rows) for batch in parts)
    unread = sum(len(unread_rows(sheets, batch)) for batch in parts)
    return {"number": number, "records": records, "read": records - unread}


def _waiting_for(sheets: StageSheets) -> dict[str, int]:
    """By reviewer, the rows of the current batches that are still to be answered, largest number first."""
    scheme, answers = sheets.setup.scheme, sheets.answered()
    return waited_for(sheets.allocation, scheme, sheets.queue, sheets.former_ids, answers)[0]


def _at_80(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    return _advice(sheets, decisions, 80)


def _advice(sheets: StageSheets, decisions: Sequence[Decision], level: float | None = None) -> dict[str, Any] | None:
    """Advice on stopping at title and abstract, from the records read in the order of handing out.

    Only rows handed out since records were last added allow conclusions about the unread ones.
    """
    settled = _settled(decisions) if _has_order(sheets) else {}
    if not settled or len(settled) == len(decisions):
        return None
    allocation, scheme = sheets.allocation, sheets.setup.scheme
    seen, rows = _reading_order(sheets, settled)
    read = [(item, at) for item, at in seen if item in settled]
    by_consensus = len(settled) - len(read)  # settled by the consensus sheet alone, before they were handed out
    advice = stopping_advice(
        [settled[item] for item, _ in read],
        len(decisions) - by_consensus,
        pending=len(seen) - len(read),
        since=sum(at >= allocation.arrived for _, at in read),
        random_tail=_random_tail(rows, read, allocation.arrived),
        target=scheme.stop_at[0],
        level=level or 100 * scheme.stop_at[1],
    )
    return advice.to_dict()


def _curve(sheets: StageSheets, decisions: Sequence[Decision]) -> dict[str, Any] | None:
    """How many of the ``total`` records were ``read``, and the places among these of the ones included (or *maybe*),
    counted from 1 in the order of handing out; None where that order says nothing."""
    settled = _settled(decisions) if _has_order(sheets) else {}
    if not settled:
        return None
    read = [settled[item] for item, _ in _reading_order(sheets, settled)[0] if item in settled]
    places = [place for place, decision in enumerate(read, 1) if decision != "exclude"]
    return {"read": len(read), "included_at": places, "total": len(decisions)}


def _has_order(sheets: StageSheets) -> bool:
    return sheets.setup.stage == TITLE_ABSTRACT and sheets.setup.scheme.order in ("relevance", "random")


def _settled(decisions: Sequence[Decision]) -> dict[str, str]:
    return {decision.item: decision.value("decision") for decision in decisions if decision.state == State.SETTLED}


def _reading_order(
    sheets: StageSheets, settled: Mapping[str, str]
) -> tuple[list[tuple[str, int]], Mapping[str, tuple[Batch, str]]]:
    """(item, place in the order of handing out) up to the last row that somebody has answered, and all current rows.

    Unsettled rows among them are pending.
    """
    started = set().union(*(sheets.started(who) for who in sheets.reviewers))
    place = {item: index for index, (item, _) in enumerate(sheets.allocation.items())}
    rows = current_rows(sheets.allocation, sheets.queue, sheets.former_ids)
    order = [(item, place[name]) for item, (_, name) in rows.items()]
    last = max((index for index, (item, _) in enumerate(order) if item in settled or item in started), default=-1)
    return order[: last + 1], rows


def _random_tail(rows: Mapping[str, tuple[Batch, str]], read: Sequence[tuple[str, int]], arrived: int) -> int:
    """How many of the rows read last were drawn at random from all that were unread; their bound assumes nothing else.

    Args:
        read: (item, place in the order of handing out) of the rows that are settled.
        arrived: the place from which on rows were handed out since records were last added.
    """
    count = 0
    for item, at in reversed(read):
        batch = rows[item][0]
        if batch.order != "random" or batch.kind != BATCH or at < arrived:
            break
        count += 1
    return count


def _tail_words(sheets: StageSheets, status: dict[str, Any]) -> list[str]:
    """What a random sample of the rest would cost, while rows come by relevance and the target is not met."""
    advice = status["advice"]
    if sheets.setup.scheme.order != "relevance" or advice["reached"] or not advice["found"] or not status["waiting"]:
        return []
    unread = advice["total"] - advice["read"]
    target = advice["target"]
    sizes = [(level, tail_needed(unread, advice["found"], target, level)) for level in (advice["level"], 80)]
    if sizes[0][1] >= status["waiting"]:
        return []
    costs = f"{sizes[0][1]:,} of them, if none is relevant, would show with {sizes[0][0]:g} % confidence"
    less = f" ({sizes[1][1]:,} with 80 %)" if sizes[0][0] > 80 else ""
    return [
        f"Instead of reading on by relevance, rows can be drawn at random from the {status['waiting']:,} that wait: "
        f"{costs}{less} that {100 * target:g} % are found. Settle the number first, then write "
        f"{TITLE_ABSTRACT}.order: random."
    ]


def _words(sheets: StageSheets, status: dict[str, Any]) -> list[str]:
    """Sentences for the closing table and the report; none if everything was handed out at once."""
    words = []
    batch = status["batch"]
    if status["pilot"]:
        words.append(status["pilot"]["sentence"])
    elif sheets.setup.scheme.pilot and sheets.allocation.batches:
        words.append(f"{sheets.setup.stage}.pilot changes nothing: rows had been handed out before it was asked for.")
    if status["calibration"]:
        words.append(_calibration_words(sheets, status["calibration"]))
    if batch and (status["waiting"] or batch["read"] < batch["records"]):
        words.append(
            f"Batch {batch['number']}: {batch['read']:,} of {batch['records']:,} {sheets.setup.form.unit} are read by "
            f"everyone who was asked; {status['waiting']:,} wait for later batches."
            f"{_waited_for_words(sheets, status['waiting_for'])}"
        )
    if status["stopped"]:
        words.append(f"Screening was stopped: {status['stopped']}")
    if status["advice"] and status["advice"]["total"] < _TOO_FEW and not status["advice"]["reached"]:
        words.append(
            f"{status['advice']['total']:,} {sheets.setup.form.unit} are too few for advice on stopping: nothing short "
            "of reading nearly all of them shows that enough is found."
        )
    elif status["advice"]:
        words.append(f"{status['advice']['sentence']}{_how_to_stop(status)}")
        words += _confidence_words(status)
        words += _tail_words(sheets, status)
    return words


def _waited_for_words(sheets: StageSheets, rows: dict[str, int]) -> str:
    """Whom the next batch waits for while others have nothing left to do."""
    done = [who for who in sheets.setup.team if who not in rows]
    if not rows or not done:
        return ""
    people = join([f"{who} ({number:,})" for who, number in rows.items()])
    verb = "has" if len(done) == 1 else "have"
    key = "" if sheets.setup.scheme.ahead else f" To go on without waiting, write {sheets.setup.stage}.ahead: 1."
    return f" {join(done)} {verb} nothing left to do, and the team waits for {people}.{key}"


def _confidence_words(status: dict[str, Any]) -> list[str]:
    """What is known with 80 % confidence besides the team's own level, and a warning while few includes are known."""
    advice, lower = status["advice"], status["advice_80"]
    words = []
    more = lower is not None and (lower["recall_lb"] or 0) > (advice["recall_lb"] or 0)
    if more and advice["level"] > 80 and not advice["reached"]:
        words.append(
            f"With 80 % instead of {advice['level']:g} % confidence the share found is at least "
            f"{100 * lower['recall_lb']:.1f} %: fewer records have to be read, and one look in five may be wrong "
            f"instead of one in {1 / (1 - advice['level'] / 100):.0f}."
        )
    if advice["recall"] is not None and advice["found"] < _FEW:
        words.append(
            f"Only {advice['found']:,} includes are known so far: the estimate of the share found says little, and "
            "alone it is no reason to stop."
        )
    return words


def _how_to_stop(status: dict[str, Any]) -> str:
    if status["stopped"] or not status["advice"]["reached"]:
        return ""
    advice = status["advice"]
    met = (
        f" What {TITLE_ABSTRACT}.stop_at asks for is met: {100 * advice['target']:g} % of the includes with "
        f"{advice['level']:g} % confidence. Nothing stops by itself."
    )
    return f"{met} To stop, write who agreed and when as {TITLE_ABSTRACT}.stop in config/config.yaml."


def _calibration_words(sheets: StageSheets, status: dict[str, Any]) -> str:
    read, records = status["read"], status["records"]
    first, now, limit = status["kappa_when_read"], status["kappa"], status["threshold"]
    text = f"Calibration: {read:,} of {records:,} {sheets.setup.form.unit} are read by {join(status['reviewers'])}"
    if read < records:
        so_far = "none yet" if now is None else f"{now:.2f} on {status['n']:,} {sheets.setup.form.unit}"
        return f"{text}; kappa so far: {so_far}. The others follow at {limit:g} or more."
    if first is None:
        same = "" if status["observed"] is None else f" (observed agreement {100 * status['observed']:.0f} %)"
        text += f"; kappa does not exist, because all answers are the same{same}"
    else:
        text += f", kappa {first:.2f}"
        if now is not None and round(now, 2) != round(first, 2):
            text += f" (with the answers of today {now:.2f})"
    if status["passed"]:
        how = " because the team decided so" if status["by_people"] and not (first or -1) >= limit else ""
        return f"{text}; the team went on{how}."
    key = f"{sheets.setup.stage}.calibration"
    return (
        f"{text}, which is not {limit:g} or more. Talk about the disagreements. To go on, write {key}.passed: true in "
        f"config/config.yaml; for one more sample, raise {key}.records."
    )
