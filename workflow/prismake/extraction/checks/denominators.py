"""Totals of one arm that should agree: between outcomes of one analysis set, and between arms and their study."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

_TOTALS = ("total", "total1", "total2", "n", "n1", "n2")


def check(extraction: Extraction) -> Iterator[Finding]:
    """Two different totals in one row that belong to the same analysis set according to the protocol."""
    by_set: dict[tuple[str, str], list[str]] = {}
    for outcome in extraction.outcomes:
        for role, column in outcome.columns.items():
            if outcome.analysis_set and role in _TOTALS:
                arm = role[-1] if role[-1] in "12" else ""
                by_set.setdefault((outcome.analysis_set, arm), []).append(column)
    for (name, _), columns in by_set.items():
        first, *others = dict.fromkeys(columns)
        for row in extraction.rows:
            for other in others:
                if first in row.values and other in row.values and row.values[first] != row.values[other]:
                    pair = (
                        f"“{extraction.label(first)}” is {shown(row.values[first])} and "
                        f"“{extraction.label(other)}” {shown(row.values[other])}"
                    )
                    why = f"{pair}, although both count the analysis set “{name}”"
                    yield Finding(Grade.ASK, "denominators", row.item, (other, first), why)
