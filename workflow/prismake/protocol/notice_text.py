"""Texts for retractions and similar notices, from ``workflow/forms/notices.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from prismake.core.files import read_yaml
from prismake.core.paths import data_file


@cache
def words() -> dict[str, str]:
    return read_yaml(data_file("forms/notices.yaml"))


def notice_text(retracted: bool, links: Iterable[str]) -> str:
    """One line per notice, in words; empty if there is none. ``links``: related reports (“RetractionIn: PMID 1”)."""
    word_of = words()
    lines = []
    for link in links:
        kind, _, where = link.partition(":")
        if kind in word_of:
            lines.append(f"{word_of[kind]} {where.strip()}".strip())
    if retracted and not any(line.startswith(word_of["retracted"]) for line in lines):
        lines.insert(0, word_of["retracted"])
    return "\n".join(dict.fromkeys(lines))
