"""Columns of the extraction sheet for outcomes: an outcome without ``columns`` gets those of its measure."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from prismake.protocol.measure_parts import ACCURACY, OF_COMPARISON, conversions_of, printed_of
from prismake.protocol.outcome_kinds import checked_as
from prismake.protocol.unpooled_outcomes import DIRECTION, P_VALUE, directions

COUNTS = frozenset(
    (
        *("events", "events1", "events2", "total", "total1", "total2", "n", "n1", "n2"),
        *("pairs", "first_n", "second_n", *ACCURACY),
    )
)
PART_WORDS = {
    "dose": "dose as printed",
    "events": "events",
    "total": "participants",
    "time": "person-time",
    "mean": "mean",
    "sd": "SD",
    "n": "participants",
    "tp": "true positives",
    "fp": "false positives",
    "fn": "false negatives",
    "tn": "true negatives",
    "correlation": "correlation",
    "effect": "effect",
    "lower": "lower bound",
    "upper": "upper bound",
    "se": "SE",
    "ci_lower": "95 % CI of the mean, lower bound",
    "ci_upper": "95 % CI of the mean, upper bound",
    "median": "median",
    "q1": "lower quartile",
    "q3": "upper quartile",
    "minimum": "minimum",
    "maximum": "maximum",
    "baseline_mean": "mean at baseline",
    "baseline_sd": "SD at baseline",
    "final_mean": "mean at the end",
    "final_sd": "SD at the end",
    "difference_se": "SE of the difference",
    "difference_lower": "lower bound of the difference",
    "difference_upper": "upper bound of the difference",
    "t": "t of the difference",
    "f": "F of the difference",
    "p": "P value",
    "o_minus_e": "O − E",
    "variance": "V of O − E",
    "first_mean": "mean in the first group",
    "first_sd": "SD in the first group",
    "first_n": "participants of the first group",
    "second_mean": "mean in the second group",
    "second_sd": "SD in the second group",
    "second_n": "participants of the second group",
    "sd_difference": "SD of the differences within people",
    "pairs": "people in both periods",
    "cluster_size": "mean size of a cluster",
    "icc": "intracluster correlation",
    "percent": "percentage as printed",
    "favours": "favours, as printed",
    "direction": "direction of the effect",
    "p_value": "P value as reported",
}


# Roles whose columns are no numbers, and what is said beside the question.
TYPES = {"favours": "choice", DIRECTION: "choice", P_VALUE: "text", "dose": "text"}
HELP = {
    "dose": "As printed: a number (its mean or median, if there is one), or an interval such as 10–20, <5 or ≥ 40.",
    DIRECTION: "Whom the effect favours, whatever its size and p-value; NR where the report does not say.",
    P_VALUE: "As reported: 0.03, <0.001, >0.05 or NS; two-sided unless one-sided is written after it.",
}
STUDY_ROW, ARM_ROW, RESULT_ROW = "Study", "Arm", "Result"  # the first two stand under Fill in
PER = {"study": STUDY_ROW, "arm": ARM_ROW}


def part_of(role: str) -> str:
    """The part within one arm: ``events`` for ``events1`` and ``events2``, and ``q1`` for ``q11``."""
    return role[:-1] if role[-1] in "12" and role not in PART_WORDS else role


def question_of(role: str) -> str:
    """The question in a row of results that asks for a part: ``total`` for people, whatever the measure calls them."""
    return "total" if part_of(role) == "n" else part_of(role)


def with_outcome_columns(
    config: Mapping[str, Any],
    filled: dict[str, Any],
    parts: Callable[[Mapping[str, Any]], tuple[str, ...]],
    optional: Callable[[Mapping[str, Any]], Collection[str]] = lambda _: (),
) -> dict[str, Any]:
    """The protocol with columns for every outcome, and with the missing fields added to the extraction.

    A field added for an outcome names the outcome and its part (``outcome``, ``role``).

    Args:
        config: the protocol as written; without ``extraction.fields``, the sheet has the columns that outcomes need.
        filled: the protocol with its defaults.
        parts: gives the parts of an outcome; ``optional`` those of them that may be left blank.
    """
    written = config.get("outcomes") or {}
    without = [
        name
        for name, spec in filled["outcomes"].items()
        if not spec["columns"] and "columns" not in (written.get(name) or {})
    ]
    if not without and not any(spec["conversions"] or spec["printed"] for spec in filled["outcomes"].values()):
        return filled
    result = copy.deepcopy(filled)
    fields = result["extraction"]["fields"] if "fields" in (config.get("extraction") or {}) else []
    for name in without:
        spec = result["outcomes"][name]
        spec["columns"] = {role: f"{name}_{role}" for role in parts(spec)}
        present = {field["name"] for field in fields}
        blank = optional(spec)
        fields += [
            {**field, "required": field["role"] not in blank}
            for field in _fields(name, spec, spec["columns"])
            if field["name"] not in present
        ]
    for name, spec in result["outcomes"].items():
        if further := _further_roles(spec):
            spec["converted_from"] = {role: f"{name}_{role}" for role in further}
        if printed := _printed_roles(spec):
            spec["printed_columns"] = {role: f"{name}_{role}" for role in printed}
            spec["checks"] = {**spec["printed_columns"], **spec["checks"]}
        columns = {**spec.get("printed_columns", {}), **spec.get("converted_from", {})}
        fields += [{**field, "required": False} for field in _fields(name, spec, columns)]
    result["extraction"]["fields"] = fields
    return result


def _further_roles(spec: Mapping[str, Any]) -> list[str]:
    """The parts of an outcome's conversions, for both arms if the measure compares arms."""
    possible = conversions_of(checked_as(spec))
    parts = dict.fromkeys(part for name in spec["conversions"] for part in possible[name])
    arms = ("1", "2") if "mean1" in spec["columns"] else ("",)
    of_arms = [f"{part}{arm}" for arm in arms for part in parts if arm == "" or part not in OF_COMPARISON]
    return [*of_arms, *(part for part in parts if arms != ("",) and part in OF_COMPARISON)]


