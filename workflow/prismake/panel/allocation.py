"""Which rows of a stage are handed out when, and to whom: calibration, batches, the split of work; without files.

What was handed out is kept (``config/sheets/history/<stage>.rounds.json``), because nothing else tells it: people sort
their sheets, and the order in which rows were offered is what advice on stopping rests on. Rows that were handed out
never move. An item is handed out to some reviewers; an answer that somebody gave without being asked counts too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from prismake.panel.assignment import EVERYONE, Load, Split, fill, share_out
from prismake.panel.ranking import chance
from prismake.protocol.config import reviewers

CALIBRATION, BATCH, FOUND = "calibration", "batch", "found"
AS_FOUND = "as in the sheets"


@dataclass(frozen=True)
class Scheme:
    """What the protocol says about handing out in one stage.

    ``batch`` 0 means everything at once; ``calibration`` is the number of records of the first round, or 0. ``stop`` is
    the sentence with which people ended the stage, or empty. ``by_study``: the rows of a study stay together.
    """

    split: Split
    order: str = "id"
    batch: int = 0
    calibration: int = 0
    kappa: float = 0.6
    passed: bool = False
    stop: str = ""
    by_study: bool = False

    def unit(self, item: str) -> str:
        """What is shared out as one: the item, or its study where the rows of a study stay together."""
        return item.partition("|")[0] if self.by_study else item


def scheme_of(stage: str, protocol: Mapping[str, Any]) -> Scheme:
    """The scheme of a stage, from the protocol with its defaults filled in."""
    said = protocol[stage]
    calibration, split = said.get("calibration", {}), said.get("split", {})
    return Scheme(
        Split(
            tuple(reviewers(dict(protocol), stage)),
            split.get("per_record", 0),
            split.get("check", 0.0),
            protocol["seed"],
        ),
        said.get("order", "id"),
        said.get("batch", 0),
        calibration.get("records", 0),
        calibration.get("kappa", 0.6),
        calibration.get("passed", False),
        said.get("stop", ""),
        stage in ("appraisal", "extraction"),
    )


@dataclass
class Round:
    """Rows handed out together. ``rows``: item to reviewers, in the order of handing out.

    ``batch`` numbers the batches from 1 (0 for a calibration); a batch that was not full when it was handed out is
    filled up by further rounds of the same number. ``asked_for`` is the size that the protocol gave a calibration, and
    ``kappa`` its kappa when it had just been read.
    """

    kind: str
    batch: int
    order: str
    split: str
    team: tuple[str, ...]
    rows: dict[str, tuple[str, ...]]
    asked_for: int = 0
    kappa: float | None = None

    def to_dict(self) -> dict[str, Any]:
        rows = {item: " ".join(who) for item, who in self.rows.items()}
        plain = {"kind": self.kind, "batch": self.batch, "order": self.order, "split": self.split}
        plain |= {"team": " ".join(self.team), "rows": rows}
        if self.kind == CALIBRATION:
            plain |= {"asked_for": self.asked_for, "kappa": self.kappa}
        return plain


@dataclass
class HandedOut:
    """Everything that was handed out in a stage, oldest first.

    ``waiting``: items known and not handed out. ``arrived``: how many rows had been handed out when items were last
    added to the stage. ``stopped_by`` and ``stopped``: the sentence that ended the stage, and what was unread then.
    """

    rounds: list[Round] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    arrived: int = 0
    stopped_by: str = ""
    stopped: list[str] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        return {
            "rounds": [one.to_dict() for one in self.rounds],
            "waiting": self.waiting,
            "arrived": self.arrived,
            "stopped_by": self.stopped_by,
            "stopped": self.stopped,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> HandedOut:
        rounds = []
        people = {who: tuple(who.split()) for one in data["rounds"] for who in one["rows"].values()}
        for one in data["rounds"]:
            rows = {item: people[who] for item, who in one["rows"].items()}
            rounds.append(Round(**{**one, "team": tuple(one["team"].split()), "rows": rows}))
        return cls(rounds, list(data["waiting"]), data["arrived"], data["stopped_by"], list(data["stopped"]))

    def items(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """(item, reviewers) of every row, in the order of handing out."""
        return ((item, who) for one in self.rounds for item, who in one.rows.items())

    def copy(self) -> HandedOut:
        rounds = [replace(one, rows=dict(one.rows)) for one in self.rounds]
        return HandedOut(rounds, list(self.waiting), self.arrived, self.stopped_by, list(self.stopped))


@dataclass(frozen=True)
class Answered:
    """Who has answered what: item to the reviewers who gave any answer (``some``) or all that apply (``all``)."""

    some: Mapping[str, Collection[str]]
    all: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Due:
    """What is to be handed out next: ``number`` rows of a kind, as part of a batch; 0 rows while others are unread."""

    kind: str
    number: int
    batch: int = 0


def rows_now(handed: HandedOut, queue: Collection[str], joined: Mapping[str, str]) -> dict[str, tuple[Round, str]]:
    """Item of the queue to the round and the name under which it was handed out, in the order of handing out.

    ``joined``: former item to the item that it is part of now; an item's own row comes before that of a former one.
    """
    own = {item for item, _ in handed.items() if item in queue} if joined else set()
    found: dict[str, tuple[Round, str]] = {}
    for one in handed.rounds:
        for item in one.rows:
            now = item if item in queue else joined.get(item, "")
            if now and now not in found and (item == now or now not in own):
                found[now] = (one, item)
    return found


def bring_up_to_date(
    handed: HandedOut, scheme: Scheme, queue: Sequence[str], joined: Mapping[str, str], answered: Answered
) -> HandedOut:
    """What is handed out and what waits, after changes of the queue, of the reviewers and of the protocol."""
    new = handed.copy()
    rows = rows_now(new, set(queue), joined)
    known = {*rows, *new.waiting}
    if any(item not in known for item in queue):
        new.arrived = sum(len(one.rows) for one in new.rounds)
    new.waiting = sorted(item for item in queue if item not in rows)
    _stop(new, scheme, queue, answered)
    _reseat(rows, scheme, answered, new)
    return new


def _stop(new: HandedOut, scheme: Scheme, queue: Sequence[str], answered: Answered) -> None:
    """People's decision to read no more holds for what was unread when it was first seen, not for what comes later."""
    if scheme.stop == new.stopped_by:
        return
    new.stopped_by = scheme.stop
    new.stopped = sorted(item for item in queue if not answered.some.get(item)) if scheme.stop else []


