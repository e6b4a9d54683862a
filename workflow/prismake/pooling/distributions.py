"""Tails and quantiles of the normal, t, chi-square and F distributions.

They come from ``scipy.special``; ``scipy.stats`` costs most of a second to import and gives the same digits.
All functions take and return numbers or arrays.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import chdtrc, chdtri, fdtrc, ndtr, ndtri, stdtr, stdtrit

from prismake.core.errors import PoolingError


def normal_two_sided(z: Any) -> Any:
    """P(|Z| >= |z|) for a standard normal Z."""
    return 2.0 * ndtr(-np.abs(z))


def t_two_sided(t: Any, df: Any) -> Any:
    """P(|T| >= |t|) for Student's t with ``df`` degrees of freedom."""
    return 2.0 * stdtr(df, -np.abs(t))


def chi2_upper(x: Any, df: Any) -> Any:
    """P(X >= x) for chi-square with ``df`` degrees of freedom."""
    return chdtrc(df, x)


def f_upper(x: Any, df1: Any, df2: Any) -> Any:
    """P(X >= x) for Fisher's F."""
    return fdtrc(df1, df2, x)


@lru_cache(maxsize=4096)
def normal_quantile(p: float) -> float:
    """z with P(Z <= z) = p."""
    return float(ndtri(p))


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: float) -> float:
    """t with P(T <= t) = p; exact for 1 and 2 degrees of freedom."""
    if df == 1:
        return -1.0 / math.tan(math.pi * p)
    return float(stdtrit(df, p))


@lru_cache(maxsize=4096)
def chi2_quantile(p: float, df: float) -> float:
    """x with P(X <= x) = p."""
    return float(chdtri(df, 1.0 - p))


def mixture_quantile(weight: np.ndarray, mean: np.ndarray, sd: np.ndarray, p: float) -> float:
    """x with P(X <= x) = p for a mixture of normals, by Newton steps kept inside a bracket.

    ``weight`` (sums to one), ``mean`` and ``sd`` have shape (m,); components without weight are ignored.
    """
    used = weight > 0.0
    weight, mean, sd = weight[used], mean[used], sd[used]
    low, high = float((mean - 40.0 * sd).min()), float((mean + 40.0 * sd).max())
    x = float(weight @ mean)
    for _ in range(400):
        z = (x - mean) / sd
        gap = float(weight @ ndtr(z)) - p
        low, high = (x, high) if gap < 0.0 else (low, x)
        slope = float(weight @ (np.exp(-0.5 * z * z) / sd)) / math.sqrt(2.0 * math.pi)
        new = x - gap / slope if slope > 0.0 else math.nan
        if not low < new < high:
            new = 0.5 * (low + high)
        if abs(new - x) <= 1e-14 * (abs(x) + float(sd.min())) or high - low <= 1e-15 * (abs(low) + abs(high)):
            return new
        x = new
    return x


def critical(level: float, df: float | None = None) -> float:
    """Two-sided critical value of a ``level`` % interval: normal, or t with ``df`` degrees of freedom."""
    if not 1.0 <= level < 100.0:
        percent(level)
    p = 0.5 + level / 200.0
    return normal_quantile(p) if df is None else t_quantile(p, float(df))


def percent(level: float) -> float:
    """``level``, after the check that it is a level in per cent.

    A fraction such as 0.95 is refused: it would give an interval of less than one per cent.

    Raises
    ------
    PoolingError
    """
    if 0.0 < level < 1.0:
        raise PoolingError(
            f"Levels are in per cent: {level:g} would be {level:g} per cent.",
            remedy=f"Write {100.0 * level:g} for {level:g}.",
        )
    if not 0.0 < level < 100.0:
        raise PoolingError(f"The level {level:g} is not between 0 and 100 per cent.", remedy="Use 95.")
    return level
