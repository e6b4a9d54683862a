"""The checks of the extracted numbers: one file per check, in three grades (stop, ask, note)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prismake.extraction.checks import (
    denominators,
    direction,
    families,
    impossible_numbers,
    outlying,
    printed,
    published_intervals,
    quantile_order,
    repeated,
    sign_of_means,
    standard_deviations,
    units,
    whole_numbers,
    zeros,
)
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

Check = Callable[[Extraction], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    impossible_numbers.check,
    published_intervals.check,
    quantile_order.check,
    families.check,
    whole_numbers.check,
    outlying.check,
    denominators.check,
    printed.check,
    standard_deviations.check,
    zeros.check,
    direction.check,
    units.check,
    sign_of_means.check,
    repeated.check,
)


def findings(extraction: Extraction) -> list[Finding]:
    """All findings of the checks, those that stop first.

    A cell that cannot be right raises no further questions, and an effect far from the others raises none if one of its
    numbers already does.
    """
    every = [finding for check in CHECKS for finding in check(extraction)]
    impossible = {(f.item, column) for f in every if f.grade == Grade.STOP for column in f.columns}
    remaining = [
        finding
        for finding in every
        if finding.grade == Grade.STOP or not any((finding.item, column) in impossible for column in finding.columns)
    ]
    doubted = {(f.item, column) for f in remaining if f.check not in direction.OF_EFFECTS for column in f.columns}
    remaining = [
        finding
        for finding in remaining
        if finding.check not in direction.OF_EFFECTS or not any((finding.item, c) in doubted for c in finding.columns)
    ]
    places = {grade: place for place, grade in enumerate(Grade)}
    return sorted(remaining, key=lambda finding: places[finding.grade])
