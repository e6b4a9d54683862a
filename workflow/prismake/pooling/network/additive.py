"""Effects of the components of combined treatments, if they add up (Rücker, Petropoulou and Schwarzer 2020, Biom J
62:808-821).

A treatment is the sum of its components, and its effect the sum of theirs: beta = C gamma. The test compares the sum
of squares with that of the network in which every treatment has an effect of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from prismake.core.errors import EstimateDoesNotExist

from ..distributions import chi2_upper, critical, normal_two_sided
from .networks import Network


@dataclass(frozen=True, eq=False)
class Components:
    """``names`` of the c components with ``estimate``, ``se``, limits and ``p`` (c,); ``treatments`` (n, n) effects
    between treatments under additivity with ``treatments_se``. ``Q`` with ``df`` tests that effects add up."""

    names: tuple[str, ...]
    estimate: np.ndarray
    se: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    p: np.ndarray
    treatments: np.ndarray
    treatments_se: np.ndarray
    Q: float
    df: int

    @property
    def p_additive(self) -> float:
        return float(chi2_upper(self.Q, self.df)) if self.df > 0 else float("nan")


def components(fitted: Network, inactive: str, *, separator: str = "+", effects: str = "random") -> Components:
    """Fit the additive model.

    Args:
        inactive: the treatment without components, to which they are added.
        separator: between the components in the name of a treatment.

    Raises:
        EstimateDoesNotExist: components that occur only together, whose effects cannot be told apart.
    """
    split = [_components_of(name, inactive, separator) for name in fitted.treatments]
    names = tuple(dict.fromkeys(part for parts in split for part in parts))
    C = np.array([[float(name in parts) for name in names] for parts in split])
    own = fitted.model(effects)
    n = len(fitted.treatments)
    centre = np.eye(n) - 1.0 / n
    # the precision of the effects between treatments, which determines the weighted least squares of beta = C gamma
    L = np.linalg.pinv(centre @ own.solution.V @ centre, hermitian=True)
    A = C.T @ L @ C
    if np.linalg.matrix_rank(A, hermitian=True) < len(names):
        raise EstimateDoesNotExist(
            f"The effects of {', '.join(names)} cannot be told apart: some occur only together.",
            remedy="Leave the additive model out.",
        )
    V = np.linalg.inv(A)
    gamma = V @ (C.T @ L @ own.solution.beta)
    se = np.sqrt(np.diag(V))
    half = critical(fitted.level) * se
    gap = centre @ (own.solution.beta - C @ gamma)
    fit, spread = C @ gamma, C @ V @ C.T
    variance = np.diag(spread)[:, None] + np.diag(spread)[None, :] - 2.0 * spread
    return Components(
        names, gamma, se, gamma - half, gamma + half, normal_two_sided(gamma / se),
        fit[:, None] - fit[None, :], np.sqrt(np.maximum(variance, 0.0)),
        float(gap @ L @ gap), n - 1 - len(names),
    )  # fmt: skip


def _components_of(name: str, inactive: str, separator: str) -> tuple[str, ...]:
    return () if name == inactive else tuple(part.strip() for part in name.split(separator) if part.strip())


def has_components(treatments: Sequence[str], separator: str = "+") -> bool:
    """Whether any treatment is a combination."""
    return any(separator in name for name in treatments)
