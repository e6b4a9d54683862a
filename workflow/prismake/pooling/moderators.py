"""Meta-regression beyond the fit: predictions at new values, permutation tests, cluster-robust variance."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import prediction as pi
from .design import complete_rows, design_matrix
from .distributions import critical, f_upper, t_two_sided
from .fit import fit_problem
from .frame import effects
from .kernel import Problem
from .pooled import Pooled
from .tau2 import method_name


@dataclass(frozen=True, eq=False)
class Prediction:
    """Fitted values at new moderators with confidence and prediction intervals, each of shape (m,)."""

    pred: np.ndarray
    se: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    pi_lb: np.ndarray
    pi_ub: np.ndarray


def predict(
    pooled: Pooled, newmods: Any = None, *, level: float | None = None, prediction: str = pi.DEFAULT
) -> Prediction:
    """Fitted values of a `pool` result at rows ``newmods`` (m, columns of the design without its intercept).

    Confidence limits use the quantile of the fit's test: normal for z, t with its df otherwise. ``prediction`` may be
    any kind that `pool` has except ``cd``. Without moderators ``newmods`` is omitted and the single row is the pooled
    estimate.
    """
    if pi.prediction_name(prediction) == "cd":
        raise PoolingError("The prediction interval 'cd' is not available with moderators.", remedy="Use hts.")
    beta = np.atleast_1d(pooled.beta)
    has_intercept = pooled.coef_names[0] == "intercept"
    if newmods is None:
        if beta.size > 1:
            raise PoolingError("A regression needs the values of its moderators to predict at.", remedy="Give newmods.")
        X = np.ones((1, 1))
    else:
        X = np.asarray(newmods, dtype=float)
        X = X.reshape(-1, beta.size - has_intercept) if X.ndim < 2 else X
        if has_intercept:
            X = np.column_stack([np.ones(X.shape[0]), X])
        if X.shape[1] != beta.size:
            raise PoolingError(f"{X.shape[1]} values per row for {beta.size} coefficients.", remedy="See coef_names.")
    pred = X @ beta
    if pooled.root is None:
        classic = np.sqrt(np.einsum("ij,jk,ik->i", X, np.atleast_2d(pooled.vcov), X))
    else:
        classic = np.linalg.norm(X @ pooled.root, axis=1)
    se = math.sqrt(pooled.scale) * classic
    level, df = level or pooled.level, None if math.isnan(pooled.ddf) else int(pooled.ddf)
    half = critical(level, df) * se
    shape = (pooled.tau2, pooled.k, pooled.p, level, df)
    wide = np.array([pi.half_width(prediction, s, c, *shape) for s, c in zip(se, classic, strict=True)])
    return Prediction(pred, se, pred - half, pred + half, pred - wide, pred + wide)


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Permutation p-values: ``pval`` of each coefficient (p,), ``QM_p`` of the moderators together; ``exact`` where
    all permutations were used, otherwise a sample drawn with ``seed``."""

    coef_names: tuple[str, ...]
    pval: np.ndarray
    QM_p: float
    permutations: int
    exact: bool
    seed: int


def permutation_test(
    yi: Any, vi: Any, mods: Any = None, *, method: str = "REML", test: str = "z", permutations: int = 1000,
    seed: int = 0,
) -> PermutationTest:  # fmt: skip
    """Permutation test of meta-regression coefficients (Higgins & Thompson 2004; Follmann & Proschan 1999).

    With moderators the rows of the design are permuted; without, the signs of the effects are flipped. All permutations
    are used when there are no more than ``permutations``, otherwise that many are drawn. The observed arrangement is
    included, so p is never zero; statistics within 1e-9 of the observed one count as ties.
    """
    method = method_name(method)
    generator = np.random.default_rng(seed)
    if mods is None:
        return _sign_flips(yi, vi, method, test, permutations, generator, seed)
    X, names = design_matrix(mods)
    y, v, X, *_ = complete_rows(yi, vi, X)
    k = y.size
    observed = fit_problem(Problem(y, v, X), method, test, 95.0)
    exact = math.factorial(min(k, 12)) <= permutations if k <= 12 else False
    orders: Iterable[Any]
    if exact:
        orders = itertools.permutations(range(k))
    else:
        orders = itertools.chain([tuple(range(k))], (generator.permutation(k) for _ in range(permutations - 1)))
    hits, hits_q, count = np.zeros(X.shape[1]), 0, 0
    for order in orders:
        fit = fit_problem(Problem(y, v, X[list(order)]), method, test, 95.0)
        hits += np.abs(fit.stat) >= np.abs(observed.stat) - 1e-9 * np.abs(observed.stat)
        hits_q += fit.QM >= observed.QM * (1.0 - 1e-9)
        count += 1
    return PermutationTest(names, hits / count, hits_q / count, count, exact, seed)


def _sign_flips(
    yi: Any, vi: Any, method: str, test: str, permutations: int, generator: np.random.Generator, seed: int
) -> PermutationTest:
    y, v, _ = effects(yi, vi)
    k = y.size
    exact = k < 40 and 2**k <= permutations
    if exact:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=k)))
    else:
        signs = generator.choice((1.0, -1.0), size=(permutations, k))
        signs[0] = 1.0
    from .batch import pool_batch

    plain: dict[str, Any] = {
        "method": method,
        "test": test,
        "adhoc": "none",
    }  # an ad hoc rule would make the statistic jump where it switches
    stat = pool_batch(signs * y, np.broadcast_to(v, signs.shape), **plain).stat
    p = float((np.abs(stat) >= abs(stat[0]) * (1.0 - 1e-9)).mean())
    return PermutationTest(("intercept",), np.array([p]), p, signs.shape[0], exact, seed)


