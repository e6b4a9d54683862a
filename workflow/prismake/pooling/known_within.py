"""The linear mixed model with known covariances within studies: the likelihood that every multivariate model maximises.

y_i = X_i beta + Z_i u_i + e_i with u_i ~ N(0, T) and e_i ~ N(0, S_i) known. Several outcomes of a study are the case in
which Z_i picks the outcomes that it reports (`joint_outcomes`), dose-response curves those in which Z_i is the basis at
its doses, or the identity (`dose_response`). T enters through its Cholesky factor L, so that correlations of one and
variances of zero are reached and not excluded. Gradient and Hessian are exact, and cost matrices of the size of T.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from .ascent import Height, Peak, ascend


@dataclass(frozen=True, eq=False)
class Blocks:
    """The rows of each study, filled up to the longest: y (k, n), X (k, n, p), Z (k, n, m), S (k, n, n).

    ``rows`` counts the real ones. Rows that only fill up have y, X and Z of zero and a variance of one apart from all
    others, and so add nothing to the likelihood.
    """

    y: np.ndarray
    X: np.ndarray
    Z: np.ndarray
    S: np.ndarray
    rows: int

    @property
    def k(self) -> int:
        return len(self.y)


def stacked(studies: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]) -> Blocks:
    """Blocks from (y, X, Z, S) of each study.

    Raises
    ------
    PoolingError
        A covariance that is not positive definite.
    """
    parts = list(studies)
    n, k = max(len(y) for y, *_ in parts), len(parts)
    p, m = parts[0][1].shape[1], parts[0][2].shape[1]
    blocks = Blocks(
        np.zeros((k, n)), np.zeros((k, n, p)), np.zeros((k, n, m)), np.tile(np.eye(n), (k, 1, 1)),
        sum(len(y) for y, *_ in parts),
    )  # fmt: skip
    for i, (y, X, Z, S) in enumerate(parts):
        size = len(y)
        blocks.y[i, :size], blocks.X[i, :size], blocks.Z[i, :size] = y, X, Z
        blocks.S[i, :size, :size] = S
    try:
        np.linalg.cholesky(blocks.S)
    except np.linalg.LinAlgError:
        raise PoolingError(
            "A within-study covariance is not positive definite.", remedy="Check variances and correlations."
        ) from None
    return blocks


@dataclass(frozen=True, eq=False)
class Solved:
    """The model at one T: ``beta`` (p,), its covariance ``vcov`` (p, p), log |V|, inverses W (k, n, n), residuals."""

    beta: np.ndarray
    vcov: np.ndarray
    logdet: float
    W: np.ndarray
    residuals: np.ndarray


def solved(blocks: Blocks, T: np.ndarray) -> Solved:
    """Generalised least squares with the covariance T (m, m) between studies."""
    V = blocks.S + blocks.Z @ T @ blocks.Z.transpose(0, 2, 1)
    root = np.linalg.cholesky(V)
    half = np.linalg.inv(root)
    W = half.transpose(0, 2, 1) @ half
    WX = W @ blocks.X
    vcov = np.linalg.inv(np.einsum("inp,inq->pq", blocks.X, WX))
    vcov = 0.5 * (vcov + vcov.T)
    beta = vcov @ np.einsum("inp,in->p", WX, blocks.y)
    logdet = 2.0 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum())
    return Solved(beta, vcov, logdet, W, blocks.y - blocks.X @ beta)


def residual_q(blocks: Blocks) -> float:
    """Cochran's Q of the model without variance between studies."""
    m = blocks.Z.shape[2]
    fit = solved(blocks, np.zeros((m, m)))
    return float(np.einsum("in,inl,il->", fit.residuals, fit.W, fit.residuals))


