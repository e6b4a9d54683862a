"""Likelihood of binomial-normal and Poisson-normal models by adaptive Gauss-Hermite quadrature.

A study has r rows (1, or 2 where both arms are modelled) and one random effect u ~ N(0, 1):
eta = offset + X b + tau z u. Its likelihood is an integral over u, taken on nodes that are centred at the mode of the
integrand and scaled by its curvature (Liu & Pierce 1994; Pinheiro & Bates 1995). Gradient and observed information
come from the same nodes through the identities of Fisher and Louis (1982): expectations over the posterior of u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from scipy.special import expit, gammaln

from prismake.core.errors import NotConverged


@lru_cache(maxsize=32)
def hermite(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes t and log weights + t² - log(2 pi)/2 of Gauss-Hermite quadrature."""
    t, w = np.polynomial.hermite.hermgauss(nodes)
    keep = w > 0.0
    t, w = t[keep], w[keep]
    return t, np.log(w) + t * t - 0.5 * math.log(2.0 * math.pi)


@dataclass(frozen=True, eq=False)
class Counts:
    """Counts ``x`` with their design; arrays are (k, r), ``X`` is (k, r, p).

    ``size`` is the binomial total, or ``None`` for Poisson counts (the log of time at risk is then the ``offset``).
    ``z`` scales the random effect in each row (1, or +-1/2 where two arms share it).
    """

    x: np.ndarray
    size: np.ndarray | None
    X: np.ndarray
    offset: np.ndarray
    z: np.ndarray

    @cached_property
    def constant(self) -> float:
        """Terms of the log-likelihood that do not depend on the parameters."""
        x, n = self.x, self.size
        if n is None:
            return float(-gammaln(x + 1.0).sum())
        return float((gammaln(n + 1.0) - gammaln(x + 1.0) - gammaln(n - x + 1.0)).sum())

    @property
    def k(self) -> int:
        return self.x.shape[0]

    @property
    def p(self) -> int:
        return self.X.shape[2]

    def mean_variance(self, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Mean and variance of the counts; trailing axes of ``eta`` beyond (k, r) are nodes."""
        if self.size is None:
            mu = np.exp(np.minimum(eta, 700.0))
            return mu, mu
        size = self.size if eta.ndim == 2 else self.size[:, :, None]
        q = expit(eta)
        mu = size * q
        return mu, mu * (1.0 - q)

    def log_density(self, eta: np.ndarray) -> np.ndarray:
        """Log density up to `constant`."""
        x = self.x if eta.ndim == 2 else self.x[:, :, None]
        if self.size is None:
            return x * eta - np.exp(np.minimum(eta, 700.0))
        size = self.size if eta.ndim == 2 else self.size[:, :, None]
        return x * eta - size * (np.maximum(eta, 0.0) + np.log1p(np.exp(-np.abs(eta))))

    def saturated(self) -> float:
        """Log-likelihood (up to `constant`) with one parameter per row."""
        x = self.x
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.size is None:
                return float(np.where(x > 0, x * np.log(x) - x, 0.0).sum())
            n = self.size
            terms = np.where(x > 0, x * np.log(x / n), 0.0) + np.where(x < n, (n - x) * np.log((n - x) / n), 0.0)
        return float(terms.sum())

    def start(self) -> np.ndarray:
        """Starting values of the coefficients: least squares on smoothed logits or log rates."""
        others = 1.0 if self.size is None else self.size - self.x + 0.5
        target = np.log((self.x + 0.5) / others) - self.offset
        return np.linalg.lstsq(self.X.reshape(-1, self.p), target.ravel(), rcond=None)[0]


@dataclass(eq=False)
class Evaluation:
    """Log-likelihood (with its constant), gradient and Hessian in (b, tau), shape p + 1."""

    loglik: float
    gradient: np.ndarray
    hessian: np.ndarray


def fixed_part(counts: Counts, b: np.ndarray) -> np.ndarray:
    return counts.offset + counts.X @ b


def modes(
    counts: Counts, base: np.ndarray, tau: float, start: np.ndarray, tolerance: float = 1e-9
) -> tuple[np.ndarray, np.ndarray]:
    """Mode of every study's integrand and its curvature there; the integrand is log-concave, so Newton finds it."""
    u, scale = start.copy(), tau * counts.z
    scale2 = scale * scale
    low, high = np.full(counts.k, -np.inf), np.full(counts.k, np.inf)
    for _ in range(400):
        mu, var = counts.mean_variance(base + scale * u[:, None])
        slope = (scale * (counts.x - mu)).sum(axis=1) - u
        h = (scale2 * var).sum(axis=1) + 1.0
        step = slope / h
        if np.abs(step).max() < tolerance:
            if tolerance > 1e-6:
                return u + step, h
            _, var = counts.mean_variance(base + scale * (u + step)[:, None])
            return u + step, (scale2 * var).sum(axis=1) + 1.0
        low, high = np.where(slope > 0.0, u, low), np.where(slope > 0.0, high, u)
        new = u + np.clip(step, -3.0, 3.0)
        outside = ~((new > low) & (new < high)) & np.isfinite(low) & np.isfinite(high)
        with np.errstate(invalid="ignore"):
            u = np.where(outside, 0.5 * (low + high), new)
        if (high - low <= 1e-12 * np.maximum(1.0, np.abs(u))).all():
            return u, h
    raise NotConverged("The mode of a random effect was not found.", remedy="Check the counts.")


TRAPEZOID = 65
"""From this many nodes on, the trapezoidal rule replaces Gauss-Hermite: for smooth integrands that vanish at both ends
it also converges geometrically, and the bend of the logistic curve, sharp when tau is large, does not slow it down."""


def _nodes(
    counts: Counts, base: np.ndarray, tau: float, u0: np.ndarray, h: np.ndarray, nodes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (k, m) in u and the logs of their weights times the normal density's constant, (k, m) or (k, 1)."""
    if nodes < TRAPEZOID:
        t, logw = hermite(nodes)
        sd = np.sqrt(2.0 / h)[:, None]
        return u0[:, None] + sd * t, logw + np.log(sd)
    low, high = _ends(counts, base, tau, u0, h)
    width = (high - low) / (nodes - 1.0)
    u = low[:, None] + width[:, None] * np.arange(nodes)
    return u, (np.log(width) - 0.5 * math.log(2.0 * math.pi))[:, None]


def _ends(counts: Counts, base: np.ndarray, tau: float, u0: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each integrand has fallen by a factor of e^-45 on either side of its mode."""

    def log_integrand(u: np.ndarray) -> np.ndarray:
        return counts.log_density(base + tau * counts.z * u[:, None]).sum(axis=1) - 0.5 * u * u

    top = log_integrand(u0)
    ends = []
    for side in (-1.0, 1.0):
        reach = 4.0 / np.sqrt(h)
        for _ in range(60):
            short = log_integrand(u0 + side * reach) > top - 45.0
            if not short.any():
                break
            reach = np.where(short, 1.3 * reach, reach)
        ends.append(u0 + side * reach)
    return ends[0], ends[1]


def evaluate(
    counts: Counts, b: np.ndarray, tau: float, nodes: int, start: np.ndarray | None = None, *, derivatives: bool = True
) -> tuple[Evaluation, np.ndarray]:
    """Likelihood at (b, tau) with ``nodes`` nodes per study, and the modes to start the next evaluation from."""
    base = fixed_part(counts, b)
    # With many nodes the centre need not be exact: the integral is the same. Few nodes (1: Laplace) depend on it, and
    # so does a value to be differentiated numerically, in which a centre that jumps by 1e-2 would be noise.
    tolerance = 1e-9 if nodes < 12 or not derivatives else 1e-2
    u0, h = modes(counts, base, tau, np.zeros(counts.k) if start is None else start, tolerance)
    u, logw = _nodes(counts, base, tau, u0, h, nodes)
    zu = counts.z[:, :, None] * u[:, None, :]
    eta = base[:, :, None] + tau * zu
    a = counts.log_density(eta).sum(axis=1) + logw - 0.5 * u * u
    top = a.max(axis=1)
    weight = np.exp(a - top[:, None])
    mass = weight.sum(axis=1)
    loglik = float((top + np.log(mass)).sum()) + counts.constant
    if not derivatives:
        return Evaluation(loglik, np.empty(0), np.empty((0, 0))), u0
    weight /= mass[:, None]
    mu, var = counts.mean_variance(eta)
    residual = counts.x[:, :, None] - mu
    q = (residual * zu).sum(axis=1)  # score for tau at each node
    mean_r, mean_q = np.einsum("irm,im->ir", residual, weight), np.einsum("im,im->i", q, weight)
    wr = residual * weight[:, None, :]
    cov_rr = np.einsum("irm,ism->irs", wr, residual) - mean_r[:, :, None] * mean_r[:, None, :]
    cov_rq = np.einsum("irm,im->ir", wr, q) - mean_r * mean_q[:, None]
    wv = var * weight[:, None, :]
    index = np.arange(counts.x.shape[1])
    cov_rr[:, index, index] -= wv.sum(axis=2)
    cov_rq -= (wv * zu).sum(axis=2)
    p = counts.p
    gradient, hessian = np.empty(p + 1), np.empty((p + 1, p + 1))
    flat = counts.X.reshape(-1, p)
    gradient[:p], gradient[p] = flat.T @ mean_r.ravel(), mean_q.sum()
    hessian[:p, :p] = flat.T @ np.einsum("irs,isp->irp", cov_rr, counts.X).reshape(-1, p)
    hessian[:p, p] = hessian[p, :p] = flat.T @ cov_rq.ravel()
    hessian[p, p] = float((q * q * weight).sum() - (mean_q * mean_q).sum() - (wv * zu * zu).sum())
    return Evaluation(loglik, gradient, hessian), u0


class CoefficientDiverges(NotConverged):
    """The likelihood has no maximum: it grows as a coefficient goes to infinity."""


def fixed_effects(counts: Counts) -> tuple[np.ndarray, float, np.ndarray]:
    """Maximum likelihood at tau = 0: (b, log-likelihood, information (p, p)).

    Raises CoefficientDiverges where the likelihood is unbounded.
    """
    b, best = counts.start(), -math.inf
    flat = counts.X.reshape(-1, counts.p)
    for _ in range(200):
        eta = fixed_part(counts, b)
        mu, var = counts.mean_variance(eta)
        best = float(counts.log_density(eta).sum())
        information = flat.T @ (var.reshape(-1, 1) * flat)
        score = flat.T @ (counts.x - mu).ravel()
        try:
            step = np.linalg.solve(information, score)
        except np.linalg.LinAlgError:
            raise CoefficientDiverges("A coefficient of the logistic model diverges.") from None
        scale = 1.0
        while scale > 1e-6:
            value = float(counts.log_density(fixed_part(counts, b + scale * step)).sum())
            if value >= best - 1e-12 * abs(best):
                break
            scale *= 0.5
        b = b + scale * step
        if float(score @ step) < 1e-24 * max(1.0, abs(best)) or np.abs(step).max() < 1e-13:
            mu, var = counts.mean_variance(fixed_part(counts, b))
            information = flat.T @ (var.reshape(-1, 1) * flat)
            if np.abs(b).max() > 1e6 or np.linalg.cond(information) > 1e14:
                break
            return b, best + counts.constant, information
    raise CoefficientDiverges("A coefficient of the model without random effects diverges.")
