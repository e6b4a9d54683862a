"""Allocation: which rows of a stage are handed out when, and to whom, in a calibration and in batches; without files.

The allocation is kept (``prismake.kept.allocations``), because nothing else tells it: people sort their sheets, and
advice on stopping rests on the order in which rows were offered. Rows that were handed out never move. An item is
handed out to some reviewers; an answer that somebody gave without being asked counts too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prismake.core.names import APPRAISAL, CERTAINTY, EXTRACTION
from prismake.panel.assignment import EVERYONE, Load, Split, fill, share_out
from prismake.panel.ranking import chance
from prismake.protocol.team import reviewers

CALIBRATION, BATCH, FROM_SHEETS = "calibration", "batch", "found"
AS_FOUND = "as in the sheets"
GROWING = "growing"  # batch: the first ones small, so that the order soon learns from decisions
GROWING_SIZES = (25, 25, 50, 100)  # the last one from there on


@dataclass(frozen=True)
class Scheme:
    """What the protocol says about handing out in one stage.

    ``batch`` 0 means everything at once; ``growing``: the first batches are smaller (``GROWING_SIZES``). ``ahead``: how
    many batches may be unfinished when the next one is handed out to those who have nothing left to do.
    ``calibration`` is the number of records of the first round, or 0. ``stop`` is the sentence with which people ended
    the stage, or empty. ``by_study``: the rows of a study stay together.
    """

    split: Split
    order: str = "id"
    batch: int = 0
    calibration: int = 0
    kappa: float = 0.6
    passed: bool = False
    stop: str = ""
    by_study: bool = False
    growing: bool = False
    ahead: int = 0
    stop_at: tuple[float, float] = (0.95, 0.95)  # the recall that is asked for, and how sure it is to be

    def size(self, number: int) -> int:
        """How many rows the batch of this number has, counted from 1."""
        return GROWING_SIZES[min(number, len(GROWING_SIZES)) - 1] if self.growing else self.batch

    def unit(self, item: str) -> str:
        """What is shared out as one: the item, or its study where the rows of a study stay together."""
        return item.partition("|")[0] if self.by_study else item


def scheme_of(stage: str, protocol: Mapping[str, Any]) -> Scheme:
    """The scheme of a stage, from the protocol with its defaults filled in."""
    settings = protocol[stage]
    calibration, split = settings.get("calibration", {}), settings.get("split", {})
    stop_at = settings.get("stop_at", {})
    return Scheme(
        Split(
            tuple(reviewers(dict(protocol), stage)),
            split.get("per_record", 0),
            split.get("check", 0.0),
            protocol["seed"],
        ),
        settings.get("order", "id"),
        GROWING_SIZES[-1] if settings.get("batch") == GROWING else settings.get("batch", 0),
        calibration.get("records", 0),
        calibration.get("kappa", 0.6),
        calibration.get("passed", False),
        settings.get("stop", ""),
        stage in (APPRAISAL, EXTRACTION, CERTAINTY),
        settings.get("batch") == GROWING,
        settings.get("ahead", 0),
        (stop_at.get("recall", 0.95), stop_at.get("confidence", 0.95)),
    )


@dataclass
class Batch:
    """Rows handed out together. ``rows``: item to reviewers, in the order of handing out.

    ``number`` counts the batches from 1 (0 for a calibration); a batch that was not full when it was handed out is
    filled up by further ones of the same number. ``kind`` is calibration, batch, or found where the sheets are older
    than this record. ``asked_for`` is the size that the protocol gave a calibration, and ``kappa`` its kappa when it
    had just been read.
    """

    kind: str
    number: int
    order: str
    split: str
    team: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]
    asked_for: int = 0
    kappa: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; the number is called ``batch``."""
        rows = {item: " ".join(reviewers) for item, reviewers in self.rows.items()}
        plain = {"kind": self.kind, "batch": self.number, "order": self.order, "split": self.split}
        plain |= {"team": " ".join(self.team), "rows": rows}
        if self.kind == CALIBRATION:
            plain |= {"asked_for": self.asked_for, "kappa": self.kappa}
        return plain


