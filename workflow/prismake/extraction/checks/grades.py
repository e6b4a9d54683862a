"""What a check gives back.

A check is a function ``check(extraction) -> Iterator[Finding]`` in a file of this folder; ``CHECKS`` lists them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Grade(StrEnum):
    """What follows from a finding."""

    STOP = "stop"  # it cannot be: the study waits until the sheet is corrected
    ASK = "ask"  # it is hard to believe: the study waits until somebody has looked and says why it is right
    NOTE = "note"  # worth knowing, and nothing waits


class Finding(NamedTuple):
    """What is odd about one row.

    Attributes:
        grade: what follows from it.
        check: the name of the check.
        item: the row (a study, or an arm of one).
        columns: the columns whose cells are meant, the doubted one first.
        what: a sentence without its stop, with the numbers.
    """

    grade: Grade
    check: str
    item: str
    columns: tuple[str, ...]
    what: str
