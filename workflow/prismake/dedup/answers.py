"""The answers of the panel on pairs of records, keyed by record ids: read, checked and applied in every run."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prismake.core.errors import DedupError
from prismake.core.names import ITEM_ID, RECORD_ID, REPORT_ID
from prismake.core.states import State

if TYPE_CHECKING:
    import pandas as pd


@dataclass
class Answers:
    """Pairs of record ids (first < second), sorted; ``records`` are all ids that occur in them."""

    same: list[tuple[str, str]] = field(default_factory=list)
    different: list[tuple[str, str]] = field(default_factory=list)
    records: frozenset[str] = frozenset()
    unmatched: list[str] = field(default_factory=list)  # answers on records that no longer exist
    conflicts: list[tuple[str, str]] = field(default_factory=list)  # "same" answers that contradict a "different"


def read(answers: Mapping[str, str], records: pd.DataFrame) -> Answers:
    """Read the answers; raises `DedupError` for a word that is neither "same" nor "different"."""
    result = Answers()
    if not answers:
        return result
    record_ids = set(records[RECORD_ID].astype(str)) if RECORD_ID in records.columns else set()
    word_of: dict[tuple[str, str], str] = {}
    for item in sorted(answers):
        word = answers[item]
        if word not in ("same", "different"):
            raise DedupError(f"The answer '{word}' is not known.", where=item, remedy="Answer 'same' or 'different'.")
        pair = _pair(item, record_ids)
        if pair is None:
            result.unmatched.append(item)
        elif word_of.get(pair) != "different":
            # If a pair was answered twice with different words, "different" is the safe choice.
            word_of[pair] = word
    result.same = sorted(p for p, w in word_of.items() if w == "same")
    result.different = sorted(p for p, w in word_of.items() if w == "different")
    result.records = frozenset(r for p in word_of for r in p)
    return result


def settled(duplicates: pd.DataFrame, merges: pd.DataFrame) -> dict[str, str]:
    """The answers of the panel on pairs, from the decisions of both stages.

    Both tables have ``item_id``, ``state``, ``same`` and a column ``same.<who>`` for each reviewer. Of merges only
    "different" counts, even while the reviewers disagree: a record too many is screened twice, but a lost record is
    never screened. Only the stage of possible duplicates can declare two records one report.
    """
    settled_pairs = duplicates[duplicates["state"] == State.SETTLED]
    answers = dict(zip(settled_pairs[ITEM_ID], settled_pairs["same"], strict=True))
    answer_columns = [column for column in merges.columns if column.startswith("same.")]
    for row in merges.to_dict("records"):
        if row["same"] == "different" or (
            not row["same"] and "different" in (row[column] for column in answer_columns)
        ):
            answers[row[ITEM_ID]] = "different"
    return answers


def without_effect(merges: pd.DataFrame, clusters: pd.DataFrame) -> list[str]:
    """Pairs answered "same" in the list of merges although they are two reports; such an answer merges nothing."""
    report = dict(zip(clusters[RECORD_ID], clusters[REPORT_ID], strict=True))
    items = []
    for item in merges.loc[merges["same"] == "same", ITEM_ID]:
        pair = _pair(item, report.keys())
        if pair and report[pair[0]] != report[pair[1]]:
            items.append(item)
    return sorted(items)


def item_id(a: str, b: str) -> str:
    """The id of a pair: both record ids in order, joined by a bar."""
    return f"{min(a, b)}|{max(a, b)}"


def _pair(item: str, record_ids: Container[str]) -> tuple[str, str] | None:
    """The two record ids of an item (ids may themselves contain a bar); None if one is unknown."""
    at = item.find("|")
    while at >= 0:
        a, b = item[:at].strip(), item[at + 1 :].strip()
        if a in record_ids and b in record_ids and a != b:
            return (a, b) if a < b else (b, a)
        at = item.find("|", at + 1)
    return None
