"""Pooling sensitivity and specificity: `pool_accuracy`.

The exact binomial likelihood is the default, because the normal approximation needs a correction of empty cells and
draws both proportions towards one half (Chu & Cole 2006; Hamza, Reitsma & Stijnen 2008).

With few studies, or little heterogeneity, the likelihood of the bivariate model is often highest where the correlation
is one or minus one, or a variance zero. Nothing is corrected to avoid it. A variance of zero has no correlation: the
model is then the univariate ones of both sides. A correlation on its bound stays in force where the data speak for it
(the likelihood-ratio test against no correlation; pooled estimates are not biased by the bound, Riley, Abrams, Sutton,
Lambert & Thompson 2007); where they do not, both sides are pooled separately, as is advised for few studies (Takwoingi,
Guo, Riley & Deeks 2017). Whichever it is, it is named in ``bound`` and said in ``notes``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from prismake.core.errors import NotConverged, PoolingError

from .. import distributions as dist
from .accuracy import Accuracy
from .binomial import fit_bivariate, fit_common, fit_uncorrelated
from .components import BIVARIATE, COMMON, STRUCTURES, UNCORRELATED, Components
from .normal import APPLIED_TO, fit_normal, logits
from .two_by_two import SIDES, Tables, read_tables

AUTO = "auto"
BINOMIAL, NORMAL = "binomial", "normal"
SPEAKS = 0.05  # p-value below which data speak for a correlation that is on its bound
_SEPARATELY = "Sensitivity and specificity are pooled separately, without a correlation."
Fits = Callable[[str, Components | None], Components]


def pool_accuracy(
    data: Any, *, model: str = BINOMIAL, method: str | None = None, structure: str = AUTO, level: float = 95.0,
    correction: float | None = None, to: str = "only0", nodes: int | None = None,
    labels: Sequence[str] | None = None,
) -> Accuracy:  # fmt: skip
    """Pool sensitivity and specificity of one test from 2 x 2 tables.

    Parameters
    ----------
    data
        Columns ``tp fp fn tn``, one row per study.
    model
        ``binomial``: exact, by maximum likelihood (Chu & Cole 2006). ``normal``: logits with sampling variances
        (Reitsma et al. 2005).
    method
        Of the normal model: REML (the default) or ML. The exact model is always ML.
    structure
        ``auto``: bivariate, or what the data allow of it, see above. ``bivariate`` (also with a correlation on its
        bound), ``uncorrelated`` (two univariate random-effects models) or ``common`` (no variance between studies):
        that one and no other.
    correction, to
        What the normal model adds to all cells of studies with an empty one (``only0``), of all studies (``all``), or
        of all studies if one has an empty cell (``if0all``). Nothing by default, and never in the exact model.
    nodes
        Quadrature nodes in each dimension for the bivariate exact model: as many as each study needs by default; 1 is
        the Laplace approximation, for comparison with programs that have no other.

    Returns
    -------
    Accuracy

    Raises
    ------
    EstimateDoesNotExist
        A side without a study, or with a proportion of zero or one in all of them; heterogeneity without bound.
    NotConverged
        Only for the structure that was asked for by name.
    PoolingError
        Impossible counts, an empty cell in the normal model, settings that are not known.
    """
    dist.percent(level)
    check_settings(model, method, structure, correction, to)
    tables = read_tables(data, labels)
    method = "ML" if model == BINOMIAL else method or "REML"
    corrected = np.zeros(tables.k, bool)
    if model == BINOMIAL:
        fits = binomial_fits(tables, nodes)
    else:
        y, v, corrected = logits(tables, correction, to)
        fits = normal_fits(tables, y, v, method)
    notes = list(tables.notes)
    if corrected.any():
        where = APPLIED_TO[to]
        notes.append(f"{correction:g} was added to every cell of {where}, as asked.")
    components, bound = choose(fits, structure, tables, notes)
    return Accuracy(
        logits=components.b, vcov=components.vcov_b, T=components.T, level=level, k=tables.k, model=model,
        method=method, structure=components.structure, asked=structure, bound=bound, notes=tuple(notes),
        labels=tables.labels, correct=tables.correct, size=tables.size, left_out=tables.left_out,
        corrected=tuple(label for label, flag in zip(tables.labels, corrected, strict=True) if flag),
        correction=correction if corrected.any() else None, components=components,
    )  # fmt: skip


def check_settings(model: str, method: str | None, structure: str, correction: float | None, to: str) -> None:
    if model not in {BINOMIAL, NORMAL}:
        raise PoolingError(f"There is no model '{model}' of diagnostic accuracy.", remedy="Use binomial or normal.")
    if structure not in {AUTO, *STRUCTURES}:
        raise PoolingError(f"There is no structure '{structure}'.", remedy=f"Use {AUTO}, {', '.join(STRUCTURES)}.")
    if method not in ({None, "ML"} if model == BINOMIAL else {None, "ML", "REML"}):
        raise PoolingError(f"The {model} model has no method '{method}'.", remedy="REML belongs to the normal model.")
    if model == BINOMIAL and correction is not None:
        raise PoolingError(
            "The exact model corrects nothing.", remedy="Leave the correction out, or use the normal model."
        )
    if to not in APPLIED_TO:
        raise PoolingError(f"A correction cannot be applied to '{to}'.", remedy=f"Use {', '.join(APPLIED_TO)}.")


def binomial_fits(tables: Tables, nodes: int | None, designs: tuple[np.ndarray, np.ndarray] | None = None) -> Fits:
    sides = tables.sides(designs)

    def fit(structure: str, start: Components | None) -> Components:
        if structure == COMMON:
            return fit_common(sides)
        if structure == UNCORRELATED:
            return fit_uncorrelated(sides)
        return fit_bivariate(sides, start or fit_uncorrelated(sides), nodes)

    return fit


def normal_fits(
    tables: Tables, y: np.ndarray, v: np.ndarray, method: str,
    designs: tuple[np.ndarray, np.ndarray] | None = None,
) -> Fits:  # fmt: skip
    column = np.ones((tables.k, 1))
    return lambda structure, _: fit_normal(y, v, designs or (column, column), structure, method)


def choose(fits: Fits, structure: str, tables: Tables, notes: list[str]) -> tuple[Components, tuple[str, ...]]:
    """The fit of the structure that was asked for, or that the data allow, with what lies on its bound.

    Sentences about it are appended to ``notes``.
    """
    if tables.k == 1:
        if structure in {BIVARIATE, UNCORRELATED}:
            raise PoolingError(
                "One study: the variance between studies cannot be estimated.", remedy="Report the study."
            )
        notes.append("One study: its own sensitivity and specificity, without a variance between studies.")
        return fits(COMMON, None), ()
    if structure == COMMON:
        return fits(COMMON, None), ()
    uncorrelated = fits(UNCORRELATED, None)
    if structure == UNCORRELATED:
        return uncorrelated, _zero_variances(uncorrelated, notes)
    if structure == BIVARIATE:
        fit = fits(BIVARIATE, uncorrelated)
        return fit, _bound(fit, notes)
    return _allowed(fits, uncorrelated, tables, notes)


def _allowed(
    fits: Fits, uncorrelated: Components, tables: Tables, notes: list[str]
) -> tuple[Components, tuple[str, ...]]:
    together = int((tables.size > 0).all(axis=1).sum())
    if together < 2:
        notes.append(f"Fewer than two studies have both sides. {_SEPARATELY}")
        return uncorrelated, _zero_variances(uncorrelated, notes)
    try:
        fit = fits(BIVARIATE, uncorrelated)
    except NotConverged as error:
        notes.append(f"The bivariate model was not fitted: {error.what} {_SEPARATELY}")
        return uncorrelated, _zero_variances(uncorrelated, notes)
    if not fit.at_bound:
        return fit, ()
    gain = 2.0 * (fit.loglik - uncorrelated.loglik)
    if np.isnan(fit.correlation) or gain <= 1e-8:
        return uncorrelated, _zero_variances(uncorrelated, notes)
    p = float(dist.chi2_upper(gain, 1))
    test = f"likelihood-ratio test against no correlation: {gain:.2f} on 1 degree of freedom, {_p(p)}"
    if p < SPEAKS:
        notes.append(f"{_at_bound(fit)} ({test}). It is in force, without a standard error.")
        return fit, ("correlation",)
    notes.append(f"{_at_bound(fit)} ({test}): the data do not determine it. {_SEPARATELY}")
    return uncorrelated, ("correlation", *_zero_variances(uncorrelated, notes))


def _zero_variances(fit: Components, notes: list[str]) -> tuple[str, ...]:
    zero = tuple(name for name, tau2 in zip(SIDES, np.diagonal(fit.T), strict=True) if tau2 <= 1e-12)
    for name in zero:
        notes.append(
            f"The variance of logit {name} between studies was estimated as zero: it has no correlation, and the "
            "summary ROC curve is not determined."
        )
    return zero


def _bound(fit: Components, notes: list[str]) -> tuple[str, ...]:
    if not fit.at_bound:
        return ()
    zero = _zero_variances(fit, notes)
    if zero:
        return zero
    notes.append(f"{_at_bound(fit)}.")
    return ("correlation",)


def _at_bound(fit: Components) -> str:
    bound = f"at its bound, {'1' if fit.correlation > 0 else '−1'}"
    return f"The correlation of sensitivity and specificity between studies was estimated {bound}"


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
