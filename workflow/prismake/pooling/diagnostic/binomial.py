"""The exact model: binomial within studies, bivariate normal between them; maximum likelihood."""

from __future__ import annotations

import itertools

import numpy as np

from prismake.core.errors import EstimateDoesNotExist, NotConverged

from ..ascent import Peak, ascend
from ..glmm import fit_mixed
from ..laplace import climb
from ..mixed import Mixed
from ..quadrature import CoefficientDiverges, Counts, fixed_effects
from .components import BIVARIATE, COMMON, UNCORRELATED, Components, from_factor, side_by_side
from .exact import LADDER, Likelihood, Sides
from .two_by_two import SIDES

CORRELATIONS = (-0.98, -0.8, -0.3, 0.3, 0.8, 0.98)  # at which searches begin
FEW = 12  # studies up to which one begins at each of them
_ALWAYS = ("No study has a false negative", "No study has a false positive")
_NEVER = ("No study has a true positive", "No study has a true negative")


def side_counts(sides: Sides, side: int) -> Counts:
    """One side as counts of the univariate binomial-normal model, studies without that side left out."""
    used = sides.size[:, side] > 0
    x, n = sides.correct[used, side, None], sides.size[used, side, None]
    return Counts(x, n, sides.designs[side][used][:, None, :], np.zeros_like(x), np.ones_like(x))


def require_estimates(sides: Sides) -> None:
    """Raises EstimateDoesNotExist where a side has no study, or a proportion of zero or one in all of them."""
    for side, name in enumerate(SIDES):
        n, x = sides.size[:, side].sum(), sides.correct[:, side].sum()
        if not n:
            raise EstimateDoesNotExist(
                f"No study can be used for {name}.", remedy="Pool the other side as single proportions."
            )
        if x in (0, n):
            raise EstimateDoesNotExist(
                f"{(_ALWAYS if x == n else _NEVER)[side]}: the likelihood of {name} has no maximum on the logit scale "
                f"({x:g} of {n:g}).",
                remedy="Report the counts with an exact interval, and pool the other side as single proportions.",
            )


def fit_uncorrelated(sides: Sides) -> Components:
    """Two univariate binomial-normal models, fitted exactly.

    Raises EstimateDoesNotExist, with the name of the side, where one of them has no estimate; NotConverged.
    """
    require_estimates(sides)
    fits = [_univariate(sides, side) for side in (0, 1)]
    b, T, V = side_by_side(*zip(*((fit.b, fit.vcov, fit.tau2, fit.se_tau2) for fit in fits), strict=True))
    return Components(
        b, T, V, sum(fit.loglik for fit in fits), UNCORRELATED, max(fit.gradient for fit in fits) ** 2,
        sum(fit.iterations for fit in fits), max(fit.nodes for fit in fits),
    )  # fmt: skip


def _univariate(sides: Sides, side: int) -> Mixed:
    try:
        return fit_mixed(side_counts(sides, side))
    except CoefficientDiverges as error:
        raise EstimateDoesNotExist(
            f"The covariate separates studies with perfect {SIDES[side]} from the others: a coefficient is infinite.",
            remedy="Merge levels or leave the covariate out.",
        ) from error
    except EstimateDoesNotExist as error:
        raise EstimateDoesNotExist(f"{SIDES[side].capitalize()}: {error.what}", remedy=error.remedy) from error


def fit_common(sides: Sides) -> Components:
    """One sensitivity and one specificity for all studies: no variance between them."""
    require_estimates(sides)
    try:
        fits = [fixed_effects(side_counts(sides, side)) for side in (0, 1)]
    except CoefficientDiverges as error:
        raise EstimateDoesNotExist(
            "The covariate separates studies with perfect results from the others: a coefficient is infinite.",
            remedy="Merge levels or leave the covariate out.",
        ) from error
    covariances = tuple(np.linalg.inv(information) for _, _, information in fits)
    nan = float("nan")
    b, T, V = side_by_side((fits[0][0], fits[1][0]), (covariances[0], covariances[1]), (0.0, 0.0), (nan, nan))
    return Components(b, T, V, fits[0][1] + fits[1][1], COMMON, 0.0, 0)


def fit_bivariate(sides: Sides, start: Components, nodes: int | None = None) -> Components:
    """The unstructured model, from the estimates of the uncorrelated one.

    Searches begin at several correlations, where a variance is zero without correlation at small ones. ``nodes`` fixed
    (1: Laplace, as lme4's glmer has it): that approximation is maximised instead.

    Raises NotConverged.
    """
    likelihood = Likelihood(sides)
    peaks = [ascend(likelihood.at, theta, tolerance=1e-6) for theta in _starts(likelihood, start)]
    peak = max(peaks, key=lambda ended: ended.height.value)
    iterations = sum(ended.iterations for ended in peaks)
    for _ in LADDER:
        refined = likelihood.refine(peak.point)
        peak = ascend(likelihood.at, peak.point)
        iterations += peak.iterations
        if not refined and (_ended(peak) or not likelihood.raise_all()):
            break
    if not _ended(peak):
        raise NotConverged("The likelihood of the bivariate model does not rise along its gradient.")
    theta, hessian, value, decrement = peak.point, peak.height.hessian, peak.height.value, peak.decrement
    if nodes is not None:
        approximate = Likelihood(sides, nodes)
        theta, value, gradient, hessian, steps = climb(approximate.value, theta)
        decrement, iterations = float(gradient @ np.linalg.lstsq(-hessian, gradient, rcond=None)[0]), iterations + steps
    return _components(theta, hessian, value, decrement, iterations, nodes or LADDER[int(likelihood.rung.max())])


def _ended(peak: Peak) -> bool:
    return peak.settled and peak.decrement <= 1e-9


def _starts(likelihood: Likelihood, start: Components) -> list[np.ndarray]:
    """Where searches begin: with few studies at every correlation, since the likelihood can have several maxima, else
    at the best one of either sign; at each with the best of several variances."""
    tau = np.sqrt(np.diagonal(start.T))
    spreads = list(itertools.product(*([t] if t > 0.05 else [0.05, 0.3] for t in tau)))
    best = []
    for rho in CORRELATIONS:
        rest = np.sqrt(1.0 - rho * rho)
        points = [np.concatenate((start.b, [first, rho * second, rest * second])) for first, second in spreads]
        heights = [likelihood.at(theta).value for theta in points]
        best.append((max(heights), points[int(np.argmax(heights))]))
    if likelihood.sides.k <= FEW:
        return [theta for _, theta in best]
    half = len(best) // 2
    return [max(part, key=lambda entry: entry[0])[1] for part in (best[:half], best[half:])]


def _components(
    theta: np.ndarray, hessian: np.ndarray, value: float, decrement: float, iterations: int, nodes: int
) -> Components:
    information = -hessian
    p = theta.size - 3
    if np.linalg.eigvalsh(information).min() > 1e-9 * np.abs(information).max():
        covariance = np.linalg.inv(information)
    else:  # what is not determined (a factor beside a variance of zero) is not covaried with
        covariance = np.full_like(information, np.nan)
        covariance[:p, :p] = np.linalg.pinv(information, rcond=1e-9, hermitian=True)[:p, :p]
    b, T, V = from_factor(theta, covariance)
    V[:p, :p] = covariance[:p, :p]
    return Components(b, T, V, value, BIVARIATE, decrement, iterations, nodes)
