"""Common-effect methods for 2x2 tables and person-time without continuity correction: Mantel-Haenszel and Peto."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, PoolingError

from .checks import refuse_impossible, tables, two_rates
from .distributions import chi2_upper, critical, normal_two_sided
from .effects import effect_sizes
from .estimate import NAN
from .fit import pool
from .frame import columns
from .pooled import Pooled


@dataclass(frozen=True, eq=False)
class TwoGroup:
    """A common effect (log scale for OR, RR, IRR, PETO), its interval and Cochran's Q of the study effects around it;
    ``mh_stat`` is the Cochran-Mantel-Haenszel test, ``tarone`` Tarone's test of homogeneity (odds ratios).
    ``yi vi`` are the effects and variances of the studies, from which Q is computed."""

    measure: str
    level: float
    k: int
    beta: float
    se: float
    stat: float
    pval: float
    ci_lb: float
    ci_ub: float
    Q: float
    Q_df: int
    Q_p: float
    I2: float
    H2: float
    mh_stat: float = NAN
    mh_p: float = NAN
    tarone: float = NAN
    tarone_p: float = NAN
    dropped: int = 0
    yi: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)
    vi: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False)


def _result(
    measure: str, level: float, k: int, beta: float, se: float, yi: np.ndarray, vi: np.ndarray, dropped: int,
    **tests: float,
) -> TwoGroup:  # fmt: skip
    use = ~(np.isnan(yi) | np.isnan(vi)) & (vi > 0.0)
    yi, vi = yi[use], vi[use]
    Q, df = float(((yi - beta) ** 2 / vi).sum()), int(use.sum()) - 1
    stat, half = beta / se, critical(level) * se
    return TwoGroup(
        measure, level, k, beta, se, stat, float(normal_two_sided(stat)), beta - half, beta + half,
        Q if df > 0 else 0.0, df, float(chi2_upper(Q, df)) if df > 0 else 1.0,
        max(0.0, 100.0 * (Q - df) / Q) if df > 0 and Q > 0.0 else 0.0, Q / df if df > 0 else 1.0,
        dropped=dropped, yi=yi, vi=vi, **tests,
    )  # fmt: skip


def mantel_haenszel(
    data: Any, measure: str = "OR", level: float = 95.0, *, correct: bool = False, add: float = 0.0,
    variance: str = "sato",
) -> TwoGroup:  # fmt: skip
    """Mantel-Haenszel estimate from ``ai bi ci di`` (OR, RR, RD) or ``x1i t1i x2i t2i`` (IRR, IRD).

    OR: Mantel & Haenszel 1959, variance of Robins, Breslow & Greenland 1986; RR, RD, IRR, IRD: Greenland & Robins
    1985, RD with the ``variance`` of Sato et al. 1989 (``sato``; consistent with few large and with many sparse
    tables) or their own (``greenland-robins``). ``correct``: continuity correction of the test. ``add`` is added to the
    cells of tables with an empty cell, for RD in weights and variance only (default 0: the estimate needs no
    correction); OR and RR then leave out tables without any event or non-event. The study effects behind Q are always
    corrected by 1/2.

    Raises
    ------
    EstimateDoesNotExist
        The ratio is zero or infinite in all studies together.
    """
    measure = measure.upper()
    if measure in {"IRR", "IRD"}:
        return _person_time(data, measure, level, correct)
    if measure not in {"OR", "RR", "RD"}:
        raise PoolingError(f"Mantel-Haenszel does not pool '{measure}'.", remedy="Use OR, RR, RD, IRR or IRD.")
    cells, dropped = _complete(data, ["ai", "bi", "ci", "di"])
    a, b, c, d = cells
    m1, N = a + c, a + b + c + d
    yi, vi = effect_sizes(measure, dict(zip(("ai", "bi", "ci", "di"), cells, strict=True)))
    yi[(m1 == 0) | (m1 == N)] = np.nan  # no events, or only events: such a table carries no information
    half = add * np.any(np.array(cells) == 0, axis=0)
    if add and measure != "RD":
        use = (m1 > 0) & (m1 < N)
        a, b, c, d = ((cell + half)[use] for cell in cells)
    n1, n2 = a + b, c + d
    N = n1 + n2
    if measure == "OR":
        beta, se, tests = _odds_ratio(a, b, c, d, correct)
    elif measure == "RR":
        R, S = float((a * n2 / N).sum()), float((c * n1 / N).sum())
        _need(R > 0.0 and S > 0.0, "risk ratio")
        beta = math.log(R / S)
        se = math.sqrt(float(((n1 * n2 * (a + c) - a * c * N) / (N * N)).sum()) / (R * S))
        tests = {}
    else:
        beta, se = _risk_difference(a, b, c, d, half, variance if not add else "greenland-robins")
        tests = {}
    _need(se > 0.0, measure)
    return _result(measure, level, yi.size, beta, se, yi, vi, dropped, **tests)


def _complete(data: Any, names: list[str]) -> tuple[list[np.ndarray], int]:
    values = columns(data, names)
    refuse_impossible(tables(values) if "ai" in names else two_rates(values))
    keep = ~np.any(np.isnan(values), axis=0)
    if not keep.any():
        raise PoolingError("No study is complete.", remedy=f"These columns are needed: {', '.join(names)}.")
    return [value[keep] for value in values], int((~keep).sum())


def _need(exists: bool, quantity: str) -> None:
    if not exists:
        raise EstimateDoesNotExist(
            f"The pooled {quantity} does not exist: a group has no events (or no non-events) in any study.",
            remedy="Report the counts.",
        )


def _risk_difference(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, half: np.ndarray, variance: str
) -> tuple[float, float]:
    """Weighted mean of the studies' differences, weights n1 n2 / n; ``half`` corrects weights and variance."""
    effect = a / (a + b) - c / (c + d)
    a, b, c, d = a + half, b + half, c + half, d + half
    n1, n2 = a + b, c + d
    N = n1 + n2
    weight = n1 * n2 / N
    beta = float((weight * effect).sum() / weight.sum())
    if variance == "greenland-robins":
        total = float(((a * b * n2**3 + c * d * n1**3) / (n1 * n2 * N**2)).sum())
    elif variance == "sato":
        P = float(((c / N**2) * n1**2 - (a / N**2) * n2**2 + (n1 * n2 / N**2) * (n2 - n1) / 2.0).sum())
        total = beta * P + float(((a * d + c * b) / (2.0 * N)).sum())
    else:
        raise PoolingError(f"There is no variance '{variance}'.", remedy="Use sato or greenland-robins.")
    return beta, math.sqrt(max(total, 0.0)) / float(weight.sum())


