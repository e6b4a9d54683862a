"""Reports on the same participants that print numbers which cannot both hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from prismake.core.missing import is_missing
from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.cohorts import families, named_rows
from prismake.extraction.extracted import Extraction, Outcome, Row


def check(extraction: Extraction) -> Iterator[Finding]:
    """Studies that name each other as having the same participants, from the earlier to the later report.

    The same people with another number of events are asked about; events that become fewer although the people do not
    are a note, because an outcome may end (a remission may be lost) or be defined otherwise.
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
