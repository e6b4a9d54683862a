"""Whether what an outcome needs of a study is settled, although other fields of its extraction are still open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.missing import is_missing
from prismake.core.states import State


def is_unfinished(item: Mapping[str, str], spec: Mapping[str, Any], overlap: str) -> bool:
    """Whether an outcome has to wait for a study.

    A field that is not settled stands empty in the decisions. One that has nothing to do with an outcome holds nothing
    up; its own columns, those of its subgroups and moderators and the one that names a study with the same participants
    do.

    Args:
        item: a row of the decisions of the extraction.
        spec: ``columns``, ``subgroups`` and ``moderators`` of the outcome.
        overlap: the column that names a study with the same participants.
    """
    if item["state"] == State.SETTLED:
        return False
    own = [*spec["columns"].values(), *spec["subgroups"], *spec.get("moderators", ())]
    if not own or any(not item.get(column) for column in own):
        return True
    answers = [value for name, value in item.items() if name.startswith(f"{overlap}.")]
    return not item.get(overlap) and any(not is_missing(value) for value in answers)
