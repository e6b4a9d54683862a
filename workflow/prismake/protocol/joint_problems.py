"""Mistakes in ``jointly``: the outcomes that are analysed together with another one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.protocol.outcome_names import PAIRWISE, kind_name

JOINTLY = "jointly"  # the sensitivity analysis, and the key with its settings


def joint_column(spec: Mapping[str, Any]) -> list[str]:
    """The column with the correlation of a study, if there is one."""
    column = (spec.get(JOINTLY) or {}).get("column")
    return [str(column)] if column else []


def joint_problems(outcomes: Mapping[str, Mapping[str, Any]], fields: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Sentences on outcomes that do not exist or have another kind, and on correlations that are not given.

    Args:
        outcomes: those of the protocol, by name.
        fields: the columns of the extraction sheet by name.
    """
    for name, spec in outcomes.items():
        if kind_name(spec) != PAIRWISE:
            continue
        own, path = spec[JOINTLY], f"'outcomes.{name}"
        asked = JOINTLY in spec["sensitivity"]
        if asked and not own["outcomes"]:
            yield f"{path}.sensitivity' names jointly: write under {path}.jointly.outcomes' which outcomes join it."
        elif own["outcomes"] and not asked:
            yield f"{path}.jointly' names outcomes: add jointly to {path}.sensitivity', or take them out."
        for other in own["outcomes"]:
            others = ", ".join(n for n, s in outcomes.items() if n != name and kind_name(s) == PAIRWISE) or "none"
            if other == name or other not in outcomes or kind_name(outcomes[other]) != PAIRWISE:
                yield f"{path}.jointly.outcomes' has {other}, which cannot join it. Those that can: {others}."
        if twice := sorted({other for other in own["outcomes"] if own["outcomes"].count(other) > 1}):
            yield f"{path}.jointly.outcomes' has {twice[0]} twice."
        if own["outcomes"] and spec["assumed"].get("within_study") is None:
            yield f"{path}.jointly' needs {path}.assumed.within_study', their correlation within a study."
        column = own["column"]
        if column and (column not in fields or fields[column]["type"] != "number"):
            yield f"{path}.jointly.column' is {column!r}; it must be a column of 'extraction.fields' that is number."
