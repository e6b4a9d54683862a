"""The shape of a dose-response curve: a line, a parabola, or a restricted cubic spline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from prismake.core.errors import PoolingError

MODELS = ("linear", "quadratic", "spline")
# Where Harrell places knots (2015, Regression Modeling Strategies, 2nd ed., table 2.3), as quantiles of the doses.
QUANTILES: dict[int, tuple[float, ...]] = {
    3: (0.1, 0.5, 0.9),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.5, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.5, 0.6583, 0.8167, 0.975),
}


@dataclass(frozen=True)
class Basis:
    """``model`` linear, quadratic or spline, with ``knots`` of a spline in ascending order."""

    model: str
    knots: tuple[float, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        if self.model == "linear":
            return ("dose",)
        if self.model == "quadratic":
            return ("dose", "dose squared")
        return ("dose", *(f"spline {j}" for j in range(1, len(self.knots) - 1)))

    def at(self, doses: Any) -> np.ndarray:
        """The terms at doses (n,) as columns (n, p).

        Splines are cubic between the knots and linear beyond them (Durrleman & Simon 1989, Stat Med 8:551-561); their
        terms are divided by the squared distance of the outer knots, so that they have the unit of the dose.
        """
        x = np.asarray(doses, dtype=float)
        if self.model == "linear":
            return x[:, None]
        if self.model == "quadratic":
            return np.column_stack((x, x * x))
        first, before, last = self.knots[0], self.knots[-2], self.knots[-1]
        columns = [x]
        for knot in self.knots[:-2]:
            term = _cube(x - knot) - _cube(x - before) * (last - knot) / (last - before)
            columns.append((term + _cube(x - last) * (before - knot) / (last - before)) / (last - first) ** 2)
        return np.column_stack(columns)

    def contrast(self, doses: Any, reference: Any) -> np.ndarray:
        """Terms at doses (n,) minus those at the reference dose (a number, or one for each): (n, p)."""
        x = np.asarray(doses, dtype=float)
        return self.at(x) - self.at(np.broadcast_to(np.asarray(reference, dtype=float), x.shape))


def _cube(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0.0) ** 3


def basis(model: str, doses: Any, knots: int | Sequence[float] = 3) -> Basis:
    """The basis of a model.

    Parameters
    ----------
    doses
        Of all groups of all studies, the reference groups among them: the quantiles where knots are placed are theirs.
    knots
        Of a spline: how many (3 to 7), at the quantiles that Harrell recommends, or where.

    Raises
    ------
    PoolingError
        A model that is not known, or knots that do not differ.
    """
    if model not in MODELS:
        raise PoolingError(f"There is no dose-response model '{model}'.", remedy=f"Use {', '.join(MODELS)}.")
    if model != "spline":
        return Basis(model)
    if isinstance(knots, int):
        if knots not in QUANTILES:
            raise PoolingError(f"A spline cannot have {knots} knots.", remedy=f"Use 3 to {max(QUANTILES)}.")
        places = np.quantile(np.asarray(doses, dtype=float), QUANTILES[knots])
    else:
        places = np.asarray(knots, dtype=float)
    if places.size < 3:
        raise PoolingError("A restricted cubic spline needs at least 3 knots.", remedy="Name three doses.")
    if (np.diff(places) <= 0.0).any():
        shown = ", ".join(f"{place:g}" for place in places)
        raise PoolingError(
            f"The knots of the spline must ascend, and are {shown}: too few doses differ.",
            remedy="Name other knots, or use a quadratic or linear curve.",
        )
    return Basis("spline", tuple(float(place) for place in places))
