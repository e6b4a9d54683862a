"""The panel's answers on pairs, keyed by record ids: read, checked, and replayed on every run."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prismake.core.errors import DedupError
from prismake.core.states import State

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
    result = Answers()
    if not answers:
        return result
    record_ids = set(records["record_id"].astype(str)) if "record_id" in records.columns else set()
    word_of: dict[tuple[str, str], str] = {}
    for item in sorted(answers):
        word = answers[item]
        if word not in ("same", "different"):
            raise DedupError(f"The answer '{word}' is not known.", where=item, remedy="Answer 'same' or 'different'.")
        pair = _pair(item, record_ids)
        if pair is None:
            result.gone.append(item)
        elif word_of.get(pair) != "different":
            # Given both ways round with unlike words, the safe side holds.
            word_of[pair] = word
    result.same = sorted(p for p, w in word_of.items() if w == "same")
    result.different = sorted(p for p, w in word_of.items() if w == "different")
    result.records = frozenset(r for p in word_of for r in p)
    return result


def settled(duplicates: pd.DataFrame, merges: pd.DataFrame) -> dict[str, str]:
    """What the panel says of pairs, from the decisions of both stages.

    Both tables have ``item_id``, ``state``, ``same`` and a column ``same.<who>`` for each reviewer. Of merges only
    "different" counts, and it counts while the panel is not of one mind, too: a record too many is screened twice, a
    record lost is never screened. To say that two records are one report takes the panel of possible duplicates.
    """
    settled_pairs = duplicates[duplicates["state"] == State.SETTLED]
    answers = dict(zip(settled_pairs["item_id"], settled_pairs["same"], strict=True))
    answer_columns = [column for column in merges.columns if column.startswith("same.")]
    for row in merges.to_dict("records"):
        if row["same"] == "different" or (
            not row["same"] and "different" in (row[column] for column in answer_columns)
        ):
            answers[row["item_id"]] = "different"
    return answers


def without_effect(merges: pd.DataFrame, clusters: pd.DataFrame) -> list[str]:
    """Pairs that the list of merges calls "same" although they are two reports: a rule merges nothing on request."""
    report = dict(zip(clusters["record_id"], clusters["report_id"], strict=True))
    items = []
    for item in merges.loc[merges["same"] == "same", "item_id"]:
        pair = _pair(item, report.keys())
        if pair and report[pair[0]] != report[pair[1]]:
            items.append(item)
    return sorted(items)


def item_id(a: str, b: str) -> str:
    """The id of a pair: both record ids in order with a bar between."""
    return f"{min(a, b)}|{max(a, b)}"


def _pair(item: str, record_ids: Container[str]) -> tuple[str, str] | None:
    """The two record ids of an item, which may themselves hold a bar; None when one is unknown."""
    at = item.find("|")
    while at >= 0:
        a, b = item[:at].strip(), item[at + 1 :].strip()
        if a in record_ids and b in record_ids and a != b:
            return (a, b) if a < b else (b, a)
        at = item.find("|", at + 1)
    return None
