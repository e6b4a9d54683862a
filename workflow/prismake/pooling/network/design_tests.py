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

_ALONE = 1e-9  # share of an effect that other designs inform, below which there are none


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

    @cached_property
    def spread(self) -> np.ndarray:
        """Covariance of the estimates of the network, (n − 1, n − 1)."""
        return np.linalg.inv(self.matrix.T @ self.weights @ self.matrix)

    @cached_property
    def residuals(self) -> np.ndarray:
        """Effects minus those of the network."""
        beta = self.spread @ (self.matrix.T @ self.weights @ self.effects)
        return self.effects - self.matrix @ beta

    @cached_property
    def detached(self) -> tuple[np.ndarray, np.ndarray]:
        """Residuals of the network fitted without each design, (effects, designs), zero for the design itself; and for
        how many of its own effects (designs,) no other design says anything.

        The fit without a design follows from the whole fit, by the formula for deleted rows of least squares.
        """
        residuals = np.empty((self.effects.size, len(self.designs)))
        alone = np.zeros(len(self.designs), dtype=int)
        for place, part in enumerate(self.places):
            X, W = self.matrix[part], self.weights[part, part]
            root = np.linalg.cholesky(W)
            left, vectors = np.linalg.eigh(np.eye(len(X)) - root.T @ X @ self.spread @ X.T @ root)
            others = left > _ALONE
            alone[place] = int((~others).sum())
            turned = root @ vectors[:, others]
            shift = self.spread @ X.T @ (turned @ ((turned.T @ self.residuals[part]) / left[others]))
            residuals[:, place] = self.residuals + self.matrix @ shift
            residuals[part, place] = 0.0
        return residuals, alone

    def contributions(self, residuals: np.ndarray) -> np.ndarray:
        """The part of each design in Q between designs, (designs,); a column for each of several fits."""
        starts = [part.start for part in self.places]
        return np.add.reduceat(residuals * (self.weights @ residuals), starts, axis=0)


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
    between = DesignTest(float(at_zero.contributions(at_zero.residuals).sum()) if df else 0.0, df)
    rest, alone = at_zero.detached
    Q = at_zero.contributions(rest).sum(axis=0)
    detached = tuple(
        DesignTest(float(Q[place]) if left else 0.0, left, design.arms, design.trials)
        for place, design in enumerate(at_zero.designs)
        if (left := df - design.effects.size + int(alone[place])) < df  # else nothing contradicts the design
    )
    tau2 = _tau2_within(data, at_zero, within)
    apart = pool_designs(data, tau2)
    interaction = DesignTest(float(apart.contributions(apart.residuals).sum()) if df else 0.0, df)
    total = DesignTest(fitted.Q, fitted.df)
    return Decomposition(total, within, between, own, detached, interaction, tau2)


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
    return max(0.0, (within.Q - within.df) / scale) if scale > 0 else 0.0
