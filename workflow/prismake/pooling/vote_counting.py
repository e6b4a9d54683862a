"""Votes by direction of effect, and the summary of effects without weights, for studies that cannot be pooled.

A vote is the direction of a study's effect, never its significance. Sources: Bushman and Wang 2009 (The Handbook of
Research Synthesis and Meta-Analysis, 2nd ed., chapter 11); McKenzie and Brennan (Cochrane Handbook, chapter 12.2.1.1
for the summary of effects, 12.2.1.3 for votes); Boon and Thomson 2021 (Res Synth Methods 12:29-33) for several results
of one study.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling.distributions import critical

MAJORITY = 0.7  # share of a study's results that must agree (Boon and Thomson 2021, box 1)


@dataclass(frozen=True)
class DirectionVotes:
    """How many studies favour one side, as a proportion with two intervals, and the sign test.

    Attributes:
        favourable, unfavourable: studies on either side; others have no vote.
        proportion: favourable of both.
        ci_lb, ci_ub: Wilson's score interval.
        exact_lb, exact_ub: the interval of Clopper and Pearson.
        p: the exact two-sided sign test of a proportion of one half.
        level: of both intervals, in per cent.
    """

    favourable: int
    unfavourable: int
    proportion: float
    ci_lb: float
    ci_ub: float
    exact_lb: float
    exact_ub: float
    p: float
    level: float

    @property
    def n(self) -> int:
        """Studies with a vote."""
        return self.favourable + self.unfavourable


def direction_votes(favourable: int, unfavourable: int, level: float = 95.0) -> DirectionVotes:
    """Count votes.

    Args:
        favourable, unfavourable: number of studies whose effect lies on either side, whatever its size or p-value.
        level: confidence level in per cent.

    Raises:
        PoolingError: a count is negative or no whole number.
        EstimateDoesNotExist: nobody has a vote.
    """
    for count in (favourable, unfavourable):
        if count < 0 or int(count) != count:
            raise PoolingError(f"A number of studies is a whole number from 0 on, not {count:g}.")
    x, n = int(favourable), int(favourable + unfavourable)
    if not n:
        raise EstimateDoesNotExist("No study has a direction that counts.", remedy="Extract directions of effects.")
    z, share = critical(level), x / n
    middle = (x + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(n * share * (1 - share) + z * z / 4)
    tail = (1 - level / 100) / 2
    exact_lb = float(special.betaincinv(x, n - x + 1, tail)) if x else 0.0
    exact_ub = float(special.betainccinv(x + 1, n - x, tail)) if x < n else 1.0
    low, high = middle - half if x else 0.0, middle + half if x < n else 1.0  # there, exactly
    p = min(1.0, 2.0 * float(special.bdtr(min(x, n - x), n, 0.5)))
    return DirectionVotes(
        x, n - x, share, low, high, exact_lb, exact_ub, p, level
    )  # fmt: skip


def study_direction(directions: Sequence[int], majority: float = MAJORITY) -> int:
    """The vote of a study with several results: 1, -1, or 0 if they conflict or none has a direction.

    Args:
        directions: 1, -1 or 0 (no difference, or conflicting in itself) for each result.
        majority: share of the results that must point one way.
    """
    up, down = (sum(direction == side for direction in directions) for side in (1, -1))
    if not directions or max(up, down) < majority * len(directions):
        return 0
    return 1 if up > down else -1


@dataclass(frozen=True)
class EffectSummary:
    """Median, quartiles (as R's ``quantile``) and range of ``k`` effects, on the scale on which they were given."""

    k: int
    minimum: float
    q1: float
    median: float
    q3: float
    maximum: float


def effect_summary(yi: Any) -> EffectSummary:
    """Describe effects without weighting them; those of ratios as logarithms.

    Args:
        yi: (k,) effects; missing ones (NaN) are left out.

    Raises:
        EstimateDoesNotExist: there is no effect.
    """
    values = np.asarray(yi, dtype=float)
    values = values[np.isfinite(values)]
    if not values.size:
        raise EstimateDoesNotExist("No study reports an effect.", remedy="Extract effects, or count directions alone.")
    return EffectSummary(values.size, *(float(x) for x in np.quantile(values, (0.0, 0.25, 0.5, 0.75, 1.0))))
