"""A summary point: sensitivity and specificity with what follows from them.

Intervals are formed on the scale on which each quantity is estimated (logits, and the logs of likelihood ratios and of
the odds ratio) with the covariance of both logits, and then transformed (delta method).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit

from prismake.core.errors import PoolingError

from .. import distributions as dist


class Interval(NamedTuple):
    """An estimate with its limits."""

    value: float
    lb: float
    ub: float


class PredictiveValue(NamedTuple):
    """Probabilities of disease given a positive test (``ppv``) and of health given a negative one (``npv``) among
    people of whom the share ``prevalence`` has the disease."""

    prevalence: float
    ppv: Interval
    npv: Interval


@dataclass(frozen=True, eq=False)
class SummaryPoint:
    """``logits`` (2,) of sensitivity and specificity, their covariance ``vcov`` (2, 2), and ``T`` (2, 2), the
    covariance between studies; ``level`` of the intervals in per cent; ``k`` studies."""

    logits: np.ndarray
    vcov: np.ndarray
    T: np.ndarray
    level: float
    k: int

    def _limits(self, value: float, variance: float, transform: Any) -> Interval:
        half = dist.critical(self.level) * math.sqrt(max(variance, 0.0))
        return Interval(*(float(transform(x)) for x in (value, value - half, value + half)))

    def _side(self, j: int, between: float = 0.0) -> Interval:
        return self._limits(float(self.logits[j]), float(self.vcov[j, j]) + between, expit)

    @property
    def sensitivity(self) -> Interval:
        return self._side(0)

    @property
    def specificity(self) -> Interval:
        return self._side(1)

    @property
    def predicted_sensitivity(self) -> Interval:
        """Where the sensitivity in a new study lies; normal, with the variance between studies taken as known."""
        return self._side(0, float(self.T[0, 0]))

    @property
    def predicted_specificity(self) -> Interval:
        return self._side(1, float(self.T[1, 1]))

    @property
    def false_positive_rate(self) -> Interval:
        value, lb, ub = self.specificity
        return Interval(1.0 - value, 1.0 - ub, 1.0 - lb)

    def _log_ratio(self, positive: bool) -> tuple[float, float]:
        """Log of a likelihood ratio and its variance."""
        sens, spec = expit(self.logits)
        if positive:
            value, slope = math.log(sens) - math.log(expit(-self.logits[1])), np.array([1.0 - sens, spec])
        else:
            value, slope = math.log(expit(-self.logits[0])) - math.log(spec), np.array([-sens, spec - 1.0])
        return value, float(slope @ self.vcov @ slope)

    @property
    def positive_likelihood_ratio(self) -> Interval:
        """sensitivity / (1 - specificity)"""
        return self._limits(*self._log_ratio(True), np.exp)

    @property
    def negative_likelihood_ratio(self) -> Interval:
        """(1 - sensitivity) / specificity"""
        return self._limits(*self._log_ratio(False), np.exp)

    @property
    def diagnostic_odds_ratio(self) -> Interval:
        return self._limits(float(self.logits.sum()), float(self.vcov.sum()), np.exp)

    def predictive_values(self, prevalences: Iterable[float]) -> tuple[PredictiveValue, ...]:
        """Predictive values at given prevalences, which are taken as known.

        By Bayes' theorem the log odds of disease after a positive test are those before it plus the log of the positive
        likelihood ratio, and so are the limits.

        Raises
        ------
        PoolingError
            A prevalence that is not between 0 and 1.
        """
        values = []
        for prevalence in prevalences:
            if not 0.0 < prevalence < 1.0:
                raise PoolingError(
                    f"A prevalence of {prevalence:g} is not between 0 and 1.", remedy="Write 10 % as 0.1."
                )
            prior = math.log(prevalence / (1.0 - prevalence))
            up, down = self._log_ratio(True), self._log_ratio(False)
            ppv = self._limits(prior + up[0], up[1], expit)
            after = self._limits(-prior - down[0], down[1], expit)
            values.append(PredictiveValue(float(prevalence), ppv, after))
        return tuple(values)

    def region(
        self, kind: str = "confidence", *, level: float | None = None, quantile: str = "chi2", points: int = 181
    ) -> np.ndarray:
        """Outline (points, 2) of a region in ROC space: false positive rate and sensitivity, closed.

        ``confidence``: where the summary point lies; ``prediction``: where the true sensitivity and specificity of a
        new study lie (Harbord et al. 2007). An ellipse in logits of which each axis is the root of its eigenvalue times
        c; c² is the chi-square quantile on two degrees of freedom, or with ``quantile="F"`` twice that of F on 2 and
        k - 2 (Douglas 1993).

        Raises
        ------
        PoolingError
            A kind or quantile that is not known, or F with fewer than three studies.
        """
        if kind not in {"confidence", "prediction"} or quantile not in {"chi2", "F"}:
            raise PoolingError("Regions are confidence and prediction, quantiles chi2 and F.")
        share = dist.percent(self.level if level is None else level) / 100.0
        if quantile == "chi2":
            square = dist.chi2_quantile(share, 2)
        elif self.k < 3:
            raise PoolingError("A region by F needs three studies.", remedy="Use chi2.")
        else:  # the upper tail of F on 2 and d degrees of freedom has a closed form
            d = self.k - 2
            square = d * ((1.0 - share) ** (-2.0 / d) - 1.0)
        V = self.vcov + (self.T if kind == "prediction" else 0.0)
        values, vectors = np.linalg.eigh(V)
        angle = np.linspace(0.0, 2.0 * math.pi, points)
        circle = np.vstack((np.cos(angle), np.sin(angle)))
        ellipse = self.logits[:, None] + math.sqrt(square) * (vectors * np.sqrt(np.maximum(values, 0.0))) @ circle
        return np.column_stack((expit(-ellipse[1]), expit(ellipse[0])))
