"""A network of treatments in sentences: estimates against the reference, disagreement, ranks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.errors import PoolingError
from prismake.core.labels import join
from prismake.core.measures import RATIOS, measure_name, measure_of
from prismake.core.numbers import Format, count, number, p_value, percent
from prismake.core.phrases import plural

MOST = 8  # treatments that a sentence names
DISAGREE = 0.1  # p below which direct and indirect evidence are said to disagree
MODELS = {"random": "random effects", "common": "common effects"}


def no_estimate(title: str, error: PoolingError) -> str:
    """``Relapse: The network falls into 2 parts …``"""
    return f"{title}: no network was fitted. {error.what} {error.remedy}".strip()


def network_format(result: Mapping[str, Any]) -> Format:
    """How the numbers of a network are printed: as its most precise estimate needs them."""
    rows = result["network"]["league"]
    formats = [Format.of(measure_of(result), [row]) for row in rows] or [Format.of(measure_of(result), [])]
    return max(formats, key=lambda form: form.digits)


def turned(values: Mapping[str, Any], *, ratio: bool) -> dict[str, Any]:
    """An estimate in the other direction: of b against a instead of a against b."""

    def other(value: float | None) -> float | None:
        if value is None:
            return None
        return (1.0 / value if value else None) if ratio else -value

    return {
        "beta": -values["beta"],
        "se": values["se"],
        "estimate": other(values["estimate"]),
        "ci_lb": other(values["ci_ub"]),
        "ci_ub": other(values["ci_lb"]),
    }


def words(result: Mapping[str, Any]) -> dict[str, list[str]]:
    """Sentences by what they are about: main, heterogeneity, splits, ranks, components."""
    own = result["network"]
    show = network_format(result)
    return {
        "main": [_extent(result), *_against(result, show)],
        "heterogeneity": [_heterogeneity(own, show), *_interaction(own)],
        "splits": [_splits(own, show, result["level"])],
        "ranks": [_ranks(own)],
        "components": _components(own),
    }


def _extent(result: Mapping[str, Any]) -> str:
    own, studies = result["network"], result["studies"]
    people = [study["participants"] for study in studies]
    whom = f" with {count(sum(people))} participants" if all(size is not None for size in people) else ""
    several = sum(len(study["treatments"]) > 2 for study in studies)
    more = f", {several} of them with more than two arms" if several else ""
    n = len(own["treatments"])
    return (
        f"{result['title']}: {plural(n, 'treatment')} in {plural(len(studies), 'study', 'studies')}{whom}{more}; "
        f"{len(own['comparisons'])} of {n * (n - 1) // 2} comparisons were made directly."
    )


def _against(result: Mapping[str, Any], show: Format) -> list[str]:
    """The estimates against the reference: all of few treatments, of many those whose interval excludes no effect."""
    own, level = result["network"], result["level"]
    rows = [(row["treatment"], row[own["effects"]]) for row in own["against"]]
    none = 1.0 if measure_of(result) in RATIOS else 0.0
    clear = [(name, row) for name, row in rows if _excludes(row, none)]
    what = f"{measure_name(result)}, {MODELS[own['effects']]}"
    if len(rows) <= MOST:
        each = [f"{name} {show.interval(row, level)}" for name, row in rows]
        return [f"Against {own['reference']} ({what}): {'; '.join(each)}."]
    number_clear = f"{len(clear)} of {len(rows)} treatments"
    if not clear:
        return [f"Against {own['reference']} ({what}), no treatment has an interval that excludes no effect."]
    shown = sorted(clear, key=lambda row: row[1]["p"])[:MOST]
    each = [f"{name} {show.interval(row, level)}" for name, row in shown]
    which = "" if len(clear) <= MOST else f"; the {MOST} with the smallest p-values are"
    return [
        f"Against {own['reference']} ({what}), the intervals of {number_clear} exclude no effect{which}: "
        f"{'; '.join(each)}."
    ]


def _excludes(row: Mapping[str, Any], none: float) -> bool:
    """Whether an interval excludes no effect; a bound that is beyond every number does not."""
    low, high = row["ci_lb"], row["ci_ub"]
    return (low is not None and low > none) or (high is not None and high < none)


def _heterogeneity(own: Mapping[str, Any], show: Format) -> str:
    row, tests = own["heterogeneity"], own["designs"]
    if not row["df"]:
        return "Every effect was estimated once only: heterogeneity and inconsistency cannot be assessed."
    text = f"Heterogeneity and inconsistency together: {_q(row)}, I² = {percent(row['I2'])}"
    text += f", tau² = {show.variance(row['tau2'])} ({own['method']}"
    if row["tau2_ub"] is not None:
        text += f"; interval {show.variance(row['tau2_lb'])} to {show.variance(row['tau2_ub'])}"
    text += ")"
    if tests["within"]["df"]:
        text += f"; within designs {_q(tests['within'])}"
    if tests["between"]["df"]:
        text += f"; between designs {_q(tests['between'])}"
    return f"{text}."


def _q(row: Mapping[str, Any]) -> str:
    return f"Q = {number(row['Q'])} ({plural(row['df'], 'degree')} of freedom, {p_value(row['p'])})"


def _interaction(own: Mapping[str, Any]) -> list[str]:
    row = own["designs"]["interaction"]
    if not row["df"]:
        return ["No design can be contradicted by others: inconsistency between designs cannot be tested."]
    return [f"Design-by-treatment interaction, with heterogeneity within designs: {_q(row)}."]


def _splits(own: Mapping[str, Any], show: Format, level: float) -> str:
    both = [row for row in own["league"] if row["difference"]]
    if not both:
        return "No comparison has both direct and indirect evidence, so that the two cannot be compared."
    apart = sorted((row for row in both if row["difference_p"] < DISAGREE), key=lambda row: row["difference_p"])
    first = f"Direct and indirect evidence could be compared for {plural(len(both), 'comparison')}"
    if not apart:
        return f"{first}; in none do they disagree (p < {DISAGREE:g})."
    each = [
        f"{_versus(row)} (direct {show.interval(row['direct'], level)}, indirect "
        f"{show.interval(row['indirect'], level)}, {p_value(row['difference_p'])})"
        for row in apart[:MOST]
    ]
    more = f" and {len(apart) - MOST} more" if len(apart) > MOST else ""
    return f"{first}; they disagree (p < {DISAGREE:g}) in {len(apart)}: {'; '.join(each)}{more}."


def _versus(row: Mapping[str, Any]) -> str:
    return " v ".join(row["treatments"])


def _ranks(own: Mapping[str, Any]) -> str:
    if not own["small_values"]:
        return "Treatments are not ranked: the protocol does not say whether small values are good or bad."
    ranked = ranking(own["treatments"])
    shown = [f"{row['name']} {number(row['p_score'])}" for row in ranked[:MOST]]
    more = f" (the {MOST} highest of {len(ranked)})" if len(ranked) > MOST else ""
    return (
        f"P-scores{more}, the mean certainty that a treatment is better than another: {join(shown)}. They say nothing "
        "about how much better it is."
    )


def ranking(treatments: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Treatments by P-score, the highest first; in their own order if there are none."""
    if any(row.get("p_score") is None for row in treatments):
        return list(treatments)
    return sorted(treatments, key=lambda row: -row["p_score"])


def _components(own: Mapping[str, Any]) -> list[str]:
    if not own["components"]:
        return []
    test = own["components"]["test"]
    if not test["df"]:
        return ["There are as many components as effects: that they add up cannot be tested."]
    return [f"Whether the effects of components add up: {_q(test)}."]
