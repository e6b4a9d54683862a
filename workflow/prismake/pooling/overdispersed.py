"""The beta-binomial model of proportions and of two arms: `beta_binomial`.

Each arm's risk is drawn from a beta distribution around the mean of its group; both groups share the intraclass
correlation rho of participants of one study (Kuss 2015, Stat Med 34:1097, section 2.5). Studies without events enter
the likelihood unchanged: they need no continuity correction and are not left out.

The model compares groups across studies, not arms within studies, so randomisation is not used. It is sound for rare
events and arms of about equal size within studies, the setting it is meant for; where arms are unequal and risks differ
between studies, the two are confounded (Simpson's paradox). It estimates the ratio of the groups' mean risks; as an
odds ratio this is closer to one than the mean log odds ratio of the studies, which mixed models estimate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import expit, gammaln

from prismake.core.errors import EstimateDoesNotExist, NotConverged, PoolingError

from . import distributions as dist
from .checks import proportions, refuse_impossible, tables
from .estimate import NAN
from .fit import shown
from .frame import columns
from .laplace import climb
from .pooled import Pooled

MEASURES = ("PLO", "OR", "RR", "RD")
SMALLEST_RHO = -30.0  # logit of the intraclass correlation: below it the model is the binomial one


def beta_binomial(
    data: Any, measure: str = "OR", level: float = 95.0, *, labels: Sequence[str] | None = None
) -> Pooled:
    """Pool proportions (PLO: ``xi ni``) or two arms (OR, RR, RD: ``ai bi ci di``) by maximum likelihood.

    Returns
    -------
    Pooled
        On the scale of the measure (logit, log, or difference), Wald intervals. ``tau2``, I² and the prediction
        interval are not defined in this model (NaN); ``extra`` holds ``rho``, the intraclass correlation, with
        ``risks`` of the groups; ``Q`` is twice the gain in log-likelihood over one binomial risk per group (rho = 0),
        with the p-value of a parameter on its bound (half of the chi-square tail).

    Raises
    ------
    EstimateDoesNotExist
        One group has no events, or only events, in all studies; or every arm has no events or only events.
    NotConverged, PoolingError
    """
    measure = measure.upper()
    dist.percent(level)
    x, n, group, keep = _arms(data, measure)
    k, groups = int(keep.sum()), int(group.max()) + 1
    events = np.array([x[group == g].sum() for g in range(groups)])
    total = np.array([n[group == g].sum() for g in range(groups)])
    if (events == 0).any() or (events == total).any():
        raise EstimateDoesNotExist(
            "One group has no events, or only events, in all studies: the likelihood of its risk has no maximum.",
            remedy="Report the counts.",
        )
    if ((x == 0) | (x == n)).all() and n.max() > 1:
        raise EstimateDoesNotExist(
            "Every arm has either no events or only events: the likelihood is highest at a correlation of one.",
            remedy="Report the counts.",
        )
    start = np.log(events / (total - events))
    choose = float((gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)).sum())
    plain = float((x * np.log(expit(start))[group] + (n - x) * np.log(expit(-start))[group]).sum()) + choose
    theta, vcov, value, gradient, steps = _maximum(x, n, group, start, plain, choose)
    beta, se, risks = _on_scale(measure, theta[:groups], vcov[:groups, :groups])
    rho = float(expit(theta[-1])) if theta.size > groups else 0.0
    stat, half = beta / se, dist.critical(level) * se
    gain = max(0.0, 2.0 * (value - plain))
    pooled = Pooled(
        method="ML", test="z", level=level, k=k, p=1, beta=beta, se=se, stat=stat, ddf=NAN,
        pval=float(dist.normal_two_sided(stat)), ci_lb=beta - half, ci_ub=beta + half, vcov=np.array([[se * se]]),
        tau2=NAN, se_tau2=NAN, I2=NAN, H2=NAN, R2=NAN, Q=gain, Q_df=1, Q_p=0.5 * float(dist.chi2_upper(gain, 1)),
        QM=stat * stat, QM_df=(1, NAN), QM_p=float(dist.normal_two_sided(stat)), loglik=value,
        weights_pct=np.full(k, NAN), dropped=int((~keep).sum()), gradient=gradient, iterations=steps,
        extra={"model": "beta-binomial", "rho": rho, "risks": risks},
    )  # fmt: skip
    return shown(pooled, keep, measure, labels, None)


def _arms(data: Any, measure: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Events, totals and group (0, 1) of every arm, and which rows are complete."""
    if measure not in MEASURES:
        raise PoolingError(f"There is no beta-binomial model for '{measure}'.", remedy=f"Use {', '.join(MEASURES)}.")
    if measure == "PLO":
        x, n = columns(data, ["xi", "ni"])
        refuse_impossible(proportions([x, n]))
        keep = ~np.isnan(x + n)
        if not keep.any():
            raise PoolingError("No study has both events and their total.", remedy="There is nothing to pool.")
        return x[keep], n[keep], np.zeros(int(keep.sum()), int), keep
    cells = columns(data, ["ai", "bi", "ci", "di"])
    refuse_impossible(tables(cells))
    keep = ~np.isnan(np.sum(cells, axis=0))
    if not keep.any():
        raise PoolingError("No study is complete.", remedy="There is nothing to pool.")
    a, b, c, d = (cell[keep] for cell in cells)
    return np.append(a, c), np.append(a + b, c + d), np.repeat([0, 1], a.size), keep


