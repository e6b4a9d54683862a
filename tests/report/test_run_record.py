"""A run that failed never looks well, whoever killed it and whatever it left behind."""

from __future__ import annotations

import io
import logging
from types import SimpleNamespace

import pytest
from prismake.core.jobs import keep_problem, problem_of
from prismake.report.run_record import QuietScreen, RunRecord, listen

PAGE = "results/report/report.html"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/logs").mkdir(parents=True)
    return tmp_path


def event(name: str | None, text: str = "", level: int = logging.INFO, **details: object) -> logging.LogRecord:
    return logging.makeLogRecord({"msg": text, "levelno": level, **({"event": name} if name else {}), **details})


def test_a_run_that_made_everything_went_well(here):
    run = RunRecord()
    for name in ("job_info", "job_started", "progress", "job_finished"):
        run.emit(event(name))
    assert run.went_well() and run.sentences([]) == [] and run.current_words() == ""


def test_a_job_that_was_killed_is_named_with_the_last_line_of_its_log_and_what_is_not_current(here):
    log = "results/logs/read_sheets.full_text.log"
    (here / log).write_text("INFO begun\nINFO 12 rows\n\n", encoding="utf-8")
    for name in ("results/full_text/decisions.csv", PAGE):
        (here / name).parent.mkdir(parents=True)
        (here / name).write_text("from an earlier run", encoding="utf-8")
    run = RunRecord(lambda: ["results/full_text/decisions.csv", PAGE, "results/flow/flow.csv"])
    run.emit(event("job_info"))
    run.emit(event("job_error", rule_name="read_sheets", log=f"{log} (check log file(s) for error details)"))
    assert not run.went_well()
    (sentence,) = run.sentences([])
    assert "read_sheets.full_text" in sentence and "INFO 12 rows" in sentence and log in sentence
    earlier = f"Out of date: {PAGE}, results/full_text/decisions.csv. These files are from an earlier run."
    assert run.current_words() == f"{earlier} Not made yet: results/flow/flow.csv."
    run.remember()
    assert problem_of(log) == sentence, "prismake status tells it too"


COMMAND = "CalledProcessError in file \"s.smk\", line 64:\nCommand 'set -euo pipefail;  python /r/.snakemake/scripts/tmpx.{}.py' {}"


@pytest.mark.parametrize(
    ("script", "ending", "log", "words"),
    [
        (
            "read_sheets",
            "died with <Signals.SIGKILL: 9>.",
            "INFO 3",
            "was killed (SIGKILL) by somebody, or by the system",
        ),
        ("read_sheets", "returned non-zero exit status 137.", "", "was killed (SIGKILL)"),
        ("read_sheets", "returned non-zero exit status 143.", "", "was ended from outside (SIGTERM)"),
        ("read_sheets", "returned non-zero exit status 134.", "", "crashed inside a library (SIGABRT)"),
        ("read_sheets", "died with <Signals.SIGSEGV: 11>.", "", "crashed inside a library (SIGSEGV)"),
        ("read_sheets", "returned non-zero exit status 3.", "", "refused something by the system (status 3)."),
        ("read_sheets", "returned non-zero exit status 1.", "", "could not begin: its error stands above"),
        ("read_sheets", "returned non-zero exit status 1.", "INFO 3", "(status 1). The last line of its log: INFO 3"),
        ("draw_flow", "died with <Signals.SIGSEGV: 11>.", "", "ended without an error message"),
    ],
)
def test_how_a_job_ended_is_told_in_words(here, script, ending, log, words):
    (here / "results/logs/read_sheets.log").write_text(log, encoding="utf-8")
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    run.emit(event("error", f"RuleException:\n{COMMAND.format(script, ending)}", exception="RuleException"))
    run.emit(event("job_error", rule_name="read_sheets", log="results/logs/read_sheets.log"))
    (sentence,) = run.sentences([])
    assert sentence.startswith("the step read_sheets ") and words in sentence