@dataclass
class Allocation:
    """Everything that was handed out in a stage, oldest first.

    ``waiting``: items known and not handed out. ``arrived``: how many rows had been handed out when items were last
    added to the stage. ``stopped_by`` and ``stopped``: the sentence that ended the stage, and what was unread then.
    """

    batches: list[Batch] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    arrived: int = 0
    stopped_by: str = ""
    stopped: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; the batches are called ``rounds``."""
        return {
            "rounds": [batch.to_dict() for batch in self.batches],
            "waiting": self.waiting,
            "arrived": self.arrived,
            "stopped_by": self.stopped_by,
            "stopped": self.stopped,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Allocation:
        """The inverse of ``to_dict``; equal lists of reviewers are one object."""
        reviewers = {names: tuple(names.split()) for batch in data["rounds"] for names in batch["rows"].values()}
        batches = [
            Batch(
                batch["kind"],
                batch["batch"],
                batch["order"],
                batch["split"],
                tuple(batch["team"].split()),
                {item: reviewers[names] for item, names in batch["rows"].items()},
                batch.get("asked_for", 0),
                batch.get("kappa"),
            )
            for batch in data["rounds"]
        ]
        return cls(batches, list(data["waiting"]), data["arrived"], data["stopped_by"], list(data["stopped"]))

    def items(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """(item, reviewers) of every row, in the order of handing out."""
        return ((item, reviewers) for batch in self.batches for item, reviewers in batch.rows.items())

    def of_kind(self, kind: str) -> list[Batch]:
        return [batch for batch in self.batches if batch.kind == kind]

    def copy(self) -> Allocation:
        batches = [replace(batch, rows=dict(batch.rows)) for batch in self.batches]
        return Allocation(batches, list(self.waiting), self.arrived, self.stopped_by, list(self.stopped))


@dataclass(frozen=True)
class Answered:
    """Who has answered what: item to the reviewers who gave any answer (``some``) or all that apply (``all``)."""

    some: Mapping[str, Collection[str]]
    all: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class NextBatch:
    """What is to be handed out next: ``size`` rows of a kind as part of batch ``number``, 0 while others are unread."""

    kind: str
    size: int
    number: int = 0


def current_rows(
    allocation: Allocation, queue: Collection[str], former_ids: Mapping[str, str]
) -> dict[str, tuple[Batch, str]]:
    """Item of the queue to the batch and the name under which it was handed out, in the order of handing out.

    ``former_ids``: former item to the item that it is part of now; an item's own row comes before that of a former one.
    """
    own = {item for item, _ in allocation.items() if item in queue} if former_ids else set()
    rows: dict[str, tuple[Batch, str]] = {}
    for batch in allocation.batches:
        for item in batch.rows:
            now = item if item in queue else former_ids.get(item, "")
            if now and now not in rows and (item == now or now not in own):
                rows[now] = (batch, item)
    return rows


def updated(
    allocation: Allocation, scheme: Scheme, queue: Sequence[str], former_ids: Mapping[str, str], answered: Answered
) -> Allocation:
    """What is handed out and what waits, after changes of the queue, of the reviewers and of the protocol."""
    new = allocation.copy()
    rows = current_rows(new, set(queue), former_ids)
    item_ids = {*rows, *new.waiting}
    if any(item not in item_ids for item in queue):
        new.arrived = sum(len(batch.rows) for batch in new.batches)
    new.waiting = sorted(item for item in queue if item not in rows)
    _stop(new, scheme, queue, answered)
    _reseat(rows, scheme, answered, new)
    return new


def _stop(new: Allocation, scheme: Scheme, queue: Sequence[str], answered: Answered) -> None:
    """People's decision to read no more holds for what was unread when it was first seen, not for what comes later."""
    if scheme.stop == new.stopped_by:
        return
    new.stopped_by = scheme.stop
    new.stopped = sorted(item for item in queue if not answered.some.get(item)) if scheme.stop else []


