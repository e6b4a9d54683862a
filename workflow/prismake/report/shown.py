"""Where the report of ``snakemake --report`` shows each figure and table, and with which caption."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

from prismake.core.paths import data_file, data_files

RESULTS = "results/"
OF_OUTCOMES = {
    "forest": "Forest plot",
    "funnel": "Funnel plot",
    "labbe": "Risk in each arm",
    "bubble": "Bubble plot",
    "risk_of_bias": "Risk of bias by weight",
    "sroc": "Summary ROC plot",
    "predictive_values": "Predictive values",
    "network": "Network of treatments",
    "reference_forest": "Forest plot against the reference",
    "league": "League table",
    "net_heat": "Net heat plot",
    "comparison_funnel": "Comparison-adjusted funnel plot",
    "curve": "Dose–response curve",
    "study_curves": "Curves of studies",
    "effect_direction": "Effect direction plot",
    "albatross": "Albatross plot",
    "effects": "For metafor",
    "weighted": "For robvis",
}


def place_in_report(path: str) -> tuple[str, str, str]:
    """Path of the caption, category and name of a file of ``results/`` that is no figure of an outcome.

    Raises KeyError if ``workflow/report/shown.yaml`` does not have it.
    """
    caption, category, name = _places()[path.removeprefix(RESULTS)]
    return _caption(caption), category, name


def caption_of_outcome(kind: str) -> tuple[str, str]:
    """Path of the caption and name of a figure or table of an outcome: "forest", "forest.<column>", "bubble.<column>",
    "effects", "weighted" or an analysis.

    >>> caption_of_outcome("forest.antigen")[1], caption_of_outcome("leave_one_out")[1]
    ('Forest plot by antigen', 'Leave one out')
    """
    kind, _, column = kind.partition(".")
    by = f" by {column}" if column else ""
    if kind not in OF_OUTCOMES:
        return _caption("analysis"), kind.replace("_", " ").capitalize() + by
    return _caption("forest_by_group" if kind == "forest" and column else kind), OF_OUTCOMES[kind] + by


def _caption(name: str) -> str:
    return str(_captions()[name])


@cache
def _captions() -> dict[str, Path]:
    return data_files("report/captions/*.rst")


@cache
def _places() -> dict[str, tuple[str, str, str]]:
    table = yaml.safe_load(data_file("report/shown.yaml").read_text(encoding="utf-8"))
    return {
        path: (shown["caption"], category, shown["name"])
        for category, files in table.items()
        for path, shown in files.items()
    }
