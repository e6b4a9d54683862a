"""The exact conditional likelihood of 2x2 tables: events of arm 1 given all margins (Fisher's non-central
hypergeometric distribution), for the mixed model of Stijnen, Hamza & Özdemir 2010, section 3.3."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.special import gammaln, logsumexp

from .quadrature import Counts


@dataclass(frozen=True, eq=False)
class Tables(Counts):
    """``x`` (k, 1) events of arm 1; the log odds ratio is the linear predictor. ``support`` (k, s) are the counts that
    the margins allow and ``log_ways`` (k, s) their log weights at an odds ratio of one, -inf beyond the support."""

    support: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    log_ways: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def constant(self) -> float:
        """Log weights of the tables observed."""
        return float(self.log_ways[np.arange(self.k), self._place()].sum())

    def _place(self) -> np.ndarray:
        return (self.x[:, 0] - self.support[:, 0]).astype(int)

    def _terms(self, eta: np.ndarray) -> np.ndarray:
        """Log weights at log odds ratio ``eta`` (k, ...), with the support as last axis."""
        shape = (self.k, *(1,) * (eta.ndim - 1), -1)
        return self.log_ways.reshape(shape) + self.support.reshape(shape) * eta[..., None]

    def mean_variance(self, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        terms = self._terms(eta)
        weight = np.exp(terms - terms.max(axis=-1, keepdims=True))
        weight /= weight.sum(axis=-1, keepdims=True)
        values = self.support.reshape(self.k, *(1,) * (eta.ndim - 1), -1)
        mean = (weight * values).sum(axis=-1)
        return mean, (weight * (values - mean[..., None]) ** 2).sum(axis=-1)

    def log_density(self, eta: np.ndarray) -> np.ndarray:
        x = self.x.reshape(self.k, *(1,) * (eta.ndim - 1))
        return x * eta - logsumexp(self._terms(eta), axis=-1)

    def start(self) -> np.ndarray:
        return np.zeros(self.p)

    def saturated(self) -> float:
        """Log-likelihood (up to `constant`) at the tables' own estimates; a table at an end of its support has
        probability one."""
        own, _ = self.own()
        inside = np.isfinite(own)
        at = self.log_density(np.where(inside, own, 0.0)[:, None])[:, 0]
        certain = -self.log_ways[np.arange(self.k), self._place()]
        return float(np.where(inside, at, certain).sum())

    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """Conditional estimate of each table's log odds ratio and its variance, (k,); NaN at an end of the support."""
        last = np.where(np.isfinite(self.log_ways), self.support, -np.inf).max(axis=1)
        inside = (self.x[:, 0] > self.support[:, 0]) & (self.x[:, 0] < last)
        eta, low, high = (np.full(self.k, value) for value in (0.0, -60.0, 60.0))
        for _ in range(200):
            mean, variance = (a[:, 0] for a in self.mean_variance(eta[:, None]))
            gap = self.x[:, 0] - mean
            low, high = np.where(gap > 0.0, eta, low), np.where(gap > 0.0, high, eta)
            with np.errstate(divide="ignore", invalid="ignore"):
                new = eta + gap / variance
            new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
            if (np.abs(new - eta)[inside] <= 1e-14 * (1.0 + np.abs(eta)[inside])).all():
                break
            eta = new
        return np.where(inside, eta, np.nan), np.where(inside, 1.0 / np.where(inside, variance, 1.0), np.nan)


def tables(
    a: np.ndarray, n1: np.ndarray, events: np.ndarray, n2: np.ndarray, design: np.ndarray | None = None
) -> Tables:
    """Tables with ``a`` of ``events`` in arm 1; sizes ``n1 n2``; all (k,). ``design`` (k, p) of the log odds ratios."""
    first = np.maximum(0.0, events - n2)
    length = int((np.minimum(n1, events) - first).max()) + 1
    support = first[:, None] + np.arange(length)
    allowed = support <= np.minimum(n1, events)[:, None]
    s = np.where(allowed, support, first[:, None])
    ways = gammaln(n1 + 1.0)[:, None] - gammaln(s + 1.0) - gammaln(n1[:, None] - s + 1.0)
    ways = ways + gammaln(n2 + 1.0)[:, None] - gammaln(events[:, None] - s + 1.0)
    ways = ways - gammaln(n2[:, None] - events[:, None] + s + 1.0)
    # Relative to all tables with these margins, so that the density is one of probabilities.
    ways = np.where(allowed, ways, -np.inf)
    column = np.ones((a.size, 1))
    X = column if design is None else design
    return Tables(
        a[:, None], None, X[:, None, :], 0.0 * column, column, support, ways - logsumexp(ways, axis=1)[:, None]
    )
