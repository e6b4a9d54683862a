"""What counts as a missing value, for every stage that reads extracted cells."""

from __future__ import annotations

from prismake.core.phrases import normal_word

NOT_REPORTED = "NR"
WORDS = frozenset({"nr", "n.r", "n/r", "not reported", "not stated"})  # in the form of normal_word


def is_missing(text: str | None) -> bool:
    """Whether a cell holds no value: blank, ``NR`` or another way to write “not reported”."""
    word = normal_word(text or "")
    return not word or word in WORDS
