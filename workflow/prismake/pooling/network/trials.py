"""Trials of a network: the effects between their arms, and how these vary together.

The numbers of one arm give a value and a variance (of the logarithm for ratios), and the effects between the arms of a
trial share the arms that they share, so that trials with several arms have their proper weights by themselves. Effects
that were published between pairs of arms have the same form: it is found from all pairs of a trial (Rücker and
Schwarzer 2014, section 2.3).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from prismake.core.errors import PoolingError

from .. import checks as ck
from ..formulas import small_sample

ARM_COLUMNS = {
    **dict.fromkeys(("OR", "RR", "RD"), ("events", "total")),
    **dict.fromkeys(("IRR", "IRD"), ("events", "time")),
    **dict.fromkeys(("MD", "SMD", "ROM"), ("mean", "sd", "n")),
}
RATIOS = ("OR", "RR", "IRR")
NO_EVENTS = "No arm of this trial has an event: it says nothing about a ratio."
ALL_EVENTS = "Every participant of this trial has the event: it says nothing about an odds ratio."
ONE_ARM = "Only one treatment of this trial has usable numbers, and there is nothing to compare it with."
_TOLERANCE = 0.05  # of a standard error, by which published effects of one trial may disagree through rounding


@dataclass(frozen=True, eq=False)
class Trial:
    """One trial of k arms.

    ``values`` (k,) and ``covariance`` (k, k) matter only in differences: a against b is values[a] − values[b], with
    variance S_aa + S_bb − 2 S_ab. ``participants`` (k,) are NaN where unknown. ``corrected``: 1/2 was added to cells.
    """

    name: str
    treatments: tuple[str, ...]
    values: np.ndarray
    covariance: np.ndarray
    participants: np.ndarray
    corrected: bool = False

    def difference(self, a: int, b: int) -> tuple[float, float]:
        """Effect of arm a against arm b, and its variance."""
        S = self.covariance
        return float(self.values[a] - self.values[b]), float(S[a, a] + S[b, b] - 2.0 * S[a, b])


@dataclass(frozen=True, eq=False)
class Trials:
    """Trials that can be used; ``left_out`` are positions of rows that cannot, each with the reason."""

    trials: tuple[Trial, ...]
    left_out: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def arm_trials(
    measure: str,
    data: Mapping[str, Sequence[float]],
    studies: Sequence[Hashable],
    treatments: Sequence[str],
    *,
    add: float = 0.5,
) -> Trials:
    """Trials from one row per arm.

    Args:
        measure: OR, RR, RD (``events``, ``total``), IRR, IRD (``events``, ``time``), MD, SMD, ROM (``mean``, ``sd``,
            ``n``).
        data: these columns, (rows,).
        studies, treatments: of each row.
        add: added to events and to non-events in every arm of a trial with an empty cell, as in meta-analysis of pairs.

    Raises:
        PoolingError: an unknown measure, or a missing column.
    """
    if measure not in ARM_COLUMNS:
        raise PoolingError(f"There is no measure '{measure}' of arms.", remedy=f"Use one of: {' '.join(ARM_COLUMNS)}.")
    absent = [name for name in ARM_COLUMNS[measure] if name not in data]
    if absent:
        raise PoolingError(f"The column {absent[0]} is missing.", remedy=f"{measure} needs {ARM_COLUMNS[measure]}.")
    columns = [np.asarray(data[name], dtype=float) for name in ARM_COLUMNS[measure]]
    left_out = impossible_arms(measure, columns)
    rows_of: dict[Hashable, list[int]] = {}
    for row, study in enumerate(studies):
        if row not in left_out:
            rows_of.setdefault(study, []).append(row)
    trials: list[Trial] = []
    for study, rows in rows_of.items():
        arms = [treatments[row] for row in rows]
        if len(set(arms)) < len(arms):
            raise PoolingError(f"{study} has two arms with the same treatment.", remedy="Combine them first.")
        reason, trial = _of_arms(measure, str(study), arms, [column[rows] for column in columns], add)
        if trial is None:
            left_out |= dict.fromkeys(rows, reason)
        else:
            trials.append(trial)
    return Trials(tuple(trials), dict(sorted(left_out.items())))


def impossible_arms(measure: str, columns: Sequence[np.ndarray]) -> dict[int, str]:
    """The first reason why each row cannot be used."""
    names = ARM_COLUMNS[measure]
    if "total" in names:
        found = ck.proportions(columns)
    elif "time" in names:
        found = ck.rates(columns)
    else:
        found = ck.means(columns, positive=measure == "ROM")
    reasons: dict[int, str] = {}
    for check in [*ck.missing(names, columns), *found]:
        for row in np.flatnonzero(check.rows):
            reasons.setdefault(int(row), f"{check.what} {check.remedy}".strip())
    return reasons


def _of_arms(
    measure: str, study: str, arms: list[str], columns: list[np.ndarray], add: float
) -> tuple[str, Trial | None]:
    """The trial, or the reason why it gives no effect."""
    if len(arms) < 2:
        return ONE_ARM, None
    corrected = False
    if measure in ("OR", "RR", "RD", "IRR", "IRD"):
        events, size = columns
        if measure in RATIOS and not events.any():
            return NO_EVENTS, None
        counts = "time" not in ARM_COLUMNS[measure]
        if measure == "OR" and bool((events == size).all()):
            return ALL_EVENTS, None
        corrected = bool((events == 0).any() or (counts and (events == size).any()))
        if corrected:
            events, size = events + add, size + 2 * add if counts else size
        values, spread = _counted(measure, events, size)
        people = columns[1] if counts else np.full(len(arms), math.nan)
        covariance = np.diag(spread)
    else:
        with np.errstate(all="ignore"):
            values, covariance = _measured(measure, *columns)
        people = columns[2]
    if not (np.isfinite(values).all() and np.isfinite(covariance).all()):
        return f"{measure} is not defined for these numbers. {ck.LOOK}", None
    if not (np.diag(covariance) > 0).all():
        return "An arm has a variance of zero, so that no weight can be given to it. " + ck.LOOK, None
    return "", Trial(study, tuple(arms), values, covariance, people, corrected)


def _counted(measure: str, events: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value and variance of each arm: log odds, log risk, risk, log rate, rate."""
    with np.errstate(all="ignore"):
        others, share = size - events, events / size
        if measure == "OR":
            return np.log(events / others), 1.0 / events + 1.0 / others
        if measure == "RR":
            return np.log(share), 1.0 / events - 1.0 / size
        if measure == "RD":
            return share, share * (1.0 - share) / size
        return (np.log(share), 1.0 / events) if measure == "IRR" else (share, events / size**2)


