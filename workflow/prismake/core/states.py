"""States of an item, how it was settled, and its route through the review. They are written as plain text."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """The state of an item, or of one question about it."""

    SETTLED = "settled"
    UNDECIDED = "undecided"
    CONFLICT = "conflict"
    PROBLEM = "problem"  # a cell was not understood, or its number is doubted
    NOT_SCREENED = "not screened"  # people stopped before anybody had read it
    NOT_APPLICABLE = ""  # of a question that does not apply


class SettledBy(StrEnum):
    """How an item was settled; of an item that was not screened, how the flow counts it."""

    AGREEMENT = "agreement"
    CONSENSUS = "consensus"
    SINGLE = "single"
    AUTOMATION = "automation"
    OTHER = "other"
    NOBODY = ""


class Route(StrEnum):
    """Where a report is read first: reports that other methods found are sought in full text at once."""

    SCREENING = "screening"
    FULL_TEXT = "full text"