class Surface:
    """The log-likelihood, profiled over beta, as a function of the free elements ``places`` of L (by rows)."""

    def __init__(self, blocks: Blocks, places: tuple[np.ndarray, np.ndarray], reml: bool) -> None:
        self.blocks, self.places, self.reml = blocks, places, reml
        self.m = blocks.Z.shape[2]
        self.constant = -0.5 * blocks.rows * math.log(2.0 * math.pi)
        if reml:
            XX = np.einsum("inp,inq->pq", blocks.X, blocks.X)
            self.constant += 0.5 * XX.shape[0] * math.log(2.0 * math.pi) + 0.5 * float(np.linalg.slogdet(XX)[1])
        self.units = np.zeros((places[0].size, self.m, self.m))
        self.units[np.arange(places[0].size), places[0], places[1]] = 1.0

    def factor(self, theta: np.ndarray) -> np.ndarray:
        L = np.zeros((self.m, self.m))
        L[self.places] = theta
        return L

    def at(self, theta: np.ndarray) -> Height:
        """Value, gradient and Hessian; with A_i = Z_i'W_iZ_i, B_i = Z_i'W_iX_i and g_i = Z_i'W_i(y_i - X_i beta)."""
        blocks, L = self.blocks, self.factor(theta)
        fit = solved(blocks, L @ L.T)
        C, Wr = fit.vcov, np.einsum("inl,il->in", fit.W, fit.residuals)
        WZ = fit.W @ blocks.Z
        A = blocks.Z.transpose(0, 2, 1) @ WZ
        B = WZ.transpose(0, 2, 1) @ blocks.X
        g = np.einsum("inm,in->im", blocks.Z, Wr)
        value = self.constant - 0.5 * (fit.logdet + float((fit.residuals * Wr).sum()))
        if self.reml:
            value += 0.5 * float(np.linalg.slogdet(C)[1])
        core = A.sum(axis=0) - g.T @ g
        if self.reml:
            core = core - np.einsum("imp,pq,inq->mn", B, C, B)
        gradient = -(core @ L)[self.places]
        return Height(value, gradient, self._hessian(A, B, g, C, core, L))

    def _hessian(
        self, A: np.ndarray, B: np.ndarray, g: np.ndarray, C: np.ndarray, core: np.ndarray, L: np.ndarray
    ) -> np.ndarray:
        E = self.units
        D = E @ L.T + L @ E.transpose(0, 2, 1)  # (q, m, m): slopes of T
        AD = np.einsum("imn,ano->aimo", A, D)
        gD = np.einsum("im,amn->ain", g, D)
        u = np.einsum("aim,imp->ap", gD, B)
        inner = -np.einsum("aimn,binm->ab", AD, AD)
        inner += 2.0 * np.einsum("aim,imn,bin->ab", gD, A, gD) - 2.0 * u @ C @ u.T
        if self.reml:
            DB = np.einsum("amn,inp->aimp", D, B)
            M = np.einsum("imp,aimq->apq", B, DB)
            CM = np.einsum("pq,aqr->apr", C, M)
            inner -= np.einsum("apq,bqp->ab", CM, CM)
            inner += 2.0 * np.einsum("aimp,imn,binq,qp->ab", DB, A, DB, C, optimize=True)
        bend = np.einsum("amn,bon->abmo", E, E)
        bend = bend + bend.transpose(0, 1, 3, 2)
        hessian = -0.5 * (inner + np.einsum("mo,abmo->ab", core, bend))
        return 0.5 * (hessian + hessian.T)


def highest(surface: Surface, starts: Sequence[np.ndarray], what: str) -> Peak:
    """The highest maximum that is reached from the starts.

    Raises NotConverged, naming the model, if none of them ends at a maximum.
    """
    peaks = [_polished(surface, ascend(surface.at, start, stride=1.0)) for start in starts]
    settled = [peak for peak in peaks if peak.settled]
    if not settled:
        raise NotConverged(f"The likelihood of {what} does not rise along its gradient.")
    return max(settled, key=lambda peak: peak.height.value)


def _polished(surface: Surface, peak: Peak) -> Peak:
    """A few Newton steps that are judged by the gradient: where heights no longer tell points apart, it still does."""
    while not peak.settled and peak.decrement < 1e-6 and np.linalg.eigvalsh(peak.height.hessian).max() < 0.0:
        point = peak.point - np.linalg.solve(peak.height.hessian, peak.height.gradient)
        height = surface.at(point)
        decrement = float(height.gradient @ np.linalg.solve(-height.hessian, height.gradient))
        if not 0.0 <= decrement < 0.25 * peak.decrement:
            break
        done = decrement < 1e-12 * (1.0 + abs(height.value))
        peak = Peak(point, height, decrement, peak.iterations + 1, done)
    return peak


def places_of(m: int, structure: str) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the free elements of L (m, m): all of its triangle, or (``diagonal``) its diagonal."""
    lower = np.tril_indices(m)
    free = np.ones(lower[0].size, bool) if structure == "unstructured" else lower[0] == lower[1]
    return lower[0][free], lower[1][free]


def starting_factors(sd: np.ndarray, small: np.ndarray, places: tuple[np.ndarray, np.ndarray]) -> list[np.ndarray]:
    """Factors of T from a spread ``sd`` (m,), uncorrelated and correlated either way, and with some variances near
    zero (``small``): with few studies the likelihood can have a second maximum there."""
    m = sd.size
    correlated = (0.0, 0.6, -0.6) if places[0].size > m else (0.0,)
    starts = [_correlated(sd, rho)[places] for rho in correlated]
    for j in range(m if m > 1 else 0):
        starts.append(_correlated(np.where(np.arange(m) == j, small, sd), 0.0)[places])
    return [*starts, _correlated(small, 0.0)[places]]


def _correlated(sd: np.ndarray, rho: float) -> np.ndarray:
    """Cholesky factor of a covariance with one correlation, limited to what is possible for that many effects."""
    R = np.full((sd.size, sd.size), max(rho, -0.9 / max(1, sd.size - 1)))
    np.fill_diagonal(R, 1.0)
    return sd[:, None] * np.linalg.cholesky(R)
