"""Several effects from one study: the three-level random-effects model.

y_ij = x_ij' beta + u_i + w_ij + e_ij with variances sigma²_between (between studies), sigma²_within (between effects
of one study) and known sampling variances (Konstantopoulos 2011; Van den Noortgate et al. 2013).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from . import distributions as dist
from .design import complete_rows, design_matrix
from .frame import as_column
from .moderators import robust


@dataclass(frozen=True, eq=False)
class ThreeLevel:
    """Coefficients (arrays (p,)), the two variances, their shares of the total in percent, and the certificate.

    ``I2_between`` and ``I2_within`` use the typical sampling variance (Higgins & Thompson 2002; Cheung 2014).
    ``covariance`` (k, k) is the marginal covariance of the effects, e.g. for `robust`. ``gradient`` is the largest
    score of a variance that is not at its bound, zero, and ``iterations`` the scoring steps. ``ddf`` is a number, NaN
    for z, and an array (p,) for CR2.
    """

    coef_names: tuple[str, ...]
    beta: np.ndarray
    se: np.ndarray
    stat: np.ndarray
    ddf: Any
    pval: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    vcov: np.ndarray
    sigma2_between: float
    sigma2_within: float
    I2_between: float
    I2_within: float
    loglik: float
    k: int
    clusters: int
    Q: float
    Q_p: float
    covariance: np.ndarray
    dropped: int
    method: str
    gradient: float
    iterations: int


class _Model:
    """Likelihood of (between, within) with dense matrices of k rows."""

    def __init__(self, y: np.ndarray, v: np.ndarray, X: np.ndarray, same: np.ndarray, reml: bool) -> None:
        self.y, self.v, self.X, self.same, self.reml = y, v, X, same, reml

    def covariance(self, theta: np.ndarray) -> np.ndarray:
        return theta[0] * self.same + np.diag(self.v + theta[1])

    def parts(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        L = np.linalg.cholesky(self.covariance(theta))
        Xs, ys = np.linalg.solve(L, self.X), np.linalg.solve(L, self.y)
        Q, R = np.linalg.qr(Xs)
        return L, Q, R, ys

    def loglik(self, theta: np.ndarray) -> float:
        L, Q, R, ys = self.parts(theta)
        e = ys - Q @ (Q.T @ ys)
        value = -float(np.log(np.diagonal(L)).sum()) - 0.5 * float(e @ e)
        k, p = self.X.shape
        if not self.reml:
            return value - 0.5 * k * math.log(2.0 * math.pi)
        value -= float(np.log(np.abs(np.diagonal(R))).sum())
        return value - 0.5 * (k - p) * math.log(2.0 * math.pi) + 0.5 * float(np.linalg.slogdet(self.X.T @ self.X)[1])

    def score(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Score, expected and observed information of (between, within)."""
        L, Q, _, _ = self.parts(theta)
        inverse = np.linalg.solve(L, np.eye(self.y.size))
        W = inverse.T @ inverse
        half = Q.T @ inverse
        P = W - half.T @ half
        M = P if self.reml else W
        Py = P @ self.y
        SPy = (self.same @ Py, Py)
        trace = np.array([(M * self.same).sum(), np.trace(M)])
        gradient = 0.5 * (np.array([Py @ s for s in SPy]) - trace)
        MS = M @ self.same
        expected = 0.5 * np.array([[(MS * MS.T).sum(), (MS * M.T).sum()], [(MS * M.T).sum(), (M * M).sum()]])
        average = np.array([[a @ P @ b for b in SPy] for a in SPy])
        return gradient, expected, average - expected


def three_level(
    yi: Any, vi: Any, study: Sequence[Any], mods: Any = None, *, method: str = "REML", test: str = "z",
    level: float = 95.0,
) -> ThreeLevel:  # fmt: skip
    """Fit the three-level model; ``study`` names the study of each row.

    ``method`` REML or ML; ``test`` z, t (k - p df), or CR2: cluster-robust standard errors by study around this model,
    with Satterthwaite degrees of freedom for each coefficient (Pustejovsky & Tipton 2018, 2022), valid also where the
    correlation of effects within a study is not the one assumed; see `robust`. Fisher scoring on both variances, kept
    at or above zero, from the best point of a grid; the last steps use the observed information.

    Raises
    ------
    PoolingError
        Lengths that differ, a single study, or an unknown method.
    NotConverged
    """
    if method not in {"ML", "REML"} or test not in {"z", "t", "CR2"}:
        raise PoolingError("The three-level model has methods REML and ML and tests z, t and CR2.")
    y0 = as_column(yi, "yi")
    if len(study) != y0.size:
        raise PoolingError(f"{y0.size} effects but {len(study)} study labels.")
    X, names = (np.ones((y0.size, 1)), ("intercept",)) if mods is None else design_matrix(mods)
    missing = np.isnan(y0) | np.isnan(as_column(vi, "vi")) | np.isnan(X).any(axis=1)
    y, v, X, dropped, _ = complete_rows(yi, vi, X)
    labels = np.array([str(s) for s in study], dtype=object)[~missing]
    same = (labels[:, None] == labels[None, :]).astype(float)
    if len(set(labels)) < 2:
        raise PoolingError("All effects come from one study: the variance between studies cannot be estimated.")
    model = _Model(y, v, X, same, method == "REML")
    theta, gradient, iterations = _climb(model)
    fit = _describe(model, theta, names, test, level, dropped, len(set(labels)), method, gradient, iterations)
    return fit if test != "CR2" else _cluster_robust(fit, yi, vi, study, mods, level)


