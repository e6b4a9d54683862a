"""Impossible numbers: more events than people, an empty group, an SD below zero, a correlation beyond 1."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

_ABOVE_ZERO = ("total", "total1", "total2", "time", "time1", "time2", "sd", "sd1", "sd2", "se", "variance")
_NOT_NEGATIVE = ("events", "events1", "events2")
_AT_LEAST_TWO = ("n1", "n2")
_FISHER = 4  # the variance of Fisher's z is 1 / (n - 3)


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
        total, assigned = outcome.columns.get(f"total{arm}"), outcome.checks.get(f"assigned{arm}")
        if total and assigned:
            pairs.append((total, assigned))
    for part, whole in pairs:
        if part in row.values and whole in row.values and row.values[part] > row.values[whole]:
            small, large = shown(row.values[part]), shown(row.values[whole])
            yield (part, whole), f"“{extraction.label(part)}” is {small} of {large} “{extraction.label(whole)}”"


def _bounds(extraction: Extraction, outcome: Outcome, row: Row) -> Iterator[tuple[tuple[str, ...], str]]:
    for role, column in outcome.columns.items():
        value = row.values.get(column)
        if value is None:
            continue
        why = ""
        if role in _ABOVE_ZERO and value <= 0:
            why = "must be above 0"
        elif role in _NOT_NEGATIVE and value < 0:
            why = "cannot be below 0"
        elif (role in _AT_LEAST_TWO or (role == "n" and "sd" in outcome.columns)) and value < 2:
            why = "must be at least 2 for a standard deviation to exist"
        elif role == "correlation" and abs(value) >= 1:
            why = "must lie between -1 and 1"
        elif role == "n" and outcome.measure in ("COR", "ZCOR") and value < _FISHER:
            why = f"must be at least {_FISHER} for the variance of a correlation to exist"
        elif role[:6] in ("events", "total") and not value.is_integer():
            why = "must be a whole number"
        if why:
            yield (column,), f"“{extraction.label(column)}” is {shown(value)} and {why}"