def _printed_roles(spec: Mapping[str, Any]) -> list[str]:
    """The roles of what an outcome's reports print a second time, without those that are columns anyway."""
    possible = printed_of(spec["measure"]) if spec.get("printed") else {}
    roles = [role for name in spec["printed"] for role in possible.get(name, ())]
    return [role for role in roles if role not in spec["columns"] and role not in spec["checks"]]


def _fields(name: str, spec: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    title = spec["title"] or name.replace("_", " ").capitalize()
    for role, column in columns.items():
        part = part_of(role)
        arms = spec["arms"] or ["first arm", "second arm"]
        arm = f", {arms[int(role[-1]) - 1]}" if part != role and len(arms) == 2 else ""
        yield {
            "name": column,
            "label": f"{title}: {PART_WORDS.get(part, part)}{arm}",
            "type": TYPES.get(role) or ("count" if role in COUNTS else "number"),
            "choices": _choices(role, spec),
            "help": HELP.get(role, ""),
            "required": True,
            "when": {},
            "per": "study",
            "outcome": name,
            "role": role,
        }


def _choices(role: str, spec: Mapping[str, Any]) -> list[str]:
    if role == DIRECTION:
        return directions(spec)
    return sides_of(spec["favours"]) if role == "favours" else []


def sides_of(favours: Iterable[str]) -> list[str]:
    """``treatment`` and ``control`` for *Favours treatment* and *Favours control*."""
    return [re.sub(r"^favou?rs\s+", "", text, flags=re.IGNORECASE) for text in favours]


def asked_columns(spec: Mapping[str, Any]) -> dict[str, str]:
    """Every column that the sheet has because of an outcome, by role."""
    return {**spec["columns"], **spec.get("converted_from", {}), **spec.get("printed_columns", {})}


def rows_and_results(config: Mapping[str, Any]) -> tuple[list[dict[str, Any]], tuple[tuple[str, ...], ...]]:
    """The questions of a sheet with one row per result: those of the study, then each part of a result once.

    Also the names of the questions of each kind of row, those of a study first.
    """
    fields = config["extraction"]["fields"]
    own = {
        row: [{**field, "some_rows": row} for field in fields if "outcome" not in field and field["per"] == per]
        for per, row in PER.items()
    }
    of_outcomes = [field for field in fields if "outcome" in field]
    parts = {question_of(field["role"]): field for field in of_outcomes}
    needed = {question_of(field["role"]) for field in of_outcomes if field["required"]}
    choices: dict[str, dict[str, None]] = {}
    for field in fields:
        choices.setdefault(field.get("role", ""), {}).update(dict.fromkeys(field["choices"]))
    asked = [
        {
            **parts[part],
            "choices": list(choices[part]) if TYPES.get(part) == "choice" else parts[part]["choices"],
            "required": part in needed,
            "name": part,
            "label": f"{word[:1].upper()}{word[1:]}",
            "some_rows": RESULT_ROW,
        }
        for part, word in PART_WORDS.items()
        if part in parts
    ]
    kinds = dict.fromkeys(
        tuple(part for part in asked_parts(name, fields) if part not in apart)
        for name in config["outcomes"]
        for apart in ((), of_comparison(config["outcomes"][name]))
    )
    others = [tuple(field["name"] for field in entries) for entries in own.values() if entries]
    return [*(field for entries in own.values() for field in entries), *asked], (*others, *filter(None, kinds))


def of_comparison(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """What is asked in the row of an arm about its comparison, and not in the row of the comparator."""
    if not any(role[-1] == "2" for role in spec["columns"]):
        return ()
    return tuple(role for role in asked_columns(spec) if role in OF_COMPARISON)


def asked_parts(outcome: str, fields: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """What the rows of an outcome ask, in the order of the sheet."""
    own = {question_of(field["role"]) for field in fields if field.get("outcome") == outcome}
    return tuple(part for part in PART_WORDS if part in own)
