"""The common-effect and random-effects model, with or without moderators: `pool`."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import distributions as dist
from .frame import effects
from .kernel import Fit, Problem
from .tau2 import NO_WEIGHT, Tau2, estimate, method_name

TESTS = ("z", "t", "knha")
ADHOC = ("", "se", "ci", "iqwig6")
NAN = math.nan


@dataclass(frozen=True, eq=False)
class Pooled:
    """A pooled estimate, on the scale of the effects. NaN stands for "not defined".

    ``beta se stat pval ci_lb ci_ub`` are numbers for a pooled mean and arrays (p,) when there are moderators, in the
    order of ``coef_names``. ``I2`` and ``weights_pct`` (k,) are percentages; ``pi_lb pi_ub`` use the quantile of the
    test (normal for z, t with k - p df for t and knha), ``pi_riley_*`` and ``pi_hts_*`` t with k - p - 1 df, the
    first with the standard error of the test, the second with the classic one (Higgins, Thompson & Spiegelhalter
    2009). ``dropped`` counts incomplete rows; ``gradient`` and ``iterations`` certify the search for tau²,
    ``maxima`` counts the local maxima found. ``Q`` tests residual heterogeneity, ``QM`` the moderators (all
    coefficients when there is no intercept); ``QM_df`` is (m, denominator or NaN).
    """

    method: str
    test: str
    level: float
    k: int
    p: int
    beta: Any
    se: Any
    stat: Any
    ddf: float
    pval: Any
    ci_lb: Any
    ci_ub: Any
    vcov: np.ndarray
    tau2: float
    se_tau2: float
    I2: float
    H2: float
    R2: float
    Q: float
    Q_df: int
    Q_p: float
    QM: float
    QM_df: tuple[float, float]
    QM_p: float
    loglik: float
    weights_pct: np.ndarray
    pi_lb: float = NAN
    pi_ub: float = NAN
    pi_riley_lb: float = NAN
    pi_riley_ub: float = NAN
    pi_hts_lb: float = NAN
    pi_hts_ub: float = NAN
    coef_names: tuple[str, ...] = ("intercept",)
    dropped: int = 0
    gradient: float = 0.0
    iterations: int = 0
    maxima: int = 1
    warnings: tuple[str, ...] = ()
    vcov_root: np.ndarray | None = None
    """L with LL' = vcov, from which `predict` takes its standard errors; None for mixed models."""
    extra: dict[str, Any] = field(default_factory=dict)
    """Fields of one model alone, e.g. ``Q_lrt`` of the generalised linear mixed models."""

    @property
    def tau(self) -> float:
        """Square root of tau²."""
        return math.sqrt(self.tau2)


def pool(
    yi: Any,
    vi: Any,
    method: str = "REML",
    test: str = "knha",
    mods: Any = None,
    level: float = 95.0,
    *,
    intercept: bool = True,
    adhoc: str = "",
    tau2: float | None = None,
    zero_variance: str = "error",
) -> Pooled:
    """Pool effects ``yi`` with known sampling variances ``vi``, or regress them on moderators.

    Parameters
    ----------
    method
        EE (common effect) or the tau² estimator: DL HE HS HSK SJ ML REML EB PM PMM.
    test
        ``z`` (Wald), ``t`` (k - p df) or ``knha`` (Hartung & Knapp 2001; Knapp & Hartung 2003). ``knha`` needs two
        studies and does not apply to EE; both fall back to ``z`` with a warning.
    mods
        Design: a mapping or data frame of columns (words become treatment contrasts, first level in alphabetical
        order is the reference), or an array (k,) or (k, m). ``intercept=False`` leaves the intercept out.
    level
        Percent level of all intervals.
    adhoc
        Variants of Hartung-Knapp against intervals that are too narrow: ``se`` (never below the classic standard
        error; Knapp & Hartung 2003), ``ci`` (the classic interval where it is wider; Jackson et al. 2017),
        ``iqwig6`` (``se`` where the interval is narrower than that of DerSimonian-Laird; IQWiG General Methods 6.0).
    tau2
        A value to use in place of an estimate.
    zero_variance
        What to do with a study whose sampling variance is zero: ``error``; ``drop`` it, with a count; or ``keep`` it
        (not for EE, DL, HS, HSK), which gives no Q, I² or H², and for ML and REML the local maximum at tau² > 0, as the
        likelihood itself may rise without end towards tau² = 0.

    Raises
    ------
    PoolingError
        Nothing to pool, a variance that is not positive, more coefficients than studies, a redundant moderator.
    NotConverged
        tau² did not reach its tolerance (no number is given).
    """
    method = method_name(method)
    if test not in TESTS or adhoc.lower() not in ADHOC:
        raise PoolingError(f"There is no test '{test}' {adhoc}.".replace(" .", "."), remedy=f"Use one of: {TESTS}.")
    if not 0.0 < level < 100.0:
        raise PoolingError(f"The level {level} is not a percentage between 0 and 100.", remedy="Use 95.")
    if mods is None and intercept:
        y, v, keep = effects(yi, vi, zero_variance)
        return fit_problem(
            Problem(y, v), method, test, level, adhoc=adhoc.lower(), tau2=tau2, dropped=keep.size - y.size
        )
    from .design import complete_rows, design_matrix

    X, names = design_matrix(mods, intercept=intercept)
    y, v, X, dropped = complete_rows(yi, vi, X)
    problem = Problem(y, v, X)
    return fit_problem(
        problem,
        method,
        test,
        level,
        adhoc=adhoc.lower(),
        tau2=tau2,
        dropped=dropped,
        names=names,
        has_intercept=intercept,
    )


