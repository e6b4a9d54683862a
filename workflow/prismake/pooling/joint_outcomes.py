"""Several outcomes of each study with known within-study covariances: the multivariate normal model.

y_i = X_i beta + u_i + e_i with u_i ~ N(0, T) and e_i ~ N(0, S_i) (van Houwelingen, Arends & Stijnen 2002; Jackson,
Riley & White 2011). T is unstructured or diagonal and is estimated by (restricted) maximum likelihood through its
Cholesky factor, so that correlations of one and variances of zero are reached and not excluded. An outcome that a study
does not report is left out of that study alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from . import distributions as dist
from .ascent import Height, Peak, ascend
from .design import require_full_rank

STRUCTURES = ("unstructured", "diagonal")


@dataclass(frozen=True, eq=False)
class Multivariate:
    """Coefficients ``beta`` (p,), covariance ``T`` (m, m) between studies, and the certificate.

    ``coef_outcome`` (p,) numbers the outcome of each coefficient. ``factor`` (q,) are the free elements of the Cholesky
    factor of T by rows, ``factor_vcov`` (q, q) their covariance from the observed information. ``k`` counts studies,
    ``reported`` (m,) those that report each outcome. ``decrement`` is the squared Newton step at the estimate in the
    metric of the Hessian.
    """

    beta: np.ndarray
    se: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    pval: np.ndarray
    vcov: np.ndarray
    coef_outcome: np.ndarray
    T: np.ndarray
    factor: np.ndarray
    factor_vcov: np.ndarray
    loglik: float
    k: int
    reported: np.ndarray
    method: str
    structure: str
    decrement: float
    iterations: int

    @property
    def correlation(self) -> np.ndarray:
        """Correlations between studies (m, m); NaN where a variance is zero."""
        sd = np.sqrt(np.diagonal(self.T))
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(np.outer(sd, sd) > 0.0, self.T / np.outer(sd, sd), np.nan)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Reported outcomes, one below another: values, study and outcome of each, within-study covariance, design."""

    y: np.ndarray
    study: np.ndarray
    outcome: np.ndarray
    S: np.ndarray
    X: np.ndarray
    m: int


def multivariate(
    yi: Any, Si: Any, designs: Sequence[Any] | None = None, *, method: str = "REML",
    structure: str = "unstructured", level: float = 95.0,
) -> Multivariate:  # fmt: skip
    """Fit the model to effects ``yi`` (k, m) with within-study covariances ``Si`` (k, m, m), or variances (k, m) where
    outcomes come from different participants.

    NaN in ``yi`` is an outcome that a study does not report. ``designs`` holds one design (k, p_j) for each outcome,
    an intercept by default. ``method`` REML or ML; ``structure`` unstructured or diagonal. Intervals are normal.

    Raises
    ------
    PoolingError
        Shapes that do not fit, a covariance that is not positive definite, an outcome reported by no study, a design
        that cannot be fitted, or fewer than two studies.
    NotConverged
    """
    if method not in {"ML", "REML"} or structure not in STRUCTURES:
        raise PoolingError("The multivariate model has methods REML and ML and structures unstructured and diagonal.")
    rows = _stacked(np.asarray(yi, dtype=float), np.asarray(Si, dtype=float), designs)
    lower = np.tril_indices(rows.m)
    free = np.ones(lower[0].size, bool) if structure == "unstructured" else lower[0] == lower[1]
    places = (lower[0][free], lower[1][free])
    surface = _Surface(rows, places, method == "REML")
    peaks = [ascend(surface.at, start) for start in _starts(rows, places)]
    settled = [peak for peak in peaks if peak.settled]
    if not settled:
        raise NotConverged("The likelihood of the multivariate model does not rise along its gradient.")
    return _described(rows, surface, max(settled, key=lambda peak: peak.height.value), method, structure, level)


def _stacked(y: np.ndarray, S: np.ndarray, designs: Sequence[Any] | None) -> _Rows:
    if y.ndim != 2:
        raise PoolingError("Effects of several outcomes form a table with a row per study and a column per outcome.")
    k, m = y.shape
    if S.shape == (k, m):
        S = np.einsum("im,mn->imn", S, np.eye(m))
    if S.shape != (k, m, m):
        raise PoolingError(f"{k} studies with {m} outcomes need covariances of shape ({k}, {m}, {m}), not {S.shape}.")
    reported = ~np.isnan(y)
    if (~reported.any(axis=0)).any():
        raise PoolingError(f"Outcome {int(np.flatnonzero(~reported.any(axis=0))[0]) + 1} is reported by no study.")
    if int(reported.any(axis=1).sum()) < 2:
        raise PoolingError("One study: the covariance between studies cannot be estimated.")
    study, outcome = np.nonzero(reported)
    within = np.where(study[:, None] == study[None, :], S[study[:, None], outcome[:, None], outcome[None, :]], 0.0)
    try:
        np.linalg.cholesky(within)
    except np.linalg.LinAlgError:
        raise PoolingError(
            "A within-study covariance is not positive definite.", remedy="Check variances and correlations."
        ) from None
    blocks = [np.ones((k, 1)) if designs is None else np.asarray(designs[j], dtype=float) for j in range(m)]
    X = np.zeros((study.size, sum(block.shape[1] for block in blocks)))
    first = 0
    for j, block in enumerate(blocks):
        at = outcome == j
        require_full_rank(block[study[at]])
        X[at, first : first + block.shape[1]] = block[study[at]]
        first += block.shape[1]
    return _Rows(y[study, outcome], study, outcome, within, X, m)


