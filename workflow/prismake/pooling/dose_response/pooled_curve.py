"""Pooling dose-response curves: `pool_dose_response`.

In two stages, the curve of each study is fitted by generalised least squares, and the coefficients are pooled by
multivariate meta-analysis; a study whose doses do not determine a curve of its own cannot take part. In one stage, the
contrasts of all studies are the data of one linear mixed model (Crippa et al. 2019), and such studies can. Where every
study has its own curve, both give the same estimates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, PoolingError

from .. import distributions as dist
from ..known_within import Blocks, Surface, highest, places_of, residual_q, solved, stacked, starting_factors
from .basis import Basis, basis
from .curve import DoseResponse, LeftOutStudy, i2_of
from .groups import DoseStudy
from .moments import between_studies

STAGES = ("one", "two")
METHODS = ("REML", "ML", "MM", "fixed")
STRUCTURES = ("unstructured", "diagonal")
Own = tuple[np.ndarray, np.ndarray] | None  # coefficients (p,) of a study's own curve and their covariance (p, p)


class _Between(NamedTuple):
    """The covariance between studies (in some unit of the coefficients), its log-likelihood and its certificate."""

    T: np.ndarray
    loglik: float
    decrement: float
    iterations: int


def pool_dose_response(
    studies: Sequence[DoseStudy], *, model: str = "linear", knots: int | Sequence[float] = 3, stage: str = "two",
    method: str = "REML", structure: str = "unstructured", reference: float | None = None, level: float = 95.0,
    near: np.ndarray | None = None,
) -> DoseResponse:  # fmt: skip
    """Pool the dose-response curves of studies.

    Parameters
    ----------
    studies
        As `dose_study` makes them, all with contrasts of the same measure.
    model, knots
        ``linear``, ``quadratic``, or ``spline``: a restricted cubic spline with so many knots (3 to 7) at the quantiles
        that Harrell recommends, or with knots at the doses named.
    stage
        ``two`` or ``one``.
    method
        Of the covariance between studies: ``REML``, ``ML``, ``MM`` (moments; two stages only), or ``fixed``: none.
    structure
        Of that covariance: ``unstructured`` or ``diagonal``.
    reference
        The dose that curves are set against; the lowest dose by default. It changes no coefficient.
    level
        Of the intervals, in percent.
    near
        A covariance between studies (p, p) near which the estimate lies, such as that of the same studies and one more.
        Its search then starts there and near zero only, in place of several starts.

    Returns
    -------
    DoseResponse

    Raises
    ------
    EstimateDoesNotExist
        No study, or doses that do not determine the curve.
    NotConverged
    PoolingError
        Settings that are not known, or knots that do not differ.
    """
    _check(stage, method, structure)
    dist.percent(level)
    if not studies:
        raise EstimateDoesNotExist("No study with dose groups can be used.", remedy="Check the extracted groups.")
    shape = basis(model, np.concatenate([study.every_dose for study in studies]), knots)
    used, own, left_out = _usable(studies, shape, stage)
    notes = []
    if len(used) == 1 and method != "fixed":
        notes.append("One study: its own curve, without a variance between studies.")
        method = "fixed"
    blocks = _blocks(used, own, shape, stage)
    unit = _unit(blocks, own, structure)
    scaled = Blocks(blocks.y, blocks.X @ unit, blocks.Z @ unit, blocks.S, blocks.rows)
    between = _between(scaled, unit, own, method, structure, near)
    bound = method != "fixed" and _singular(between.T)
    if bound:
        notes.append("The covariance between studies lies at its bound: a variance is zero, or a correlation 1 or −1.")
    start = min(float(study.every_dose.min()) for study in used) if reference is None else float(reference)
    return _described(
        scaled, unit, between, used, own, shape, stage, method, structure, level, start, left_out, tuple(notes), bound
    )


def _check(stage: str, method: str, structure: str) -> None:
    if stage not in STAGES or method not in METHODS or structure not in STRUCTURES:
        raise PoolingError(
            f"Curves are pooled in {' or '.join(STAGES)} stages, by {', '.join(METHODS)}, "
            f"with a covariance that is {' or '.join(STRUCTURES)}."
        )
    if stage == "one" and method == "MM":
        raise PoolingError("The method of moments needs two stages.", remedy="Use REML, or two stages.")


@lru_cache(maxsize=4096)
def _design(study: DoseStudy, shape: Basis) -> np.ndarray:
    """The terms of the curve at the doses of a study, minus those at its reference dose (n, p)."""
    return shape.contrast(study.doses, study.reference)


@lru_cache(maxsize=4096)  # analyses that leave one study out ask for the curves of the others again
def own_curve(study: DoseStudy, shape: Basis) -> Own:
    """The curve of one study by generalised least squares (Greenland & Longnecker 1992, equation 7), or None if its
    doses do not determine one."""
    X = _design(study, shape)
    if not _full_rank(X):
        return None
    half = np.linalg.solve(np.linalg.cholesky(study.S), np.column_stack((X, study.y)))
    Q, R = np.linalg.qr(half[:, :-1])
    inverse = np.linalg.inv(R)
    return inverse @ (Q.T @ half[:, -1]), inverse @ inverse.T


def _full_rank(X: np.ndarray) -> bool:
    scale = np.sqrt((X * X).sum(axis=0))
    return bool(
        X.shape[0] >= X.shape[1] and (scale > 0.0).all() and np.linalg.cond(X / np.where(scale > 0.0, scale, 1.0)) < 1e5
    )


def _usable(
    studies: Sequence[DoseStudy], shape: Basis, stage: str
) -> tuple[list[DoseStudy], list[Own], tuple[LeftOutStudy, ...]]:
    own = [own_curve(study, shape) for study in studies]
    if stage == "one":
        if not _full_rank(np.vstack([_design(study, shape) for study in studies])):
            raise EstimateDoesNotExist(
                f"The doses of all studies together do not determine a {_named(shape)}.",
                remedy="Use a simpler curve, or other knots.",
            )
        return list(studies), own, ()
    needed = len(shape.names)
    left_out = tuple(
        LeftOutStudy(
            study.label,
            f"{study.doses.size} dose group{'s' * (study.doses.size != 1)} besides the reference: a {_named(shape)} of "
            f"its own needs {needed} at doses that determine it. In one stage the study could take part.",
        )
        for study, curve in zip(studies, own, strict=True)
        if curve is None
    )
    used = [(study, curve) for study, curve in zip(studies, own, strict=True) if curve is not None]
    if not used:
        raise EstimateDoesNotExist(
            f"No study has dose groups enough for a {_named(shape)} of its own.",
            remedy="Use a simpler curve, or pool in one stage.",
        )
    return [study for study, _ in used], [curve for _, curve in used], left_out


def _named(shape: Basis) -> str:
    return {"linear": "line", "quadratic": "parabola"}.get(shape.model, f"spline with {len(shape.knots)} knots")


def _blocks(studies: Sequence[DoseStudy], own: Sequence[Own], shape: Basis, stage: str) -> Blocks:
    if stage == "two":
        unit = np.eye(len(shape.names))
        return stacked((curve[0], unit, unit, curve[1]) for curve in own if curve is not None)
    designs = [_design(study, shape) for study in studies]
    return stacked((study.y, X, X, study.S) for study, X in zip(studies, designs, strict=True))


def _unit(blocks: Blocks, own: Sequence[Own], structure: str) -> np.ndarray:
    """The metric (p, p) in which T is sought: all coefficients have one scale, and none is correlated with another.

    It is the covariance of the curve of a typical study, within studies (that of the fixed-effect estimate times k) and
    between them (by the method of moments, where two studies have curves of their own). If T is to be diagonal in the
    coefficients themselves, only their scales.
    """
    half = np.linalg.inv(np.linalg.cholesky(blocks.S)) @ blocks.X
    R = np.linalg.qr(half.reshape(-1, half.shape[2]), mode="r")
    within = math.sqrt(blocks.k) * np.linalg.inv(R)
    b, V = _in_unit(own, within)
    spread = np.eye(len(within))
    if len(b) > 1:
        spread = spread + _positive(between_studies(b, V))
    unit = within @ np.linalg.cholesky(spread)
    return np.diag(np.sqrt((unit**2).sum(axis=1))) if structure == "diagonal" else unit


def _in_unit(own: Sequence[Own], unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The coefficients (k, p) of the studies that have their own, and their covariances (k, p, p), in a metric."""
    inverse = np.linalg.inv(unit)
    curves = [(inverse @ curve[0], inverse @ curve[1] @ inverse.T) for curve in own if curve is not None]
    return np.array([b for b, _ in curves]), np.array([V for _, V in curves])


