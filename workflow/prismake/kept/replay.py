"""Restoring the content of a damaged file from the logs and the results of the last run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prismake.core.names import ITEM_ID
from prismake.kept import store
from prismake.kept.answers import SETTLED_BY_ALL, Snapshot, logged_answers, read_events
from prismake.kept.formats import MARKS, Kind, mismatch


def answers_of(stage: str, folder: Path) -> Snapshot:
    """The answers read last, reconstructed from the logs of first answers and of changes."""
    answers: Snapshot = {}
    for (who, item, name), value in logged_answers(stage, folder).items():
        if value:
            answers.setdefault(who, {}).setdefault(item, {})[name] = value
    return answers


def people_who_answered(stage: str, folder: Path) -> set[str]:
    """Everyone whose answers at a stage were ever read, including the adjudicator."""
    return {event["who"] for event in read_events(stage, folder) if event["event"] == "answered"} - {SETTLED_BY_ALL}


def prefilled_of(stage: str, folder: Path, queue: Path) -> dict[str, dict[str, dict[str, Any]]]:
    """Answers imported with an export and written into rows: those in the queue whose rows were offered."""
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
    """The readable lines of a log, each once, and the number of unreadable ones, not counting conflict markers."""
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
