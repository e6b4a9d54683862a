"""Subgroups: an estimate in each, and the test that they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from prismake.core.errors import PoolingError

from . import hartung_knapp as hk
from . import prediction as pi
from .design import missing
from .display import group_lines, limits, p_value
from .distributions import chi2_upper
from .estimate import NAN
from .fit import fit_problem, pool
from .frame import as_column, effects
from .kernel import Problem
from .pooled import Pooled
from .tau2 import estimate, method_name

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class Subgroups:
    """Results by level (in alphabetical order) and the between-group test; ``print`` gives them as a table, `to_frame`
    as a data frame, on the natural scale where the measure is known.

    ``Q df p``: chi-square test of no difference (F with ``ddf`` for knha on a common tau²). ``tau2``: the common
    value, or NaN where each group has its own. ``R2``: percent of tau² explained by the grouping (common tau² only).
    ``dropped``: rows without a group, effect or variance. ``warnings``: groups of one study, and any deviation in a
    group from what was asked.
    """

    levels: tuple[str, ...]
    results: tuple[Pooled, ...]
    Q: float
    df: int
    ddf: float
    p: float
    tau2: float
    R2: float
    method: str
    test: str
    dropped: int
    warnings: tuple[str, ...] = ()

    def __getitem__(self, level: str) -> Pooled:
        return self.results[self.levels.index(level)]

    def __repr__(self) -> str:
        return f"<Subgroups: {', '.join(self.levels)}, test between them {p_value(self.p)}>"

    def __str__(self) -> str:
        df = f"{self.df}" if math.isnan(self.ddf) else f"{self.df} and {self.ddf:g}"
        test = f"test between them: {self.Q:.2f} on {df} df, {p_value(self.p)}"
        return "\n".join([*group_lines(self.levels, self.results), "", test, *(f"note: {n}" for n in self.warnings)])

    def to_frame(self) -> pd.DataFrame:
        """One row per group: ``k``, ``estimate``, ``ci_lb``, ``ci_ub``, ``tau2``, and ``pi_lb pi_ub``."""
        import pandas as pd

        rows = [(r.k, *limits(r)[:3], r.tau2, *limits(r)[3:]) for r in self.results]
        columns = ["k", "estimate", "ci_lb", "ci_ub", "tau2", "pi_lb", "pi_ub"]
        return pd.DataFrame(rows, index=list(self.levels), columns=columns)


def subgroups(
    yi: Any,
    vi: Any,
    groups: Sequence[Any],
    tau2: str = "common",
    method: str = "REML",
    test: str = "z",
    level: float = 95.0,
    *,
    adhoc: str = hk.DEFAULT,
    prediction: str = pi.DEFAULT,
    measure: str = "",
) -> Subgroups:
    """Pool within groups and test the difference (Borenstein et al. 2009, chapter 19).

    ``tau2="common"``: one residual tau² for all groups, estimated in the regression on group; the between-group test
    is the test of that moderator. ``"separate"``: a tau² of its own in each group, and Cochran's Q between the group
    estimates. With ``test="knha"`` the groups have Hartung-Knapp intervals, each with its own factor and k - 1 df,
    under the same ``adhoc`` rule as `pool`; with separate tau² the test between them uses their standard errors.
    ``measure`` is used to show the groups on their natural scale.

    Raises
    ------
    PoolingError
        Fewer than two groups, lengths that differ, or an unknown ``tau2``.
    """
    method = method_name(method)
    labels = np.array([None if missing(g) else str(g) for g in groups], dtype=object)
    y, v = as_column(yi, "yi").copy(), as_column(vi, "vi")
    if labels.size != y.size:
        raise PoolingError(f"{y.size} effects but {labels.size} group labels.")
    y[np.array([g is None for g in labels])] = np.nan
    y, v, keep = effects(y, v)
    labels = labels[keep]
    levels = tuple(sorted(set(labels)))
    if len(levels) < 2:
        raise PoolingError("There is only one group: nothing to compare.", remedy="Leave the subgroup analysis out.")
    masks = [labels == name for name in levels]
    dropped = int((~keep).sum())
    how: dict[str, Any] = {"adhoc": hk.adhoc_name(adhoc), "prediction": pi.prediction_name(prediction)}
    if tau2 == "separate":
        return _separate(y, v, masks, levels, (method, test, level), how | {"measure": measure}, dropped)
    if tau2 != "common":
        raise PoolingError(f"tau2 cannot be '{tau2}'.", remedy="Use common or separate.")
    X = np.column_stack([np.ones(y.size), *(mask.astype(float) for mask in masks[1:])])
    joint = fit_problem(Problem(y, v, X), method, test, level, adhoc=how["adhoc"])
    results = tuple(pool(y[m], v[m], method, test, None, level, tau2=joint.tau2, measure=measure, **how) for m in masks)
    df = len(levels) - 1
    ddf = joint.QM_df[1]
    warnings = _warnings(levels, results, ALONE_COMMON)
    values = (
        levels,
        results,
        joint.QM,
        df,
        ddf,
        joint.QM_p,
        joint.tau2,
        joint.R2,
        method,
        joint.test,
        dropped,
        warnings,
    )
    return Subgroups(*values)


def _separate(
    y: np.ndarray,
    v: np.ndarray,
    masks: list[np.ndarray],
    levels: tuple[str, ...],
    settings: tuple[str, str, float],
    how: dict[str, Any],
    dropped: int,
) -> Subgroups:
    method, test, level = settings
    results = tuple(pool(y[m], v[m], method, test, level=level, **how) for m in masks)
    estimates, errors = np.array([r.beta for r in results]), np.array([r.se for r in results])
    if (errors == 0.0).any():
        raise PoolingError("A group's standard error is zero: its studies are identical.", remedy="Use test z.")
    Q = between(estimates, errors)
    df = len(levels) - 1
    warnings = _warnings(levels, results, ALONE_SEPARATE)
    return Subgroups(levels, results, Q, df, NAN, float(chi2_upper(Q, df)), NAN, NAN, method, test, dropped, warnings)


ALONE_COMMON = "one study; the test between groups uses the common tau² for it."
ALONE_SEPARATE = "one study, so tau² cannot be estimated and the test between groups takes its effect for too precise."


def _warnings(levels: tuple[str, ...], results: tuple[Pooled, ...], alone: str) -> tuple[str, ...]:
    """Groups of one study, and the corrections to Hartung-Knapp intervals, each with its group."""
    warnings = []
    for level, result in zip(levels, results, strict=True):
        if result.k == 1:
            warnings.append(f"{level}: {alone}")
        else:
            warnings += [f"{level}: {note}" for note in result.warnings]
    return tuple(warnings)


def between(estimates: np.ndarray, errors: np.ndarray) -> float:
    """Cochran's Q between estimates with known standard errors."""
    return Problem(estimates, errors**2).at(0.0).yPy


def explained(yi: Any, vi: Any, tau2: float, method: str = "REML") -> float:
    """Percent of the total tau² that a model with residual ``tau2`` explains."""
    y, v, _ = effects(yi, vi)
    before = estimate(Problem(y, v), method_name(method)).value
    return max(0.0, 100.0 * (before - tau2) / before) if before > 0.0 else 0.0