# ---- cluster-robust variance ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Robust:
    """Coefficients with cluster-robust covariance: arrays (p,), ``df`` Satterthwaite degrees of freedom each."""

    coef_names: tuple[str, ...]
    beta: np.ndarray
    se: np.ndarray
    stat: np.ndarray
    df: np.ndarray
    pval: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    vcov: np.ndarray
    clusters: int
    kind: str


def robust(
    yi: Any, vi: Any, cluster: Sequence[Any], mods: Any = None, *, method: str = "REML", kind: str = "CR2",
    level: float = 95.0, covariance: np.ndarray | None = None,
) -> Robust:  # fmt: skip
    """Sandwich covariance of the coefficients when several effects come from one study.

    ``CR2``: bias-reduced linearisation with Satterthwaite df (Bell & McCaffrey 2002; Tipton 2015; Pustejovsky &
    Tipton 2018), exact when the working model is right. ``CR0`` (White 1980) and ``CR1`` (times m / (m - p)) use
    t with m - p df, m clusters. The working model is diag(v + tau²), or ``covariance`` (k, k), e.g. that of
    `three_level`.
    """
    X, names = (None, ("intercept",)) if mods is None else design_matrix(mods)
    labels = np.array([str(c) for c in cluster], dtype=object)
    if X is None:
        y, v, keep = effects(yi, vi)
        X = np.ones((y.size, 1))
    else:
        y, v, X, _, keep = complete_rows(yi, vi, X)
    labels = labels[keep]
    k, p = X.shape
    if covariance is None:
        tau2 = fit_problem(
            Problem(y, v, X if p > 1 or mods is not None else None), method_name(method), "z", level
        ).tau2
        Phi = np.diag(v + tau2)
    else:
        Phi = np.asarray(covariance, dtype=float)
        Phi = Phi if Phi.shape[0] == k else Phi[np.ix_(keep, keep)]
    groups = [np.flatnonzero(labels == name) for name in sorted(set(labels))]
    if len(groups) <= p:
        raise PoolingError(f"{len(groups)} clusters are too few for {p} coefficients.", remedy="Use fewer moderators.")
    return _sandwich(y, X, Phi, groups, kind, level, names)


def _sandwich(
    y: np.ndarray,
    X: np.ndarray,
    Phi: np.ndarray,
    groups: list[np.ndarray],
    kind: str,
    level: float,
    names: tuple[str, ...],
) -> Robust:
    (k, p), m = X.shape, len(groups)
    W = np.linalg.inv(Phi)
    M = np.linalg.inv(X.T @ W @ X)
    beta = M @ (X.T @ (W @ y))
    residual = y - X @ beta
    hat = X @ M @ X.T @ W
    G = []  # rows: M X_j' W_j A_j (I - H)_j, so that beta - mean = sum of G_j residuals
    meat = np.zeros((p, p))
    for index in groups:
        A = _adjustment(Phi, X, M, index) if kind == "CR2" else np.eye(index.size)
        lift = M @ (X.T @ W)[:, index] @ A
        u = lift @ residual[index]
        meat += np.outer(u, u)
        G.append(lift @ (np.eye(k) - hat)[index])
    if kind not in {"CR0", "CR1", "CR2"}:
        raise PoolingError(f"There is no cluster-robust variance '{kind}'.", remedy="Use CR0, CR1 or CR2.")
    if kind == "CR1":
        meat *= m / (m - p)
    se = np.sqrt(np.diagonal(meat))
    df = np.full(p, float(m - p))
    if kind == "CR2":
        for j in range(p):
            g = np.array([block[j] for block in G])  # (m, k)
            P = g @ Phi @ g.T
            df[j] = np.trace(P) ** 2 / float((P * P).sum())
    with np.errstate(divide="ignore", invalid="ignore"):  # effects that the model fits exactly have no error
        stat = beta / se
    half = np.array([critical(level, d) for d in df]) * se
    return Robust(names, beta, se, stat, df, t_two_sided(stat, df), beta - half, beta + half, meat, m, kind)


def _adjustment(Phi: np.ndarray, X: np.ndarray, M: np.ndarray, index: np.ndarray) -> np.ndarray:
    """A_j = D' (D B D')^(-1/2) D with Phi_j = D'D and B the covariance of the cluster's residuals (Pustejovsky &
    Tipton 2018, equation 8)."""
    block = Phi[np.ix_(index, index)]
    D = np.linalg.cholesky(block).T
    B = D @ (block - X[index] @ M @ X[index].T) @ D.T
    values, vectors = np.linalg.eigh(B)
    inverse = np.where(values > 1e-12 * values.max(), 1.0 / np.sqrt(np.maximum(values, 1e-300)), 0.0)
    return D.T @ (vectors * inverse) @ vectors.T @ D


def wald_f(result: Robust, rows: Sequence[int]) -> tuple[float, float]:
    """(F, p) that the coefficients ``rows`` are all zero, with the smallest of their df (conservative)."""
    index = list(rows)
    V = result.vcov[np.ix_(index, index)]
    F = float(result.beta[index] @ np.linalg.solve(V, result.beta[index])) / len(index)
    return F, float(f_upper(F, len(index), float(result.df[index].min())))
