"""Thousands of independent random-effects analyses at once: `pool_batch`.

Arrays have the studies on the first axis, (k, m), so that every sum over studies is a sum of long rows. A missing study
has an infinite variance, hence a weight of exactly zero. Blocks are small enough for the processor's cache.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from . import distributions as dist
from . import hartung_knapp as hk
from . import prediction as pi
from .kernel import Problem
from .tau2 import estimate, method_name

BLOCK = 60_000  # numbers in one block of effects: temporaries of half a megabyte
GRID = 20  # values of tau² at which the score is evaluated, from a tenth of the least variance to the upper bound


@dataclass(frozen=True, eq=False)
class PooledBatch:
    """Results of m analyses, every field of shape (m,); names and units as in `Pooled`.

    ``k`` studies used; ``gradient`` and ``iterations`` certify the search for tau² (0 for closed forms); rows without
    a study are NaN. P-values, I² and H² are computed on first access.
    """

    method: str
    test: str
    level: float
    k: np.ndarray
    beta: np.ndarray
    se: np.ndarray
    ddf: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    pi_lb: np.ndarray
    pi_ub: np.ndarray
    tau2: np.ndarray
    Q: np.ndarray
    typical: np.ndarray
    gradient: np.ndarray
    iterations: np.ndarray

    @cached_property
    def Q_df(self) -> np.ndarray:  # noqa: N802
        return np.maximum(self.k - 1, 0)

    @cached_property
    def stat(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return self.beta / self.se

    @cached_property
    def pval(self) -> np.ndarray:
        normal = np.isnan(self.ddf)
        t = dist.t_two_sided(self.stat, np.where(normal, 1.0, self.ddf))
        return np.where(normal, dist.normal_two_sided(self.stat), t)

    @cached_property
    def Q_p(self) -> np.ndarray:  # noqa: N802
        return np.where(self.k > 1, dist.chi2_upper(self.Q, np.maximum(self.Q_df, 1)), 1.0)

    @cached_property
    def I2(self) -> np.ndarray:  # noqa: N802
        if self.method == "EE":
            with np.errstate(divide="ignore", invalid="ignore"):
                share = 100.0 * (self.Q - self.Q_df) / self.Q
            return np.where((self.k > 1) & (self.Q > 0.0), np.maximum(0.0, share), 0.0)
        with np.errstate(invalid="ignore"):  # the typical variance of one study is 0/0
            return np.where(self.k > 1, 100.0 * self.tau2 / (self.typical + self.tau2), 0.0)

    @cached_property
    def H2(self) -> np.ndarray:  # noqa: N802
        if self.method == "EE":
            return np.where(self.k > 1, self.Q / np.maximum(self.Q_df, 1), 1.0)
        with np.errstate(invalid="ignore"):
            return np.where(self.k > 1, self.tau2 / self.typical + 1.0, 1.0)


def pool_batch(
    yi: Any,
    vi: Any,
    method: str = "REML",
    test: str = "z",
    level: float = 95.0,
    *,
    adhoc: str = hk.DEFAULT,
    prediction: str = pi.DEFAULT,
) -> PooledBatch:
    """Pool every row of ``yi`` (m, k) with variances ``vi`` (m, k) or (k,); NaN marks a missing study.

    The same estimators, tests and guarantees as `pool` without moderators: ML and REML look for the global maximum.
    ``adhoc`` and ``prediction`` as there, without ``iqwig6`` and ``cd``. Where a Wald-type interval replaces the
    Hartung-Knapp one, ``ddf`` is NaN.

    Raises
    ------
    PoolingError
        Shapes that do not fit, or a variance that is not positive and finite.
    NotConverged
        tau² did not reach its tolerance in some row.
    """
    method = method_name(method)
    if test not in {"z", "t", "knha"}:
        raise PoolingError(f"There is no test '{test}'.", remedy="Use z, t or knha.")
    adhoc, prediction = hk.adhoc_name(adhoc), pi.prediction_name(prediction)
    if adhoc == "iqwig6" or prediction == "cd":
        raise PoolingError("iqwig6 and cd are not available for many analyses at once.", remedy="Use pool for each.")
    y = np.atleast_2d(np.asarray(yi, dtype=float))
    v = np.broadcast_to(np.asarray(vi, dtype=float), y.shape) if np.ndim(vi) < 2 else np.asarray(vi, dtype=float)
    if y.shape != v.shape:
        raise PoolingError(f"Effects of shape {y.shape} but variances of shape {v.shape}.")
    m, k = y.shape
    step = max(1, BLOCK // max(k, 1))
    how = (method, test, level, adhoc, prediction)
    parts = [_block(y[i : i + step].T, v[i : i + step].T, *how) for i in range(0, m, step)]
    columns = parts[0] if len(parts) == 1 else [np.concatenate(column) for column in zip(*parts, strict=True)]
    return PooledBatch(method, test, level, *columns)


def _block(
    y: np.ndarray, v: np.ndarray, method: str, test: str, level: float, adhoc: str, prediction: str
) -> list[np.ndarray]:
    """All fields of `PooledBatch` for one block, (k, m)."""
    y, v, count = _clean(y, v)
    df = np.maximum(count - 1.0, 0.0)
    w = 1.0 / v
    W, mean, Q = _moments(y, w)
    trP = _trace(w, W)
    with np.errstate(divide="ignore", invalid="ignore"):
        typical = df / trP
        tau2, gradient, iterations = _tau2(y, v, w, W, Q, trP, count, method)
    scale = Q
    if method != "EE" or test == "knha":
        w = 1.0 / (v + tau2)
        W, mean, quadratic = _moments(y, w)
        scale = quadratic
    classic = se = 1.0 / np.sqrt(W)
    hartung_knapp = test == "knha" and method != "EE"
    ddf, q = _quantiles(count, "z" if test == "knha" and not hartung_knapp else test, level)
    if hartung_knapp:
        se, ddf, q = hk.of_columns(classic, scale, tau2, count, ddf, q, adhoc, level)
    half = q * se
    nothing = count == 0
    wide = (
        np.full_like(se, np.nan) if method == "EE" else pi.half_widths(prediction, se, classic, tau2, count, q, level)
    )
    columns = [
        count.astype(int), mean, se, ddf, mean - half, mean + half, mean - wide, mean + wide, tau2,
        np.where(count > 1, Q, 0.0), typical, gradient, iterations,
    ]  # fmt: skip
    if nothing.any():
        columns[1:3] = [np.where(nothing, np.nan, column) for column in columns[1:3]]
    return columns


def _clean(y: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contiguous copies with missing studies at weight zero, and the number of studies in each column."""
    y, v = np.ascontiguousarray(y), np.ascontiguousarray(v)
    total = float(y.sum()) + float(v.sum())
    count = np.full(y.shape[1], float(y.shape[0]))
    if not math.isfinite(total):
        missing = np.isnan(y) | np.isnan(v)
        if not (np.isfinite(y) | missing).all() or not (np.isfinite(v) | missing).all():
            raise PoolingError("An effect or its sampling variance is infinite.")
        y, v = np.where(missing, 0.0, y), np.where(missing, np.inf, v)
        count = (~missing).sum(axis=0).astype(float)
    if v.size and v.min() <= 0.0:
        raise PoolingError("A sampling variance is not positive.", remedy="Correct the row or leave it out.")
    return y, v, count


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.size < 20_000:  # einsum saves a temporary, but costs more to call
        return np.add.reduce(a * b, axis=0)
    return np.einsum("ij,ij->j", a, b)


