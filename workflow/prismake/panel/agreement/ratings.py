"""Ratings of reviewers as columns of plain values, and functions shared by all coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from statistics import NormalDist
from typing import Any

from prismake.core.errors import PrismakeError

_WORDS = ((0.20, "slight"), (0.40, "fair"), (0.60, "moderate"), (0.80, "substantial"), (1.0, "almost perfect"))


class AgreementError(PrismakeError):
    """The ratings of two or more reviewers cannot be compared as they stand."""


def landis_koch(value: float | None) -> str:
    """The word of Landis & Koch 1977 (p. 165) for a coefficient; the empty string for None."""
    if value is None:
        return ""
    if value < 0:
        return "poor"
    return next(word for bound, word in _WORDS if value <= bound + 1e-12)


def wilson(successes: float, n: int, level: float = 95) -> tuple[float, float]:
    """Wilson's 1927 score interval of a proportion ``successes / n``, ``n`` > 0."""
    z = z_of(level)
    p, shrink = successes / n, 1 + z * z / n
    middle = (p + z * z / (2 * n)) / shrink
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / shrink
    return (0.0 if successes == 0 else middle - half), (1.0 if successes == n else middle + half)


def columns_of(ratings: Any) -> tuple[list[str], list[list[Any]]]:
    """Reviewers' names and their ratings, matched by item and with None for undecided."""
    if hasattr(ratings, "keys"):
        names = list(ratings.keys())
        return [str(name) for name in names], matched([ratings[name] for name in names], names)
    columns = list(ratings)
    names = [str(i + 1) for i in range(len(columns))]
    return names, matched(columns, names)


def matched(columns: list[Any], names: Sequence[Any]) -> list[list[Any]]:
    keyed = [hasattr(column, "keys") for column in columns]
    if columns and all(keyed) and not _same_order(columns):
        for name, column in zip(names, columns, strict=True):
            if len(set(column.keys())) != len(list(column.keys())):
                raise AgreementError("An item occurs twice in one reviewer's ratings.", where=str(name))
        items = list(dict.fromkeys(key for column in columns for key in column.keys()))  # noqa: SIM118 (a Series)
        columns = [[column.get(item) for item in items] for column in columns]
    else:
        columns = [list(column.values()) if isinstance(column, Mapping) else list(column) for column in columns]
    if len(set(map(len, columns))) > 1:
        lengths = ", ".join(f"{name}: {len(column)}" for name, column in zip(names, columns, strict=True))
        raise AgreementError(
            f"The reviewers' ratings differ in number ({lengths}).",
            remedy="Give one rating per item for each, None where an item is undecided.",
        )
    return [[None if _missing(value) else _plain(value) for value in column] for column in columns]


def _same_order(columns: list[Any]) -> bool:
    first = list(columns[0].keys())
    return all(list(column.keys()) == first for column in columns[1:])


def _missing(value: Any) -> bool:
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return type(value).__name__ in ("NAType", "NaTType") or (not isinstance(value, str) and bool(value != value))  # noqa: PLR0124 (nan)


def _plain(value: Any) -> Any:
    """A numpy scalar as the Python value it stands for."""
    return value.item() if hasattr(value, "item") and hasattr(value, "dtype") else value


def categories_of(used: Iterable[Any], given: Sequence[Any] | None) -> tuple[Any, ...]:
    used = set(used)
    if given is None:
        numbers = all(isinstance(value, (int, float)) for value in used)
        return tuple(sorted(used) if numbers else sorted(used, key=lambda value: (str(value), type(value).__name__)))
    answers = tuple(dict.fromkeys(_plain(value) for value in given))
    unknown = sorted(str(value) for value in used - set(answers))
    if unknown:
        allowed = ", ".join(map(str, answers))
        raise AgreementError(
            f"Not among the possible answers: {', '.join(unknown)}.", remedy=f"The possible answers are: {allowed}."
        )
    return answers


def z_of(level: float) -> float:
    if not 0 < level < 100:
        raise AgreementError(f"A confidence level of {level} is not possible.", remedy="Give per cent, such as 95.")
    return NormalDist().inv_cdf(0.5 + level / 200)


def normal_interval(value: float | None, se: float | None, level: float) -> tuple[float | None, float | None]:
    z = z_of(level)
    if value is None or se is None:
        return None, None
    return max(-1.0, value - z * se), min(1.0, value + z * se)


def as_dict(result: Any) -> dict[str, Any]:
    return {f.name: _json(getattr(result, f.name)) for f in fields(result)}


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if hasattr(value, "to_dict"):
        return value.to_dict()
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
