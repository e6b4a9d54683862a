"""One plain sentence per outcome: how many people, or how the groups differ, worded according to the certainty.

The words for each level follow the advice of GRADE (Santesso 2020, GRADE 26, J Clin Epidemiol 119:126–135): a finding
of high certainty is stated as a fact, one of moderate certainty with “probably”, one of low certainty with “may”, and
one of very low certainty as very uncertain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prismake.core.measures import MEANS, PROPORTIONS, RATES, RATIOS, measure_name, measure_of
from prismake.core.numbers import format_of, number
from prismake.core.phrases import within_sentence
from prismake.synthesis.certainty.absolute import headline
from prismake.synthesis.certainty.accuracy_sides import side_statement
from prismake.synthesis.certainty.levels import HIGH, LOW, MODERATE, VERY_LOW
from prismake.synthesis.certainty.vote_counts import vote_statement

_HOW_OFTEN = {HIGH: "occurs", MODERATE: "probably occurs", LOW: "may occur"}
_EFFECT = {HIGH: "{verb}s", MODERATE: "probably {verb}s", LOW: "may {verb}"}
_NO_EFFECT = {
    HIGH: "makes little or no difference to",
    MODERATE: "probably makes little or no difference to",
    LOW: "may make little or no difference to",
}


def statement(
    result: Mapping[str, Any], certainty: str, absolute: Mapping[str, Any] | None, settings: Mapping[str, Any]
) -> str:
    """The sentence for an outcome; "" without an estimate or before its certainty is judged."""
    main = headline(result)
    if not certainty or main is None:
        return ""
    if result.get("side"):
        return side_statement(result, certainty, main)
    if result.get("votes"):
        return vote_statement(result, certainty)
    measure, subject = measure_of(result), within_sentence(result.get("subject") or result["title"])
    if measure in PROPORTIONS and absolute:
        return _proportion(subject, certainty, absolute)
    if measure in RATES | MEANS:
        return _amount(result, main, certainty)
    return _comparison(result, main, subject, certainty, settings)


def _proportion(subject: str, certainty: str, absolute: Mapping[str, Any]) -> str:
    middle, low, high = (_of_hundred(absolute[name] / 10) for name in ("risk", "ci_lb", "ci_ub"))
    share = f"about {middle} in 100 people ({low} to {high})"
    if certainty == VERY_LOW:
        return f"The evidence is very uncertain about how often {subject} occurs; the estimate is {share}."
    return f"{subject[0].upper()}{subject[1:]} {_HOW_OFTEN[certainty]} in {share}."


def _of_hundred(value: float) -> str:
    """Whole people, or one decimal below 1 and above 99, where rounding would suggest nobody or everybody."""
    return number(value, 1 if 0.0 < value < 0.95 or 99.05 < value < 100.0 else 0)


def _amount(result: Mapping[str, Any], main: Mapping[str, Any], certainty: str) -> str:
    amount = f"the {measure_name(result)} of {within_sentence(result['title'])}"
    value = format_of(result).interval(main, result["level"])
    if certainty == VERY_LOW:
        return f"The evidence is very uncertain about {amount}; the estimate is {value}."
    verb = {HIGH: "is", MODERATE: "is probably", LOW: "may be"}[certainty]
    return f"{amount[0].upper()}{amount[1:]} {verb} {value}."


def _comparison(
    result: Mapping[str, Any],
    main: Mapping[str, Any],
    subject: str,
    certainty: str,
    settings: Mapping[str, Any],
) -> str:
    arms = (result.get("display") or {}).get("arms") or ["the intervention", "the comparator"]
    over = f", compared with {arms[1]}"
    if certainty == VERY_LOW:
        return f"The evidence is very uncertain about the effect of {arms[0]} on {subject}{over}."
    name = arms[0][0].upper() + arms[0][1:]
    if _little(result, main, settings):
        return f"{name} {_NO_EFFECT[certainty]} {subject}{over}."
    null = 1.0 if measure_of(result) in RATIOS else 0.0
    verb = "reduce" if main["estimate"] < null else "increase"
    return f"{name} {_EFFECT[certainty].format(verb=verb)} {subject}{over}."


def _little(result: Mapping[str, Any], main: Mapping[str, Any], settings: Mapping[str, Any]) -> bool:
    """Whether the estimate is no important difference: below the threshold, or an interval that includes no effect
    where the protocol has none."""
    threshold = settings.get("threshold")
    difference = settings.get("difference")  # of risks, as a share of people
    if threshold is not None and difference is not None:
        return abs(difference) < threshold
    ratio = measure_of(result) in RATIOS
    if threshold is not None and not ratio:
        return abs(main["estimate"]) < threshold
    null = 1.0 if ratio else 0.0
    return main["ci_lb"] <= null <= main["ci_ub"]
