"""A pooled dose-response curve: its coefficients, what was tested, and its values against a reference dose."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from prismake.core.errors import PoolingError

from .. import distributions as dist
from .basis import Basis
from .groups import DoseStudy


class Wald(NamedTuple):
    """A test that coefficients are zero: chi-square, its degrees of freedom, p."""

    statistic: float
    df: int
    p: float


class CurveValues(NamedTuple):
    """Effects at doses against a reference dose, each (n,), on the scale of the contrasts.

    ``pi_lb`` and ``pi_ub`` are where the curve of a new study is expected; they are those of the mean if no variance
    between studies was fitted. ``tau2`` is the variance of the effect between studies.
    """

    dose: np.ndarray
    estimate: np.ndarray
    se: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    pi_lb: np.ndarray
    pi_ub: np.ndarray
    tau2: np.ndarray


class LeftOutStudy(NamedTuple):
    """A study that the model cannot use, and why."""

    label: str
    reason: str


@dataclass(frozen=True, eq=False)
class DoseResponse:
    """Coefficients (arrays (p,)) of ``basis`` with covariance ``vcov`` (p, p), and T (p, p) between studies.

    ``Q`` is Cochran's: of the coefficients of studies around their mean (two stages), or of the contrasts around the
    curve (one stage, where it includes what the curve does not fit). ``weights`` (k,) are percentage shares of
    information (Riley, Ensor, Jackson & Burke 2018). ``own`` holds, for each study, the coefficients of its own curve
    and their covariance, None where its doses do not determine one; ``shrunken`` (k, p) the best linear unbiased
    predictions. ``bound``: T is singular. ``decrement`` is the squared Newton step at the estimate in the metric of the
    Hessian. ``loglik`` is that of the contrasts (one stage) or of the coefficients of studies (two stages).
    """

    basis: Basis
    stage: str
    method: str
    structure: str
    level: float
    reference: float
    beta: np.ndarray
    se: np.ndarray
    stat: np.ndarray
    pval: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    vcov: np.ndarray
    T: np.ndarray
    Q: float
    df: int
    Q_p: float
    I2: float
    loglik: float
    weights: np.ndarray
    studies: tuple[DoseStudy, ...]
    own: tuple[tuple[np.ndarray, np.ndarray] | None, ...]
    shrunken: np.ndarray
    left_out: tuple[LeftOutStudy, ...]
    notes: tuple[str, ...]
    bound: bool
    decrement: float
    iterations: int

    def __repr__(self) -> str:
        terms = ", ".join(
            f"{name} {b:.4g} (SE {se:.2g})" for name, b, se in zip(self.basis.names, self.beta, self.se, strict=True)
        )
        stages, noun = f"{self.stage} stage{'s' * (self.stage == 'two')}", "study" if self.k == 1 else "studies"
        return f"DoseResponse({self.k} {noun}; {terms}; {self.basis.model}, {self.method}, {stages})"

    @property
    def k(self) -> int:
        """The number of studies."""
        return len(self.studies)

    @property
    def rows(self) -> int:
        """The number of contrasts."""
        return sum(study.y.size for study in self.studies)

    @property
    def tau(self) -> np.ndarray:
        """Standard deviations of the coefficients between studies (p,)."""
        return np.sqrt(np.diagonal(self.T))

    @property
    def correlation(self) -> np.ndarray:
        """Correlations of the coefficients between studies (p, p); NaN where a variance is zero."""
        spread = np.outer(self.tau, self.tau)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(spread > 0.0, np.clip(self.T / spread, -1.0, 1.0), np.nan)

    @property
    def aic(self) -> float:
        """Akaike's criterion; comparable between curves only if the method is ML (or fixed)."""
        p = self.beta.size
        free = 0 if self.method == "fixed" else p if self.structure == "diagonal" else p * (p + 1) // 2
        return -2.0 * self.loglik + 2.0 * (p + free)

    @property
    def overall(self) -> Wald:
        """The test that there is no association with the dose at all."""
        return self._wald(slice(0, None))

    @property
    def nonlinearity(self) -> Wald | None:
        """The test that the curve is a line; None for a line."""
        return None if self.basis.model == "linear" else self._wald(slice(1, None))

    def _wald(self, part: slice) -> Wald:
        b = self.beta[part]
        statistic = float(b @ np.linalg.solve(self.vcov[part, part], b))
        return Wald(statistic, b.size, float(dist.chi2_upper(statistic, b.size)))

    def predict(self, doses: Any, reference: float | None = None) -> CurveValues:
        """The curve at ``doses`` (n,) against ``reference`` (by default that of the model), interval by interval."""
        x = np.atleast_1d(np.asarray(doses, dtype=float))
        c = self.basis.contrast(x, self.reference if reference is None else reference)
        estimate = c @ self.beta
        variance = np.maximum(np.einsum("np,pq,nq->n", c, self.vcov, c), 0.0)
        z, se = dist.critical(self.level), np.sqrt(variance)
        tau2 = np.maximum(np.einsum("np,pq,nq->n", c, self.T, c), 0.0)
        new = z * np.sqrt(variance + tau2)
        return CurveValues(x, estimate, se, estimate - z * se, estimate + z * se, estimate - new, estimate + new, tau2)

    def per(self, dose: float) -> CurveValues:
        """What an increase of the dose by ``dose`` does, wherever it starts; only for a line.

        Raises PoolingError for a curve, on which it depends on where the increase starts.
        """
        if self.basis.model != "linear":
            raise PoolingError("The effect of an increase depends on its start.", remedy="Use predict.")
        return self.predict([dose], 0.0)

    def study_curve(self, place: int, doses: Any, reference: float | None = None) -> np.ndarray:
        """The curve of one study at ``doses`` (n,): its best linear unbiased prediction (n,)."""
        at = self.reference if reference is None else reference
        return self.basis.contrast(np.atleast_1d(np.asarray(doses, dtype=float)), at) @ self.shrunken[place]

    def variance_partition(self) -> tuple[np.ndarray, ...]:
        """For each study the share (n,) of the variance of each contrast that is between studies, in percent (Crippa,
        Discacciati, Larsson, Wolk & Orsini 2016; Crippa et al. 2019)."""
        shares = []
        for study in self.studies:
            c = self.basis.contrast(study.doses, study.reference)
            between = np.einsum("np,pq,nq->n", c, self.T, c)
            shares.append(100.0 * between / (between + np.diagonal(study.S)))
        return tuple(shares)


def i2_of(Q: float, df: int) -> float:
    """The share of variation beyond chance in percent; NaN without degrees of freedom."""
    if df <= 0:
        return math.nan
    return max(0.0, 100.0 * (Q - df) / Q) if Q > 0.0 else 0.0
