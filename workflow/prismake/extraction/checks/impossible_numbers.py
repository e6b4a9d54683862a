"""Impossible numbers: more events than people, an empty group, an SD below zero, a correlation beyond 1."""

from __future__ import annotations

import math
from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row
from prismake.protocol.outcome_columns import part_of

_ABOVE_ZERO = frozenset(
    ("total", "time", "sd", "se", "variance", "baseline_sd", "final_sd", "difference_se", "sd_difference")
) | {"first_sd", "second_sd"}
_NOT_NEGATIVE = frozenset({"events", "assigned", "f"})
_AT_LEAST_TWO = frozenset({"n1", "n2", "pairs", "first_n", "second_n"})
_BETWEEN = {  # by part: the least and the largest possible value
    "p": (0, 1),
    "icc": (0, 1),
    "percent": (0, 100),
    "sensitivity": (0, 100),
    "specificity": (0, 100),
    "cluster_size": (1, math.inf),
}
_WHOLE = frozenset({"events", "total"})
_LEAST, _MOST = 1e-12, 1e15
_RATIOS = ("effect", "lower", "upper")
_OF_CORRELATION = {"ZCOR": 4, "COR": 4, "UCOR": 5}  # least people; the variance of Fisher's z is 1 / (n - 3)


def check(extraction: Extraction) -> Iterator[Finding]:
    """Check each pair once, although several outcomes may share it."""
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for outcome in extraction.outcomes:
        for row in extraction.rows:
            for columns, what in (*_pairs(extraction, outcome, row), *_bounds(extraction, outcome, row)):
                if (row.item, columns) not in seen:
                    seen.add((row.item, columns))
                    yield Finding(Grade.STOP, "counts", row.item, columns, what)


def _pairs(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[tuple[tuple[str, ...], str]]:
    pairs = list(outcome.pairs)
    for arm in ("", "1", "2"):
        assigned = outcome.checks.get(f"assigned{arm}")
        counted = outcome.columns.get(f"total{arm}") or outcome.columns.get(f"n{arm}")
        if counted and assigned:
            pairs.append((counted, assigned))
    for part, whole in pairs:
        if part in row.values and whole in row.values and row.values[part] > row.values[whole]:
            small, large = shown(row.values[part]), shown(row.values[whole])
            yield (part, whole), f"“{extraction.label(part)}” is {small} of {large} “{extraction.label(whole)}”"


def _bounds(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[tuple[tuple[str, ...], str]]:
    for role, column in {**outcome.checks, **outcome.converted_from, **outcome.columns}.items():
        value = row.values.get(column)
        if value is not None and (why := _why_not(outcome, row, role, value)):
            yield (column,), f"“{extraction.label(column)}” is {shown(value)} and {why}"


def _why_not(outcome: Outcome, row: Row, role: str, value: float) -> str:
    """Why a part of an outcome cannot have this value, or the empty string."""
    part, own = part_of(role), role in outcome.columns
    low, high = _BETWEEN.get(part, (-math.inf, math.inf))
    if not _LEAST <= abs(value) <= _MOST and (value and part != "p"):
        return "cannot be the number of any study"
    if part in _ABOVE_ZERO and value <= 0:
        return "must be above 0"
    if part in _NOT_NEGATIVE and value < 0:
        return "cannot be below 0"
    if (role in _AT_LEAST_TWO or (own and role == "n" and "sd" in outcome.columns)) and value < 2:
        return "must be at least 2 for a standard deviation to exist"
    if part == "n" and value < 1:
        return "must be above 0"
    if role == "correlation" and (abs(value) >= 1 if own else abs(value) > 1):
        return "must lie between -1 and 1"
    if own and role == "n" and value < _OF_CORRELATION.get(outcome.measure, -math.inf):
        return f"must be at least {_OF_CORRELATION[outcome.measure]} for the variance of a correlation to exist"
    if own and part in _WHOLE and not value.is_integer():
        return "must be a whole number"
    if not low <= value <= high:
        return f"must be at least {low:g}" if high == math.inf else f"must lie between {low:g} and {high:g}"
    if role in _RATIOS and outcome.ratio_scale and value <= 0 and not _interval_given(outcome, row):
        return "is a ratio, which must be above 0"
    return ""


def _interval_given(outcome: Outcome, row: Row) -> bool:
    """Whether effect and interval are all there: then they are checked together."""
    columns = {**outcome.checks, **outcome.columns}
    return all(columns.get(role) in row.values for role in _RATIOS)
