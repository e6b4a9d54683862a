"""The checks of the extracted numbers: one file per check, in three grades (stop, ask, note)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace

from prismake.extraction.checks import (
    accuracy_tables,
    changed_reports,
    contrasts,
    denominators,
    direction,
    directions,
    dose_groups,
    families,
    impossible_numbers,
    outlying,
    printed,
    published_intervals,
    quantile_order,
    repeated,
    sign_of_means,
    standard_deviations,
    sums,
    timing,
    units,
    whole_numbers,
    zeros,
)
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

Check = Callable[[Extraction], Iterator[Finding]]
IMPOSSIBLE: tuple[Check, ...] = (  # first: the other checks do not see a number that these stop by itself
    impossible_numbers.check,
    accuracy_tables.check,
    dose_groups.check,
)
CHECKS: tuple[Check, ...] = (
    directions.check,
    published_intervals.check,
    quantile_order.check,
    timing.check,
    families.check,
    sums.check,
    changed_reports.check,
    whole_numbers.check,
    outlying.check,
    denominators.check,
    printed.check,
    standard_deviations.check,
    zeros.check,
    contrasts.check,
    direction.check,
    units.check,
    sign_of_means.check,
    repeated.check,
)


_OF_ARMS = ("sizes of the arms", "SDs of the arms")
_VAGUER = {  # a check whose columns a sharper one has doubted already says nothing further
    **dict.fromkeys(_OF_ARMS, 1),
    **dict.fromkeys(direction.OF_EFFECTS, 2),
    "standardised difference": 3,
}
_OF_COUNTS = (
    "percentage typed as a count",
    "doubled digit",
    "sizes of the arms",
    "outlying total",
    "zero or not reported",
)
_BY_OTHER_STUDIES = (*_VAGUER, *_OF_COUNTS, "SD or SE", "unit", "sign of a mean")


def findings(extraction: Extraction) -> list[Finding]:
    """All findings of the checks, those that stop first.

    A cell that cannot be right raises no further questions, and a comparison with other studies raises none if one of
    its numbers is doubted already by a sharper check. What only differs from other studies is a note if the report
    prints it twice and the two agree.
    """
    extraction = replace(extraction, outcomes=[*directions.with_numbers(extraction.outcomes)])
    # outcomes that share a pair of columns say the same about it
    every = dict.fromkeys(finding for check in IMPOSSIBLE for finding in check(extraction))
    sound = _without(extraction, {(f.item, *f.columns) for f in every if len(f.columns) == 1})
    every |= dict.fromkeys(finding for check in CHECKS for finding in check(sound))
    impossible = {(f.item, column) for f in every if f.grade == Grade.STOP for column in f.columns}
    remaining = [
        finding
        for finding in every
        if finding.grade == Grade.STOP or not any((finding.item, column) in impossible for column in finding.columns)
    ]
    doubted: dict[tuple[str, str], int] = {}
    for finding in remaining:
        for column in finding.columns:
            place = finding.item, column
            doubted[place] = min(_VAGUER.get(finding.check, 0), doubted.get(place, len(_VAGUER)))
    remaining = [
        finding
        for finding in remaining
        if all(doubted[finding.item, column] >= _VAGUER.get(finding.check, 0) for column in finding.columns)
    ]
    by_percentage, by_effect = printed.confirmed(sound)
    graded = []
    for finding in remaining:
        cells = {(finding.item, column) for column in finding.columns}
        sure = (finding.check in _BY_OTHER_STUDIES and cells <= by_effect) or (
            finding.check in _OF_COUNTS and cells <= by_percentage
        )
        graded.append(finding._replace(grade=Grade.NOTE) if sure else finding)
    places = {grade: place for place, grade in enumerate(Grade)}
    return sorted(graded, key=lambda finding: places[finding.grade])


def _without(extraction: Extraction, cells: Collection[tuple[str, ...]]) -> Extraction:
    """The extraction without the numbers of some cells (row and column)."""
    rows = [
        replace(row, values={name: value for name, value in row.values.items() if (row.item, name) not in cells})
        for row in extraction.rows
    ]
    return replace(extraction, rows=rows) if cells else extraction
