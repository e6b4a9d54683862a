"""Outcomes whose effect is a curve over the dose: their columns, settings, mistakes in them, and figures.

A row is a dose group of a study, the reference group among them, with its dose as printed. Ratios have cases and people
(or person-time) and the adjusted ratio with its interval; differences in means have the mean of each group.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from prismake.core.phrases import normal_word
from prismake.protocol.outcome_names import EACH_ARM

DOSE = "dose"
EFFECT = ("effect", "lower", "upper")
PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("OR", "RR"), (DOSE, "events", "total", *EFFECT)),
    "IRR": (DOSE, "events", "time", *EFFECT),
    **dict.fromkeys(("MD", "SMD"), (DOSE, "mean", "sd", "n")),
}
CHECKED_AS = dict.fromkeys(PARTS, "DOSE")
# What reviewers may leave blank: the reference group has no interval, and reports lack counts or adjusted ratios.
OPTIONAL = frozenset({"events", "total", "time", *EFFECT})
KEYS = frozenset({"favours", "sort"})
FIGURES = ("curve", "study_curves")
SORTS = ("name", "year")
DESIGN = "design"  # the key that names the column of the sheet, and the column of the outcome table
# What the counts of a study are, by the words that the column of designs may hold.
DESIGNS: dict[str, tuple[str, ...]] = {
    "case_control": ("case-control", "case control", "case–control", "nested case-control", "cc"),
    "cumulative_incidence": ("cumulative incidence", "cohort", "trial", "rct", "ci"),
    "incidence_rate": ("incidence rate", "person-time", "person-years", "rate", "ir"),
}
OPEN_ENDED = ("neighbour", "factor", "ask")
GROUP = "dose_response"


def figures(spec: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the figures; none of them depends on the studies."""
    return list(FIGURES)


def rows_of(spec: Mapping[str, Any]) -> str:
    """Every dose group has a row of its own."""
    return EACH_ARM


def enough(blank: Collection[str], spec: Mapping[str, Any]) -> bool:
    """Whether a group says something although these parts are not reported: its dose, and a ratio or cases.

    Whether the groups of a study suffice together is known only where they are together.
    """
    needed = set(spec["columns"]) - OPTIONAL
    return not needed & set(blank) and not {"effect", "events"} <= set(blank)


def beside(spec: Mapping[str, Any]) -> dict[str, str]:
    """The column of the outcome table with the design, and the extraction column that it is taken from."""
    return {DESIGN: column} if (column := design_column(spec)) else {}


def design_column(spec: Mapping[str, Any]) -> str:
    """The extraction column that says what the counts of a study are; "" if the measure says it."""
    return str((spec.get(GROUP) or {}).get(DESIGN) or "")


def design_of(text: str) -> str | None:
    """The design that a word names; None if it names none, "" for no word."""
    word = normal_word(text)
    if not word:
        return ""
    for design, words in DESIGNS.items():
        if word in map(normal_word, (design, *words)):
            return design
    return None


def problems(path: str, spec: Mapping[str, Any], fields: Mapping[str, Any], shape: str) -> Iterator[str]:
    """Sentences on mistakes in the order of studies and in the group ``dose_response`` of an outcome.

    Args:
        path: ``outcomes.<name>``.
        fields: the columns of the extraction sheet by name.
        shape: ``extraction.shape``.
    """
    own = spec[GROUP]
    where = f"'{path}.{GROUP}"
    if spec["sort"] not in SORTS:
        yield f"'{path}.sort' is {spec['sort']}; studies of doses are sorted by {' or '.join(SORTS)}."
    if "estimate" in spec["published"]:
        yield f"'{path}.published' has no meaning for an outcome of kind {GROUP}, which has a curve. Take it out."
    if spec["favours"] and len(spec["favours"]) != 2:
        yield f"'{path}.favours' must have two texts, for below and above no effect."
    yield from _column_problems(where, own, fields)
    yield from _curve_problems(where, own)
    if own["covariance"] != "greenland_longnecker" and spec["measure"] in ("MD", "SMD"):
        yield f"{where}.covariance' is about ratios; {spec['measure']} has its covariance from the means. Take it out."
    if own["correlation"] and spec["measure"] in ("MD", "SMD"):
        yield f"{where}.correlation' is about ratios without counts; {spec['measure']} has none. Take it out."


def _column_problems(where: str, own: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    column = own[DESIGN]
    if not column:
        return
    if column not in fields:
        columns = ", ".join(name for name, field in fields.items() if "outcome" not in field) or "none"
        yield f"{where}.design' is {column!r}, which is no column of 'extraction.fields'. There are: {columns}."
        return
    field = fields[column]
    if field["type"] not in ("text", "choice"):
        yield f"{where}.design' is {column!r}, a column of {field['type']}; it must be text or choice."
    if field.get("per") == "arm":
        yield f"{where}.design' is {column!r}, which is asked of each arm: a study has one design. Write 'per: study'."
    if odd := [text for text in field["choices"] if design_of(text) is None]:
        words = "; ".join(f"{name}: {', '.join(texts)}" for name, texts in DESIGNS.items())
        yield f"{where}.design' is {column!r}, whose answer “{odd[0]}” names no design. These do: {words}."


def _curve_problems(where: str, own: Mapping[str, Any]) -> Iterator[str]:
    if own["model"] != "spline" and own["knots"]:
        yield f"{where}.knots' has no meaning for a {own['model']} curve. Take it out, or write 'model: spline'."
    if own["knots"] and (len(own["knots"]) < 3 or sorted(set(own["knots"])) != list(own["knots"])):
        yield f"{where}.knots' must name at least three doses in ascending order."
    if own["stage"] == "one" and own["method"] == "MM":
        yield f"{where}.method' is MM, the method of moments, which needs 'stage: two'."
    if own["doses"] and set(own["doses"]) == {own.get("reference")}:
        yield f"{where}.doses' names the reference dose alone. Name doses that are compared with it."
    for key in ("doses", "knots"):
        if twice := sorted({x for x in own[key] if own[key].count(x) > 1}):
            yield f"{where}.{key}' has {twice[0]:g} twice."
