"""The table at the end of every run: how many rows each reviewer has left."""

from __future__ import annotations

import contextlib
import sys
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from prismake.core.errors import FileRefused
from prismake.core.files import read_csv, read_json
from prismake.core.jobs import LOGS, problems, sentence_of
from prismake.core.names import CONSENSUS, RECORD_ID, REPORT_ID
from prismake.core.names import STAGES as PANEL_STAGES
from prismake.core.phrases import open_decisions
from prismake.kept.cloud_copies import cloud_copies
from prismake.kept.sheet_files import sheet_path
from prismake.kept.sheet_state import left, read_book
from prismake.kept.unread_edits import unread_edits
from prismake.kept.unread_files import unread_files
from prismake.protocol.export_files import files_passed_over
from prismake.protocol.team import SEARCHES, reviewers
from prismake.report.run_record import RunRecord
from prismake.search.discovery import sources

_MOST_NOTES = 6  # of a stage, as with problems
_MOST_PROBLEMS = 12  # of a stage; the rest is counted, and all are in its status.json


def stage_statuses(folder: Path = Path()) -> list[dict[str, Any]]:
    """The ``status.json`` of each stage, in order; stages that have not run are left out."""
    statuses = (read_json(folder / "results" / stage / "status.json") for stage in PANEL_STAGES)
    return [status for status in statuses if status]


