"""The approximate model: logits with known sampling variances, bivariate normal between studies (Reitsma et al. 2005).

A side with an empty cell has no logit. Nothing is added to it unless the caller asks and says to which studies.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, PoolingError

from ..fit import pool
from ..joint_outcomes import multivariate
from .components import BIVARIATE, UNCORRELATED, Components, from_factor, side_by_side
from .two_by_two import SIDES, Tables

APPLIED_TO = {
    "only0": "studies with an empty cell",
    "all": "all studies",
    "if0all": "all studies, because one has an empty cell",
}


def logits(tables: Tables, correction: float | None, to: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits and sampling variances (k, 2), NaN for a side that is not used, and which studies were corrected (k,).

    Raises
    ------
    PoolingError
        An empty cell and no correction, or a correction that is not known.
    """
    if to not in APPLIED_TO:
        raise PoolingError(f"A correction cannot be applied to '{to}'.", remedy=f"Use {', '.join(APPLIED_TO)}.")
    if correction is not None and not 0.0 < correction < math.inf:
        raise PoolingError(f"A correction of {correction:g} corrects nothing.", remedy="Use 0.5, or the exact model.")
    right, wrong = tables.correct, tables.size - tables.correct
    used = tables.size > 0
    empty = (used & ((right == 0) | (wrong == 0))).any(axis=1)
    if correction is None and empty.any():
        names = ", ".join(label for label, flag in zip(tables.labels, empty, strict=True) if flag)
        raise PoolingError(
            f"A logit with an empty cell is infinite: {names}.",
            remedy="Use the exact model (binomial), which needs no correction, or name a correction.",
        )
    corrected = np.full(tables.k, to == "all" or (to == "if0all" and bool(empty.any()))) | empty
    if correction is None:
        corrected = np.zeros(tables.k, bool)
    added = np.where(corrected, correction or 0.0, 0.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        y, v = np.log((right + added) / (wrong + added)), 1.0 / (right + added) + 1.0 / (wrong + added)
    return np.where(used, y, np.nan), np.where(used, v, np.nan), corrected


def fit_normal(y: np.ndarray, v: np.ndarray, designs: Sequence[np.ndarray], structure: str, method: str) -> Components:
    """One of the three structures by REML or ML (``common``: inverse variance).

    Raises EstimateDoesNotExist for a side without a study, PoolingError, NotConverged.
    """
    for side, name in enumerate(SIDES):
        if np.isnan(y[:, side]).all():
            raise EstimateDoesNotExist(
                f"No study can be used for {name}.", remedy="Pool the other side as single proportions."
            )
    if structure == BIVARIATE:
        fit = multivariate(y, np.where(np.isnan(v), 1.0, v), designs, method=method)
        covariance = np.zeros((fit.beta.size + 3,) * 2)
        covariance[: fit.beta.size, : fit.beta.size], covariance[-3:, -3:] = fit.vcov, fit.factor_vcov
        b, T, V = from_factor(np.concatenate((fit.beta, fit.factor)), np.nan_to_num(covariance))
        if np.isnan(fit.factor_vcov).any():
            V[-3:, :] = V[:, -3:] = np.nan
        return Components(b, T, V, fit.loglik, BIVARIATE, fit.decrement, fit.iterations)
    fits = []
    for side in (0, 1):
        used = ~np.isnan(y[:, side])
        X = designs[side][used]
        mods = None if X.shape[1] == 1 else {f"x{j}": X[:, j] for j in range(1, X.shape[1])}
        fits.append(pool(y[used, side], v[used, side], method if structure == UNCORRELATED else "EE", "z", mods))
    b, T, V = side_by_side(*zip(*((np.atleast_1d(f.beta), f.vcov, f.tau2, f.se_tau2) for f in fits), strict=True))
    return Components(b, T, V, sum(f.loglik for f in fits), structure, 0.0, 0)