def test_a_job_that_ends_well_without_its_files_is_named(here):
    text = (
        'MissingOutputException in rule import_records in file "s.smk", line 49:\nJob 0 completed successfully, but some '
        "output files are missing. Missing files after 5 seconds.:\nresults/records/records.parquet (missing locally, parent"
        " dir contents: )\nresults/search/a b.csv (missing locally, parent dir contents: embase.json)"
    )
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    run.emit(event("error", text, logging.ERROR, exception="MissingOutputException"))
    run.emit(
        event("error", "WorkflowError:\nAt least one job did not complete successfully.", exception="WorkflowError")
    )
    (sentence,) = run.sentences([])
    assert sentence.startswith("the step import_records ended without having made results/records/records.parquet, ")
    assert "results/search/a b.csv: " in sentence and "--latency-wait" in sentence


def test_another_error_in_the_middle_of_a_run_is_not_called_an_interruption(here):
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    run.emit(event("error", "WildcardError:\nNo such wildcard.", logging.ERROR, exception="WildcardError"))
    assert run.sentences([]) == ["No such wildcard."]


def test_a_job_that_left_a_sentence_is_told_once(here):
    log = "results/logs/pool_outcome.cure.log"
    keep_problem(log, "no study can be pooled.")
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    run.emit(event("job_error", rule_name="pool_outcome", log=log))
    assert run.sentences(["no study can be pooled."]) == []
    assert not run.went_well()


def test_a_run_that_was_broken_off_says_so(here):
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    assert run.sentences([]) == ["The run was interrupted. Type snakemake to continue."]


@pytest.mark.parametrize("ending", ["died with <Signals.SIGINT: 2>.", "returned non-zero exit status 130."])
def test_a_job_that_ctrl_c_has_ended_is_no_problem_of_the_next_day(here, ending):
    log = "results/logs/read_sheets.log"
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    run.emit(event("error", f"RuleException:\n{COMMAND.format('read_sheets', ending)}"))
    run.emit(event("job_error", rule_name="read_sheets", log=log))
    run.emit(event("error", "WorkflowError:\nAt least one job did not complete successfully."))
    run.remember()
    assert run.sentences([]) == ["The run was interrupted. Type snakemake to continue."] and problem_of(log) == ""


def test_an_error_before_the_first_job_is_told_with_its_way_out(here):
    run = RunRecord(lambda: [PAGE])
    run.emit(event("error", "LockException:\nDirectory cannot be locked.", logging.ERROR, exception="LockException"))
    (sentence,) = run.sentences([])
    assert (
        sentence.startswith("Nothing was run. Another run is at work in this folder, or one was killed.")
        and "--unlock" in sentence
    )
    assert run.current_words() == "", "nothing was to be made"


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (
            "OSError",
            "Traceback (most recent call last):\n  File x\n\nOSError: [Errno 30] Read-only file system: '/r/.snakemake/locks'",
            "/r/.snakemake/locks: the disk can only be read",
        ),
        (
            "ProtectedOutputException",
            'ProtectedOutputException in rule r in file "p.smk", line 5:\nWrite-protected output files for rule r:\n'
            "    output: results/a.json\n    affected files:\n        results/a.json",
            "write-protected: results/a.json.",
        ),
        (
            "MissingInputException",
            'MissingInputException in rule r in file "p.smk", line 5:\nMissing input files for rule r:\n    output: a.json\n'
            "    affected files:\n        config/searches/x.ris",
            "Nothing was run. Files that are needed are not there: config/searches/x.ris. Put them back",
        ),
        (
            "IncompleteFilesException",
            "IncompleteFilesException:\nThe files below seem to be incomplete. If you are sure that certain files are not "
            "incomplete, mark them as complete with\n\n    snakemake --cleanup-metadata <filenames>",
            "broken off in the middle of a step. Type: snakemake --rerun-incomplete",
        ),
        (
            "MissingRuleException",
            "MissingRuleException:\nNo rule to produce nonsense (if you use input functions make sure that they don't raise)",
            "No step makes “nonsense”. Type snakemake alone",
        ),
        (
            "InputFunctionException",
            'InputFunctionException in rule read_sheets in file "p.smk", line 22:\nError:\n  FileRefused: a.xlsx: the right '
            "is missing.\nWildcards:\n  stage=x",
            "Nothing was run. a.xlsx: the right is missing.",
        ),
    ],
)
def test_what_the_system_refuses_snakemake_is_told_as_a_sentence(here, kind, text, words):
    run = RunRecord()
    run.emit(event("error", text, logging.ERROR, exception=kind))
    (sentence,) = run.sentences([])
    assert words in sentence and "Traceback" not in sentence and 'File "' not in sentence


