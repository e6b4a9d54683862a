"""Contours of the albatross plot: the sample size at which an effect of a given size has a given p-value.

Harrison, Jones, Martin, Lewis and Higgins 2017 (Res Synth Methods 8:281-289). A study of N people in two groups whose
sizes have the ratio r, n1 = N r / (r + 1), has an effect with variance v / N; the two-sided p-value p of an effect θ is
that of z = θ √(N / v), so that N = v z² / θ². The variances are those of large samples: of a mean difference with one
standard deviation, of a standardised one by Hedges and Olkin, of log odds and risk ratios by the delta method at a
baseline risk, of a correlation r as (1 − r²) / N.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special

from prismake.core.errors import PoolingError

# By measure: the effects whose contours are drawn unless the protocol names others, in units of the standard deviation
# for mean differences.
CONTOURS: dict[str, tuple[float, ...]] = {
    "SMD": (0.2, 0.5, 0.8),
    "MD": (0.2, 0.5, 0.8),
    "OR": (1.25, 1.5, 2.0),
    "RR": (1.25, 1.5, 2.0),
    "COR": (0.1, 0.3, 0.5),
}


def albatross_size(
    measure: str, effect: float, p: Any, *, ratio: float = 1.0, baseline: float | None = None, sd: float | None = None
) -> np.ndarray:
    """The number of people of a study with this effect and these two-sided p-values.

    Args:
        measure: ``SMD``, ``MD``, ``OR``, ``RR`` or ``COR``.
        effect: on its natural scale; not the value of no effect.
        p: (m,) two-sided p-values, above 0 and below 1.
        ratio: people in the first group for each in the second.
        baseline: risk in the second group, for ``OR`` and ``RR``.
        sd: standard deviation in both groups, for ``MD``.

    Returns:
        numpy.ndarray: (m,) sample sizes, not rounded.

    Raises:
        PoolingError: a measure without contours, no effect, or a setting that is missing or impossible.
    """
    if measure not in CONTOURS:
        raise PoolingError(f"{measure} has no contours. Those that have: {', '.join(CONTOURS)}.")
    scaled = math.log(effect) if measure in ("OR", "RR") and effect > 0 else effect
    if not scaled or (measure in ("OR", "RR") and effect <= 0) or (measure == "COR" and abs(effect) >= 1):
        raise PoolingError(f"A contour for {measure} of {effect:g} does not exist.")
    z = special.ndtri(np.asarray(p, dtype=float) / 2)
    return np.asarray(_variance(measure, effect, ratio, baseline, sd) * z * z / (scaled * scaled))


def _variance(measure: str, effect: float, ratio: float, baseline: float | None, sd: float | None) -> float:
    """The variance of an effect, times the number of people."""
    if not ratio > 0:
        raise PoolingError("The ratio of the group sizes must be above zero.")
    first, second = (ratio + 1) / ratio, ratio + 1.0  # people in all for each in the group
    if measure == "COR":
        return 1 - effect * effect
    if measure == "SMD":
        return first + second + effect * effect / 2
    if measure == "MD":
        if not sd or sd <= 0:
            raise PoolingError("Contours of mean differences need a standard deviation above zero.")
        return sd * sd * (first + second)
    if baseline is None or not 0 < baseline < 1:
        raise PoolingError("Contours of ratios need a baseline risk between 0 and 1.")
    odds = effect * baseline / (1 - baseline)
    risk = odds / (1 + odds) if measure == "OR" else effect * baseline
    if not 0 < risk < 1:
        raise PoolingError(f"A risk ratio of {effect:g} is impossible at a baseline risk of {baseline:g}.")
    if measure == "OR":
        return first / (risk * (1 - risk)) + second / (baseline * (1 - baseline))
    return first * (1 - risk) / risk + second * (1 - baseline) / baseline
