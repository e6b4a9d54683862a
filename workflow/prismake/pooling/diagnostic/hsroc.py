"""The hierarchical summary ROC model (Rutter & Gatsonis 2001), of which the bivariate one is another form.

Harbord, Deeks, Egger, Whiting & Sterne 2007 (Biostatistics 8:239, section 3): without covariates, with sA and sB the
standard deviations of logit sensitivity and logit specificity, muA and muB their means and sAB their covariance,

    Lambda = sqrt(sB / sA) muA + sqrt(sA / sB) muB      accuracy
    Theta  = (sqrt(sB / sA) muA - sqrt(sA / sB) muB) / 2  threshold
    beta   = log(sB / sA)                               shape: asymmetry of the curve
    s2alpha = 2 (sA sB + sAB)                           variance of accuracy
    s2theta = (sA sB - sAB) / 2                         variance of threshold
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from prismake.core.errors import EstimateDoesNotExist


@dataclass(frozen=True, eq=False)
class Hsroc:
    """Lambda, Theta, beta, the variances of accuracy and threshold, and their standard errors (5,) in that order, NaN
    where a variance lies on its bound."""

    accuracy: float
    threshold: float
    shape: float
    accuracy_variance: float
    threshold_variance: float
    se: np.ndarray

    @property
    def values(self) -> np.ndarray:
        return np.array([self.accuracy, self.threshold, self.shape, self.accuracy_variance, self.threshold_variance])

    @property
    def area(self) -> float:
        """Area below the summary curve over all false positive rates, also those that no study has."""
        x, w = np.polynomial.legendre.leggauss(400)
        return float(0.5 * w @ self.sensitivity_at(0.5 * (x + 1.0)))

    def sensitivity_at(self, false_positive_rate: np.ndarray) -> np.ndarray:
        """The summary curve: logit(sensitivity) = Lambda exp(-beta/2) + exp(-beta) logit(false positive rate)."""
        return expit(self.accuracy * np.exp(-0.5 * self.shape) + np.exp(-self.shape) * logit(false_positive_rate))


def _parameters(mu: np.ndarray, tau2: np.ndarray, covariance: complex) -> np.ndarray:
    """The five parameters; complex arguments give derivatives."""
    ratio = (tau2[1] / tau2[0]) ** 0.25
    product = np.sqrt(tau2[0]) * np.sqrt(tau2[1])
    return np.array(
        [
            ratio * mu[0] + mu[1] / ratio, 0.5 * (ratio * mu[0] - mu[1] / ratio), 2.0 * np.log(ratio),
            2.0 * (product + covariance), 0.5 * (product - covariance),
        ]
    )  # fmt: skip


def hsroc(mu: np.ndarray, T: np.ndarray, vcov: np.ndarray | None = None) -> Hsroc:
    """From means (2,) and covariance (2, 2) of the logits; ``vcov`` (5, 5) of (mu, T11, T22, T12) gives the standard
    errors by the delta method.

    Raises
    ------
    EstimateDoesNotExist
        A variance of zero: the shape of the curve is not determined.
    """
    if min(T[0, 0], T[1, 1]) <= 0.0:
        raise EstimateDoesNotExist(
            "Sensitivity or specificity does not vary between studies: the data do not determine a summary ROC curve.",
            remedy="Report the summary point.",
        )
    natural = np.array([mu[0], mu[1], T[0, 0], T[1, 1], T[0, 1]], dtype=complex)
    values = _parameters(natural[:2], natural[2:4], natural[4]).real
    se = np.full(5, np.nan)
    if vcov is not None:
        tilted = (natural + 1e-20j * unit for unit in np.eye(5))
        J = np.column_stack([_parameters(x[:2], x[2:4], x[4]).imag / 1e-20 for x in tilted])
        estimated = ~np.isnan(np.diagonal(vcov))
        for row, slope in enumerate(J):
            if estimated[np.abs(slope) > 0.0].all():
                variance = float(slope[estimated] @ vcov[np.ix_(estimated, estimated)] @ slope[estimated])
                se[row] = np.sqrt(variance) if variance > 1e-12 else np.nan
    accuracy, threshold, shape, first, second = (float(value) for value in values)
    return Hsroc(accuracy, threshold, shape, first, second, se)


def from_hsroc(parameters: Hsroc) -> tuple[np.ndarray, np.ndarray]:
    """Means (2,) and covariance (2, 2) of the logits from the five parameters."""
    ratio = np.exp(0.5 * parameters.shape)
    mu = np.array(
        [
            (0.5 * parameters.accuracy + parameters.threshold) / ratio,
            (0.5 * parameters.accuracy - parameters.threshold) * ratio,
        ]
    )
    product = 0.25 * parameters.accuracy_variance + parameters.threshold_variance
    covariance = 0.25 * parameters.accuracy_variance - parameters.threshold_variance
    T = np.array([[product / ratio**2, covariance], [covariance, product * ratio**2]])
    return mu, T
