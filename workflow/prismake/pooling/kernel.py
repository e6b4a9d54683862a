"""Weighted least squares at a given tau²: the sums from which all estimators are computed.

With w = 1 / (v + tau²) and P = W - WX (X'WX)^-1 X'W, all heterogeneity estimators are functions of y'Py, y'PPy,
y'PPPy, tr(P) and tr(PP). They are computed from a thin QR factor of sqrt(w) X in O(k p²); no k x k matrix is formed.
Without moderators the factor is one column and leading axes may be batched: tau² of shape (m, 1) gives sums of
shape (m,).
"""

from __future__ import annotations

# Names such as yPPy and trP are the symbols of the literature.
# ruff: noqa: N802, N815
from abc import ABC, abstractmethod

import numpy as np


class Problem:
    """Effects ``y`` (k,), variances ``v`` (k,), design ``X`` (k, p) or ``None`` for the mean alone."""

    __slots__ = ("X", "k", "p", "v", "y")

    def __init__(self, y: np.ndarray, v: np.ndarray, X: np.ndarray | None = None) -> None:
        self.y, self.v, self.X = y, v, X
        self.k = y.shape[-1]
        self.p = 1 if X is None else X.shape[1]

    @property
    def df(self) -> int:
        """Residual degrees of freedom, k - p."""
        return self.k - self.p

    def at(self, tau2: float) -> Fit:
        """The weighted fit at one value of tau²."""
        w = 1.0 / (self.v + tau2)
        return MeanFit(self, w) if self.X is None else RegressionFit(self, w)


class Fit(ABC):
    """Sums of one weighted fit; ``e`` are residuals times sqrt(w), ``h`` the leverages."""

    __slots__ = ("beta", "e", "h", "problem", "s", "w", "yPPy", "yPy")

    problem: Problem
    w: np.ndarray
    s: np.ndarray
    e: np.ndarray
    h: np.ndarray
    yPy: float
    yPPy: float
    beta: np.ndarray

    def _finish(self) -> None:
        square = self.e * self.e
        self.yPy = float(square.sum())
        self.yPPy = float(self.w @ square)

    @abstractmethod
    def _cross(self, a: np.ndarray) -> np.ndarray:
        """Q' diag(a) Q."""

    def trace(self, a: np.ndarray) -> float:
        """tr(C diag(a)) with C the residual projector; a = w gives tr(P), a = w v gives tr(PV)."""
        return float(a @ (1.0 - self.h))

    def trace2(self, a: np.ndarray, b: np.ndarray) -> float:
        """tr(C diag(a) C diag(b)); a = b = w gives tr(PP)."""
        return float((a * b) @ (1.0 - 2.0 * self.h) + (self._cross(a) * self._cross(b)).sum())

    @property
    def trP(self) -> float:
        return self.trace(self.w)

    @property
    def trPP(self) -> float:
        return self.trace2(self.w, self.w)

    def yPPPy(self) -> float:
        """y'PPPy: the projection of sqrt(w) Py once more."""
        z = self.w * self.e
        return float(z @ z - self._project(z))

    @abstractmethod
    def _project(self, z: np.ndarray) -> float:
        """The squared length of the part of z that lies in the column space of sqrt(W) X."""

    @abstractmethod
    def root(self) -> np.ndarray:
        """L with LL' = (X'WX)^-1, shape (p, p): standard errors of sums keep the digits that differences of covariances
        lose."""

    def covariance(self) -> np.ndarray:
        """(X'WX)^-1, shape (p, p)."""
        root = self.root()
        return root @ root.T

    @abstractmethod
    def logdet(self) -> float:
        """log |X'WX|."""