def _loglik(x: np.ndarray, n: np.ndarray, group: np.ndarray, theta: np.ndarray) -> float:
    """theta: logits of the groups' means, logit of rho; without the binomial coefficients."""
    size = math.exp(-theta[-1])  # (1 - rho) / rho, the sum of both parameters of the beta distribution
    a, b = size * expit(theta[:-1])[group], size * expit(-theta[:-1])[group]
    if size > 1e7:  # differences of large log-gammas lose their digits: sums of logarithms do not
        return float(_rising(x, a) + _rising(n - x, b) - _rising(n, np.full(n.size, size)))
    top = gammaln(x + a) - gammaln(a) + gammaln(n - x + b) - gammaln(b)
    return float((top - gammaln(n + size) + gammaln(size)).sum())


def _rising(x: np.ndarray, a: np.ndarray) -> float:
    """Sum of log (a (a+1) ... (a+x-1)) over the rows, for a far larger than x: a series in x / a."""
    return float((x * np.log(a) + x * (x - 1.0) / (2.0 * a) - x * (x - 1.0) * (2.0 * x - 1.0) / (12.0 * a * a)).sum())


def _maximum(
    x: np.ndarray, n: np.ndarray, group: np.ndarray, start: np.ndarray, plain: float, choose: float
) -> tuple[np.ndarray, np.ndarray, float, float, int]:
    """(theta, covariance, log-likelihood, gradient, steps); theta is without rho where rho = 0 fits best."""
    best = None
    for rho in (-1.0, -3.0, -6.0):
        try:
            maximum = climb(lambda theta: _loglik(x, n, group, theta) + choose, np.append(start, rho), 100)
        except (NotConverged, np.linalg.LinAlgError, FloatingPointError):
            continue
        if maximum[0][-1] > SMALLEST_RHO and (best is None or maximum[1] > best[1] + 1e-10):
            best = maximum
    if best is None or best[1] <= plain + 1e-9 or best[0][-1] < -16.0:
        total = np.array([n[group == g].sum() for g in range(start.size)])
        information = total * expit(start) * expit(-start)
        return start, np.diag(1.0 / information), plain, 0.0, 0
    theta, value, gradient, hessian, steps = best
    if np.linalg.cond(hessian) > 1e12:
        raise NotConverged("The beta-binomial model has no clear maximum.", remedy="Use another model.")
    return theta, np.linalg.inv(-hessian), value, float(np.abs(gradient).max()), steps


def _on_scale(measure: str, logits: np.ndarray, V: np.ndarray) -> tuple[float, float, tuple[float, ...]]:
    """Estimate and standard error of the measure (delta method) and the groups' risks."""
    p = expit(logits)
    risks = tuple(float(value) for value in p)
    if measure == "PLO":
        return float(logits[0]), math.sqrt(V[0, 0]), risks
    if measure == "OR":
        value, slope = float(logits[0] - logits[1]), np.array([1.0, -1.0])
    elif measure == "RR":
        value, slope = float(np.log(p[0] / p[1])), np.array([1.0 - p[0], -(1.0 - p[1])])
    else:
        value, slope = float(p[0] - p[1]), np.array([p[0] * (1.0 - p[0]), -p[1] * (1.0 - p[1])])
    return value, math.sqrt(float(slope @ V @ slope)), risks
