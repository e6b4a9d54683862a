"""Numbers that a report does not print, converted from those that it does, each with its origin.

Only conversions named in the protocol are made, and only if the number itself was not reported. Standard errors,
intervals of means, p-values and O − E convert exactly; means and standard deviations from quantiles assume data that
are not skewed, and skewed data (Shi 2023) are not converted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from prismake.core.errors import ExtractionError
from prismake.core.numbers import typed
from prismake.extraction import conversions
from prismake.extraction.extracted import number
from prismake.protocol.measure_parts import MODELS

_OF_WHOLE_NUMBERS = ("glmm", "beta_binomial", "exact_conditional", "conditional", "fixed_study", "random_study")
_LARGEST = 1e15  # a number of a study
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
        outcomes: by name: ``columns``, ``conversions``, ``converted_from`` (columns by part), ``assumed``, ``model``,
            ``level`` and ``ratio_scale``.
    """
    filled = {key: dict(item) for key, item in items.items()}
    how: dict[tuple[str, str], str] = {}
    refused: dict[tuple[str, str], str] = {}
    for name, spec in outcomes.items():
        if not spec.get("conversions"):
            continue
        for key, item in filled.items():
            for convert in _STEPS:
                try:
                    made, origin = convert(item, spec)
                except ExtractionError as error:
                    refused[key, name] = f"{error.what} {error.remedy}".strip()
                    continue
                except (ArithmeticError, ValueError):  # impossible numbers, which the checks name
                    made, origin = {"": math.nan}, ""
                if not all(map(math.isfinite, made.values())):
                    refused[key, name] = "the numbers that it would be converted from are impossible."
                    continue
                for role, value in made.items():
                    column = spec["columns"][role]
                    item[column] = repr(value)
                    earlier = how.get((key, column))
                    how[key, column] = f"{earlier}; {origin}" if earlier else f"{CONVERTED} {origin}"
    return Derived(filled, how, refused)


