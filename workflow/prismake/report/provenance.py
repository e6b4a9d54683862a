"""The origin of numbers as the page shows it: cells of each pooled number, and studies that share participants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.core.names import STUDY_ID

if TYPE_CHECKING:
    import pandas as pd


def cells_part(cells: pd.DataFrame, results: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """By outcome, each pooled number: label, part (its heading), value, cells (sentences), settled_by, how, source.

    Args:
        cells: ``extraction/places.csv``.
    """
    headings = {result["outcome"]: result.get("columns") or {} for result in results}
    numbers: dict[str, dict[tuple[str, str, str], dict[str, Any]]] = {}
    for row in cells.to_dict("records"):
        key = (row[STUDY_ID], row["arm"], row["part"])
        entry = numbers.setdefault(row["outcome"], {}).setdefault(
            key,
            {
                "label": row["label"],
                "part": headings.get(row["outcome"], {}).get(row["part"], row["part"]),
                "value": row["value"],
                "cells": [],
                "settled_by": row["settled_by"],
                "how": _of_part(row["how"], row["part"]),
                "source": row["source"],
            },
        )
        if row["place"]:
            entry["cells"].append(f"{row['who']}: “{row['typed']}” in {row['place']}")
    return {outcome: list(rows.values()) for outcome, rows in numbers.items()}


def _of_part(how: str, part: str) -> str:
    return "; ".join(way.removeprefix(f"{part} ") for way in how.split("; ") if way.startswith(f"{part} "))


def cohorts_part(families: pd.DataFrame, hints: pd.DataFrame, results: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``columns`` and ``rows`` of the table of cohort families, and ``hints``: pairs that may share participants.

    Args:
        families: ``extraction/families.csv``; hints: ``extraction/overlap_hints.csv``.
    """
    titles = {result["outcome"]: result["title"] for result in results}
    outcomes = [name for name in families.columns if name in titles]
    return {
        "columns": ["Family", "Study", "Same participants as", *(titles[name] for name in outcomes)],
        "rows": families[["family", "label", "names", *outcomes]].to_numpy().tolist() if len(families) else [],
        "hints": hints.to_dict("records"),
    }
