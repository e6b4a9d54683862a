"""Estimators of the between-study variance tau².

Closed forms: DL (DerSimonian & Laird 1986), HE (Hedges 1983), HS (Hunter & Schmidt 2004), HSK (HS
with the k / (k - p) correction of Brannick et al. 2019), SJ (Sidik & Jonkman 2005).
Iterated: ML, REML (Harville 1977), PM (Paule & Mandel 1982), EB (Morris 1983; the same equation as PM) and PMM, the
median-unbiased form of PM (Viechtbauer 2021): its generalised Q equals the median of chi-square instead of the mean.

PM, PMM: Q(tau²) decreases, so the root is unique. ML and REML can have several local maxima: the score is scanned on
a grid over the whole interval where it can be positive, every change of sign gives a bracket, each is solved to the
last digits by safeguarded Newton steps, and the highest maximum (zero included) is the estimate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from .distributions import chi2_quantile
from .kernel import Fit, Problem, scan

METHODS = ("EE", "DL", "HE", "HS", "HSK", "SJ", "ML", "REML", "EB", "PM", "PMM")
NO_WEIGHT = "A sampling variance is zero and so is tau²: a weight would be infinite."
_ALIASES = {"FE": "EE", "CE": "EE", "MP": "PM", "DSL": "DL"}


@dataclass(frozen=True)
class Tau2:
    """tau² with its standard error (NaN where none is defined) and the certificate of the search.

    ``gradient``: score (ML, REML), or Q - target (EB, PM, PMM), at the value given; 0 for closed forms and negative
    where tau² is at its bound, zero. ``iterations``: evaluations after bracketing. ``maxima``: local maxima found.
    """

    value: float
    se: float
    gradient: float
    iterations: int
    maxima: int


def method_name(method: str) -> str:
    """The name of an estimator as used here; raises PoolingError for one that is not known."""
    name = _ALIASES.get(method.upper(), method.upper())
    if name not in METHODS:
        raise PoolingError(f"There is no tau² estimator '{method}'.", remedy=f"Use one of: {' '.join(METHODS)}.")
    return name


def estimate(problem: Problem, method: str, fixed: Fit | None = None) -> Tau2:
    """tau² of ``problem`` by ``method``; ``fixed`` is the fit at tau² = 0 if the caller already has it.

    One study, or as many coefficients as studies, carries no information about tau²: it is 0 with no standard error.
    """
    if method == "EE" or problem.df <= 0:
        return Tau2(0.0, math.nan, 0.0, 0, 1)
    if fixed is None and problem.v.min() > 0.0:
        fixed = problem.at(0.0)
    if fixed is None and method in {"DL", "HS", "HSK"}:
        raise PoolingError(f"{method} needs sampling variances above zero.", remedy="Use REML, or correct the row.")
    return _ESTIMATORS[method](problem, fixed)  # type: ignore[arg-type]  # None only reaches those that do without it


# ---- closed forms --------------------------------------------------------------------------------------------


def _quadratic_se(fit: Fit, tau2: float, divisor: float) -> float:
    """SE of y'Py / divisor: the variance of a quadratic form, 2 tr(P S P S) with S = V + tau² I."""
    w, wv = fit.w, fit.w * fit.problem.v
    total = fit.trace2(wv, wv) + 2.0 * tau2 * fit.trace2(wv, w) + tau2 * tau2 * fit.trace2(w, w)
    return math.sqrt(2.0 * total) / divisor


def _dl(problem: Problem, fixed: Fit) -> Tau2:
    trP = fixed.trP
    value = max(0.0, (fixed.yPy - problem.df) / trP)
    # At weights 1/v, PV is a projector: tr(PVPV) = k - p and tr(PVP) = tr(P).
    variance = 2.0 * (problem.df + 2.0 * value * trP + value * value * fixed.trPP)
    return Tau2(value, math.sqrt(variance) / trP, 0.0, 0, 1)


def _hs(problem: Problem, fixed: Fit, factor: float = 1.0) -> Tau2:
    W = float(fixed.w.sum())
    value = max(0.0, (factor * fixed.yPy - problem.k) / W)
    variance = 2.0 * (problem.df + 2.0 * value * fixed.trP + value * value * fixed.trPP)
    return Tau2(value, factor * math.sqrt(variance) / W, 0.0, 0, 1)


def _hsk(problem: Problem, fixed: Fit) -> Tau2:
    return _hs(problem, fixed, problem.k / problem.df)


