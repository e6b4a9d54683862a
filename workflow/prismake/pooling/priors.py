"""Priors of the heterogeneity tau for `bayes`: functions from tau to its log density.

Empirical ones were predicted from thousands of meta-analyses of the Cochrane Database: `turner` for log odds ratios
(Turner et al. 2015, Stat Med 34:984, table IV and page 993), `rhodes` for standardised mean differences (Rhodes et
al. 2015, J Clin Epidemiol 68:52, table 3 and section 3.3). The figures are given here as reprinted in the manual and
tables of the R package bayesmeta. Each is the sum of an effect of the outcome and one of the comparison, which the
tests check. One figure of table 3 is not such a sum (mental health, non-pharmacological: -3.85 where -2.85 is
expected); it is withheld until it has been checked against the paper.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln

from prismake.core.errors import PoolingError

Prior = Callable[[np.ndarray], np.ndarray]

TURNER_GENERAL = (-2.56, 1.74)
RHODES_GENERAL = (-3.44, 2.59)
RHODES_DF = 5

TURNER_OUTCOMES = (
    *("all-cause mortality", "obstetric", "cause-specific mortality or major morbidity", "resource use or process"),
    *("surgical or device success", "withdrawals", "internal or structure-related", "general physical health"),
    *("adverse events", "infection or new disease", "signs or symptoms", "pain", "quality of life or functioning"),
    *("mental health", "biological markers", "subjective, various"),
)
# Mean and sd of log tau² in the order of the outcomes.
_TURNER = {
    "pharmacological v placebo or control": (
        (-3.95, -3.52, -3.71, -2.34, -2.14, -2.99, -2.71, -2.29, -1.87, -2.49, -2.06, -1.83, -2.54, -2.12, -1.77, -2.7),
        (1.34, 1.74, 1.74, 1.74, 1.74, 1.74, 1.74, 1.53, 1.52, 1.52, 1.51, 1.52, 1.54, 1.53, 1.52, 1.52),
    ),
    "pharmacological v pharmacological": (
        (-4.18, -3.75, -3.95, -2.58, -2.37, -3.23, -2.94, -2.53, -2.1, -2.73, -2.29, -2.06, -2.78, -2.35, -2.0, -2.93),
        (1.41, 1.79, 1.79, 1.79, 1.79, 1.79, 1.79, 1.58, 1.58, 1.58, 1.58, 1.58, 1.6, 1.6, 1.58, 1.58),
    ),
    "non-pharmacological v placebo or control": (
        (-4.17, -3.74, -3.93, -2.56, -2.36, -3.21, -2.93, -2.51, -2.1, -2.71, -2.28, -2.05, -2.77, -2.34, -1.99, -2.92),
        (1.55, 1.91, 1.91, 1.91, 1.91, 1.91, 1.92, 1.72, 1.71, 1.71, 1.71, 1.71, 1.73, 1.72, 1.71, 1.71),
    ),
    "non-pharmacological v pharmacological": (
        (-2.92, -2.49, -2.68, -1.31, -1.11, -1.96, -1.67, -1.26, -0.84, -1.46, -1.03, -0.8, -1.51, -1.09, -0.74, -1.67),
        (1.02, 1.5, 1.51, 1.5, 1.5, 1.51, 1.51, 1.25, 1.24, 1.24, 1.24, 1.25, 1.27, 1.27, 1.24, 1.25),
    ),
    "non-pharmacological v non-pharmacological": (
        (-3.5, -3.08, -3.27, -1.9, -1.69, -2.55, -2.26, -1.85, -1.43, -2.05, -1.61, -1.38, -2.1, -1.67, -1.33, -2.26),
        (1.26, 1.68, 1.68, 1.68, 1.68, 1.68, 1.68, 1.46, 1.45, 1.45, 1.45, 1.45, 1.47, 1.47, 1.45, 1.45),
    ),
}
TURNER_COMPARISONS = tuple(_TURNER)

RHODES_OUTCOMES = (
    *("obstetric", "resource use or process", "internal or structure-related"),
    *("general health, adverse events, pain or quality of life", "signs or symptoms, infection or new disease"),
    *("mental health", "biological marker", "subjective, various"),
)
# Location and scale of log tau², t with 5 df, in the order of the outcomes.
_RHODES = {
    "pharmacological v placebo or control": (
        (-4.13, -2.55, -2.43, -3.16, -3.0, -2.99, -3.41, -2.76),
        (2.34, 2.73, 2.5, 2.5, 2.5, 2.16, 2.83, 2.58),
    ),
    "pharmacological v pharmacological": (
        (-4.4, -2.83, -2.7, -3.44, -3.27, -3.27, -3.68, -3.03),
        (2.31, 2.7, 2.46, 2.44, 2.47, 2.14, 2.78, 2.59),
    ),
    "non-pharmacological": (
        (-3.99, -2.41, -2.29, -3.02, -2.86, math.nan, -3.27, -2.62),
        (2.11, 2.57, 2.32, 2.27, 2.33, 1.93, 2.66, 2.41),
    ),
}
RHODES_COMPARISONS = tuple(_RHODES)


def half_normal(scale: float) -> Prior:
    """Half-normal; 0.5 and 1 are usual for log odds ratios (Friede et al. 2017)."""
    return lambda tau: math.log(2.0) - 0.5 * math.log(2.0 * math.pi) - math.log(scale) - 0.5 * (tau / scale) ** 2


def half_cauchy(scale: float) -> Prior:
    """Half-Cauchy (Gelman 2006; Polson & Scott 2012)."""
    return lambda tau: math.log(2.0 / (math.pi * scale)) - np.log1p((tau / scale) ** 2)


def uniform() -> Prior:
    """Improper uniform; the posterior is proper for three studies or more."""
    return np.zeros_like


def log_normal(mean: float, sd: float) -> Prior:
    """log tau² is normal: the form of `turner`."""
    return _of_log_tau2(lambda z: -0.5 * math.log(2.0 * math.pi) - 0.5 * z * z, mean, sd)


def log_t(location: float, scale: float, df: float = RHODES_DF) -> Prior:
    """log tau² has a t distribution: the form of `rhodes`."""
    constant = gammaln((df + 1.0) / 2.0) - gammaln(df / 2.0) - 0.5 * math.log(df * math.pi)
    return _of_log_tau2(lambda z: constant - 0.5 * (df + 1.0) * np.log1p(z * z / df), location, scale)


def _of_log_tau2(log_density: Prior, centre: float, scale: float) -> Prior:
    """Prior of tau from the standard log density of (log tau² - centre) / scale; none at tau = 0."""

    def density(tau: np.ndarray) -> np.ndarray:
        log = np.log(np.where(tau > 0.0, tau, 1.0))
        value = math.log(2.0) - log - math.log(scale) + log_density((2.0 * log - centre) / scale)
        return np.where(tau > 0.0, value, -np.inf)

    return density


def empirical_prior(name: str, outcome: str = "", comparison: str = "") -> tuple[float, float]:
    """Location and scale of log tau² in the prior ``turner`` (normal) or ``rhodes`` (t with 5 df).

    Raises PoolingError for an unknown name, outcome or comparison, and if only one of the last two is given.
    """
    if name == "turner":
        return _looked_up(outcome, comparison, TURNER_OUTCOMES, _TURNER, TURNER_GENERAL)
    if name == "rhodes":
        return _looked_up(outcome, comparison, RHODES_OUTCOMES, _RHODES, RHODES_GENERAL)
    raise PoolingError(f"There is no empirical prior called '{name}'.", remedy="Use turner or rhodes.")


def turner(outcome: str = "", comparison: str = "") -> Prior:
    """Empirical prior for log odds ratios; without arguments, the one for a general setting.

    ``outcome`` is one of ``TURNER_OUTCOMES``, ``comparison`` one of ``TURNER_COMPARISONS``. Raises PoolingError for an
    unknown outcome or comparison, and if only one of them is given.
    """
    return log_normal(*empirical_prior("turner", outcome, comparison))


def rhodes(outcome: str = "", comparison: str = "") -> Prior:
    """Empirical prior for standardised mean differences (areas other than respiratory disease and cancer); without
    arguments, the one for a general setting. As `turner`, with ``RHODES_OUTCOMES`` and ``RHODES_COMPARISONS``."""
    return log_t(*empirical_prior("rhodes", outcome, comparison))


def _looked_up(
    outcome: str, comparison: str, outcomes: tuple[str, ...], table: dict[str, Any], general: tuple[float, float]
) -> tuple[float, float]:
    if not outcome and not comparison:
        return general
    if outcome not in outcomes or comparison not in table:
        words = "; ".join(outcomes if outcome not in outcomes else table)
        raise PoolingError(f"There is no empirical prior for '{outcome}', '{comparison}'.", remedy=f"Use: {words}.")
    place = outcomes.index(outcome)
    first, second = (column[place] for column in table[comparison])
    if math.isnan(first):
        raise PoolingError(
            f"The figure for '{outcome}', '{comparison}' is in doubt and therefore not available here.",
            remedy="Read it in table 3 of Rhodes et al. 2015 and use log_t(location, scale).",
        )
    return first, second
