"""The bubble plot of a meta-regression: studies against one moderator, and the line fitted through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

from . import hartung_knapp as hk
from . import prediction as pi
from .design import complete_rows, design_matrix
from .fit import pool
from .moderators import Prediction, predict
from .pooled import Pooled


@dataclass(frozen=True, eq=False)
class Bubble:
    """``x y`` (k,) moderator and effect of the studies used, ``weight_pct`` (k,) their weights for the sizes of the
    bubbles; ``line`` the fitted values and intervals at ``grid`` (m,), all other columns of the design ``held`` at
    their means; ``keep`` marks the rows of the input that were used, and ``fit`` is the regression."""

    moderator: str
    x: np.ndarray
    y: np.ndarray
    weight_pct: np.ndarray
    grid: np.ndarray
    line: Prediction
    held: dict[str, float]
    keep: np.ndarray
    fit: Pooled


def bubble(
    yi: Any, vi: Any, mods: Any, moderator: str, *, method: str = "REML", test: str = "knha", level: float = 95.0,
    adhoc: str = hk.DEFAULT, prediction: str = pi.DEFAULT, points: int = 101,
) -> Bubble:  # fmt: skip
    """Regress effects on all ``mods`` and give the coordinates of a bubble plot over one of them.

    ``mods`` is a mapping or data frame of columns as in `pool`, ``moderator`` the name of one that holds numbers.
    With several moderators the line is that of a study with average values of the others (for the columns of a word:
    the share of studies that have it).

    Raises
    ------
    PoolingError
        ``moderator`` is not among the columns or holds words; and as `pool`.
    """
    X, names = design_matrix(mods)
    if moderator not in names:
        numbers = [name for name in names[1:] if "[" not in name]
        raise PoolingError(
            f"'{moderator}' is not a numeric moderator.", remedy=f"Use one of: {', '.join(numbers) or 'none here'}."
        )
    y, _, X, _, keep = complete_rows(yi, vi, X)
    fit = pool(yi, vi, method, test, mods, level, adhoc=adhoc, prediction=prediction)
    column = names.index(moderator)
    grid = np.linspace(X[:, column].min(), X[:, column].max(), points)
    rows = np.tile(X.mean(axis=0), (points, 1))
    rows[:, column] = grid
    line = predict(fit, rows[:, 1:], prediction=prediction)
    means = {name: float(X[:, j].mean()) for j, name in enumerate(names) if j not in {0, column}}
    return Bubble(moderator, X[:, column], y, fit.weights_pct, grid, line, means, keep, fit)
