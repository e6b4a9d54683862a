"""Agreement of any number of reviewers, who need not all have rated every item."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from prismake.panel.agreement.ratings import (
    AgreementError,
    as_dict,
    categories_of,
    columns_of,
    landis_koch,
    normal_interval,
)

BOOTSTRAP_SAMPLES = 4000
_BOOTSTRAP_SEED = 20160116


@dataclass(frozen=True)
class Coefficient:
    """One coefficient for any number of reviewers, with its interval at ``level`` per cent.

    ``value`` is None, with a ``reason``, where the coefficient does not exist. ``n`` items have at least two ratings,
    ``n_missing`` items have fewer; ``ratings`` are counted over the ``n`` items.
    """

    name: str
    value: float | None
    se: float | None
    lb: float | None
    ub: float | None
    level: float
    n: int
    n_missing: int
    reviewers: int
    ratings: int
    word: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types."""
        return as_dict(self)


def fleiss_kappa(ratings: Any, *, categories: Sequence[Any] | None = None, level: float = 95) -> Coefficient:
    """Fleiss' kappa for two or more reviewers, who need not all have rated every item.

    ``ratings`` maps reviewer to ratings (dict or DataFrame, a column per reviewer), or is a sequence of such columns.
    """
    return _chance_corrected("Fleiss' kappa", columns_of(ratings)[1], categories, level, _fleiss_chance)


def gwet_ac1(ratings: Any, *, categories: Sequence[Any] | None = None, level: float = 95) -> Coefficient:
    """Gwet's AC1 for two or more reviewers; ``ratings`` as in ``fleiss_kappa``."""
    return _chance_corrected("Gwet's AC1", columns_of(ratings)[1], categories, level, _gwet_chance)


def krippendorff_alpha(ratings: Any, *, metric: str = "nominal", level: float = 95) -> Coefficient:
    """Krippendorff's alpha for two or more reviewers; ``ratings`` as in ``fleiss_kappa``.

    ``metric`` is "nominal", or "interval" for numbers (squared differences). The interval and the standard error come
    from a percentile bootstrap over items with a fixed seed: the same ratings, in any order, give the same bytes.
    """
    if metric not in ("nominal", "interval"):
        raise AgreementError(f"'{metric}' is no metric of Krippendorff's alpha.", remedy="Use nominal or interval.")
    columns = columns_of(ratings)[1]
    rows = [[value for value in row if value is not None] for row in zip(*columns, strict=True)]
    used = [row for row in rows if len(row) > 1]
    name = f"Krippendorff's alpha ({metric})"
    shape: dict[str, Any] = {
        "level": level,
        "n": len(used),
        "n_missing": len(rows) - len(used),
        "reviewers": len(columns),
    }
    shape["ratings"] = sum(map(len, used))
    if metric == "interval" and not all(isinstance(v, (int, float)) for row in used for v in row):
        raise AgreementError("The interval metric needs numbers.", remedy="Use metric='nominal' for words.")
    if not used:
        return _undefined(name, "no item was rated by two reviewers", shape)
    alpha, se, low, high = _bootstrapped_alpha(used, metric, level)
    if alpha is None:
        return _undefined(name, "every rating is the same, so that chance cannot be told from agreement", shape)
    return Coefficient(name, alpha, se, low, high, word=landis_koch(alpha), reason="", **shape)


def _fleiss_chance(share: list[float]) -> tuple[float, list[float]]:
    """Chance agreement and its slope in each category's share."""
    return sum(s * s for s in share), [2 * s for s in share]


def _gwet_chance(share: list[float]) -> tuple[float, list[float]]:
    size = len(share) - 1
    return sum(s * (1 - s) for s in share) / size, [(1 - 2 * s) / size for s in share]


