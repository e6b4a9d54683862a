"""Whether everything that an outcome needs from a study is settled, although other fields are still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.missing import is_missing
from prismake.core.states import State
from prismake.protocol.outcome_kinds import kind_of


def is_unfinished(item: Mapping[str, str], spec: Mapping[str, Any], overlap: str) -> bool:
    """Whether an outcome has to wait for a study.

    A field that is not settled is empty in the decisions. An outcome waits only for its own columns, those of its
    subgroups and moderators, and the one that names a study with the same participants.

    Args:
        item: a row of the decisions of the extraction.
        spec: ``columns``, ``subgroups`` and ``moderators`` of the outcome.
        overlap: the column that names a study with the same participants.
    """
    if item["state"] == State.SETTLED:
        return False
    own = [*spec["columns"].values(), *spec["subgroups"], *spec.get("moderators", ())]
    own += filter(None, kind_of(spec).beside(spec).values())
    if not own or any(not item.get(column) for column in own):
        return True
    answers = [value for name, value in item.items() if name.startswith(f"{overlap}.")]
    return not item.get(overlap) and any(not is_missing(value) for value in answers)
