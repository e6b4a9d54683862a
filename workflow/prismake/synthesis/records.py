"""Each analysis of an outcome as a document: the question, the result, the input rows with provenance, and a check."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prismake.core.measures import measure_of
from prismake.core.names import STUDY_ID
from prismake.protocol.analyses import TOGETHER
from prismake.protocol.measure_parts import MODELS
from prismake.synthesis.asymmetry import fitting_keys
from prismake.synthesis.models import PROPOSED

SCHEMA = "prismake-analysis/1"
_ROW = (STUDY_ID, "arm", "label", "year", "yi", "vi", "settled_by", "source")


def shared_part(
    result: Mapping[str, Any],
    spec: Mapping[str, Any],
    check: str,
    kind: str,
    options: Mapping[str, Any],
    inputs: Mapping[str, Any],
) -> dict[str, Any]:
    """What the documents of an outcome of a kind of its own have in common.

    Args:
        result: what the analysis of this kind returned.
        spec: ``outcomes.<outcome>`` of the config.
        check: name of the R script that recomputes the numbers.
        options: what was chosen beside measure and level.
        inputs: the rows that were read, as columns.
    """
    return {
        "schema": SCHEMA,
        "outcome": result["outcome"],
        "title": result["title"],
        "kind": kind,
        "options": {"measure": result["measure"], **options, "level": result["level"]},
        "input": inputs,
        "columns": dict(spec["columns"]),
        "left_out": result["left_out"],
        "counts": result["counts"],
        "check": check,
    }


def names(spec: Mapping[str, Any]) -> list[str]:
    """The analyses of an outcome according to the protocol; each exists whatever the studies are."""
    return [
        "main",
        *(["inverse_variance"] if not_inverse(spec) and spec["also_inverse_variance"] else []),
        *([PROPOSED] if "events1" in spec["columns"] else []),
        *(f"subgroups.{column}" for column in spec["subgroups"]),
        *(f"moderators.{column}" for column in spec["moderators"]),
        *([f"moderators.{TOGETHER}"] if spec.get("moderators_together") and len(spec["moderators"]) > 1 else []),
        *spec["sensitivity"],
        *fitting_keys(measure_of(spec)),
    ]


def not_inverse(spec: Mapping[str, Any]) -> bool:
    """Whether the main model is not inverse variance."""
    return spec["model"] != "inverse_variance" and spec["model"] in MODELS.get(spec["measure"], ())


def records(result: Mapping[str, Any], spec: Mapping[str, Any], check: str) -> dict[str, dict[str, Any]]:
    """One document per analysis, by name.

    Args:
        result: what ``prismake.synthesis.analyse`` returned.
        spec: ``outcomes.<outcome>`` of the config.
        check: name of the R script that recomputes the numbers.

    ``kind``, ``options`` and ``values`` have the names and meaning of reference results of R's metafor (see
    ``fields``); ``back_transformed`` is the estimate with its intervals on the natural scale, ``tau2_interval`` the
    interval of tau². ``input`` has one value per study in each column, and the provenance of each study: the row
    ``study_id`` (and arm) of the extraction sheets, the ``columns`` of that row, how its values were settled and the
    source noted by the reviewers. ``error`` is the reason where there are no values.
    """
    answers = dict(_answers(result))
    return {name: _record(name, answers.get(name), result, spec, check) for name in names(spec)}


def _answers(result: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from result["analyses"].items()
    yield from ((f"subgroups.{column}", row) for column, row in result["subgroups"].items())
    yield from ((f"moderators.{column}", row | {"kind": "metareg"}) for column, row in result["moderators"].items())
    yield from result["sensitivity"].items()
    sentence = result["bias"]["sentence"]
    for name, row in result["bias"]["tests"].items():
        options = {"measure": result["measure"], **({"model": "lm", "predictor": "sei"} if name == "egger" else {})}
        more = {"warnings": [row["reason"]] if row["reason"] else []}
        yield name, {"kind": _kind(name), "options": options, "values": row["values"], "sentence": sentence, **more}


def _kind(test: str) -> str:
    """The kind of a test, as the field's reference results name it."""
    return "regtest" if test == "egger" else "meta_bias"


def _record(
    name: str, row: Mapping[str, Any] | None, result: Mapping[str, Any], spec: Mapping[str, Any], check: str
) -> dict[str, Any]:
    bias = name in fitting_keys(measure_of(spec))
    asked = result["proposal"]["why"] if name == PROPOSED else ""
    sentence = (row or {}).get("sentence") or asked or (result["bias"] if bias else result)["sentence"]
    row = row or {"kind": _kind(name) if bias else None, "options": {}, "values": None}
    document = {
        "schema": SCHEMA,
        "outcome": result["outcome"],
        "title": result["title"],
        "analysis": name,
        "kind": row["kind"],
        "options": row["options"],
        "values": row["values"],
        "warnings": row.get("warnings") or [],
        "error": None if row["values"] is not None else sentence,
        "sentence": sentence,
        "input": _input(name, result, spec),
        "columns": dict(spec["columns"]),
        "left_out": result["left_out"],
        "counts": result["counts"],
        "check": check,
    }
    more = {key: row[key] for key in ("back_transformed", "tau2_interval") if key in row}
    if name.startswith("subgroups."):
        more["subgroups"] = {subgroup["level"]: subgroup["values"] for subgroup in row["levels"]}
    return document | more


def _input(name: str, result: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, list[Any]]:
    columns = {key: [study[key] for study in result["studies"]] for key in (*_ROW[:4], *spec["columns"], *_ROW[4:])}
    family, _, column = name.partition(".")
    if column and column != TOGETHER:
        columns[column] = [study[family][column] for study in result["studies"]]
    return columns
