"""Small-study effects: funnel asymmetry tests. They have little power below ten studies (Sterne et al. 2011)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .distributions import critical, normal_two_sided, t_two_sided
from .estimate import NAN
from .fit import fit_problem
from .frame import effects
from .kernel import Problem
from .tau2 import method_name


@dataclass(frozen=True)
class AsymmetryTest:
    """``bias`` (slope, or Kendall's S) with its standard error, the test statistic, df (NaN: normal) and p-value;
    ``limit_*``: estimate at a standard error of zero where the test gives one; ``tau2``: residual variance factor of
    a weighted regression, or the residual tau² of a mixed model; ``tau``: Kendall's tau; ``corrected``: number of
    studies to whose cells 1/2 was added."""

    test: str
    k: int
    bias: float
    se_bias: float
    stat: float
    df: float
    pval: float
    limit_est: float = NAN
    limit_lb: float = NAN
    limit_ub: float = NAN
    tau2: float = NAN
    tau: float = NAN
    corrected: int = 0


def weighted_test(y: np.ndarray, x: np.ndarray, variance: np.ndarray, name: str, level: float = 95.0) -> AsymmetryTest:
    """y on 1 and x with weights 1 / variance and a multiplicative dispersion; the slope is the bias."""
    if y.size < 2:
        raise PoolingError("A single study shows no asymmetry.", remedy="These tests need at least three studies.")
    if np.ptp(x) <= 1e-12 * np.abs(x).max():
        raise PoolingError(f"{name}: all studies have the same precision, so there is no slope to test.")
    fit = Problem(y, variance, np.column_stack([np.ones(y.size), x])).at(0.0)
    df = y.size - 2
    if df == 0:
        return AsymmetryTest(name, 2, float(fit.beta[1]), NAN, NAN, 0, NAN, float(fit.beta[0]), NAN, NAN, NAN)
    dispersion = fit.yPy / df
    V = dispersion * fit.covariance()
    slope, se = float(fit.beta[1]), math.sqrt(V[1, 1])
    scale = float((y * y / variance).sum())
    stat = slope / se if fit.yPy > 1e-24 * scale else NAN  # an exact fit: the statistic would be 0/0
    half = critical(level, df) * math.sqrt(V[0, 0])
    limit = float(fit.beta[0])
    return AsymmetryTest(
        name, y.size, slope, se, stat, df, float(t_two_sided(stat, df)), limit, limit - half, limit + half, dispersion
    )


def egger(
    yi: Any, vi: Any, *, model: str = "lm", predictor: str = "sei", ni: Any = None, method: str = "REML",
    test: str = "z", level: float = 95.0,
) -> AsymmetryTest:  # fmt: skip
    """Egger's regression test.

    ``model="lm"``: weighted regression with multiplicative dispersion, t with k - 2 df (Egger et al. 1997);
    ``"mixed"``: meta-regression with additive tau² by ``method`` and ``test`` z, t or knha (Sterne & Egger 2005).
    ``predictor``: ``sei``, ``vi``, or with ``ni`` (total sizes) ``ni``, ``ninv`` = 1/n, ``sqrtninv`` = 1/sqrt(n).
    """
    y, v, keep = effects(yi, vi)
    if predictor in {"ni", "ninv", "sqrtninv"}:
        if ni is None:
            raise PoolingError(f"The predictor '{predictor}' needs the sample sizes.", remedy="Give ni.")
        n = np.asarray(ni, dtype=float)[keep]
        x = {"ni": n, "ninv": 1.0 / n, "sqrtninv": 1.0 / np.sqrt(n)}[predictor]
    elif predictor in {"sei", "vi"}:
        x = np.sqrt(v) if predictor == "sei" else v
    else:
        raise PoolingError(f"There is no predictor '{predictor}'.", remedy="Use sei, vi, ni, ninv or sqrtninv.")
    if model == "lm":
        return _limit(weighted_test(y, x, v, "Egger", level), predictor)
    if y.size < (2 if method_name(method) == "EE" else 3):
        raise PoolingError("Egger's test by meta-regression needs at least three studies, two for a common effect.")
    if np.ptp(x) == 0.0:
        raise PoolingError("Egger: all studies have the same precision, so there is no slope to test.")
    fit = fit_problem(Problem(y, v, np.column_stack([np.ones(y.size), x])), method_name(method), test, level)
    result = AsymmetryTest(
        "Egger (mixed)", y.size, float(fit.beta[1]), float(fit.se[1]), float(fit.stat[1]), fit.ddf, float(fit.pval[1]),
        float(fit.beta[0]), float(fit.ci_lb[0]), float(fit.ci_ub[0]), fit.tau2,
    )  # fmt: skip
    return _limit(result, predictor)


def _limit(test: AsymmetryTest, predictor: str) -> AsymmetryTest:
    """Remove the limit estimate where the predictor is a sample size: a size of zero is not infinite precision."""
    return replace(test, limit_est=NAN, limit_lb=NAN, limit_ub=NAN) if predictor == "ni" else test


def thompson_sharp(yi: Any, vi: Any, *, method: str = "DL") -> AsymmetryTest:
    """Meta-regression on the standard error with additive tau², t with k - 2 df (Thompson & Sharp 1999, method 3)."""
    y, v, _ = effects(yi, vi)
    if y.size < 3:
        raise PoolingError("The test of Thompson and Sharp needs at least three studies.")
    sei = np.sqrt(v)
    if np.ptp(sei) == 0.0:
        raise PoolingError("Thompson-Sharp: all studies have the same precision, so there is no slope to test.")
    fit = fit_problem(Problem(y, v, np.column_stack([np.ones(y.size), sei])), method_name(method), "t", 95.0)
    return AsymmetryTest(
        "Thompson-Sharp", y.size, float(fit.beta[1]), float(fit.se[1]), float(fit.stat[1]), y.size - 2,
        float(fit.pval[1]), float(fit.beta[0]), float(fit.ci_lb[0]), float(fit.ci_ub[0]), fit.tau2,
    )  # fmt: skip


def begg(yi: Any, vi: Any) -> AsymmetryTest:
    """Rank correlation of standardised effects and variances (Begg & Mazumdar 1994), Kendall's tau-b.

    ``pval`` is exact without ties, otherwise normal with the variance corrected for ties;
    ``stat`` is the normal statistic without continuity correction.
    """
    y, v, _ = effects(yi, vi)
    if y.size < 2:
        raise PoolingError("A single study has no rank correlation.")
    w = 1.0 / v
    mean = float(w @ y) / float(w.sum())
    return rank_test((y - mean) / np.sqrt(v - 1.0 / w.sum()), v, "Begg")


def rank_test(x: np.ndarray, y: np.ndarray, name: str) -> AsymmetryTest:
    k = x.size
    upper = np.triu_indices(k, 1)
    a, b = np.sign(x[upper[0]] - x[upper[1]]), np.sign(y[upper[0]] - y[upper[1]])
    S = float((a * b).sum())
    pairs = k * (k - 1) / 2.0
    denominator = math.sqrt(float(np.abs(a).sum()) * float(np.abs(b).sum()))
    tau = S / denominator if denominator > 0.0 else NAN
    ties_x, ties_y = _tie_counts(x), _tie_counts(y)
    se = math.sqrt(max(0.0, _kendall_variance(k, ties_x, ties_y)))  # rounding when nearly all values are tied
    if denominator == pairs:
        pval = _kendall_exact(k, round((S + pairs) / 2.0))
    else:
        pval = float(normal_two_sided(S / se)) if se > 0.0 else NAN
    return AsymmetryTest(name, k, S, se, S / se if se > 0.0 else NAN, NAN, pval, tau=tau)


def _tie_counts(x: np.ndarray) -> np.ndarray:
    return np.unique(x, return_counts=True)[1].astype(float)


def _kendall_variance(k: int, tx: np.ndarray, ty: np.ndarray) -> float:
    """Variance of S with ties (Kendall 1970, equation 4.3)."""

    def first(t: np.ndarray) -> float:
        return float((t * (t - 1.0) * (2.0 * t + 5.0)).sum())

    def second(t: np.ndarray) -> float:
        return float((t * (t - 1.0)).sum())

    def third(t: np.ndarray) -> float:
        return float((t * (t - 1.0) * (t - 2.0)).sum())

    value = (k * (k - 1.0) * (2.0 * k + 5.0) - first(tx) - first(ty)) / 18.0
    if k > 2:
        value += third(tx) * third(ty) / (9.0 * k * (k - 1.0) * (k - 2.0))
    return value + second(tx) * second(ty) / (2.0 * k * (k - 1.0))


def _kendall_exact(k: int, concordant: int) -> float:
    """Two-sided exact p-value of the number of concordant pairs, from the count of permutations by inversions."""
    share = np.ones(1)  # P(number of concordant pairs) among the orders of the first i items
    for i in range(2, k + 1):
        total = np.cumsum(np.append(share, np.zeros(i - 1)))
        total[i:] = total[i:] - total[:-i]
        share = total / i
    pairs = k * (k - 1) // 2
    least = min(concordant, pairs - concordant)
    return min(1.0, 2.0 * float(share[: least + 1].sum()))