def _odds_ratio(
    a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray, correct: bool
) -> tuple[float, float, dict[str, float]]:
    N = a + b + c + d
    P, Q, R, S = (a + d) / N, (b + c) / N, a * d / N, b * c / N
    sumR, sumS = float(R.sum()), float(S.sum())
    _need(sumR > 0.0 and sumS > 0.0, "odds ratio")
    theta = sumR / sumS
    first = float((P * R).sum()) / sumR**2
    middle = float((P * S + Q * R).sum()) / (sumR * sumS)
    last = float((Q * S).sum()) / sumS**2
    n1, n2, m1, m0 = a + b, c + d, a + c, b + d
    expected, variance = n1 * m1 / N, n1 * n2 * m1 * m0 / (N**2 * (N - 1.0))
    gap = abs(float((a - expected).sum())) - (0.5 if correct else 0.0)
    mh = gap**2 / float(variance.sum())
    tarone, df = _tarone(a, n1, n2, m1, theta)
    tests = {"mh_stat": mh, "mh_p": float(chi2_upper(mh, 1)), "tarone": tarone}
    tests["tarone_p"] = float(chi2_upper(tarone, df)) if df > 0 else NAN
    return math.log(theta), math.sqrt(0.5 * (first + middle + last)), tests


def _tarone(a: np.ndarray, n1: np.ndarray, n2: np.ndarray, m1: np.ndarray, theta: float) -> tuple[float, int]:
    """Tarone 1985: the Breslow-Day statistic with its correction, over the tables whose margins are not empty."""
    m0 = n1 + n2 - m1
    use = (m1 > 0) & (m0 > 0)
    a, n1, n2, m1 = a[use], n1[use], n2[use], m1[use]
    # Expected a at a common odds ratio: E (n2 - m1 + E) = theta (m1 - E)(n1 - E).
    A, B, C = 1.0 - theta, (n2 - m1) + theta * (m1 + n1), -theta * m1 * n1
    root = np.sqrt(np.maximum(B * B - 4.0 * A * C, 0.0))
    E = -2.0 * C / (B + root)  # the root that stays finite as theta goes to 1
    variance = 1.0 / (1.0 / E + 1.0 / (m1 - E) + 1.0 / (n1 - E) + 1.0 / (n2 - m1 + E))
    gap = a - E
    value = float((gap**2 / variance).sum()) - float(gap.sum()) ** 2 / float(variance.sum())
    return max(0.0, value), int(use.sum()) - 1


