"""Rows of the outcome table as the trials of a network; every other row with the reason why it is none."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prismake.core.measures import measure_of
from prismake.core.names import STUDY_ID
from prismake.core.phrases import plural
from prismake.extraction.conversions import combine_groups
from prismake.protocol.network_outcomes import TREATMENT
from prismake.synthesis.network.treatment_names import named_treatments
from prismake.synthesis.usable import LEVEL, NO_EVENTS, UNUSABLE

if TYPE_CHECKING:
    import pandas as pd

    from prismake.pooling.network import Trial


@dataclass(frozen=True)
class NetworkRows:
    """The trials of an outcome.

    ``trials`` in the order of the rows; ``arms``: by study, its rows as they are analysed, each with ``treatment``,
    numbers and the positions of the rows behind it; ``reasons``: by position, why a row is not used.
    """

    trials: tuple[Trial, ...]
    arms: Mapping[str, Sequence[Mapping[str, Any]]]
    reasons: Mapping[int, str]
    notes: tuple[str, ...]


def network_rows(rows: pd.DataFrame, spec: Mapping[str, Any], level: float = LEVEL) -> NetworkRows:
    """Trials from rows with complete numbers.

    Args:
        rows: of one outcome, as ``extraction/outcomes.csv`` has them.
        spec: ``measure``, ``columns``, ``ratio_scale`` and ``network`` of the outcome.
        level: of published intervals, in percent.
    """
    pairs = "effect" in spec["columns"]
    cells = rows.to_dict("records")
    named = named_treatments([str(row[TREATMENT]) for row in cells], spec["network"], pairs=pairs)
    own = [
        {
            STUDY_ID: row[STUDY_ID],
            "label": _study_name(row),
            "rows": [position],
            "treatments": named.names[position],
            **{role: float(row[role]) for role in spec["columns"]},
        }
        for position, row in enumerate(cells)
        if position not in named.reasons
    ]
    reasons = dict(named.reasons)
    return _of_pairs(own, spec, level, reasons) if pairs else _of_arms(own, spec, reasons)


def _study_name(row: Mapping[str, Any]) -> str:
    return str(row["label"]).removesuffix(f", {row['arm']}")


def _of_arms(own: list[dict[str, Any]], spec: Mapping[str, Any], reasons: dict[int, str]) -> NetworkRows:
    import numpy as np

    from prismake.pooling.network import arm_trials
    from prismake.pooling.network.trials import impossible_arms

    faults = impossible_arms(spec["measure"], [np.array([arm[role] for arm in own]) for role in spec["columns"]])
    for place, reason in faults.items():
        reasons |= dict.fromkeys(own[place]["rows"], reason)
    arms, notes = _each_treatment_once([arm for place, arm in enumerate(own) if place not in faults], spec["columns"])
    found = arm_trials(
        spec["measure"],
        {role: [arm[role] for arm in arms] for role in spec["columns"]},
        [arm[STUDY_ID] for arm in arms],
        [arm["treatments"][0] for arm in arms],
    )
    return _result(arms, found, reasons, notes)


def _of_pairs(own: list[dict[str, Any]], spec: Mapping[str, Any], level: float, reasons: dict[int, str]) -> NetworkRows:
    from prismake.pooling import effect_rows
    from prismake.pooling.network import contrast_trials

    names = {"effect": "yi", "lower": "lb", "upper": "ub"}
    data = {name: [row[role] for row in own] for role, name in names.items()}
    sizes = effect_rows(measure_of(spec), data, level=level) if own else None
    found = contrast_trials(
        sizes.yi if sizes else [],
        sizes.vi if sizes else [],
        [row[STUDY_ID] for row in own],
        [row["treatments"][0] for row in own],
        [row["treatments"][1] for row in own],
    )
    faults = {left.row: f"{left.what} {left.remedy}".strip() for left in sizes.left_out} if sizes else {}
    labels = {row[STUDY_ID]: row["label"] for row in own}
    notes = []
    for note in found.notes:
        study, _, text = note.partition(":")
        notes.append(f"{labels.get(study, study)}:{text}")
    return _result(own, found, reasons, notes, faults)


def _result(
    arms: Sequence[Mapping[str, Any]], found: Any, reasons: dict[int, str], notes: Sequence[str],
    faults: Mapping[int, str] | None = None,
) -> NetworkRows:  # fmt: skip
    """The trials with labels instead of ids in the reasons, and the arms behind them."""
    used: dict[str, list[Mapping[str, Any]]] = {}
    for place, arm in enumerate(arms):
        reason = (faults or {}).get(place) or found.left_out.get(place, "")
        if reason:
            reasons |= dict.fromkeys(arm["rows"], reason.replace(str(arm[STUDY_ID]), arm["label"]))
        else:
            used.setdefault(str(arm[STUDY_ID]), []).append(arm)
    return NetworkRows(tuple(found.trials), used, dict(sorted(reasons.items())), tuple(notes))


def _each_treatment_once(
    own: Sequence[Mapping[str, Any]], columns: Mapping[str, str]
) -> tuple[list[Mapping[str, Any]], list[str]]:
    """Arms of one study with the same treatment as one arm (Cochrane Handbook 6, 23.3.4), and sentences on them."""
    groups: dict[tuple[str, tuple[str, ...]], list[Mapping[str, Any]]] = {}
    for arm in own:
        groups.setdefault((arm[STUDY_ID], arm["treatments"]), []).append(arm)
    arms, notes = [], []
    for members in groups.values():
        first = members[0]
        if len(members) > 1:
            what = f"{plural(len(members), 'arm')} with {first['treatments'][0]}"
            notes.append(f"{first['label']}: {what} were combined into one (Cochrane Handbook 23.3.4).")
        arms.append(_combined(members, columns) if len(members) > 1 else first)
    return arms, notes


def _combined(members: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> Mapping[str, Any]:
    rows = [row for member in members for row in member["rows"]]
    if "mean" not in columns:
        return {**members[0], "rows": rows, **{role: sum(member[role] for member in members) for role in columns}}
    try:
        n, mean, sd = combine_groups([(int(member["n"]), member["mean"], member["sd"]) for member in members])
    except (ArithmeticError, ValueError):  # numbers beyond any that can be: the measure is then not defined
        n, mean, sd = 0, math.nan, math.nan
    return {**members[0], "rows": rows, "n": float(n), "mean": mean, "sd": sd}


def unusable(rows: pd.DataFrame, spec: Mapping[str, Any]) -> dict[Any, tuple[str, str]]:
    """Status and remark of the rows that a network cannot use, by their index."""
    from prismake.pooling.network.trials import ALL_EVENTS
    from prismake.pooling.network.trials import NO_EVENTS as WITHOUT

    reasons = network_rows(rows, spec).reasons
    status = {WITHOUT: NO_EVENTS, ALL_EVENTS: NO_EVENTS}
    return {rows.index[position]: (status.get(text, UNUSABLE), text) for position, text in reasons.items()}
