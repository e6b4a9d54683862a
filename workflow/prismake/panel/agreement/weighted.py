"""Weighted kappa for ordered answers: a disagreement weighs more the further apart the two answers are.

Cohen 1968, Psychol Bull 70:213; the standard error is that of Fleiss, Cohen & Everitt 1969, Psychol Bull 72:323, eq. 8.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from prismake.panel.agreement.ratings import categories_of, matched, normal_interval


@dataclass(frozen=True)
class WeightedKappa:
    """Weighted kappa of two reviewers on ``n`` items, with standard error and interval at ``level`` per cent.

    ``weights`` is ``linear`` (1 - |i - j| / (k - 1)) or ``quadratic`` (1 - (i - j)² / (k - 1)²). A coefficient that
    does not exist is ``None``, with the reason.
    """

    n: int
    weights: str
    kappa: float | None
    se: float | None
    lb: float | None
    ub: float | None
    reason: str = ""


def weighted_kappa(
    first: Iterable[Any] | Mapping[Any, Any],
    second: Iterable[Any] | Mapping[Any, Any],
    categories: Sequence[Any],
    *,
    weights: str = "linear",
    level: float = 95,
) -> WeightedKappa:
    """Weighted kappa of two reviewers.

    Args:
        first, second: ratings as for ``agreement``.
        categories: every possible answer, in order.

    Raises:
        AgreementError: the ratings differ in length, or a rating is not among ``categories``.
    """
    a, b = matched([first, second], ["first", "second"])
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]
    order = categories_of((value for pair in pairs for value in pair), categories)
    n, k = len(pairs), len(order)
    if not n:
        return WeightedKappa(0, weights, None, None, None, None, "no item was rated by both reviewers")
    counted = Counter(pairs)
    power = 2 if weights == "quadratic" else 1
    w = [[1 - (abs(i - j) / (k - 1)) ** power if k > 1 else 1.0 for j in range(k)] for i in range(k)]
    p = [[counted[x, y] / n for y in order] for x in order]
    rows, columns = [sum(row) for row in p], [sum(column) for column in zip(*p, strict=True)]
    observed = sum(w[i][j] * p[i][j] for i in range(k) for j in range(k))
    expected = sum(w[i][j] * rows[i] * columns[j] for i in range(k) for j in range(k))
    if any(counted[x, x] == n for x in order):
        why = "both reviewers gave one and the same answer to every item"
        return WeightedKappa(n, weights, None, None, None, None, why)
    kappa = (observed - expected) / (1 - expected)
    by_row = [sum(w[i][j] * columns[j] for j in range(k)) for i in range(k)]
    by_column = [sum(w[i][j] * rows[i] for i in range(k)) for j in range(k)]
    squares = sum(
        p[i][j] * (w[i][j] * (1 - expected) - (by_row[i] + by_column[j]) * (1 - observed)) ** 2
        for i in range(k)
        for j in range(k)
    )
    variance = (squares - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    se = math.sqrt(max(variance, 0.0))
    return WeightedKappa(n, weights, kappa, se, *normal_interval(kappa, se, level))
