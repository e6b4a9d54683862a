"""Damaged kept files rebuilt from other sources: both sides of a conflict, logs, workbooks, results.

What can be rebuilt, and from what:

- ids: both sides of a conflict if they do not contradict each other; otherwise the tables of the last run in
  ``results/``, and for ids missing there the items that were offered;
- answers read last: the log of first answers and the log of changes, replayed;
- the list of workbooks: the workbooks themselves, each of which is then read again;
- allocations, and the forms offered: nothing to do here, the next run recovers them from the sheets;
- answers imported with exports: both sides of a conflict; otherwise the queues of the last run;
- sources and records: the results of the last run;
- logs: every line that can still be read, of both sides of a conflict.

A frozen version is never rebuilt: nobody could vouch that it is what was published.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prismake.core.errors import KeptFileError, PrismakeError, collect
from prismake.core.files import digest, parsed_json, read_csv, replacing
from prismake.core.names import RECORD_ID, REPORT_ID, STUDY_ID
from prismake.core.paths import results_parent
from prismake.kept import replay, retained_records, store
from prismake.kept.files import kept_files, kind_of
from prismake.kept.formats import (
    ALLOCATION,
    ANSWERS,
    CHANGES,
    EVENTS,
    IDS,
    OFFERED_FORM,
    PREFILLED,
    RECORDS,
    SHEET_STATE,
    SOURCES,
    Kind,
    mismatch,
    without_unknown,
)

_LARGE = 20_000_000  # bytes
_SIDES = re.compile(
    r"^<{7}[^\n]*\n(.*?)(?:^\|{7}[^\n]*\n.*?)?^={7}[^\n]*\n(.*?)^>{7}[^\n]*\n?", re.DOTALL | re.MULTILINE
)


@dataclass(frozen=True)
class Repair:
    """What is wrong with a kept file, and the repair: ``act`` writes it again; None if nothing can be done."""

    path: Path
    problem: str
    lines: tuple[str, ...]
    act: Callable[[], None] | None = None


def damaged_files(review: Path = Path()) -> list[KeptFileError]:
    """The problems of the kept files of a review."""
    return [error for path, kind in kept_files(review) if (error := problem_of(path, kind))]


def refuse_damaged(review: Path = Path()) -> None:
    """Stop before anything runs if a kept file is damaged: a job would fail after its results had been removed.

    Of very large files only the two ends are checked; the job that uses such a file reads it as a whole.

    Raises:
        KeptFileError: names every damaged file.
    """
    problems = [
        error for path, kind in kept_files(review, versions=False) if (error := _problem_at_a_glance(path, kind))
    ]
    if len(problems) == 1:
        raise problems[0]
    collect([str(error) for error in problems], KeptFileError)


def _problem_at_a_glance(path: Path, kind: Kind) -> KeptFileError | None:
    if kind is not RECORDS and path.stat().st_size <= _LARGE:
        return problem_of(path, kind)
    with path.open("rb") as file:
        first = file.read(4)
        file.seek(-min(4, path.stat().st_size), 2)
        last = file.read()
    whole = first == last == b"PAR1" if kind is RECORDS else first[:1] == b"{" and last.rstrip().endswith(b"}")
    return None if whole else store.damaged("it is cut off or of another kind", kind, path)


def problem_of(path: Path, kind: Kind) -> KeptFileError | None:
    """Why a kept file cannot be used, or None."""
    try:
        if kind is RECORDS:
            retained_records.kept_ids(path)
        elif kind in (EVENTS, CHANGES):
            list(store.read_lines(path, kind))
        else:
            store.read(path, kind)
    except KeptFileError as error:
        return error
    return None


def plan(path: Path) -> Repair:
    """Find out how a kept file can be repaired. Nothing is written.

    Raises:
        PrismakeError: the file does not exist, is not a kept file, or can only be restored from a backup.
    """
    kind = kind_of(path)
    if kind is None or not path.is_file():
        raise PrismakeError(
            "this is not a kept file of a review.",
            where=str(path),
            remedy="“prismake restore” lists the damaged files.",
        )
    error = problem_of(path, kind)
    if error is None:
        return Repair(path, "nothing is wrong with it.", ("Nothing was changed.",))
    if not kind.rebuilt or error.what.startswith("this file was written by"):
        raise error
    act, lines = _from_itself(path, kind) or _PLANS[kind.name](path, kind, path.absolute().parents[3])
    return Repair(path, error.what, lines, act)


def carry_out(repair: Repair) -> Path:
    """Put the damaged file aside and write it again; return the name under which the damaged one is kept."""
    assert repair.act is not None
    with store.locked(repair.path.parent):
        aside = repair.path.with_name(f"{repair.path.name}.damaged-{(digest(repair.path) or '')[:8]}")
        with replacing(aside) as draft:
            draft.write_bytes(repair.path.read_bytes())
        repair.act()
    return aside


Planned = tuple[Callable[[], None] | None, tuple[str, ...]]


def _from_itself(path: Path, kind: Kind) -> Planned | None:
    """A JSON file rebuilt from its own content: both sides of a conflict, or everything except unknown keys."""
    if kind in (EVENTS, CHANGES, RECORDS):
        return None
    if (joined := _joined_sides(path, kind)) is not None:
        return _writing(path, joined, kind), ("both sides of the conflict are whole and do not contradict: joined",)
    try:
        data = parsed_json(path.read_bytes())
        content = without_unknown(store.unmarked(data, kind, path), kind.shape) if isinstance(data, dict) else data
    except (ValueError, KeptFileError):
        return None
    if mismatch(content, kind.shape)[0]:
        return None
    return _writing(path, content, kind), ("everything stays but what is not known",)


def _ids(path: Path, kind: Kind, review: Path) -> Planned:
    name = path.stem
    last_run = {"reports": _reports, "studies": _studies, "routes": _routes}[name](review)
    offered = _offered_ids(name, path.parents[1])
    ids = {**offered, **last_run}
    if not ids:
        return None, ("It cannot be rebuilt: there are neither results of the last run nor rows that were offered.",)
    lines = [f"{len(last_run):,} ids come from the results of the last run"] if last_run else []
    more = len(ids) - len(last_run)
    lines += [f"{more:,} come from the rows that were offered"] if more else []
    return _writing(path, {"ids": ids}), tuple(lines)


def _reports(review: Path) -> dict[str, str]:
    table = results_parent(review) / "results/duplicates/duplicates.csv"
    rows = read_csv(table) if table.exists() else None
    return {} if rows is None else dict(zip(rows[RECORD_ID], rows[REPORT_ID], strict=True))


def _studies(review: Path) -> dict[str, str]:
    table = results_parent(review) / "results/full_text/studies.csv"
    rows = read_csv(table).to_dict("records") if table.exists() else []
    return {report: row[STUDY_ID] for row in rows for report in row["report_ids"].split("; ")}


def _routes(review: Path) -> dict[str, str]:
    import pyarrow.parquet as pq

    table = results_parent(review) / "results/duplicates/reports.parquet"
    if not table.exists():
        return {}
    rows = pq.read_table(table, columns=[REPORT_ID, "route"]).to_pylist()
    return {row[REPORT_ID]: row["route"] for row in rows}


def _offered_ids(name: str, sheets: Path) -> dict[str, str]:
    """Ids derived from the rows that were offered: an offered id is the first id of its group."""
    from prismake.kept.answers import read_events
    from prismake.kept.ids import FULL_TEXT, SCREENING

    def items(stage: str) -> list[str]:
        events = (event for event in read_events(stage, sheets) if event["event"] == "offered")
        return list(dict.fromkeys(item for event in events for item in event["items"]))

    if name == "studies":
        every = [item.partition("|")[0] for stage in ("appraisal", "extraction") for item in items(stage)]
        return {study: study for study in every}
    screened, sought = items("title_abstract"), items("full_text")
    if name == "routes":
        return {**dict.fromkeys(sought, FULL_TEXT), **dict.fromkeys(screened, SCREENING)}
    return {report: report for report in (*screened, *sought)}


def _answers(path: Path, kind: Kind, review: Path) -> Planned:
    answers = replay.answers_of(path.name.partition(".")[0], path.parents[1])
    count = sum(len(given) for items in answers.values() for given in items.values())
    return _writing(path, {"answers": answers}), (f"{count:,} answers come from the logs of answers and changes",)


def _sheet_state(path: Path, kind: Kind, review: Path) -> Planned:
    stage, sheets = path.stem, path.parents[1]
    present = {file.name.split(".")[1] for file in sheets.glob(f"{stage}.*") if file.name.count(".") == 2}
    before = replay.people_who_answered(stage, sheets)
    unread = {"bytes": None, "people": "", "waiting": 0, "waits": 0}
    entries = {
        f"{stage}.{who}.xlsx": {**unread, "people": "" if who in present else "unknown"}
        for who in sorted({*present, *before})
    }
    lines = [f"{len(present)} workbooks are there and are read again by the next run"]
    if missing := sorted(before - present):
        lines.append(f"the workbooks of {', '.join(missing)} were there once and are missing")
    return _writing(path, {"sheets": entries}), tuple(lines)


def _allocation(path: Path, kind: Kind, review: Path) -> Planned:
    lines = (
        "The next run rebuilds it from the rows in the sheets; the batch of each row and the kappa of a calibration "
        "are then lost.",
    )
    return path.unlink, lines


def _offered_form(path: Path, kind: Kind, review: Path) -> Planned:
    lines = (
        "The next run rebuilds it from the sheets as they are; the version of the criteria under which a decision was "
        "made, and former headings of columns, are then lost.",
    )
    return path.unlink, lines


def _prefilled(path: Path, kind: Kind, review: Path) -> Planned:
    stage = path.name.partition(".")[0]
    prefilled = replay.prefilled_of(stage, path.parents[1], results_parent(review) / f"results/{stage}/queue.parquet")
    count = sum(map(len, prefilled.values()))
    if not count:
        return None, ("It cannot be rebuilt: the rows of the last run have no answers from exports.",)
    return _writing(path, {"prefilled": prefilled}), (f"{count:,} rows come from the queue of the last run",)


def _sources(path: Path, kind: Kind, review: Path) -> Planned:
    sources = {}
    for log in sorted((results_parent(review) / "results/search").glob("*.json")):
        data = json.loads(log.read_text(encoding="utf-8"))
        sources[data["source"]] = {"label": data["label"], "kind": data["kind"]}
    table = results_parent(review) / "results/records/vanished.csv"
    rows = read_csv(table).to_dict("records") if table.exists() else []
    sources = {**{row["source"]: {"label": row["label"], "kind": row["kind"]} for row in rows}, **sources}
    if not sources:
        return None, ("It cannot be rebuilt: there are no results of the last run.",)
    vanished = [row[RECORD_ID] for row in rows]
    lines = (f"{len(sources)} sources and {len(vanished):,} records no longer found come from the last run",)
    return _writing(path, {"sources": sources, "vanished": vanished}), lines


def _records(path: Path, kind: Kind, review: Path) -> Planned:
    last = results_parent(review) / "results/records/records.parquet"
    try:
        count = len(retained_records.kept_ids(last)) if last.exists() else 0
    except KeptFileError:
        count = 0
    if not count:
        return None, (
            f"It cannot be rebuilt: there are no records of the last run in {last.parents[1].as_posix()}/. "
            "If you have no good copy, move it away: judged records that the searches no longer find are then missing "
            "until you put their exports back.",
        )

    def copying() -> None:
        with replacing(path) as draft:
            draft.write_bytes(last.read_bytes())

    return copying, (f"{count:,} records come from results/records/records.parquet",)


def _log(path: Path, kind: Kind, review: Path) -> Planned:
    good, bad = replay.good_lines(path.read_bytes(), kind)
    lines = (f"{len(good):,} lines can be read and stay; {bad:,} cannot",)

    def writing() -> None:
        with replacing(path) as draft:
            draft.write_bytes("".join(map(store.line_of, [store.marks(), *good])).encode())

    return writing, lines


_PLANS: Mapping[str, Callable[[Path, Kind, Path], Planned]] = {
    IDS.name: _ids,
    ANSWERS.name: _answers,
    SHEET_STATE.name: _sheet_state,
    ALLOCATION.name: _allocation,
    PREFILLED.name: _prefilled,
    OFFERED_FORM.name: _offered_form,
    SOURCES.name: _sources,
    RECORDS.name: _records,
    EVENTS.name: _log,
    CHANGES.name: _log,
}


def _writing(path: Path, content: Mapping[str, Any], kind: Kind | None = None) -> Callable[[], None]:
    return lambda: store.write(path, content, sort_keys=kind is not ALLOCATION)  # whose order says something


def _joined_sides(path: Path, kind: Kind) -> dict[str, Any] | None:
    """Both sides of a git conflict joined; None without a conflict, or if they are incomplete or contradictory."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    if not _SIDES.search(text):
        return None
    try:
        ours = store.content_of(_SIDES.sub(r"\1", text).encode(), kind, path)
        other_side = store.content_of(_SIDES.sub(r"\2", text).encode(), kind, path)
    except KeptFileError:
        return None
    return _joined(ours, other_side)


def _joined(ours: Any, other_side: Any) -> Any:
    if ours == other_side:
        return ours
    if not isinstance(ours, dict) or not isinstance(other_side, dict):
        return None
    both = {**ours, **other_side}
    for key in ours.keys() & other_side.keys():
        both[key] = _joined(ours[key], other_side[key])
        if both[key] is None:
            return None
    return both
