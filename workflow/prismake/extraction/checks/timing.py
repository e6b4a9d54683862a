"""Times that do not fit each other: enrolment, its report, and the length of follow-up."""

from __future__ import annotations

import re
from collections.abc import Iterator

from prismake.extraction.checks.arithmetic import shown
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction, Row

_MONTHS = {"day": 12 / 365.25, "week": 12 * 7 / 365.25, "month": 1.0, "year": 12.0}


def check(extraction: Extraction) -> Iterator[Finding]:
    """Start after end, enrolment after the publication, and follow-up that is longer than the time there was."""
    timing = extraction.timing
    both = [(outcome.checks.get("start", ""), outcome.checks.get("end", "")) for outcome in extraction.outcomes]
    for start, end in dict.fromkeys([*both, (timing.get("start", ""), timing.get("end", ""))]):
        for row in extraction.rows if start or end else ():
            yield from _of_enrolment(row, start, end)
    follow_up, start = timing.get("follow_up", ""), timing.get("start", "")
    for row in extraction.rows if follow_up and start else ():
        yield from _of_follow_up(extraction, row, follow_up, start)


def _of_enrolment(row: Row, start: str, end: str) -> Iterator[Finding]:
    begins, ends = _year(row, start), _year(row, end)
    if begins is not None and ends is not None and begins > ends:
        why = f"it begins in {shown(begins)} and ends in {shown(ends)}"
        yield Finding(Grade.ASK, "time", row.item, (start, end), why)
    elif row.year and begins is not None and begins > row.year:
        why = f"it begins in {shown(begins)}, after its publication in {row.year}"
        yield Finding(Grade.ASK, "time", row.item, (start,), why)
    elif row.year and ends is not None and ends > row.year:
        why = f"it ends in {shown(ends)}, after its publication in {row.year}"
        yield Finding(Grade.ASK, "time", row.item, (end,), why)


def _of_follow_up(extraction: Extraction, row: Row, follow_up: str, start: str) -> Iterator[Finding]:
    """The unit is the one that the heading names; without one, nothing is compared."""
    unit = re.search("|".join(_MONTHS), extraction.label(follow_up).casefold())
    length, begins = row.values.get(follow_up), _year(row, start)
    if unit is None or length is None or begins is None or not row.year or row.year < begins:
        return
    possible = 12 * (row.year - begins + 1)
    if length * _MONTHS[unit[0]] > possible:
        why = (
            f"“{extraction.label(follow_up)}” is {shown(length)}, and there are {possible:.0f} months from the start "
            f"of enrolment ({shown(begins)}) to the end of {row.year}, the year of publication"
        )
        yield Finding(Grade.ASK, "time", row.item, (follow_up, start), why)


def _year(row: Row, column: str) -> float | None:
    """The year in a cell that has a year, or a date with one."""
    year = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", row.texts.get(column, ""))
    return float(year[0]) if year else row.values.get(column)
