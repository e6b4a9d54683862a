"""Labels of studies, and lists of names in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_VERSUS = re.compile(r"\s+(?:v|vs|versus)\.?\s+", re.IGNORECASE)


def study_label(authors: Sequence[str], year: Any, title: str, name: str = "") -> str:
    """The label of a study in figures: the name people gave it, else first author and year, else its title."""
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


def author_line(names: Sequence[str], most: int = 6) -> str:
    """Authors separated by semicolons; if there are more than ``most``, the first ones and the total number."""
    names = [str(name) for name in names]
    return "; ".join(names) if len(names) <= most else "; ".join([*names[: most - 1], f"… ({len(names)} authors)"])


def arm_names(text: str) -> list[str]:
    """The names in a cell that lists arms, separated by semicolons."""
    return [name for name in (part.strip().replace("|", "/") for part in text.split(";")) if name]


def arms_and_comparator(text: str) -> tuple[list[str], str]:
    """``high dose; low dose v placebo`` as (arms, comparator); the comparator is empty if none is named."""
    arms: list[str] = []
    comparator = ""
    for name in arm_names(text):
        sides = [side.strip() for side in _VERSUS.split(name) if side.strip()]
        arms += sides[:-1] if len(sides) > 1 else sides
        comparator = sides[-1] if len(sides) > 1 else comparator
    return [arm for arm in dict.fromkeys(arms) if arm != comparator], comparator


def join(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def by_reason(left_out: Sequence[Mapping[str, Any]]) -> list[str]:
    """``Abel 2001 and Bell 2002 (not reported)``: studies that are left out (label, reason), those of one reason
    together, in the order of the first."""
    labels: dict[str, dict[str, None]] = {}
    for row in left_out:
        labels.setdefault(row["reason"], {})[row["label"]] = None
    return [f"{join(list(names))} ({reason})" for reason, names in labels.items()]
