"""Each analysis of an outcome without pooling as a document, rows that say nothing, and the script in R."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from prismake.core.names import STUDY_ID
from prismake.core.paths import data_file
from prismake.synthesis.check_script import filled
from prismake.synthesis.records import shared_part
from prismake.synthesis.unpooled.reported_rows import reported_rows
from prismake.synthesis.usable import LEVEL, UNUSABLE

if TYPE_CHECKING:
    import pandas as pd

# By analysis: the part of ``without_pooling`` that it holds, and the sentences about it.
ANALYSES = {
    "main": ("votes", "main"),
    "votes": ("votes", "votes"),
    "p_values": ("p_values", "p_values"),
    "estimates": ("estimates", "estimates"),
}
_ROW = (
    *(STUDY_ID, "arm", "label", "year", "state", "p", "relation", "sides", "p_from", "one_sided_p", "people"),
    *("yi", "vi", "effect_from", "settled_by", "source"),
)


def records(result: Mapping[str, Any], spec: Mapping[str, Any], check: str) -> dict[str, dict[str, Any]]:
    """One document per analysis, by name: ``main``, ``votes``, ``p_values``, ``estimates``, ``subgroups.<column>``.

    Args and keys as those of ``synthesis.records.records``; ``values`` is the part of the result that it made.
    """
    own = result["without_pooling"]
    inputs = {key: [row[key] for row in result["studies"]] for key in (*spec["columns"], *_ROW)}
    shared = shared_part(result, spec, check, "without_pooling", {"towards": own["towards"]}, inputs)
    rows: dict[str, tuple[Any, str]] = {
        name: (own[part], " ".join(own["words"].get(about, []))) for name, (part, about) in ANALYSES.items()
    }
    for place, column in enumerate(spec["subgroups"]):
        sentence = (own["words"].get("groups") or [""] * (place + 1))[place]
        rows[f"subgroups.{column}"] = (own["groups"].get(column), sentence)
    return {
        name: {
            **shared,
            "analysis": name,
            "values": values,
            "warnings": list(result["notes"]),
            "error": None if values is not None else sentence or result["sentence"],
            "sentence": sentence or result["sentence"],
        }
        for name, (values, sentence) in rows.items()
    }


def unusable(rows: pd.DataFrame, spec: Mapping[str, Any]) -> dict[Any, tuple[str, str]]:
    """Status and remark of rows that say nothing about direction or effect, by their index."""
    reported = reported_rows(rows, spec, LEVEL)
    return {index: (UNUSABLE, entry.reason) for index, entry in zip(rows.index, reported, strict=True) if entry.reason}


def unpooled_script(result: Mapping[str, Any], name: str) -> str:
    """The script that recomputes an outcome in R, as ``synthesis.check_script.pairwise_script``."""
    return filled(data_file("report/check_without_pooling.R"), result, name)
