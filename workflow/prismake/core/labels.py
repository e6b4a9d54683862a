"""What a study is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def study_label(authors: Sequence[str], year: Any, title: str, name: str = "") -> str:
    """What a study is called in figures: the name that people gave it, else first author and year, else its title."""
    import pandas as pd

    if name:
        return name
    surname = surname_of(str(authors[0])) if len(authors) else ""
    when = "" if pd.isna(year) else str(year)
    if surname:
        return f"{surname} {when}".strip()
    return " ".join(filter(None, [title[:40].rsplit(" ", 1)[0] if len(title) > 40 else title, when]))


def surname_of(author: str) -> str:
    """The surname of an author as databases write it: “Maude SL”, “Maude, S. L.”, “Maude S.L.”."""
    if "," in author:
        return author.split(",", maxsplit=1)[0].strip()
    words = author.split()
    while len(words) > 1 and ((words[-1].isupper() and len(words[-1]) <= 4) or "." in words[-1]):
        words.pop()
    return " ".join(words)