class _Surface:
    """The log-likelihood, profiled over beta, of the free elements of the Cholesky factor of T."""

    def __init__(self, rows: _Rows, places: tuple[np.ndarray, np.ndarray], reml: bool) -> None:
        self.rows, self.places, self.reml = rows, places, reml
        self.same = rows.study[:, None] == rows.study[None, :]
        self.constant = -0.5 * rows.y.size * math.log(2.0 * math.pi)
        if reml:
            self.constant += 0.5 * rows.X.shape[1] * math.log(2.0 * math.pi)
            self.constant += 0.5 * float(np.linalg.slogdet(rows.X.T @ rows.X)[1])

    def factor(self, theta: np.ndarray) -> np.ndarray:
        L = np.zeros((self.rows.m, self.rows.m))
        L[self.places] = theta
        return L

    def spread(self, T: np.ndarray) -> np.ndarray:
        """T (m, m) at the places of the rows (N, N)."""
        return np.where(self.same, T[self.rows.outcome[:, None], self.rows.outcome[None, :]], 0.0)

    def solved(self, theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """log |V|, its inverse W, the covariance of beta, beta, and P = W - W X (X'WX)^-1 X'W."""
        L, X = self.factor(theta), self.rows.X
        root = np.linalg.cholesky(self.rows.S + self.spread(L @ L.T))
        inverse = np.linalg.inv(root)
        W = inverse.T @ inverse
        WX = W @ X
        C = np.linalg.inv(X.T @ WX)
        return 2.0 * float(np.log(np.diagonal(root)).sum()), W, C, C @ (WX.T @ self.rows.y), W - WX @ C @ WX.T

    def at(self, theta: np.ndarray) -> Height:
        logdet, W, C, _, P = self.solved(theta)
        L, y = self.factor(theta), self.rows.y
        Py = P @ y
        value = self.constant - 0.5 * (logdet + float(y @ Py))
        if self.reml:
            value += 0.5 * float(np.linalg.slogdet(C)[1])
        M = P if self.reml else W
        units = [self.unit(a) for a in range(theta.size)]
        slopes = [self.spread(E @ L.T + L @ E.T) for E in units]
        MD, DPy = [M @ D for D in slopes], [D @ Py for D in slopes]
        gradient = -0.5 * np.array([np.trace(A) - d @ Py for A, d in zip(MD, DPy, strict=True)])
        hessian = np.empty((theta.size, theta.size))
        for a in range(theta.size):
            for b in range(a + 1):
                bend = self.spread(units[a] @ units[b].T + units[b] @ units[a].T)
                traces = float((M * bend).sum()) - float((MD[a] * MD[b].T).sum())
                forms = 2.0 * float(DPy[a] @ P @ DPy[b]) - float(Py @ bend @ Py)
                hessian[a, b] = hessian[b, a] = -0.5 * (traces + forms)
        return Height(value, gradient, hessian)

    def unit(self, a: int) -> np.ndarray:
        E = np.zeros((self.rows.m, self.rows.m))
        E[self.places[0][a], self.places[1][a]] = 1.0
        return E


def _starts(rows: _Rows, places: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
    """Factors of T from the spread of each outcome, uncorrelated and correlated either way, and with some variances
    near zero: with few studies the likelihood can have a second maximum there."""
    sd = np.empty(rows.m)
    for j in range(rows.m):
        at = rows.outcome == j
        v = np.diagonal(rows.S)[at]
        spread = float(np.var(rows.y[at])) - float(np.mean(v))
        sd[j] = math.sqrt(max(spread, 0.1 * float(v.min())))
    small = 0.05 * np.sqrt([float(np.diagonal(rows.S)[rows.outcome == j].min()) for j in range(rows.m)])
    correlated = (0.0, 0.6, -0.6) if places[0].size > rows.m else (0.0,)
    starts = [_factor(sd, rho)[places] for rho in correlated]
    for j in range(rows.m):
        starts.append(_factor(np.where(np.arange(rows.m) == j, small, sd), 0.0)[places])
    return [*starts, _factor(small, 0.0)[places]]


def _factor(sd: np.ndarray, rho: float) -> np.ndarray:
    """Cholesky factor of a covariance with one correlation, kept where it is possible for that many outcomes."""
    R = np.full((sd.size, sd.size), max(rho, -0.9 / max(1, sd.size - 1)))
    np.fill_diagonal(R, 1.0)
    return sd[:, None] * np.linalg.cholesky(R)


def _described(rows: _Rows, surface: _Surface, peak: Peak, method: str, structure: str, level: float) -> Multivariate:
    _, _, C, beta, _ = surface.solved(peak.point)
    se = np.sqrt(np.diagonal(C))
    half = dist.critical(level) * se
    L = surface.factor(peak.point)
    information = -peak.height.hessian
    regular = bool(np.linalg.eigvalsh(information).min() > 1e-8 * np.abs(information).max())
    fit = Multivariate(
        beta=beta, se=se, ci_lb=beta - half, ci_ub=beta + half, pval=dist.normal_two_sided(beta / se), vcov=C,
        coef_outcome=np.array([rows.outcome[column != 0.0][0] for column in rows.X.T]), T=L @ L.T, factor=peak.point,
        factor_vcov=np.linalg.inv(information) if regular else np.full_like(information, np.nan),
        loglik=peak.height.value, k=int(np.unique(rows.study).size),
        reported=np.array([(rows.outcome == j).sum() for j in range(rows.m)]), method=method, structure=structure,
        decrement=peak.decrement, iterations=peak.iterations,
    )  # fmt: skip
    return replace(fit, T=0.5 * (fit.T + fit.T.T))
