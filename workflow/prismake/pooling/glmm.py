"""Maximum likelihood of the generalised linear mixed models, with a certificate."""

from __future__ import annotations

import itertools
import math

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, NotConverged

from .laplace import maximise
from .mixed import Mixed
from .quadrature import TRAPEZOID, Counts, Evaluation, evaluate, fixed_effects

LADDER = (24, 48, 160, 320, 640, 1280, 2560)
"""Nodes per study: each is checked against the next, until the gradient at the estimate no longer moves."""
GRID = (0.1, 0.25, 0.5, 0.9, 1.5, 2.5, 4.5, 9.0)
"""Values of tau at which the profile likelihood is evaluated before the search begins."""


def fit_mixed(counts: Counts, nodes: int | None = None) -> Mixed:
    """Fit ``counts``. ``nodes=None`` uses as many nodes as the likelihood needs to be exact to about 1e-11.

    The profile likelihood is evaluated on a grid of tau, Newton steps on (b, tau) start from the best point, and the
    result is compared with tau = 0, so that a boundary or a second maximum is not missed. With a fixed number of
    ``nodes`` (1: Laplace), that approximation is maximised instead of the likelihood.

    Raises EstimateDoesNotExist if the likelihood increases without bound in tau, NotConverged if a search fails.
    """
    b0, ll0, information = fixed_effects(counts)
    at_zero = Mixed(b0, np.linalg.inv(information), 0.0, math.nan, ll0, ll0, b0, information, 0.0, 0, 0)
    if counts.k == 1:
        return at_zero
    if _only_extremes(counts, ll0):
        raise EstimateDoesNotExist(
            "Every study has either no events or only events: the likelihood is highest at infinite heterogeneity.",
            remedy="Report the counts; a model without random effects can still be pooled.",
        )
    start, steps = _explore(counts, b0, ll0)
    if start is None:
        return at_zero
    for m, check in itertools.pairwise(LADDER):
        if m < least_nodes(start[1]):
            continue
        try:
            b, tau, value, modes, used = _newton(counts, start[0], start[1], m, start[2])
        except NotConverged:  # too few nodes make the approximated likelihood and its slope disagree
            if check == LADDER[-1]:
                raise
            continue
        steps += used
        finer, _ = evaluate(counts, b, tau, check, modes)
        if np.abs(finer.gradient - value.gradient).max() < 1e-9 * (1.0 + abs(value.hessian[-1, -1])):
            break
        start = (b, tau, modes)
    else:
        raise NotConverged("The integral over the random effects needs more nodes than are allowed.")
    if tau < 1e-7 or value.loglik <= ll0 + 1e-10:
        return at_zero
    if nodes is not None:
        return maximise(counts, nodes, b, tau, at_zero)
    covariance, tau = np.linalg.inv(-value.hessian), float(tau)
    return Mixed(
        b, covariance[:-1, :-1], tau * tau, 2.0 * tau * math.sqrt(covariance[-1, -1]), value.loglik, ll0, b0,
        information, float(np.abs(value.gradient).max()), steps, m,
    )  # fmt: skip


def least_nodes(tau: float) -> int:
    """The least number of nodes with which a search from tau is worth starting."""
    return 24 if tau < 2.0 else 48 if tau < 4.0 else int(40 * tau)


def _only_extremes(counts: Counts, ll0: float) -> bool:
    """Whether the likelihood is highest at infinite heterogeneity: every count is 0 or the total, and the limit (each
    study all or nothing, with one probability) beats the model without random effects."""
    if counts.size is None or counts.x.shape[1] > 1 or counts.p > 1:
        return False
    full, none = int((counts.x == counts.size).sum()), int((counts.x == 0).sum())
    if full + none < counts.k:
        return False
    limit = sum(n * math.log(n / counts.k) for n in (full, none) if n)
    return limit > ll0 + 1e-10


def _explore(
    counts: Counts, b0: np.ndarray, ll0: float
) -> tuple[tuple[np.ndarray, float, np.ndarray | None] | None, int]:
    """Best starting point on the grid of tau, or None where tau = 0 fits better and the score there points to zero."""
    start: tuple[np.ndarray, float, np.ndarray | None] | None = None
    modes: np.ndarray | None = None
    best, b, steps = ll0 + 1e-10, b0, 0
    for tau in GRID:
        value, modes = evaluate(counts, b, tau, 12, modes)
        for _ in range(2):
            steps += 1
            step = np.linalg.solve(positive(-value.hessian[:-1, :-1]), value.gradient[:-1])
            trial, trial_modes = evaluate(counts, b + step, tau, 12, modes)
            if trial.loglik < value.loglik:
                break
            b, value, modes = b + step, trial, trial_modes
        if value.loglik > best:
            best, start = value.loglik, (b, tau, modes)
        elif value.loglik < best - 8.0:
            break
    if start is None and _score_at_zero(counts, b0) > 0.0:
        start = (b0, 0.05, None)
    return start, steps


def _score_at_zero(counts: Counts, b: np.ndarray) -> float:
    """Twice the derivative of the log-likelihood with respect to tau², at tau = 0."""
    mu, var = counts.mean_variance(counts.offset + counts.X @ b)
    pull = (counts.z * (counts.x - mu)).sum(axis=1)
    return float((pull * pull).sum() - (counts.z * counts.z * var).sum())


def positive(matrix: np.ndarray) -> np.ndarray:
    """The matrix, or one near it whose eigenvalues are positive: a direction of ascent in any case."""
    try:
        np.linalg.cholesky(matrix)
        return matrix
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(matrix)
        values = np.maximum(np.abs(values), 1e-6 * max(1.0, np.abs(values).max()))
        return (vectors * values) @ vectors.T


def _newton(
    counts: Counts, b: np.ndarray, tau: float, nodes: int, modes: np.ndarray | None
) -> tuple[np.ndarray, float, Evaluation, np.ndarray, int]:
    """Newton ascent on (b, tau) with step halving: (b, tau, evaluation, modes, iterations)."""
    value, modes = evaluate(counts, b, tau, nodes, modes)
    for iteration in range(1, 40 if nodes < TRAPEZOID else 100):
        step = np.linalg.solve(positive(-value.hessian), value.gradient)
        decrement = float(step @ value.gradient)
        if decrement < 1e-22 * (1.0 + abs(value.loglik)) or (decrement < 1e-13 and iteration > 60):
            return b, tau, value, modes, iteration
        scale = min(1.0, 0.9 * tau / -step[-1]) if step[-1] < -0.9 * tau else 1.0
        while True:
            trial, trial_modes = evaluate(counts, b + scale * step[:-1], tau + scale * step[-1], nodes, modes)
            if trial.loglik >= value.loglik - 1e-13 * (1.0 + abs(value.loglik)):
                break
            scale *= 0.5
            if scale < 1e-4:
                if decrement < 1e-12:
                    return b, tau, value, modes, iteration
                raise NotConverged("The likelihood of the mixed model does not rise along its gradient.")
        b, tau, value, modes = b + scale * step[:-1], tau + scale * step[-1], trial, trial_modes
        if tau < 1e-8:
            return b, tau, value, modes, iteration
        if not np.isfinite(b).all() or np.abs(b).max() > 1e4:
            break
    raise NotConverged("The mixed model did not converge.", remedy="A coefficient may run off to infinity.")
