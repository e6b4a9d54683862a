"""What a check returns.

A check is a function ``check(extraction) -> Iterator[Finding]`` in a file of this folder; ``CHECKS`` lists them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """The consequence of a finding."""

    STOP = "stop"  # impossible: the study waits until the sheet is corrected
    ASK = "ask"  # hard to believe: the study waits until somebody has looked and says why it is right
    NOTE = "note"  # worth knowing; nothing waits


class Finding(NamedTuple):
    """Something odd about one row.

    Attributes:
        grade: the consequence.
        check: the name of the check.
        item: the row (a study, or an arm of one).
        columns: the columns of the cells concerned, the doubted one first.
        what: a sentence without its full stop, including the numbers.
    """

    grade: Grade
    check: str
    item: str
    columns: tuple[str, ...]
    what: str
