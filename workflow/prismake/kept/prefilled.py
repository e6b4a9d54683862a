"""Answers written into a row by the workflow when it was offered, because they were imported with an export."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prismake.core.names import ITEM_ID
from prismake.kept import store
from prismake.kept.formats import PREFILLED
from prismake.kept.sheet_files import SHEETS

Prefilled = dict[str, dict[str, dict[str, Any]]]
"""reviewer -> item -> {"answers": {field: answer}, "file", "time"}, and "team" where it was the team's decision."""


def load_prefilled(stage: str, folder: Path = SHEETS) -> Prefilled:
    """The answers filled in at a stage so far."""
    return (store.read(prefilled_file(stage, folder), PREFILLED) or {"prefilled": {}})["prefilled"]


def prefilled_file(stage: str, folder: Path) -> Path:
    return folder / "history" / f"{stage}.taken.json"


def prefilled_for(row: Mapping[str, Any], who: str) -> Mapping[str, Any] | None:
    """The answers imported with an export for this reviewer's row."""
    text = row.get("carried")
    return json.loads(text).get(who) if text else None


def save_prefilled(stage: str, who: str, rows: Iterable[Mapping[str, Any]], folder: Path = SHEETS) -> None:
    """Record the answers for new rows before the sheet is written, so that they are recognised when it is read."""
    answers = {str(row[ITEM_ID]): given for row in rows if (given := prefilled_for(row, who))}
    if not answers:
        return
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    new = {item: {**given, "time": now} for item, given in answers.items()}

    def changed(present: dict[str, Any] | None) -> dict[str, Any]:
        before = (present or {"prefilled": {}})["prefilled"]
        return {"prefilled": {**before, who: {**before.get(who, {}), **new}}}

    store.update(prefilled_file(stage, folder), PREFILLED, changed)