def _he(problem: Problem, fixed: Fit) -> Tau2:
    unweighted = Problem(problem.y, np.ones(problem.k), problem.X).at(0.0)
    value = max(0.0, (unweighted.yPy - unweighted.trace(problem.v)) / problem.df)
    v, ones = problem.v, np.ones(problem.k)
    total = unweighted.trace2(v, v) + 2.0 * value * unweighted.trace2(v, ones) + value * value * problem.df
    return Tau2(value, math.sqrt(2.0 * total) / problem.df, 0.0, 0, 1)


def _sj(problem: Problem, fixed: Fit) -> Tau2:
    start = float(np.var(problem.y))
    if start == 0.0:
        return Tau2(0.0, 0.0, 0.0, 0, 1)
    fit = problem.at(start)
    value = start * fit.yPy / problem.df
    return Tau2(value, _quadratic_se(fit, value, problem.df / start), 0.0, 0, 1)


# ---- moment equations: Q(tau²) = target ----------------------------------------------------------------------


def solve_q(problem: Problem, target: float, fixed: Fit | None = None) -> tuple[float, float, int]:
    """Root of the generalised Q: tau² with y'P(tau²)y = target. Returns (tau², Q - target, iterations).

    (0, Q(0) - target <= 0, 0) where Q lies below the target everywhere. Newton on 1/Q, which is a straight line
    when all variances are equal (cf. DerSimonian & Kacker 2007; Jackson et al. 2014), kept inside a bracket.
    """
    tau2 = 0.0
    if fixed is None and problem.v.min() == 0.0:
        tau2 = 1e-12 * float(problem.v.max())
    fit = fixed or problem.at(tau2)
    if fit.yPy <= target:
        return 0.0, fit.yPy - target, 0
    low, high = tau2, math.inf
    for iteration in range(1, 500):
        step = (fit.yPy / target - 1.0) * fit.yPy / fit.yPPy
        new = tau2 + step
        if not low < new < high:
            new = 0.5 * (low + high) if math.isfinite(high) else 2.0 * tau2 + step
        if abs(new - tau2) <= 4e-16 * new or new == tau2:
            return new, fit.yPy - target, iteration
        tau2 = new
        fit = problem.at(tau2)
        if fit.yPy > target:
            low = tau2
        else:
            high = tau2
        if math.isfinite(high) and high - low <= 4e-16 * high:
            return tau2, fit.yPy - target, iteration
    raise NotConverged("tau² by the generalised Q did not converge.", remedy="Check the sampling variances.")


def _moments(problem: Problem, fixed: Fit | None, target: float) -> Tau2:
    value, gradient, iterations = solve_q(problem, target, fixed)
    if fixed is None and value == 0.0:
        raise PoolingError(NO_WEIGHT, remedy="Correct the row or leave it out.")
    return Tau2(value, _pm_se(problem.at(value)), gradient, iterations, 1)


def _pm(problem: Problem, fixed: Fit | None) -> Tau2:
    return _moments(problem, fixed, float(problem.df))


def _pmm(problem: Problem, fixed: Fit | None) -> Tau2:
    return _moments(problem, fixed, chi2_quantile(0.5, problem.df))


def _pm_se(fit: Fit) -> float:
    """Morris 1983 (information of the marginal model, with the correction k / (k - p))."""
    problem = fit.problem
    return problem.k * math.sqrt(2.0 / problem.df) / float(fit.w.sum())


# ---- likelihood ----------------------------------------------------------------------------------------------


def upper_bound(problem: Problem) -> float:
    """A tau² above which the score of ML and REML is negative.

    Without moderators the squared range of the effects is such a bound. With moderators y'PPy <= RSS / (min v + t)² and
    tr(P) >= (k - p) / (max v + t); the score is negative where the first is below the second. (ML has the sum of
    weights instead of tr(P), which is larger.)
    """
    if problem.X is None:
        return float(np.ptp(problem.y)) ** 2
    rss = Problem(problem.y, np.ones(problem.k), problem.X).at(0.0).yPy / problem.df
    a, b = float(problem.v.min()), float(problem.v.max())
    half = 0.5 * rss - a  # (a + t)² - rss (b + t) = 0
    return max(0.0, half + math.sqrt(max(0.0, half * half + rss * b - a * a)))


