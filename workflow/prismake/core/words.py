"""Small pieces of English that sentences in several places share, and text as it is compared."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any


def join(words: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def plural(value: int, singular: str, several: str = "") -> str:
    """``1 study``, ``12 studies``, ``1,204 records``."""
    return f"{value:,} {singular if value == 1 else several or singular + 's'}"


def normal_word(text: Any) -> str:
    """An answer for comparison: case, blanks, a trailing stop and compatibility forms do not matter."""
    plain = unicodedata.normalize("NFKC", str(text)).casefold()
    return " ".join(plain.split()).rstrip(".!").rstrip()
