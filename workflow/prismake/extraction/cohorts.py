"""Studies with the same participants: which of them contributes to which outcome.

A study gives way only to one that has a number for the outcome. ``named``, the usual rule, follows what people wrote,
from a study to the one it names and on to the one that this names; of studies that name each other in a circle, the
largest stays. The other rules ignore the direction of a naming: ``largest`` keeps the set without overlap that has the
most participants (a maximum weight independent set), ``longest`` the study with the longest follow-up,
``most_complete`` the one that reports the most outcomes, then what does not overlap with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from prismake.core.phrases import normal_word

RULES = ("named", "largest", "longest", "most_complete")
_EXACT = 24  # studies of a family up to which every set is examined; larger families are settled one study at a time


class Candidate(NamedTuple):
    """A row with a number for an outcome: its people, follow-up and number of outcomes (never NaN, 0 if unknown)."""

    size: float = 0.0
    follow_up: float = 0.0
    outcomes: int = 0


def named_rows(text: str, labels: Mapping[str, str]) -> list[str]:
    """The rows that a cell names by id or label: a row, all arms of a study, or several (``A; B``, ``A and B``).

    Empty if any of the names is no row; ``unknown_names`` says which.
    """
    rows = _named(text, labels)
    parts = [] if rows else [_named(part, labels) for part in _parts(text)]
    return rows or (list(dict.fromkeys(row for part in parts for row in part)) if all(parts) else [])


def unknown_names(text: str, labels: Mapping[str, str]) -> list[str]:
    """The names in a cell that are those of no row."""
    if named_rows(text, labels):
        return []
    parts = _parts(text)
    unknown = [part for part in parts if not _named(part, labels)]
    return unknown if len(unknown) < len(parts) else [text]


def _parts(text: str) -> list[str]:
    """The names in a cell with several of them."""
    return [part.strip() for part in re.split(r"[;\n&]|\s+and\s+", text) if part.strip()]


def _named(name: str, labels: Mapping[str, str]) -> list[str]:
    """The row with this id or label, or all arms of the study that has it."""
    word = normal_word(name)
    exact = [item for item, label in labels.items() if word in (normal_word(item), normal_word(label))]
    if exact:
        return exact
    return [
        item
        for item, label in labels.items()
        if "|" in item
        and word
        in (normal_word(item.partition("|")[0]), normal_word(label.removesuffix(f", {item.partition('|')[2]}")))
    ]


def gives_way(
    candidates: Mapping[str, Candidate], named: Mapping[str, Sequence[str]], rule: str = "named"
) -> dict[str, str]:
    """For each row that gives way in one outcome, the row that is pooled instead.

    Args:
        candidates: the rows that have a number for the outcome.
        named: for each row, the rows that it names as having the same participants.
    """
    if rule == "named":
        return _by_name(candidates, named)
    result: dict[str, str] = {}
    for family in families(named):
        members = [item for item in family if item in candidates]
        near = _neighbours(named, members)
        representatives = (
            _largest(members, near, candidates) if rule == "largest" else _first(members, near, candidates, rule)
        )
        for item in members:
            if item not in representatives:
                result[item] = max(
                    (other for other in near[item] if other in representatives), key=_size_of(candidates)
                )
    return result


def families(named: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Rows connected by naming each other, directly or through others, in the order in which they are first met."""
    family: dict[str, list[str]] = {}
    for item, others in named.items():
        for other in others:
            first, second = family.setdefault(item, [item]), family.setdefault(other, [other])
            if first is not second:
                first += second
                for member in second:
                    family[member] = first
    return list({id(members): members for members in family.values()}.values())


def _by_name(candidates: Mapping[str, Candidate], named: Mapping[str, Sequence[str]]) -> dict[str, str]:
    result = {}
    for item in candidates:
        reached = _reached(item, named)
        ring = {other for other in reached if item in _reached(other, named)}
        ahead = [other for other in reached if other in candidates and other not in ring and other != item]
        rivals = [other for other in ring if other in candidates and other != item]
        better = [other for other in rivals if _rank(candidates[other], other) < _rank(candidates[item], item)]
        if ahead:
            result[item] = ahead[0]
        elif better:
            result[item] = min(better, key=lambda other: _rank(candidates[other], other))
    return {item: _end(item, result) for item in result}


def _end(item: str, instead: Mapping[str, str]) -> str:
    """The row that is pooled in the end, if the one named gives way itself."""
    while item in instead:
        item = instead[item]
    return item


def _rank(candidate: Candidate, item: str) -> tuple[float, str]:
    return -candidate.size, item


def _size_of(candidates: Mapping[str, Candidate]) -> Callable[[str], tuple[float, str]]:
    return lambda item: (candidates[item].size, item)


def _reached(item: str, named: Mapping[str, Sequence[str]]) -> list[str]:
    """The rows that a row names, those that these name, and so on, nearest first."""
    rows: list[str] = []
    waiting = list(named.get(item, ()))
    while waiting:
        other = waiting.pop(0)
        if other not in rows:
            rows.append(other)
            waiting += named.get(other, ())
    return rows


def _neighbours(named: Mapping[str, Sequence[str]], members: Sequence[str]) -> dict[str, set[str]]:
    near: dict[str, set[str]] = {item: set() for item in members}
    for item, others in named.items():
        for other in others:
            if item in near and other in near and item != other:
                near[item].add(other)
                near[other].add(item)
    return near


def _largest(members: Sequence[str], near: Mapping[str, set[str]], candidates: Mapping[str, Candidate]) -> set[str]:
    """The set of rows without overlap that has the most participants; ties go to the set whose ids come first."""
    if len(members) > _EXACT:
        return _first(members, near, candidates, "largest")

    def best(left: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
        if not left:
            return 0.0, ()
        item, *others = left
        without = best(tuple(others))
        if not near[item] & set(others):
            return candidates[item].size + without[0], (item, *without[1])
        size, rest = best(tuple(other for other in others if other not in near[item]))
        chosen = (candidates[item].size + size, (item, *rest))
        return chosen if chosen[0] >= without[0] else without

    return set(best(tuple(sorted(members)))[1])


def _first(
    members: Sequence[str], near: Mapping[str, set[str]], candidates: Mapping[str, Candidate], rule: str
) -> set[str]:
    """Rows taken in the order of the rule if they overlap with none kept so far; ties go to the larger one."""

    def rank(item: str) -> tuple[float, float, str]:
        candidate = candidates[item]
        value = {"longest": candidate.follow_up, "most_complete": candidate.outcomes}.get(rule, candidate.size)
        return -value, -candidate.size, item

    representatives: set[str] = set()
    for item in sorted(members, key=rank):
        if not near[item] & representatives:
            representatives.add(item)
    return representatives
