"""The influence of single studies on the result: leave-one-out, cumulative, influence, Baujat, funnel coordinates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.core.errors import PoolingError

from . import hartung_knapp as hk
from .batch import pool_batch
from .distributions import chi2_upper
from .fit import fit_problem
from .frame import effects
from .kernel import Problem
from .tau2 import method_name
from .transforms import back_transform, harmonic_mean

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Series:
    """Pooled results of a series of analyses; every field has shape (k,), rows in the order of the complete rows of
    the input (`cumulative`: in the order asked). ``ddf`` are the degrees of freedom of the test, NaN where it is normal
    (also where a Wald-type interval replaces the Hartung-Knapp one). ``keep`` marks the complete rows."""

    estimate: np.ndarray
    se: np.ndarray
    stat: np.ndarray
    pval: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    Q: np.ndarray
    tau2: np.ndarray
    I2: np.ndarray
    H2: np.ndarray
    k: np.ndarray
    ddf: np.ndarray
    keep: np.ndarray

    def to_frame(self, measure: str = "", *, ni: Any = None, index: Sequence[Any] | None = None) -> pd.DataFrame:
        """One row per analysis: ``estimate``, ``ci_lb``, ``ci_ub`` on the natural scale of ``measure``, then ``pval``,
        ``tau2``, ``I2`` and ``k``; ``index`` names the rows."""
        import pandas as pd

        table = {name: getattr(self, name) for name in ("estimate", "ci_lb", "ci_ub", "pval", "tau2", "I2", "k")}
        if measure:
            sizes = None if ni is None else [harmonic_mean(ni)]
            for name in ("estimate", "ci_lb", "ci_ub"):
                table[name] = np.atleast_1d(back_transform(measure, table[name], ni=sizes))
        return pd.DataFrame(table, index=None if index is None else list(index))

    @cached_property
    def Q_p(self) -> np.ndarray:  # noqa: N802
        """P-value of Q, computed on first access."""
        return np.where(self.k > 1, chi2_upper(self.Q, np.maximum(self.k - 1, 1)), 1.0)


def _series(y: np.ndarray, v: np.ndarray, method: str, test: str, level: float, keep: np.ndarray, adhoc: str) -> Series:
    batch = pool_batch(y, v, method, test, level, adhoc=adhoc, prediction="metafor")
    names = [name for name in Series.__dataclass_fields__ if name not in {"estimate", "keep"}]
    return Series(estimate=batch.beta, keep=keep, **{name: getattr(batch, name) for name in names})


def leave_one_out(
    yi: Any, vi: Any, method: str = "REML", test: str = "z", level: float = 95.0, *, adhoc: str = hk.DEFAULT
) -> Series:
    """The pooled estimate without each study in turn, with the same ``adhoc`` rule as `pool`.

    Raises PoolingError for fewer than two studies.
    """
    y, v, keep = effects(yi, vi)
    if y.size < 2:
        raise PoolingError("Leaving out the only study leaves nothing.")
    others = np.arange(y.size - 1) + (np.arange(y.size - 1) >= np.arange(y.size)[:, None])
    return _series(y[others], v[others], method, test, level, keep, adhoc)


def cumulative(
    yi: Any,
    vi: Any,
    method: str = "REML",
    test: str = "z",
    level: float = 95.0,
    *,
    order: Sequence[float] | None = None,
    adhoc: str = hk.DEFAULT,
) -> Series:
    """The pooled estimate of the first 1, 2, ... k studies, in input order or sorted by ``order`` (ties stay), with the
    same ``adhoc`` rule as `pool`."""
    y, v, keep = effects(yi, vi)
    if order is not None:
        position = np.argsort(np.asarray(order, dtype=float)[keep], kind="stable")
        y, v = y[position], v[position]
    first = np.where(np.arange(y.size) <= np.arange(y.size)[:, None], y, np.nan)
    return _series(first, v, method, test, level, keep, adhoc)


@dataclass(frozen=True, eq=False)
class Influence:
    """Deletion diagnostics (Viechtbauer & Cheung 2010), each of shape (k,).

    ``rstudent`` externally standardised residual, ``dffits``, ``cook_d``, ``cov_r`` covariance ratio, ``tau2_del``
    and ``Q_del`` without the study, ``hat``, ``weight_pct``, ``dfbs`` standardised change of the estimate,
    ``is_influential`` by the cut-offs of that paper.
    """

    rstudent: np.ndarray
    dffits: np.ndarray
    cook_d: np.ndarray
    cov_r: np.ndarray
    tau2_del: np.ndarray
    Q_del: np.ndarray
    hat: np.ndarray
    weight_pct: np.ndarray
    dfbs: np.ndarray
    is_influential: np.ndarray
    keep: np.ndarray


def influence(yi: Any, vi: Any, method: str = "REML", test: str = "z") -> Influence:
    """Diagnostics of every study by leaving it out, with the standard errors of ``test`` (z, t or knha).

    knha is applied without an ad hoc rule: rows in which a rule switches to Wald-type errors could not be compared with
    the others.

    Raises PoolingError for fewer than two studies.
    """
    y, v, keep = effects(yi, vi)
    k = y.size
    full = fit_problem(Problem(y, v), method_name(method), test, 95.0)
    rest = leave_one_out(y, v, method, test, adhoc="none")
    weights = 1.0 / (v + full.tau2)
    hat = weights / weights.sum()
    shift = full.beta - rest.estimate
    with np.errstate(divide="ignore", invalid="ignore"):
        deleted = 1.0 / (v + rest.tau2[:, None])
        others = deleted.sum(axis=1) - np.diagonal(deleted)
        scale = rest.se**2 * others  # of Hartung-Knapp; 1 for the classic variance
        se_full = np.sqrt(scale / deleted.sum(axis=1))  # all studies, tau² of the others
        rstudent = (y - rest.estimate) / np.sqrt(scale * (v + rest.tau2) + rest.se**2)
        dffits = shift / np.sqrt(scale * hat * (v + rest.tau2))
        dfbs = shift / se_full
        cook_d = shift**2 / full.se**2
        cov_r = rest.se**2 / full.se**2
    return Influence(
        rstudent, dffits, cook_d, cov_r, rest.tau2, rest.Q, hat, 100.0 * hat, dfbs,
        _influential(dffits, cook_d, hat, dfbs, k), keep,
    )  # fmt: skip


def _influential(dffits: np.ndarray, cook_d: np.ndarray, hat: np.ndarray, dfbs: np.ndarray, k: int) -> np.ndarray:
    """Viechtbauer & Cheung 2010: |DFFITS| > 3 sqrt(p / (k - p)), lower tail of Cook's distance above 50 %,
    hat > 3 p / k, |DFBETAS| > 1."""
    with np.errstate(invalid="ignore"):
        return (
            (np.abs(dffits) > 3.0 * math.sqrt(1.0 / (k - 1)))
            | (chi2_upper(np.maximum(cook_d, 0.0), 1) < 0.5)
            | (hat > 3.0 / k)
            | (np.abs(dfbs) > 1.0)
        )


@dataclass(frozen=True, eq=False)
class Points:
    """Coordinates of a plot, each of shape (k,)."""

    x: np.ndarray
    y: np.ndarray
    keep: np.ndarray


def baujat(yi: Any, vi: Any, method: str = "REML", test: str = "z") -> Points:
    """x: a study's squared Pearson residual, its share of the heterogeneity; y: squared change of the estimate
    without it over its variance by ``test`` (Baujat et al. 2002). For random effects the residual uses v + tau²."""
    y, v, keep = effects(yi, vi)
    full = fit_problem(Problem(y, v), method_name(method), "z", 95.0)
    rest = leave_one_out(y, v, method, test, adhoc="none")
    with np.errstate(divide="ignore", invalid="ignore"):  # equal effects have no Hartung-Knapp variance
        moved = (full.beta - rest.estimate) ** 2 / rest.se**2
    return Points((y - full.beta) ** 2 / (v + full.tau2), moved, keep)


def funnel(yi: Any, vi: Any) -> Points:
    """Effects against their standard errors."""
    y, v, keep = effects(yi, vi)
    return Points(y, np.sqrt(v), keep)