def _cluster_robust(fit: ThreeLevel, yi: Any, vi: Any, study: Sequence[Any], mods: Any, level: float) -> ThreeLevel:
    """``fit`` with the CR2 covariance of its coefficients."""
    sandwich = robust(yi, vi, study, mods, kind="CR2", level=level, covariance=fit.covariance)
    names = ("se", "stat", "pval", "ci_lb", "ci_ub", "vcov")
    return replace(fit, ddf=sandwich.df, **{name: getattr(sandwich, name) for name in names})


def _climb(model: _Model) -> tuple[np.ndarray, float, int]:
    scale = max(float(np.var(model.y)), 1e-12 * float(model.v.min()))
    starts = [np.array([a, b]) * scale for a in (0.0, 0.05, 0.4, 1.5) for b in (0.0, 0.05, 0.4, 1.5)]
    theta = max(starts, key=model.loglik)
    value = model.loglik(theta)
    for iteration in range(1, 300):
        gradient, expected, observed = model.score(theta)
        free = (theta > 0.0) | (gradient > 0.0)
        if not free.any():
            return theta, 0.0, iteration
        information = observed if iteration > 4 and _positive(observed[np.ix_(free, free)]) else expected
        step = np.zeros(2)
        # Least squares: with one effect a study only the sum of both variances is identified.
        step[free] = np.linalg.lstsq(information[np.ix_(free, free)], gradient[free], rcond=1e-10)[0]
        if float(np.abs(step).max()) <= 1e-13 * (float(theta.max()) + float(model.v.min())):
            return theta, float(np.abs(gradient[free]).max()), iteration
        size = 1.0
        while True:
            new = np.maximum(theta + size * step, 0.0)
            height = model.loglik(new)
            if height >= value - 1e-12 * (1.0 + abs(value)):
                break
            size *= 0.5
            if size < 1e-8:
                if float(step @ gradient) < 1e-10:
                    return theta, float(np.abs(gradient[free]).max()), iteration
                raise NotConverged("The likelihood of the three-level model does not rise along its gradient.")
        if np.abs(new - theta).max() <= 1e-15 * (theta.max() + model.v.min()):
            return new, float(np.abs(gradient[free]).max()), iteration
        theta, value = new, height
    raise NotConverged("The three-level model did not converge.")


def _positive(matrix: np.ndarray) -> bool:
    return bool(np.linalg.eigvalsh(matrix).min() > 0.0)


def _describe(
    model: _Model,
    theta: np.ndarray,
    names: tuple[str, ...],
    test: str,
    level: float,
    dropped: int,
    clusters: int,
    method: str,
    gradient: float,
    iterations: int,
) -> ThreeLevel:
    _, Q, R, ys = model.parts(theta)
    k, p = model.X.shape
    beta = np.linalg.solve(R, Q.T @ ys)
    inverse = np.linalg.inv(R)
    V = inverse @ inverse.T
    se = np.sqrt(np.diagonal(V))
    stat = beta / se
    df = k - p if test == "t" else None
    pval = dist.normal_two_sided(stat) if df is None else dist.t_two_sided(stat, df)
    half = dist.critical(level, df) * se
    w = 1.0 / model.v
    q, _ = np.linalg.qr(np.sqrt(w)[:, None] * model.X)
    e = np.sqrt(w) * model.y
    e = e - q @ (q.T @ e)
    typical = (k - p) / float(w @ (1.0 - (q * q).sum(axis=1)))
    total = typical + float(theta.sum())
    return ThreeLevel(
        names, beta, se, stat, math.nan if df is None else float(df), pval, beta - half, beta + half, V,
        float(theta[0]), float(theta[1]), 100.0 * float(theta[0]) / total, 100.0 * float(theta[1]) / total,
        model.loglik(theta), k, clusters, float(e @ e), float(dist.chi2_upper(float(e @ e), k - p)),
        model.covariance(theta), dropped, method, gradient, iterations,
    )  # fmt: skip
