"""Direct and indirect evidence of each comparison, and whether they agree (node splitting).

The direct estimate pools the trials that compare the two treatments. The estimate of the network is the mean of direct
and indirect evidence weighted by precision, so that the indirect evidence follows from the two by back-calculation
(Dias, Welton, Caldwell and Ades 2010, Stat Med 29:932-944, section 3.2; König, Krahn and Binder 2013, Stat Med
32:5414-5429).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..distributions import normal_two_sided
from .networks import Network

_WHOLE = 1.0 - 1e-8  # share of the direct evidence above which there is no other


@dataclass(frozen=True)
class Split:
    """One comparison of treatment ``a`` against ``b`` (positions).

    ``share`` is the share of direct evidence, 0 to 1. ``difference`` is direct minus indirect. What does not exist is
    NaN: the direct estimate without trials, the indirect one where all evidence is direct.
    """

    a: int
    b: int
    trials: int
    share: float
    estimate: float
    se: float
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float

    @property
    def difference(self) -> float:
        return self.direct - self.indirect

    @property
    def difference_se(self) -> float:
        return math.hypot(self.direct_se, self.indirect_se)

    @property
    def p(self) -> float:
        return float(normal_two_sided(self.difference / self.difference_se)) if self.both else math.nan

    @property
    def both(self) -> bool:
        """Whether there is direct and indirect evidence."""
        return not (math.isnan(self.direct) or math.isnan(self.indirect))


def splits(fitted: Network, effects: str = "random") -> list[Split]:
    """Every comparison of two treatments, in the order of the treatments."""
    own = fitted.model(effects)
    tau2 = own.solution.tau2
    direct = {pair: direct_estimate(fitted, pair, tau2) for pair in fitted.trials_by_pair}
    rows = []
    for a in range(len(fitted.treatments)):
        for b in range(a + 1, len(fitted.treatments)):
            estimate, se = float(own.estimate[a, b]), float(own.se[a, b])
            middle, spread = direct.get((a, b), (math.nan, math.nan))
            share = min(se**2 / spread**2, 1.0) if spread > 0 else 0.0
            if share >= _WHOLE:
                share, other, other_se = 1.0, math.nan, math.nan
            elif math.isnan(middle):
                share, other, other_se = 0.0, estimate, se
            else:
                other, other_se = (estimate - share * middle) / (1.0 - share), se / math.sqrt(1.0 - share)
            trials = len(fitted.trials_by_pair.get((a, b), ()))
            rows.append(Split(a, b, trials, share, estimate, se, middle, spread, other, other_se))
    return rows


def direct_estimate(fitted: Network, pair: tuple[int, int], tau2: float) -> tuple[float, float]:
    """Estimate and standard error of the trials that compare two treatments, by inverse variance with this tau²."""
    y, v = direct_effects(fitted, pair)
    weights = 1.0 / (v + tau2)
    return float((weights * y).sum() / weights.sum()), float(1.0 / math.sqrt(weights.sum()))


def direct_effects(fitted: Network, pair: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Effects of the first against the second treatment in the trials that compare them, and their variances."""
    names = [fitted.treatments[i] for i in pair]
    rows = []
    for row in fitted.trials_by_pair[pair]:
        trial = fitted.evidence.trials[row]
        rows.append(trial.difference(*(trial.treatments.index(name) for name in names)))
    y, v = np.array(rows).T
    return y, v
