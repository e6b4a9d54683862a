"""Mistakes in the protocol's settings for extraction: conditions, columns for checks and analyses, cohorts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from prismake.protocol.analyses import TABLE
from prismake.protocol.measure_parts import CHECKS

_NONE: Mapping[str, str] = MappingProxyType({})


def condition_problems(fields: list[dict[str, Any]]) -> Iterator[str]:
    """Problems of conditions: a column asked only if an earlier column of choices has a given answer."""
    earlier: dict[str, dict[str, Any]] = {}
    for field in fields:
        path = f"'extraction.fields' {field['name']}: 'when'"
        if len(field["when"]) > 1:
            yield f"{path} names {len(field['when'])} columns; it must name one."
        for column, answer in field["when"].items():
            if column not in earlier or earlier[column]["type"] != "choice":
                choices = [name for name, other in earlier.items() if other["type"] == "choice"]
                names = ", ".join(choices) or "there is none"
                yield f"{path} names {column!r}; it must be a choice further up: {names}."
            elif answer not in map(str, earlier[column]["choices"]):
                named = ", ".join(earlier[column]["choices"])
                yield f"{path} is {answer!r}, which is not a choice of {column}: {named}."
            elif earlier[column]["per"] != field["per"]:
                yield f"{path} names {column!r}, which is asked per {earlier[column]['per']}, not per {field['per']}."
            elif earlier[column]["when"]:
                yield f"{path} names {column!r}, which is not asked of every study itself."
        earlier[field["name"]] = field


def check_problems(path: str, spec: dict[str, Any], fields: dict[str, Any]) -> Iterator[str]:
    """Problems of columns that are checked against the numbers of an outcome: unknown, missing or of a wrong type."""
    for role, column in spec["checks"].items():
        if role not in CHECKS:
            yield f"'{path}.checks.{role}' is not a check. Allowed: {', '.join(CHECKS)}."
        elif column not in fields:
            yield f"'{path}.checks.{role}' is {column!r}, which is not a column in 'extraction.fields'."
        elif not CHECKS[role] and fields[column]["type"] not in ("count", "number"):
            kind = fields[column]["type"]
            yield f"'{path}.checks.{role}' is {column!r}, a column of {kind}; it must be count or number."
    if "favours" in spec["checks"] and len(spec["favours"]) != 2:
        yield f"'{path}.checks.favours' needs '{path}.favours', the texts for the left and the right side."
    low, high = spec["scale"].get("minimum"), spec["scale"].get("maximum")
    if low is not None and high is not None and low >= high:
        yield f"'{path}.scale' begins at {low:g} and ends at {high:g}; minimum must be below maximum."


def covariate_problems(
    where: str, columns: Sequence[str], fields: Mapping[str, Any], reserved: Mapping[str, str] = _NONE
) -> Iterator[str]:
    """Problems of the columns that divide or explain an outcome: unknown, of a name that is taken, or named twice.

    Args:
        where: the key in quotation marks, such as ``'outcomes.crs.moderators'``.
        reserved: names that a column cannot have here, and what already has that name.
    """
    in_use = {**dict.fromkeys(TABLE, "also the name of a column in the table of outcomes"), **reserved}
    for column in columns:
        if column not in fields:
            names = ", ".join(fields) or "none"
            yield f"{where} names {column!r}, which is no column of 'extraction.fields'. There are: {names}."
        elif column in in_use:
            yield (
                f"{where} names {column!r}, which is {in_use[column]}. "
                "Give the column in 'extraction.fields' another name."
            )
    for column, times in Counter(columns).items():
        if times > 1:
            yield f"{where} names {column} twice."


def sum_problems(outcomes: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Problems of outcomes that are the sum of others: unknown or same names, and other measures."""
    for name, spec in outcomes.items():
        for part in spec["sum_of"]:
            path = f"'outcomes.{name}.sum_of' names {part}"
            if part == name or part not in outcomes:
                others = ", ".join(other for other in outcomes if other != name) or "none"
                yield f"{path}, which is no other outcome. There are: {others}."
            elif outcomes[part]["measure"] != spec["measure"]:
                yield f"{path}, whose measure is {outcomes[part]['measure']}, not {spec['measure']}."


def overlap_problems(config: dict[str, Any], fields: dict[str, Any]) -> Iterator[str]:
    for sign, named in config["overlap_signs"].items():
        if named not in fields:
            yield f"'overlap_signs.{sign}' is {named!r}, which is not a column in 'extraction.fields'."
    column = config["overlap_follow_up"]
    if config["overlap_rule"] == "longest" and not column:
        yield "'overlap_rule' is longest, which needs 'overlap_follow_up': the column with the length of follow-up."
    if column and (column not in fields or fields[column]["type"] not in ("count", "number")):
        yield f"'overlap_follow_up' is {column!r}; it must be a column of 'extraction.fields' that is count or number."
