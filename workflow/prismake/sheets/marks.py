"""The beginning of a row's check, which identifies the review, stage and owner of the sheet it was handed out in.

A check reads ``3f2a91-07c4-5be1d2a8``: the review, the sheet (stage and owner), and the digits that tie the row's
identifier to its title (``prismake.sheets.layout.check_of``). The rows carry this themselves because the first page of
a workbook is easily lost: pandas, CSV and “only the table” drop it. Rows from prismake 0.1 have only the last part.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from prismake.core.names import CONSENSUS, STAGES
from prismake.kept import sheet_state
from prismake.kept.sheet_files import SHEETS
from prismake.sheets.layout import CHECK

_MARKED = re.compile(r"([0-9a-f]{6}-[0-9a-f]{4})-([0-9a-f]{8})")
_UNMARKED = re.compile(r"[0-9a-f]{8}")
_SCOPE = ("title", "question", "criteria", "reviewers")


def review_id(stage: str, config: Mapping[str, Any], items: Iterable[str]) -> str:
    """Six digits for a stage of a review, from its protocol and its queue when its first sheet is offered.

    They are kept beside the sheets from then on (``sheet_state.begin``), so that protocol and queue may change.
    """
    scope = [stage, *(config.get(key) for key in _SCOPE), *sorted(items)]
    return sha256(json.dumps(scope, sort_keys=True).encode()).hexdigest()[:6]


def mark_of(review: str, stage: str, owner: str) -> str:
    """How the checks of one sheet begin; empty if the review has no id yet."""
    sheet = f"{stage}\x1f{unicodedata.normalize('NFC', owner)}"
    return f"{review}-{sha256(sheet.encode()).hexdigest()[:4]}" if review else ""


def marked(mark: str, check: str) -> str:
    """The check of a row as it is written in the sheet."""
    return f"{mark}-{check}" if mark else check


def take_off_marks(rows: Iterable[tuple[int, dict[str, Any]]]) -> dict[str, list[int]]:
    """Reduce each row's check to the part that belongs to the row; returns the rows by the mark removed from them.

    Rows with a check from prismake 0.1 are listed under the empty mark; those without a check, or with something else
    in its place, are left as they are.
    """
    marks: dict[str, list[int]] = {}
    for number, row in rows:
        check = row[CHECK]
        if not isinstance(check, str) or len(check) < 8:
            continue
        if match := _MARKED.fullmatch(check.strip().lower()):
            row[CHECK] = match[2]
            marks.setdefault(match[1], []).append(number)
        elif _UNMARKED.fullmatch(check.strip()):
            marks.setdefault("", []).append(number)
    return marks


def is_check(value: Any) -> bool:
    """Whether a cell holds the check of a row."""
    text = value.strip().lower() if isinstance(value, str) else ""
    return bool(_MARKED.fullmatch(text) or _UNMARKED.fullmatch(text))


def review_in(marks: Mapping[str, Sequence[int]]) -> str:
    """The review to which most rows of a sheet belong; empty if no row names one."""
    row_counts = {mark: len(rows) for mark, rows in marks.items() if mark}
    return max(row_counts, key=lambda mark: row_counts[mark]).partition("-")[0] if row_counts else ""


def sheet_in_words(mark: str, people: Iterable[str], folder: Path = SHEETS) -> str:
    """The owner and stage of the sheet that a mark belongs to, if this review has such a sheet."""
    for stage in STAGES:
        review = sheet_state.read_book(stage, folder).get("review", "")
        for owner in (*people, CONSENSUS):
            if review and mark == mark_of(review, stage, owner):
                return f"the sheet {stage}.{owner}"
        if review and mark.startswith(review):
            return f"a sheet of somebody else at the stage {stage}"
    return "a sheet of another review" if mark else "a sheet that does not say of which review it is"