def _trace(w: np.ndarray, W: np.ndarray) -> np.ndarray:
    """tr(P) = W - sum of w² / W, written so that no digits are lost where one study has nearly all the weight."""
    column, largest = np.arange(W.size), w.argmax(axis=0)
    top, rest = w[largest, column], w.copy()
    rest[largest, column] = 0.0
    others = rest.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (2.0 * top * others + (others * others - _dot(rest, rest))) / W


def _moments(y: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum of weights, weighted mean, weighted sum of squares around it."""
    W = w.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = _dot(w, y) / W
        r = y - mean
        correction = _dot(w, r) / W
    mean = mean + correction
    r -= correction
    r *= r
    return W, mean, _dot(w, r)


def _quantiles(count: np.ndarray, test: str, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of freedom (NaN: normal) and critical value of each column."""
    if test == "z":
        return np.full(count.size, np.nan), np.full(count.size, dist.critical(level))
    df = np.where(count > 1, count - 1.0, np.nan)
    q = np.empty(count.size)
    for value in np.unique(count):
        q[count == value] = dist.critical(level, value - 1.0 if value > 1 else None)
    return df, q


# ---- tau² ----------------------------------------------------------------------------------------------------


def _tau2(
    y: np.ndarray,
    v: np.ndarray,
    w: np.ndarray,
    W: np.ndarray,
    Q: np.ndarray,
    trP: np.ndarray,
    count: np.ndarray,
    method: str,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """tau², gradient and iterations of every column."""
    df, zero = count - 1.0, np.zeros(count.size)
    single = count < 2
    if method in {"EE", "DL", "HS", "HSK", "HE", "SJ"}:
        tau2 = _closed(y, v, W, Q, trP, count, method)
        return np.where(single, 0.0, np.maximum(tau2, 0.0)), zero, zero.astype(int)
    if method in {"PM", "EB", "PMM"}:
        target = df
        if method == "PMM":
            target = np.array([dist.chi2_quantile(0.5, d) if d > 0 else np.nan for d in df])
        return _solve_q(y, v, Q, _dot(w * w, (y - _dot(w, y) / W) ** 2), np.where(single, np.inf, target))
    return _solve_score(y, v, single, method == "REML")


def _closed(
    y: np.ndarray, v: np.ndarray, W: np.ndarray, Q: np.ndarray, trP: np.ndarray, count: np.ndarray, method: str
) -> np.ndarray:
    if method == "EE":
        return np.zeros(count.size)
    if method == "DL":
        return (Q - (count - 1.0)) / trP
    if method in {"HS", "HSK"}:
        return (Q * (count / (count - 1.0) if method == "HSK" else 1.0) - count) / W
    present = np.isfinite(v).astype(float)
    mean = _dot(present, y) / count
    square = _dot(present, (y - mean) ** 2)
    if method == "HE":
        return square / (count - 1.0) - np.where(present > 0.0, v, 0.0).sum(axis=0) / count
    start = square / count
    _, _, quadratic = _moments(y, 1.0 / (v + np.where(start > 0.0, start, 1.0)))
    return np.where(start > 0.0, start * quadratic / (count - 1.0), 0.0)


def _solve_q(
    y: np.ndarray, v: np.ndarray, Q: np.ndarray, yPPy: np.ndarray, target: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Root of the generalised Q in every column: Newton on 1/Q inside a bracket, as in `tau2.solve_q`."""
    m = Q.size
    tau2, gradient, iterations = np.zeros(m), Q - target, np.zeros(m, int)
    active = np.flatnonzero(target < Q)
    t, low, high = np.zeros(active.size), np.zeros(active.size), np.full(active.size, np.inf)
    q, slope, c = Q[active], yPPy[active], target[active]
    ys, vs = y[:, active], v[:, active]
    for step in range(1, 200):
        if not active.size:
            return tau2, gradient, iterations
        new = t + (q / c - 1.0) * q / slope
        outside = ~((new > low) & (new < high))
        middle = np.where(np.isfinite(high), 0.5 * (low + high), 2.0 * t + np.abs(new - t))
        converged = (np.abs(new - t) <= 1e-15 * np.abs(new)) | (np.isfinite(high) & (high - low <= 4e-16 * high))
        new = np.where(outside & ~converged, middle, new)
        t = np.where(converged & outside, t, new)
        if converged.any():
            where = active[converged]
            tau2[where], gradient[where], iterations[where] = t[converged], (q - c)[converged], step
            rest = ~converged
            active, t, low, high, c = active[rest], t[rest], low[rest], high[rest], c[rest]
            ys, vs = ys[:, rest], vs[:, rest]
        w = 1.0 / (vs + t)
        W = w.sum(axis=0)
        r = ys - _dot(w, ys) / W
        wr2 = w * r * r
        q, slope = wr2.sum(axis=0), _dot(w, wr2)
        low, high = np.where(q > c, t, low), np.where(q > c, high, t)
    raise NotConverged(f"tau² did not converge in {active.size} of {m} analyses.")


def _scores(y: np.ndarray, v: np.ndarray, t: np.ndarray, reml: bool) -> np.ndarray:
    """Twice the score at tau² = t."""
    w = 1.0 / (v + t)
    W = w.sum(axis=-2)
    r = y - (w * y).sum(axis=-2, keepdims=True) / W[..., None, :]
    w *= w
    r *= r
    r *= w
    quadratic = r.sum(axis=-2)
    return quadratic - (W - w.sum(axis=-2) / W if reml else W)


def _brackets(
    y: np.ndarray, v: np.ndarray, single: np.ndarray, reml: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Last bracket (low, high) in which the score falls through zero, a guess inside it, and the number of maxima."""
    present = np.isfinite(v)
    top = np.where(present, y, -np.inf).max(axis=0) - np.where(present, y, np.inf).min(axis=0)
    top = np.where(single, 0.0, top * top) * 1.0000001
    bottom = np.minimum(0.1 * v.min(axis=0), 0.1 * np.where(top > 0.0, top, 1.0))
    ratio = np.where(top > 0.0, (np.maximum(top, 1e-300) / bottom) ** (1.0 / (GRID - 2)), 1.0)
    grid = bottom * ratio ** np.arange(GRID - 1.0)[:, None]
    grid = np.where(top > 0.0, np.vstack([np.zeros_like(top), grid]), 0.0)
    grid[-1] = top
    if y.size <= 4000:
        score = _scores(y, v, grid[:, None, :], reml)
    else:
        score = np.stack([_scores(y, v, row, reml) for row in grid])
    falls = (score[:-1] > 0.0) & (score[1:] <= 0.0)
    maxima = falls.sum(axis=0) + (score[0] <= 0.0)
    last = GRID - 2 - np.argmax(falls[::-1], axis=0)
    some = falls.any(axis=0)
    column = np.arange(top.size)
    low, high = np.where(some, grid[last, column], 0.0), np.where(some, grid[last + 1, column], 0.0)
    above, below = score[last, column], score[last + 1, column]
    share = np.where(some, above, 0.5) / np.where(some, above - below, 1.0)
    return low, high, low + share * (high - low), np.where(single, 1, maxima)


def _solve_score(
    y: np.ndarray, v: np.ndarray, single: np.ndarray, reml: bool
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Global maximum of the (restricted) likelihood in every column; see `tau2.solve_score`."""
    m = y.shape[1]
    low, high, guess, maxima = _brackets(y, v, single, reml)
    tau2, gradient, iterations = np.zeros(m), np.zeros(m), np.zeros(m, int)
    for column in np.flatnonzero(maxima != 1):  # several maxima, or none on the coarse grid: one by one
        use = np.isfinite(v[:, column])
        solution = estimate(Problem(y[use, column], v[use, column]), "REML" if reml else "ML")
        tau2[column], gradient[column], iterations[column] = solution.value, solution.gradient, solution.iterations
    active = np.flatnonzero((maxima == 1) & (high > 0.0))
    low, high = low[active], high[active]
    t = guess[active]
    ys, vs, waiting = y[:, active], v[:, active], np.ones(active.size, bool)
    for step in range(1, 200):
        if not waiting.any():
            return tau2, gradient, iterations
        score, slope = _score_and_slope(ys, vs, t, reml)
        rising = score > 0.0
        low, high = np.where(rising, t, low), np.where(rising, high, t)
        with np.errstate(divide="ignore", invalid="ignore"):
            new = t - score / slope
        downhill = slope < 0.0
        inside = downhill & (new > low) & (new < high)
        converged = waiting & ((downhill & (np.abs(new - t) <= 1e-14 * t)) | (high - low <= 4e-16 * high))
        if converged.any():
            where = active[converged]
            tau2[where] = np.where(inside[converged], new[converged], t[converged])
            gradient[where], iterations[where] = score[converged], step
            waiting &= ~converged
        t = np.where(inside, new, np.where(low > 0.0, np.sqrt(low * high), 0.125 * high))
        if 2 * np.count_nonzero(waiting) < waiting.size:  # go on with the rest alone
            active, low, high, t = active[waiting], low[waiting], high[waiting], t[waiting]
            ys, vs, waiting = ys[:, waiting], vs[:, waiting], np.ones(active.size, bool)
    raise NotConverged(f"tau² did not converge in {int(waiting.sum())} of {m} analyses.")


def _score_and_slope(y: np.ndarray, v: np.ndarray, t: np.ndarray, reml: bool) -> tuple[np.ndarray, np.ndarray]:
    """Score and its derivative (minus the observed information)."""
    w = 1.0 / (v + t)
    W = w.sum(axis=0)
    r = y - _dot(w, y) / W
    w2 = w * w
    z = w * r  # Py
    quadratic = _dot(z, z)
    cubic = _dot(w, z * z) - _dot(w, z) ** 2 / W  # y'PPPy
    S2 = w2.sum(axis=0)
    if not reml:
        return 0.5 * (quadratic - W), 0.5 * S2 - cubic
    S3 = _dot(w2, w)
    trPP = S2 - 2.0 * S3 / W + (S2 / W) ** 2
    return 0.5 * (quadratic - (W - S2 / W)), 0.5 * trPP - cubic
