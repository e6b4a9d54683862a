"""Several arms of a trial with one comparator, whose people must not be counted twice (Handbook 6, 23.3.4).

``combine`` makes one group of the arms, which the Handbook recommends: events, totals and person-time are added up,
means and standard deviations combined by its table 6.5.a. ``split`` keeps the arms apart and gives each an equal share
of the comparator: events, totals and person-time are divided, and for means only the number of people. Arms that an
analysis keeps apart, as members of different subgroups, are never combined: their comparator is split.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from prismake.core.labels import join
from prismake.core.names import STUDY_ID
from prismake.core.numbers import typed
from prismake.core.phrases import plural
from prismake.extraction.conversions import combine_groups, split_comparator

if TYPE_CHECKING:
    import pandas as pd

COMBINE, SPLIT = "combine", "split"
_SIDES = ("2", "1")  # the shared group is usually the second one; two comparators can also share the first
_SIZES = ("total", "n")
_UNCHANGED = frozenset({"mean", "sd"})  # for a group that is split


class Settled(NamedTuple):
    """The rows with each person counted once, and sentences on what was done."""

    rows: pd.DataFrame
    notes: list[str]


def count_people_once(used: pd.DataFrame, spec: Mapping[str, Any]) -> Settled:
    """The rows of an outcome, with groups that several rows of a study share combined or split.

    Args:
        used: rows of ``extraction/outcomes.csv`` that are pooled, numbers as texts.
        spec: ``outcomes.<outcome>`` of the config.
    """
    import pandas as pd

    parts: list[Mapping[str, Any]] = []
    notes: list[str] = []
    apart = [*spec.get("subgroups", ()), *spec.get("moderators", ())]
    for _, frame in used.groupby(STUDY_ID, sort=False):
        rows = frame.to_dict("records")
        settled, own = _of_study(rows, spec, apart) if len(rows) > 1 else (rows, [])
        parts += settled
        notes += own
    if not notes:
        return Settled(used, [])
    order = {study: place for place, study in enumerate(dict.fromkeys(used[STUDY_ID]))}
    parts.sort(key=lambda row: order[row[STUDY_ID]])
    return Settled(pd.DataFrame(parts, columns=list(used.columns), dtype=str), notes)


def _of_study(
    rows: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], apart: Sequence[str]
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """The rows of one study and what was done to them."""
    name = _study_name(rows[0])
    if not any(role.endswith(_SIDES) for role in spec["columns"]):
        if "effect" in spec["columns"]:
            what = f"{name} gives {len(rows)} results, which are pooled as if they were of different people."
            return list(rows), [f"{what} Where they share a comparator, the sensitivity analysis three_level is safer."]
        return list(rows), []
    for side in _SIDES:
        groups: dict[tuple[float, ...], list[Mapping[str, Any]]] = {}
        for row in rows:
            groups.setdefault(_group(row, spec, side), []).append(row)
        if len(groups) < len(rows):
            break
    else:
        return list(rows), _unlike_comparators(rows, spec, name)
    settled: list[Mapping[str, Any]] = []
    notes = []
    for sharing in groups.values():
        if len(sharing) == 1:
            settled += sharing
            continue
        unlike = [column for column in apart if len({row.get(column, "") for row in sharing}) > 1]
        if spec.get("shared_comparator", COMBINE) == COMBINE and not unlike:
            settled.append(_combined(sharing, spec, "1" if side == "2" else "2"))
            how = "which were combined into one"
        else:
            settled += [_split(row, spec, side, len(sharing)) for row in sharing]
            how = f"so that each stands against {_share(len(sharing))} of its events and people"
            if any(role.startswith("mean") for role in spec["columns"]):
                how = f"so that each stands against {_share(len(sharing))} of its people"
            if any(role.startswith("time") for role in spec["columns"]):
                how = f"so that each stands against {_share(len(sharing))} of its events and person-time"
        notes.append(f"{name}: one {_shared_group(side)} for {_arms(sharing)}, {how} (Cochrane Handbook 23.3.4).")
    return settled, notes


def _shared_group(side: str) -> str:
    return "comparator" if side == "2" else "first group"


def _share(arms: int) -> str:
    return {2: "half", 3: "a third", 4: "a quarter"}.get(arms, f"a share of 1 in {arms}")


def _arms(rows: Sequence[Mapping[str, Any]]) -> str:
    names = [row["arm"] for row in rows if row["arm"]]
    return join(names) if len(names) == len(rows) else plural(len(rows), "arm")


def _study_name(row: Mapping[str, Any]) -> str:
    return str(row["label"]).removesuffix(f", {row['arm']}")


def _group(row: Mapping[str, Any], spec: Mapping[str, Any], side: str) -> tuple[float, ...]:
    return tuple(float(row[role]) for role in spec["columns"] if role.endswith(side))


def _unlike_comparators(rows: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], name: str) -> list[str]:
    """Groups of equal size with different numbers: different people, or one of them mistyped."""
    size = next((f"{word}2" for word in _SIZES if f"{word}2" in spec["columns"]), "")
    sizes = [float(row[size]) for row in rows] if size else []
    if len(set(sizes)) == len(sizes):
        return []
    twice = next(value for value in sizes if sizes.count(value) > 1)
    which = f"{name} has several comparators of {typed(twice)} people with different numbers"
    return [f"{which}, which were taken as different people."]


def _split(row: Mapping[str, Any], spec: Mapping[str, Any], side: str, arms: int) -> Mapping[str, Any]:
    """The row with its share of the group that it shares with the other arms."""
    numbers = {role[:-1]: float(row[role]) for role in spec["columns"] if role.endswith(side)}
    shares = split_comparator(numbers, arms)
    return {**row, **{f"{role}{side}": repr(value) for role, value in shares.items() if role not in _UNCHANGED}}


def _combined(rows: Sequence[Mapping[str, Any]], spec: Mapping[str, Any], side: str) -> Mapping[str, Any]:
    """Several rows as one: the groups that differ are combined, beside the one that they share."""
    numbers: dict[str, float] = {}
    if f"mean{side}" in spec["columns"]:
        groups = [tuple(float(row[f"{role}{side}"]) for role in ("n", "mean", "sd")) for row in rows]
        n, mean, sd = combine_groups([(int(n), mean, sd) for n, mean, sd in groups])
        numbers = {f"n{side}": n, f"mean{side}": mean, f"sd{side}": sd}
    else:
        added = [role for role in spec["columns"] if role.endswith(side)]
        numbers = {role: sum(float(row[role]) for row in rows) for role in added}
    names = [row["arm"] for row in rows if row["arm"]]
    sources = dict.fromkeys(str(row.get("source", "")) for row in rows if row.get("source"))
    ways = dict.fromkeys(str(row.get("how", "")) for row in rows if row.get("how"))
    return {
        **rows[0],
        "label": _study_name(rows[0]),
        "arm": " + ".join(names),
        "source": " / ".join(sources),
        "how": "; ".join(ways),
        **{role: _text(value) for role, value in numbers.items()},
    }


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))
