"""Each analysis of a dose-response outcome as a document, and the script that computes the curve again in R."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.names import STUDY_ID
from prismake.core.paths import data_file
from prismake.synthesis.check_script import filled
from prismake.synthesis.dose_response.dose_results import SETTINGS
from prismake.synthesis.records import shared_part

_CURVE = ("coefficients", "vcov", "T", "heterogeneity", "tests", "knots", "reference", "predictions", "loglik", "k")


def records(result: Mapping[str, Any], spec: Mapping[str, Any], check: str) -> dict[str, dict[str, Any]]:
    """One document per analysis, by name: ``main``, ``line`` and the sensitivity analyses.

    Args:
        result: what ``dose_results.analyse_doses`` returned.
        spec: ``outcomes.<outcome>`` of the config.
        check: name of the R script that recomputes the numbers.
    """
    own = result["dose_response"]
    options = {name: own[name] for name in ("unit", *SETTINGS, "correlation_assumed")}
    shared = shared_part(result, spec, check, "dose_response", options, _input(result, spec))
    values = {
        "main": {name: own[name] for name in _CURVE if name in own},
        "line": own["line"],
        **{name: own["sensitivity"].get(name, {}) for name in spec["dose_response"]["sensitivity"]},
    }
    documents = {}
    for name, numbers in values.items():
        sentence = " ".join(own["words"].get(name, [])) or result["sentence"]
        error = numbers.get("error") or ("" if result["pooled"] else result["sentence"])
        documents[name] = {
            **shared,
            "analysis": name,
            "values": None if error else numbers,
            "warnings": list(result["notes"]) if name == "main" else [],
            "error": error or None,
            "sentence": sentence,
        }
    return documents


def _input(result: Mapping[str, Any], spec: Mapping[str, Any]) -> dict[str, list[Any]]:
    """One value per dose group in each column, with the provenance of its study."""
    groups = [(study, group) for study in result["studies"] for group in study["groups"]]
    return {
        **{name: [study[name] for study, _ in groups] for name in (STUDY_ID, "label", "year", "design")},
        **{name: [group[name] for _, group in groups] for name in ("dose", "assigned", "derived")},
        **{role: [group[role] for _, group in groups] for role in spec["columns"] if role != "dose"},
        **{name: [group[name] for _, group in groups] for name in ("yi", "se")},
        **{name: [study[name] for study, _ in groups] for name in ("settled_by", "source")},
    }


def dose_script(result: Mapping[str, Any], name: str) -> str:
    """The script of one outcome, for R's metafor (``rma.mv``); arguments as ``check_script.pairwise_script``."""
    return filled(data_file("report/check_dose_response.R"), result, name)