def rows(statuses: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the table: stage, who, decided, of, file (to open; empty if nothing is left), remark."""
    lines = []
    for status in statuses:
        people = [*status["reviewers"].items()]
        if status["consensus"] and status["consensus"]["of"]:
            people.append((CONSENSUS, status["consensus"]))
        if not status["of"]:
            people = [("", {"decided": 0, "of": 0, "file": ""})]
        for who, share in people:
            open_rows = share["of"] - share["decided"]
            remark = f"open in a spreadsheet program: {share['waiting']} rows wait" if share.get("waiting") else ""
            if not share["of"]:
                remark = "nothing to do here yet"
            elif status.get("optional") and not open_rows and who != CONSENSUS:
                remark = f"nothing has to be done; to look through: {share['file']}"
            lines.append(
                {
                    "stage": status["title"],
                    "who": who,
                    "decided": share["decided"],
                    "of": share["of"],
                    "file": share["file"] if open_rows else "",
                    "remark": remark,
                }
            )
    return lines


def round_words(statuses: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """(stage, sentence): progress of calibration and batches, and advice on stopping."""
    return [(status["title"], text) for status in statuses for text in status["rounds"]["words"]]


def search_warnings(names: Iterable[str], folder: Path = Path()) -> list[tuple[str, str]]:
    """Warnings of the searches: phrases that were ignored, records that could not be read, missing abstracts."""
    logs = [read_json(folder / "results" / "search" / f"{name}.json") for name in names]
    return [(log["label"], text) for log in logs if log for text in log["warnings"][:_MOST_PROBLEMS]]


def answer_warnings(folder: Path = Path()) -> list[str]:
    """Answers on pairs of records that cannot be applied, each with what to do."""
    summary = read_json(folder / "results" / "duplicates" / "summary.json") or {}
    missing = "is about a record that does not exist. Check the identifier, and that its export is in config/searches/."
    same = "is answered same in the list of merges, which can only undo. Answer it in the sheet of possible duplicates."
    conflict = "is answered same, but another answer keeps the two apart: different takes precedence."
    kinds = (("answers_without_records", missing), ("answers_without_effect", same), ("answers_in_conflict", conflict))
    return [f"“{item}” {text}" for key, text in kinds for item in summary.get(key, ())[:_MOST_PROBLEMS]]


def fulltext_warnings(folder: Path = Path()) -> list[tuple[str, str]]:
    """PDFs that could not be matched to a report, and services that did not answer."""
    entries = (read_json(folder / "results/full_text/fulltexts.json") or {}).get("problems", [])
    warnings = [(problem["where"], problem["what"]) for problem in entries[:_MOST_PROBLEMS]]
    if len(entries) > _MOST_PROBLEMS:
        table = (folder / "results/full_text/fulltexts.csv").as_posix()
        warnings.append(("config/fulltexts", f"{len(entries) - _MOST_PROBLEMS} more, in {table}"))
    return warnings


def notices_told(folder: Path = Path()) -> list[str]:
    """Included reports that were retracted or questioned, and a check for such notices that failed."""
    file = folder / "results" / "full_text" / "notices.csv"
    rows = read_csv(file).to_dict("records") if file.exists() else []
    notices = [
        f"{row[REPORT_ID]} is included: {'; '.join(row['notices'].split(chr(10)))}" for row in rows if row["notices"]
    ]
    problem = (read_json(file.with_suffix(".json")) or {}).get("problem")
    return [*notices, *([problem] if problem else [])]


def known_studies_told(folder: Path = Path()) -> list[str]:
    """Known studies that no search found or that were excluded, and lines without an identifiable study."""
    known_studies = read_json(folder / "results" / "flow" / "known_studies.json") or {}
    lost = [*known_studies.get("lost", ()), *known_studies.get("problems", ())]
    if len(lost) > _MOST_PROBLEMS:
        table = (folder / "results/flow/known_studies.csv").as_posix()
        more = f"{len(lost) - _MOST_PROBLEMS:,} more known studies, all in {table}"
        lost = [*lost[:_MOST_PROBLEMS], more]
    return [text for text in (known_studies.get("summary", ""), *lost) if text] if lost else []


def found_no_longer(folder: Path = Path()) -> list[str]:
    """Judged records that no search finds any longer, each with its decision."""
    file = folder / "results" / "flow" / "vanished.csv"
    if not file.exists():
        return []
    rows = [row for row in read_csv(file).to_dict("records") if not row["still_found_by"]]
    lines = [
        f"{row[RECORD_ID]} is no longer found by {row['no_longer_found_by']} and keeps its decision "
        f"({row['full_text'] or row['title_abstract']}): {row['title']}"
        for row in rows[:_MOST_PROBLEMS]
    ]
    if len(rows) > _MOST_PROBLEMS:
        lines.append(f"{len(rows) - _MOST_PROBLEMS:,} more are no longer found, all in {file.as_posix()}")
    return lines


def unread(config: Mapping[str, Any], statuses: list[dict[str, Any]], folder: Path = Path()) -> list[str]:
    """Sheets that were edited and not read since."""
    stages, results = [status["stage"] for status in statuses], folder / "results"
    return [name for stage in stages for name in unread_edits(stage, reviewers(dict(config), stage), results=results)]


def not_read(config: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Spreadsheets in the folder of sheets that are not read: copies under another name, and unsupported formats."""
    paths = []
    for stage in PANEL_STAGES:
        team = reviewers(dict(config), stage)
        paths += [sheet_path(stage, who) for who in (*team, *left(read_book(stage), stage, team), CONSENSUS)]
    files = [(file.path.as_posix(), file.what) for file in unread_files(paths)]
    more = [("config/sheets", f"{len(files) - _MOST_PROBLEMS} more files are not read.")]
    return files[:_MOST_PROBLEMS] + (more if len(files) > _MOST_PROBLEMS else [])


def searches_not_read(folder: Path = SEARCHES) -> list[tuple[str, str]]:
    """Files in the folder of exports that are not recognised as exports, so that missing records are noticed."""
    paths = files_passed_over(folder)
    warnings = [
        (path.as_posix(), "is not read as an export: move it away, or give it the file extension of its format.")
        for path in paths[:_MOST_PROBLEMS]
    ]
    more = [(folder.as_posix(), f"{len(paths) - _MOST_PROBLEMS} more files are not read.")]
    return warnings + (more if len(paths) > _MOST_PROBLEMS else [])


def closing_words(
    config: Mapping[str, Any], run: RunRecord | None = None, stream: Any = None, folder: Path = Path()
) -> None:
    """Print how far the review is and, after a run, what stopped; it never raises an error at the end of a run.

    Args:
        folder: the parent of results/; not the current folder if a ``module`` has a ``prefix:``.
    """
    from rich.console import Console
    from rich.markup import escape

    stream = stream or sys.stderr
    console = Console(file=stream, width=None if stream.isatty() else 132, highlight=False)
    try:
        if run:
            run.remember()
        _hide_scratch()
        stopped = problems(folder / LOGS)
        stopped += run.sentences(stopped) if run else []
        if run is None and not stopped:
            stopped += _broken_off()
        _print(console, config, stopped, run.current_words() if run else "", folder)
        if run and run.dry and run.began:
            console.print("This was a dry run: nothing was read or made; the table shows the previous run.")
    except BrokenPipeError:
        raise
    except Exception as error:  # the table is only a summary: the steps have said themselves what ended them
        stream.write(traceback.format_exc())
        words = escape(sentence_of(error, "the lines above"))
        console.print(f"The progress table cannot be shown: {words}", style="yellow")
        if run and not run.went_well():
            console.print("This run failed: see the errors above.", style="bold red")


def _hide_scratch() -> None:
    """Keep Snakemake's own files out of version control."""
    scratch = Path(".snakemake")
    if scratch.is_dir() and not (scratch / ".gitignore").exists():
        with contextlib.suppress(OSError):
            (scratch / ".gitignore").write_text("*\n", encoding="utf-8")


def _broken_off() -> list[str]:
    """A sentence if Snakemake has marked files of an unfinished run."""
    folder = Path(".snakemake/incomplete")
    if not folder.is_dir() or not any(folder.iterdir()):
        return []
    return [
        "a run is in progress in this folder, or the last one was interrupted. If none is in progress, type: snakemake "
        "(if it was killed, snakemake --unlock first)."
    ]


def _print(console: Any, config: Mapping[str, Any], stopped: list[str], not_current: str, folder: Path) -> None:
    from rich.markup import escape

    statuses = stage_statuses(folder)
    if not statuses:
        if not stopped:
            console.print("\nNothing has been read yet. Put exports into config/searches/ and type: snakemake")
    else:
        console.print()
        console.print(_table(rows(statuses)))
        for title, text in round_words(statuses):
            console.print(f"[bold cyan]i[/] {escape(title)}: {escape(text)}")
        _print_problems(console, statuses, folder)
    _print_warnings(console, config, folder)
    try:
        for name in unread(config, statuses, folder):
            console.print(f"[bold yellow]![/] {escape(name)} was edited and has not been read: type snakemake.")
    except FileRefused as error:  # a sheet that the system does not allow to be read
        stopped = [*(text for text in stopped if str(error) not in text), str(error)]
    for text in stopped:
        console.print(f"\n[bold red]Stopped:[/] {escape(text)}")
    if not_current:
        console.print(f"\n[bold red]![/] {escape(not_current)}")
    if statuses and not stopped and not not_current:
        report = folder / "results/report/report.html"
        left = sum(status["open"] for status in statuses)
        ready = f"The report is {report}" if report.exists() else "There is no report yet"
        console.print(f"\n{ready}; " + (f"{open_decisions(left)}." if left else "all decisions have been made."))


def _print_warnings(console: Any, config: Mapping[str, Any], folder: Path) -> None:
    from rich.markup import escape

    for source, text in [*search_warnings(sources(dict(config), SEARCHES), folder), *fulltext_warnings(folder)]:
        console.print(f"[bold yellow]![/] {escape(source)}: {escape(text)}")
    for text in answer_warnings(folder):
        console.print(f"[bold yellow]![/] Duplicates: {escape(text)}")
    for text in [
        *(read_json(folder / "results/flow/carried.json") or []),
        *known_studies_told(folder),
        *found_no_longer(folder),
        *notices_told(folder),
    ]:
        console.print(f"[bold yellow]![/] {escape(text)}")
    passed_over = [*not_read(config), *searches_not_read()]
    named = {where for where, _ in passed_over}
    copies = [(where, text) for where, text in cloud_copies() if where not in named]
    for where, text in [*passed_over, *copies[:_MOST_PROBLEMS]]:
        console.print(f"[bold yellow]![/] {escape(where)} {escape(text)}")


def _table(lines: list[dict[str, Any]]) -> Any:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("Stage", "Reviewer", "Decided", "of", "File to open"):
        number = name in ("Decided", "of")
        table.add_column(name, justify="right" if number else "left", no_wrap=name != "File to open")
    before = None
    for line in lines:
        style = "" if line["decided"] < line["of"] else "dim"
        stage = line["stage"] if line["stage"] != before else ""
        cells = (stage, line["who"], f"{line['decided']:,}", f"{line['of']:,}", line["file"] or line["remark"])
        table.add_row(*(Text(cell) for cell in cells), style=style)
        if line["file"] and line["remark"]:
            table.add_row("", "", "", "", Text(line["remark"], style="yellow"))
        before = line["stage"]
    return table


def _print_problems(console: Any, statuses: list[dict[str, Any]], folder: Path) -> None:
    from rich.markup import escape

    sentences: set[tuple[str, str]] = set()  # what concerns several stages, such as a reviewer's name, is said once
    for status in statuses:
        entries = [entry for entry in status["problems"] if (entry["where"], entry["what"]) not in sentences]
        sentences.update((entry["where"], entry["what"]) for entry in entries)
        file = (folder / "results" / status["stage"] / "status.json").as_posix()
        for problem in entries[:_MOST_PROBLEMS]:
            console.print(f"[bold yellow]![/] {escape(problem['where'])}: {escape(problem['what'])}")
        if len(entries) > _MOST_PROBLEMS:
            more = len(entries) - _MOST_PROBLEMS
            console.print(f"  … and {more} more, in {file}")
        notes = status.get("notes", [])
        for note in notes[:_MOST_NOTES]:
            console.print(f"[bold cyan]i[/] {escape(note['where'])}: worth knowing: {escape(note['what'])}")
        if len(notes) > _MOST_NOTES:
            more = len(notes) - _MOST_NOTES
            console.print(f"  … and {more} more, in {file}")