def _reseat(rows: Mapping[str, tuple[Batch, str]], scheme: Scheme, answered: Answered, new: Allocation) -> None:
    """Pass on the rows of people who left before they answered; ask those who joined about what nobody has read.

    The one with the fewest rows takes over first, as a rule the one who is new. Where nobody is there to take a seat,
    whoever left keeps it, and is asked again when back.
    """
    load, team = _load(new.batches, scheme), set(scheme.split.team)
    for item, (batch, name) in rows.items():
        asked = batch.rows[name]
        holders = [who for who in asked if who in team or who in answered.all.get(item, ())]
        planned = len(team) if batch.kind == CALIBRATION else scheme.split.seats
        seats = len(asked) if answered.some.get(item) else max(len(asked), planned)
        if len(holders) == len(asked) == seats:
            continue
        filled = fill(scheme.unit(item), holders, seats, scheme.split, load)
        leavers = [who for who in asked if who not in filled]
        batch.rows[name] = (*filled, *leavers[: seats - len(filled)])
        load.rows.update(set(filled) - set(asked))


def load_so_far(allocation: Allocation, scheme: Scheme) -> Load:
    """What the present team has had under the present split, calibration left out: all had the same there."""
    same = (BATCH, scheme.split.team, scheme.split.name)
    return _load((batch for batch in allocation.batches if (batch.kind, batch.team, batch.split) == same), scheme)


def _load(batches: Iterable[Batch], scheme: Scheme) -> Load:
    load = Load()
    for batch in batches:
        for panel in {scheme.unit(item): who for item, who in batch.rows.items()}.values():
            load.add(panel)
    return load


def next_batch(
    allocation: Allocation, scheme: Scheme, queue: Collection[str], former_ids: Mapping[str, str], answered: Answered
) -> NextBatch:
    """What is to be handed out now.

    First a calibration, while there is one to do; then batch after batch, each when everyone who was asked has answered
    all rows of the one before, or, where batches may run ahead, when somebody has nothing left to do. A calibration is
    passed by its kappa, by people (``passed``), or because rows were handed out after it.
    """
    ready = len(set(allocation.waiting) - set(allocation.stopped))
    calibrations = allocation.of_kind(CALIBRATION)
    if scheme.calibration and not scheme.passed:
        last = calibrations[-1] if calibrations else None
        more = last is not None and scheme.calibration > last.asked_for and not calibrated(allocation, scheme)
        if last is None or (more and not unread(last, allocation, scheme, queue, former_ids, answered)):
            before = sum(len(batch.rows) for batch in calibrations)
            return NextBatch(CALIBRATION, min(ready, max(0, scheme.calibration - before)))
        if not calibrated(allocation, scheme):
            return NextBatch(CALIBRATION, 0)
    current = max((batch.number for batch in allocation.batches), default=0)
    if not scheme.batch:
        return NextBatch(BATCH, ready, current + 1)
    parts = [batch for batch in allocation.batches if batch.kind != CALIBRATION and batch.number == current]
    if not any(unread(batch, allocation, scheme, queue, former_ids, answered) for batch in parts):
        return NextBatch(BATCH, min(ready, scheme.size(current + 1)), current + 1)
    if scheme.ahead:
        waiting_for, unfinished = waited_for(allocation, scheme, queue, former_ids, answered)
        if unfinished <= scheme.ahead and any(who not in waiting_for for who in scheme.split.team):
            return NextBatch(BATCH, min(ready, scheme.size(current + 1)), current + 1)
    room = scheme.size(current) - sum(len(batch.rows) for batch in parts)
    return NextBatch(BATCH, max(0, min(ready, room)), current)


def calibrated(allocation: Allocation, scheme: Scheme) -> bool:
    """Whether the team has gone on, or may go on, to the batches."""
    places = [place for place, batch in enumerate(allocation.batches) if batch.kind == CALIBRATION]
    if scheme.passed or not scheme.calibration or not places:
        return scheme.passed or not scheme.calibration
    if any(batch.kind == BATCH for batch in allocation.batches[places[-1] :]):
        return True
    kappa = allocation.batches[places[-1]].kappa
    return kappa is not None and kappa >= scheme.kappa


