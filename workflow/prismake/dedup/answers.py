"""The panel's answers on pairs, keyed by record ids: read, checked, and replayed on every run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prismake.errors import DedupError

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Answers:
    """Pairs of record ids (first < second), sorted; ``records`` are all ids that occur in them."""

    same: list[tuple[str, str]] = field(default_factory=list)
    different: list[tuple[str, str]] = field(default_factory=list)
    records: frozenset[str] = frozenset()
    gone: list[str] = field(default_factory=list)  # answers on records that are no longer there
    conflicts: list[tuple[str, str]] = field(default_factory=list)  # "same" that a "different" forbids


def read(answers: Mapping[str, str], records: pd.DataFrame) -> Answers:
    """Sort the answers; raise `DedupError` for a word that is neither "same" nor "different"."""
    found = Answers()
    if not answers:
        return found
    known = set(records["record_id"].astype(str)) if "record_id" in records.columns else set()
    said: dict[tuple[str, str], str] = {}
    for item in sorted(answers):
        word = answers[item]
        if word not in ("same", "different"):
            raise DedupError(f"The answer '{word}' is not known.", where=item, remedy="Answer 'same' or 'different'.")
        pair = _pair(item, known)
        if pair is None:
            found.gone.append(item)
        elif said.get(pair) != "different":
            # Given both ways round with unlike words, the safe side holds.
            said[pair] = word
    found.same = sorted(p for p, w in said.items() if w == "same")
    found.different = sorted(p for p, w in said.items() if w == "different")
    found.records = frozenset(r for p in said for r in p)
    return found


def item_id(a: str, b: str) -> str:
    """The id of a pair: both record ids in order with a bar between."""
    return f"{min(a, b)}|{max(a, b)}"


def _pair(item: str, known: set[str]) -> tuple[str, str] | None:
    """The two record ids of an item, which may themselves hold a bar; None when one is unknown."""
    at = item.find("|")
    while at >= 0:
        a, b = item[:at], item[at + 1 :]
        if a in known and b in known and a != b:
            return (a, b) if a < b else (b, a)
        at = item.find("|", at + 1)
    return None