def _numbers(item: Mapping[str, str], spec: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of a row by role, among them those that only serve conversions."""
    columns = {**spec["converted_from"], **spec["columns"]}
    numbers = ((role, number(item.get(column, ""))) for role, column in columns.items())
    return {role: value for role, value in numbers if value is not None and abs(value) <= _LARGEST}


def _of_arm(item: Mapping[str, str], spec: Mapping[str, Any], arm: str) -> tuple[dict[str, float], str]:
    """The missing parts of one arm (``""`` for the only one, or for a published effect) that can be converted, and
    their origin."""
    of_effect = not arm and "effect" in spec["columns"]
    needed = ("effect", "lower", "upper") if of_effect else ("mean", "sd")
    if not {f"{part}{arm}" for part in needed} <= spec["columns"].keys():
        return {}, ""
    own = {role.removesuffix(arm): value for role, value in _numbers(item, spec).items() if role.endswith(arm)}
    missing = [part for part in needed if part not in own]
    if not missing or not (of_effect or "n" in own):
        return {}, ""
    makers = _OF_EFFECTS if of_effect else _OF_MEANS
    for name in (name for name in spec["conversions"] if name in makers):
        made, origin = makers[name](own, spec)
        if made.keys() >= set(missing):
            return {f"{part}{arm}": made[part] for part in missing}, origin
    return {}, ""


def _of_difference(item: Mapping[str, str], spec: Mapping[str, Any]) -> tuple[dict[str, float], str]:
    """One SD for both arms from what a report prints about the difference of their means (Handbook 6.5.2.3)."""
    given = _numbers(item, spec)
    if "mean1" not in spec["columns"] or {"sd1", "sd2"} & given.keys() or not _has(given, "n1", "n2"):
        return {}, ""
    n1, n2 = int(given["n1"]), int(given["n2"])
    if min(n1, n2) < 1 or n1 + n2 < 3:
        return {}, ""
    for name in (name for name in spec["conversions"] if name in _OF_DIFFERENCES):
        se, origin = _OF_DIFFERENCES[name](given, n1, n2)
        if se > 0:
            sd = conversions.sd_from_difference(se, n1, n2)
            return {"sd1": sd, "sd2": sd}, f"{origin} of the difference between {n1} and {n2} people"
    return {}, ""


def _of_clusters(item: Mapping[str, str], spec: Mapping[str, Any]) -> tuple[dict[str, float], str]:
    """People and events divided by the design effect; an interval widened by its root (Handbook 23.1.4, 23.1.5)."""
    given = _numbers(item, spec)
    roles = spec["columns"].keys()
    if "cluster" not in spec["conversions"] or "cluster_size" not in given or not roles <= given.keys():
        return {}, ""
    icc, assumed = given.get("icc", spec["assumed"].get("icc")), "" if "icc" in given else "assumed "
    size = given["cluster_size"]
    if icc is None:
        raise ExtractionError(f"clusters of {typed(size)} without an intracluster correlation were not converted.")
    if size < 1 or not 0 <= icc <= 1:
        raise ExtractionError(f"clusters of {typed(size)} with the correlation {typed(icc)} are impossible.")
    origin = f"clusters of {typed(size)}, {assumed}intracluster correlation {typed(icc)}"
    if "effect" in roles:
        wider = math.sqrt(conversions.design_effect(size, icc))
        to, back = (math.log, math.exp) if spec["ratio_scale"] else (float, float)
        _refuse_no_ratio(min(given["lower"], given["effect"]), spec)
        middle = to(given["effect"])
        bounds = {role: back(middle + (to(given[role]) - middle) * wider) for role in ("lower", "upper")}
        return bounds, f"{typed(given['lower'])} to {typed(given['upper'])}, {origin}"
    divided = [role for role in roles if role.rstrip("12") in ("events", "total", "n")]
    whole = spec["model"] in MODELS.get(spec["measure"], ()) and spec["model"] in _OF_WHOLE_NUMBERS
    made = {role: conversions.effective_size(given[role], size, icc) for role in divided}
    return {role: float(round(value)) if whole else value for role, value in made.items()}, (
        f"{', '.join(typed(given[role]) for role in divided)}, {origin}"
    )


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


def _of_change(given: Numbers, spec: Mapping[str, Any]) -> Result:
    """Mean and SD of a change from those before and after (Handbook 6.5.2.8)."""
    made: dict[str, float] = {}
    if _has(given, "baseline_mean", "final_mean"):
        made["mean"] = given["final_mean"] - given["baseline_mean"]
    if not _has(given, "baseline_sd", "final_sd"):
        return made, "means before and after"
    r, assumed = _correlation(given, spec, "the SD of a change needs the correlation of the values before and after.")
    before, after = given["baseline_sd"], given["final_sd"]
    made["sd"] = conversions.sd_of_change(before, after, r)
    return made, f"SD {typed(before)} before and {typed(after)} after, {assumed}correlation {typed(r)}"


def _difference_se(given: Numbers, n1: int, n2: int) -> tuple[float, str]:
    return (given["difference_se"], f"SE {typed(given['difference_se'])}") if _has(given, "difference_se") else (0, "")


def _difference_ci(given: Numbers, n1: int, n2: int) -> tuple[float, str]:
    if not _has(given, "difference_lower", "difference_upper"):
        return 0.0, ""
    low, high = given["difference_lower"], given["difference_upper"]
    if low >= high:
        raise ExtractionError(f"the interval {typed(low)} to {typed(high)} of the difference is out of order.")
    return conversions.se_from_difference_ci(low, high, n1, n2), f"95 % CI {typed(low)} to {typed(high)} (t)"


def _difference_test(part: str, to_t: Callable[[float, int, int], float]) -> Callable[..., tuple[float, str]]:
    """The standard error from a test of the difference of two means that are known."""

    def make(given: Numbers, n1: int, n2: int) -> tuple[float, str]:
        if not _has(given, part, "mean1", "mean2"):
            return 0.0, ""
        difference, value = given["mean1"] - given["mean2"], given[part]
        possible = 0 < value < 1 if part == "p" else value > 0 if part == "f" else value != 0
        if not possible or difference == 0:
            raise ExtractionError(f"{part} = {typed(value)} of a difference of {typed(difference)} gives no SD.")
        name = part.upper() if part == "f" else part
        return conversions.se_from_t(difference, to_t(value, n1, n2)), f"{name} = {typed(value)}"

    return make


def _effect_with_t(given: Numbers, spec: Mapping[str, Any]) -> Result:
    if not _has(given, "effect", "t"):
        return {}, ""
    if spec["ratio_scale"] or given["t"] == 0 or given["effect"] == 0:
        raise ExtractionError(f"effect {typed(given['effect'])} with t = {typed(given['t'])} has no standard error.")
    return _around(
        given["effect"], conversions.se_from_t(given["effect"], given["t"]), spec
    ), f"t = {typed(given['t'])}"


def _effect_of_crossover(given: Numbers, spec: Mapping[str, Any]) -> Result:
    """The interval of a mean difference within people (Handbook 23.2.7.1), by the normal quantile of the pooling."""
    if not _has(given, "effect", "sd_difference", "pairs"):
        return {}, ""
    sd, pairs = given["sd_difference"], int(given["pairs"])
    if spec["ratio_scale"] or sd <= 0 or pairs < 2:
        raise ExtractionError(f"an SD of {typed(sd)} of {pairs} differences within people gives no interval.")
    se = conversions.crossover_se(sd, pairs)
    return _around(given["effect"], se, spec), f"SD {typed(sd)} of the differences within {pairs} people"


def _effect_of_groups(given: Numbers, spec: Mapping[str, Any]) -> Result:
    """Hedges' standardised difference of two groups of people, as metafor's ``escalc`` has it (Viechtbauer 2010)."""
    parts = ("first_mean", "first_sd", "first_n", "second_mean", "second_sd", "second_n")
    if not _has(given, *parts):
        return {}, ""
    m1, s1, n1, m2, s2, n2 = (given[part] for part in parts)
    _refuse_no_groups((s1, s2), min(n1, n2), spec)
    smd, se = conversions.smd(m1, s1, int(n1), m2, s2, int(n2))
    groups = f"{typed(m1)} ± {typed(s1)} of {typed(n1)} and {typed(m2)} ± {typed(s2)} of {typed(n2)} people"
    return _around(smd, se, spec), f"means {groups}, standardised"


def _effect_of_periods(*, standardised: bool) -> Callable[[Numbers, Mapping[str, Any]], Result]:
    """A difference within people from both means and SDs and the correlation (Handbook 23.2.7.1 and 23.2.7.2)."""
    parts = ("first_mean", "first_sd", "second_mean", "second_sd", "pairs")

    def make(given: Numbers, spec: Mapping[str, Any]) -> Result:
        if not _has(given, *parts):
            return {}, ""
        m1, s1, m2, s2, pairs = (given[part] for part in parts)
        _refuse_no_groups((s1, s2), pairs, spec)
        r, assumed = _correlation(given, spec, "a crossover trial needs the correlation of the values within people.")
        if standardised:
            effect, se = conversions.crossover_smd(m1, s1, m2, s2, int(pairs), r)
        else:
            effect, se = m1 - m2, conversions.crossover_se(conversions.sd_of_change(s1, s2, r), int(pairs))
        if se <= 0:
            raise ExtractionError(
                f"SDs of {typed(s1)} and {typed(s2)} with the correlation {typed(r)} give no interval."
            )
        means = (
            f"means {typed(m1)} ± {typed(s1)} and {typed(m2)} ± {typed(s2)} of {typed(pairs)} people in both periods"
        )
        return _around(effect, se, spec), f"{means}, {assumed}correlation {typed(r)}"

    return make


def _refuse_no_groups(sds: tuple[float, float], people: float, spec: Mapping[str, Any]) -> None:
    if spec["ratio_scale"]:
        raise ExtractionError("a difference of means is no ratio, as which this outcome is pooled.")
    if min(sds) <= 0 or people < 2:
        raise ExtractionError(f"SDs of {typed(sds[0])} and {typed(sds[1])} in {typed(people)} people give no interval.")


def _correlation(given: Numbers, spec: Mapping[str, Any], missing: str) -> tuple[float, str]:
    """The correlation of a study's two values, and whether it is “assumed ” or reported."""
    r = given.get("correlation", spec["assumed"].get("correlation"))
    if r is None:
        raise ExtractionError(missing)
    if not -1 <= r <= 1:
        raise ExtractionError(f"a correlation of {typed(r)} is impossible.")
    return float(r), "" if "correlation" in given else "assumed "


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
    "change": _of_change,
}
_OF_EFFECTS: dict[str, Callable[[Numbers, Mapping[str, Any]], Result]] = {
    "se": _effect_with_se,
    "p": _effect_with_p,
    "o_minus_e": _effect_from_o_minus_e,
    "t": _effect_with_t,
    "crossover": _effect_of_crossover,
    "crossover_means": _effect_of_periods(standardised=False),
    "crossover_smd": _effect_of_periods(standardised=True),
    "smd": _effect_of_groups,
}
_OF_DIFFERENCES: dict[str, Callable[[Numbers, int, int], tuple[float, str]]] = {
    "difference_se": _difference_se,
    "difference_ci": _difference_ci,
    "t": _difference_test("t", lambda t, n1, n2: t),
    "f": _difference_test("f", lambda f, n1, n2: conversions.t_from_f(f)),
    "p": _difference_test("p", conversions.t_from_p),
}
_STEPS: tuple[Callable[[Mapping[str, str], Mapping[str, Any]], Result], ...] = (
    *(partial(_of_arm, arm=arm) for arm in ("1", "2", "")),
    _of_difference,
    _of_clusters,
)
