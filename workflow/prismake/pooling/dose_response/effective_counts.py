"""Counts that agree with adjusted ratios, from which the covariance of the ratios follows.

Ratios against one reference group are correlated, because they share it. Adjusted ratios do not follow from the printed
counts; both methods find counts that give the adjusted ratios. Greenland and Longnecker (1992, Am J Epidemiol
135:1301-1309, appendix 2) keep the size of each group and the number of cases in all. Hamling et al. (2008, Stat Med
27:954-970) keep the variances of the ratios, the share of the reference group among those without the disease, and the
ratio of these to the cases.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from prismake.core.errors import EstimateDoesNotExist

CASE_CONTROL, CUMULATIVE, RATE = "case_control", "cumulative_incidence", "incidence_rate"
DESIGNS = (CASE_CONTROL, CUMULATIVE, RATE)


def greenland_longnecker(
    ratios: np.ndarray, cases: np.ndarray, size: np.ndarray, design: str
) -> tuple[np.ndarray, np.ndarray]:
    """Effective cases (n + 1,) of each group, the reference first, and what they are set against.

    The latter are those without the disease (case-control), people (cumulative incidence) or person-time (incidence
    rate). Where people are counted, the margins of the table of cases and others are kept, and the ratios are those of
    its odds: the counts minimise a strictly convex function, the entropy of the table tilted by the ratios, whose only
    solution is A_i = N_i / (1 + exp(-a) / R_i), where ``a`` makes the cases add up.

    Parameters
    ----------
    ratios
        Adjusted ratios R_i (n + 1,), the first one 1.
    cases, size
        Printed cases, and people in the group (with the cases) or person-time, each (n + 1,).

    Raises
    ------
    EstimateDoesNotExist
        No cases in the whole study, or nobody else.
    """
    total = float(cases.sum())
    if total <= 0.0 or (design != RATE and total >= float(size.sum())):
        raise EstimateDoesNotExist(
            f"The study has {'no cases' if total <= 0.0 else 'nobody but cases'}: no counts give its ratios.",
            remedy="Check cases and totals.",
        )
    if design == RATE:
        return total * size * ratios / float(size @ ratios), size
    fitted = size / (1.0 + np.exp(-_log_odds(np.log(ratios), size, total)) / ratios)
    return fitted, size - fitted if design == CASE_CONTROL else size


def _log_odds(log_ratios: np.ndarray, size: np.ndarray, total: float) -> float:
    """The log odds in the reference group with which the cases of all groups add up."""

    def excess(a: float) -> float:
        return float((size / (1.0 + np.exp(-a - log_ratios))).sum()) - total

    middle = math.log(total / (float(size.sum()) - total))
    widest = float(np.abs(log_ratios).max()) + 1e-9
    return float(brentq(excess, middle - widest, middle + widest, xtol=1e-15, rtol=8.9e-16, maxiter=500))


def hamling(
    ratios: np.ndarray, variances: np.ndarray, cases: np.ndarray, size: np.ndarray, design: str
) -> tuple[np.ndarray, np.ndarray]:
    """As `greenland_longnecker`, with counts that also give the ``variances`` (n,) of the log ratios.

    With w the odds (risk, rate) and t the variance of its logarithm in the reference group, every count follows in
    closed form; t and w are the roots that give the two printed shares.

    Raises
    ------
    EstimateDoesNotExist
        No counts have these ratios, variances and shares.
    """
    others = size - cases if design == CASE_CONTROL else size
    if cases[0] <= 0.0 or others[0] <= 0.0:
        raise EstimateDoesNotExist(
            "The reference group has no cases, or nobody else: no counts have its share.",
            remedy="Reconstruct by Greenland and Longnecker.",
        )
    share, per_case = float(others[0] / others.sum()), float(others.sum() / cases.sum())

    def counts(w: float, t: float) -> tuple[np.ndarray, np.ndarray]:
        odds = ratios * w
        v = np.concatenate(([t], variances - t))
        if design == CASE_CONTROL:
            return (1.0 + odds) / v, (1.0 + 1.0 / odds) / v
        if design == CUMULATIVE:
            return (1.0 - odds) / v, (1.0 / odds - 1.0) / v
        return 1.0 / v, 1.0 / (odds * v)

    def best(w: float) -> tuple[np.ndarray, np.ndarray]:
        most = float(variances.min())

        def off(t: float) -> float:
            rest = counts(w, t)[1]
            return float(rest[0] / rest.sum()) - share

        t = _root(off, 1e-12 * most, most * (1.0 - 1e-12))
        return counts(w, t)

    if design == RATE:  # person-time has no scale in the variances: its share alone decides
        fitted, time = best(1.0)
        return fitted, time * float(size.sum() / time.sum())

    def misfit(log_w: float) -> float:
        fitted, rest = best(math.exp(log_w))
        return math.log(float(rest.sum() / fitted.sum()) / per_case)

    start = math.log(float(cases[0] / others[0]))
    top = -math.log(float(ratios.max())) - 1e-9 if design == CUMULATIVE else start + 30.0
    return best(math.exp(_root(misfit, min(start, top) - 30.0, top)))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    if function(low) * function(high) > 0.0:
        raise EstimateDoesNotExist(
            "No counts have these ratios, intervals and shares of the reference group (Hamling et al. 2008).",
            remedy="Check the intervals, or reconstruct by Greenland and Longnecker.",
        )
    return float(brentq(function, low, high, xtol=1e-14, rtol=8.9e-16, maxiter=500))


def log_variances(cases: np.ndarray, others: np.ndarray, design: str) -> np.ndarray:
    """What each group contributes to the variance of a log ratio (n + 1,)."""
    if design == CASE_CONTROL:
        return 1.0 / cases + 1.0 / others
    return 1.0 / cases - 1.0 / others if design == CUMULATIVE else 1.0 / cases
