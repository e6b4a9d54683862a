"""The common-effect and random-effects model, with or without moderators: `pool`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import distributions as dist
from . import hartung_knapp as hk
from . import prediction as pi
from .estimate import NAN
from .frame import as_column, effects, variances
from .kernel import Fit, Problem, typical_variance
from .pooled import Pooled
from .tau2 import NO_WEIGHT, Tau2, estimate, method_name

TESTS = ("z", "t", "knha")


def pool(
    yi: Any,
    vi: Any = None,
    method: str = "REML",
    test: str = "knha",
    mods: Any = None,
    level: float = 95.0,
    *,
    se: Any = None,
    intercept: bool = True,
    adhoc: str = hk.DEFAULT,
    prediction: str = pi.DEFAULT,
    tau2: float | None = None,
    zero_variance: str = "error",
    measure: str = "",
    labels: Sequence[str] | None = None,
    ni: Any = None,
) -> Pooled:
    """Pool effects ``yi`` with known sampling variances ``vi``, or regress them on moderators.

    Parameters
    ----------
    vi, se
        Sampling variances, or standard errors in their place.
    method
        EE (common effect) or the tau² estimator: DL HE HS HSK SJ ML REML EB PM PMM.
    test
        ``z`` (Wald), ``t`` (k - p df) or ``knha`` (Hartung & Knapp 2001; Knapp & Hartung 2003). ``knha`` needs two
        studies and does not apply to EE; both fall back to ``z`` with a warning.
    mods
        Design: a mapping or data frame of columns (words become treatment contrasts, first level in alphabetical
        order is the reference), or an array (k,) or (k, m). ``intercept=False`` leaves the intercept out.
    level
        Level of all intervals in per cent (95, not 0.95).
    adhoc
        What to do where Hartung-Knapp intervals are too narrow, or k is 2: ``cochrane`` (the default), ``none``,
        ``se``, ``ci``, ``iqwig6``; see `hartung_knapp`. ``warnings`` says what was done.
    prediction
        Kind of prediction interval: ``hts`` (the default), ``riley``, ``v``, ``metafor``, ``normal``, ``cd``; see
        `prediction`.
    tau2
        A fixed value to use instead of an estimate.
    zero_variance
        What to do with a study whose sampling variance is zero: ``error``; ``drop`` it, with a count; or ``keep`` it
        (not for EE, DL, HS, HSK), which gives no Q, I² or H², and for ML and REML the local maximum at tau² > 0, as the
        likelihood itself may be unbounded towards tau² = 0.
    measure, labels, ni
        The effect measure (one of `effect_sizes`), the names of the studies and their sizes: used to present the result
        on its natural scale, never to compute it.

    Raises
    ------
    PoolingError
        Nothing to pool, a variance that is not positive, more coefficients than studies, a redundant moderator.
    NotConverged
        tau² did not reach its tolerance (no number is given).
    """
    method = method_name(method)
    if test not in TESTS:
        raise PoolingError(f"There is no test '{test}'.", remedy=f"Use one of: {', '.join(TESTS)}.")
    how: dict[str, Any] = {"adhoc": hk.adhoc_name(adhoc), "prediction": pi.prediction_name(prediction), "tau2": tau2}
    dist.percent(level)
    if tau2 is not None and not 0.0 <= tau2 < math.inf:
        raise PoolingError(f"tau² cannot be {tau2:g}.", remedy="Give a number from zero up.")
    if vi is None or se is not None:
        vi = variances(vi, se)
    if mods is None and intercept:
        y, v, keep = effects(yi, vi, zero_variance)
        fit = fit_problem(Problem(y, v), method, test, level, dropped=keep.size - y.size, **how)
    else:
        from .design import complete_rows, design_matrix

        X, names = design_matrix(mods, intercept=intercept)
        y, v, X, dropped, keep = complete_rows(yi, vi, X)
        problem = Problem(y, v, X)
        fit = fit_problem(problem, method, test, level, dropped=dropped, names=names, has_intercept=intercept, **how)
    plain = not measure and labels is None and ni is None and not fit.dropped
    return fit if plain else shown(fit, keep, measure, labels, ni)


def shown(fit: Pooled, keep: np.ndarray, measure: str, labels: Sequence[str] | None, ni: Any) -> Pooled:
    """``fit`` with what its display needs: the measure, the names and sizes of the rows kept, and a warning that names
    the others."""
    labels = None if labels is None else list(labels)  # a pandas Series is indexed by its own labels
    if labels is not None and len(labels) != keep.size:
        raise PoolingError(f"{keep.size} effects but {len(labels)} labels.", remedy="Give one per study.")
    names = () if labels is None else tuple(str(labels[i]) for i in np.flatnonzero(keep))
    sizes = None if ni is None else np.broadcast_to(as_column(ni, "ni"), keep.shape)[keep]
    notes = fit.warnings if keep.all() else (_left_out(keep, labels), *fit.warnings)
    return replace(fit, measure=measure.upper(), labels=names, ni=sizes, warnings=notes)


def _left_out(keep: np.ndarray, labels: Sequence[str] | None) -> str:
    rows = np.flatnonzero(~keep)
    names = ", ".join(f"row {i + 1}" if labels is None else str(labels[i]) for i in rows[:10])
    more = f" and {rows.size - 10} more" if rows.size > 10 else ""
    return f"{rows.size} incomplete row{'s' if rows.size > 1 else ''} left out: {names}{more}."


def fit_problem(
    problem: Problem,
    method: str,
    test: str,
    level: float,
    *,
    adhoc: str = "none",
    prediction: str = pi.DEFAULT,
    tau2: float | None = None,
    dropped: int = 0,
    names: tuple[str, ...] = ("intercept",),
    has_intercept: bool = True,
) -> Pooled:
    """`pool` for complete rows and a finished design; Hartung-Knapp without ad hoc rule unless ``adhoc`` is given."""
    fixed = problem.at(0.0) if problem.v.min() > 0.0 else None
    estimated = estimate(problem, method, fixed) if tau2 is None else Tau2(float(tau2), NAN, 0.0, 0, 1)
    if fixed is None and estimated.value <= 0.0:
        raise PoolingError(NO_WEIGHT, remedy="Correct the row or leave it out.")
    fit = fixed if fixed is not None and estimated.value == 0.0 else problem.at(estimated.value)
    notes: list[str] = []
    test, scaled = _test(fit, method, test, adhoc, estimated.value, level, notes)
    classic = fit.covariance()
    vcov = scaled.factor * classic
    table = _table(fit.beta, vcov, scaled.df, level)
    moderated = problem.X is not None
    QM, QM_df, QM_p = _moderator_test(fit, vcov, test, has_intercept and moderated)
    I2, H2 = _heterogeneity(problem, fixed, estimated.value, method)
    beta, se, stat, pval, lb, ub = table if moderated else (float(column[0]) for column in table)
    interval = {}
    if not moderated and method != "EE":
        interval = _prediction(beta, se, classic, estimated.value, scaled.df, level, problem, prediction)
    return Pooled(
        method,
        test,
        level,
        problem.k,
        problem.p,
        beta,
        se,
        stat,
        NAN if scaled.df is None else float(scaled.df),
        pval,
        lb,
        ub,
        vcov,
        estimated.value,
        estimated.se,
        I2,
        H2,
        _explained(problem, estimated.value, method, fixed)
        if moderated and has_intercept and fixed is not None
        else NAN,
        *_q_test(problem, fixed),
        QM,
        QM_df,
        QM_p,
        loglik(fit, method) if method in ("ML", "REML") else NAN,
        100.0 * fit.w / fit.w.sum(),
        coef_names=names,
        dropped=dropped,
        gradient=estimated.gradient,
        iterations=estimated.iterations,
        maxima=estimated.maxima,
        warnings=tuple(notes),
        adhoc=adhoc,
        scale=scaled.factor,
        root=fit.root(),
        yi=problem.y,
        vi=problem.v,
        **interval,
    )


def _test(
    fit: Fit, method: str, test: str, adhoc: str, tau2: float, level: float, notes: list[str]
) -> tuple[str, hk.Scale]:
    """The test actually done and its scale; deviations from what was asked are added to ``notes``."""
    df = fit.problem.df
    if test == "knha" and (df == 0 or method == "EE"):
        why = "the common-effect model has no Hartung-Knapp form" if method == "EE" else "no degrees of freedom remain"
        notes.append(f"Normal instead of Hartung-Knapp interval: {why}.")
        test = "z"
    if test == "t" and df == 0:
        notes.append("Normal instead of t interval: no degrees of freedom remain.")
        test = "z"
    if test != "knha":
        return test, hk.Scale(1.0, df if test == "t" else None)
    scaled = hk.hartung_knapp(fit, tau2, adhoc, level)
    if scaled.note:
        notes.append(scaled.note)
    return ("z" if scaled.df is None else test), scaled


def _q_test(problem: Problem, fixed: Fit | None) -> tuple[float, int, float]:
    """Cochran's Q of the (residual) heterogeneity, its df and p-value."""
    if problem.df == 0:
        return 0.0, 0, 1.0
    if fixed is None:
        return NAN, problem.df, NAN
    return fixed.yPy, problem.df, float(dist.chi2_upper(fixed.yPy, problem.df))


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


def _prediction(
    beta: Any, se: Any, classic: np.ndarray, tau2: float, df: int | None, level: float, problem: Problem, kind: str
) -> dict[str, Any]:
    """Limits by ``kind``, and the two kinds with t on k - 2 degrees of freedom."""
    wald, k, p = math.sqrt(float(classic[0, 0])), problem.k, problem.p
    fields: dict[str, Any] = {}
    for name in ("riley", "hts"):
        half = pi.half_width(name, se, wald, tau2, k, p, level, df)
        fields |= {f"pi_{name}_lb": beta - half, f"pi_{name}_ub": beta + half}
    if kind == "hts":
        low, high = fields["pi_hts_lb"], fields["pi_hts_ub"]
    elif kind == "cd":
        low, high = pi.confidence_distribution(problem.y, problem.v, level)
    else:
        half = pi.half_width(kind, se, wald, tau2, k, p, level, df)
        low, high = beta - half, beta + half
    return fields | {"pi_lb": low, "pi_ub": high, "pi_method": "" if math.isnan(low) else kind}


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
