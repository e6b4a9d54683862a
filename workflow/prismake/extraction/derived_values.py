"""Numbers that a report does not print, converted from those that it does, each with its origin.

Only conversions named in the protocol are made, and only if the number itself was not reported. Standard errors,
intervals of means, p-values and O − E convert exactly; means and standard deviations from quantiles assume data that
are not skewed, and skewed data (Shi 2023) are not converted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prismake.core.errors import ExtractionError
from prismake.core.numbers import typed
from prismake.extraction import conversions
from prismake.extraction.extracted import number

CONVERTED = "converted from"  # how the origin of a converted number begins
Numbers = Mapping[str, float]
Result = tuple[dict[str, float], str]  # numbers by part, and what they come from


@dataclass(frozen=True)
class Derived:
    """The result of the conversions.

    ``items``: the decisions including the converted numbers. ``how``: by row and column, what a number was converted
    from. ``refused``: by row and outcome, why nothing was converted.
    """

    items: Mapping[str, Mapping[str, str]]
    how: Mapping[tuple[str, str], str] = field(default_factory=dict)
    refused: Mapping[tuple[str, str], str] = field(default_factory=dict)


def with_conversions(items: Mapping[str, Mapping[str, str]], outcomes: Mapping[str, Mapping[str, Any]]) -> Derived:
    """Fill in missing parts of outcomes by their conversions, in the order of the protocol.

    Args:
        items: by row, the settled answers by column.
        outcomes: by name: ``columns``, ``conversions``, ``converted_from`` (columns by part), ``level`` and
            ``ratio_scale``.
    """
    filled = {key: dict(item) for key, item in items.items()}
    how: dict[tuple[str, str], str] = {}
    refused: dict[tuple[str, str], str] = {}
    for name, spec in outcomes.items():
        if not spec.get("conversions"):
            continue
        for key, item in filled.items():
            for arm in ("1", "2") if "mean1" in spec["columns"] else ("",):
                try:
                    parts, origin = _converted(item, spec, arm)
                except ExtractionError as error:
                    refused[key, name] = f"{error.what} {error.remedy}".strip()
                    continue
                for part, value in parts.items():
                    column = spec["columns"][f"{part}{arm}"]
                    item[column] = repr(value)
                    how[key, column] = f"{CONVERTED} {origin}"
    return Derived(filled, how, refused)


def _converted(item: Mapping[str, str], spec: Mapping[str, Any], arm: str) -> Result:
    """The missing parts of one arm that can be converted, and their origin."""
    columns = {**spec["converted_from"], **spec["columns"]}
    given = {
        role.removesuffix(arm): value
        for role, column in columns.items()
        if role.endswith(arm) and (value := number(item.get(column, ""))) is not None
    }
    means = f"mean{arm}" in spec["columns"]
    needed = ("mean", "sd") if means else ("effect", "lower", "upper")
    missing = [part for part in needed if part not in given]
    if not missing or (means and "n" not in given):
        return {}, ""
    makers = _OF_MEANS if means else _OF_EFFECTS
    for name in spec["conversions"]:
        made, origin = makers[name](given, spec)
        if made.keys() >= set(missing):
            return {part: made[part] for part in missing}, origin
    return {}, ""


def _has(given: Numbers, *parts: str) -> bool:
    return all(part in given for part in parts)


def _sd_from_se(given: Numbers, spec: Mapping[str, Any]) -> Result:
    if not _has(given, "se"):
        return {}, ""
    n = _people(given)
    return {"sd": conversions.sd_from_se(given["se"], n)}, f"SE {typed(given['se'])} of {n} people"


def _sd_from_ci(given: Numbers, spec: Mapping[str, Any]) -> Result:
    if not _has(given, "ci_lower", "ci_upper"):
        return {}, ""
    low, high, n = given["ci_lower"], given["ci_upper"], _people(given)
    if low >= high:
        raise ExtractionError(f"the interval {typed(low)} to {typed(high)} of the mean is out of order.")
    return {"sd": conversions.sd_from_ci(low, high, n)}, f"95 % CI {typed(low)} to {typed(high)} of {n} people (t)"


def _from_quantiles(*names: str) -> Callable[[Numbers, Mapping[str, Any]], Result]:
    """Mean and SD from a median with these quantiles (Luo 2018, Wan 2014, Shi 2020); uses all five if given."""

    def make(given: Numbers, spec: Mapping[str, Any]) -> Result:
        if not _has(given, "median", *names):
            return {}, ""
        both = [part for part in ("minimum", "q1", "q3", "maximum") if part in given]
        used = both if {"quartiles", "range"} <= {*spec["conversions"]} else names
        numbers = {part: given[part] for part in used}
        n = _people(given)
        made = conversions.mean_sd(
            n,
            given["median"],
            minimum=numbers.get("minimum"),
            q1=numbers.get("q1"),
            q3=numbers.get("q3"),
            maximum=numbers.get("maximum"),
        )
        shown = ", ".join(f"{part} {typed(value)}" for part, value in numbers.items())
        if made.skewed:
            raise ExtractionError(f"median {typed(given['median'])} with {shown} is skewed and was not converted.")
        return {"mean": made.mean, "sd": made.sd}, f"median {typed(given['median'])}, {shown} of {n} people"

    return make


def _people(given: Numbers) -> int:
    return int(given["n"])


def _around(effect: float, se: float, spec: Mapping[str, Any]) -> dict[str, float]:
    """An effect and its interval from the standard error, on the log scale if effects are ratios."""
    half = conversions.quantile(float(spec["level"]) / 100) * se
    if spec["ratio_scale"]:
        middle = math.log(effect)
        return {"effect": effect, "lower": math.exp(middle - half), "upper": math.exp(middle + half)}
    return {"effect": effect, "lower": effect - half, "upper": effect + half}


def _effect_with_se(given: Numbers, spec: Mapping[str, Any]) -> Result:
    if not _has(given, "effect", "se"):
        return {}, ""
    _refuse_no_ratio(given["effect"], spec)
    of = " of the logarithm" if spec["ratio_scale"] else ""
    return _around(given["effect"], given["se"], spec), f"SE {typed(given['se'])}{of}"


def _effect_with_p(given: Numbers, spec: Mapping[str, Any]) -> Result:
    if not _has(given, "effect", "p"):
        return {}, ""
    effect, p = given["effect"], given["p"]
    _refuse_no_ratio(effect, spec)
    if not 0 < p < 1 or effect == (1 if spec["ratio_scale"] else 0):
        raise ExtractionError(f"effect {typed(effect)} with p = {typed(p)} has no standard error.")
    if spec["ratio_scale"]:
        return _around(effect, conversions.ratio_from_p(effect, p)[1], spec), f"p = {typed(p)}"
    return _around(effect, abs(effect) / conversions.z_from_p(p), spec), f"p = {typed(p)}"


def _effect_from_o_minus_e(given: Numbers, spec: Mapping[str, Any]) -> Result:
    """Peto's hazard ratio (Tierney 2007, equation 1)."""
    if not _has(given, "o_minus_e", "variance"):
        return {}, ""
    if given["variance"] <= 0:
        raise ExtractionError(f"the variance {typed(given['variance'])} of O − E is not above 0.")
    yi, sei = conversions.ratio_from_o_minus_e(given["o_minus_e"], given["variance"])
    return _around(math.exp(yi), sei, spec), f"O − E {typed(given['o_minus_e'])}, V {typed(given['variance'])}"


def _refuse_no_ratio(effect: float, spec: Mapping[str, Any]) -> None:
    if spec["ratio_scale"] and effect <= 0:
        raise ExtractionError(f"a ratio of {typed(effect)} cannot be.")


_OF_MEANS: dict[str, Callable[[Numbers, Mapping[str, Any]], Result]] = {
    "se": _sd_from_se,
    "ci": _sd_from_ci,
    "quartiles": _from_quantiles("q1", "q3"),
    "range": _from_quantiles("minimum", "maximum"),
}
_OF_EFFECTS: dict[str, Callable[[Numbers, Mapping[str, Any]], Result]] = {
    "se": _effect_with_se,
    "p": _effect_with_p,
    "o_minus_e": _effect_from_o_minus_e,
}