def unread(
    batch: Batch,
    allocation: Allocation,
    scheme: Scheme,
    queue: Collection[str],
    former_ids: Mapping[str, str],
    answered: Answered,
) -> list[str]:
    """The items of a batch that somebody who is asked has not answered, of those that are still in the queue."""
    return list(_missing(batch, allocation, scheme, queue, former_ids, answered))


def waited_for(
    allocation: Allocation,
    scheme: Scheme,
    queue: Collection[str],
    former_ids: Mapping[str, str],
    answered: Answered,
) -> tuple[dict[str, int], int]:
    """By reviewer, the rows of all batches that are still to be answered, the most first; and in how many batches."""
    rows: Counter[str] = Counter()
    unfinished: set[int] = set()
    for batch in allocation.batches:
        if batch.kind != CALIBRATION:
            missing = _missing(batch, allocation, scheme, queue, former_ids, answered)
            unfinished.update([batch.number] if missing else ())
            rows.update(who for people in missing.values() for who in people)
    order = sorted(rows, key=lambda who: (-rows[who], who))
    return {who: rows[who] for who in order}, len(unfinished)


def _missing(
    batch: Batch,
    allocation: Allocation,
    scheme: Scheme,
    queue: Collection[str],
    former_ids: Mapping[str, str],
    answered: Answered,
) -> dict[str, list[str]]:
    """By item of a batch, those who are asked and have not answered; items that everybody has answered are left out."""
    team, stopped, items = set(scheme.split.team), set(allocation.stopped), {}
    for item, who in batch.rows.items():
        now = item if item in queue else former_ids.get(item, "")
        ended = now in stopped and not answered.some.get(now)
        if now and not ended and (missing := team.intersection(who).difference(answered.all.get(now, ()))):
            items[now] = sorted(missing)
    return items


def add_batch(allocation: Allocation, scheme: Scheme, order: Sequence[str], following: NextBatch) -> Allocation:
    """The same with one more batch: the first of ``order`` that wait, or a random sample of them for a calibration."""
    new = allocation.copy()
    ready = set(allocation.waiting) - set(allocation.stopped)
    in_order = [item for item in order if item in ready]
    if following.kind == CALIBRATION:
        drawn = sorted(in_order, key=lambda item: (chance(f"calibration\x1f{item}", scheme.split.seed), item))
        rows = dict.fromkeys(drawn[: following.size], scheme.split.team)
        batch = Batch(CALIBRATION, 0, "random", EVERYONE, scheme.split.team, rows, scheme.calibration)
    else:
        rows = _share(new, scheme, in_order[: following.size])
        batch = Batch(BATCH, following.number, scheme.order, scheme.split.name, scheme.split.team, rows)
    if rows:
        new.batches.append(batch)
        new.waiting = sorted(set(new.waiting) - rows.keys())
    return new


def _share(allocation: Allocation, scheme: Scheme, chosen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Reviewers by item; the rows of a study that comes in pieces go to those who have the study already."""
    before = {scheme.unit(item): who for item, who in allocation.items()} if scheme.by_study else {}
    units = list(dict.fromkeys(scheme.unit(item) for item in chosen))
    team = set(scheme.split.team)
    owners = {unit: before[unit] for unit in units if unit in before and team.issuperset(before[unit])}
    owners |= share_out([unit for unit in units if unit not in owners], scheme.split, load_so_far(allocation, scheme))
    return {item: owners[scheme.unit(item)] for item in chosen}


def allocation_in_sheets(rows: Mapping[str, Sequence[str]], scheme: Scheme, owners: Sequence[str]) -> Allocation:
    """What must have been handed out in a review whose sheets are older than this record of it.

    Args:
        rows: by reviewer, the items that stand in the sheet, from top to bottom.
        owners: the reviewers who have a sheet.
    """
    items = list(dict.fromkeys(item for own in rows.values() for item in own if item))
    has = {who: set(own) for who, own in rows.items()}
    everyone = scheme.split.name == EVERYONE
    asked = {
        item: tuple(who for who in owners if everyone or item in has.get(who, ())) or tuple(owners) for item in items
    }
    if not asked:
        return Allocation()
    return Allocation([Batch(FROM_SHEETS, 1, AS_FOUND, scheme.split.name, tuple(owners), asked)])