def fit_problem(
    problem: Problem,
    method: str,
    test: str,
    level: float,
    *,
    adhoc: str = "",
    tau2: float | None = None,
    dropped: int = 0,
    names: tuple[str, ...] = ("intercept",),
    has_intercept: bool = True,
) -> Pooled:
    """`pool` for rows that are complete and a design that is ready."""
    fixed = problem.at(0.0) if problem.v.min() > 0.0 else None
    found = estimate(problem, method, fixed) if tau2 is None else Tau2(float(tau2), NAN, 0.0, 0, 1)
    if fixed is None and found.value <= 0.0:
        raise PoolingError(NO_WEIGHT, remedy="Correct the row or leave it out.")
    fit = fixed if fixed is not None and found.value == 0.0 else problem.at(found.value)
    notes: list[str] = []
    if dropped:
        notes.append(f"{dropped} incomplete row{'s' if dropped > 1 else ''} left out.")
    if test == "knha" and (problem.df == 0 or method == "EE"):
        why = "the common-effect model has no Hartung-Knapp form" if method == "EE" else "no degrees of freedom remain"
        notes.append(f"Normal instead of Hartung-Knapp interval: {why}.")
        test = "z"
    if test == "t" and problem.df == 0:
        notes.append("Normal instead of t interval: no degrees of freedom remain.")
        test = "z"
    classic = fit.covariance()
    scale, test_df = _scale(fit, classic, test, adhoc, level)
    vcov = scale * classic
    table = _table(fit.beta, vcov, test_df, level)
    moderated = problem.X is not None
    QM, QM_df, QM_p = _moderator_test(fit, vcov, test, has_intercept and moderated)
    I2, H2 = _heterogeneity(problem, fixed, found.value, method)
    beta, se, stat, pval, lb, ub = table if moderated else (float(column[0]) for column in table)
    interval = {} if moderated or method == "EE" else _prediction(beta, se, classic, found.value, test_df, level, fit)
    return Pooled(
        method,
        test,
        level,
        problem.k,
        problem.p,
        beta,
        se,
        stat,
        NAN if test_df is None else float(test_df),
        pval,
        lb,
        ub,
        vcov,
        found.value,
        found.se,
        I2,
        H2,
        _explained(problem, found.value, method, fixed) if moderated and has_intercept and fixed is not None else NAN,
        *_q_test(problem, fixed),
        QM,
        QM_df,
        QM_p,
        loglik(fit, method) if method in ("ML", "REML") else NAN,
        100.0 * fit.w / fit.w.sum(),
        coef_names=names,
        dropped=dropped,
        gradient=found.gradient,
        iterations=found.iterations,
        maxima=found.maxima,
        warnings=tuple(notes),
        vcov_root=math.sqrt(scale) * fit.root(),
        **interval,
    )


def _q_test(problem: Problem, fixed: Fit | None) -> tuple[float, int, float]:
    """Cochran's Q of the (residual) heterogeneity, its df and p-value."""
    if problem.df == 0:
        return 0.0, 0, 1.0
    if fixed is None:
        return NAN, problem.df, NAN
    return fixed.yPy, problem.df, float(dist.chi2_upper(fixed.yPy, problem.df))


def _scale(fit: Fit, classic: np.ndarray, test: str, adhoc: str, level: float) -> tuple[float, int | None]:
    """What ``test`` multiplies the classic covariance with, and the df of its quantiles (None: normal)."""
    df = fit.problem.df
    if test != "knha":
        return 1.0, (df if test == "t" else None)
    scale = fit.yPy / df
    narrow = dist.critical(level, df) * math.sqrt(scale) < dist.critical(level)
    if adhoc == "ci" and narrow:
        return 1.0, None
    if adhoc == "se" or (adhoc == "iqwig6" and _narrower_than_dl(fit, classic, scale, level)):
        scale = max(1.0, scale)
    return scale, df


