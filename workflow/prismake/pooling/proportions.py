"""Single-arm proportions and rates: `pool_proportions`, `pool_rates`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, PoolingError

from . import distributions as dist
from . import hartung_knapp as hk
from . import prediction as pi
from .checks import proportions, rates, refuse_impossible
from .effects import effect_rows, effect_sizes
from .estimate import NAN
from .fit import shown
from .frame import as_column
from .glmm import Mixed, fit_mixed
from .kernel import Problem
from .pooled import Pooled
from .quadrature import CoefficientDiverges, Counts

# Scales of inverse variance.
PROPORTIONS = {"logit": "PLO", "log": "PLN", "arcsine": "PAS", "freeman-tukey": "PFT", "raw": "PR"}
RATES = {"log": "IRLN", "square-root": "IRS", "freeman-tukey": "IRFT", "raw": "IR"}


def pool_proportions(
    events: Any,
    total: Any,
    model: str = "glmm",
    level: float = 95.0,
    method: str = "REML",
    test: str | None = None,
    *,
    mods: Any = None,
    nodes: int | None = None,
    add: float | None = None,
    to: str | None = None,
    adhoc: str = hk.DEFAULT,
    prediction: str = pi.DEFAULT,
    labels: Sequence[str] | None = None,
) -> Pooled:
    """Pool single-arm proportions; results are on the scale of the model, see `back_transform`.

    Parameters
    ----------
    events, total
        Counts, one per study; incomplete rows are left out and counted.
    model
        ``glmm``: binomial-normal model on the logit scale by maximum likelihood (Hamza, van Houwelingen & Stijnen
        2008; Stijnen, Hamza & Özdemir 2010); needs no continuity correction. Or inverse variance on a scale:
        ``logit``, ``log``, ``arcsine``, ``freeman-tukey``, ``raw``.
    method, adhoc, prediction, labels, add, to
        As in `pool` and `effect_sizes`; the mixed model is always maximum likelihood.
    test
        ``z``, ``t``, ``knha``; default z for the mixed model (it has no Hartung-Knapp form) and knha otherwise.
    nodes
        Quadrature nodes of the mixed model: as many as it needs by default, 1 for the Laplace approximation.

    Returns
    -------
    Pooled
        For the mixed model ``Q`` is the likelihood-ratio test of heterogeneity; ``extra`` holds ``Q_lrt``,
        ``Q_wald`` with their p-values and ``nodes``. I² uses the typical variance of the logits.

    Raises
    ------
    EstimateDoesNotExist
        No events in any study, or events in every participant: the pooled logit would be infinite, or rest on the
        continuity correction alone. ``arcsine`` and ``freeman-tukey`` need no correction and do have an estimate.
    NotConverged, PoolingError
    """
    if model != "glmm":
        measure = _scale(model, PROPORTIONS)
        _rows(events, total, mods, "total")  # refuses impossible counts, naming the row
        rows = effect_rows(measure, {"xi": events, "ni": total}, add=add, to=to, labels=labels)
        return rows.pool(method, test or "knha", mods, level=level, adhoc=adhoc, prediction=prediction)
    x, n, X, names, keep = _rows(events, total, mods, "total")
    counts, yi, vi = binomial_counts(x, n, X)
    settings = Asked(test, level, prediction, nodes)
    fit = summarise(counts, yi, vi, (x > 0) & (x < n), settings, names, int((~keep).sum()))
    return shown(fit, keep, "PLO", labels, None)


def binomial_counts(events: Any, total: Any, X: np.ndarray | None = None) -> tuple[Counts, np.ndarray, np.ndarray]:
    """Counts of the binomial-normal model for complete rows, and the studies' logits with their variances.

    Raises EstimateDoesNotExist where there are no events, or only events; PoolingError for impossible counts.
    """
    if X is None:
        x, n, X, _, _ = _rows(events, total, None, "total")
    else:
        x, n = events, total
    refuse_impossible(proportions([x, n]))
    for none, word in ((x.sum() == 0, "No study has an event"), ((x == n).all(), "Every participant has the event")):
        if none:
            raise EstimateDoesNotExist(
                f"{word}: the likelihood of the pooled proportion has no maximum on the logit scale.",
                remedy="Report the counts and an exact interval of the total.",
            )
    column = np.ones((x.size, 1))
    counts = Counts(x[:, None], n[:, None], X[:, None, :], 0.0 * column, column)
    return counts, *effect_sizes("PLO", {"xi": x, "ni": n})


def pool_rates(
    events: Any,
    time: Any,
    model: str = "glmm",
    level: float = 95.0,
    method: str = "REML",
    test: str | None = None,
    *,
    mods: Any = None,
    nodes: int | None = None,
    add: float | None = None,
    to: str | None = None,
    adhoc: str = hk.DEFAULT,
    prediction: str = pi.DEFAULT,
    labels: Sequence[str] | None = None,
) -> Pooled:
    """Pool single-arm incidence rates as `pool_proportions` does: ``glmm`` is the Poisson-normal model of log rates
    (Stijnen, Hamza & Özdemir 2010), ``log``, ``square-root``, ``freeman-tukey``, ``raw`` are inverse variance."""
    if model != "glmm":
        measure = _scale(model, RATES)
        _rows(events, time, mods, "time")
        rows = effect_rows(measure, {"xi": events, "ti": time}, add=add, to=to, labels=labels)
        return rows.pool(method, test or "knha", mods, level=level, adhoc=adhoc, prediction=prediction)
    x, t, X, names, keep = _rows(events, time, mods, "time")
    if x.sum() == 0:
        raise EstimateDoesNotExist("No study has an event: the pooled log rate would be minus infinity.")
    counts = Counts(x[:, None], None, X[:, None, :], np.log(t)[:, None], np.ones((x.size, 1)))
    yi, vi = effect_sizes("IRLN", {"xi": x, "ti": t})
    fit = summarise(counts, yi, vi, x > 0, Asked(test, level, prediction, nodes), names, int((~keep).sum()))
    return shown(fit, keep, "IRLN", labels, None)


def _scale(model: str, scales: dict[str, str]) -> str:
    if model not in scales:
        raise PoolingError(f"There is no model '{model}'.", remedy=f"Use glmm, {', '.join(scales)}.")
    return scales[model]


def _rows(
    events: Any, size: Any, mods: Any, name: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[str, ...], np.ndarray]:
    x, n = as_column(events, "events"), as_column(size, name)
    if x.shape != n.shape:
        raise PoolingError(f"{x.size} values of events but {n.size} of {name}.")
    # before rows are dropped, so that the row named is that of the input
    refuse_impossible(proportions([x, n]) if name == "total" else rates([x, n]))
    if mods is None:
        names: tuple[str, ...] = ("intercept",)
        X = np.ones((x.size, 1))
    else:
        from .design import design_matrix, require_full_rank

        X, names = design_matrix(mods)
    keep = ~(np.isnan(x) | np.isnan(n) | np.isnan(X).any(axis=1))
    if not keep.any():
        raise PoolingError("No study has both events and their total.", remedy="There is nothing to pool.")
    if mods is not None:
        require_full_rank(X[keep])
    return x[keep], n[keep], X[keep], names, keep


@dataclass(frozen=True)
class Asked:
    """The settings of a mixed model: test (None: z), level, kind of prediction interval, nodes (None: enough)."""

    test: str | None
    level: float
    prediction: str
    nodes: int | None = None

    def __post_init__(self) -> None:
        dist.percent(self.level)
        pi.prediction_name(self.prediction)


def summarise(
    counts: Counts,
    yi: np.ndarray,
    vi: np.ndarray,
    interior: np.ndarray,
    settings: Asked,
    names: tuple[str, ...],
    dropped: int,
    report: slice = slice(None),
    wald: tuple[np.ndarray, np.ndarray] | None = None,
) -> Pooled:
    """Fit a mixed model and describe it like any other pooled estimate.

    ``yi vi`` are the effects of the studies: their typical variance gives I² and H², and the ``interior`` ones (the
    others have an infinite variance in the saturated model) the Wald test of heterogeneity. ``report`` selects the
    coefficients that are not nuisance parameters; ``wald`` gives effects and variances of the saturated model where
    they differ from ``yi vi``.
    """
    try:
        mixed = fit_mixed(counts, settings.nodes)
    except CoefficientDiverges as error:
        if len(names) > 1:
            raise EstimateDoesNotExist(
                "The moderators separate studies with events from those without: a coefficient is infinite.",
                remedy="Merge levels or leave the moderator out.",
            ) from error
        raise
    p = mixed.b[report].size
    X = counts.X[:, 0, report] / counts.z[:, :1]  # moderators, without the +-1/2 of two arms
    heterogeneity = _tests(mixed, counts, vi, wald or (yi, vi), interior, X, p)
    return summarise_fit(mixed, counts.k, yi, vi, heterogeneity, settings, names, dropped, report)


def summarise_fit(
    mixed: Mixed,
    k: int,
    yi: np.ndarray,
    vi: np.ndarray,
    heterogeneity: dict[str, Any],
    settings: Asked,
    names: tuple[str, ...],
    dropped: int,
    report: slice = slice(None),
) -> Pooled:
    """`summarise` for a model that has been fitted; ``heterogeneity`` fills the fields of its tests, or holds the tests
    alone (``Q_lrt`` and the like)."""
    notes = []
    if settings.test == "knha":
        notes.append("The mixed model has no Hartung-Knapp interval; a normal one is given.")
    b, V = mixed.b[report], mixed.vcov[report, report]
    p = b.size
    df = k - p if settings.test == "t" and k > p else None
    statistics = _statistics(b, V, df, settings, mixed.tau2, k)
    if settings.prediction == "cd" and p == 1:
        low, high = pi.confidence_distribution(yi, vi, settings.level, statistics["beta"])
        statistics |= {"pi_lb": low, "pi_ub": high, "pi_method": "" if math.isnan(low) else "cd"}
    if "extra" not in heterogeneity:
        tests = heterogeneity
        typical = (k - p) / Problem(yi, vi).at(0.0).trP if k > p else NAN
        heterogeneity = {"I2": 100.0 * mixed.tau2 / (typical + mixed.tau2), "H2": mixed.tau2 / typical + 1.0}
        heterogeneity |= {"Q": tests["Q_lrt"], "Q_df": k - p, "Q_p": tests["Q_lrt_p"]}
        heterogeneity["extra"] = {**tests, "nodes": mixed.nodes}
    return Pooled(
        method="ML",
        test="t" if df else "z",
        level=settings.level,
        k=k,
        p=p,
        ddf=NAN if df is None else float(df),
        vcov=V,
        tau2=mixed.tau2,
        se_tau2=mixed.se_tau2,
        R2=NAN,
        loglik=mixed.loglik,
        weights_pct=_weights(vi, mixed.tau2),
        coef_names=names,
        dropped=dropped,
        gradient=mixed.gradient,
        iterations=mixed.iterations,
        warnings=tuple(notes),
        yi=yi,
        vi=vi,
        **statistics,
        **heterogeneity,
    )


def _weights(vi: np.ndarray, tau2: float) -> np.ndarray:
    """Shares of 1 / (v + tau²), shown as weights; the likelihood itself uses none."""
    w = 1.0 / (vi + tau2)
    return 100.0 * w / w.sum()


def _statistics(b: np.ndarray, V: np.ndarray, df: int | None, settings: Asked, tau2: float, k: int) -> dict[str, Any]:
    level, p = settings.level, b.size
    se = np.sqrt(np.diagonal(V))
    stat = b / se
    pval = dist.normal_two_sided(stat) if df is None else dist.t_two_sided(stat, df)
    half = dist.critical(level, df) * se
    fields = {"beta": b, "se": se, "stat": stat, "pval": pval, "ci_lb": b - half, "ci_ub": b + half}
    first = 1 if p > 1 else 0
    QM = float(b[first:] @ np.linalg.solve(V[first:, first:], b[first:]))
    m = p - first
    if df is None:
        tests = {"QM": QM, "QM_df": (m, NAN), "QM_p": float(dist.chi2_upper(QM, m))}
    else:
        tests = {"QM": QM / m, "QM_df": (m, df), "QM_p": float(dist.f_upper(QM / m, m, df))}
    if p > 1:
        return fields | tests
    fields = {name: float(value[0]) for name, value in fields.items()}
    limits: dict[str, Any] = {}
    beta, error = fields["beta"], fields["se"]
    shown_kind = "hts" if settings.prediction == "cd" else settings.prediction
    for kind, name in ((shown_kind, "pi"), ("riley", "pi_riley"), ("hts", "pi_hts")):
        half = pi.half_width(kind, error, error, tau2, k, p, level, df)
        limits |= {f"{name}_lb": beta - half, f"{name}_ub": beta + half}
    limits["pi_method"] = "" if math.isnan(limits["pi_lb"]) else settings.prediction
    return fields | tests | limits


def _tests(
    mixed: Mixed,
    counts: Counts,
    vi: np.ndarray,
    saturated: tuple[np.ndarray, np.ndarray],
    interior: np.ndarray,
    X: np.ndarray,
    p: int,
) -> dict[str, Any]:
    """I², H² and the two tests of heterogeneity: against the saturated model by likelihood ratio and by Wald."""
    df = counts.k - p
    fixed = {"beta_fixed": mixed.b_fixed, "vcov_fixed": np.linalg.inv(mixed.information_fixed), "nodes": mixed.nodes}
    if df <= 0:
        none = dict.fromkeys(("Q_lrt", "Q_wald"), 0.0) | dict.fromkeys(("Q_lrt_p", "Q_wald_p"), 1.0)
        return {"I2": 0.0, "H2": 1.0, "Q": 0.0, "Q_df": 0, "Q_p": 1.0, "extra": none | fixed}
    own, variance = saturated
    typical = df / Problem(vi, vi, X).at(0.0).trP
    lrt = max(0.0, 2.0 * (counts.saturated() + counts.constant - mixed.loglik_fixed))
    wald = 0.0
    if interior.sum() > p:
        inside = Problem(own[interior], variance[interior], X[interior] if p > 1 else None)
        wald = inside.at(0.0).yPy
    lrt_p, wald_p = float(dist.chi2_upper(lrt, df)), float(dist.chi2_upper(wald, df))
    return {
        "I2": 100.0 * mixed.tau2 / (typical + mixed.tau2),
        "H2": mixed.tau2 / typical + 1.0,
        "Q": lrt,
        "Q_df": df,
        "Q_p": lrt_p,
        "extra": {"Q_lrt": lrt, "Q_lrt_p": lrt_p, "Q_wald": wald, "Q_wald_p": wald_p} | fixed,
    }