def test_a_refusal_in_the_middle_of_a_run_is_told_too(here):
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    text = "Traceback (most recent call last):\nOSError: [Errno 28] No space left on device: 'results/logs/a.log'"
    run.emit(event("error", text, logging.ERROR, exception="OSError"))
    (sentence,) = run.sentences([])
    assert sentence.startswith("results/logs/a.log: there is no room left on the disk")


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_folder_that_was_moved_away_while_it_ran_is_named(here, monkeypatch, made_anew):
    (here / "review/config").mkdir(parents=True)
    monkeypatch.chdir(here / "review")
    run = RunRecord(lambda: [PAGE])
    run.emit(event("job_info"))
    run.emit(event("job_error", rule_name="pool_outcome", log="results/logs/pool_outcome.log"))
    (here / "review").rename(here / "elsewhere")
    if made_anew:
        (here / "review/results/logs").mkdir(parents=True)
    (sentence,) = run.sentences([])
    assert sentence.startswith(f"{here / 'review'} is gone") and "Nothing that was saved is lost" in sentence


def test_a_dry_run_leaves_nothing_out_of_date(here):
    run = RunRecord(lambda: [PAGE])
    run.dry = True
    run.emit(event("job_info"))
    assert run.went_well()


def test_the_screen_keeps_errors_and_where_the_log_is():
    screen = QuietScreen(io.StringIO())
    assert screen.filter(event("job_error", level=logging.ERROR))
    assert screen.filter(event(None, "a warning", logging.WARNING))
    assert screen.filter(event(None, "Nothing to be done (all requested files are present and up to date)."))
    assert screen.filter(event(None, "Complete log(s): .snakemake/log/x.log"))
    for name in ("job_info", "shellcmd", "progress", "job_finished", "run_info", "resources_info"):
        assert not screen.filter(event(name))
    assert not screen.filter(event(None, "Select jobs to execute..."))


def test_the_screen_leaves_what_the_system_refused_to_the_closing_words(monkeypatch):
    shown = io.StringIO()
    handler = logging.StreamHandler(shown)
    handler.name = "DefaultStreamHandler"
    logger = logging.getLogger("snakemake.logging")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "filters", [])
    settings = SimpleNamespace(dryrun=True, verbose=False, debug_dag=False, enable_file_logging=True)
    run = listen(tuple, settings)
    text = "Traceback (most recent call last):\nOSError: [Errno 30] Read-only file system: '/r/.snakemake/iocache'"
    for words in (text, "another error"):
        logger.error(words, extra={"event": "error", "exception": "OSError"})
    assert shown.getvalue() == "another error\n"
    assert any("/r/.snakemake/iocache: the disk can only be read" in sentence for sentence in run.sentences([]))


def test_a_log_that_cannot_be_written_is_told_once_without_tracebacks(monkeypatch, capsys):
    handler = logging.FileHandler("/dev/full", delay=True)
    logger = logging.getLogger("snakemake.logging")
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "filters", [])
    listen(tuple, SimpleNamespace(dryrun=False, verbose=False, debug_dag=False, enable_file_logging=True))
    for number in range(3):
        logger.error("line %d", number)
    said = capsys.readouterr().err
    assert said.count("log cannot be written") == 1 and "No space left" in said and "Traceback" not in said


def test_a_terminal_shows_one_line_of_progress():
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    screen = QuietScreen(terminal)
    screen.filter(event("progress", done=3, total=40))
    screen.filter(event("job_info", rule_name="read_sheets"))
    assert "3 of 40 steps, now: read sheets" in terminal.getvalue() and "\n" not in terminal.getvalue()
    screen.filter(event("error", level=logging.ERROR))
    assert terminal.getvalue().endswith("\r\x1b[K"), "an error begins on a clean line"
