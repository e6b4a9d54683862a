"""Newton ascent with exact derivatives, for likelihoods that may rest on the bound of a variance.

Variances enter the models that use it through a Cholesky factor, so that their bound is an ordinary stationary point:
nothing is constrained, and a maximum on the bound is reached like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .glmm import positive


class Height(NamedTuple):
    """A function at a point: value, gradient (p,) and Hessian (p, p)."""

    value: float
    gradient: np.ndarray
    hessian: np.ndarray


@dataclass(frozen=True, eq=False)
class Peak:
    """Where an ascent ended. ``decrement`` is the squared length of the last Newton step in the metric of the Hessian,
    twice the rise that is still to be expected; ``settled`` is false where the value no longer rises along a gradient
    that is not zero, as it happens while both are approximated coarsely."""

    point: np.ndarray
    height: Height
    decrement: float
    iterations: int
    settled: bool


def ascend(
    at: Callable[[np.ndarray], Height], start: np.ndarray, *, tolerance: float = 1e-18, limit: int = 200,
    stride: float = 0.0,
) -> Peak:  # fmt: skip
    """The maximum that is reached from ``start``; a saddle is left along its direction of ascent.

    No coordinate changes in one step by more than 2, or by ``stride`` times the largest coordinate if that is more.
    """
    point, height, decrement = start, at(start), np.inf
    escapes = 0
    for iteration in range(1, limit + 1):
        step = np.linalg.solve(positive(-height.hessian), height.gradient)
        decrement = float(step @ height.gradient)
        if decrement <= tolerance * (1.0 + abs(height.value)):
            upward = _direction_of_ascent(height.hessian) if escapes < 3 else None
            if upward is None:
                return Peak(point, height, decrement, iteration, True)
            escapes += 1
            trials = [(point + side * upward, at(point + side * upward)) for side in (-0.2, 0.2)]
            point, height = max(trials, key=lambda trial: trial[1].value)
            continue
        longest = float(np.abs(step).max())
        scale = min(1.0, max(2.0, stride * float(np.abs(point).max())) / longest) if longest > 0.0 else 1.0
        while True:
            trial = at(point + scale * step)
            if trial.value >= height.value - 1e-13 * (1.0 + abs(height.value)):
                break
            scale *= 0.5
            if scale < 1e-5:
                return Peak(point, height, decrement, iteration, decrement < 1e-12 * (1.0 + abs(height.value)))
        point, height = point + scale * step, trial
    return Peak(point, height, decrement, limit, decrement < 1e-12 * (1.0 + abs(height.value)))


def _direction_of_ascent(hessian: np.ndarray) -> np.ndarray | None:
    """The direction in which a stationary point curves upward, or None at a maximum."""
    values, vectors = np.linalg.eigh(hessian)
    return vectors[:, -1] if values[-1] > 1e-6 * np.abs(values).max() else None