def likelihood_grid(problem: Problem) -> np.ndarray:
    """tau² = 0 and 12 values per decade from a tenth of the smallest variance to the upper bound."""
    top = upper_bound(problem)
    if top <= 0.0:
        return np.zeros(1)
    bottom = min(0.1 * float(problem.v.min()), 0.1 * top)
    count = min(400, 12 * (1 + int(math.log10(top / bottom)))) if bottom else 0
    if bottom > 0.0:
        return np.concatenate(([0.0], np.geomspace(bottom, top * 1.0000001, count)))
    smallest = float(problem.v[problem.v > 0.0].min())
    return np.geomspace(1e-4 * min(smallest, top), top * 1.0000001, 200)


def _score(fit: Fit, reml: bool) -> float:
    return 0.5 * (fit.yPPy - (fit.trP if reml else float(fit.w.sum())))


def _curvature(fit: Fit, reml: bool) -> float:
    """Derivative of the score."""
    return 0.5 * (fit.trPP if reml else float(fit.w @ fit.w)) - fit.yPPPy()


def solve_score(problem: Problem, low: float, high: float, reml: bool) -> tuple[float, float, int]:
    """Root of the score in a bracket where it falls from positive to negative: (tau², score, evaluations)."""
    tau2 = math.sqrt(low * high) if low > 0.0 else 0.5 * high
    for iteration in range(1, 300):
        fit = problem.at(tau2)
        score, slope = _score(fit, reml), _curvature(fit, reml)
        if score > 0.0:
            low = tau2
        else:
            high = tau2
        new = tau2 - score / slope if slope < 0.0 else math.nan
        if not low < new < high:
            if slope < 0.0 and abs(score / slope) <= 4e-16 * tau2:
                return tau2, score, iteration
            new = math.sqrt(low * high) if low > 0.0 else 0.125 * high
        if abs(new - tau2) <= 2e-16 * tau2 or high - low <= 4e-16 * high or high < 1e-300:
            return new, score, iteration
        tau2 = new
    raise NotConverged("tau² by maximum likelihood did not converge.", remedy="Check the sampling variances.")


def _likelihood(problem: Problem, reml: bool) -> tuple[float, float, int, int]:
    """(tau², score, evaluations, number of local maxima) of the global maximum."""
    name = "REML" if reml else "ML"
    grid = likelihood_grid(problem)
    if grid[-1] == 0.0 and problem.v.min() == 0.0:  # equal effects, one of them without error
        raise PoolingError(NO_WEIGHT, remedy="Correct the row or leave it out.")
    sums = scan(problem, grid)
    score = 0.5 * (sums["yPPy"] - (sums["trP"] if reml else sums["W"]))
    falls = np.flatnonzero((score[:-1] > 0.0) & (score[1:] <= 0.0))
    candidates = [(0.0, float(score[0]), 0)] if score[0] <= 0.0 and grid[0] == 0.0 else []
    candidates += [solve_score(problem, float(grid[i]), float(grid[i + 1]), reml) for i in falls]
    if not candidates and grid[0] > 0.0:
        raise PoolingError(
            f"A sampling variance is zero and the {name} likelihood rises all the way to tau² = 0.",
            remedy="Correct the row or leave it out.",
        )
    if not candidates:
        raise NotConverged(f"The {name} likelihood has no maximum on the interval searched.")
    best = candidates[0]
    if len(candidates) > 1:
        heights = scan(problem, np.array([c[0] for c in candidates]))[name]
        best = candidates[int(np.argmax(heights))]
    return (*best[:2], sum(c[2] for c in candidates), len(candidates))


def _reml(problem: Problem, fixed: Fit) -> Tau2:
    value, score, iterations, maxima = _likelihood(problem, reml=True)
    return Tau2(value, math.sqrt(2.0 / problem.at(value).trPP), score, iterations, maxima)


def _ml(problem: Problem, fixed: Fit) -> Tau2:
    value, score, iterations, maxima = _likelihood(problem, reml=False)
    w = 1.0 / (problem.v + value)
    return Tau2(value, math.sqrt(2.0 / float(w @ w)), score, iterations, maxima)


_ESTIMATORS = {
    "DL": _dl,
    "HE": _he,
    "HS": _hs,
    "HSK": _hsk,
    "SJ": _sj,
    "ML": _ml,
    "REML": _reml,
    "EB": _pm,
    "PM": _pm,
    "PMM": _pmm,
}