class MeanFit(Fit):
    """The weighted mean."""

    __slots__ = ("W", "largest")

    def __init__(self, problem: Problem, w: np.ndarray) -> None:
        self.problem, self.w = problem, w
        self.largest = int(w.argmax())
        self.W = float(w.sum())
        mean = float(w @ problem.y) / self.W
        mean += float(w @ (problem.y - mean)) / self.W  # one refinement: exact where effects share a large offset
        self.beta = np.array([mean])
        self.s = np.sqrt(w)
        self.e = self.s * (problem.y - mean)
        self.h = w / self.W
        self._finish()

    def _cross(self, a: np.ndarray) -> np.ndarray:
        return np.array(a @ self.h)

    # Where one study has nearly all the weight, its 1 - h loses all digits; the sum of the other weights does not.

    def trace(self, a: np.ndarray) -> float:
        return float(a @ self._others())

    def trace2(self, a: np.ndarray, b: np.ndarray) -> float:
        c, ah, bh, i = self._others(), a * self.h, b * self.h, self.largest
        own_a, own_b = ah[i], bh[i]
        ah[i] = bh[i] = 0.0
        A, B = float(ah.sum()), float(bh.sum())
        return float((a * b) @ (c * c)) + float(own_a * B + own_b * A + (A * B - ah @ bh))

    def _others(self) -> np.ndarray:
        """1 - h: the weight of all other studies, (k,)."""
        c, i = 1.0 - self.h, self.largest
        c[i] = (self.w[:i].sum() + self.w[i + 1 :].sum()) / self.W
        return c

    def _project(self, z: np.ndarray) -> float:
        return float(self.s @ z) ** 2 / self.W

    def root(self) -> np.ndarray:
        return np.array([[1.0 / np.sqrt(self.W)]])

    def covariance(self) -> np.ndarray:
        return np.array([[1.0 / self.W]])

    def logdet(self) -> float:
        return float(np.log(self.W))


class RegressionFit(Fit):
    """Weighted regression on the columns of X."""

    __slots__ = ("Q", "R")

    def __init__(self, problem: Problem, w: np.ndarray) -> None:
        self.problem, self.w = problem, w
        self.s = np.sqrt(w)
        self.Q, self.R = np.linalg.qr(self.s[:, None] * problem.X)
        sy = self.s * problem.y
        beta = np.linalg.solve(self.R, self.Q.T @ sy)
        beta = beta + np.linalg.solve(self.R, self.Q.T @ (sy - self.s * (problem.X @ beta)))
        self.beta = beta
        r = sy - self.s * (problem.X @ beta)
        self.e = r - self.Q @ (self.Q.T @ r)
        self.h = np.einsum("ij,ij->i", self.Q, self.Q)
        self._finish()

    def _cross(self, a: np.ndarray) -> np.ndarray:
        return self.Q.T @ (a[:, None] * self.Q)

    def _project(self, z: np.ndarray) -> float:
        inside = self.Q.T @ z
        return float(inside @ inside)

    def root(self) -> np.ndarray:
        return np.linalg.inv(self.R)

    def logdet(self) -> float:
        return float(2.0 * np.log(np.abs(np.diag(self.R))).sum())


def scan(problem: Problem, grid: np.ndarray) -> dict[str, np.ndarray]:
    """y'Py, y'PPy, tr(P), sum of w and both log-likelihoods (without constants) at every tau² of ``grid`` (m,)."""
    y, v, X = problem.y, problem.v, problem.X
    w = 1.0 / (v + grid[:, None])
    logw = np.log(w).sum(axis=1)
    total = w.sum(axis=1)
    if X is None:
        r = y - ((w @ y) / total)[:, None]
        trP = total - (w * w).sum(axis=1) / total
        logdet = np.log(total)
    else:
        s = np.sqrt(w)
        Q, R = np.linalg.qr(s[:, :, None] * X)
        e = s * y
        e = e - np.einsum("mij,mj->mi", Q, np.einsum("mij,mi->mj", Q, e))
        r = e / s
        trP = (w * (1.0 - np.einsum("mij,mij->mi", Q, Q))).sum(axis=1)
        logdet = 2.0 * np.log(np.abs(np.einsum("mii->mi", R))).sum(axis=1)
    wr2 = w * r * r
    yPy, yPPy = wr2.sum(axis=1), (w * wr2).sum(axis=1)
    ml = 0.5 * (logw - yPy)
    return {"yPy": yPy, "yPPy": yPPy, "trP": trP, "W": total, "ML": ml, "REML": ml - 0.5 * logdet}


def typical_variance(fixed: Fit) -> float:
    """(k - p) / tr(P) at tau² = 0."""
    return fixed.problem.df / fixed.trP
