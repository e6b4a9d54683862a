"""What was read last, every change of a decision, what was offered and first answered when, earlier copies of sheets.

In ``config/sheets/history/``: ``<stage>.answers.json`` is the last good reading; ``decisions.jsonl`` has a line for
every change of an answer or a settled decision, of all stages; ``<stage>.events.jsonl`` a line for the rows that were
offered to one person at a time, and for the answers of one person that were read for the first time. Both grow only.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake.core.files import digest, replacing, write_entries
from prismake.core.names import TOGETHER
from prismake.kept import store
from prismake.kept.formats import ANSWERS, CHANGES, EVENTS, Kind
from prismake.kept.sheet_files import SHEETS

SETTLED_BY_ALL = "settled"
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
    return (store.read(answers_file(stage, folder), ANSWERS) or {"answers": {}})["answers"]


def answers_file(stage: str, folder: Path = SHEETS) -> Path:
    return folder / "history" / f"{stage}.answers.json"


def changes_file(folder: Path = SHEETS) -> Path:
    """The log of changed decisions, of all stages."""
    return folder / "history" / "decisions.jsonl"


def events_file(stage: str, folder: Path = SHEETS) -> Path:
    return folder / "history" / f"{stage}.events.jsonl"


def record(
    stage: str, new: Snapshot, folder: Path = SHEETS, settled_by: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """Keep ``new`` as the last good answers; append changed answers to ``decisions.jsonl``, first ones to the events.

    Both come before the snapshot: killed in between, the next run finds the lines and does not write them twice. A
    change of a settled decision says in ``by`` whose answers changed in the same reading; nobody's where records did.

    Args:
        settled_by: by item, how it was settled (agreement, consensus, single).
    """
    old = read_snapshot(stage, folder)
    if new == old:
        return []
    first = _first_answers(old, new)
    changes = list(_changes(stage, old, new))
    settled = [change for change in changes if change["who"] == SETTLED_BY_ALL]
    whose = _whose(first, changes) if settled else {}
    for change in settled:
        change["by"] = whose.get(change["item"], [])
    events = [
        {"event": "answered", "who": who, "answers": answers} for who, answers in first.items() if who != SETTLED_BY_ALL
    ]
    _append_events(stage, [*events, *_settlements(first.get(SETTLED_BY_ALL, {}), settled_by or {})], folder)
    if changes:
        _add(changes_file(folder), CHANGES, lambda written: _not_yet_written(written, changes))
    write_entries(answers_file(stage, folder), new, key="answers", head=store.marks())
    return changes


def note_offer(stage: str, who: str, items: Iterable[str], folder: Path = SHEETS) -> None:
    """Write down that rows are about to be offered to somebody (``consensus`` for the adjudicator)."""
    if about := list(dict.fromkeys(items)):
        _append_events(stage, [{"event": "offered", "who": who, "items": about}], folder)


def read_events(stage: str, folder: Path = SHEETS) -> Iterator[dict[str, Any]]:
    """Offers (``who``, ``items``) and first answers (``who``, ``answers``; ``by`` of settlements), oldest first."""
    return store.read_lines(events_file(stage, folder), EVENTS)


def read_changes(folder: Path = SHEETS) -> Iterator[dict[str, Any]]:
    """Every changed answer and settled decision, of all stages, oldest first."""
    return store.read_lines(changes_file(folder), CHANGES)


def _append_events(stage: str, events: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Add lines, unless they are the last ones already: the run that wrote them was killed."""

    def fresh(written: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        last = [{key: value for key, value in line.items() if key != "time"} for line in written[-len(events) :]]
        return [] if last == list(events) else events

    if events:
        _add(events_file(stage, folder), EVENTS, fresh)


def _add(log: Path, kind: Kind, choose: Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]) -> None:
    """Add the lines that ``choose`` finds missing, with the time of day."""
    now = _now()
    store.append(log, kind, lambda written: [{**line, "time": now} for line in choose(written)])


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _first_answers(old: Snapshot, new: Snapshot) -> Snapshot:
    """What is answered or settled now and was not at the last reading."""
    first: Snapshot = {}
    for who, answers in sorted(new.items()):
        before = old.get(who, {})
        for item, given in sorted(answers.items()):
            had = before.get(item)
            new_to_all = not had and all(given.values())
            fresh = (
                given
                if new_to_all
                else {name: said for name, said in given.items() if said and not (had or {}).get(name)}
            )
            if fresh:
                first.setdefault(who, {})[item] = fresh
    return first


def _settlements(settled: Mapping[str, dict[str, str]], settled_by: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """An event for each way in which items were settled."""
    for by in sorted({settled_by.get(item, "") for item in settled}):
        answers = {item: given for item, given in settled.items() if settled_by.get(item, "") == by}
        yield {"event": "settled", "who": SETTLED_BY_ALL, "by": by, "answers": answers}


def _whose(first: Snapshot, changes: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By item, the people whose answers to it are new or changed."""
    pairs = [(item, who) for who, answers in first.items() for item in answers]
    pairs += [(change["item"], change["who"]) for change in changes]
    whose: dict[str, set[str]] = {}
    for key, who in pairs:
        if who != SETTLED_BY_ALL:
            for item in key.split(TOGETHER):
                whose.setdefault(item, set()).add(who)
    return {item: sorted(people) for item, people in whose.items()}


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


def _not_yet_written(written: Iterable[Mapping[str, Any]], changes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    last: dict[tuple[str, ...], Mapping[str, Any]] = {}
    for change in written:
        last[_key(change)] = change
    return [change for change in changes if not _same(last.get(_key(change)), change)]


def _key(change: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(change.get(name)) for name in ("stage", "item", "field", "who"))


def _same(one: Mapping[str, Any] | None, other: Mapping[str, Any]) -> bool:
    return one is not None and (one.get("old"), one.get("new")) == (other["old"], other["new"])
