"""Back-transformation from the scale of the analysis to the natural scale, and intervals of single proportions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import betaincinv, expit

from prismake.core.errors import PoolingError

from .distributions import critical
from .estimate import Estimate
from .frame import as_column, refuse

LOG_MEASURES = {"PLN", "IRLN", "MNLN", "SDLN", "CVLN", "RR", "OR", "PETO", "IRR", "ROM", "GENLN"}
_IDENTITY = {"PR", "IR", "MN", "RD", "AS", "IRD", "IRSD", "MD", "SMD", "SMDH", "COR", "UCOR", "GEN"}

FREEMAN_TUKEY_WARNING = (
    "The Freeman-Tukey back-transformation depends on the sample size chosen for it (here the harmonic mean) and can "
    "mislead when sizes differ much (Schwarzer et al. 2019); show a logit model beside it."
)


def back_transform(measure: str, value: Any, *, ni: Any = None) -> Any:
    """``value`` of a measure on its natural scale: a proportion, rate, ratio, mean or correlation.

    PR and differences stay as they are; logarithms are exponentiated; PLO by the inverse logit, PAS by sin², ZCOR by
    tanh, IRS and IRFT by squaring. PFT (Miller 1978) needs the sample sizes ``ni``: one per value for single studies,
    otherwise the sizes of all studies, whose harmonic mean is used (see ``FREEMAN_TUKEY_WARNING``); IRFT likewise needs
    the times at risk. Proportions stay within [0, 1]. A number gives a number, an array an array.
    """
    x, scale = np.asarray(value, dtype=float), measure.upper()
    if scale in _IDENTITY:
        result = x.copy()
    elif scale in LOG_MEASURES:
        result = np.exp(x)
    elif scale == "PLO":
        result = expit(x)
    elif scale == "PAS":
        result = np.sin(np.clip(x, 0.0, math.pi / 2.0)) ** 2
    elif scale == "ZCOR":
        result = np.tanh(x)
    elif scale == "IRS":
        result = np.maximum(x, 0.0) ** 2
    elif scale in {"PFT", "IRFT"}:
        if ni is None:
            raise PoolingError(f"{scale} cannot be transformed back without sample sizes.", remedy="Give ni.")
        n = as_column(ni, "ni")
        n = n if x.ndim == 1 and n.size == x.size else np.array(harmonic_mean(n))
        result = freeman_tukey_inverse(x, n) if scale == "PFT" else _freeman_tukey_rate_inverse(x, n)
    else:
        raise PoolingError(f"There is no measure '{measure}' to transform back.")
    return float(result) if result.ndim == 0 else result


def harmonic_mean(ni: Any) -> float:
    """k / sum(1 / n) over the sizes that are not missing."""
    n = as_column(ni, "ni")
    n = n[~np.isnan(n)]
    return float(n.size / (1.0 / n).sum())


def freeman_tukey_inverse(value: Any, n: Any) -> np.ndarray:
    """Proportion with Freeman-Tukey value ``value`` at sample size ``n`` (Miller 1978, equation 1).

    Values beyond those of 0 and of n events in n participants give 0 and 1.
    """
    x, n = np.broadcast_arrays(np.asarray(value, dtype=float), np.asarray(n, dtype=float))
    lowest = 0.5 * np.arcsin(np.sqrt(1.0 / (n + 1.0)))
    highest = 0.5 * (np.arcsin(np.sqrt(n / (n + 1.0))) + math.pi / 2.0)
    sine, cosine = np.sin(2.0 * x), np.cos(2.0 * x)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner = 1.0 - (sine + (sine - 1.0 / sine) / n) ** 2
        p = 0.5 * (1.0 - np.sign(cosine) * np.sqrt(np.maximum(inner, 0.0)))
    p = np.where(x <= lowest, 0.0, np.where(x >= highest, 1.0, p))
    return np.where(np.isnan(x) | np.isnan(n), np.nan, p)


def _freeman_tukey_rate_inverse(x: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Rate: solves sqrt(r) + sqrt(r + 1/t) = 2x, i.e. r = ((2x)² - 1/t)² / (4 (2x)²)."""
    y = 2.0 * x
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = (y * y - 1.0 / t) ** 2 / (4.0 * y * y)
    return np.where(np.isnan(x), np.nan, np.where(y * y <= 1.0 / t, 0.0, rate))


