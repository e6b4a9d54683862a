"""Counts with the right plural, and text normalised for comparison."""

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


def normal_word(text: Any) -> str:
    """An answer normalised for comparison: case, blanks, a final full stop and compatibility forms are ignored."""
    return _normal(str(text))


@lru_cache(maxsize=4096)  # a sheet has few different answers in very many cells
def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(plain.split()).rstrip(".!").rstrip()