def _measured(measure: str, mean: np.ndarray, sd: np.ndarray, n: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Value of each arm and covariance of the arms, for means.

    Standardised differences share the standard deviation of all arms: their covariance is that of Gleser and Olkin
    (in The Handbook of Research Synthesis and Meta-Analysis, 2009, equation 19.25), which for two arms is Hedges'.
    """
    if measure == "MD":
        return mean, np.diag(sd**2 / n)
    if measure == "ROM":
        return np.log(mean), np.diag(sd**2 / (n * mean**2))
    df = n.sum() - n.size
    pooled = np.sqrt(((n - 1.0) * sd**2).sum() / df)
    values = small_sample(np.array(df)) * (mean - mean[0]) / pooled
    return values, np.diag(1.0 / n) + np.outer(values, values) / (2.0 * n.sum())


def contrast_trials(
    yi: Sequence[float],
    vi: Sequence[float],
    studies: Sequence[Hashable],
    first: Sequence[str],
    second: Sequence[str],
) -> Trials:
    """Trials from one row per comparison: the effect of ``first`` against ``second``, and its variance.

    A trial of k arms needs all k (k − 1) / 2 comparisons: without them nobody can tell how its effects vary together.

    Args:
        yi, vi: (rows,), NaN where a row cannot be used.
    """
    rows_of: dict[Hashable, list[int]] = {}
    left_out: dict[int, str] = {}
    for row, study in enumerate(studies):
        if not (math.isfinite(yi[row]) and math.isfinite(vi[row])):
            left_out[row] = "The effect or its interval is not reported."
        elif vi[row] <= 0:
            left_out[row] = "The interval has no width, so that no weight can be given to the effect. " + ck.LOOK
        elif first[row] == second[row]:
            left_out[row] = f"Both sides of this comparison are {first[row]}."
        else:
            rows_of.setdefault(study, []).append(row)
    trials, notes = [], []
    for study, rows in rows_of.items():
        reason, note, trial = _of_pairs(str(study), [(first[r], second[r], float(yi[r]), float(vi[r])) for r in rows])
        if trial is None:
            left_out |= dict.fromkeys(rows, reason)
            continue
        trials.append(trial)
        notes += [note] if note else []
    return Trials(tuple(trials), dict(sorted(left_out.items())), tuple(notes))


def _of_pairs(study: str, pairs: Sequence[tuple[str, str, float, float]]) -> tuple[str, str, Trial | None]:
    """The reason why published pairs cannot be used, a note on effects that do not add up, and the trial."""
    arms = list(dict.fromkeys(name for a, b, _, _ in pairs for name in (a, b)))
    k = len(arms)
    place = {name: i for i, name in enumerate(arms)}
    D, V = np.zeros((k, k)), np.full((k, k), math.nan)
    np.fill_diagonal(V, 0.0)
    for a, b, y, v in pairs:
        i, j = place[a], place[b]
        if not math.isnan(V[i, j]):
            return f"{study} compares {a} and {b} twice. Keep one of the two rows.", "", None
        D[i, j], D[j, i], V[i, j], V[j, i] = y, -y, v, v
    absent = [f"{arms[i]} v {arms[j]}" for i, j in combinations(range(k), 2) if math.isnan(V[i, j])]
    if absent:
        what = f"{study} has {k} treatments, and {absent[0]} is not among its comparisons"
        return f"{what}: add the row, without which nobody can tell how its effects vary together.", "", None
    centred = np.eye(k) - 1.0 / k
    S = -0.5 * centred @ V @ centred
    if np.linalg.eigvalsh(S)[1] <= 1e-9 * V.max():
        what = f"The intervals of {study} cannot belong to one trial: one is wider than the others together allow."
        return f"{what} {ck.LOOK}", "", None
    values = D.mean(axis=1)
    gap = np.abs(values[:, None] - values[None, :] - D) / np.sqrt(np.where(V > 0, V, 1.0))
    note = ""
    if gap.max() > _TOLERANCE:
        note = f"{study}: its {len(pairs)} effects do not add up, beyond what rounding explains; they were reconciled."
    return "", note, Trial(study, tuple(arms), values, S, np.full(k, math.nan))
