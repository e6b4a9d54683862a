"""Findings that wait for somebody, and those that somebody has answered with ``checked: reason``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from prismake.core.phrases import normal_word
from prismake.extraction.checks import findings
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction
from prismake.protocol.translations import beginnings

CHECKED = "checked"  # how the answer in a note begins, in English


class Answer(NamedTuple):
    """A person's answer to a finding: the heading of the column (empty for the whole row), and why it is right."""

    column: str
    reason: str


class Remark(NamedTuple):
    """A note, and the columns that it is about; empty if it is about the whole row."""

    text: str
    columns: frozenset[str] = frozenset()


class Doubts(NamedTuple):
    """The findings that wait, those that were answered (with the reason), and those that are only worth knowing."""

    waiting: list[Finding]
    checked: list[tuple[Finding, str]]
    notes: list[Finding]


def answers_in(note: str) -> list[Answer]:
    """``checked: reason`` and ``checked Infused: reason`` in the text of a note."""
    found = _answer().finditer(note)
    return [Answer((match["column"] or "").strip(), match["reason"].strip()) for match in found]


@cache
def _answer() -> re.Pattern[str]:
    """What such an answer looks like, with the word for *checked* of any language."""
    words = "|".join(map(re.escape, beginnings("remarks.checked")))
    column, reason = r"(?:\s+(?P<column>[^:：\n]{1,80}?))?", r"(?P<reason>\S[^\n]*)"
    return re.compile(rf"\b(?:{words}){column}\s*[:：]\s*{reason}", re.IGNORECASE)


def doubts_of(extraction: Extraction, notes: Mapping[str, Iterable[Remark]]) -> Doubts:
    """The findings of the checks in an extraction, sorted by people's answers to them.

    Args:
        notes: by item, everyone's notes on the row or on some of its columns.
    """
    result = Doubts([], [], [])
    for finding in findings(extraction):
        about = (note for note in notes.get(finding.item, ()) if not note.columns or note.columns & {*finding.columns})
        reason = _reason(extraction, finding, (answer for note in about for answer in answers_in(note.text)))
        if finding.grade == Grade.NOTE:
            result.notes.append(finding)
        elif finding.grade == Grade.ASK and reason:
            result.checked.append((finding, reason))
        else:
            result.waiting.append(finding)
    return result


def remedy(finding: Finding, note: str) -> str:
    """What to do about a finding; ``note`` is the heading of the column of notes."""
    if finding.grade == Grade.STOP:
        return "Correct it; until then the study waits."
    return (
        f"Correct it, or write “{CHECKED}:” and why it is right into “{note}” of the row; until then the study waits."
    )


def _reason(extraction: Extraction, finding: Finding, answers: Iterable[Answer]) -> str:
    labels = {normal_word(extraction.label(column)) for column in finding.columns}
    return next((answer.reason for answer in answers if not answer.column or normal_word(answer.column) in labels), "")
