"""Findings that wait for somebody, and those that somebody has answered with ``checked: reason``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from prismake.extraction import other_reports
from prismake.extraction.checks import findings
from prismake.extraction.checks.grades import Finding, Grade
from prismake.extraction.extracted import Extraction
from prismake.extraction.other_reports import Remark, is_named
from prismake.protocol.translations import beginnings

CHECKED = "checked"  # how the answer in a note begins, in English


class Answer(NamedTuple):
    """A person's answer to a finding: the heading of the column (empty for the whole row), and why it is right."""

    column: str
    reason: str


class Doubts(NamedTuple):
    """The findings that wait, those that were answered (with the reason), and those that are only worth knowing."""

    waiting: list[Finding]
    checked: list[tuple[Finding, str]]
    notes: list[Finding]


def answers_in(note: str) -> list[Answer]:
    """``checked: reason`` and ``checked Infused: reason`` in the text of a note."""
    matches = _answer().finditer(note)
    return [Answer((match["column"] or "").strip(), match["reason"].strip()) for match in matches]


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
    for finding in (*findings(extraction), *dict.fromkeys(other_reports.check(extraction, notes))):
        about = [note for note in notes.get(finding.item, ()) if not note.columns or note.columns & {*finding.columns}]
        reason = next(filter(None, (_reason(extraction, finding, note) for note in about)), "")
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


def _reason(extraction: Extraction, finding: Finding, note: Remark) -> str:
    """Why a person says in a note that a doubted number is right, or the empty string."""
    for answer in answers_in(note.text):
        columns = finding.columns
        if not answer.column or any(is_named(extraction, column, answer.column, note.columns) for column in columns):
            return answer.reason
    return ""