def _reseat(rows: Mapping[str, tuple[Round, str]], scheme: Scheme, answered: Answered, new: HandedOut) -> None:
    """Pass on the rows of people who left before they answered; ask those who joined about what nobody has read.

    The one with the fewest rows takes over first, as a rule the one who is new. Where nobody is there to take a seat,
    whoever left keeps it, and is asked again when back.
    """
    load, team = _load(new.rounds, scheme), set(scheme.split.team)
    for item, (one, name) in rows.items():
        asked = one.rows[name]
        holders = [who for who in asked if who in team or who in answered.all.get(item, ())]
        wanted = len(team) if one.kind == CALIBRATION else scheme.split.seats
        seats = len(asked) if answered.some.get(item) else max(len(asked), wanted)
        if len(holders) == len(asked) == seats:
            continue
        filled = fill(scheme.unit(item), holders, seats, scheme.split, load)
        gone = [who for who in asked if who not in filled]
        one.rows[name] = (*filled, *gone[: seats - len(filled)])
        load.rows.update(set(filled) - set(asked))


def load_so_far(handed: HandedOut, scheme: Scheme) -> Load:
    """What the present team has had under the present split, calibration left out: all had the same there."""
    same = (BATCH, scheme.split.team, scheme.split.name)
    return _load((one for one in handed.rounds if (one.kind, one.team, one.split) == same), scheme)


def _load(rounds: Iterable[Round], scheme: Scheme) -> Load:
    load = Load()
    for one in rounds:
        for who in {scheme.unit(item): who for item, who in one.rows.items()}.values():
            load.add(who)
    return load


