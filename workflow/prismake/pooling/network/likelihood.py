"""Generalised least squares over the trials of a network, with one variance between studies.

Trials with the same number of arms are held together, so that everything is done in a few array operations. A trial of
k arms enters by its k − 1 effects against its first arm; their covariance is S + tau² P, with P = (I + 11')/2, which is
what equal variances tau² of all pairwise effects mean (Higgins and Whitehead 1996).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve
from scipy.optimize import brentq

from prismake.core.errors import NotConverged, PoolingError

from .trials import Trial


@dataclass(frozen=True, eq=False)
class Block:
    """g trials of k arms each: positions of trials (g,), treatments (g, k) in ascending order, effects against the
    first arm y (g, k − 1), their sampling covariance S (g, k − 1, k − 1), and P."""

    rows: np.ndarray
    arms: np.ndarray
    y: np.ndarray
    S: np.ndarray
    P: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """The trials of one connected network of n treatments."""

    trials: tuple[Trial, ...]
    treatments: tuple[str, ...]
    blocks: tuple[Block, ...]

    @property
    def n(self) -> int:
        return len(self.treatments)

    @property
    def effects(self) -> int:
        """The number of independent effects: k − 1 for each trial of k arms."""
        return sum(block.y.size for block in self.blocks)


def evidence(trials: Sequence[Trial], treatments: Sequence[str]) -> Evidence:
    """Trials in blocks; the arms of each in the order of ``treatments``."""
    place = {name: i for i, name in enumerate(treatments)}
    by_size: dict[int, list[int]] = {}
    for row, trial in enumerate(trials):
        by_size.setdefault(len(trial.treatments), []).append(row)
    blocks = []
    for k, rows in sorted(by_size.items()):
        contrast = np.hstack([-np.ones((k - 1, 1)), np.eye(k - 1)])
        arms, y, S = [], [], []
        for row in rows:
            trial = trials[row]
            own = np.array([place[name] for name in trial.treatments])
            order = np.argsort(own)
            arms.append(own[order])
            y.append(contrast @ trial.values[order])
            S.append(contrast @ trial.covariance[np.ix_(order, order)] @ contrast.T)
        P = 0.5 * (np.eye(k - 1) + 1.0)
        blocks.append(Block(np.array(rows), np.array(arms), np.array(y), np.array(S), P))
    return Evidence(tuple(trials), tuple(treatments), tuple(blocks))


@dataclass(frozen=True, eq=False)
class Solution:
    """Estimates at one tau²: ``beta`` (n,) against the first treatment, ``V`` (n, n) with zeros for it; ``Q`` the
    weighted sum of squares; residuals and weights by block."""

    tau2: float
    beta: np.ndarray
    V: np.ndarray
    Q: float
    residuals: tuple[np.ndarray, ...]
    weights: tuple[np.ndarray, ...]
    logdet: float  # of X'WX


def solve(data: Evidence, tau2: float) -> Solution:
    """Weighted least squares.

    Raises:
        PoolingError: the weights differ so much that the equations cannot be solved.
    """
    n = data.n
    L, b, weights = np.zeros((n, n)), np.zeros(n), []
    try:
        for block in data.blocks:
            W = np.linalg.inv(block.S + tau2 * block.P)
            weights.append(W)
            L += _laplacian(block, W, n)
            z = np.einsum("gij,gj->gi", W, block.y)
            np.add.at(b, block.arms[:, 1:], z)
            np.add.at(b, block.arms[:, 0], -z.sum(axis=1))
        if not np.isfinite(L).all():
            raise _unsolvable()
        factor = cho_factor(L[1:, 1:], lower=True)
    except LinAlgError:
        raise _unsolvable() from None
    V = np.zeros((n, n))
    V[1:, 1:] = cho_solve(factor, np.eye(n - 1))
    beta = np.concatenate([[0.0], cho_solve(factor, b[1:])])
    residuals = tuple(block.y - (beta[block.arms[:, 1:]] - beta[block.arms[:, :1]]) for block in data.blocks)
    Q = sum(float(np.einsum("gi,gij,gj->", r, W, r)) for r, W in zip(residuals, weights, strict=True))
    logdet = 2.0 * float(np.log(np.diag(factor[0])).sum())
    if not (np.isfinite(beta).all() and np.isfinite(Q)):
        raise _unsolvable()
    return Solution(tau2, beta, V, Q, residuals, tuple(weights), logdet)


def _unsolvable() -> PoolingError:
    return PoolingError(
        "The weights of the trials differ so much that the network cannot be solved.",
        remedy="Look for trials with implausibly narrow intervals.",
    )


def _laplacian(block: Block, W: np.ndarray, n: int) -> np.ndarray:
    """The sum over trials of D' W D, with D the contrasts against the first arm."""
    g, k = block.arms.shape
    inner = np.zeros((g, k, k))
    inner[:, 1:, 1:] = W
    inner[:, 0, 1:] = inner[:, 1:, 0] = -W.sum(axis=1)
    inner[:, 0, 0] = W.sum(axis=(1, 2))
    L = np.zeros((n, n))
    np.add.at(L, (block.arms[:, :, None], block.arms[:, None, :]), inner)
    return L


