"""Small calculations that several checks share."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import NormalDist
from typing import NoReturn

from prismake.core.measures import PROPORTIONS
from prismake.extraction.extracted import TWO_ARM_COUNTS, Outcome

NORMAL = NormalDist()
BOUNDS = (0.05, 0.01, 0.001, 0.0001)  # p-values that are printed with “<” more often than exactly


def critical(level: float) -> float:
    """The two-sided normal quantile of a confidence level in percent: 1.96 for 95."""
    return NORMAL.inv_cdf(0.5 + level / 200)


def two_sided(z: float) -> float:
    """The two-sided p-value of a standard normal statistic."""
    return 2 * (1 - NORMAL.cdf(abs(z)))


def of_many(limit: float, outcomes: int) -> float:
    """A limit in standard errors that asks about no more studies if each has several outcomes.

    In a normal tail, a chance ``outcomes`` times smaller is about 2 log(outcomes) further on the squared scale.
    """
    return math.sqrt(limit**2 + 2 * math.log(max(outcomes, 1)))


def half_unit(value: float) -> float:
    """Half a unit of the last digit that a number shows: 0.05 for 3.2, 0.5 for 12."""
    text = repr(value)
    if "e" in text:
        return abs(value) * 1e-9
    decimals = "" if text.endswith(".0") else text.partition(".")[2]
    return 0.5 * 10 ** -len(decimals)


def shown(value: float) -> str:
    """A number as a person would type it."""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


class _NotReported(Exception):
    """A number that the effect needs is not reported."""


class _Reported(dict[str, float]):
    def __missing__(self, name: str) -> NoReturn:
        raise _NotReported(name)


def effect(outcome: Outcome, values: Mapping[str, float], level: float) -> tuple[float, float] | None:
    """Effect and variance of a row on the scale on which it is pooled; None if they do not exist.

    Formulas as in metafor's ``escalc`` (Viechtbauer 2010), with 1/2 added to each cell of a table that has a zero.
    """
    try:
        own = _effect(outcome, _Reported(values), level)
    except (ValueError, ZeroDivisionError, OverflowError, _NotReported):
        return None
    # impossible numbers, which are named by themselves, can have a variance below zero
    return own if own is not None and all(map(math.isfinite, own)) and own[1] >= 0 else None


def _effect(outcome: Outcome, values: Mapping[str, float], level: float) -> tuple[float, float] | None:
    measure = outcome.measure
    if measure in PROPORTIONS:
        return _logit(values["events"], values["total"])
    if measure in TWO_ARM_COUNTS:
        return _two_arms(measure, values)
    if measure in ("MD", "SMD", "ROM"):
        return _means(measure, values)
    if measure in ("IR", "IRLN", "IRS"):
        events = values["events"] or 0.5
        return math.log(events / values["time"]), 1 / events
    if measure == "IRR":
        first, second = (values[f"events{arm}"] + 0.5 * (0 in values.values()) for arm in (1, 2))
        return math.log(first / values["time1"]) - math.log(second / values["time2"]), 1 / first + 1 / second
    if measure == "ZCOR":
        return math.atanh(values["correlation"]), 1 / (values["n"] - 3)
    if measure in ("GEN", "GENLN", "HR") and {"effect", "lower", "upper"} <= values.keys():
        e, low, high = values["effect"], values["lower"], values["upper"]
        if outcome.ratio_scale:
            e, low, high = math.log(e), math.log(low), math.log(high)
        return e, ((high - low) / (2 * critical(level))) ** 2
    return None


def residuals(effects: Sequence[tuple[float, float]]) -> list[float]:
    """For each study, its distance from the prediction of the others, in standard errors.

    The others are pooled with DerSimonian and Laird's tau² (1986, eq. 8); the error is that of predicting a new study,
    so it includes heterogeneity. Needs four studies; with fewer, all are 0.
    """
    if len(effects) < 4:
        return [0.0] * len(effects)
    w = [1 / vi for _, vi in effects]
    s0, s1, s2 = sum(w), sum(a * yi for a, (yi, _) in zip(w, effects, strict=True)), sum(a * a for a in w)
    centre = s1 / s0  # sums about the mean, which keep differences of large numbers exact
    squares = sum(a * (yi - centre) ** 2 for a, (yi, _) in zip(w, effects, strict=True))
    values = []
    for place, (yi, vi) in enumerate(effects):
        rest0, rest1 = s0 - w[place], -w[place] * (yi - centre)
        if rest0 <= 0:  # beside the weight of this study, those of the others vanish
            values.append(0.0)
            continue
        q = squares - w[place] * (yi - centre) ** 2 - rest1**2 / rest0
        c = rest0 - (s2 - w[place] ** 2) / rest0
        tau2 = max(0.0, (q - (len(effects) - 2)) / c) if c > 0 else 0.0
        weights = [1 / (v + tau2) for _, v in effects]
        total = sum(weights) - weights[place]
        own = weights[place] * yi
        mean = (sum(a * y for a, (y, _) in zip(weights, effects, strict=True)) - own) / total
        values.append((yi - mean) / math.sqrt(vi + tau2 + 1 / total))
    return values


def _logit(events: float, total: float) -> tuple[float, float]:
    rest = total - events
    if events == 0 or rest == 0:
        events, rest = events + 0.5, rest + 0.5
    return math.log(events / rest), 1 / events + 1 / rest


def _two_arms(measure: str, values: Mapping[str, float]) -> tuple[float, float]:
    a, c = values["events1"], values["events2"]
    b, d = values["total1"] - a, values["total2"] - c
    if min(a, b, c, d) < 0:
        raise ValueError
    if 0 in (a, b, c, d):
        a, b, c, d = a + 0.5, b + 0.5, c + 0.5, d + 0.5
    if measure == "RR":
        return math.log(a / (a + b)) - math.log(c / (c + d)), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    if measure == "RD":
        return a / (a + b) - c / (c + d), a * b / (a + b) ** 3 + c * d / (c + d) ** 3
    return math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d


def _means(measure: str, values: Mapping[str, float]) -> tuple[float, float]:
    m1, s1, n1 = values["mean1"], values["sd1"], values["n1"]
    m2, s2, n2 = values["mean2"], values["sd2"], values["n2"]
    if measure == "MD":
        return m1 - m2, s1**2 / n1 + s2**2 / n2
    if measure == "ROM":
        return math.log(m1 / m2), s1**2 / (n1 * m1**2) + s2**2 / (n2 * m2**2)
    df = n1 + n2 - 2
    d = (1 - 3 / (4 * df - 1)) * (m1 - m2) / math.sqrt(((n1 - 1) * s1**2 + (n2 - 1) * s2**2) / df)
    return d, 1 / n1 + 1 / n2 + d * d / (2 * (n1 + n2))
