"""Absolute effects: of 1,000 people, how many have the outcome with and without the intervention.

The formulas are those of ``prismake.extraction.conversions.per_1000``. Both limits of an interval are converted with
the same baseline risk (Cochrane Handbook, chapter 14.1.5.5).
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from typing import Any

from prismake.core.measures import PROPORTIONS
from prismake.extraction.conversions import per_1000

_CONVERTED = ("RR", "OR", "HR", "RD")
RARE = 0.01  # below this baseline risk, whole people per 1,000 hide the difference
IN_FEW, IN_MANY = 1_000, 10_000


def headline(result: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The estimate that an outcome is judged by: the pooled one, or that of the only study; ``None`` without any."""
    rows = [
        (result.get("analyses") or {}).get("main") or {},
        *(result["studies"] if len(result["studies"]) == 1 else ()),
    ]
    return next((row for row in rows if row.get("estimate") is not None), None)


def effect_scale(result: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    """The formula that turns an effect into a risk difference: RR, OR, HR, RD; "" if there is none.

    Published ratios (``GEN``) have one only if the protocol says what they are, in ``certainty.outcomes.<name>.ratio``.
    """
    measure = result["measure"]
    if measure == "GEN":
        return str(settings.get("ratio", "")) if result.get("ratio_scale") else ""
    return measure if measure in _CONVERTED else ""


def baseline_risk(result: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[float | None, str]:
    """The risk without the intervention, and where it comes from.

    It is given in the protocol (``certainty.outcomes.<name>.baseline``) or else the median of the comparators' risks in
    the pooled studies; ``None`` if neither exists.
    """
    if settings.get("baseline") is not None:
        return float(settings["baseline"]), settings.get("baseline_source") or "stated in the protocol"
    risks = [
        study["events2"] / study["total2"]
        for study in result["studies"]
        if study.get("total2") and study.get("events2") is not None
    ]
    if not risks:
        return None, ""
    return statistics.median(risks), "median risk in the comparator groups of the pooled studies"


def absolute_effects(result: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any] | None:
    """The absolute effect of a pooled result, or ``None`` if the measure has none.

    Returns:
        dict: ``of`` (1,000, or 10,000 where the baseline risk is below 1 %); for one group ``risk``, ``ci_lb`` and
        ``ci_ub``; for two groups also ``baseline``, ``baseline_source`` and ``difference``, ``difference_lb``,
        ``difference_ub``; all numbers of people in ``of``, not rounded.
    """
    main = headline(result)
    if main is None:
        return None
    limits = (main["estimate"], main["ci_lb"], main["ci_ub"])
    if result["measure"] in PROPORTIONS:
        risk, low, high = (IN_FEW * value for value in limits)
        return {"of": IN_FEW, "risk": risk, "ci_lb": low, "ci_ub": high}
    scale = effect_scale(result, settings)
    baseline, source = baseline_risk(result, settings)
    if not scale or baseline is None or not 0.0 < baseline < 1.0:
        return None
    of = IN_MANY if baseline < RARE else IN_FEW
    middle, low, high = (of / 1_000 * _difference(scale, value, baseline) for value in limits)
    without = of * baseline
    return {
        "of": of,
        "baseline": without,
        "baseline_source": source,
        "risk": without + middle,
        "ci_lb": without + low,
        "ci_ub": without + high,
        "difference": middle,
        "difference_lb": low,
        "difference_ub": high,
    }


def _difference(scale: str, value: float, baseline: float) -> float:
    """The difference per 1,000, limited so that 0 to 1,000 people have the outcome."""
    difference = 1_000 * value if scale == "RD" else per_1000(scale, value, baseline)
    return min(max(difference, -1_000 * baseline), 1_000 * (1 - baseline))
