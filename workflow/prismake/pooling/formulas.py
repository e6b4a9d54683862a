"""Formulas of effects and sampling variances, one per measure; arrays in, arrays out, NaN and infinity where undefined.

Sources: Borenstein et al., Introduction to Meta-Analysis (2009), chapters 4 to 6 (MD, SMD, ROM is Hedges, Gurevitch
& Curtis 1999, OR, RR, RD, ZCOR); Freeman & Tukey 1950 (PFT, IRFT); Rücker et al. 2009 (AS); Yusuf et al. 1985 (PETO);
Hedges 1981 (exact small-sample factor); Bonett 2009 (SMDH); Nakagawa et al. 2015 (CVLN, SDLN); Olkin & Pratt 1958
(UCOR).
"""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, hyp2f1

Pair = tuple[np.ndarray, np.ndarray]


def pft(x: np.ndarray, n: np.ndarray) -> Pair:
    angle = np.arcsin(np.sqrt(x / (n + 1.0))) + np.arcsin(np.sqrt((x + 1.0) / (n + 1.0)))
    return 0.5 * angle, 1.0 / (4.0 * n + 2.0)


def pr(x: np.ndarray, n: np.ndarray) -> Pair:
    p = x / n
    return p, p * (1.0 - p) / n


def rd(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2 = a + b, c + d
    p1, p2 = a / n1, c / n2
    return p1 - p2, p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2


def rr(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2 = a + b, c + d
    return np.log(a / n1) - np.log(c / n2), 1.0 / a - 1.0 / n1 + 1.0 / c - 1.0 / n2


def peto(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2, events, others = a + b, c + d, a + c, b + d
    total = n1 + n2
    v = events * others * (n1 / total) * (n2 / total) / (total - 1.0)
    return (a - events * n1 / total) / v, 1.0 / v


def arcsine(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> Pair:
    n1, n2 = a + b, c + d
    return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1.0 / (4.0 * n1) + 1.0 / (4.0 * n2)


def small_sample(df: np.ndarray) -> np.ndarray:
    """Hedges 1981, equation 6e: gamma(m/2) / (sqrt(m/2) gamma((m-1)/2))."""
    return np.where(df <= 1, np.nan, np.exp(gammaln(df / 2.0) - gammaln((df - 1.0) / 2.0)) / np.sqrt(df / 2.0))


def smd(m1: np.ndarray, s1: np.ndarray, n1: np.ndarray, m2: np.ndarray, s2: np.ndarray, n2: np.ndarray) -> Pair:
    df = n1 + n2 - 2.0
    pooled = np.sqrt(((n1 - 1.0) * s1**2 + (n2 - 1.0) * s2**2) / df)
    g = small_sample(df) * (m1 - m2) / pooled
    return g, 1.0 / n1 + 1.0 / n2 + g**2 / (2.0 * (n1 + n2))


def smdh(m1: np.ndarray, s1: np.ndarray, n1: np.ndarray, m2: np.ndarray, s2: np.ndarray, n2: np.ndarray) -> Pair:
    s, factor = np.sqrt((s1**2 + s2**2) / 2.0), small_sample(n1 + n2 - 2.0)
    g = factor * (m1 - m2) / s
    spread = g**2 * (s1**4 / (n1 - 1.0) + s2**4 / (n2 - 1.0)) / (8.0 * s**4)
    return g, factor**2 * (spread + s1**2 / s**2 / (n1 - 1.0) + s2**2 / s**2 / (n2 - 1.0))


def more_than(n: np.ndarray, least: float) -> np.ndarray:
    """Sizes, NaN where they are too small for the variance of a correlation."""
    return np.where(n > least, n, np.nan)


def ucor(r: np.ndarray, n: np.ndarray) -> Pair:
    n = more_than(n, 4.0)
    unbiased = r * _hypergeometric((n - 2.0) / 2.0, 1.0 - r**2)
    return unbiased, (1.0 - unbiased**2) ** 2 / (n - 1.0)


def _hypergeometric(c: np.ndarray, x: np.ndarray) -> np.ndarray:
    """2F1(1/2, 1/2; c; x). The plain series is quick for large c, where the library's transformation overflows."""
    small = c < 10.0
    total, term = np.ones_like(x), np.ones_like(x)
    for i in range(400):
        term = np.where(small, 0.0, term * (i + 0.5) ** 2 * x / ((c + i) * (i + 1.0)))
        total = total + term
    return np.where(small, hyp2f1(0.5, 0.5, np.where(small, c, 10.0), x), total)
