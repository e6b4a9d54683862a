"""A zero that may only mean that the report does not mention the event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from prismake.core.missing import is_missing
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Outcome, Row

UNLIKELY = 0.03  # chance of no event in these people, given the shares in the other studies
_FEWEST = 3  # minimum number of other studies


def check(extraction: Extraction) -> Iterator[Finding]:
    """No events although nothing is entered under *assessed*, or although the other studies have many.

    A report that gives events for one arm was looking for them in the other, so that two arms are judged together.
    """
    for outcome in extraction.outcomes:
        assessed = outcome.checks.get("assessed", "")
        asked = set()
        for events, total in outcome.pairs if assessed else ():
            for row in extraction.rows:
                if row.values.get(events) == 0 and row.values.get(total, 0) > 0 and is_missing(row.texts.get(assessed)):
                    name = f"“{extraction.label(events)}” is 0"
                    why = f"{name}, and “{extraction.label(assessed)}” does not say that it was looked for"
                    asked.add(row.item)
                    yield Finding(Grade.ASK, "zero or not reported", row.item, (events, assessed), why)
        yield from (finding for finding in _unlikely(extraction, outcome) if finding.item not in asked)


def _unlikely(extraction: Extraction, outcome: Outcome) -> Iterator[Finding]:
    pairs = outcome.pairs
    cells = [column for pair in pairs for column in pair]
    rows = [row for row in extraction.rows if pairs and all(column in row.values for column in cells)]
    for row in rows:
        if any(row.values[events] != 0 or row.values[total] <= 0 for events, total in pairs):
            continue
        others = [other for other in rows if other.study != row.study]
        chance = _chance_of_none(others, row, pairs)
        if len(others) >= _FEWEST and chance < UNLIKELY / len(extraction.outcomes):
            each = " and ".join(
                f"“{extraction.label(events)}” is 0 of {row.values[total]:,.0f}" for events, total in pairs
            )
            why = (
                f"{each}, which has a chance of {max(chance, 0.0001):.4f} by the other studies: none, or not reported "
                "(NR)?"
            )
            yield Finding(Grade.ASK, "zero or not reported", row.item, tuple(cells), why)


def _chance_of_none(others: Sequence[Row], row: Row, pairs: Sequence[tuple[str, str]]) -> float:
    """The mean over the other studies of the chance that no arm of the row has an event at their rates.

    Studies differ, so this is the mean of the chances rather than the chance at the mean rate.
    """
    chances = []
    for other in others:
        if all(0 <= other.values[events] <= other.values[total] > 0 for events, total in pairs):
            chance = 1.0
            for events, total in pairs:
                rate = (other.values[events] + 0.5) / (other.values[total] + 1)
                chance *= (1 - rate) ** row.values[total]
            chances.append(chance)
    return sum(chances) / len(chances) if chances else 1.0
