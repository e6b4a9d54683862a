"""Bayesian random-effects model by direct numerical integration: deterministic, without sampling.

Given tau everything is normal (DerSimonian & Kacker 2007; Röver 2020, section 2): the posterior of tau is a function
of one variable, and mean, prediction and study effects are mixtures of normals over it. The mixture is taken on
Gauss-Legendre nodes over panels that cover the posterior; quantiles are solved from the mixture's distribution.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from .distributions import mixture_quantile, percent
from .frame import effects
from .priors import Prior, half_cauchy, half_normal, rhodes, turner, uniform


@dataclass(frozen=True)
class Summary:
    """Posterior mean, standard deviation, median and equal-tailed interval of one quantity.

    Infinite where the moment does not exist, as with a heavy-tailed prior and few studies (half-Cauchy, two studies).
    """

    mean: float
    sd: float
    median: float
    ci_lb: float
    ci_ub: float


@dataclass(frozen=True, eq=False)
class _Shape:
    """What the densities need: the mixture of the mean (weights, means, standard deviations), the log posterior of tau
    without its constant, and that constant."""

    mixture: tuple[np.ndarray, np.ndarray, np.ndarray]
    log_tau: Callable[[np.ndarray], np.ndarray]
    log_norm: float


@dataclass(frozen=True, eq=False)
class Posterior:
    """``mu`` pooled effect, ``tau`` heterogeneity, ``prediction`` effect of a new study, ``studies`` shrunken effects
    in the order of the complete rows; ``log_marginal`` log marginal likelihood (NaN under an improper prior), with
    flat prior of mu up to its constant; ``nodes`` and ``change`` certify the integration (relative change of the
    normalising constant and of the mean when the nodes are doubled)."""

    mu: Summary
    tau: Summary
    prediction: Summary
    studies: tuple[Summary, ...]
    log_marginal: float
    level: float
    k: int
    nodes: int
    change: float
    _shape: _Shape = field(init=False, repr=False)

    def density_tau(self, tau: Any) -> np.ndarray:
        """Posterior density of tau."""
        return np.exp(self._shape.log_tau(np.asarray(tau, dtype=float)) - self._shape.log_norm)

    def density_mu(self, mu: Any) -> np.ndarray:
        """Posterior density of the pooled effect."""
        weight, mean, sd = self._shape.mixture
        z = (np.asarray(mu, dtype=float)[..., None] - mean) / sd
        return (weight * np.exp(-0.5 * z * z) / (sd * math.sqrt(2.0 * math.pi))).sum(axis=-1)


def bayes(
    yi: Any, vi: Any, prior: Prior | str = "half-normal", *, scale: float = 0.5,
    mu_prior: tuple[float, float] | None = None, level: float = 95.0,
) -> Posterior:  # fmt: skip
    """Posterior of the random-effects model.

    ``prior`` of tau: ``half-normal`` or ``half-cauchy`` with ``scale``, ``turner`` or ``rhodes`` (empirical, of a
    general setting; for log odds ratios and standardised mean differences), ``uniform``, or a function from tau to its
    log density, as returned by `turner`, `rhodes`, `log_normal` and `log_t` for a given setting or given parameters.
    ``mu_prior``: mean and sd of a normal prior of the pooled effect; None is flat.

    Raises
    ------
    PoolingError
        Unknown prior; a flat prior of tau with fewer than three studies.
    NotConverged
        The integral did not converge.
    """
    percent(level)
    y, v, _ = effects(yi, vi)
    log_prior = _prior(prior, scale, y.size)
    model = _Posterior(y, v, log_prior, mu_prior)
    panels, previous = 24, None
    edges = model.edges()
    while True:
        ends, nodes, weights, log_norm = model.integrate(edges, panels)
        mean = float(weights @ model.conditional(nodes)[0])
        if previous is not None:
            change = max(abs(math.expm1(log_norm - previous[0])), abs(mean - previous[1]) / model.spread)
            if change < 1e-11:
                break
            if panels > 3000:
                raise NotConverged("The posterior of tau could not be integrated.", remedy="Check the prior.")
        previous, panels = (log_norm, mean), 2 * panels
    return model.describe(ends, nodes, weights, log_norm, level, change, proper=prior != "uniform")


def _prior(prior: Prior | str, scale: float, k: int) -> Prior:
    if callable(prior):
        return prior
    if prior == "uniform" and k < 3:
        raise PoolingError("A uniform prior of tau needs three studies.", remedy="Use a half-normal prior.")
    priors = {
        "half-normal": lambda: half_normal(scale),
        "half-cauchy": lambda: half_cauchy(scale),
        "turner": turner,
        "rhodes": rhodes,
        "uniform": uniform,
    }
    if prior not in priors:
        raise PoolingError(f"There is no prior '{prior}'.", remedy=f"Use {', '.join(priors)}, or a function.")
    return priors[prior]()


class _Posterior:
    """Conditional moments and the unnormalised posterior of tau."""

    def __init__(self, y: np.ndarray, v: np.ndarray, log_prior: Prior, mu_prior: tuple[float, float] | None) -> None:
        self.y, self.v, self.log_prior, self.mu_prior = y, v, log_prior, mu_prior
        self.spread = math.sqrt(float(v.min()))

    def conditional(self, tau: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and variance of mu given tau, and the log marginal likelihood of tau."""
        w = 1.0 / (self.v + (tau * tau)[:, None])
        W, S = w.sum(axis=1), w @ self.y
        extra = 0.0
        if self.mu_prior is not None:
            m0, s0 = self.mu_prior
            W, S = W + 1.0 / s0**2, S + m0 / s0**2
        mean, variance = S / W, 1.0 / W
        r = self.y - mean[:, None]
        if self.mu_prior is not None:
            extra = -0.5 * ((mean - m0) / s0) ** 2 - math.log(s0)
        log = 0.5 * np.log(w).sum(axis=1) - 0.5 * (w * r * r).sum(axis=1) + 0.5 * np.log(variance) + extra
        flat = self.mu_prior is None
        return mean, variance, log - 0.5 * (self.y.size - flat) * math.log(2.0 * math.pi)

    def log_tau(self, tau: np.ndarray) -> np.ndarray:
        return self.conditional(tau)[2] + self.log_prior(tau)

    def tail(self) -> float:
        """Power p with which the posterior density of tau decays, as tau^-p: moments of order below p - 1 exist."""
        far = 1e9 * (math.sqrt(float(self.v.max())) + float(np.ptp(self.y)))
        low, high = self.log_tau(np.array([far, 2.0 * far]))
        return math.inf if not math.isfinite(high) else float(low - high) / math.log(2.0)

    def edges(self) -> np.ndarray:
        """Ends of the pieces to integrate over: tau where the posterior is not negligible, finer towards zero."""
        grid = np.concatenate(([0.0], np.geomspace(1e-6 * self.spread, 1e8 * (self.spread + np.ptp(self.y)), 1500)))
        with np.errstate(divide="ignore"):
            log = self.log_tau(grid)
            mass = log[1:] + np.log(np.diff(grid))
        keep = np.flatnonzero(mass > mass.max() - 45.0)
        first, last = max(int(keep[0]) - 1, 0), min(int(keep[-1]) + 2, grid.size - 1)
        inner = grid[first : last + 1]
        return np.concatenate(([0.0], inner[inner > 0.0])) if first <= 1 else inner

    def integrate(self, edges: np.ndarray, panels: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Ends of ``panels`` panels, nodes, posterior weights that add up to 1, log of the normalising constant."""
        position = np.linspace(0.0, edges.size - 1.0, panels + 1)
        ends = np.interp(position, np.arange(edges.size), edges)
        t, w = np.polynomial.legendre.leggauss(10)
        half = 0.5 * np.diff(ends)
        tau = (ends[:-1] + half)[:, None] + half[:, None] * t
        log = self.log_tau(tau.ravel()) + np.log(half[:, None] * w).ravel()
        top = log.max()
        weight = np.exp(log - top)
        total = weight.sum()
        return ends, tau.ravel(), weight / total, float(top + math.log(total))

    def describe(
        self,
        ends: np.ndarray,
        tau: np.ndarray,
        weight: np.ndarray,
        log_norm: float,
        level: float,
        change: float,
        *,
        proper: bool,
    ) -> Posterior:
        mean, variance, _ = self.conditional(tau)
        tail = 0.5 - level / 200.0
        heavy = self.tail() <= 3.0 + 1e-6  # the second moment of tau does not exist
        mu = _mixture(weight, mean, np.sqrt(variance), tail, heavy)
        new = _mixture(weight, mean, np.sqrt(variance + tau * tau), tail, heavy)
        studies = []
        for yi, vi in zip(self.y, self.v, strict=True):
            shrink = vi / (vi + tau * tau)  # weight of the pooled mean
            centre = (1.0 - shrink) * yi + shrink * mean
            spread = np.sqrt(vi * (1.0 - shrink) + shrink**2 * variance)
            studies.append(_mixture(weight, centre, spread, tail))
        first = float(weight @ tau) if self.tail() > 2.0 + 1e-6 else math.inf
        quantiles = _quantiles_of_tau(self, ends, weight, log_norm, (0.5, tail, 1.0 - tail))
        sd = math.inf if heavy else math.sqrt(max(0.0, float(weight @ (tau - first) ** 2)))
        result = Posterior(
            mu, Summary(first, sd, *quantiles), new, tuple(studies), log_norm if proper else math.nan, level,
            self.y.size, tau.size, change,
        )  # fmt: skip
        object.__setattr__(result, "_shape", _Shape((weight, mean, np.sqrt(variance)), self.log_tau, log_norm))
        return result


def _mixture(weight: np.ndarray, mean: np.ndarray, sd: np.ndarray, tail: float, heavy: bool = False) -> Summary:
    first = float(weight @ mean)
    variance = float(weight @ (sd * sd + (mean - first) ** 2))
    points = (mixture_quantile(weight, mean, sd, p) for p in (0.5, tail, 1.0 - tail))
    return Summary(first, math.inf if heavy else math.sqrt(variance), *points)


def _quantiles_of_tau(
    model: _Posterior, ends: np.ndarray, weight: np.ndarray, log_norm: float, levels: Sequence[float]
) -> list[float]:
    """Quantiles of tau: the panel from the cumulated weights, then Newton on the integral up to the point."""
    t, w = np.polynomial.legendre.leggauss(40)
    cumulated = np.cumsum(weight.reshape(-1, 10).sum(axis=1))
    quantiles = []
    for p in levels:
        panel = min(int(np.searchsorted(cumulated, p)), cumulated.size - 1)
        before = float(cumulated[panel - 1]) if panel else 0.0
        edge = float(ends[panel])
        low, high = edge, float(ends[panel + 1])
        x = 0.5 * (low + high)
        for _ in range(200):
            half = 0.5 * (x - edge)
            inside = float(half * (w @ np.exp(model.log_tau(edge + half * (t + 1.0)) - log_norm)))
            gap = before + inside - p
            low, high = (x, high) if gap < 0.0 else (low, x)
            density = float(np.exp(model.log_tau(np.array([x])) - log_norm)[0])
            new = x - gap / density if density > 0.0 else math.nan
            if not low < new < high:
                new = 0.5 * (low + high)
            if abs(new - x) <= 1e-13 * x:
                break
            x = new
        quantiles.append(x)
    return quantiles
