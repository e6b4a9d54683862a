"""A network of treatments fitted: estimates between all treatments, heterogeneity, intervals and ranks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from prismake.core.errors import EstimateDoesNotExist, PoolingError

from ..distributions import chi2_upper, critical, normal_two_sided, percent, t_quantile
from .likelihood import Evidence, Solution, evidence, maximum, moments, q_profile, solve
from .trials import Trial

METHODS = ("REML", "ML", "DL")


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates of one model: ``estimate[i, j]`` (n, n) of treatment i against j, ``se`` and ``p`` (NaN on the
    diagonal); limits of the confidence and prediction intervals, the latter NaN where there are none."""

    solution: Solution
    estimate: np.ndarray
    se: np.ndarray
    ci_lb: np.ndarray
    ci_ub: np.ndarray
    p: np.ndarray
    pi_lb: np.ndarray
    pi_ub: np.ndarray


@dataclass(frozen=True, eq=False)
class Network:
    """A network of n treatments in k trials.

    ``Q`` with ``df`` is of the common-effect model, over heterogeneity and inconsistency alike.
    ``common`` and ``random`` are the estimates of both models, ``tau2`` that of the latter by ``method``.
    """

    evidence: Evidence
    method: str
    level: float
    Q: float
    df: int
    p: float
    tau2: float
    tau2_lb: float
    tau2_ub: float
    common: Estimates
    random: Estimates

    @property
    def treatments(self) -> tuple[str, ...]:
        return self.evidence.treatments

    @property
    def i2(self) -> float:
        """I², the share of Q beyond chance, in percent."""
        return max(0.0, 100.0 * (self.Q - self.df) / self.Q) if self.Q > 0 and self.df > 0 else 0.0

    def model(self, effects: str) -> Estimates:
        """The estimates of the model ``common`` or ``random``."""
        return self.common if effects == "common" else self.random

    @cached_property
    def trials_by_pair(self) -> dict[tuple[int, int], list[int]]:
        """For each two treatments i < j compared in trials, the positions of these."""
        pairs: dict[tuple[int, int], list[int]] = {}
        for block in self.evidence.blocks:
            k = block.arms.shape[1]
            for row, arms in zip(block.rows, block.arms, strict=True):
                for a in range(k):
                    for b in range(a + 1, k):
                        pairs.setdefault((int(arms[a]), int(arms[b])), []).append(int(row))
        return {pair: sorted(rows) for pair, rows in sorted(pairs.items())}

    def p_scores(self, effects: str, *, small_is_good: bool) -> np.ndarray:
        """The mean certainty that a treatment is better than another, (n,).

        Rücker and Schwarzer 2015, BMC Med Res Methodol 15:58.
        """
        own = self.model(effects)
        n = len(self.treatments)
        with np.errstate(invalid="ignore"):
            better = ndtr((-1.0 if small_is_good else 1.0) * own.estimate / own.se)
        np.fill_diagonal(better, 0.0)
        return better.sum(axis=1) / (n - 1)

    def information(self, effects: str, a: int, b: int) -> np.ndarray:
        """The share of each trial in the information on treatment a against b, (k,); they add up to 1.

        Jackson, White, Price, Copas and Riley 2017, Stat Methods Med Res 26:2853-2868.
        """
        own = self.model(effects)
        c = own.solution.V[:, a] - own.solution.V[:, b]
        shares = np.empty(len(self.evidence.trials))
        for block, W in zip(self.evidence.blocks, own.solution.weights, strict=True):
            x = c[block.arms[:, 1:]] - c[block.arms[:, :1]]
            shares[block.rows] = np.einsum("gi,gij,gj->g", x, W, x)
        return shares / own.se[a, b] ** 2


def parts_of_network(trials: Sequence[Trial]) -> list[list[str]]:
    """The connected parts of a network, each as its treatments in alphabetical order; the largest first."""
    part: dict[str, list[str]] = {}
    for trial in trials:
        first = part.setdefault(trial.treatments[0], [trial.treatments[0]])
        for name in trial.treatments[1:]:
            other = part.setdefault(name, [name])
            if other is not first:
                first += other
                for member in other:
                    part[member] = first
    parts = list({id(members): sorted(members) for members in part.values()}.values())
    return sorted(parts, key=lambda members: (-len(members), members))


def network(
    trials: Sequence[Trial],
    *,
    treatments: Sequence[str] = (),
    method: str = "REML",
    level: float = 95.0,
) -> Network:
    """Fit common and random effects.

    Args:
        trials: of one connected network.
        treatments: their order; alphabetical if it is not given.
        method: of tau²: REML, ML, or DL, the generalised DerSimonian–Laird estimator.
        level: of all intervals, in percent. They are normal; prediction intervals have t with one degree of freedom
            less than Q (as in pairwise meta-analysis; Higgins, Thompson and Spiegelhalter 2009).

    Raises:
        EstimateDoesNotExist: there are no trials, or the network is not connected; its parts are named.
        PoolingError: an unknown method or treatment.
    """
    percent(level)
    if method not in METHODS:
        raise PoolingError(f"There is no method '{method}' for a network.", remedy=f"Use one of: {' '.join(METHODS)}.")
    parts = parts_of_network(trials)
    if not parts:
        raise EstimateDoesNotExist("No trial compares two treatments.")
    if len(parts) > 1:
        named = "; ".join(", ".join(members) for members in parts)
        raise EstimateDoesNotExist(
            f"The network falls into {len(parts)} parts that no trial connects: {named}.",
            remedy="Pool the parts on their own, or look for trials between them.",
        )
    names = tuple(treatments) or tuple(parts[0])
    if set(names) != set(parts[0]) or len(names) != len(parts[0]):
        raise PoolingError("The order of treatments must name each treatment of the trials once.")
    data = evidence(trials, names)
    common = solve(data, 0.0)
    df = data.effects - (data.n - 1)
    tau2 = moments(data, common, df)
    if method != "DL" and df > 0:
        tau2 = maximum(data, tau2, restricted=method == "REML")
    low, high = q_profile(data, df, level) if df > 0 else (math.nan, math.nan)
    random = solve(data, tau2)
    return Network(
        data, method, level, common.Q, df, float(chi2_upper(common.Q, df)) if df > 0 else math.nan, tau2, low, high,
        _estimates(common, level, df, 0.0), _estimates(random, level, df, tau2),
    )  # fmt: skip


def _estimates(at: Solution, level: float, df: int, tau2: float) -> Estimates:
    estimate = at.beta[:, None] - at.beta[None, :]
    spread = np.diag(at.V)[:, None] + np.diag(at.V)[None, :] - 2.0 * at.V
    se = np.sqrt(np.maximum(spread, 0.0))
    np.fill_diagonal(se, np.nan)
    half = critical(level) * se
    ahead = np.full_like(se, np.nan)
    if df >= 2:
        ahead = t_quantile(0.5 + level / 200.0, df - 1) * np.sqrt(se**2 + tau2)
    p = normal_two_sided(estimate / se)
    return Estimates(at, estimate, se, estimate - half, estimate + half, p, estimate - ahead, estimate + ahead)
