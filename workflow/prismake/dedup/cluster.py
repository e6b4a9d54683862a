"""From decided pairs to clusters; vetoes apply to whole clusters and not only to single pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.dedup import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from prismake.dedup.compare import Pairs
    from prismake.dedup.entries import Entries
    from prismake.dedup.rules import Decisions

_APART = kinds.CORRECTION | kinds.RETRACTION | kinds.COMMENT | kinds.REPLY | kinds.REGISTRY | kinds.PREPRINT


class Clusters:
    """Union-find of entries that refuses any union that would put a forbidden pair into one cluster.

    ``conflict(x, y)`` says whether two signatures exclude each other; a cluster stores distinct signatures only, so a
    cluster of a thousand identical records costs one comparison.
    """

    def __init__(self, signatures: list[Any], conflict: Callable[[tuple[Any, ...], tuple[Any, ...]], bool]) -> None:
        self.parent = list(range(len(signatures)))
        self.signatures = signatures
        self.held: dict[int, set[Any]] = {}
        self.members: dict[int, list[int]] = {}
        self.forbidden: dict[int, set[int]] = {}
        self.conflict = conflict

    def find(self, k: int) -> int:
        """The cluster of an entry."""
        parent = self.parent
        while parent[k] != k:
            parent[k] = parent[parent[k]]
            k = parent[k]
        return k

    def forbid(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Forbid pairs of entries ever to be in one cluster, whatever the rules decide."""
        for a, b in pairs:
            self.forbidden.setdefault(a, set()).add(b)
            self.forbidden.setdefault(b, set()).add(a)

    def clash(self, a: int, b: int) -> bool:
        """Whether the union of the clusters of two entries would break a veto."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return False
        x, y = self.held.get(a) or {self.signatures[a]}, self.held.get(b) or {self.signatures[b]}
        return any(self.conflict(s, t) for s in x for t in y)

    def answered(self, a: int, b: int) -> bool:
        """Whether people have answered that a member of one cluster does not belong to the other."""
        x = self.members.get(self.find(a), [a])
        y = set(self.members.get(self.find(b), [b]))
        return any(self.forbidden.get(k, _NONE) & y for k in x) if self.forbidden else False

    def join(self, a: int, b: int, *, check: bool = True) -> bool:
        """Put two entries into one cluster; False when a veto forbids it."""
        a, b = self.find(a), self.find(b)
        if a == b:
            return True
        if self.answered(a, b) or (check and self.clash(a, b)):
            return False
        a, b = min(a, b), max(a, b)
        self.held[a] = self.held.pop(a, {self.signatures[a]}) | self.held.pop(b, {self.signatures[b]})
        self.members[a] = self.members.pop(a, [a]) + self.members.pop(b, [b])
        self.parent[b] = a
        return True

    def labels(self) -> np.ndarray:
        """The cluster of every entry."""
        return np.array([self.find(k) for k in range(len(self.parent))], dtype=np.int64)


_NONE: frozenset[int] = frozenset()


def signatures(p: Entries, merge_cochrane_versions: bool | str = "ask") -> list[tuple[Any, ...]]:
    """Properties by which records exclude each other: DOIs, PMID, place, title numbers, kind, registration."""
    registry = (p.kind & kinds.REGISTRY) > 0
    dois = [
        (number,) if number and merge_cochrane_versions is True else dois_of_record
        for number, dois_of_record in zip(p.cochrane, p.dois, strict=True)
    ]
    return [
        (dois[k], p.pmid[k], p.volume[k], p.first_page[k], p.numbers[k], int(p.kind[k] & _APART),
         p.trials[k] if registry[k] else ())
        for k in range(len(p))
    ]  # fmt: skip


def conflicts(p: Entries, q: Pairs, d: Decisions) -> Callable[[tuple[Any, ...], tuple[Any, ...]], bool]:
    """Return the test whether two signatures exclude each other.

    DOIs and title numbers in which a merged pair differs (one paper under two DOIs, a number lost in one export) are no
    conflict elsewhere in its cluster either.
    """
    excused: set[tuple[Any, ...]] = set()
    for k in np.flatnonzero((d.rule != "") & (d.veto == "") & ((q.doi == 0) | (q.numbers < 1))).tolist():
        x, y = q.a[k], q.b[k]
        excused |= {(p.dois[x], p.dois[y]), (p.dois[y], p.dois[x])} if q.doi[k] == 0 else set()
        excused |= {(p.numbers[x], p.numbers[y]), (p.numbers[y], p.numbers[x])} if q.numbers[k] < 1 else set()

    def conflict(x: tuple[Any, ...], y: tuple[Any, ...]) -> bool:
        if x == y:
            return False
        same_place = x[2] == y[2] != "" and x[3] == y[3] != ""
        same_doi = bool(set(x[0]) & set(y[0]))
        if x[0] and y[0] and not same_place and not same_doi and (x[0], y[0]) not in excused:
            return True
        if x[1] and y[1] and x[1] != y[1]:
            return True
        if x[5] != y[5] and not same_place and not same_doi:
            return True
        if x[6] and y[6] and not set(x[6]) & set(y[6]):
            return True
        return (
            x[4] != y[4]
            and not same_doi
            and (x[4], y[4]) not in excused
            and _numbers_differ(x[4].split(), y[4].split())
        )

    return conflict


def _numbers_differ(x: list[str], y: list[str]) -> bool:
    """Whether each side has a number that the other lacks."""
    if not x or not y or "".join(x) == "".join(y):
        return False
    left = list(x)
    right = 0
    for number in y:
        if number in left:
            left.remove(number)
        else:
            right += 1
    return bool(left and right)
