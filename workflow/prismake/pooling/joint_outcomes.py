"""Several outcomes of each study with known within-study covariances: the multivariate normal model.

y_i = X_i beta + u_i + e_i with u_i ~ N(0, T) and e_i ~ N(0, S_i) (van Houwelingen, Arends & Stijnen 2002; Jackson,
Riley & White 2011). T is unstructured or diagonal and is estimated by (restricted) maximum likelihood (`known_within`).
An outcome that a study does not report is left out of that study alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import distributions as dist
from .ascent import Peak
from .design import require_full_rank
from .known_within import Blocks, Surface, highest, places_of, solved, stacked, starting_factors

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
    """Reported outcomes by study, and of all rows one below another: value, variance, outcome, design."""

    blocks: Blocks
    y: np.ndarray
    v: np.ndarray
    outcome: np.ndarray
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
    places = places_of(rows.m, structure)
    surface = Surface(rows.blocks, places, method == "REML")
    peak = highest(surface, _starts(rows, places), "the multivariate model")
    return _described(rows, surface, peak, method, structure, level)


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
    placed = [np.ones((k, 1)) if designs is None else np.asarray(designs[j], dtype=float) for j in range(m)]
    X = np.zeros((study.size, sum(design.shape[1] for design in placed)))
    first = 0
    for j, design in enumerate(placed):
        at = outcome == j
        require_full_rank(design[study[at]])
        X[at, first : first + design.shape[1]] = design[study[at]]
        first += design.shape[1]
    parts = []
    for i in np.unique(study):
        own, names = study == i, outcome[study == i]
        parts.append((y[i, names], X[own], np.eye(m)[names], S[i][np.ix_(names, names)]))
    return _Rows(stacked(parts), y[study, outcome], S[study, outcome, outcome], outcome, X, m)


def _starts(rows: _Rows, places: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
    """Factors of T from the spread of each outcome."""
    sd, small = np.empty(rows.m), np.empty(rows.m)
    for j in range(rows.m):
        at = rows.outcome == j
        v = rows.v[at]
        spread = float(np.var(rows.y[at])) - float(np.mean(v))
        sd[j], small[j] = math.sqrt(max(spread, 0.1 * float(v.min()))), 0.05 * math.sqrt(float(v.min()))
    return starting_factors(sd, small, places)


def _described(rows: _Rows, surface: Surface, peak: Peak, method: str, structure: str, level: float) -> Multivariate:
    L = surface.factor(peak.point)
    at = solved(rows.blocks, L @ L.T)
    beta, C = at.beta, at.vcov
    se = np.sqrt(np.diagonal(C))
    half = dist.critical(level) * se
    information = -peak.height.hessian
    regular = bool(np.linalg.eigvalsh(information).min() > 1e-8 * np.abs(information).max())
    fit = Multivariate(
        beta=beta, se=se, ci_lb=beta - half, ci_ub=beta + half, pval=dist.normal_two_sided(beta / se), vcov=C,
        coef_outcome=np.array([rows.outcome[column != 0.0][0] for column in rows.X.T]), T=L @ L.T, factor=peak.point,
        factor_vcov=np.linalg.inv(information) if regular else np.full_like(information, np.nan),
        loglik=peak.height.value, k=rows.blocks.k,
        reported=np.array([(rows.outcome == j).sum() for j in range(rows.m)]), method=method, structure=structure,
        decrement=peak.decrement, iterations=peak.iterations,
    )  # fmt: skip
    return replace(fit, T=0.5 * (fit.T + fit.T.T))
