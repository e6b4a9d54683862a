"""Confidence intervals of tau² and what follows from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from .distributions import chi2_quantile, critical, percent
from .frame import effects
from .kernel import Fit, Problem, scan, typical_variance
from .tau2 import estimate, likelihood_grid, method_name, solve_q, upper_bound


@dataclass(frozen=True)
class Tau2Interval:
    """tau², tau, I² (percent) and H² with their limits. ``empty``: the effects vary less than sampling error allows, so
    that the Q-profile interval contains no value; both limits are then zero."""

    tau2: float
    tau2_lb: float
    tau2_ub: float
    tau_lb: float
    tau_ub: float
    I2: float
    I2_lb: float
    I2_ub: float
    H2: float
    H2_lb: float
    H2_ub: float
    empty: bool = False


def tau2_interval(
    yi: Any, vi: Any, method: str = "REML", level: float = 95.0, *, kind: str = "q-profile", mods: Any = None
) -> Tau2Interval:
    """Interval of tau² around the estimate by ``method``.

    ``kind``: ``q-profile`` (Viechtbauer 2007: generalised Q at its chi-square quantiles; exact under normality, the
    same limits for every estimator) or ``profile-likelihood`` (Hardy & Thompson 1996; for ML and REML).

    Raises
    ------
    PoolingError
        One study, a common-effect model, or a profile likelihood for a method that has no likelihood.
    """
    method = method_name(method)
    if mods is None:
        y, v, _ = effects(yi, vi)
        problem = Problem(y, v)
    else:
        from .design import complete_rows, design_matrix

        X, _ = design_matrix(mods)
        problem = Problem(*complete_rows(yi, vi, X)[:3])
    if problem.df < 1:
        raise PoolingError("Heterogeneity cannot be estimated from one study: tau² has no interval.")
    if method == "EE":
        raise PoolingError("A common-effect model has no tau².", remedy="Choose a random-effects method.")
    fixed = problem.at(0.0)
    value = estimate(problem, method, fixed).value
    if kind == "q-profile":
        low, high, empty = q_profile(problem, level)
    elif kind == "profile-likelihood":
        low, high = profile_likelihood(problem, value, method, level)
        empty = False
    else:
        raise PoolingError(f"There is no interval '{kind}' for tau².", remedy="Use q-profile or profile-likelihood.")
    return from_limits(value, low, high, fixed, empty=empty)


def from_limits(value: float, low: float, high: float, fixed: Fit, *, empty: bool = False) -> Tau2Interval:
    """tau² and its limits with what follows from them: tau, I² and H² (``fixed``: the fit at tau² = 0)."""
    typical = typical_variance(fixed)
    taus = (math.sqrt(low), math.sqrt(high))
    I2, I2_lb, I2_ub = (100.0 * t / (typical + t) if math.isfinite(t) else 100.0 for t in (value, low, high))
    H2, H2_lb, H2_ub = (t / typical + 1.0 for t in (value, low, high))
    return Tau2Interval(value, low, high, *taus, I2, I2_lb, I2_ub, H2, H2_lb, H2_ub, empty)


def q_profile(problem: Problem, level: float) -> tuple[float, float, bool]:
    """(lower, upper, whether the interval is empty); limits below zero are zero."""
    fixed, tail = problem.at(0.0), 0.5 - percent(level) / 200.0
    small, large = chi2_quantile(tail, problem.df), chi2_quantile(1.0 - tail, problem.df)
    return solve_q(problem, large, fixed)[0], solve_q(problem, small, fixed)[0], fixed.yPy < small


def profile_likelihood(problem: Problem, tau2: float, method: str, level: float) -> tuple[float, float]:
    """Limits where the (restricted) likelihood has fallen by half the chi-square quantile on one degree of freedom.

    The interval extends from the smallest to the largest tau² within that drop; this matters only where the likelihood
    has two maxima.
    """
    if method not in {"ML", "REML"}:
        raise PoolingError(f"{method} has no likelihood to profile.", remedy="Use ML or REML, or q-profile.")

    def height(t: np.ndarray) -> np.ndarray:
        return scan(problem, np.atleast_1d(t))[method]

    target = float(height(np.array([tau2]))[0]) - 0.5 * critical(level) ** 2
    grid = likelihood_grid(problem)
    top = max(upper_bound(problem), tau2, float(problem.v.max()))
    while float(height(np.array([top]))[0]) > target:
        top *= 4.0
        if top > 1e300:
            raise NotConverged("The profile likelihood of tau² has no upper limit.")
    grid = np.unique(np.concatenate((grid, [tau2], np.geomspace(max(grid[-1], 1e-300), top * 1.0001, 60))))
    inside = np.flatnonzero(height(grid) > target)
    first, last = int(inside[0]), int(inside[-1])
    low = 0.0 if first == 0 else _crossing(height, target, grid[first - 1], grid[first])
    return low, _crossing(height, target, grid[last + 1], grid[last])


def _crossing(height: Any, target: float, outside: float, inside: float) -> float:
    """Value between ``outside`` (below target) and ``inside`` where height equals target, by repeated subdivision."""
    for _ in range(40):
        points = np.linspace(outside, inside, 17)
        above = height(points) > target
        above[0], above[-1] = False, True
        first = int(np.argmax(above))
        outside, inside = points[first - 1], points[first]
        if abs(inside - outside) <= 2e-16 * max(abs(inside), abs(outside)):
            break
    return float(0.5 * (outside + inside))


@dataclass(frozen=True)
class I2Interval:
    """H and I² (percent) from Cochran's Q with test-based limits; NaN where Q has no degrees of freedom."""

    H: float
    H_lb: float
    H_ub: float
    I2: float
    I2_lb: float
    I2_ub: float


def i2_interval(Q: float, df: int, level: float = 95.0) -> I2Interval:
    """I² = (Q - df) / Q and H = sqrt(Q / df), cut at 0 and 1, with the limits of Higgins & Thompson 2002, method III.

    This I² differs from that of `pool`, which follows from the estimated tau².
    """
    if df < 1:
        return I2Interval(*[math.nan] * 6)
    H = math.sqrt(max(1.0, Q / df))
    if df + 1 < Q:
        se = 0.5 * (math.log(Q) - math.log(df)) / (math.sqrt(2.0 * Q) - math.sqrt(2.0 * df - 1.0))
    else:
        se = math.sqrt((1.0 - 1.0 / (3.0 * (df - 1) ** 2)) / (2.0 * (df - 1))) if df > 1 else math.nan
    z = critical(level)
    low, high = max(1.0, H * math.exp(-z * se)), max(1.0, H * math.exp(z * se))
    if math.isnan(se):
        low = high = math.nan
    return I2Interval(H, low, high, *(100.0 * (1.0 - 1.0 / h**2) for h in (H, low, high)))
