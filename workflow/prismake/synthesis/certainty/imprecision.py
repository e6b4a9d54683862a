"""What is proposed for imprecision: the interval against important differences, then the amount of information.

Sources: Zeng 2021 (GRADE 34, J Clin Epidemiol 137:163–175) and Core GRADE 2 (BMJ 2025) for the interval of the absolute
effect against thresholds; Guyatt 2011 (GRADE 6, J Clin Epidemiol 64:1283–1293) for the rough guide of 0.75 and 1.25 if
a protocol has no threshold, and for the information size. Its rules of thumb (300 events, 400 people) replace a
computed size. For event rates no threshold has been published: unless the protocol gives one, nothing is proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from prismake.core.measures import RATIOS, WITHOUT_NULL, measure_of
from prismake.core.numbers import count, format_of, number
from prismake.synthesis.certainty.absolute import IN_FEW, absolute_effects, headline

EVENTS, PEOPLE = 300, 400
_GUIDE = (0.75, 1.25)  # ratios
_STANDARDISED = 0.5  # standardised mean difference
_WORDS = {0: "not serious", -1: "serious", -2: "very serious", -3: "extremely serious"}


@dataclass(frozen=True)
class Proposal:
    """A proposed answer, or "" if none is proposed, and the reason with its figures."""

    answer: str
    reason: str


def proposal(result: Mapping[str, Any], settings: Mapping[str, Any]) -> Proposal:
    """The proposal for an outcome.

    Args:
        result: ``pooling/<outcome>.json``.
        settings: ``certainty.outcomes.<outcome>`` of the protocol.
    """
    main = headline(result)
    if main is None or main.get("ci_lb") is None:
        return Proposal("", "There is no estimate with an interval.")
    if measure_of(result) in WITHOUT_NULL:
        return _single_group(result, main, settings.get("threshold"))
    steps, reason = _effect(result, main, settings)
    if steps is None:
        return Proposal("", reason)
    if steps == 0:
        steps, information = _information(result, main)
        reason = f"{reason} {information}".strip()
    return Proposal(_WORDS[steps], reason)


def _single_group(result: Mapping[str, Any], main: Mapping[str, Any], threshold: float | None) -> Proposal:
    show = format_of(result)
    half = (main["ci_ub"] - main["ci_lb"]) / 2
    words = f"The interval is {show.bounds(main)}, {show.value(half)} to either side on average"
    if threshold is None:
        return Proposal("", f"{words}; the protocol has no threshold that says how wide it may be.")
    steps = 0 if half <= threshold else -1 if half <= 2 * threshold else -2
    word = ("no more than", "more than", "more than twice")[-steps]
    return Proposal(_WORDS[steps], f"{words}: {word} the threshold of {show.value(threshold)}.")


def _effect(result: Mapping[str, Any], main: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[int | None, str]:
    """Levels by the interval of the absolute effect, of a difference, or of the ratio by the rough guide."""
    threshold = settings.get("threshold")
    absolute = absolute_effects(result, settings)
    if threshold is not None and absolute:
        of = absolute["of"]
        low, high = absolute["difference_lb"] / of, absolute["difference_ub"] / of
        shown = f"{number(of * low, 0)} to {number(of * high, 0)} in {count(of)}"
        limit = f"{number(IN_FEW * threshold, 0)} in {count(IN_FEW)}"
        return _crossed(low, high, threshold, f"The absolute effect is {shown}", limit)
    measure, show = measure_of(result), format_of(result)
    if measure in RATIOS:
        if threshold is not None:
            return None, "There is no baseline risk, so that the threshold cannot be compared with an absolute effect."
        low, high = main["ci_lb"], main["ci_ub"]
        words = f"The interval is {show.bounds(main)}"
        if not low <= 1.0 <= high:
            return 0, f"{words} and excludes no effect."
        reached = (low <= _GUIDE[0]) + (high >= _GUIDE[1])
        outcome = ("but neither 0.75 nor 1.25", "and 0.75 or 1.25", "and both 0.75 and 1.25")[reached]
        return (
            -reached,
            f"{words}; it includes no effect {outcome} (a rough guide, since the protocol has no threshold).",
        )
    important = threshold if threshold is not None else _STANDARDISED if measure == "SMD" else None
    words = f"The interval is {show.bounds(main)}"
    if important is None:
        return None, f"{words}; the protocol has no threshold for what matters."
    return _crossed(main["ci_lb"], main["ci_ub"], important, words, show.value(important))


def _crossed(low: float, high: float, threshold: float, words: str, limit: str) -> tuple[int, str]:
    """Whether an interval crosses an important difference in either direction: at one limit, or on both sides."""
    crossed = sum(low < edge < high for edge in (-threshold, threshold))
    outcome = (
        "it lies on one side of the threshold of",
        "it includes both more and less than the threshold of",
        "it includes important differences in both directions, the threshold being",
    )[crossed]
    return -crossed, f"{words}; {outcome} {limit}."


def _information(result: Mapping[str, Any], main: Mapping[str, Any]) -> tuple[int, str]:
    """Whether a precise effect that is large rests on too few events or people to be trusted."""
    measure = measure_of(result)
    if measure in RATIOS and 0.7 <= main["estimate"] <= 1 / 0.7:
        return 0, ""
    events = _sum(result, "events1", "events2")
    people = participants(result)
    if events is not None:
        number_found, needed, unit = events, EVENTS, "events"
    elif people is not None:
        number_found, needed, unit = people, PEOPLE, "people"
    else:
        return 0, ""
    words = f"The result rests on {count(number_found)} {unit}; the rule of thumb asks for {needed}."
    return (0 if number_found >= needed else -1 if number_found >= needed / 3 else -2), words


def participants(result: Mapping[str, Any]) -> int | None:
    """The number of people in the pooled studies, or ``None`` if the measure does not know them."""
    for roles in (("total",), ("total1", "total2"), ("n1", "n2"), ("n",)):
        if (total := _sum(result, *roles)) is not None:
            return total
    return None


def _sum(result: Mapping[str, Any], *roles: str) -> int | None:
    values = [study.get(role) for study in result["studies"] for role in roles]
    return None if not values or any(value is None for value in values) else round(sum(values))
