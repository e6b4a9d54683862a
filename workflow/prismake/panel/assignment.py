"""Assignment of items to reviewers: all items to everyone, to some of the reviewers in turn, or to one with a sample
checked by the others.

Shares within a team differ by at most one unit, partners alternate, and the same seed gives the same split on every
machine. An assignment is never withdrawn from a reviewer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from prismake.panel.ranking import chance

EVERYONE = "everyone"


@dataclass(frozen=True)
class Split:
    """The split of work in a stage. ``per_record`` 0 means everyone; ``check`` is a share between 0 and 1, or 0.

    With ``check`` the first of the team judges everything, and the others a random sample of this share.
    """

    team: tuple[str, ...]
    per_record: int = 0
    check: float = 0.0
    seed: int = 0

    @property
    def name(self) -> str:
        """One word for the kind of split, recorded with each batch."""
        if self.check:
            return f"check {self.check:g}"
        return EVERYONE if self.per_record in (0, len(self.team)) else f"{self.per_record} each"

    @property
    def seats(self) -> int:
        """The number of reviewers of a unit that is not in a sample."""
        return 1 if self.check else min(self.per_record or len(self.team), len(self.team))


@dataclass
class Load:
    """The assignments so far under the same team and split: units, units checked, rows and pairs of reviewers."""

    units: int = 0
    checked: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, who: Iterable[str], units: int = 1) -> None:
        """Add units that were assigned to these people."""
        people = list(who)
        self.units += units
        self.checked += units * (len(people) > 1)
        for person in people if units else ():
            self.rows[person] += units
            for other in people:
                if person != other:
                    self.pairs[person, other] += units


def share_out(units: Sequence[str], split: Split, load: Load) -> dict[str, tuple[str, ...]]:
    """The reviewers of each unit, in the order of the team.

    Args:
        units: the units to be judged, in the order of allocation; a unit is a record, a report or a study.
        load: the assignments of this team so far; it is updated.
    """
    checked = _sample(units, split, load) if split.check else set()
    if not split.check and split.seats >= len(split.team):
        load.add(split.team, len(units))
        return dict.fromkeys(units, split.team)
    shared = {}
    for unit in units:
        seats = split.seats + (unit in checked)
        shared[unit] = fill(unit, (), seats, split, load)
        load.add(shared[unit])
    return shared


def fill(unit: str, holders: Sequence[str], seats: int, split: Split, load: Load) -> tuple[str, ...]:
    """``holders`` and further members of the team until all seats are taken.

    Those with the fewest rows come first, then the least frequent partners of the holders, then a random draw.
    """
    if not holders and seats >= len(split.team):
        return split.team
    chosen = list(holders)
    free = [who for who in split.team if who not in chosen]
    while free and len(chosen) < seats:
        if split.check and split.team[0] in free:
            best = split.team[0]
        else:
            best = min(free, key=lambda who: (load.rows[who], _met(who, chosen, load.pairs), _draw(unit, who, split)))
        free.remove(best)
        chosen.append(best)
    rank = {who: place for place, who in enumerate(split.team)}
    return tuple(sorted(chosen, key=lambda who: rank.get(who, -1)))


def _met(who: str, chosen: Sequence[str], pairs: Mapping[tuple[str, str], int]) -> int:
    return sum(pairs[who, other] for other in chosen)


def _draw(unit: str, who: str, split: Split) -> float:
    return chance(f"{who}\x1f{unit}", split.seed)


def _sample(units: Sequence[str], split: Split, load: Load) -> set[str]:
    """The units to be checked: a random sample, of the size that brings the share of all units so far to the target."""
    number = math.ceil(split.check * (load.units + len(units)) - 1e-9) - load.checked
    drawn = sorted(units, key=lambda unit: (chance(f"check\x1f{unit}", split.seed), unit))
    return set(drawn[: max(0, number)])
