"""Selection by p-value: the step-function model of publication bias (Hedges 1992; Vevea & Hedges 1995).

With few studies the weights cannot be estimated; fixed weights make a sensitivity analysis (Vevea & Woods 2005): how
far the estimate moves if unfavourable results are assumed to be published less often. The selection model of Copas &
Shi 2001 is left out on purpose: its likelihood carries hardly any information on the correlation between effect and
selection, so that results depend on the grid of parameters, and no implementation was available for comparison.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import ndtr, ndtri

from prismake.core.errors import NotConverged, PoolingError

from .distributions import chi2_upper, critical, normal_two_sided
from .fit import pool
from .frame import effects
from .laplace import climb


@dataclass(frozen=True, eq=False)
class Selection:
    """Estimate corrected for selection, with the unadjusted ML estimate beside it.

    ``delta`` are the relative probabilities of publication in the intervals of the one-sided p-value that end at
    ``steps`` (the first is 1 by definition), ``counts`` the studies in each; ``lrt`` tests that all are 1.
    ``se_delta`` and ``vcov`` come from the observed information of (beta, tau, log delta).
    """

    beta: float
    se: float
    stat: float
    pval: float
    ci_lb: float
    ci_ub: float
    tau2: float
    delta: np.ndarray
    se_delta: np.ndarray
    steps: tuple[float, ...]
    counts: np.ndarray
    loglik: float
    loglik_unadjusted: float
    lrt: float
    lrt_df: int
    lrt_p: float
    beta_unadjusted: float
    k: int
    gradient: float
    iterations: int


def selection_model(
    yi: Any, vi: Any, steps: Sequence[float] = (0.025,), *, alternative: str = "greater", level: float = 95.0,
    delta: Sequence[float] | None = None,
) -> Selection:  # fmt: skip
    """Fit the step-function selection model by maximum likelihood.

    ``steps``: cut points of the one-sided p-value of each study (0.025: significant at two-sided 5 % in the expected
    direction). ``alternative``: the direction that favours publication. ``delta``: relative probabilities of
    publication to assume, one per interval and the first 1; then only the estimate and tau² are fitted, and intervals
    may be empty.

    Raises
    ------
    PoolingError
        An interval without a study (its weight has no estimate), steps out of order, or fewer than four studies.
    NotConverged
        The likelihood has no maximum within reach, as happens with few studies.
    """
    y, v, _ = effects(yi, vi)
    cuts = np.array(sorted(float(s) for s in steps if s < 1.0))
    if not cuts.size or cuts.min() <= 0.0 or len(set(cuts)) < cuts.size:
        raise PoolingError("The steps must be different p-values between 0 and 1.", remedy="Use for example 0.025.")
    if alternative not in {"greater", "less"}:
        raise PoolingError(f"The alternative cannot be '{alternative}'.", remedy="Use greater or less.")
    flip = 1.0 if alternative == "greater" else -1.0
    y = flip * y
    group = np.searchsorted(cuts, ndtr(-y / np.sqrt(v)), side="left")
    counts = np.bincount(group, minlength=cuts.size + 1)
    if delta is not None:
        _check(delta, counts.size)
    elif (counts == 0).any() or y.size < 4:
        empty = ", ".join(str(i + 1) for i in np.flatnonzero(counts == 0))
        raise PoolingError(
            f"No study has its p-value in interval {empty}." if empty else "At least four studies are needed.",
            remedy="Choose steps with studies on both sides.",
        )
    plain = pool(y, v, "ML", "z")
    bounds = np.sqrt(v)[:, None] * -ndtri(cuts)  # effects at the cut points, (k, steps)

    fixed_log_weights = None if delta is None else np.log(np.asarray(delta, dtype=float))[1:]

    def loglik(theta: np.ndarray) -> float:
        return _loglik(y, v, group, bounds, theta if fixed_log_weights is None else np.append(theta, fixed_log_weights))

    theta, value, gradient, hessian, iterations = _search(loglik, plain, cuts.size if fixed_log_weights is None else 0)
    if np.abs(theta).max() > 50.0:
        raise NotConverged("A weight of the selection model diverges to zero or infinity.", remedy="Use fewer steps.")
    free = np.ones(theta.size, bool)
    free[1] = abs(theta[1]) > 1e-6
    V = np.zeros_like(hessian)
    V[np.ix_(free, free)] = np.linalg.inv(-hessian[np.ix_(free, free)])
    beta, se, half = flip * float(theta[0]), math.sqrt(V[0, 0]), critical(level) * math.sqrt(V[0, 0])
    weights = np.exp(np.append(0.0, theta[2:] if fixed_log_weights is None else fixed_log_weights))
    se_delta = (
        weights * np.sqrt(np.append(0.0, np.diagonal(V)[2:])) if fixed_log_weights is None else np.zeros(weights.size)
    )
    unadjusted = _loglik(y, v, group, bounds, np.array([plain.beta, plain.tau, *np.zeros(cuts.size)]))
    lrt = max(0.0, 2.0 * (value - unadjusted)) if fixed_log_weights is None else math.nan
    return Selection(
        beta, se, beta / se, float(normal_two_sided(beta / se)), beta - half, beta + half, float(theta[1]) ** 2,
        weights, se_delta, tuple(cuts.tolist()), counts, value, unadjusted, lrt, cuts.size,
        float(chi2_upper(lrt, cuts.size)), flip * plain.beta, y.size, float(np.abs(gradient[free]).max()), iterations,
    )  # fmt: skip


def _check(delta: Sequence[float], intervals: int) -> None:
    if len(delta) != intervals or delta[0] != 1.0 or min(delta) <= 0.0:
        raise PoolingError(
            f"{intervals} intervals of the p-value need as many weights above zero, the first 1.",
            remedy="Give for example delta=(1, 0.5) for steps=(0.025,).",
        )


def _loglik(y: np.ndarray, v: np.ndarray, group: np.ndarray, bounds: np.ndarray, theta: np.ndarray) -> float:
    """theta: (beta, tau, log delta of the second and later intervals)."""
    total = v + theta[1] ** 2
    sd = np.sqrt(total)
    log_delta = np.append(0.0, theta[2:])
    z = (theta[0] - bounds) / sd[:, None]  # P(effect above bound) = Phi(z)
    above = np.column_stack([np.zeros(y.size), ndtr(z), np.ones(y.size)])
    share = np.diff(above, axis=1)
    log_total = np.log((share * np.exp(log_delta)).sum(axis=1))
    density = -0.5 * math.log(2.0 * math.pi) - 0.5 * np.log(total) - 0.5 * (y - theta[0]) ** 2 / total
    return float((density + log_delta[group] - log_total).sum())


def _search(loglik: Any, plain: Any, weights: int) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, int]:
    """Best of several starts; the profile over delta may have more than one maximum."""
    best = None
    tau = max(plain.tau, 0.1 * plain.se)
    for shift in (0.0, -1.5, 1.0):
        for spread in (tau, 0.3 * tau):
            start = np.array([plain.beta, spread, *([shift] * weights)])
            try:
                maximum = climb(loglik, start, 200)
            except (NotConverged, np.linalg.LinAlgError):
                continue
            if best is None or maximum[1] > best[1] + 1e-10:
                best = maximum
    if best is None:
        raise NotConverged("The selection model did not converge from any start.", remedy="Use fewer steps.")
    return best
