"""Outcomes that are synthesised without pooling: what their rows ask, their settings, mistakes in them, and figures.

A row is a study (or an arm of one) that may report only the direction of its effect, only a p-value, only an effect, or
the numbers of both arms. None of them is needed as long as one is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from prismake.protocol.analyses import RISK_OF_BIAS, TABLE
from prismake.protocol.measure_parts import ROLES

DIRECTION, P_VALUE = "direction", "p_value"
EFFECT = ("effect", "lower", "upper")
NO_DIFFERENCE, CONFLICTING = "no difference", "conflicting"
MEASURES = ("SMD", "MD", "ROM", "SMDH", "RR", "OR", "RD", "IRR", "IRD", "COR", "ZCOR", "GEN")
RATIOS = frozenset({"RR", "OR", "IRR", "ROM"})  # whose published effects are ratios
# By what the sheet asks for: the parts of a row; arms stands for the parts of the measure.
ASKS: dict[str, tuple[str, ...]] = {DIRECTION: (DIRECTION,), P_VALUE: (P_VALUE, "total"), "effect": EFFECT, "arms": ()}
_SIZES = frozenset({"n", "n1", "n2", "total1", "total2"})
PARTS: dict[str, tuple[str, ...]] = {
    measure: tuple(dict.fromkeys((*ROLES[measure], *EFFECT, "total", DIRECTION, P_VALUE))) for measure in MEASURES
}
CHECKED_AS = dict.fromkeys(MEASURES, "DIRECTION")
KEYS = frozenset({"favours", "arms", "subgroups", "sort", "ratio_scale"})
CONTOURS = ("SMD", "MD", "OR", "RR", "COR", "ZCOR")  # measures of which an albatross plot has contours
FIGURES = ("effect_direction", "albatross")
SORTS = ("name", "year")


def parts_asked(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts that a row asks for: those of ``without_pooling.asks``, in the order of the sheet.

    The number of people is not asked for a second time where the parts of the arms have it.
    """
    asks = (spec.get("without_pooling") or {}).get("asks") or ()
    of_measure = ROLES.get(spec["measure"], ()) if "arms" in asks else ()
    named = (*of_measure, *(part for name in asks for part in ASKS[name]))
    every = tuple(dict.fromkeys(named))
    return tuple(part for part in every if part != "total" or not _SIZES & {*of_measure})


def figures(spec: Mapping[str, Any], fields: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the figures; none of them depends on the studies."""
    return list(FIGURES)


def enough(blank: Collection[str], spec: Mapping[str, Any]) -> bool:
    """Whether a row can be used although these parts are not reported: it has a direction, an effect, a p-value or
    every number of the measure."""
    reported = spec["columns"].keys() - set(blank)
    return bool(reported & {DIRECTION, P_VALUE, "effect"}) or set(ROLES[spec["measure"]]) <= reported


def directions(spec: Mapping[str, Any]) -> list[str]:
    """The answers to the question for the direction of the effect."""
    return [*spec["favours"], NO_DIFFERENCE, CONFLICTING]


def problems(path: str, spec: Mapping[str, Any], fields: Mapping[str, Any], shape: str) -> Iterator[str]:
    """Sentences on mistakes in sides, reason, columns, contours and subgroups of an outcome.

    Args:
        path: ``outcomes.<name>``.
        fields: the columns of the extraction sheet by name.
        shape: ``extraction.shape``.
    """
    own, sides = spec["without_pooling"], list(spec["favours"])
    where = f"'{path}.without_pooling"
    if not own["reason"].strip():
        yield f"{where}.reason' is missing: say why the studies are not pooled. Report and manuscript print it."
    if len(sides) != 2 or sides[0].casefold() == sides[1].casefold():
        yield (
            f"'{path}.favours' must have two texts, such as [Favours treatment, Favours control]: whom an effect below "
            "and above no effect favours. They are the answers to the question for the direction."
        )
    elif own["towards"] not in sides:
        yield (
            f"{where}.towards' is {own['towards']!r}; it must be {sides[0]!r} or {sides[1]!r}: the side for which "
            "votes are counted and p-values are one-sided."
        )
    if not spec["columns"]:
        yield f"{where}.asks' is empty. Name at least one of {', '.join(ASKS)}."
    yield from _type_problems(path, spec, fields)
    yield from _contour_problems(where, spec)
    for column in dict.fromkeys(spec["subgroups"]):
        if column != RISK_OF_BIAS and column not in fields:
            columns = ", ".join(fields) or "none"
            yield f"'{path}.subgroups' names {column!r}, no column of 'extraction.fields'. There are: {columns}."
        elif column in TABLE:
            yield f"'{path}.subgroups' names {column!r}, a column of the table of outcomes. Rename the field."
    if spec["sort"] not in SORTS:
        yield f"'{path}.sort' is {spec['sort']}; studies that are not pooled are sorted by {' or '.join(SORTS)}."
    if "estimate" in spec["published"]:
        yield f"'{path}.published' has no meaning for an outcome without a pooled estimate. Take it out."


def _type_problems(path: str, spec: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[str]:
    """Columns of another type than direction and p-value need, and answers that are no direction."""
    for role, kind in ((DIRECTION, "choice"), (P_VALUE, "text")):
        column = spec["columns"].get(role)
        if column not in fields:
            continue
        where = f"'{path}.columns.{role}' is {column!r}"
        if fields[column]["type"] != kind:
            yield f"{where}, a column of {fields[column]['type']}; it must be {kind}."
        elif role == DIRECTION and (
            other := [text for text in fields[column]["choices"] if text not in directions(spec)]
        ):
            named, allowed = ", ".join(other), ", ".join(directions(spec))
            yield f"{where}, whose choices have {named}. A direction is one of: {allowed}."


def _contour_problems(where: str, spec: Mapping[str, Any]) -> Iterator[str]:
    """Contours that the measure does not have, or that need a baseline risk or a standard deviation."""
    own, measure, assumed = spec["without_pooling"], spec["measure"], spec["without_pooling"]["assumed"]
    if own["contours"] and measure not in CONTOURS:
        yield f"{where}.contours' has no meaning for {measure}. Those with contours are {', '.join(CONTOURS)}."
    elif own["contours"] and measure in ("OR", "RR") and "baseline" not in assumed:
        yield f"{where}.contours' needs '{where[1:]}.assumed.baseline', the risk in the control group."
    elif own["contours"] and measure == "MD" and "sd" not in assumed:
        yield f"{where}.contours' needs '{where[1:]}.assumed.sd', the standard deviation in both groups."
    null = 1.0 if measure in RATIOS else 0.0
    for value in own["contours"]:
        if value <= null or (measure in ("COR", "ZCOR") and value >= 1):
            yield f"{where}.contours' has {value:g}. Write effects above {null:g}; both sides are drawn."
    if measure == "RR" and "baseline" in assumed:
        for value in (value for value in own["contours"] if value * assumed["baseline"] >= 1):
            yield f"{where}.contours' has {value:g}, which is impossible at a risk of {assumed['baseline']:g}."
