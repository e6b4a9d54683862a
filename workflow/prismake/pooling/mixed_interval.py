"""Profile-likelihood interval of tau² in the mixed model of proportions (Hardy & Thompson 1996, on the exact
binomial likelihood)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from .distributions import critical
from .glmm import Mixed, fit_mixed, least_nodes, positive
from .intervals import Tau2Interval, from_limits
from .kernel import Problem
from .proportions import binomial_counts
from .quadrature import Counts, evaluate


def tau2_interval_proportions(events: Any, total: Any, level: float = 95.0) -> Tau2Interval:
    """tau² of the mixed model with the limits at which its profile likelihood has fallen by half a chi-square quantile.

    Raises
    ------
    EstimateDoesNotExist
        As `pool_proportions`; also if there is no upper limit, because the likelihood hardly falls as tau² increases.
    NotConverged, PoolingError
    """
    counts, _, vi = binomial_counts(events, total)
    if counts.k < 2:
        raise PoolingError("Heterogeneity cannot be estimated from one study: tau² has no interval.")
    mixed = fit_mixed(counts)
    low, high = profile_limits(counts, mixed, level)
    return from_limits(mixed.tau2, low, high, Problem(vi, vi).at(0.0))


def profile_limits(counts: Counts, mixed: Mixed, level: float) -> tuple[float, float]:
    """Limits of tau²; the upper one is infinite where the profile likelihood never falls far enough."""
    target = mixed.loglik - 0.5 * critical(level) ** 2
    tau = mixed.tau2**0.5
    profile = _Profile(counts, mixed)

    def above(t: float) -> float:
        return profile(t) - target

    low = 0.0
    if tau > 0.0 and mixed.loglik_fixed < target:
        low = _root(above, 0.0, tau)
    outer = max(2.0 * tau, 0.5)
    while above(outer) > 0.0:
        outer *= 2.0
        if outer > 60.0:
            return float(low**2), float("inf")
    return float(low**2), float(_root(above, outer, tau) ** 2)


class _Profile:
    """Log-likelihood maximised over the coefficients at a given tau; each call starts from the previous solution."""

    def __init__(self, counts: Counts, mixed: Mixed) -> None:
        self.counts, self.b, self.mixed = counts, mixed.b, mixed

    def __call__(self, tau: float) -> float:
        if tau <= 0.0:
            return self.mixed.loglik_fixed
        nodes = max(48, 2 * least_nodes(tau))
        # Logits grow with tau as sqrt(1 + 0.346 tau²) for the same mean proportion (Zeger, Liang & Albert 1988).
        grown = self.mixed.b * math.sqrt((1.0 + 0.346 * tau * tau) / (1.0 + 0.346 * self.mixed.tau2))
        starts = [(evaluate(self.counts, b, tau, nodes, None), b) for b in (self.b, grown)]
        (value, modes), b = max(starts, key=lambda start: start[0][0].loglik)
        for _ in range(100):
            information = positive(-value.hessian[:-1, :-1])
            step = np.linalg.solve(information, value.gradient[:-1])
            if float(step @ value.gradient[:-1]) < 1e-18:
                self.b = b
                return value.loglik
            scale = 1.0
            while scale > 1e-6:
                trial, trial_modes = evaluate(self.counts, b + scale * step, tau, nodes, modes)
                if trial.loglik >= value.loglik - 1e-13 * (1.0 + abs(value.loglik)):
                    break
                scale *= 0.5
            b, value, modes = b + scale * step, trial, trial_modes
        raise NotConverged(f"The profile likelihood at tau = {tau:.3g} was not reached.")


def _root(f: Callable[[float], float], outside: float, inside: float) -> float:
    """Where f, negative ``outside`` and positive ``inside``, is zero: regula falsi (Illinois) with bisection."""
    a, fa, b, fb = outside, f(outside), inside, f(inside)
    for step in range(200):
        x = b - fb * (b - a) / (fb - fa)
        if step % 3 == 2 or not min(a, b) < x < max(a, b):
            x = 0.5 * (a + b)
        fx = f(x)
        if fx == 0.0 or abs(b - a) <= 1e-12 * max(abs(a), abs(b)):
            return x
        if fx > 0.0:
            b, fb, fa = x, fx, 0.5 * fa
        else:
            a, fa, fb = x, fx, 0.5 * fb
    return 0.5 * (a + b)
