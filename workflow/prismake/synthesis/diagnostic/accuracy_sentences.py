"""Sentences on diagnostic accuracy: page, manuscript and figures say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from prismake.core.numbers import NONE, Format, number, p_value
from prismake.core.phrases import plural

RATIO = Format(2, ratio=True)
MODELS = {
    "binomial": "exact binomial likelihood",
    "normal": "normal approximation of the logits",
}
STRUCTURES = {
    "bivariate": "bivariate random-effects model",
    "uncorrelated": "two univariate random-effects models",
    "common": "one sensitivity and one specificity for all studies",
}


def percent(value: float | None) -> str:
    """A proportion in per cent with one decimal, without the sign."""
    return NONE if value is None else number(100.0 * value, 1)


def within(row: Mapping[str, Any], level: float | None = None) -> str:
    """“79.8 % (95 % CI 72.2 to 85.7)”; the level is left out where it was said before."""
    named = f"{level:g} % CI " if level else ""
    return f"{percent(row['estimate'])} % ({named}{percent(row['ci_lb'])} to {percent(row['ci_ub'])})"


def ratio(row: Mapping[str, Any]) -> str:
    """“2.31 (1.81 to 2.94)”"""
    return f"{RATIO.value(row['estimate'])} ({RATIO.value(row['ci_lb'])} to {RATIO.value(row['ci_ub'])})"


def people_of(study: Mapping[str, Any], side: str) -> float:
    """The people of one side of a study; 0 where a cell is not reported."""
    cells = [study[cell] for cell in (("tp", "fn") if side == "sensitivity" else ("fp", "tn"))]
    return 0 if None in cells else float(sum(cells))


def people(studies: Sequence[Mapping[str, Any]], condition: str) -> str:
    """“436 people with and 913 without the condition”"""
    diseased, healthy = (sum(people_of(study, side) for study in studies) for side in ("sensitivity", "specificity"))
    return f"{diseased:,.0f} people with and {healthy:,.0f} without {condition}"


def model(row: Mapping[str, Any]) -> str:
    """“bivariate random-effects model, exact binomial likelihood”"""
    method = f", {row['method']}" if row["model"] == "normal" else ""
    return f"{STRUCTURES[row['structure']]}, {MODELS[row['model']]}{method}"


def main(title: str, row: Mapping[str, Any], studies: Sequence[Mapping[str, Any]], condition: str, level: float) -> str:
    """The main result: the summary point, what a new study would show, likelihood ratios, and what differs."""
    sens, spec = row["sensitivity"], row["specificity"]
    text = (
        f"{title}: sensitivity {within(sens, level)} and specificity {within(spec)} in "
        f"{plural(row['values']['k'], 'study', 'studies')} ({people(studies, condition)}; {model(row)})."
    )
    if max(row["values"]["tau2"]) > 0.0:
        text += (
            f" In a new study, sensitivity is predicted between {percent(sens['pi_lb'])} and {percent(sens['pi_ub'])} "
            f"%, and specificity between {percent(spec['pi_lb'])} and {percent(spec['pi_ub'])} %."
        )
    text += (
        f" Positive likelihood ratio {ratio(row['positive_likelihood_ratio'])}, negative likelihood ratio "
        f"{ratio(row['negative_likelihood_ratio'])}, diagnostic odds ratio {ratio(row['diagnostic_odds_ratio'])}."
    )
    return " ".join([text, *row["notes"]])


def single(title: str, study: Mapping[str, Any], level: float) -> str:
    """One study: its own results, or those of the side that it has."""
    sides = [
        f"{name} {within(study[name], level)}"
        for name in ("sensitivity", "specificity")
        if study[name]["estimate"] is not None
    ]
    return f"{title}: one study, {study['label']}, with {' and '.join(sides)}. Nothing is pooled."


def at_prevalence(row: Mapping[str, Any]) -> str:
    """“At a prevalence of 10 %, …”"""
    return (
        f"At a prevalence of {number(100.0 * row['prevalence'], 1)} %, {within(row['ppv'])} of those with a positive "
        f"test have the condition, and {within(row['npv'])} of those with a negative one do not."
    )


def heterogeneity(row: Mapping[str, Any]) -> str:
    """tau² of both logits and their correlation."""
    values = row["values"]
    first, second = (number(value, 2) for value in values["tau2"])
    text = f"Between studies, τ² is {first} for logit sensitivity and {second} for logit specificity"
    if values["correlation"] is None:
        return f"{text}."
    return f"{text}, with a correlation of {number(values['correlation'], 2)}."


def curve(parameters: Mapping[str, Any] | None) -> str:
    """The hierarchical parameters, or why there is no curve."""
    if parameters is None:
        return "The summary ROC curve is not determined, because a variance between studies is zero."
    each = ", ".join(
        f"{letter} {number(parameters[name], 2)}"
        for letter, name in (
            *(("Λ", "accuracy"), ("Θ", "threshold"), ("β", "shape")),
            *(("σ²α", "accuracy_variance"), ("σ²θ", "threshold_variance")),
        )
    )
    return f"Summary ROC curve (HSROC): {each}."


def regression(title: str, row: Mapping[str, Any], level: float) -> str:
    """A covariate: the test, and the summaries at its levels or quartiles."""
    test = f"χ² = {number(row['LRT'], 2)} on {row['LRT_df']} df, {p_value(row['LRT_p'])}"
    points = "; ".join(
        f"{_value(point['value'])}: sensitivity {within(point['sensitivity'])}, specificity "
        f"{within(point['specificity'])}"
        for point in row["points"]
    )
    studies = plural(row["k"], "study", "studies")
    return f"{title}: likelihood-ratio test {test} ({studies}). {points}, each with its {level:g} % CI."


def _value(value: Any) -> str:
    return f"at {value:g}" if isinstance(value, float) else str(value)


def leave_one_out(rows: Sequence[Mapping[str, Any]]) -> str:
    """The range of both summaries when each study is left out in turn."""
    pooled = [row for row in rows if row["sensitivity"] is not None]
    if not pooled:
        return "Each study left out in turn: no estimate exists without one of them."
    spans = []
    for name in ("sensitivity", "specificity"):
        values = [row[name]["estimate"] for row in pooled]
        spans.append(f"{name} lies between {percent(min(values))} and {percent(max(values))} %")
    missing = [row["label"] for row in rows if row["sensitivity"] is None]
    rest = f" Without {', '.join(missing)}, no estimate exists." if missing else ""
    return f"Each study left out in turn: {' and '.join(spans)}.{rest}"


def one_side(name: str, row: Mapping[str, Any], level: float) -> str:
    """A side that is pooled, or counted, by itself because the other has no estimate."""
    counts = f"{row['correct']:,.0f} of {row['size']:,.0f}"
    kind = "pooled alone" if row["pooled"] else "all counts together, exact interval"
    return f"{name.capitalize()}, {kind}: {within(row, level)}, {counts}."
