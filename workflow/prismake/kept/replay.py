"""What the logs and the last run still tell when a file that is made out of them is damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prismake.core.names import ITEM_ID
from prismake.kept import store
from prismake.kept.answers import SETTLED_BY_ALL, Snapshot, logged_answers, read_events
from prismake.kept.formats import MARKS, Kind, mismatch


def answers_of(stage: str, folder: Path) -> Snapshot:
    """The answers read last, as the logs of first answers and of changes tell them."""
    answers: Snapshot = {}
    for (who, item, name), value in logged_answers(stage, folder).items():
        if value:
            answers.setdefault(who, {}).setdefault(item, {})[name] = value
    return answers


def people_who_answered(stage: str, folder: Path) -> set[str]:
    """Whose answers of a stage were read at any time, the adjudicator's among them."""
    return {event["who"] for event in read_events(stage, folder) if event["event"] == "answered"} - {SETTLED_BY_ALL}


def prefilled_of(stage: str, folder: Path, queue: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Answers that came with an export and were written into rows: those of the queue whose rows were offered."""
    import pyarrow.parquet as pq

    if not queue.exists() or "carried" not in pq.read_schema(queue).names:
        return {}
    rows = pq.read_table(queue, columns=[ITEM_ID, "carried"]).to_pylist()
    waiting = {row[ITEM_ID]: json.loads(row["carried"]) for row in rows if row["carried"]}
    prefilled: dict[str, dict[str, dict[str, Any]]] = {}
    for event in read_events(stage, folder):
        who = event["who"]
        for item in event["items"] if event["event"] == "offered" else ():
            if who in waiting.get(item, {}):
                prefilled.setdefault(who, {}).setdefault(item, {**waiting[item][who], "time": event["time"]})
    return prefilled


def good_lines(data: bytes, kind: Kind) -> tuple[list[dict[str, Any]], int]:
    """The lines of a log that can be read, each once, and how many others there are, marks of conflicts left out."""
    good: dict[str, dict[str, Any]] = {}
    bad = 0
    for _, line in store.numbered(data):
        parsed = store.parsed_line(line)
        if isinstance(parsed, dict) and parsed.keys() == set(MARKS):
            continue
        if isinstance(parsed, dict) and not mismatch(parsed, kind.shape)[0]:
            good.setdefault(store.line_of(parsed), parsed)
        elif not store.is_conflict_mark(line):
            bad += 1
    return list(good.values()), bad