def moments(data: Evidence, at_zero: Solution, df: int) -> float:
    """tau² by moments, the generalisation of DerSimonian and Laird (Jackson, White and Riley 2012, section 3).

    ``at_zero``: the solution at tau² = 0.
    """
    trace, inner = 0.0, np.zeros((data.n, data.n))
    for block, W in zip(data.blocks, at_zero.weights, strict=True):
        trace += float(np.einsum("gij,ji->", W, block.P))
        inner += _laplacian(block, W @ block.P @ W, data.n)
    scale = trace - float(np.einsum("ij,ji->", at_zero.V, inner))
    return max(0.0, (at_zero.Q - df) / scale) if df > 0 and scale > 0 else 0.0


def likelihood(data: Evidence, tau2: float, *, restricted: bool) -> tuple[float, float]:
    """The log-likelihood up to a constant, and its derivative with respect to tau²."""
    at = solve(data, tau2)
    logdet, trace, squares = 0.0, 0.0, 0.0
    inner = np.zeros((data.n, data.n))
    for block, W, r in zip(data.blocks, at.weights, at.residuals, strict=True):
        logdet -= float(np.linalg.slogdet(W)[1].sum())
        trace += float(np.einsum("gij,ji->", W, block.P))
        z = np.einsum("gij,gj->gi", W, r)
        squares += float(np.einsum("gi,ij,gj->", z, block.P, z))
        if restricted:
            inner += _laplacian(block, W @ block.P @ W, data.n)
    value = -0.5 * (logdet + at.Q + (at.logdet if restricted else 0.0))
    slope = -0.5 * (trace - squares - (float(np.einsum("ij,ji->", at.V, inner)) if restricted else 0.0))
    return value, slope


def maximum(data: Evidence, start: float, *, restricted: bool) -> float:
    """tau² at the maximum of the (restricted) likelihood: searched for on a grid, then the root of the derivative.

    Args:
        start: the estimate by moments, which gives the scale of the search with the sampling variances.
    """

    def slope(tau2: float) -> float:
        return likelihood(data, tau2, restricted=restricted)[1]

    typical = float(np.median([np.diagonal(block.S, axis1=1, axis2=2).mean() for block in data.blocks]))
    top = 10.0 * max(start, typical)
    while slope(top) > 0.0:
        top *= 10.0
        if not math.isfinite(top):
            raise NotConverged("The likelihood of tau² has no maximum.", remedy="Use method DL.")
    grid = np.concatenate([[0.0], np.geomspace(1e-5 * top, top, 25)])
    values = [likelihood(data, float(x), restricted=restricted) for x in grid]
    best = int(np.argmax([value for value, _ in values]))
    if best == 0 and values[0][1] <= 0.0:
        return 0.0
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, grid.size - 1)])
    middle = float(grid[best])
    if values[best][1] > 0.0:
        low = middle
    else:
        high = middle
    if slope(low) <= 0.0 or slope(high) >= 0.0:  # the derivative is zero within rounding
        return middle
    return float(brentq(slope, low, high, xtol=1e-15 * max(top, 1e-300), rtol=1e-14, maxiter=500))


def q_profile(data: Evidence, df: int, level: float) -> tuple[float, float]:
    """Interval of tau² in which the generalised Q lies between its chi-square quantiles (Viechtbauer 2007)."""
    from ..distributions import chi2_quantile

    tail = (1.0 - level / 100.0) / 2.0

    def bound(quantile: float) -> float:
        if quantile >= solve(data, 0.0).Q:
            return 0.0
        top = 1.0
        while quantile < solve(data, top).Q:
            top *= 4.0
        return float(brentq(lambda x: solve(data, x).Q - quantile, 0.0, top, xtol=1e-12 * top, rtol=1e-12))

    return bound(chi2_quantile(1.0 - tail, df)), bound(chi2_quantile(tail, df))
