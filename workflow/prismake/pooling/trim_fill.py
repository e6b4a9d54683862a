"""Trim and fill (Duval & Tweedie 2000a, 2000b) and fail-safe numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from . import hartung_knapp as hk
from . import prediction as pi
from .distributions import normal_quantile, normal_two_sided
from .estimate import NAN
from .fit import fit_problem
from .frame import as_column, effects
from .kernel import Problem
from .pooled import Pooled
from .tau2 import method_name


@dataclass(frozen=True, eq=False)
class TrimFill:
    """``k0`` studies estimated missing on ``side`` with standard error ``se_k0``, the filled data (``yi vi``, the
    imputed rows last and marked in ``filled``) and the pooled estimate of them."""

    k0: int
    se_k0: float
    side: str
    estimator: str
    yi: np.ndarray
    vi: np.ndarray
    filled: np.ndarray
    pooled: Pooled
    keep: np.ndarray


def trim_and_fill(
    yi: Any, vi: Any, method: str = "REML", estimator: str = "L0", side: str = "auto", *,
    test: str = "z", level: float = 95.0, max_iterations: int = 100, adhoc: str = hk.DEFAULT,
    prediction: str = pi.DEFAULT,
) -> TrimFill:  # fmt: skip
    """Estimate how many studies are missing on one side of the funnel, mirror the most extreme ones, pool again.

    ``estimator``: L0, R0 or Q0. ``side``: where studies are missing, ``left`` or ``right``; ``auto`` uses the side
    opposite to the slope of the effects on their standard errors (with tau² estimated by ``method``).
    ``test``, ``adhoc``, ``prediction``: for the filled data, as in `pool`.

    Raises
    ------
    PoolingError
        Fewer than three studies for ``auto`` (two otherwise), identical effects, or an unknown estimator.
    NotConverged
        The number of missing studies did not converge.
    """
    method = method_name(method)
    y, v, keep = effects(yi, vi)
    if estimator not in {"L0", "R0", "Q0"}:
        raise PoolingError(f"There is no estimator '{estimator}'.", remedy="Use L0, R0 or Q0.")
    if y.size < 2:
        raise PoolingError("A single study has no funnel to trim.")
    if side == "auto":
        side = _missing_side(y, v, method)
    elif side not in {"left", "right"}:
        raise PoolingError(f"'{side}' is not a side of the funnel.", remedy="Use left, right or auto.")
    flip = -1.0 if side == "right" else 1.0
    order = np.argsort(flip * y, kind="stable")
    ys, vs = flip * y[order], v[order]
    k0, unrounded, centre = _count_missing(ys, vs, method, estimator, max_iterations)
    se = _standard_error(y.size, unrounded, estimator)
    tail = np.arange(y.size - k0, y.size)
    mirrored = flip * (2.0 * centre - ys[tail])
    all_y, all_v = np.concatenate((y, mirrored)), np.concatenate((v, vs[tail]))
    filled = np.arange(all_y.size) >= y.size
    how: dict[str, Any] = {"adhoc": hk.adhoc_name(adhoc), "prediction": pi.prediction_name(prediction)}
    pooled = fit_problem(Problem(all_y, all_v), method, test, level, **how)
    return TrimFill(k0, se, side, estimator, all_y, all_v, filled, pooled, keep)


def _missing_side(y: np.ndarray, v: np.ndarray, method: str) -> str:
    minimum = 2 if method == "EE" else 3
    if y.size < minimum:
        raise PoolingError(f"The side of the funnel needs at least {minimum} studies.", remedy="Give the side.")
    sei = np.sqrt(v)
    if np.ptp(sei) == 0.0:
        return "left"
    X = np.column_stack([np.ones(y.size), sei])
    return "right" if fit_problem(Problem(y, v, X), method, "z", 95.0).beta[1] < 0.0 else "left"


def _count_missing(y: np.ndarray, v: np.ndarray, method: str, estimator: str, limit: int) -> tuple[int, float, float]:
    """(k0, k0 before rounding, centre) with ``y`` in ascending order and the studies in excess at its upper end."""
    k, k0 = y.size, 0
    seen = []
    for _ in range(limit):
        remaining = max(k - k0, 1)
        centre = fit_problem(Problem(y[:remaining], v[:remaining]), method, "z", 95.0).beta
        deviation = y - centre
        if np.abs(deviation).max() <= 1e-14 * max(1.0, abs(centre)):
            raise PoolingError("All effects are equal: there is nothing to trim.")
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(deviation), kind="stable")] = np.arange(1, k + 1)
        signed = ranks * np.sign(deviation)
        value = _missing_number(signed, k, estimator)
        new = min(k - 1, max(0, round(value)))
        if new == k0:
            return k0, value, centre
        k0 = new
        seen.append(k0)
    raise NotConverged(f"Trim and fill alternates between {sorted(set(seen[-4:]))} missing studies.")


def _missing_number(signed: np.ndarray, k: int, estimator: str) -> float:
    if estimator == "R0":
        below = -signed[signed < 0.0]
        if not below.size:
            raise PoolingError("No effect lies below the centre: R0 is not defined.", remedy="Use L0.")
        value = (k - float(below.max())) - 1.0
    else:
        S = float(signed[signed > 0.0].sum())
        if estimator == "L0":
            value = (4.0 * S - k * (k + 1.0)) / (2.0 * k - 1.0)
        else:
            inner = 2.0 * k * k - 4.0 * S + 0.25
            if inner < 0.0:
                raise PoolingError("Q0 is not defined for these effects.", remedy="Use L0.")
            value = k - 0.5 - math.sqrt(inner)
    return value


def _standard_error(k: int, k0: float, estimator: str) -> float:
    """Duval & Tweedie 2000a, section 4, at the estimate before rounding; NaN where that lies far below zero."""
    if estimator == "R0":
        return math.sqrt(2.0 * max(0, k0) + 2.0)
    polynomial = k * (k + 1) * (2 * k + 1) + 10 * k0**3 + 27 * k0**2 + 17 * k0
    variance = (polynomial - 18 * k * k0**2 - 18 * k * k0 + 6 * k**2 * k0) / 24.0
    if variance < 0.0:
        return NAN
    if estimator == "L0":
        return 4.0 * math.sqrt(variance) / (2.0 * k - 1.0)
    return 2.0 * math.sqrt(variance) / math.sqrt((k - 0.5) ** 2 - k0 * (2 * k - k0 - 1))


@dataclass(frozen=True)
class FailSafe:
    """``n`` unpublished studies; ``pval`` of the observed studies (NaN for Orwin); ``target`` as asked."""

    n: int
    pval: float
    kind: str
    target: float


def failsafe_n(
    yi: Any, vi: Any, kind: str = "Rosenthal", *, alpha: float = 0.05, target: float | None = None
) -> FailSafe:
    """The number of studies without effect that would reverse the result.

    ``Rosenthal`` (1979): Stouffer's one-sided p rises to ``alpha``; ``Orwin`` (1983): the mean effect falls to
    ``target`` (default: half of it); ``Rosenberg`` (2005): the two-sided p of the weighted mean rises to ``alpha``.
    """
    if kind == "Orwin":
        return _orwin(as_column(yi, "yi"), target)
    y, v, _ = effects(yi, vi)
    k = y.size
    if kind == "Rosenthal":
        combined = float((y / np.sqrt(v)).sum()) / math.sqrt(k)
        n = k * (combined / normal_quantile(1.0 - alpha)) ** 2 - k
        return FailSafe(_ceiling(n), 0.5 * float(normal_two_sided(combined)), kind, alpha)
    if kind == "Rosenberg":
        w = 1.0 / v
        z = float(w @ y) / math.sqrt(float(w.sum()))
        n = k * ((z / normal_quantile(1.0 - alpha / 2.0)) ** 2 - 1.0)
        return FailSafe(_ceiling(n), float(normal_two_sided(z)), kind, alpha)
    raise PoolingError(f"There is no fail-safe number '{kind}'.", remedy="Use Rosenthal, Orwin or Rosenberg.")


def _orwin(y: np.ndarray, target: float | None) -> FailSafe:
    """Orwin's number uses the effects only, so that rows without a variance count as well."""
    y = y[~np.isnan(y)]
    mean = float(y.mean()) if y.size else NAN
    target = mean / 2.0 if target is None else math.copysign(target, mean)
    if not target:
        raise PoolingError("The effect to fall to must not be zero.", remedy="Give a target.")
    return FailSafe(_ceiling(y.size * (mean - target) / target), NAN, "Orwin", target)


def _ceiling(n: float) -> int:
    """Round up, except where a number exceeds a whole one by rounding error only."""
    if math.isnan(n):
        raise PoolingError("The fail-safe number of these effects is not defined.")
    return max(0, math.ceil(n - 1e-9 * max(1.0, abs(n))))
