"""A mean with a different sign from all other studies: a lost minus, or a change instead of a value."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

_FEWEST = 4  # minimum number of other studies


def check(extraction: Extraction) -> Iterator[Finding]:
    """For each column of means in which all other studies have values on one side of 0."""
    for outcome in extraction.outcomes:
        columns = [column for role, column in outcome.columns.items() if role.startswith("mean")]
        doubted: dict[str, list[str]] = {}
        for column in columns:
            rows = extraction.numbers(column)
            for row, value in rows:
                others = [other for at, other in rows if at.study != row.study]
                if len(others) >= _FEWEST and ((value < 0 and min(others) > 0) or (value > 0 and max(others) < 0)):
                    doubted.setdefault(row.item, []).append(column)
        for row in extraction.rows:
            if own := doubted.get(row.item):
                each = " and ".join(f"“{extraction.label(column)}” is {shown(row.values[column])}" for column in own)
                side = "above" if row.values[own[0]] < 0 else "below"
                why = f"{each}, and all the other studies lie {side} 0: is the sign right?"
                yield Finding(Grade.ASK, "sign of a mean", row.item, tuple(own), why)