def _between(
    scaled: Blocks, unit: np.ndarray, own: Sequence[Own], method: str, structure: str, near: np.ndarray | None
) -> _Between:
    """T in units of ``unit``."""
    m = scaled.Z.shape[2]
    none = np.zeros((m, m))
    if method == "fixed":
        return _Between(none, _loglik(scaled, none), 0.0, 0)
    if method == "MM":
        inverse = np.linalg.inv(unit)
        T = unit @ between_studies(*_in_unit(own, unit)) @ unit.T
        T = inverse @ _positive(np.diag(np.diagonal(T)) if structure == "diagonal" else T) @ inverse.T
        return _Between(T, _loglik(scaled, T), 0.0, 0)
    places = places_of(m, structure)
    surface = Surface(scaled, places, method == "REML")
    starts = starting_factors(np.ones(m), np.full(m, 0.05), places)
    if near is not None:
        inverse = np.linalg.inv(unit)
        starts = [np.linalg.cholesky(inverse @ near @ inverse.T + 1e-3 * np.eye(m))[places], starts[-1]]
    peak = highest(surface, starts, "the curves")
    L = surface.factor(peak.point)
    return _Between(L @ L.T, peak.height.value, peak.decrement, peak.iterations)


def _positive(T: np.ndarray) -> np.ndarray:
    """T with eigenvalues below zero set to zero (Jackson, White & Riley 2013, section 3.4)."""
    values, vectors = np.linalg.eigh(T)
    return (vectors * np.maximum(values, 0.0)) @ vectors.T


