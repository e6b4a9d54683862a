"""What was read last, every change of a decision, and earlier copies of sheets."""

from __future__ import annotations

import datetime
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from prismake.files import digest, read_json, replacing, write_json
from prismake.sheets.paths import SHEETS

Snapshot = dict[str, dict[str, dict[str, str]]]  # reviewer, "consensus" or "settled" -> item -> field -> answer


def keep_copy(path: Path) -> None:
    """A copy in ``history/`` under a name that tells its content; the same content is kept once."""
    name = f"{path.stem}.{(digest(path) or '')[:8]}{path.suffix}"
    kept = path.parent / "history" / name
    if not kept.exists():
        with replacing(kept) as draft:
            shutil.copyfile(path, draft)


def read_snapshot(stage: str, folder: Path = SHEETS) -> Snapshot:
    """The answers of the last good reading, by reviewer."""
    return read_json(folder / "history" / f"{stage}.answers.json", {})


def record(stage: str, new: Snapshot, folder: Path = SHEETS) -> list[dict[str, Any]]:
    """Keep ``new`` as the last good answers and append every changed answer to ``decisions.jsonl``.

    A first answer is no change. The changes come before the snapshot: killed in between, the next run
    finds the lines and does not write them twice.
    """
    old = read_snapshot(stage, folder)
    if new == old:
        return []
    changes = list(_changes(stage, old, new))
    log = folder / "history" / "decisions.jsonl"
    fresh = _not_yet_written(log, changes)
    if fresh:
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        lines = "".join(
            json.dumps({**change, "time": now}, ensure_ascii=False, sort_keys=True) + "\n" for change in fresh
        )
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab", buffering=0) as file:  # one write: stages are read side by side
            file.write(lines.encode())
    write_json(folder / "history" / f"{stage}.answers.json", new)
    return changes


def _changes(stage: str, old: Snapshot, new: Snapshot) -> Iterator[dict[str, Any]]:
    for who in sorted(set(old) | set(new)):
        before, after = old.get(who, {}), new.get(who, {})
        for item in sorted(before):
            for name, value in sorted(before[item].items()):
                now = after.get(item, {}).get(name, "")
                if value and now != value:
                    sheet = "" if who == "settled" else f"{stage}.{who}"
                    yield {
                        "stage": stage,
                        "item": item,
                        "field": name,
                        "who": who,
                        "old": value,
                        "new": now,
                        "sheet": sheet,
                    }


def _not_yet_written(log: Path, changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for change in read_log(log):
        last[_key(change)] = change
    return [one for one in changes if not _same(last.get(_key(one)), one)]


def _key(change: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(change.get(name)) for name in ("stage", "item", "field", "who"))


def _same(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> bool:
    return one is not None and (one.get("old"), one.get("new")) == (other["old"], other["new"])


def read_log(log: Path) -> Iterator[dict[str, Any]]:
    """The changes of decisions, oldest first; a line cut off by a full disk is passed over."""
    if not log.exists():
        return
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue
