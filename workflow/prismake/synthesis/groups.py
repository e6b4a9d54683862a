"""Subgroups: an estimate in each from the main model, and the test between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.errors import PoolingError
from prismake.synthesis import sentences
from prismake.synthesis.data import SCALES, Data, plain, single_intervals, whole
from prismake.synthesis.fields import json_ready
from prismake.synthesis.models import fit, main_plan, numbers


def by_group(
    data: Data, groups: Sequence[str], title: str, spec: Mapping[str, Any], level: float, tau2: str
) -> dict[str, Any]:
    """Estimates by subgroup from the main model, and the test between them (inverse variance, Wald)."""
    import numpy as np

    from prismake.pooling import subgroups

    names = np.array([group if group else "not stated" for group in groups])
    levels = [_level(data.part(names == name), str(name), spec, level) for name in sorted(set(names))]
    between: dict[str, Any] = {"Q": None, "df": None, "p": None, "values": None}
    method = f"{tau2} tau², {spec['method']}, Wald test on the {SCALES[spec['measure']]} scale"
    if len(levels) < 2:
        sentence = f"{title}: all studies are in one subgroup; there is nothing to test."
    else:
        try:
            tested = subgroups(data.yi, data.vi, list(names), tau2, spec["method"], "z", level)
            between = {"Q": plain(tested.Q), "df": whole(tested.df), "p": plain(tested.p)}
            values = {"groups": tested.levels, "Q_between": tested.Q, "df": tested.df, "pval": tested.p}
            values |= {"tau2": tested.tau2, "R2": tested.R2}
            between["values"] = {name: json_ready(value) for name, value in values.items()}
            shown = [one for one in levels if one["estimate"] is not None]
            sentence = sentences.subgroup_test(title, shown, tested.Q, tested.df, tested.p, level)
        except PoolingError as error:
            sentence = f"{title}: the subgroups cannot be tested. {error}"
    options = {"measure": spec["measure"], "method": spec["method"], "test": "z", "tau2": tau2, "level": level}
    return {
        "title": title, "kind": "between_q", "options": options, "levels": levels, **between, "method": method,
        "sentence": sentence,
    }  # fmt: skip


def no_groups(title: str) -> dict[str, Any]:
    """The entry of subgroups that cannot be formed yet."""
    sentence = f"{title}: fewer than two studies; there are no subgroups."
    return {
        "title": title, "kind": "between_q", "options": {}, "levels": [], "Q": None, "df": None, "p": None,
        "values": None, "method": "", "sentence": sentence,
    }  # fmt: skip


def _level(part: Data, name: str, spec: Mapping[str, Any], level: float) -> dict[str, Any]:
    row: dict[str, Any] = {"level": name, "k": len(part.yi)}
    if part.proportion:
        row |= {"events": whole(part.columns["events"].sum()), "total": whole(part.columns["total"].sum())}
    blank = dict.fromkeys(("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "I2", "values"))
    if len(part.yi) == 1:
        one = (float(values[0]) for values in single_intervals(part, level))
        single = dict(zip(("estimate", "ci_lb", "ci_ub"), one, strict=True))
        return {**row, **blank, **single, "warnings": ["one study, not pooled"]}
    try:
        found = numbers(fit(part, main_plan(part, spec), level), part)
    except PoolingError as error:
        return {**row, **blank, "warnings": [str(error)]}
    return {**row, **{key: found[key] for key in blank}, "warnings": []}
