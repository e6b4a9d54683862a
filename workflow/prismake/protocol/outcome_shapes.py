"""Outcomes at several time points or under several definitions: each becomes a separate outcome here.

``relapse`` at ``[12 months, 24 months]`` becomes ``relapse_12_months`` and ``relapse_24_months``; beside
``definitions`` there is one for each definition and time point. An outcome with one of them keeps its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import product
from typing import Any

from prismake.protocol.measure_parts import conversions_of, printed_of
from prismake.protocol.outcome_columns import PART_WORDS
from prismake.protocol.outcome_kinds import checked_as

ROWS, RESULTS = "rows", "results"  # what a row of the extraction sheet is: a study or arm, or a result of one
_LONGEST = 41  # characters of a name, as the schema has it


def by_time_and_definition(outcomes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The outcomes in the order of the protocol, with time points and definitions separated."""
    return {name: single for base, spec in outcomes.items() for name, single in _single(base, spec)}


def _single(base: str, spec: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    times, definitions = spec.get("timepoints") or [""], spec.get("definitions") or [""]
    title = spec["title"] or base.replace("_", " ").capitalize()
    for definition, time in product(definitions, times):
        differing = [definition] * (len(definitions) > 1) + [time] * (len(times) > 1)
        if not differing:
            yield base, dict(spec)
            continue
        own = {"timepoints": [time] if time else [], "definitions": [definition] if definition else []}
        yield "_".join([base, *map(_slug, differing)]), {**spec, **own, "title": ", ".join([title, *differing])}


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def shape_problems(
    outcomes: Mapping[str, Mapping[str, Any]], extraction: Mapping[str, Any], written: Collection[str]
) -> Iterator[str]:
    """Names that two outcomes would share or that are too long, and columns given although the form follows outcomes.

    Args:
        outcomes, extraction: as given in the protocol, with defaults.
        written: the keys of ``extraction`` that are not defaults.
    """
    shape = extraction["shape"]
    if shape == RESULTS and "fields" in written:
        for name in (field["name"] for field in extraction["fields"] if field["name"] in PART_WORDS):
            yield (
                f"'extraction.fields' has {name}, which is the name of a part of a result where 'extraction.shape' is "
                "results. The rows of results ask for it: take the field out, or give it another name."
            )
    owners: dict[str, str] = {}
    yield from _conversion_problems(outcomes)
    for base, spec in outcomes.items():
        path = f"outcomes.{base}"
        for key in ("timepoints", "definitions"):
            words = [text.casefold() for text in spec.get(key, ())]
            for text in sorted({text for text in words if words.count(text) > 1}):
                yield f"'{path}.{key}' names “{text}” twice."
        several = len(spec.get("timepoints", ())) > 1 or len(spec.get("definitions", ())) > 1
        if several and spec["columns"]:
            yield (
                f"'{path}' has columns and several time points or definitions, which need columns each. Take "
                f"'{path}.columns' out: the extraction sheet gets them."
            )
        elif spec["columns"] and shape == RESULTS:
            yield (
                f"'{path}.columns' has no place where 'extraction.shape' is results: the sheet has a row for each "
                "result, made of the outcomes. Take it out."
            )
        for name, _ in _single(base, spec):
            if len(name) > _LONGEST:
                yield f"'{path}': “{name}” would be longer than {_LONGEST} characters. Shorten the name or the words."
            elif name in owners and owners[name] != base:
                yield f"'{path}' and 'outcomes.{owners[name]}' would both be called {name}. Rename one of them."
            elif name in owners:
                yield f"'{path}': two time points or definitions would both be called {name}. Write them differently."
            owners.setdefault(name, base)


def _conversion_problems(outcomes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for base, spec in outcomes.items():
        possible = conversions_of(checked_as(spec))
        for name in (name for name in spec["conversions"] if name not in possible):
            allowed = f"Allowed: {', '.join(possible)}." if possible else "It has none."
            yield f"'outcomes.{base}.conversions' names {name}, which is none of {spec['measure']}. {allowed}"
        beside = printed_of(spec["measure"])
        for name in (name for name in spec["printed"] if name not in beside):
            allowed = f"Allowed: {', '.join(beside)}." if beside else "It has none."
            yield f"'outcomes.{base}.printed' names {name}, which has no place beside {spec['measure']}. {allowed}"
        if "favours" in spec["printed"] and len(spec["favours"]) != 2:
            path = f"'outcomes.{base}"
            yield f"{path}.printed' names favours, which needs {path}.favours', the texts of the two sides."
