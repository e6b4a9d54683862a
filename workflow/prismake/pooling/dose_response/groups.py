"""A study of several doses: the contrasts of its groups with a reference group, and their covariance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from .. import distributions as dist
from .effective_counts import (
    CASE_CONTROL,
    CUMULATIVE,
    DESIGNS,
    RATE,
    greenland_longnecker,
    hamling,
    log_variances,
)

DESIGN_OF = {"OR": CASE_CONTROL, "RR": CUMULATIVE, "IRR": RATE}
MEANS = ("MD", "SMD")
RECONSTRUCTIONS = ("greenland_longnecker", "hamling")


@dataclass(frozen=True, eq=False)
class DoseStudy:
    """Contrasts ``y`` (n,) of the groups at ``doses`` (n,) with the group at dose ``reference``, and their covariance
    ``S`` (n, n).

    ``y`` are logarithms for ratios. ``crude``: whether the contrasts come from the counts and not from printed ratios.
    """

    label: str
    doses: np.ndarray
    reference: float
    y: np.ndarray
    S: np.ndarray
    crude: bool = False

    @property
    def se(self) -> np.ndarray:
        """Standard errors of the contrasts (n,)."""
        return np.sqrt(np.diagonal(self.S))

    @property
    def every_dose(self) -> np.ndarray:
        """The reference dose and the others (n + 1,)."""
        return np.concatenate(([self.reference], self.doses))


def dose_study(
    label: str, measure: str, doses: Any, *, cases: Any = None, size: Any = None, ratios: Any = None, lower: Any = None,
    upper: Any = None, se: Any = None, mean: Any = None, sd: Any = None, n: Any = None, design: str = "",
    reference: int | None = None, covariance: str = "greenland_longnecker", variances: str = "pooled",
    correlation: float | None = None, level: float = 95.0,
) -> DoseStudy:  # fmt: skip
    """One study from the numbers of its groups, each (n + 1,).

    Parameters
    ----------
    measure
        ``OR``, ``RR`` or ``IRR`` (also for hazard ratios); ``MD`` or ``SMD`` (Cohen's d).
    doses
        The dose assigned to each group.
    cases, size
        Cases, and people (with the cases) or person-time. Without them ratios need a ``correlation``.
    ratios, lower, upper, se
        Adjusted ratios with their limits, or the standard errors of their logarithms; NaN in the reference group.
        Without them the ratios are those of the counts, and their covariance the closed form.
    mean, sd, n
        Of each group, for ``MD`` and ``SMD``.
    design
        What the counts are: ``case_control``, ``cumulative_incidence`` or ``incidence_rate``; by default as the
        measure says.
    reference
        The place of the reference group; by default the group with a ratio and without an interval, or the lowest dose.
    covariance
        ``greenland_longnecker``, or ``hamling``.
    variances
        Of means: ``pooled`` over the groups of the study (Crippa & Orsini 2016), or ``separate``.
    correlation
        Assumed between any two log ratios where counts are missing.
    level
        Of the printed intervals, in percent.

    Raises
    ------
    EstimateDoesNotExist
        No counts give the adjusted ratios.
    PoolingError
        Numbers from which no contrasts follow, with the reason.
    """
    if covariance not in RECONSTRUCTIONS or variances not in ("pooled", "separate"):
        raise PoolingError(f"Counts are reconstructed by {' or '.join(RECONSTRUCTIONS)}; variances pooled or separate.")
    dose = _column(doses, "doses")
    if dose.size < 2:
        raise PoolingError("A single dose group: there is nothing to compare.", remedy="Leave the study out.")
    if np.isnan(dose).any():
        raise PoolingError("A group has no dose.", remedy="Assign one.")
    if measure in MEANS:
        place = int(np.argmin(dose)) if reference is None else reference
        order = _reference_first(dose, place)
        m, s, size = (_column(values, name)[order] for values, name in ((mean, "mean"), (sd, "sd"), (n, "n")))
        y, S = _means(measure, m, s, size, variances)
        return _study(label, dose[order], y, S, crude=True)
    if measure not in DESIGN_OF or (design and design not in DESIGNS):
        raise PoolingError(f"Measures of dose-response are {', '.join([*DESIGN_OF, *MEANS])}, not {measure}.")
    design = design or DESIGN_OF[measure]
    counts = _counts(cases, size, dose.size, design)
    if ratios is None or np.isnan(_column(ratios, "ratios")).all():
        if counts is None:
            raise PoolingError("Neither ratios nor counts are reported.", remedy="Leave the study out.")
        order = _reference_first(dose, int(np.argmin(dose)) if reference is None else reference)
        y, S = _crude(counts[0][order], counts[1][order], design)
        return _study(label, dose[order], y, S, crude=True)
    ratio = _column(ratios, "ratios")
    error = _standard_errors(ratio, lower, upper, se, level)
    place = _reference_place(ratio, error) if reference is None else reference
    order = _reference_first(dose, place)
    ratio, error = ratio[order] / (1.0 if np.isnan(ratio[place]) else ratio[place]), error[order][1:]
    ratio[0] = 1.0
    if np.isnan(ratio).any() or np.isnan(error).any() or (error <= 0.0).any():
        raise PoolingError(
            "A group besides the reference has no ratio with an interval.",
            remedy="Enter ratio and interval of each group, or leave all ratios out and use the counts.",
        )
    at = None if counts is None else (counts[0][order], counts[1][order])
    return _study(label, dose[order], np.log(ratio[1:]), _adjusted(ratio, error, at, design, covariance, correlation))


def _study(label: str, doses: np.ndarray, y: np.ndarray, S: np.ndarray, *, crude: bool = False) -> DoseStudy:
    """Doses with the reference first, in ascending order of the others; refuses a covariance that is none."""
    order = np.argsort(doses[1:], kind="stable")
    S = 0.5 * (S + S.T)[np.ix_(order, order)]
    if not np.isfinite(y).all() or not np.isfinite(S).all() or float(np.linalg.eigvalsh(S).min()) <= 0.0:
        raise PoolingError(
            "The covariance of the contrasts is not positive definite.",
            remedy="Check intervals and counts: the reference group alone has a larger variance than a contrast.",
        )
    return DoseStudy(label, doses[1:][order], float(doses[0]), y[order], S, crude)


def _column(values: Any, name: str) -> np.ndarray:
    if values is None:
        raise PoolingError(f"The column {name} is needed.")
    return np.array([math.nan if value is None else float(value) for value in values])


def _reference_first(dose: np.ndarray, place: int) -> np.ndarray:
    return np.array([place, *(i for i in range(dose.size) if i != place)])


def _reference_place(ratio: np.ndarray, error: np.ndarray) -> int:
    """The only group whose ratio has no interval (or one of no width)."""
    without: Sequence[int] = np.flatnonzero(np.isnan(error) | (error == 0.0)).tolist()
    if len(without) != 1 or not (np.isnan(ratio[without[0]]) or ratio[without[0]] == 1.0):
        raise PoolingError(
            "One group must be the reference, with a ratio of 1 and no interval; "
            f"{'none' if not without else len(without)} of {ratio.size} groups could be.",
            remedy="Enter 1 without an interval in the reference group, and ratio and interval in every other.",
        )
    return without[0]


def _standard_errors(ratio: np.ndarray, lower: Any, upper: Any, se: Any, level: float) -> np.ndarray:
    if (ratio <= 0.0).any():
        raise PoolingError("A ratio must be above 0.", remedy="Enter ratios, not their logarithms.")
    if se is not None:
        return _column(se, "se")
    low, high = _column(lower, "lower"), _column(upper, "upper")
    if (low <= 0.0).any() or (high <= 0.0).any():
        raise PoolingError("A limit of a ratio must be above 0.", remedy="Check the interval.")
    if (low > ratio).any() or (ratio > high).any():
        raise PoolingError("A ratio lies outside its interval.", remedy="Check ratio and interval.")
    return (np.log(high) - np.log(low)) / (2.0 * dist.critical(level))


def _counts(cases: Any, size: Any, groups: int, design: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Cases and sizes, or None where any of them is not reported."""
    if cases is None or size is None:
        return None
    a, n = _column(cases, "cases"), _column(size, "size")
    if a.size != groups or n.size != groups:
        raise PoolingError(f"{groups} doses but {a.size} cases and {n.size} sizes.")
    if np.isnan(a).any() or np.isnan(n).any():
        return None
    if (a < 0.0).any() or (n <= 0.0).any() or (design != RATE and (a > n).any()):
        raise PoolingError("Cases are more than the people of their group, or below 0.", remedy="Check the counts.")
    return a, n


def _crude(cases: np.ndarray, size: np.ndarray, design: str) -> tuple[np.ndarray, np.ndarray]:
    """Log ratios and their covariance in closed form, from the counts themselves."""
    others = size - cases if design == CASE_CONTROL else size
    if (cases == 0.0).any() or (others == 0.0).any():
        raise PoolingError(
            "A group without cases, or with nobody else, has no log ratio.",
            remedy="Nothing is added to such counts: combine dose groups, or enter the printed ratios.",
        )
    log_risk, v = np.log(cases / others), log_variances(cases, others, design)
    return log_risk[1:] - log_risk[0], v[0] + np.diag(v[1:])


def _adjusted(
    ratio: np.ndarray, error: np.ndarray, counts: tuple[np.ndarray, np.ndarray] | None, design: str, covariance: str,
    correlation: float | None,
) -> np.ndarray:  # fmt: skip
    """The covariance of adjusted log ratios: printed variances, correlations of the effective counts."""
    if error.size == 1:
        return np.array([[float(error[0]) ** 2]])
    if counts is None:
        if correlation is None:
            raise PoolingError(
                "Cases and totals are needed in every group: without them the covariance of the ratios is not known.",
                remedy="Extract the counts, or assume a correlation between the ratios.",
            )
        if not -1.0 / error.size < correlation < 1.0:
            raise PoolingError(f"A correlation of {correlation:g} between the ratios of a study is not possible.")
        return np.outer(error, error) * (correlation + (1.0 - correlation) * np.eye(error.size))
    if covariance == "hamling":
        fitted, rest = hamling(ratio, error**2, counts[0], counts[1], design)
        v = log_variances(fitted, rest, design)
        return np.full((error.size, error.size), v[0]) + np.diag(error**2 - v[0])
    fitted, rest = greenland_longnecker(ratio, counts[0], counts[1], design)
    v = log_variances(fitted, rest, design)
    root = np.sqrt(v[0] + v[1:])
    R = v[0] / np.outer(root, root)
    np.fill_diagonal(R, 1.0)
    return np.outer(error, error) * R


def _means(
    measure: str, mean: np.ndarray, sd: np.ndarray, n: np.ndarray, variances: str
) -> tuple[np.ndarray, np.ndarray]:
    """(Standardised) differences in means from the first group, and their covariance (Crippa & Orsini 2016)."""
    if np.isnan(mean).any() or not (sd > 0.0).all() or not (n >= 2.0).all():
        raise PoolingError("A group has no mean, an SD of 0, or fewer than 2 people.", remedy="Check the group.")
    difference = mean[1:] - mean[0]
    pooled = float(((n - 1.0) @ sd**2) / (n.sum() - n.size))
    if measure == "SMD":
        d = difference / math.sqrt(pooled)
        return d, 1.0 / n[0] + np.diag(1.0 / n[1:]) + np.outer(d, d) / (2.0 * n.sum())
    v = (pooled if variances == "pooled" else sd**2) / n
    return difference, v[0] + np.diag(v[1:])
