"""Allocation: when and to whom the rows of a stage are handed out, in a calibration and in batches; without files.

The allocation is saved (``prismake.kept.allocations``), because it cannot be recovered: people sort their sheets, and
advice on stopping depends on the order in which rows were offered. Rows that have been handed out never move. An item
is handed out to some of the reviewers; an answer given without being asked counts as well.
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

CALIBRATION, PILOT, BATCH, FROM_SHEETS = "calibration", "pilot", "batch", "found"
AS_FOUND = "as in the sheets"
GROWING = "growing"  # value of batch: small batches first, so that the ranking soon learns from decisions
GROWING_SIZES = (25, 25, 50, 100)  # the last size is repeated


@dataclass(frozen=True)
class Scheme:
    """The settings of the protocol for the allocation of one stage.

    ``batch`` 0 means all rows at once; ``growing``: the first batches are smaller (``GROWING_SIZES``). ``ahead``: the
    number of batches that may be unfinished when the next one is handed out to reviewers with nothing left to do.
    ``calibration``: number of records of the calibration, or 0. ``stop``: the sentence with which people ended the
    stage, or empty. ``by_study``: the rows of a study stay together.
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
    pilot: int = 0  # studies that everyone extracts before the others are handed out
    stop_at: tuple[float, float] = (0.95, 0.95)  # target recall and confidence

    def size(self, number: int) -> int:
        """The number of rows of a batch; batches are counted from 1."""
        return GROWING_SIZES[min(number, len(GROWING_SIZES)) - 1] if self.growing else self.batch

    def unit(self, item: str) -> str:
        """The unit of allocation: the item, or its study if the rows of a study stay together."""
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
        settings.get("pilot", 0),
        (stop_at.get("recall", 0.95), stop_at.get("confidence", 0.95)),
    )


@dataclass
class Batch:
    """Rows handed out together. ``rows``: item to reviewers, in the order of handing out.

    ``number`` counts the batches from 1 (0 for a calibration); a batch that was not full when handed out is filled up
    by later ones of the same number. ``kind`` is calibration, batch, or found for sheets older than this record.
    ``asked_for`` is the size of a calibration according to the protocol, and ``kappa`` its result when it had just been
    completed.
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
    """All rows handed out in a stage, oldest first.

    ``waiting``: items not handed out yet. ``arrived``: the number of rows handed out when items were last added to the
    stage. ``stopped_by`` and ``stopped``: the sentence that ended the stage, and the items unread at that time.
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
    """Reviewers by item: those who gave any answer (``some``), and those who gave all that apply (``all``)."""

    some: Mapping[str, Collection[str]]
    all: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class NextBatch:
    """The next rows to hand out: ``size`` rows of a kind as part of batch ``number``; 0 while others are unread."""

    kind: str
    size: int
    number: int = 0


def current_rows(
    allocation: Allocation, queue: Collection[str], former_ids: Mapping[str, str]
) -> dict[str, tuple[Batch, str]]:
    """By item of the queue, the batch and the id under which it was handed out, in the order of allocation.

    ``former_ids``: present item by former item; the row of an item itself takes precedence over that of a former one.
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
    """The allocation after changes of the queue, of the reviewers and of the protocol."""
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
    """Apply the decision to stop: it covers the items unread when it was first seen, not items added later."""
    if scheme.stop == new.stopped_by:
        return
    new.stopped_by = scheme.stop
    new.stopped = sorted(item for item in queue if not answered.some.get(item)) if scheme.stop else []


def _reseat(rows: Mapping[str, tuple[Batch, str]], scheme: Scheme, answered: Answered, new: Allocation) -> None:
    """Reassign the rows of people who left before answering, and assign unread rows to people who joined.

    The reviewer with the fewest rows takes over first, usually a new one. If nobody can take over, the row stays with
    the person who left, who is asked again on return.
    """
    load, team = _load(new.batches, scheme), set(scheme.split.team)
    for item, (batch, name) in rows.items():
        asked = batch.rows[name]
        holders = [who for who in asked if who in team or who in answered.all.get(item, ())]
        planned = len(team) if batch.kind in (CALIBRATION, PILOT) else scheme.split.seats
        seats = len(asked) if answered.some.get(item) else max(len(asked), planned)
        if len(holders) == len(asked) == seats:
            continue
        filled = fill(scheme.unit(item), holders, seats, scheme.split, load)
        leavers = [who for who in asked if who not in filled]
        batch.rows[name] = (*filled, *leavers[: seats - len(filled)])
        load.rows.update(set(filled) - set(asked))


def load_so_far(allocation: Allocation, scheme: Scheme) -> Load:
    """The load of the present team under the present split, without calibrations, which are the same for all."""
    same = (BATCH, scheme.split.team, scheme.split.name)
    return _load((batch for batch in allocation.batches if (batch.kind, batch.team, batch.split) == same), scheme)


def _load(batches: Iterable[Batch], scheme: Scheme) -> Load:
    load = Load()
    for batch in batches:
        panels = Counter({scheme.unit(item): who for item, who in batch.rows.items()}.values())
        for panel, units in panels.items():
            load.add(panel, units)
    return load


def next_batch(
    allocation: Allocation, scheme: Scheme, queue: Collection[str], former_ids: Mapping[str, str], answered: Answered
) -> NextBatch:
    """The rows to hand out now.

    First a calibration, if one is to be done; then batch after batch, each when everyone asked has answered all rows of
    the previous one or, if batches may run ahead, when somebody has nothing left to do. A calibration is passed by its
    kappa, by decision of the team (``passed``), or because rows have been handed out after it.
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
    if scheme.pilot and not allocation.batches:
        return NextBatch(PILOT, min(ready, scheme.pilot))
    if any(unread(pilot, allocation, scheme, queue, former_ids, answered) for pilot in allocation.of_kind(PILOT)[-1:]):
        return NextBatch(PILOT, 0)
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
    """Whether the calibration is passed, so that batches have been or may be handed out."""
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
    """The items of a batch, still in the queue, that not everyone asked has answered."""
    return list(_missing(batch, allocation, scheme, queue, former_ids, answered))


