"""Decisions contained in exports of screening tools.

Rayyan writes them into the notes of a record:
``RAYYAN-INCLUSION: {"Anna"=>"Included"} | RAYYAN-LABELS: cells | RAYYAN-EXCLUSION-REASONS: wrong population``.
Covidence exports one file per state; the state is in the file name and the reason for exclusion in ``Notes``.
ASReview writes 1 or 0 into a column of tables (``asreview_label``, formerly ``included``) and ``ASReview_relevant`` or
``ASReview_irrelevant`` into the notes of RIS. RevMan reviews list their included and excluded studies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prismake.search.mapping import Tags
from prismake.search.tool_tables import ASREVIEW_LABELS

_NOTES = ("N1", "notes", "note", "annote", "research-notes", "%Z")
_RAYYAN = re.compile(r"RAYYAN-INCLUSION:\s{0,5}\{([^{}]*)\}")
_PAIR = re.compile(r'\\?"+([^"\\]+)\\?"+\s{0,5}=>\s{0,5}\\?"+([^"\\]+)\\?"+')
_PART = re.compile(r"RAYYAN-(LABELS|EXCLUSION-REASONS):([^|{}]*)")
_WORDS = {"included": "include", "excluded": "exclude", "maybe": "maybe"}
TEAM = "consensus"
"""The reviewer of a decision for which the tool names nobody."""
_ASREVIEW_NOTE = re.compile(r"\bASReview_(ir)?relevant\b")
_STATES = (
    (re.compile(r"(?i)irrelevant"), "title_abstract", "exclude"),
    (re.compile(r"(?i)exclude"), "full_text", "exclude"),
    (re.compile(r"(?i)include|extraction"), "full_text", "include"),
    (re.compile(r"(?i)select|full[-_ ]?text"), "title_abstract", "include"),
)
"""States of Covidence by words in the file name: stage and decision."""


@dataclass(frozen=True)
class Decision:
    """One reviewer's decision on the record at ``index`` of the import.

    ``decision`` is "include", "exclude" or "maybe"; ``stage`` "title_abstract" or "full_text"; ``reviewer`` is the name
    given by the tool, or "consensus" if it gives the decision of the team only.
    """

    index: int
    stage: str
    reviewer: str
    decision: str
    reason: str = ""
    labels: tuple[str, ...] = ()


def of_record(index: int, tags: Tags, platform: str, file_name: str) -> Iterator[Decision]:
    """The decisions in the tags of one record."""
    notes = " | ".join(value for tag in _NOTES for value in tags.get(tag, ()))
    if "RAYYAN-INCLUSION" in notes:
        yield from _rayyan(index, notes)
    elif platform == "Covidence":
        yield from _covidence(index, notes, file_name)
    elif platform == "RevMan" and "decision" in tags:
        yield Decision(index, "full_text", TEAM, tags["decision"][0], "".join(tags.get("reason", ())))
    elif platform == "ASReview":
        yield from _asreview_table(index, tags)
    elif "ASReview_" in notes and (match := _ASREVIEW_NOTE.search(notes)):
        yield Decision(index, "title_abstract", TEAM, "exclude" if match.group(1) else "include")


def _asreview_table(index: int, tags: Tags) -> Iterator[Decision]:
    reviewer = "".join(tags.get("asreview_user_name", ())[:1]).strip() or TEAM
    labels = tuple(value for name in ("asreview_note", "asreview_label_tags") for value in tags.get(name, ()))
    for column, stage in ASREVIEW_LABELS.items():
        value = "".join(tags.get(column, ())[:1]).strip()
        if value in {"0", "1"}:
            yield Decision(index, stage, reviewer, "include" if value == "1" else "exclude", "", labels)
            return


def _rayyan(index: int, notes: str) -> Iterator[Decision]:
    parts: dict[str, tuple[str, ...]] = {}
    for name, text in _PART.findall(notes):
        items = (item.strip() for item in text.split(","))
        parts.setdefault(name, tuple(item for item in items if item))
    reason = ", ".join(parts.get("EXCLUSION-REASONS", ()))
    for inside in _RAYYAN.findall(notes):
        for reviewer, word in _PAIR.findall(inside):
            decision = _WORDS.get(word.strip().lower())
            if decision:
                exclusion_reason = reason if decision == "exclude" else ""
                labels = parts.get("LABELS", ())
                yield Decision(index, "title_abstract", reviewer.strip(), decision, exclusion_reason, labels)


def _covidence(index: int, notes: str, file_name: str) -> Iterator[Decision]:
    for pattern, stage, decision in _STATES:
        if pattern.search(file_name):
            match = re.search(r"(?i)exclusion reason:\s{0,5}([^|;\n]+)", notes)
            reason = match.group(1).strip() if match and decision == "exclude" else ""
            yield Decision(index, stage, TEAM, decision, reason)
            return
