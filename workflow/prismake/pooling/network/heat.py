"""The net heat plot as numbers: where estimates come from, and which designs disagree.

Krahn, König and Binder 2013 (BMC Med Res Methodol 13:35): the hat matrix says how much the direct evidence of each
design counts for each estimate of the network; Q_diff, how much the inconsistency of a design falls once another design
has effects of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .design_tests import pool_designs
from .networks import Network


@dataclass(frozen=True, eq=False)
class NetHeat:
    """One row and column for each effect of each design that other designs can contradict.

    ``pairs``: (second, first) treatments of each effect, ``designs`` its design; ``share`` (m, m): absolute entries of
    the hat matrix, the estimate of the network in the row, the direct evidence in the column; ``change`` (m, m): the
    fall of Q of the design in the row once the design in the column is detached (negative: it rises).
    """

    pairs: tuple[tuple[int, int], ...]
    designs: tuple[tuple[int, ...], ...]
    share: np.ndarray
    change: np.ndarray
    tau2: float


def net_heat(fitted: Network, tau2: float = 0.0) -> NetHeat:
    """The numbers of the net heat plot, with a tau² for all designs (0: common effects)."""
    pooled = pool_designs(fitted.evidence, tau2)
    X, W = pooled.matrix, pooled.weights
    hat = X @ pooled.spread @ X.T @ W
    rest, alone = pooled.detached
    change = pooled.contributions(pooled.residuals)[:, None] - pooled.contributions(rest)
    contradicted = [alone[place] < design.effects.size for place, design in enumerate(pooled.designs)]
    rows, pairs, own = [], [], []
    for place, design in enumerate(pooled.designs):
        if contradicted[place]:
            for index, arm in enumerate(design.arms[1:]):
                rows.append((place, pooled.places[place].start + index))
                pairs.append((arm, design.arms[0]))
                own.append(design.arms)
    designs, effects = (np.array(column, dtype=int) for column in (zip(*rows, strict=True) if rows else ([], [])))
    return NetHeat(
        tuple(pairs), tuple(own), np.abs(hat[np.ix_(effects, effects)]), change[np.ix_(designs, designs)], tau2
    )