def waited_for(
    allocation: Allocation,
    scheme: Scheme,
    queue: Collection[str],
    former_ids: Mapping[str, str],
    answered: Answered,
) -> tuple[dict[str, int], int]:
    """The number of unanswered rows by reviewer, largest first, and the number of batches concerned."""
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
    """By item of a batch, the reviewers who have not answered yet; items answered by everyone are left out."""
    team, stopped, items = set(scheme.split.team), set(allocation.stopped), {}
    for item, who in batch.rows.items():
        now = item if item in queue else former_ids.get(item, "")
        ended = now in stopped and not answered.some.get(now)
        if now and not ended and (missing := team.intersection(who).difference(answered.all.get(now, ()))):
            items[now] = sorted(missing)
    return items


def add_batch(allocation: Allocation, scheme: Scheme, order: Sequence[str], following: NextBatch) -> Allocation:
    """The allocation with one more batch: the first waiting items of ``order``, or a random sample to calibrate on."""
    new = allocation.copy()
    ready = set(allocation.waiting) - set(allocation.stopped)
    in_order = [item for item in order if item in ready]
    if following.kind == CALIBRATION:
        drawn = sorted(in_order, key=lambda item: (chance(f"calibration\x1f{item}", scheme.split.seed), item))
        rows = dict.fromkeys(drawn[: following.size], scheme.split.team)
        batch = Batch(CALIBRATION, 0, "random", EVERYONE, scheme.split.team, rows, scheme.calibration)
    elif following.kind == PILOT:
        studies = list(dict.fromkeys(map(scheme.unit, in_order)))[: following.size]
        rows = {item: scheme.split.team for item in in_order if scheme.unit(item) in studies}
        batch = Batch(PILOT, 0, scheme.order, EVERYONE, scheme.split.team, rows)
    else:
        rows = _share(new, scheme, in_order[: following.size])
        batch = Batch(BATCH, following.number, scheme.order, scheme.split.name, scheme.split.team, rows)
    if rows:
        new.batches.append(batch)
        new.waiting = sorted(set(new.waiting) - rows.keys())
    return new


def _share(allocation: Allocation, scheme: Scheme, chosen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Reviewers by item; further rows of a study go to those who already have the study."""
    before = {scheme.unit(item): who for item, who in allocation.items()} if scheme.by_study else {}
    units = list(dict.fromkeys(scheme.unit(item) for item in chosen))
    team = set(scheme.split.team)
    owners = {unit: before[unit] for unit in units if unit in before and team.issuperset(before[unit])}
    owners |= share_out([unit for unit in units if unit not in owners], scheme.split, load_so_far(allocation, scheme))
    return {item: owners[scheme.unit(item)] for item in chosen}


def allocation_in_sheets(rows: Mapping[str, Sequence[str]], scheme: Scheme, owners: Sequence[str]) -> Allocation:
    """The allocation reconstructed from sheets that are older than this record.

    Args:
        rows: by reviewer, the items in the sheet from top to bottom.
        owners: the reviewers who have a sheet.
    """
    items = list(dict.fromkeys(item for own in rows.values() for item in own if item))
    has = {who: set(items if scheme.split.name == EVERYONE else rows.get(who, ())) for who in owners}
    asked = {item: tuple(who for who in owners if item in has[who]) or tuple(owners) for item in items}
    batch = Batch(FROM_SHEETS, 1, AS_FOUND, scheme.split.name, tuple(owners), asked)
    return Allocation([batch] if asked else [])
