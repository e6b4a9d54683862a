"""Reports on the same participants that print numbers which cannot both hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from prismake.core.missing import is_missing
from prismake.extraction.checks.arithmetic import half_unit, shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.cohorts import families, named_rows
from prismake.extraction.extracted import Extraction, Outcome, Row


def check(extraction: Extraction) -> Iterator[Finding]:
    """Studies that name each other as having the same participants, from the earlier to the later report.

    The same people with another number of events, or another mean or SD, are asked about; events that become fewer
    although the people do not are a note, because an outcome may end (a remission may be lost) or be defined otherwise.
    """
    labels = {row.item: row.label for row in extraction.rows}
    named = {
        row.item: [other for other in named_rows(text, labels) if other != row.item]
        for row in extraction.rows
        if not is_missing(text := row.texts.get(extraction.overlap, ""))
    }
    by_item = {row.item: row for row in extraction.rows}
    for family in families({item: others for item, others in named.items() if others}):
        rows = sorted((by_item[item] for item in family), key=lambda row: (row.year or 0, row.item))
        for outcome in extraction.outcomes:
            for events, total in outcome.pairs:
                both = [row for row in rows if events in row.values and total in row.values]
                for earlier, later in pairwise(both):
                    yield from _changed(extraction, outcome, (earlier, later), events, total)
            for arm in ("", "1", "2"):
                yield from _other_means(extraction, outcome, rows, arm)


def _other_means(extraction: Extraction, outcome: Outcome, rows: Sequence[Row], arm: str) -> Iterator[Finding]:
    """Means and SDs that differ between reports on the same number of people."""
    size = outcome.columns.get(f"n{arm}", "")
    parts = [outcome.columns[f"{part}{arm}"] for part in ("mean", "sd") if f"{part}{arm}" in outcome.columns]
    for earlier, later in pairwise([row for row in rows if size in row.values]):
        for column in parts if later.values[size] == earlier.values[size] else ():
            before, after = earlier.values.get(column), later.values.get(column)
            if before is None or after is None or abs(before - after) <= half_unit(before) + half_unit(after):
                continue
            why = (
                f"“{extraction.label(column)}” is {shown(after)} of {shown(later.values[size])} people here and "
                f"{shown(before)} in {earlier.label}, which has the same participants"
            )
            yield Finding(Grade.ASK, "changed report", later.item, (column, size), why)


def _changed(
    extraction: Extraction, outcome: Outcome, rows: tuple[Row, Row], events: str, total: str
) -> Iterator[Finding]:
    earlier, later = rows
    (before, people), (after, now) = ((row.values[events], row.values[total]) for row in rows)
    numbers = (
        f"“{extraction.label(events)}” is {shown(after)} of {shown(now)} here and {shown(before)} of {shown(people)} "
        f"in {earlier.label}, which has the same participants"
    )
    if now == people and after != before:
        yield Finding(Grade.ASK, "changed report", later.item, (events, total), numbers)
    elif now > people and after < before:
        why = f"{numbers}: fewer, although more people were counted"
        yield Finding(Grade.NOTE, "changed report", later.item, (events, total), why)
