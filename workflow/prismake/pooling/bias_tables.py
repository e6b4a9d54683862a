"""Small-study effects in 2x2 tables, where the log odds ratio and its standard error are correlated by themselves.

``data`` holds ``ai bi ci di``, events and non-events of two groups.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .bias import AsymmetryTest, rank_test, weighted_test
from .checks import refuse_impossible, tables
from .effects import effect_sizes
from .frame import columns, effects


def _cells(data: Any) -> list[np.ndarray]:
    """Complete tables with at least one event and one non-event; the others hold no information on the odds ratio."""
    cells = columns(data, ["ai", "bi", "ci", "di"])
    refuse_impossible(tables(cells))
    a, b, c, d = cells
    with np.errstate(invalid="ignore"):
        keep = ~np.any(np.isnan(cells), axis=0) & (a + c > 0) & (b + d > 0)
    return [cell[keep] for cell in cells]


def peters(data: Any) -> AsymmetryTest:
    """Log odds ratio on 1/n, weighted by the inverse variance of the average event rate (Peters et al. 2006).

    ``data`` holds ``ai bi ci di``; 1/2 is added where a cell is empty. For single-arm proportions (``xi ni``) the
    logit takes the place of the log odds ratio.
    """
    present = set(getattr(data, "columns", data))
    if "xi" in present:
        x, n = columns(data, ["xi", "ni"])
        keep = ~(np.isnan(x) | np.isnan(n))
        x, n = x[keep], n[keep]
        y, _ = effect_sizes("PLO", {"xi": x, "ni": n})
        half = 0.5 * ((x == 0) | (x == n))
        result = weighted_test(y, 1.0 / n, 1.0 / (x + half) + 1.0 / (n - x + half), "Peters")
        return replace(result, corrected=int((half > 0.0).sum()))
    a, b, c, d = _cells(data)
    y, _ = effect_sizes("OR", {"ai": a, "bi": b, "ci": c, "di": d})
    result = weighted_test(y, 1.0 / (a + b + c + d), 1.0 / (a + c) + 1.0 / (b + d), "Peters")
    return replace(result, corrected=_empty(a, b, c, d))


def harbord(data: Any) -> AsymmetryTest:
    """Score over variance on 1/sqrt(variance), weights variance (Harbord, Egger & Sterne 2006); ``ai bi ci di``."""
    a, b, c, d = _cells(data)
    n, n1, n2, events, others = a + b + c + d, a + b, c + d, a + c, b + d
    score = a - events * n1 / n
    variance = n1 * n2 * events * others / (n * n * (n - 1.0))
    use = variance > 0.0
    score, variance = score[use], variance[use]
    return weighted_test(score / variance, 1.0 / np.sqrt(variance), 1.0 / variance, "Harbord")


def _empty(*cells: np.ndarray) -> int:
    """Number of tables with an empty cell, to which `effect_sizes` adds 1/2."""
    return int((np.array(cells) == 0).any(axis=0).sum())


def _log_odds(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    return effect_sizes("OR", {"ai": a, "bi": b, "ci": c, "di": d})[0]


def macaskill(yi: Any, vi: Any, ni: Any) -> AsymmetryTest:
    """Effect on total sample size, weighted by the inverse variance (Macaskill, Walter & Irwig 2001, FIV)."""
    y, v, n = columns({"yi": yi, "vi": vi, "ni": ni}, ["yi", "vi", "ni"])
    keep = ~np.isnan(n)
    y, v, complete = effects(y[keep], v[keep])
    return weighted_test(y, n[keep][complete], v, "Macaskill")


def deeks(data: Any) -> AsymmetryTest:
    """Log odds ratio on 1/sqrt(effective sample size), weighted by that size, 4 n1 n2 / n (Deeks et al. 2005)."""
    a, b, c, d = _cells(data)
    size = 4.0 * (a + b) * (c + d) / (a + b + c + d)
    result = weighted_test(_log_odds(a, b, c, d), 1.0 / np.sqrt(size), 1.0 / size, "Deeks")
    return replace(result, corrected=_empty(a, b, c, d))


def pustejovsky(yi: Any, vi: Any, n1i: Any, n2i: Any) -> AsymmetryTest:
    """Effect on sqrt(1/n1 + 1/n2), weighted by the inverse variance (Pustejovsky & Rodgers 2019)."""
    y, v, n1, n2 = columns({"yi": yi, "vi": vi, "n1i": n1i, "n2i": n2i}, ["yi", "vi", "n1i", "n2i"])
    size = np.sqrt(1.0 / n1 + 1.0 / n2)
    keep = ~np.isnan(size)
    y, v, complete = effects(y[keep], v[keep])
    return weighted_test(y, size[keep][complete], v, "Pustejovsky")


def schwarzer(data: Any, *, add: float = 0.0) -> AsymmetryTest:
    """Rank correlation of the standardised count of events in group 1 and its inverse variance, both under the
    non-central hypergeometric distribution at the Mantel-Haenszel odds ratio (Schwarzer, Antes & Schumacher 2007).

    ``add``: continuity correction of that odds ratio, see `mantel_haenszel`.
    """
    from .fixed import mantel_haenszel

    a, b, c, d = _cells(data)
    theta = math.exp(mantel_haenszel({"ai": a, "bi": b, "ci": c, "di": d}, "OR", add=add).beta)
    moments = [_hypergeometric_moments(*row, theta) for row in zip(a + b, c + d, a + c, strict=True)]
    mean, variance = np.array([m for m, _ in moments]), np.array([s for _, s in moments])
    use = variance > 0.0
    if use.sum() < 2:
        raise PoolingError("Too few tables with events for a rank correlation.")
    z = (a[use] - mean[use]) / np.sqrt(variance[use])
    return rank_test(z, 1.0 / variance[use], "Schwarzer")


def _hypergeometric_moments(n1: float, n2: float, events: float, theta: float) -> tuple[float, float]:
    """Mean and variance of events in group 1 given the margins and the odds ratio theta."""
    from scipy.special import gammaln

    x = np.arange(max(0.0, events - n2), min(n1, events) + 1.0)
    log = x * math.log(theta) - gammaln(x + 1) - gammaln(n1 - x + 1)
    log = log - gammaln(events - x + 1) - gammaln(n2 - events + x + 1)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    mean = float(weight @ x)
    return mean, float(weight @ (x - mean) ** 2)
