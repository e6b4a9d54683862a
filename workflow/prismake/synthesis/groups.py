"""Subgroups: an estimate in each from the main model, and the test between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.errors import PoolingError
from prismake.core.missing import is_missing
from prismake.core.notes import NOT_REPORTED
from prismake.core.phrases import normal_word
from prismake.synthesis import sentences
from prismake.synthesis.data import SCALES, Data, plain, single_intervals, whole
from prismake.synthesis.fields import json_ready
from prismake.synthesis.models import carried, fit, main_plan, numbers


def by_group(
    data: Data, groups: Sequence[str], title: str, spec: Mapping[str, Any], level: float, tau2: str
) -> dict[str, Any]:
    """Estimates by subgroup from the main model, and the test between them (inverse variance, Wald).

    Studies without a label (blank or not reported) form the last level, ``not reported``, which is not part of the
    test.
    """
    import numpy as np

    from prismake.pooling import subgroups

    mask = np.array([not is_missing(group) for group in groups])
    names = np.array([str(group) for group in groups])
    labels = sorted(set(names[mask]))
    levels = [_level(data.part(mask & (names == name)), str(name), spec, level) for name in labels]
    tested, sentence = None, f"{title}: {_one_subgroup(len(levels))}; there is nothing to test."
    if len(levels) > 1:
        try:
            part = data.part(mask)
            tested = subgroups(part.yi, part.vi, list(names[mask]), tau2, spec["method"], "z", level)
            shown = [row for row in levels if row["estimate"] is not None]
            test = tested.Q, tested.df, tested.p
            sentence = sentences.subgroup_test(title, shown, test, level, data.show)
        except PoolingError as error:
            sentence = f"{title}: the subgroups cannot be tested. {error}"
    missing = int((~mask).sum())
    alone = [row["level"] for row in levels if row["k"] == 1] if tested else []
    if notes := sentences.group_notes(alone, missing):
        sentence += f" {notes}"
    for row in levels:
        sentence += "".join(f" {row['level']}: {text}" for text in row["warnings"] if row["k"] > 1)
    if missing:
        levels.append({**_level(data.part(~mask), NOT_REPORTED, spec, level), "missing": True})
    method = f"{tau2} tau², {spec['method']}, Wald test on the {SCALES[spec['measure']]} scale"
    options = {"measure": spec["measure"], "method": spec["method"], "test": "z", "tau2": tau2, "level": level}
    return {
        "title": title, "kind": "between_q", "options": options, "levels": levels, **_between(tested), "method": method,
        "sentence": sentence,
    }  # fmt: skip


def in_one_spelling(texts: Sequence[Any]) -> list[Any]:
    """The words of a subgroup or moderator, each as most studies spell it: ``EU`` for ``eu`` and ``EU.`` too."""
    lines = [" ".join(text.split()) if isinstance(text, str) else text for text in texts]
    spellings = Counter(line for line in lines if isinstance(line, str))
    usual: dict[str, str] = {}
    for line, _ in sorted(spellings.items(), key=lambda entry: -entry[1]):  # as often: the first in the table
        usual.setdefault(normal_word(line), line)
    return [usual[normal_word(line)] if isinstance(line, str) else line for line in lines]


def _one_subgroup(levels: int) -> str:
    return "all studies are in one subgroup" if levels else "no study reports it"


def _between(tested: Any) -> dict[str, Any]:
    """The test between subgroups, under the field names of the workflow and of R's metafor."""
    if tested is None:
        return {"Q": None, "df": None, "p": None, "values": None}
    fields = {"groups": "levels", "Q_between": "Q", "df": "df", "pval": "p", "tau2": "tau2", "R2": "R2"}
    values = {name: json_ready(getattr(tested, source)) for name, source in fields.items()}
    return {"Q": plain(tested.Q), "df": whole(tested.df), "p": plain(tested.p), "values": values}


def no_groups(title: str) -> dict[str, Any]:
    """The entry of subgroups that cannot be formed yet."""
    sentence = f"{title}: fewer than two studies; there are no subgroups."
    return {
        "title": title, "kind": "between_q", "options": {}, "levels": [], "Q": None, "df": None, "p": None,
        "values": None, "method": "", "sentence": sentence,
    }  # fmt: skip


def _level(part: Data, name: str, spec: Mapping[str, Any], level: float) -> dict[str, Any]:
    row: dict[str, Any] = {"level": name, "k": len(part.yi), "studies": part.studies}
    if part.proportion:
        row |= {"events": whole(part.columns["events"].sum()), "total": whole(part.columns["total"].sum())}
    blank = dict.fromkeys(("estimate", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "tau2", "I2", "values"))
    if len(part.yi) == 1:
        numbers_of_study = (float(values[0]) for values in single_intervals(part, level))
        single = dict(zip(("estimate", "ci_lb", "ci_ub"), numbers_of_study, strict=True))
        return {**row, **blank, **single, "warnings": ["one study, not pooled"]}
    try:
        pooled = fit(part, main_plan(part, spec), level)
    except PoolingError as error:
        return {**row, **blank, "warnings": [str(error)]}
    estimates = numbers(pooled, part)
    return {**row, **{key: estimates[key] for key in blank}, "test": pooled.test, "warnings": carried(pooled)}
