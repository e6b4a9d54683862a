"""One covariate of sensitivity, specificity or both: `accuracy_regression`.

The covariate shifts the logits of the sides that it is given to; variances and correlation between studies are common
to all of its values. It is tested by the likelihood ratio of the models with and without it, on the same studies and
with the same structure, fitted by maximum likelihood (Reitsma et al. 2005; Cochrane Handbook for DTA Reviews,
chapter 10).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from prismake.core.errors import PoolingError

from .. import distributions as dist
from ..design import design_matrix, is_factor, missing, require_full_rank
from ..frame import as_column
from .components import Components
from .normal import logits
from .structure import AUTO, BINOMIAL, NORMAL, Fits, binomial_fits, check_settings, choose, normal_fits
from .summary import SummaryPoint
from .two_by_two import SENSITIVITY, SIDES, SPECIFICITY, Tables, read_tables

BOTH = "both"


class Coefficient(NamedTuple):
    """A coefficient on the logit scale of one side, with its Wald interval and p-value."""

    side: str
    name: str
    beta: float
    se: float
    lb: float
    ub: float
    p: float


@dataclass(frozen=True, eq=False)
class AccuracyRegression:
    """``coefficients`` and the likelihood-ratio test of the covariate: ``statistic`` on ``df`` degrees of freedom.

    ``points`` are summaries at the covariate's levels, or at the quartiles of a number. ``structure``, ``bound``,
    ``notes``, ``components`` are as in `Accuracy`; ``loglik`` and ``loglik_without`` are those compared.
    """

    covariate: str
    on: str
    coefficients: tuple[Coefficient, ...]
    statistic: float
    df: int
    p: float
    loglik: float
    loglik_without: float
    points: tuple[tuple[Any, SummaryPoint], ...]
    k: int
    model: str
    method: str
    structure: str
    bound: tuple[str, ...]
    notes: tuple[str, ...]
    labels: tuple[str, ...]
    components: Components


def accuracy_regression(
    data: Any, covariate: Sequence[Any], *, name: str = "covariate", on: str = BOTH, model: str = BINOMIAL,
    method: str | None = None, structure: str = AUTO, level: float = 95.0, correction: float | None = None,
    to: str = "only0", labels: Sequence[str] | None = None,
) -> AccuracyRegression:  # fmt: skip
    """Fit `pool_accuracy`'s model with a covariate, one value per row of ``data``.

    Numbers enter as they are, words as contrasts with the first level in alphabetical order. ``on``: both, sensitivity
    or specificity. Studies without a value are left out, which ``notes`` says. Other settings as in `pool_accuracy`.

    Raises
    ------
    PoolingError
        A covariate with one value, or more coefficients than studies of a side.
    EstimateDoesNotExist, NotConverged
    """
    if on not in {BOTH, *SIDES}:
        raise PoolingError(f"A covariate cannot act on '{on}'.", remedy=f"Use {BOTH}, {', '.join(SIDES)}.")
    check_settings(model, method, structure, correction, to)
    tables, values, notes = _with_values(data, covariate, name, labels)
    X, names = design_matrix({name: values})
    column = np.ones((tables.k, 1))
    designs = (column if on == SPECIFICITY else X, column if on == SENSITIVITY else X)
    for side, design in enumerate(designs):
        require_full_rank(design[tables.size[:, side] > 0])
    method = "ML" if model == BINOMIAL else method or "REML"
    back = [_standard(design) for design in designs]  # a year as it is would spoil the search
    designs = (designs[0] @ back[0], designs[1] @ back[1])
    fit, bound = choose(_fits(tables, model, method, designs, correction, to), structure, tables, notes)
    with_it = fit
    if method == "REML":  # likelihoods of different means are comparable by ML alone
        with_it = _fits(tables, model, "ML", designs, correction, to)(fit.structure, None)
    without = _fits(tables, model, "ML", (column, column), correction, to)(fit.structure, None)
    df = fit.b.size - without.b.size
    fit = _turned(fit, back)
    statistic = max(0.0, 2.0 * (with_it.loglik - without.loglik))
    return AccuracyRegression(
        covariate=name, on=on, coefficients=_coefficients(fit, names, on, level), statistic=statistic, df=df,
        p=float(dist.chi2_upper(statistic, df)), loglik=with_it.loglik, loglik_without=without.loglik,
        points=_points(fit, values, X, on, level, tables.k), k=tables.k, model=model, method=method,
        structure=fit.structure, bound=bound, notes=tuple(notes), labels=tables.labels, components=fit,
    )  # fmt: skip


def _standard(design: np.ndarray) -> np.ndarray:
    """The matrix (p, p) that turns a design with an intercept into one with columns of mean zero and spread one."""
    A = np.eye(design.shape[1])
    spread = design[:, 1:].std(axis=0)
    A[1:, 1:] /= spread
    A[0, 1:] = -design[:, 1:].mean(axis=0) / spread
    return A


def _turned(fit: Components, back: Sequence[np.ndarray]) -> Components:
    """Coefficients of the designs as they were given, from those of standardised ones."""
    p, first = fit.b.size, back[0].shape[1]
    A = np.eye(p + 3)
    A[:first, :first], A[first:p, first:p] = back
    absent = np.isnan(fit.vcov)
    vcov = A @ np.where(absent, 0.0, fit.vcov) @ A.T
    vcov[absent] = np.nan
    return replace(fit, b=A[:p, :p] @ fit.b, vcov=vcov)


def _with_values(
    data: Any, covariate: Sequence[Any], name: str, labels: Sequence[str] | None
) -> tuple[Tables, np.ndarray, list[str]]:
    """The tables that can be used and have a value of the covariate, these values, and what is to be said."""
    tables = read_tables(data, labels)
    values = np.asarray(covariate, dtype=object).ravel()
    if values.size <= int(tables.rows.max()):
        raise PoolingError(f"The covariate '{name}' has {values.size} values, fewer than there are studies.")
    values = values[tables.rows]
    keep = np.array([not missing(value) for value in values])
    notes = [*tables.notes]
    notes += [f"{tables.labels[i]} is left out: {name} is not reported." for i in np.flatnonzero(~keep)]
    if not keep.any():
        raise PoolingError(f"No study reports {name}.", remedy="Leave the covariate out.")
    left = Tables(
        tables.correct[keep], tables.size[keep],
        tuple(label for label, flag in zip(tables.labels, keep, strict=True) if flag), tables.rows[keep],
        tuple(notes), tables.left_out,
    )  # fmt: skip
    return left, values[keep], notes


def _fits(
    tables: Tables, model: str, method: str, designs: tuple[np.ndarray, np.ndarray], correction: float | None, to: str
) -> Fits:
    if model == NORMAL:
        y, v, _ = logits(tables, correction, to)
        return normal_fits(tables, y, v, method, designs)
    return binomial_fits(tables, None, designs)


def _coefficients(fit: Components, names: Sequence[str], on: str, level: float) -> tuple[Coefficient, ...]:
    rows = [(side, term) for side in SIDES for term in (names if on in {BOTH, side} else names[:1])]
    se = np.sqrt(np.diagonal(fit.vcov_b))
    half = dist.critical(level) * se
    return tuple(
        Coefficient(side, term, float(b), float(s), float(b - h), float(b + h), float(dist.normal_two_sided(b / s)))
        for (side, term), b, s, h in zip(rows, fit.b, se, half, strict=True)
    )


def _points(
    fit: Components, values: np.ndarray, X: np.ndarray, on: str, level: float, k: int
) -> tuple[tuple[Any, SummaryPoint], ...]:
    """Summaries at the levels of words, or at the quartiles of numbers."""
    if is_factor(values):
        text = np.array([str(value) for value in values])
        shown = {level_name: X[np.flatnonzero(text == level_name)[0]] for level_name in sorted(set(text))}
    else:
        quartiles = np.unique(np.quantile(as_column(values), (0.25, 0.5, 0.75)))
        shown = {float(x): np.array([1.0, x]) for x in quartiles}
    points = []
    for value, row in shown.items():
        first = row if on in {BOTH, SENSITIVITY} else row[:1]
        second = row if on in {BOTH, SPECIFICITY} else row[:1]
        A = np.zeros((2, fit.b.size))
        A[0, : first.size], A[1, first.size :] = first, second
        points.append((value, SummaryPoint(A @ fit.b, A @ fit.vcov_b @ A.T, fit.T, level, k)))
    return tuple(points)