def _chance_corrected(
    name: str,
    columns: Sequence[Sequence[Any]],
    categories: Sequence[Any] | None,
    level: float,
    chance: Callable[[list[float]], tuple[float, list[float]]],
) -> Coefficient:
    """(pa - pe) / (1 - pe) over items, with the variance of its linear part.

    ``pa`` is the mean over items with two or more ratings of the share of agreeing pairs; the category shares are means
    over all rated items. Each item adds its own agreement and, through the shares, its own part of chance; the variance
    of the mean of these parts is that of the coefficient (Gwet 2021). An item with a single rating adds no agreement.
    """
    rows = [[v for v in row if v is not None] for row in zip(*columns, strict=True)]
    rated, several = [row for row in rows if row], sum(len(row) > 1 for row in rows)
    shape: dict[str, Any] = {"level": level, "n": several, "n_missing": len(rows) - several, "reviewers": len(columns)}
    shape["ratings"] = sum(len(row) for row in rows if len(row) > 1)
    answers = categories_of((v for row in rated for v in row), categories)
    if several == 0:
        return _undefined(name, "no item was rated by two reviewers", shape)
    if len(answers) < 2:
        return _undefined(name, "only one answer is possible among the categories given or in use", shape)
    place = {answer: i for i, answer in enumerate(answers)}
    # Equal items are counted once with their number: twenty thousand records have a handful of patterns.
    patterns: Counter[tuple[int, ...]] = Counter()
    for row in rated:
        counts = [0] * len(answers)
        for value in row:
            counts[place[value]] += 1
        patterns[tuple(counts)] += 1
    size = sum(patterns.values())
    items = [
        (number, [c / sum(counts) for c in counts], _pairwise(counts)) for counts, number in sorted(patterns.items())
    ]
    share = [sum(number * own[i] for number, own, _ in items) / size for i in range(len(answers))]
    agreed = sum(number * same for number, _, same in items if same is not None) / several
    by_chance, slope = chance(share)
    if sum(s > 0 for s in share) < 2 and by_chance > 0.5:
        return _undefined(name, "every rating is the same, so that chance cannot be told from agreement", shape)
    value = (agreed - by_chance) / (1 - by_chance)
    total = 0.0
    for number, own, same in items:
        of_agreement = (0.0 if same is None else size / several * (same - by_chance)) - (agreed - by_chance)
        of_chance = sum(g * (o - s) for g, o, s in zip(slope, own, share, strict=True))
        total += number * ((of_agreement - (1 - value) * of_chance) / (1 - by_chance)) ** 2
    se = math.sqrt(total / (size * (size - 1))) if size > 1 else None
    low, high = normal_interval(value, se, level)
    return Coefficient(name, value, se, low, high, word=landis_koch(value), reason="", **shape)


def _pairwise(counts: Sequence[int]) -> float | None:
    total = sum(counts)
    return sum(c * (c - 1) for c in counts) / (total * (total - 1)) if total > 1 else None


def _bootstrapped_alpha(
    rows: list[list[Any]], metric: str, level: float
) -> tuple[float | None, float | None, float | None, float | None]:
    """Alpha, standard error and percentile bounds; (None, ...) where the ratings do not vary.

    alpha = 1 - Do / De. Each item adds its disagreement over pairs, divided by its ratings less one, to Do, and its
    ratings to the pool from whose pairs De is formed, so that a resample of items is a weighted sum of item terms.
    """
    import numpy as np

    if metric == "nominal":
        place = {v: i for i, v in enumerate(categories_of((v for row in rows for v in row), None))}
        keys: list[tuple[float, ...]] = [tuple(sorted(place[v] for v in row)) for row in rows]
    else:
        # Alpha does not change with the origin; near the mean the sums of squares keep their digits.
        centre = math.fsum(v for row in rows for v in row) / sum(map(len, rows))
        keys = [tuple(sorted(float(v) - centre for v in row)) for row in rows]
    patterns = sorted(Counter(keys).items())
    weights = np.array([number for _, number in patterns], dtype=float)
    size = np.array([len(key) for key, _ in patterns], dtype=float)
    if metric == "nominal":
        counts = np.array([[key.count(i) for i in range(len(place))] for key, _ in patterns], dtype=float)
        own = (size**2 - (counts**2).sum(axis=1)) / (size - 1)
        pooled = counts
    else:
        ones = np.array([sum(key) for key, _ in patterns])
        squares = np.array([sum(v * v for v in key) for key, _ in patterns])
        own = np.maximum(2 * (size * squares - ones**2), 0) / (size - 1)
        pooled = np.column_stack([ones, squares])

    def alpha(w: Any) -> Any:
        total, terms = w @ size, w @ pooled
        if metric == "nominal":
            by_chance = (total**2 - (terms**2).sum(axis=-1)) / (total - 1)
        else:
            by_chance = 2 * (total * terms[..., 1] - terms[..., 0] ** 2) / (total - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(by_chance > 1e-9 * total, 1 - (w @ own) / by_chance, np.nan)

    value = float(alpha(weights))
    if len({v for key, _ in patterns for v in key}) < 2:
        return None, None, None, None
    draws = np.random.default_rng(_BOOTSTRAP_SEED)
    n, step = int(weights.sum()), max(1, 4_000_000 // len(patterns))
    resampled = np.concatenate(
        [
            alpha(draws.multinomial(n, weights / n, size=min(step, BOOTSTRAP_SAMPLES - start)).astype(float))
            for start in range(0, BOOTSTRAP_SAMPLES, step)
        ]
    )
    resampled = resampled[~np.isnan(resampled)]
    # With so little variation that one resample in twenty has none, an interval would be made up.
    if len(resampled) < 0.95 * BOOTSTRAP_SAMPLES:
        return value, None, None, None
    tail = (100 - level) / 2
    low, high = np.percentile(resampled, [tail, 100 - tail])
    return value, float(resampled.std(ddof=1)), float(low), float(high)


def _undefined(name: str, reason: str, shape: dict[str, Any]) -> Coefficient:
    return Coefficient(name, None, None, None, None, word="", reason=reason, **shape)
