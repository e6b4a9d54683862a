"""How the cost of a step grows with the number of records: exponents and their basis."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

LEAST = 1.0  # CPU seconds beyond the fixed cost, below which a step is not measured well enough
FEW = 1_000  # records: what a step takes for so few is its fixed cost (starting, imports, reading the config)


class Growth(NamedTuple):
    """``exponent`` of the cost beyond ``fixed`` seconds, between the sizes ``smallest`` and ``largest``."""

    exponent: float
    fixed: float
    smallest: int
    largest: int

    @property
    def words(self) -> str:
        return f"{self.exponent:.2f} from {self.smallest:,} to {self.largest:,}"

    def extrapolated(self, seconds: float, size: int) -> float:
        """CPU seconds at another size, from those at the largest one."""
        return self.fixed + (seconds - self.fixed) * (size / self.largest) ** self.exponent


def growth(seconds: Mapping[int, float]) -> Growth | None:
    """The exponent of a step: the slope, by least squares, of log CPU seconds on log records.

    What the step takes for hardly any records is subtracted first, and only sizes for which it takes a second beyond
    that are used: otherwise fixed costs would hide growth, and noise would look like it. None if fewer than two sizes
    remain or none is small enough to tell the fixed cost.
    """
    smallest = min(seconds)
    if smallest > FEW:
        return None
    fixed = seconds[smallest]
    points = [(size, value - fixed) for size, value in sorted(seconds.items()) if value - fixed >= LEAST]
    if len(points) < 2:
        return None
    x, y = [math.log(size) for size, _ in points], [math.log(value) for _, value in points]
    middle_x, middle_y = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True))
    slope /= sum((a - middle_x) ** 2 for a in x)
    return Growth(slope, fixed, points[0][0], points[-1][0])