def _narrower_than_dl(fit: Fit, classic: np.ndarray, scale: float, level: float) -> bool:
    dl = fit.problem.at(estimate(fit.problem, "DL").value)
    half = dist.critical(level, fit.problem.df) * math.sqrt(scale * classic[0, 0])
    return half < dist.critical(level) * math.sqrt(dl.covariance()[0, 0])


def _table(beta: np.ndarray, vcov: np.ndarray, df: int | None, level: float) -> tuple[np.ndarray, ...]:
    """beta, se, stat, pval, ci_lb, ci_ub, each (p,)."""
    se = np.sqrt(np.diagonal(vcov))
    with np.errstate(divide="ignore", invalid="ignore"):
        stat = beta / se
    pval = dist.normal_two_sided(stat) if df is None else dist.t_two_sided(stat, df)
    half = dist.critical(level, df) * se
    return beta, se, stat, pval, beta - half, beta + half


def _moderator_test(
    fit: Fit, vcov: np.ndarray, test: str, leave_intercept: bool
) -> tuple[float, tuple[float, float], float]:
    """Wald test that the moderators (or all coefficients) are zero: (QM, (df1, df2), p)."""
    first = 1 if leave_intercept and fit.problem.p > 1 else 0
    m = fit.problem.p - first
    b, V = fit.beta[first:], vcov[first:, first:]
    if m == 1:
        QM = float(b[0] ** 2 / V[0, 0]) if V[0, 0] > 0.0 else NAN
    else:
        try:
            QM = float(b @ np.linalg.solve(V, b))
        except np.linalg.LinAlgError:
            QM = NAN
    if test == "z":
        return QM, (m, NAN), float(dist.chi2_upper(QM, m))
    return QM / m, (m, fit.problem.df), float(dist.f_upper(QM / m, m, fit.problem.df))


def _heterogeneity(problem: Problem, fixed: Fit | None, tau2: float, method: str) -> tuple[float, float]:
    """I² (percent) and H², with the typical sampling variance of Higgins & Thompson 2002, (k - p) / tr(P)."""
    if problem.df == 0:
        return 0.0, 1.0
    if fixed is None:
        return NAN, NAN
    if method == "EE":
        return (max(0.0, 100.0 * (fixed.yPy - problem.df) / fixed.yPy) if fixed.yPy else 0.0), fixed.yPy / problem.df
    typical = typical_variance(fixed)
    return 100.0 * tau2 / (typical + tau2), tau2 / typical + 1.0


def typical_variance(fixed: Fit) -> float:
    """(k - p) / tr(P) at tau² = 0."""
    return fixed.problem.df / fixed.trP


def _prediction(
    beta: float, se: float, classic: np.ndarray, tau2: float, df: int | None, level: float, fit: Fit
) -> dict[str, float]:
    spread = math.sqrt(se * se + tau2)
    half = dist.critical(level, df) * spread
    limits = {"pi_lb": beta - half, "pi_ub": beta + half}
    if fit.problem.df > 1:
        t = dist.critical(level, fit.problem.df - 1)
        hts = math.sqrt(float(classic[0, 0]) + tau2)
        limits |= {"pi_riley_lb": beta - t * spread, "pi_riley_ub": beta + t * spread}
        limits |= {"pi_hts_lb": beta - t * hts, "pi_hts_ub": beta + t * hts}
    return limits


def _explained(problem: Problem, tau2: float, method: str, fixed: Fit) -> float:
    """R²: percent of tau² that moderators explain (Raudenbush 2009); for EE the adjusted weighted R²."""
    null = Problem(problem.y, problem.v)
    if method == "EE":
        total = null.at(0.0).yPy / null.df
        return max(0.0, 100.0 * (total - fixed.yPy / problem.df) / total) if problem.df and total else NAN
    before = estimate(null, method).value
    return max(0.0, 100.0 * (before - tau2) / before) if before > 0.0 else 0.0


def loglik(fit: Fit, method: str) -> float:
    """Log-likelihood with all constants: restricted for REML, else full (Harville 1977 for REML)."""
    problem = fit.problem
    value = 0.5 * float(np.log(fit.w).sum()) - 0.5 * fit.yPy
    if method != "REML":
        return value - 0.5 * problem.k * math.log(2.0 * math.pi)
    plain = math.log(problem.k) if problem.X is None else float(np.linalg.slogdet(problem.X.T @ problem.X)[1])
    return value - 0.5 * problem.df * math.log(2.0 * math.pi) + 0.5 * plain - 0.5 * fit.logdet()
