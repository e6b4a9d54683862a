"""Combination of p-values for studies that report neither effects nor their precision.

A combined p-value says whether there is an effect in at least one study, and nothing about its size. The p-values must
be one-sided and all in the same direction. Sources: McKenzie and Brennan (Cochrane Handbook, chapter 12.2.1.2); Becker
1994 (The Handbook of Research Synthesis, chapter 15); Zaykin 2011 (J Evol Biol 24:1836-1841) for weights.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling.distributions import chi2_upper

EXACT, BELOW, ABOVE = "=", "<", ">"
LARGEST = 1.0 - 2.0**-53  # the largest number below 1, so that a p-value of 1 can be combined with others


@dataclass(frozen=True)
class CombinedP:
    """The combination of ``k`` one-sided p-values.

    Attributes:
        chi2, df, fisher_p: Fisher's method, with two degrees of freedom for each study.
        z, stouffer_p: Stouffer's method with equal weights.
        weighted_z, weighted_p: the same with the given weights; None without weights.
    """

    k: int
    chi2: float
    df: int
    fisher_p: float
    z: float
    stouffer_p: float
    weighted_z: float | None
    weighted_p: float | None


def combine_p(p: Any, weights: Any = None) -> CombinedP:
    """Combine one-sided p-values by the methods of Fisher and Stouffer.

    Args:
        p: (k,) one-sided p-values, above 0 and below 1.
        weights: (k,) positive weights of Stouffer's method, as a rule the square roots of the sample sizes.

    Raises:
        PoolingError: a p-value that is not between 0 and 1, or weights that do not fit.
        EstimateDoesNotExist: fewer than two p-values.
    """
    values = np.asarray(p, dtype=float)
    outside = np.flatnonzero(~((values > 0) & (values < 1)))
    if outside.size:
        rows = ", ".join(str(row + 1) for row in outside[:10])
        raise PoolingError(
            "A p-value to be combined lies between 0 and 1.", where=f"row {rows}",
            remedy="Give the bound that the report prints, such as 0.001 for < 0.001.",
        )  # fmt: skip
    if values.size < 2:
        raise EstimateDoesNotExist("Fewer than two p-values with a direction are reported.")
    chi2, z = -2.0 * float(np.log(values).sum()), -special.ndtri(values)
    total = float(z.sum()) / math.sqrt(values.size)
    weighted = _weighted(z, weights)
    df = 2 * values.size
    return CombinedP(
        values.size, chi2, df, float(chi2_upper(chi2, df)), total, float(special.ndtr(-total)), weighted,
        None if weighted is None else float(special.ndtr(-weighted)),
    )  # fmt: skip


def _weighted(z: np.ndarray, weights: Any) -> float | None:
    if weights is None:
        return None
    own = np.asarray(weights, dtype=float)
    if own.shape != z.shape or not (own > 0).all():
        raise PoolingError("Each p-value needs a weight above zero.", remedy="Give one weight for each, or none.")
    return float((own * z).sum() / math.sqrt((own * own).sum()))


def one_sided_p(p: float, side: int, relation: str = EXACT, sides: int = 2) -> float:
    """A reported p-value as a one-sided one in a stated direction.

    A bound is taken at the end that speaks least for the stated direction: p < 0.001 as 0.001; p > 0.05 as 1 (one-sided
    0.5) if the effect lies in that direction, and as 0.05 if it lies in the other. Only p < b in the other direction
    has no such end below 1, and is taken at b. The result is always below 1.

    Args:
        p: the p-value, or the bound, above 0 and at most 1.
        side: 1 if the effect lies in the stated direction, -1 if in the other.
        relation: ``=``, ``<`` (p is below the bound) or ``>``.
        sides: 2 or 1; a one-sided p-value is that of the direction in which the effect lies.

    Raises:
        PoolingError: p is not above 0 and at most 1.
    """
    if not 0 < p <= 1:
        raise PoolingError(f"A p-value is above 0 and at most 1, not {p:g}.")
    half = p if sides == 1 else p / 2
    if relation == ABOVE and side > 0:
        half = 0.5
    return min(half if side > 0 else 1.0 - half, LARGEST)
