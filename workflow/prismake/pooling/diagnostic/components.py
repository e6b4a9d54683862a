"""What a fit of two sides is made of, whichever likelihood it comes from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BIVARIATE, UNCORRELATED, COMMON = "bivariate", "uncorrelated", "common"
STRUCTURES = (BIVARIATE, UNCORRELATED, COMMON)


@dataclass(frozen=True, eq=False)
class Components:
    """Coefficients ``b`` (p,), those of sensitivity first, and T (2, 2), the covariance of the logits between studies.

    ``vcov`` (p + 3, p + 3) is the covariance of (b, T11, T22, T12); rows of what was not estimated, or lies on its
    bound, are NaN. ``decrement`` is the squared Newton step at the estimate in the metric of the Hessian; ``nodes`` the
    most quadrature nodes in a dimension that a study needed (0: no quadrature).
    """

    b: np.ndarray
    T: np.ndarray
    vcov: np.ndarray
    loglik: float
    structure: str
    decrement: float
    iterations: int
    nodes: int = 0

    @property
    def vcov_b(self) -> np.ndarray:
        return self.vcov[: self.b.size, : self.b.size]

    @property
    def correlation(self) -> float:
        """Correlation of logit sensitivity and logit specificity; NaN where a variance is zero or none was fitted."""
        if self.structure != BIVARIATE or min(self.T[0, 0], self.T[1, 1]) <= 0.0:
            return float("nan")
        return float(np.clip(self.T[0, 1] / np.sqrt(self.T[0, 0] * self.T[1, 1]), -1.0, 1.0))

    @property
    def at_bound(self) -> bool:
        """Whether the correlation is one or minus one (or a variance zero, where it is not defined)."""
        if self.structure != BIVARIATE:
            return False
        return bool(self.T[0, 0] * self.T[1, 1] - self.T[0, 1] ** 2 < 1e-6 * self.T[0, 0] * self.T[1, 1] + 1e-14)


def from_factor(b_and_factor: np.ndarray, covariance: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(b, T, covariance of (b, T11, T22, T12)) from (b, L11, L21, L22) and its covariance, by the delta method."""
    p = b_and_factor.size - 3
    l11, l21, l22 = b_and_factor[p:]
    J = np.eye(p + 3)
    J[p:, p:] = [[2.0 * l11, 0.0, 0.0], [0.0, 2.0 * l21, 2.0 * l22], [l21, l11, 0.0]]
    T = np.array([[l11 * l11, l11 * l21], [l11 * l21, l21 * l21 + l22 * l22]])
    return b_and_factor[:p], T, J @ covariance @ J.T


def side_by_side(
    b: tuple[np.ndarray, np.ndarray], vcov: tuple[np.ndarray, np.ndarray], tau2: tuple[float, float],
    se_tau2: tuple[float, float],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:  # fmt: skip
    """(b, T, covariance of (b, T11, T22, T12)) of two models that know nothing of each other."""
    first, second = b[0].size, b[1].size
    p = first + second
    V = np.full((p + 3, p + 3), np.nan)
    V[: p + 2, : p + 2] = 0.0
    V[:first, :first], V[first:p, first:p] = vcov
    for j in (0, 1):
        if tau2[j] > 0.0:
            V[p + j, p + j] = se_tau2[j] ** 2
        else:
            V[p + j, :] = V[:, p + j] = np.nan
    return np.concatenate(b), np.diag(tau2), V