def _person_time(data: Any, measure: str, level: float, correct: bool) -> TwoGroup:
    names = ["x1i", "t1i", "x2i", "t2i"]
    (x1, t1, x2, t2), dropped = _complete(data, names)
    T = t1 + t2
    yi, vi = effect_sizes(measure, dict(zip(names, (x1, t1, x2, t2), strict=True)))
    yi[x1 + x2 == 0] = np.nan  # a study without events carries no information
    tests: dict[str, float] = {}
    if measure == "IRR":
        R, S = float((x1 * t2 / T).sum()), float((x2 * t1 / T).sum())
        _need(R > 0.0 and S > 0.0, "rate ratio")
        beta = math.log(R / S)
        se = math.sqrt(float((t1 * t2 * (x1 + x2) / T**2).sum()) / (R * S))
        gap = abs(float((x1 - t1 * (x1 + x2) / T).sum())) - (0.5 if correct else 0.0)
        mh = gap**2 / float(((x1 + x2) * t1 * t2 / T**2).sum())
        tests = {"mh_stat": mh, "mh_p": float(chi2_upper(mh, 1))}
    else:
        weight = t1 * t2 / T
        beta = float((x1 * t2 / T - x2 * t1 / T).sum() / weight.sum())
        se = math.sqrt(float(((x1 * t2**2 + x2 * t1**2) / T**2).sum())) / float(weight.sum())
    _need(se > 0.0, measure)
    return _result(measure, level, x1.size, beta, se, yi, vi, dropped, **tests)


def peto(data: Any, level: float = 95.0) -> TwoGroup:
    """Peto's one-step log odds ratio from ``ai bi ci di`` (Yusuf et al. 1985); tables without events do not count."""
    (a, b, c, d), dropped = _complete(data, ["ai", "bi", "ci", "di"])
    n1, n2, m1, m0 = a + b, c + d, a + c, b + d
    N = n1 + n2
    V = n1 * n2 * m1 * m0 / (N**2 * (N - 1.0))
    gap = a - n1 * m1 / N
    _need(float(V.sum()) > 0.0, "odds ratio")
    beta = float(gap.sum() / V.sum())
    with np.errstate(divide="ignore", invalid="ignore"):
        yi, vi = np.where(V > 0.0, gap / V, np.nan), np.where(V > 0.0, 1.0 / V, np.nan)
    return _result("PETO", level, a.size, beta, 1.0 / math.sqrt(float(V.sum())), yi, vi, dropped)


def around(estimate: TwoGroup, test: str = "z") -> Pooled:
    """DerSimonian-Laird random effects with Q taken around a Mantel-Haenszel (or Peto) estimate, as the Cochrane
    Handbook (10.4.4) and RevMan do, of the effects and variances that ``estimate`` holds."""
    if not estimate.yi.size:
        raise EstimateDoesNotExist(
            "No study has an effect of its own around the estimate.", remedy="Report the counts."
        )
    w = 1.0 / estimate.vi
    C = float(w.sum()) - float((w * w).sum()) / float(w.sum())
    tau2 = max(0.0, (estimate.Q - estimate.Q_df) / C) if C > 0.0 else 0.0
    return pool(estimate.yi, estimate.vi, "DL", test, level=estimate.level, tau2=tau2)
