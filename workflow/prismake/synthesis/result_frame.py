"""The result of an outcome before anything is computed: what results of every kind of synthesis have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import STUDY_ID
from prismake.core.software import MADE_BY
from prismake.protocol.outcome_names import PAIRWISE, kind_name
from prismake.synthesis import sentences
from prismake.synthesis.usable import EXTRACTED

if TYPE_CHECKING:
    import pandas as pd

# Options for displaying an outcome in figures and tables, with their defaults.
DISPLAY: dict[str, Any] = {"measure_name": "", "arms": [], "favours": [], "sort": "name", "proportions": "proportion"}


def result_frame(
    outcome: str,
    table: pd.DataFrame,
    spec: Mapping[str, Any],
    *,
    labels: Mapping[str, str],
    level: float,
    undecided: Mapping[str, int],
) -> dict[str, Any]:
    """The content of ``pooling/<outcome>.json`` with the rows that are left out, the counts, and nothing pooled.

    A kind other than pairwise stands under ``kind``, and adds what it computes under its own name; ``analyses`` and
    what belongs to it stay empty there, which readers of pairwise results take as nothing pooled.

    Args:
        table: the rows of ``extraction/outcomes.csv`` of this outcome.
        spec: ``outcomes.<outcome>`` of the config.
        labels: headings of the extraction columns.
        level: confidence level in percent.
        undecided: open decisions by stage.
    """
    used = table[table["status"].isin(EXTRACTED)]
    return {
        "made_by": MADE_BY,
        **({} if kind_name(spec) == PAIRWISE else {"kind": kind_name(spec)}),
        "outcome": outcome,
        "title": spec["title"] or outcome.replace("_", " ").capitalize(),
        "measure": spec["measure"],
        "ratio_scale": spec["measure"] == "GEN" and bool(spec.get("ratio_scale")),
        "level": level,
        "display": {key: spec.get(key) or empty for key, empty in DISPLAY.items()},
        "columns": {role: labels.get(column) or column for role, column in spec["columns"].items()},
        "left_out": [
            {STUDY_ID: row[STUDY_ID], "label": row["label"], "reason": row["remark"]}
            for row in table[~table["status"].isin(EXTRACTED)].to_dict("records")
        ],
        "without_events": [],
        "notes": [],
        "weighting": "",
        "proposal": {"model": "", "why": ""},
        "studies": [],
        "analyses": {},
        "subgroups": {},
        "moderators": {},
        "sensitivity": {},
        "bias": {"sentence": "", "tests": {}},
        "published": None,
        "counts": counts(table, used, undecided),
    }


def counts(table: pd.DataFrame, used: pd.DataFrame, undecided: Mapping[str, int]) -> dict[str, Any]:
    """How many of the studies in ``table`` are pooled, and how many decisions are open."""
    included, pooled = table[STUDY_ID].nunique(), used[STUDY_ID].nunique()
    return {
        "studies_included": included,
        "studies_pooled": pooled,
        "undecided": dict(undecided),
        "current": not any(undecided.values()),
        "statement": sentences.counts(pooled, included, undecided),
    }
