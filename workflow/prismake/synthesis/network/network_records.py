"""Each analysis of a network as a document, and the script that recomputes the network in R."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.names import STUDY_ID
from prismake.core.paths import data_file
from prismake.synthesis.check_script import filled
from prismake.synthesis.records import shared_part

# By analysis: the part of ``network`` that it holds, and the sentences about it.
ANALYSES = {
    "main": ("against", "main"),
    "league": ("league", "splits"),
    "designs": ("designs", "heterogeneity"),
    "net_heat": ("net_heat", "heterogeneity"),
    "ranks": ("treatments", "ranks"),
}


def records(result: Mapping[str, Any], spec: Mapping[str, Any], check: str) -> dict[str, dict[str, Any]]:
    """One document per analysis, by name; ``values`` is the part of the result that it made.

    Args:
        result: what ``network_result.analyse`` returned.
        spec: ``outcomes.<outcome>`` of the config.
        check: name of the R script that recomputes the numbers.
    """
    own = result["network"]
    options = {name: own[name] for name in ("effects", "method", "reference", "small_values")}
    shared = shared_part(result, spec, check, "network", options, _input(result, spec))
    documents = {}
    for name, (part, about) in ANALYSES.items():
        sentence = " ".join(own["words"].get(about, [])) or result["sentence"]
        values = {part: own[part]} | ({"heterogeneity": own["heterogeneity"]} if name == "main" else {})
        documents[name] = {
            **shared,
            "analysis": name,
            "values": values if result["pooled"] else None,
            "warnings": list(result["notes"]),
            "error": None if result["pooled"] else result["sentence"],
            "sentence": sentence,
        }
    return documents


def _input(result: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, list[Any]]:
    """One value per arm (or comparison) in each column, with the provenance of its study."""
    arms = [(study, arm) for study in result["studies"] for arm in study["arms"]]
    return {
        **{name: [study[name] for study, _ in arms] for name in (STUDY_ID, "label", "year")},
        "treatments": [arm["treatments"] for _, arm in arms],
        **{role: [arm[role] for _, arm in arms] for role in spec["columns"]},
        **{name: [study[name] for study, _ in arms] for name in ("settled_by", "source")},
    }


def network_script(result: Mapping[str, Any], name: str) -> str:
    """The script of one outcome, for R's metafor (``rma.mv``); arguments as ``check_script.pairwise_script``."""
    return filled(data_file("report/check_network.R"), result, name)
