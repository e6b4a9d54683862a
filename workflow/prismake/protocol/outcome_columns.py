"""Columns of the extraction sheet for outcomes: an outcome without ``columns`` gets those of its measure."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

COUNTS = frozenset({"events", "events1", "events2", "total", "total1", "total2", "n", "n1", "n2"})
_WORDS = {
    "events": "events",
    "total": "participants",
    "time": "person-time",
    "mean": "mean",
    "sd": "SD",
    "n": "participants",
    "correlation": "correlation",
    "effect": "effect",
    "lower": "lower bound",
    "upper": "upper bound",
}


def with_outcome_columns(
    config: Mapping[str, Any], filled: dict[str, Any], roles: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """The protocol with columns for every outcome, and with the missing columns added to the extraction sheet.

    Args:
        config: the protocol as written; without ``extraction.fields``, the sheet has the columns that outcomes need.
        filled: the protocol with its defaults.
        roles: the parts of each measure.
    """
    written = config.get("outcomes") or {}
    without = [name for name in filled["outcomes"] if "columns" not in (written.get(name) or {})]
    if not without:
        return filled
    result = copy.deepcopy(filled)
    fields = result["extraction"]["fields"] if "fields" in (config.get("extraction") or {}) else []
    for name in without:
        spec = result["outcomes"][name]
        spec["columns"] = {role: f"{name}_{role}" for role in roles[spec["measure"]]}
        present = {field["name"] for field in fields}
        fields += [field for field in _fields(name, spec) if field["name"] not in present]
    result["extraction"]["fields"] = fields
    return result


def _fields(name: str, spec: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    title = spec["title"] or name.replace("_", " ").capitalize()
    for role, column in spec["columns"].items():
        part, arm = (role[:-1], int(role[-1])) if role[-1] in "12" else (role, 0)
        arms = spec["arms"] or ["first arm", "second arm"]
        label = f"{title}: {_WORDS.get(part, part)}" + (f", {arms[arm - 1]}" if arm and len(arms) == 2 else "")
        kind = "count" if role in COUNTS else "number"
        yield {"name": column, "label": label, "type": kind, "choices": [], "help": "", "required": True, "when": {}}
