"""Heterogeneity within designs and inconsistency between them.

A design is the set of treatments that a trial compares. Q of the common-effect model is the sum of Q within designs
(heterogeneity) and Q between designs (inconsistency; Krahn, König and Binder 2013, BMC Med Res Methodol 13:35, table
1).
Between designs with heterogeneity, it is the Wald test of design-by-treatment interaction (Higgins, Jackson, Barrett,
Lu, Ades and White 2012, Res Synth Methods 3:98-110), with tau² by moments from the variation within designs (Jackson,
Barrett, Rice, White and Higgins 2014, Stat Med 33:3639-3654).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..distributions import chi2_upper
from .likelihood import Evidence
from .networks import Network


@dataclass(frozen=True)
class DesignTest:
    """Q with degrees of freedom, and p (NaN without them); ``design`` holds positions of treatments."""

    Q: float
    df: int
    design: tuple[int, ...] = ()
    trials: int = 0

    @property
    def p(self) -> float:
        return float(chi2_upper(self.Q, self.df)) if self.df > 0 else math.nan


@dataclass(frozen=True, eq=False)
class Design:
    """The trials of one design pooled: effects against its first treatment with their covariance, and Q within."""

    arms: tuple[int, ...]
    trials: int
    effects: np.ndarray
    covariance: np.ndarray
    Q: float


@dataclass(frozen=True, eq=False)
class Designs:
    """All designs pooled at one tau², and the network fitted to them."""

    data: Evidence
    tau2: float
    designs: tuple[Design, ...]

    @cached_property
    def matrix(self) -> np.ndarray:
        """The effects of the designs, one row each, as differences of treatments (without the first one)."""
        rows = []
        for design in self.designs:
            for arm in design.arms[1:]:
                row = np.zeros(self.data.n)
                row[arm], row[design.arms[0]] = 1.0, -1.0
                rows.append(row[1:])
        return np.array(rows)

    @cached_property
    def effects(self) -> np.ndarray:
        return np.concatenate([design.effects for design in self.designs])

    @cached_property
    def weights(self) -> np.ndarray:
        """Inverse covariance of the effects, a block for each design."""
        W = np.zeros((self.effects.size, self.effects.size))
        for part, design in zip(self.places, self.designs, strict=True):
            W[part, part] = np.linalg.inv(design.covariance)
        return W

    @cached_property
    def places(self) -> list[slice]:
        """Where the effects of each design stand."""
        ends = np.cumsum([design.effects.size for design in self.designs])
        return [slice(int(end) - design.effects.size, int(end)) for end, design in zip(ends, self.designs, strict=True)]

    def residuals(self, without: int | None = None) -> np.ndarray:
        """Effects minus those of the network, which may be fitted without one design, whose residuals are then zero."""
        used = np.ones(self.effects.size, bool)
        if without is not None:
            used[self.places[without]] = False
        X, W = self.matrix[used], self.weights[np.ix_(used, used)]
        beta = np.linalg.pinv(X.T @ W @ X, hermitian=True) @ (X.T @ W @ self.effects[used])
        residuals = self.effects - self.matrix @ beta
        residuals[~used] = 0.0
        return residuals

    def contributions(self, residuals: np.ndarray) -> np.ndarray:
        """The part of each design in Q between designs, (designs,)."""
        return np.array([float(residuals[s] @ self.weights[s, s] @ residuals[s]) for s in self.places])


def pool_designs(data: Evidence, tau2: float = 0.0) -> Designs:
    """Pool the trials of each design by inverse variance with a given tau²."""
    groups: dict[tuple[int, ...], list[tuple[np.ndarray, np.ndarray]]] = {}
    for block in data.blocks:
        weights = np.linalg.inv(block.S + tau2 * block.P)
        for arms, y, W in zip(block.arms, block.y, weights, strict=True):
            groups.setdefault(tuple(map(int, arms)), []).append((y, W))
    designs = []
    for arms, members in sorted(groups.items(), key=lambda group: (len(group[0]), group[0])):
        covariance = np.linalg.inv(sum(W for _, W in members))
        effects = covariance @ sum(W @ y for y, W in members)
        Q = sum(float((y - effects) @ W @ (y - effects)) for y, W in members)
        designs.append(Design(arms, len(members), effects, covariance, Q))
    return Designs(data, tau2, tuple(designs))


@dataclass(frozen=True, eq=False)
class Decomposition:
    """``total`` = ``within`` + ``between`` of the common-effect model; ``designs`` the parts of ``within``;
    ``detached`` what is left between designs once each design has effects of its own; ``interaction`` the test
    between designs with the heterogeneity ``tau2_within``."""

    total: DesignTest
    within: DesignTest
    between: DesignTest
    designs: tuple[DesignTest, ...]
    detached: tuple[DesignTest, ...]
    interaction: DesignTest
    tau2_within: float


def decomposition(fitted: Network) -> Decomposition:
    """Q within and between designs, each design detached, and the test of design-by-treatment interaction."""
    data = fitted.evidence
    at_zero = pool_designs(data)
    rows = data.effects
    free = at_zero.effects.size
    own = tuple(
        DesignTest(design.Q, (design.trials - 1) * (len(design.arms) - 1), design.arms, design.trials)
        for design in at_zero.designs
    )
    within = DesignTest(sum(test.Q for test in own), rows - free)
    df = free - (data.n - 1)
    residuals = at_zero.residuals()
    between = DesignTest(float(at_zero.contributions(residuals).sum()) if df else 0.0, df)
    detached = []
    for place, design in enumerate(at_zero.designs):
        rest = np.delete(at_zero.matrix, at_zero.places[place], axis=0)
        left = free - design.effects.size - (int(np.linalg.matrix_rank(rest)) if rest.size else 0)
        if left < df:  # a design without others to disagree with leaves everything as it is
            Q = float(at_zero.contributions(at_zero.residuals(place)).sum()) if left else 0.0
            detached.append(DesignTest(Q, left, design.arms, design.trials))
    tau2 = _tau2_within(data, at_zero, within)
    apart = pool_designs(data, tau2)
    interaction = DesignTest(float(apart.contributions(apart.residuals()).sum()) if df else 0.0, df)
    total = DesignTest(fitted.Q, fitted.df)
    return Decomposition(total, within, between, own, tuple(detached), interaction, tau2)


def _tau2_within(data: Evidence, at_zero: Designs, within: DesignTest) -> float:
    """tau² by moments from Q within designs."""
    if within.df < 1:
        return 0.0
    scale = 0.0
    covariance = {design.arms: design.covariance for design in at_zero.designs}
    for block in data.blocks:
        weights = np.linalg.inv(block.S)
        scale += float(np.einsum("gij,ji->", weights, block.P))
        for arms, W in zip(block.arms, weights, strict=True):
            scale -= float(np.trace(covariance[tuple(map(int, arms))] @ W @ block.P @ W))
    return max(0.0, (within.Q - within.df) / scale)
