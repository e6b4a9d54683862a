"""Mixed models of two arms: log odds ratios and log rate ratios without continuity corrections.

Three models (Turner et al. 2000; Stijnen, Hamza & Özdemir 2010; Jackson et al. 2018): a fixed or a random effect of
each study's baseline, or no baseline at all by conditioning on the study's events.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, NotConverged, PoolingError

from . import prediction as pi
from .design import design_matrix, require_full_rank
from .distributions import chi2_upper
from .effects import effect_rows, effect_sizes
from .fit import shown
from .frame import columns
from .glmm import Mixed, fit_mixed
from .hypergeometric import tables
from .laplace import climb
from .pooled import Pooled
from .proportions import Asked, summarise, summarise_fit
from .quadrature import Counts, fixed_effects, hermite

NO_TIME = -700.0  # log of a time at risk so short that no event can occur
MODELS = ("conditional", "exact-conditional", "fixed-study", "random-study")


def pool_two_arms(
    data: Any, measure: str = "OR", *, model: str = "conditional", test: str | None = None, level: float = 95.0,
    mods: Any = None, nodes: int | None = None, prediction: str = pi.DEFAULT, labels: Sequence[str] | None = None,
) -> Pooled:  # fmt: skip
    """Pool two-arm counts by a generalised linear mixed model; studies without any event (or only events) are dropped.

    Parameters
    ----------
    data
        ``ai bi ci di`` for OR (binomial-normal), ``x1i t1i x2i t2i`` for IRR (Poisson-normal).
    model
        ``conditional``: events of arm 1 among the events of both, binomial with an offset (exact for rates; for odds
        ratios an approximation that is good when events are rare). ``exact-conditional``: the same for odds ratios by
        the non-central hypergeometric likelihood, given all margins. ``fixed-study``: one coefficient per study and a
        random treatment effect, +-1/2 coding. ``random-study``: a normal baseline and, independent of it, a random
        treatment effect.
    mods
        Moderators of the log ratio, as in `pool`; not for ``random-study``.
    nodes
        As many as needed by default; 1 is the Laplace approximation.
    prediction, labels
        As in `pool`.

    Returns
    -------
    Pooled
        On the log scale, arm 1 against arm 2, fields as in `pool_proportions`.

    Raises
    ------
    EstimateDoesNotExist
        One arm has no events at all.
    """
    if model not in MODELS:
        raise PoolingError(f"There is no model '{model}'.", remedy=f"Use one of: {', '.join(MODELS)}.")
    settings = Asked(test, level, prediction, nodes)
    x, size, offset, yi, vi, D, names, keep = _tables(data, measure.upper(), mods)
    dropped = int((~keep).sum())

    def show(fit: Pooled) -> Pooled:
        pooled = shown(fit, keep, measure, labels, None)
        rows = effect_rows(measure, data, labels=labels)
        notes = tuple(note for note in rows.notes if not note.startswith("Continuity"))
        every = len(rows.left_out) == fit.dropped  # else moderators are missing too
        return replace(pooled, warnings=(*notes, *(fit.warnings if every else pooled.warnings)))

    if x[:, 0].sum() == 0 or x[:, 1].sum() == 0:
        raise EstimateDoesNotExist("One arm has no events in any study: the ratio is zero or infinite.")
    k, p = D.shape
    if model == "conditional":
        total = x.sum(axis=1)
        relative = np.log(size[:, 0] / size[:, 1]) if size is not None else offset[:, 0] - offset[:, 1]
        counts = Counts(x[:, :1], total[:, None], D[:, None, :], relative[:, None], np.ones((k, 1)))
        interior = (x > 0).all(axis=1)
        with np.errstate(divide="ignore"):
            own, variance = np.log(x[:, 0] / x[:, 1]) - relative, 1.0 / x[:, 0] + 1.0 / x[:, 1]
        return show(summarise(counts, yi, vi, interior, settings, names, dropped, wald=(own, variance)))
    if model == "exact-conditional":
        if size is None:
            raise PoolingError("Rate ratios need no exact model: conditional is exact for them.")
        exact = tables(x[:, 0], size[:, 0], x.sum(axis=1), size[:, 1], D)
        own, variance = exact.own()
        return show(summarise(exact, yi, vi, np.isfinite(own), settings, names, dropped, wald=(own, variance)))
    half = np.broadcast_to([0.5, -0.5], (k, 2))
    if model == "fixed-study":
        inside = (x > 0).all(axis=1) & ((x < size).all(axis=1) if size is not None else True)
        X = np.zeros((k, 2, k + p))
        X[np.arange(k), :, np.arange(k)] = 1.0
        X[:, :, k:] = half[:, :, None] * D[:, None, :]
        counts = Counts(x, size, X, offset, half)
        return show(summarise(counts, yi, vi, inside, settings, names, dropped, report=slice(k, k + p)))
    if mods is not None:
        raise PoolingError("The model with random study effects takes no moderators.", remedy="Use fixed-study.")
    X = np.stack([np.ones((k, 2)), half], axis=2)
    mixed = _random_study(Counts(x, size, X, offset, half), nodes)
    tests = _interaction_tests(x, size, offset)
    return show(summarise_fit(mixed, k, yi, vi, tests, settings, names, dropped, report=slice(1, 2)))


def _interaction_tests(x: np.ndarray, size: np.ndarray | None, offset: np.ndarray) -> dict[str, float]:
    """Tests of homogeneity of the ratio with random baselines: one ratio per study, as an effect on arm 1, against a
    common ratio; by likelihood ratio, and by Wald among studies with a finite ratio. NaN where a search fails.

    If arm 1 has no events, or only events, the study is fitted exactly by an infinite ratio: arm 1 then has
    probability one, and only arm 2 contributes to the likelihood.
    """
    k = x.shape[0]
    finite = np.flatnonzero((x[:, 0] > 0) & ((x[:, 0] < size[:, 0]) if size is not None else True))
    ones, first = np.ones((k, 2)), np.broadcast_to([1.0, 0.0], (k, 2))
    each = np.zeros((k, 2, finite.size + 1))
    each[:, :, 0] = 1.0
    each[finite, 0, np.arange(1, finite.size + 1)] = 1.0
    infinite = np.ones(k, bool)
    infinite[finite] = False
    left, left_size, left_offset = x.copy(), None if size is None else size.copy(), offset.copy()
    left[infinite, 0] = 0.0
    if left_size is None:
        left_offset[infinite, 0] = NO_TIME
    else:
        left_size[infinite, 0] = 0.0
    undefined = dict.fromkeys(("Q_lrt", "Q_lrt_p", "Q_wald", "Q_wald_p"), math.nan)
    if k < 2:
        return undefined
    try:
        common = fit_mixed(Counts(x, size, np.stack([ones, first], axis=2), offset, ones))
        many = fit_mixed(Counts(left, left_size, each, left_offset, ones))
    except (NotConverged, EstimateDoesNotExist, np.linalg.LinAlgError):
        return undefined
    lrt, wald = max(0.0, 2.0 * (many.loglik - common.loglik)), 0.0
    if finite.size > 1:
        contrast = np.column_stack([-np.ones(finite.size - 1), np.eye(finite.size - 1)])
        gap = contrast @ many.b[1:]
        wald = float(gap @ np.linalg.solve(contrast @ many.vcov[1:, 1:] @ contrast.T, gap))
    p = [float(chi2_upper(value, k - 1)) for value in (lrt, wald)]
    return {"Q_lrt": lrt, "Q_lrt_p": p[0], "Q_wald": wald, "Q_wald_p": p[1]}


def _tables(data: Any, measure: str, mods: Any) -> tuple[Any, ...]:
    """Counts (k, 2), totals (k, 2) or None, offset (k, 2), the studies' own log ratios with variances (k,), the design
    (k, p) with its names, and which rows were kept."""
    if measure == "OR":
        a, b, c, d = columns(data, ["ai", "bi", "ci", "di"])
        x, size = np.column_stack((a, c)), np.column_stack((a + b, c + d))
        offset = np.zeros_like(x)
        empty = (a + c == 0) | (b + d == 0)
    elif measure == "IRR":
        x1, t1, x2, t2 = columns(data, ["x1i", "t1i", "x2i", "t2i"])
        x, size, offset = np.column_stack((x1, x2)), None, np.log(np.column_stack((t1, t2)))
        empty = x1 + x2 == 0
    else:
        raise PoolingError(f"There is no mixed model for '{measure}'.", remedy="Use OR or IRR.")
    yi, vi = effect_sizes(measure, data)
    D, names = (np.ones((yi.size, 1)), ("intercept",)) if mods is None else design_matrix(mods)
    if D.shape[0] != yi.size:
        raise PoolingError(f"{yi.size} studies but {D.shape[0]} rows of moderators.")
    keep = ~(np.isnan(x).any(axis=1) | np.isnan(offset).any(axis=1) | np.isnan(D).any(axis=1) | empty)
    if size is not None:
        keep &= ~np.isnan(size).any(axis=1)
        size = size[keep]
    if not keep.any():
        raise EstimateDoesNotExist("No study has an event in one arm and a non-event in another.")
    require_full_rank(D[keep])
    return x[keep], size, offset[keep], yi[keep], vi[keep], D[keep], names, keep


# ---- two random effects --------------------------------------------------------------------------------------


@dataclass(eq=False)
class _TwoEffects:
    """Likelihood with independent random effects of baseline (sd sigma) and treatment (sd tau), product quadrature."""

    counts: Counts
    nodes: int

    def loglik(self, theta: np.ndarray) -> float:
        counts = self.counts
        base = counts.offset + counts.X @ theta[:2]
        scale = np.stack([np.full_like(counts.z, abs(theta[2])), abs(theta[3]) * counts.z], axis=2)  # (k, r, 2)
        u, H = self._modes(base, scale)
        L = np.linalg.cholesky(np.linalg.inv(H))
        t, logw = hermite(self.nodes)
        grid = np.array(np.meshgrid(t, t)).reshape(2, -1) * math.sqrt(2.0)
        weight = np.add.outer(logw, logw).reshape(-1)
        points = u[:, :, None] + L @ grid
        eta = base[:, :, None] + scale @ points
        a = counts.log_density(eta).sum(axis=1) + weight - 0.5 * (points**2).sum(axis=1)
        top = a.max(axis=1)
        logdet = np.log(np.abs(np.einsum("kii->ki", L))).sum(axis=1) + math.log(2.0)
        total = top + np.log(np.exp(a - top[:, None]).sum(axis=1)) + logdet
        return float(total.sum()) + counts.constant

    def _modes(self, base: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        counts, u = self.counts, np.zeros((self.counts.k, 2))

        def height(u: np.ndarray) -> np.ndarray:
            eta = base + np.einsum("krq,kq->kr", scale, u)
            return counts.log_density(eta).sum(axis=1) - 0.5 * (u * u).sum(axis=1)

        value = height(u)
        for _ in range(400):
            mu, var = counts.mean_variance(base + np.einsum("krq,kq->kr", scale, u))
            slope = np.einsum("krq,kr->kq", scale, counts.x - mu) - u
            H = np.einsum("krp,kr,krq->kpq", scale, var, scale) + np.eye(2)
            step = np.linalg.solve(H, slope[:, :, None])[:, :, 0]
            if np.abs(step).max() < 1e-10:
                return u, H
            size = np.ones((counts.k, 1))
            for _ in range(40):  # halve where the integrand falls; it is log-concave, so a step up exists
                new = height(u + size * step)
                lower = new < value - 1e-12 * (1.0 + np.abs(value))
                if not lower.any():
                    break
                size[lower] *= 0.5
            u, value = u + size * step, new
        raise NotConverged("The mode of a random effect was not found.")


def _climb_with_bounds(model: _TwoEffects, start: np.ndarray) -> tuple[np.ndarray, float, np.ndarray, np.ndarray, int]:
    """Maximum over (coefficients, sigma, tau). If the search comes near an edge where a standard deviation is zero, the
    edge is searched too, with the Hessian of the remaining parameters."""
    maximum = None
    with contextlib.suppress(NotConverged, np.linalg.LinAlgError):
        maximum = climb(model.loglik, start, 60)
    if maximum is not None and np.abs(maximum[0][2:]).min() > 1e-3:
        return maximum
    for fixed in (3, 2):
        free = np.array([i for i in range(4) if i != fixed])

        def edge(part: np.ndarray, free: np.ndarray = free) -> float:
            theta = np.zeros(4)
            theta[free] = part
            return model.loglik(theta)

        try:
            part, value, gradient, hessian, steps = climb(edge, start[free], 60)
        except (NotConverged, np.linalg.LinAlgError):
            continue
        if maximum is None or value >= maximum[1] - 1e-9:
            theta, full_hessian, slope = np.zeros(4), -1e12 * np.eye(4), np.zeros(4)
            theta[free], full_hessian[np.ix_(free, free)], slope[free] = part, hessian, gradient
            maximum = theta, value, slope, full_hessian, steps
    if maximum is None:
        raise NotConverged("The model with random study effects did not converge.", remedy="Use fixed-study.")
    return maximum


def _random_study(counts: Counts, nodes: int | None) -> Mixed:
    b0, ll0, information = fixed_effects(counts)
    eta = np.log((counts.x + 0.5) / ((counts.size - counts.x + 0.5) if counts.size is not None else 1.0))
    sigma = max(0.3, float(np.std((eta - counts.offset).mean(axis=1))))
    chosen = nodes or 15
    model = _TwoEffects(counts, chosen)
    start = max((np.array([*b0, sigma, tau]) for tau in (0.2, 0.6, 1.2)), key=model.loglik)
    theta, value, gradient, hessian, steps = _climb_with_bounds(model, start)
    if nodes is None:
        finer = _TwoEffects(counts, 2 * chosen)
        if abs(finer.loglik(theta) - value) > 1e-8 * (1.0 + abs(value)):
            theta, value, gradient, hessian, steps = _climb_with_bounds(finer, theta)
            chosen *= 2
    V, tau = np.linalg.inv(-hessian), abs(float(theta[3]))
    extra = float(np.abs(gradient).max())
    return Mixed(
        theta[:2], V[:2, :2], tau * tau, 2.0 * tau * math.sqrt(max(V[3, 3], 0.0)), value, ll0, b0, information, extra,
        steps, chosen,
    )  # fmt: skip
