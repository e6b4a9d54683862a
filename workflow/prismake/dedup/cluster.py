"""From decided pairs to clusters; vetoes apply to whole clusters and not only to single pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.dedup import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from prismake.dedup.compare import Pairs
    from prismake.dedup.entries import Entries
    from prismake.dedup.rules import Decisions

_APART = kinds.CORRECTION | kinds.RETRACTION | kinds.COMMENT | kinds.REPLY | kinds.REGISTRY | kinds.PREPRINT


class Clusters:
    """Union-find of entries that refuses any union that would put a forbidden pair into one cluster.

    ``conflict(x, y)`` says whether two signatures exclude each other; a cluster stores distinct signatures only, so a
    cluster of a thousand identical records costs one comparison.
    """

    def __init__(
        self, size: int, signatures: Mapping[int, Any], conflict: Callable[[tuple[Any, ...], tuple[Any, ...]], bool]
    ) -> None:
        self.size = size
        self.parent: dict[int, int] = {}  # of entries that have been united
        self.signatures = signatures  # of entries that may be united
        self.held: dict[int, set[Any]] = {}
        self.members: dict[int, list[int]] = {}
        self.forbidden: dict[int, set[int]] = {}
        self.conflict = conflict

    def find(self, k: int) -> int:
        """The cluster of an entry."""
        parent = self.parent
        while k in parent:
            above = parent[k]
            if above in parent:
                parent[k] = parent[above]
            k = above
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
        out = np.arange(self.size)
        for label, members in self.members.items():
            out[members] = label
        return out


_NONE: frozenset[int] = frozenset()


def signatures(
    p: Entries, entries: np.ndarray, merge_cochrane_versions: bool | str = "ask"
) -> dict[int, tuple[Any, ...]]:
    """By entry, properties by which records exclude each other: DOIs, PMID, place, numbers, kind, registration."""
    names = ("dois", "pmid", "volume", "first_page", "numbers", "kind", "trials", "cochrane")
    fields = (p.values(name, entries) for name in names)
    out: dict[int, tuple[Any, ...]] = {}
    for entry, dois, pmid, volume, page, numbers, kind, trials, review in zip(entries.tolist(), *fields, strict=True):
        identity = (review,) if review and merge_cochrane_versions is True else dois
        registered = trials if kind & kinds.REGISTRY else ()
        out[entry] = (identity, pmid, volume, page, numbers, kind & _APART, registered)
    return out


def conflicts(p: Entries, q: Pairs, d: Decisions) -> Callable[[tuple[Any, ...], tuple[Any, ...]], bool]:
    """Return the test whether two signatures exclude each other.

    DOIs and title numbers in which a merged pair differs (one paper under two DOIs, a number lost in one export) are no
    conflict elsewhere in its cluster either.
    """
    excused: set[tuple[Any, ...]] = set()
    merged = (d.rule != "") & (d.veto == "")
    for name, differ in (("dois", q.doi == 0), ("numbers", q.numbers < 1)):
        rows = np.flatnonzero(merged & differ)
        for x, y in zip(p.values(name, q.a[rows]), p.values(name, q.b[rows]), strict=True):
            excused |= {(x, y), (y, x)}

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