def due(
    handed: HandedOut, scheme: Scheme, queue: Collection[str], joined: Mapping[str, str], answered: Answered
) -> Due:
    """What is to be handed out now.

    First a calibration, while there is one to do; then batch after batch, each when everyone who was asked has answered
    all rows of the one before. A calibration is passed by its kappa, by people (``passed``), or because rows were
    handed out after it.
    """
    open_items = len(set(handed.waiting) - set(handed.stopped))
    lots = [one for one in handed.rounds if one.kind == CALIBRATION]
    if scheme.calibration and not scheme.passed:
        last = lots[-1] if lots else None
        more = last is not None and scheme.calibration > last.asked_for and not calibrated(handed, scheme)
        if last is None or (more and not unread(last, handed, scheme, queue, joined, answered)):
            before = sum(len(one.rows) for one in lots)
            return Due(CALIBRATION, min(open_items, max(0, scheme.calibration - before)))
        if not calibrated(handed, scheme):
            return Due(CALIBRATION, 0)
    current = max((one.batch for one in handed.rounds), default=0)
    if not scheme.batch:
        return Due(BATCH, open_items, current + 1)
    mine = [one for one in handed.rounds if one.kind != CALIBRATION and one.batch == current]
    if not any(unread(one, handed, scheme, queue, joined, answered) for one in mine):
        return Due(BATCH, min(open_items, scheme.batch), current + 1)
    return Due(BATCH, max(0, min(open_items, scheme.batch - sum(len(one.rows) for one in mine))), current)


def calibrated(handed: HandedOut, scheme: Scheme) -> bool:
    """Whether the team has gone on, or may go on, to the batches."""
    lots = [place for place, one in enumerate(handed.rounds) if one.kind == CALIBRATION]
    if scheme.passed or not scheme.calibration or not lots:
        return scheme.passed or not scheme.calibration
    if any(one.kind == BATCH for one in handed.rounds[lots[-1] :]):
        return True
    kappa = handed.rounds[lots[-1]].kappa
    return kappa is not None and kappa >= scheme.kappa


def unread(
    one: Round,
    handed: HandedOut,
    scheme: Scheme,
    queue: Collection[str],
    joined: Mapping[str, str],
    answered: Answered,
) -> list[str]:
    """The items of a round that somebody who is asked has not answered; what is no longer wanted does not count."""
    team, stopped, found = set(scheme.split.team), set(handed.stopped), []
    for item, who in one.rows.items():
        now = item if item in queue else joined.get(item, "")
        ended = now in stopped and not answered.some.get(now)
        if now and not ended and team.intersection(who).difference(answered.all.get(now, ())):
            found.append(now)
    return found


def add_round(handed: HandedOut, scheme: Scheme, order: Sequence[str], what: Due) -> HandedOut:
    """The same with one more round: the first of ``order`` that wait, or a random sample of them for a calibration."""
    new = handed.copy()
    ready = set(handed.waiting) - set(handed.stopped)
    in_order = [item for item in order if item in ready]
    if what.kind == CALIBRATION:
        chosen = sorted(in_order, key=lambda item: (chance(f"calibration\x1f{item}", scheme.split.seed), item))
        chosen = chosen[: what.number]
        rows = dict.fromkeys(chosen, scheme.split.team)
        made = Round(CALIBRATION, 0, "random", EVERYONE, scheme.split.team, rows, scheme.calibration)
    else:
        chosen = in_order[: what.number]
        rows = _share(new, scheme, chosen)
        made = Round(BATCH, what.batch, scheme.order, scheme.split.name, scheme.split.team, rows)
    if rows:
        new.rounds.append(made)
        new.waiting = sorted(set(new.waiting) - rows.keys())
    return new


def _share(handed: HandedOut, scheme: Scheme, chosen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Reviewers by item; the rows of a study that comes in pieces go to those who have the study already."""
    before = {scheme.unit(item): who for item, who in handed.items()} if scheme.by_study else {}
    units = list(dict.fromkeys(scheme.unit(item) for item in chosen))
    team = set(scheme.split.team)
    kept = {unit: before[unit] for unit in units if unit in before and team.issuperset(before[unit])}
    kept |= share_out([unit for unit in units if unit not in kept], scheme.split, load_so_far(handed, scheme))
    return {item: kept[scheme.unit(item)] for item in chosen}


def found_in_sheets(rows: Mapping[str, Sequence[str]], scheme: Scheme, owners: Sequence[str]) -> HandedOut:
    """What must have been handed out in a review whose sheets are older than this record of it.

    Args:
        rows: by reviewer, the items that stand in the sheet, from top to bottom.
        owners: the reviewers who have a sheet.
    """
    items = list(dict.fromkeys(item for standing in rows.values() for item in standing if item))
    has = {who: set(standing) for who, standing in rows.items()}
    everyone = scheme.split.name == EVERYONE
    asked = {
        item: tuple(who for who in owners if everyone or item in has.get(who, ())) or tuple(owners) for item in items
    }
    if not asked:
        return HandedOut()
    return HandedOut([Round(FOUND, 1, AS_FOUND, scheme.split.name, tuple(owners), asked)])
