"""Counts with the right plural, headings within a sentence, and text normalised for comparison."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any


def plural(value: int, singular: str, several: str = "") -> str:
    """``1 study``, ``12 studies``, ``1,204 records``."""
    return f"{value:,} {singular if value == 1 else several or singular + 's'}"


def open_decisions(value: int) -> str:
    """``1 decision is open``, ``12 decisions are open``."""
    return f"{plural(value, 'decision')} {'is' if value == 1 else 'are'} open"


def within_sentence(text: str) -> str:
    """A heading or sentence after other words: “Median age” becomes “median age”; “CRS of any grade” stays as it is."""
    first = text.split(" ", 1)[0]
    plain = first == "A" if len(first) == 1 else first[1:2].islower() and first[1:] == first[1:].lower()
    return text[0].lower() + text[1:] if plain else text


def normal_word(text: Any) -> str:
    """An answer normalised for comparison: case, blanks, a final full stop and compatibility forms are ignored."""
    return _normal(str(text))


@lru_cache(maxsize=4096)  # a sheet has few different answers in very many cells
def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(plain.split()).rstrip(".!").rstrip()
