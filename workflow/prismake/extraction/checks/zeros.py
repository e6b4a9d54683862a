"""A zero that may only mean that the report does not mention the event."""

from __future__ import annotations

from collections.abc import Iterator

from prismake.core.missing import is_missing
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction

UNLIKELY = 0.03  # chance of no event in this many people, given the share in all the others
_FEWEST = 3  # minimum number of other studies


def check(extraction: Extraction) -> Iterator[Finding]:
    """No events although nothing is entered under *assessed*, or although the other studies have many."""
    for outcome in extraction.outcomes:
        assessed = outcome.checks.get("assessed", "")
        for events, total in outcome.pairs:
            rows = [row for row in extraction.rows if events in row.values and total in row.values]
            for row in rows:
                if row.values[events] != 0 or row.values[total] <= 0:
                    continue
                name = extraction.label(events)
                if assessed and is_missing(row.texts.get(assessed)):
                    why = f"“{name}” is 0, and “{extraction.label(assessed)}” does not say that it was looked for"
                    yield Finding(Grade.ASK, "zero or not reported", row.item, (events, assessed), why)
                    continue
                others = [other for other in rows if other.study != row.study]
                chance = _chance_of_none(others, events, total, row.values[total])
                if len(others) >= _FEWEST and chance < UNLIKELY:
                    why = (
                        f"“{name}” is 0 of {row.values[total]:,.0f}, which has a chance of {max(chance, 0.0001):.4f} "
                        "by the other studies: none, or not reported (NR)?"
                    )
                    yield Finding(Grade.ASK, "zero or not reported", row.item, (events, total), why)


def _chance_of_none(others: list, events: str, total: str, people: float) -> float:
    """The mean over the other studies of the chance that none of ``people`` has an event at their rate.

    Studies differ, so this is the mean of the chances rather than the chance at the mean rate.
    """
    chances = []
    for row in others:
        if row.values[total] > 0 and 0 <= row.values[events] <= row.values[total]:
            rate = (row.values[events] + 0.5) / (row.values[total] + 1)
            chances.append((1 - rate) ** people)
    return sum(chances) / len(chances) if chances else 1.0
