"""Outcomes that compare a network of treatments: their columns, settings, mistakes in them, and figures.

A row is an arm with its own numbers (``OR``, ``RR``, ``RD``, ``IRR``, ``IRD``, ``MD``, ``SMD``, ``ROM``), or a
comparison of two arms with its interval (``GEN``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from prismake.core.phrases import normal_word
from prismake.protocol.outcome_names import EACH_ARM, EACH_PAIR

PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("OR", "RR", "RD"), ("events", "total")),
    **dict.fromkeys(("IRR", "IRD"), ("events", "time")),
    **dict.fromkeys(("MD", "SMD", "ROM"), ("mean", "sd", "n")),
    "GEN": ("effect", "lower", "upper"),
}
CHECKED_AS = {  # the measure of one arm with the same parts
    **dict.fromkeys(("OR", "RR", "RD"), "PLO"),
    **dict.fromkeys(("IRR", "IRD"), "IRLN"),
    **dict.fromkeys(("MD", "SMD", "ROM"), "MN"),
}
KEYS = frozenset({"method", "ratio_scale", "favours", "sort", "checks", "scale", "analysis_set", "conversions"})
METHODS = ("REML", "ML", "DL")
TREATMENT = "treatment"  # the column of the outcome table, and the key that names the column of the sheet
FIGURES = ("network", "reference_forest", "league", "net_heat", "comparison_funnel")


def figures(spec: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the figures; none of them depends on the studies."""
    return list(FIGURES)


def rows_of(spec: Mapping[str, Any]) -> str:
    """What has a row of its own where a sheet has a row for each result."""
    return EACH_PAIR if spec["measure"] == "GEN" else EACH_ARM


def treatment_column(spec: Mapping[str, Any]) -> str:
    """The extraction column that says what people in an arm were given; "" if the name of the arm says it."""
    return str((spec.get("network") or {}).get(TREATMENT) or "")


def beside(spec: Mapping[str, Any]) -> dict[str, str]:
    """The column of the outcome table with the treatment, and the extraction column that it is taken from."""
    return {TREATMENT: treatment_column(spec)}


def problems(path: str, spec: Mapping[str, Any], fields: Mapping[str, Any], shape: str) -> Iterator[str]:
    """Sentences on mistakes in ``method`` and in the group ``network`` of an outcome.

    Args:
        path: ``outcomes.<name>``.
        fields: the columns of the extraction sheet by name.
        shape: ``extraction.shape``.
    """
    own = spec["network"]
    where = f"'{path}.network.treatment'"
    if spec["method"] not in METHODS:
        yield f"'{path}.method' is {spec['method']}; a network is fitted with one of {', '.join(METHODS)}."
    column = own[TREATMENT]
    if column and column not in fields:
        columns = ", ".join(name for name, field in fields.items() if "outcome" not in field) or "none"
        yield f"{where} is {column!r}, which is no column of 'extraction.fields'. There are: {columns}."
    elif column and fields[column]["type"] not in ("text", "choice"):
        yield f"{where} is {column!r}, a column of {fields[column]['type']}; it must be text or choice."
    elif column and shape == "results" and rows_of(spec) == EACH_PAIR:
        yield (
            f"{where} has no place where 'extraction.shape' is results and effects are extracted: a "
            "row is named by the two arms that it compares. Take it out."
        )
    elif column and shape == "results" and fields[column]["per"] != "arm":
        yield f"{where} is {column!r}, which is asked of a study. Write 'per: arm' beside the column."
    yield from _name_problems(path, own)
    if "estimate" in spec["published"]:
        many = "an outcome of kind network, which has many estimates"
        yield f"'{path}.published' has no meaning for {many}. Take it out."
    if spec["favours"] and len(spec["favours"]) != 2:
        yield f"'{path}.favours' must have two texts, for the left and the right side."


def _name_problems(path: str, own: Mapping[str, Any]) -> Iterator[str]:
    """Treatments whose spellings collide, and a reference that is none of them."""
    owner: dict[str, str] = {}
    for label, spellings in own["treatments"].items():
        for text in (label, *spellings):
            other = owner.setdefault(normal_word(text), label)
            if other != label:
                yield f"'{path}.network.treatments' has “{text}” for {other} and for {label}. Keep one of them."
    if own["reference"] and own["treatments"] and normal_word(own["reference"]) not in owner:
        names = ", ".join(own["treatments"])
        yield f"'{path}.network.reference' is {own['reference']!r}, which is none of 'treatments'. There are: {names}."
