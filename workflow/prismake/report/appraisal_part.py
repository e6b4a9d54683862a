"""The part of the page on risk of bias, apart from figures: what was not appraised or lacks support, and agreement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from prismake.appraisal.scores import NOT_APPRAISED
from prismake.core.labels import join

if TYPE_CHECKING:
    import pandas as pd


def appraisal_part(
    scores: pd.DataFrame, agreement: pd.DataFrame, outcomes: Mapping[str, str], titles: Mapping[str, str]
) -> dict[str, Any]:
    """``notes``: sentences; ``agreement``: one row per pair of reviewers and domain or whole, as text;
    ``stars``: whether an instrument that gives stars was used, or nothing is appraised yet.

    Args:
        scores: ``appraisal/scores.csv``.
        agreement: ``appraisal/agreement.csv``.
        outcomes: title by name of the outcomes.
        titles: title by name of the instruments.
    """
    return {
        "notes": list(_notes(scores.to_dict("records"), outcomes)),
        "stars": scores.empty or bool((scores["maximum"] != "").any()),
        "agreement": [_agreement(row, titles) for row in agreement.to_dict("records") if row["level"] != "item"],
    }


def _notes(scores: Sequence[Mapping[str, str]], outcomes: Mapping[str, str]) -> list[str]:
    notes = []
    if left := [row["label"] for row in scores if row["overall"] == NOT_APPRAISED]:
        notes.append(f"Not appraised, because the protocol names no instrument for the design: {join(left)}.")
    if without := [row for row in scores if int(row["unsupported"] or 0)]:
        count = sum(int(row["unsupported"]) for row in without)
        named = join([f"{_named(row, outcomes)} ({row['unsupported']})" for row in without])
        notes.append(f"{count:,} answers are not supported by a quotation or page number: {named}.")
    notes += [f"{_named(row, outcomes)}: {row['why']}." for row in scores if row["why"]]
    return notes


def _named(row: Mapping[str, str], outcomes: Mapping[str, str]) -> str:
    result = row.get("result", "")
    return f"{row['label']}, {outcomes.get(result, result)}" if result else row["label"]


def _agreement(row: Mapping[str, str], titles: Mapping[str, str]) -> dict[str, str]:
    return {
        "instrument": titles.get(row["instrument"], row["instrument"]),
        "what": row["label"],
        "pair": f"{row['first']}, {row['second']}",
        "n": row["n"],
        "observed": f"{100 * float(row['observed']):.0f} %" if row["observed"] else "–",
        "kappa": _coefficient(row, "kappa"),
        "weighted": _coefficient(row, "weighted"),
        "remark": row["remark"],
    }


def _coefficient(row: Mapping[str, str], name: str) -> str:
    """``0.56 [0.01, 1.00]``, or a dash where it does not exist."""
    if not row[name]:
        return "–"
    bounds = [f"{float(row[f'{name}_{end}']):.2f}" for end in ("lb", "ub") if row[f"{name}_{end}"]]
    text = f"{float(row[name]):.2f}" + (f" [{', '.join(bounds)}]" if len(bounds) == 2 else "")
    return text.replace("-", "−")
