"""Who was eligible, what was extracted and how effects are measured: the methods that follow from its lists.

PRISMA 2020, items 5, 10a, 10b, 12 and 13a.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.labels import join
from prismake.core.measures import measure_name
from prismake.core.phrases import within_sentence
from prismake.report.reporting import reporting_of


def eligibility(config: Mapping[str, Any]) -> str:
    """Criteria as the reviewers saw them, and the groups in which studies were to be compared."""
    criteria = config.get("criteria") or {}
    sentences = []
    for kind, words in (("include", "Reasons to include"), ("exclude", "Reasons to exclude")):
        if criteria.get(kind):
            sentences.append(f"{words}: {'; '.join(text.rstrip('. ') for text in criteria[kind])}.")
    labels = _labels(config)
    groups = {column: None for spec in config.get("outcomes", {}).values() for column in spec.get("subgroups", ())}
    if groups:
        named = join([labels.get(column, column.replace("_", " ")).lower() for column in groups])
        sentences.append(f"For the syntheses, studies were grouped by {named}.")
    return " ".join(sentences)


def data_items(config: Mapping[str, Any]) -> str:
    """The outcomes with the numbers that each needs, and the other variables with the instructions to reviewers."""
    labels, outcomes = _labels(config), config.get("outcomes", {})
    sentences, used = [], set()
    for name, spec in outcomes.items():
        columns = list((spec.get("columns") or {}).values())
        used |= set(columns)
        parts = f" (from {join([labels.get(column, column) for column in columns])})" if columns else ""
        sentences.append(f"{spec.get('title') or name.replace('_', ' ')}{parts}")
    text = f"Outcomes: {'; '.join(sentences)}." if sentences else ""
    others = [field for field in config.get("extraction", {}).get("fields", []) if field["name"] not in used]
    if others:
        described = [f"{labels[field['name']]}{_help(field)}" for field in others]
        text += f" Other variables: {'; '.join(described)}."
    return text.strip()


def effect_measures(config: Mapping[str, Any]) -> str:
    """The measure of each outcome; outcomes of one measure together."""
    groups: dict[str, list[str]] = {}
    for name, spec in config.get("outcomes", {}).items():
        shown = {"measure": spec["measure"], "ratio_scale": spec.get("ratio_scale"), "display": spec}
        report = reporting_of(spec)
        measured = (report.measured if report else "") or measure_name(shown)
        groups.setdefault(measured, []).append(spec.get("title") or name.replace("_", " "))
    return "; ".join(f"{join(titles)}: {measure}" for measure, titles in groups.items()) + "." if groups else ""


def studies_of_syntheses(config: Mapping[str, Any]) -> str:
    """Which studies a synthesis includes, and what happens to the others."""
    number = len(config.get("outcomes", {}))
    if not number:
        return ""
    return (
        f"{'The synthesis' if number == 1 else f'Each of the {number} syntheses'} takes every included study that "
        "reports its numbers; those that do not are listed with the reason."
    )


def _labels(config: Mapping[str, Any]) -> dict[str, str]:
    return {
        field["name"]: field.get("label") or field["name"] for field in config.get("extraction", {}).get("fields", [])
    }


def _help(field: Mapping[str, Any]) -> str:
    text = str(field.get("help") or "").rstrip(". ")
    return f" ({within_sentence(text)})" if text else ""
