"""The answers read last, the log of changed decisions, and the log of offers and first answers.

In ``config/sheets/history/``: ``<stage>.answers.json`` is the last good reading; ``decisions.jsonl`` has a line for
every change of an answer or a settled decision, of all stages; ``<stage>.events.jsonl`` a line whenever rows were
offered to a person, or answers of a person were read for the first time. Both are append-only.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake.core.files import write_entries
from prismake.core.names import TOGETHER
from prismake.kept import store
from prismake.kept.formats import ANSWERS, CHANGES, EVENTS, Kind
from prismake.kept.sheet_copies import keep_as_read
from prismake.kept.sheet_files import LOG_OF_CHANGES, SHEETS

SETTLED_BY_ALL = "settled"
Notes = dict[str, dict[str, str]]  # reviewer or "consensus" -> item -> note
Snapshot = dict[str, dict[str, dict[str, str]]]  # reviewer, "consensus" or "settled" -> item -> field -> answer


def read_snapshot(stage: str, folder: Path = SHEETS) -> Snapshot:
    """The answers of the last good reading, by reviewer."""
    return read_last(stage, folder)[0]


def read_last(stage: str, folder: Path = SHEETS) -> tuple[Snapshot, Notes]:
    """The answers and the notes of the last good reading, by reviewer."""
    content = store.read(answers_file(stage, folder), ANSWERS) or {"answers": {}}
    return content["answers"], content.get("notes", {})


def answers_file(stage: str, folder: Path = SHEETS) -> Path:
    return folder / "history" / f"{stage}.answers.json"


def changes_file(folder: Path = SHEETS) -> Path:
    """The log of changed decisions, of all stages."""
    return folder / "history" / LOG_OF_CHANGES


def events_file(stage: str, folder: Path = SHEETS) -> Path:
    return folder / "history" / f"{stage}.events.jsonl"


def record(
    stage: str,
    new: Snapshot,
    folder: Path = SHEETS,
    settled_by: Mapping[str, str] | None = None,
    workbooks: Mapping[str, tuple[Path, str]] | None = None,
    notes: Notes | None = None,
    last: Snapshot | None = None,
) -> list[dict[str, Any]]:
    """Save ``new`` as the last good answers; append changed answers to ``decisions.jsonl``, first ones to the events.

    The logs are written before the snapshot: after a kill in between, the next run finds the lines and does not write
    them twice. A change of a settled decision lists in ``by`` whose answers changed in the same reading; it is empty if
    only the records changed.

    Args:
        settled_by: how each item was settled (agreement, consensus, single).
        workbooks: by reviewer, the file that was read and its digest; if the answers changed, a copy is kept.
        notes: the notes that were read; None keeps those of the last reading.
        last: the answers read last in the form in which the present protocol writes them; None if it has not changed.
    """
    old, old_notes = read_last(stage, folder)
    new_notes = (
        old_notes if notes is None else {who: dict(sorted(own.items())) for who, own in sorted(notes.items()) if own}
    )
    if new == old:
        if new_notes != old_notes:
            write_entries(answers_file(stage, folder), new, key="answers", head={**store.marks(), "notes": new_notes})
        return []
    old = old if last is None else last
    keep_as_read([who for who in sorted(new) if new[who] and new[who] != old.get(who, {})], workbooks or {})
    first = _first_answers(old, new)
    changes = list(_changes(stage, old, new))
    settled = [change for change in changes if change["who"] == SETTLED_BY_ALL]
    whose = _whose(first, changes) if settled else {}
    for change in settled:
        change["by"] = whose.get(change["item"], [])
    logged = logged_answers(stage, folder) if first or changes else {}
    first = _not_logged(first, logged)
    events = [
        {"event": "answered", "who": who, "answers": answers} for who, answers in first.items() if who != SETTLED_BY_ALL
    ]
    events += _settlements(first.get(SETTLED_BY_ALL, {}), settled_by or {})
    if events:
        _add(events_file(stage, folder), EVENTS, lambda _: events)
    missing = [line for line in changes if logged.get((line["who"], line["item"], line["field"])) != line["new"]]
    if missing:
        _add(changes_file(folder), CHANGES, lambda _: missing)
    head = {**store.marks(), **({"notes": new_notes} if new_notes else {})}
    write_entries(answers_file(stage, folder), new, key="answers", head=head)
    return changes


def note_offer(stage: str, who: str, items: Iterable[str], folder: Path = SHEETS) -> None:
    """Log that rows are about to be offered to somebody (``consensus``: the adjudicator).

    The same offer is not logged twice in a row: the run that logged it was killed before it wrote the rows.
    """
    offer = {"event": "offered", "who": who, "items": list(dict.fromkeys(items))}

    def fresh(written: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        last = {key: value for key, value in written[-1].items() if key != "time"} if written else {}
        return [] if last == offer else [offer]

    if offer["items"]:
        _add(events_file(stage, folder), EVENTS, fresh)


def read_events(stage: str, folder: Path = SHEETS) -> Iterator[dict[str, Any]]:
    """Offers (``who``, ``items``) and first answers (``who``, ``answers``; ``by`` of settlements), oldest first."""
    return store.read_lines(events_file(stage, folder), EVENTS)


def read_changes(folder: Path = SHEETS) -> Iterator[dict[str, Any]]:
    """Every changed answer and settled decision, of all stages, oldest first."""
    return store.read_lines(changes_file(folder), CHANGES)


def logged_answers(stage: str, folder: Path = SHEETS) -> dict[tuple[str, str, str], str]:
    """The last logged answer by (who, item, field); empty if it was taken back.

    Each line is a step from one answer to another, and the steps of an answer form a path, which ends at the answer
    with more steps in than out. The times of the lines, which several readings may share, are not needed.
    """
    surplus: dict[tuple[str, str, str], Counter[str]] = {}
    last: dict[tuple[str, str, str], str] = {}
    steps: list[tuple[tuple[str, str, str], str, str]] = []
    for event in read_events(stage, folder):
        for item, given in event.get("answers", {}).items():
            steps += [((event["who"], item, name), "", value) for name, value in given.items()]
    for line in read_changes(folder):
        if line["stage"] == stage:
            steps.append(((line["who"], line["item"], line["field"]), line["old"], line["new"]))
    for key, old, new in steps:
        count = surplus.setdefault(key, Counter())
        count[new] += 1
        count[old] -= 1
        last[key] = new
    for key, count in surplus.items():
        ends = [value for value, number in count.items() if number > 0]
        if len(ends) < 2:
            last[key] = ends[0] if ends else ""  # a path that ends where it began, without an answer
    return last


def _not_logged(first: Snapshot, logged: Mapping[tuple[str, str, str], str]) -> Snapshot:
    """Leave out answers that are already logged, by a run that was killed before it saved what it had read."""
    missing: Snapshot = {}
    for who, answers in first.items():
        for item, given in answers.items():
            if new := {name: value for name, value in given.items() if logged.get((who, item, name)) != value}:
                missing.setdefault(who, {})[item] = new
    return missing


def _add(log: Path, kind: Kind, choose: Callable[[Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]) -> None:
    """Append the lines that ``choose`` finds missing, with date and time."""
    now = _now()
    store.append(log, kind, lambda written: [{**line, "time": now} for line in choose(written)])


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")


def _first_answers(old: Snapshot, new: Snapshot) -> Snapshot:
    """The answers and settlements that did not exist at the last reading."""
    first: Snapshot = {}
    for who, answers in sorted(new.items()):
        before = old.get(who, {})
        for item, given in sorted(answers.items()):
            had = before.get(item)
            new_to_all = not had and all(given.values())
            fresh = (
                given
                if new_to_all
                else {name: value for name, value in given.items() if value and not (had or {}).get(name)}
            )
            if fresh:
                first.setdefault(who, {})[item] = fresh
    return first


def _settlements(settled: Mapping[str, dict[str, str]], settled_by: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One event for each way in which items were settled."""
    for by in sorted({settled_by.get(item, "") for item in settled}):
        answers = {item: given for item, given in settled.items() if settled_by.get(item, "") == by}
        yield {"event": "settled", "who": SETTLED_BY_ALL, "by": by, "answers": answers}


def _whose(first: Snapshot, changes: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The people whose answers to an item are new or changed, by item."""
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
                    sheet = "" if who == SETTLED_BY_ALL else f"{stage}.{who}"
                    yield {
                        "stage": stage,
                        "item": item,
                        "field": name,
                        "who": who,
                        "old": value,
                        "new": now,
                        "sheet": sheet,
                    }
