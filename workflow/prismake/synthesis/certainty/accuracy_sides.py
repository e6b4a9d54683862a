"""Diagnostic accuracy in the table of certainty: a row for sensitivity and one for specificity.

GRADE judges both sides of test accuracy apart, because studies, imprecision and inconsistency differ between them
(Schünemann et al. 2008, BMJ 336:1106; Schünemann et al. 2020, GRADE 21, J Clin Epidemiol 122:129 and 142). Each side
has the form of a proportion, so that the rules for a single group apply to it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from prismake.core.names import STUDY_ID
from prismake.core.outcome_results import is_pooled
from prismake.protocol.outcome_names import DIAGNOSTIC, kind_name
from prismake.synthesis.certainty.levels import HIGH, LOW, MODERATE, VERY_LOW
from prismake.synthesis.diagnostic.accuracy_sentences import people_of, percent, within

SIDES = {"sensitivity": ("tp", "fn"), "specificity": ("tn", "fp")}
START = (
    "Accuracy of a test: evidence from cross-sectional or cohort studies of people in whom the diagnosis is in doubt "
    "starts high (Schünemann et al. 2008)."
)
NO_TEST = "Tests of small-study effects have little power for test accuracy (Deeks et al. 2005); none was made."
_FINDS = {HIGH: "is", MODERATE: "is probably", LOW: "may be"}
Result = Mapping[str, Any]


def by_side(
    results: Mapping[str, Result], settings: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Result], dict[str, Mapping[str, Any]]]:
    """Results and ``certainty.outcomes`` with two entries in place of each outcome of diagnostic accuracy.

    They are called ``<outcome>.sensitivity`` and ``<outcome>.specificity``, and share the settings of the outcome.
    """
    shown: dict[str, Result] = dict(results)
    asked: dict[str, Mapping[str, Any]] = {}
    for name, own in settings.items():
        if kind_name(results[name]) != DIAGNOSTIC:
            asked[name] = own
            continue
        for side in SIDES:
            shown[f"{name}.{side}"] = _side(results[name], side)
            asked[f"{name}.{side}"] = own
    return shown, asked


def _side(result: Result, side: str) -> dict[str, Any]:
    """One side as the result of a proportion."""
    right, wrong = SIDES[side]
    studies = [_study(study, side, right, wrong) for study in result["studies"] if people_of(study, side)]
    title = f"{result['title']}: {side}"
    one_side = {key: value for key, value in result.items() if key not in ("kind", "diagnostic", "pooled")}
    main: dict[str, Any] = {}
    sentence = result["sentence"]
    if is_pooled(result):
        row = result["diagnostic"]["analyses"]["main"]
        sentence = f"{title} {within(row[side], result['level'])} in {len(studies)} studies."
        tau2 = row["values"]["tau2"][list(SIDES).index(side)]
        main = {**row[side], "tau2": tau2, "I2": None, "k": len(studies), "studies": len(studies), "sentence": sentence}
    return one_side | {
        "outcome": f"{result['outcome']}.{side}",
        "title": title,
        "side": side,
        "condition": result["diagnostic"]["condition"],
        "sentence": sentence,
        "weighting": "REML",
        "display": {**result["display"], "measure_name": side, "proportions": "percent"},
        "studies": studies,
        "analyses": {"main": main} if main else {},
        "bias": {"sentence": NO_TEST, "tests": {}},
    }


def _study(study: Result, side: str, right: str, wrong: str) -> dict[str, Any]:
    """A study as a proportion; 1/2 is added to both counts of a side with an empty one for ``yi`` and ``vi``, on which
    only the comparison without studies at high risk rests."""
    x, n = study[right], study[right] + study[wrong]
    add = 0.0 if 0 < x < n else 0.5
    appraisal = study.get("appraisal")
    return {
        **{name: study[name] for name in (STUDY_ID, "label", "arm", "year")},
        "events": x,
        "total": n,
        **study[side],
        "yi": math.log((x + add) / (n - x + add)),
        "vi": 1.0 / (x + add) + 1.0 / (n - x + add),
        "weight_pct": None,
        "appraisal": {**appraisal, "high_risk": study["high_risk"]} if appraisal else None,
    }


def side_statement(result: Result, certainty: str, main: Mapping[str, Any]) -> str:
    """“Of 100 people with the condition, the test is positive in about 80 (72 to 86).”"""
    who, sign = ("with", "positive") if result["side"] == "sensitivity" else ("without", "negative")
    middle, low, high = (percent(main[key]) for key in ("estimate", "ci_lb", "ci_ub"))
    people = f"{result['condition']}, the test"
    share = f"about {middle} ({low} to {high})"
    if certainty == VERY_LOW:
        return f"The evidence is very uncertain: of 100 people {who} {people} is {sign} in {share}."
    return f"Of 100 people {who} {people} {_FINDS[certainty]} {sign} in {share}."