def _loglik(blocks: Blocks, T: np.ndarray) -> float:
    """The log-likelihood at T (not restricted)."""
    fit = solved(blocks, T)
    Q = float(np.einsum("in,inl,il->", fit.residuals, fit.W, fit.residuals))
    return -0.5 * (blocks.rows * math.log(2.0 * math.pi) + fit.logdet + Q)


def _singular(T: np.ndarray) -> bool:
    """Whether T, in the metric of the search, has a variance of zero or a correlation of one."""
    d = np.sqrt(np.diagonal(T))
    if (d <= 1e-6).any():
        return True
    return bool(np.linalg.eigvalsh(T / np.outer(d, d)).min() < 1e-6)


def _described(
    scaled: Blocks, unit: np.ndarray, between: _Between, studies: Sequence[DoseStudy], own: Sequence[Own], shape: Basis,
    stage: str, method: str, structure: str, level: float, reference: float, left_out: tuple[LeftOutStudy, ...],
    notes: tuple[str, ...], bound: bool,
) -> DoseResponse:  # fmt: skip
    fit = solved(scaled, between.T)
    beta, vcov, T = unit @ fit.beta, unit @ fit.vcov @ unit.T, unit @ between.T @ unit.T
    se = np.sqrt(np.diagonal(vcov))
    half = dist.critical(level) * se
    information = np.einsum("inp,inl,ilq->ipq", scaled.X, fit.W, scaled.X)
    Q, df = residual_q(scaled), scaled.rows - beta.size
    effects = np.einsum("inp,inl,il->ip", scaled.Z, fit.W, fit.residuals) @ between.T @ unit.T
    return DoseResponse(
        basis=shape, stage=stage, method=method, structure=structure, level=level, reference=reference, beta=beta,
        se=se, stat=beta / se, pval=dist.normal_two_sided(beta / se), ci_lb=beta - half, ci_ub=beta + half, vcov=vcov,
        T=0.5 * (T + T.T), Q=Q, df=df, Q_p=float(dist.chi2_upper(Q, df)) if df else math.nan, I2=i2_of(Q, df),
        loglik=between.loglik, weights=100.0 / beta.size * np.einsum("pq,iqp->i", fit.vcov, information),
        studies=tuple(studies), own=tuple(own), shrunken=beta + effects, left_out=left_out, notes=notes, bound=bound,
        decrement=between.decrement, iterations=between.iterations,
    )  # fmt: skip