@dataclass(frozen=True)
class NaturalScale:
    """A pooled estimate with its confidence and prediction interval on the natural scale; NaN: not defined."""

    estimate: float
    ci_lb: float
    ci_ub: float
    pi_lb: float
    pi_ub: float


def natural_scale(measure: str, pooled: Estimate, *, ni: Any = None) -> NaturalScale:
    """Estimate, confidence and prediction interval of `pool` transformed back (PFT: harmonic mean of ``ni``).

    The measure comes first, as in `back_transform` and `effect_sizes`; the former order is still accepted.
    """
    if not isinstance(measure, str):
        measure, pooled = pooled, measure
    values = np.array([pooled.beta, pooled.ci_lb, pooled.ci_ub, pooled.pi_lb, pooled.pi_ub])
    size = None if ni is None else np.array([harmonic_mean(ni)])
    return NaturalScale(*(float(x) for x in back_transform(measure, values, ni=size)))


def study_interval(
    events: Any, total: Any, level: float = 95.0, method: str = "clopper-pearson", *, ends: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Confidence limits of single proportions, each of shape (k,).

    ``clopper-pearson`` (exact; Clopper & Pearson 1934), ``wilson`` and ``wilson-cc`` (Newcombe 1998, methods 3 and
    4), ``agresti-coull`` (1998), ``wald`` and ``wald-cc`` (Newcombe 1998, methods 1 and 2; not cut to [0, 1]).
    ``ends``: the limits of the Wilson intervals are 0 at no events and 1 at all events, as Newcombe has them.
    """
    x, n = np.broadcast_arrays(as_column(events, "events"), as_column(total, "total"))
    refuse((x < 0) | (x > n) | (n <= 0), "Events must lie between zero and the total.")
    z = critical(level)
    p = x / n
    if method == "clopper-pearson":
        tail = 0.5 - level / 200.0
        lower = np.where(x == 0, 0.0, betaincinv(np.where(x == 0, 1.0, x), n - x + 1.0, tail))
        upper = np.where(x == n, 1.0, betaincinv(x + 1.0, np.where(x == n, 1.0, n - x), 1.0 - tail))
    elif method == "wilson":
        centre, half = (x + z * z / 2.0) / (n + z * z), z * np.sqrt(n * p * (1.0 - p) + z * z / 4.0) / (n + z * z)
        lower, upper = centre - half, centre + half
    elif method == "wilson-cc":
        lower, upper = _wilson_corrected(p, n, z)
    elif method == "agresti-coull":
        size = n + z * z
        centre = (x + z * z / 2.0) / size
        half = z * np.sqrt(centre * (1.0 - centre) / size)
        lower, upper = centre - half, centre + half
    elif method in {"wald", "wald-cc"}:
        half = z * np.sqrt(p * (1.0 - p) / n) + (0.5 / n if method == "wald-cc" else 0.0)
        lower, upper = p - half, p + half
    else:
        raise PoolingError(f"There is no interval '{method}' for a proportion.")
    if ends and method in {"wilson", "wilson-cc"}:
        lower, upper = np.where(x == 0, 0.0, lower), np.where(x == n, 1.0, upper)
    return lower, upper


def _wilson_corrected(p: np.ndarray, n: np.ndarray, z: float) -> tuple[np.ndarray, np.ndarray]:
    """Newcombe 1998, method 4."""
    q, zz = 1.0 - p, z * z
    base = 2.0 * n * p + zz
    low = (base - 1.0 - z * np.sqrt(zz - 2.0 - 1.0 / n + 4.0 * p * (n * q + 1.0))) / (2.0 * (n + zz))
    high = (base + 1.0 + z * np.sqrt(zz + 2.0 - 1.0 / n + 4.0 * p * (n * q - 1.0))) / (2.0 * (n + zz))
    return low, high
