"""Snakemake's own events, recorded in the main process for the screen and the closing message.

Snakemake reports each event to the handlers of its logger, with ``event`` and details as attributes of the log record.
``RunRecord`` keeps what failed and what was not made; ``QuietScreen`` passes errors to the terminal and turns the rest
into one line of progress. Snakemake's own log file has everything in either case.
"""

from __future__ import annotations

import contextlib
import logging
import re
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from prismake.core.errors import PrismakeError
from prismake.core.jobs import INTERRUPTED, keep_problem, problem_of
from prismake.core.refusals import in_traceback

_SCREEN = "DefaultStreamHandler"  # the name of Snakemake's handler for the terminal
_ALWAYS = ("Nothing to be done", "Complete log", "Terminating", "Will exit")  # beginnings of messages always shown
_LOCKED = (
    "Nothing was run. Another run is at work in this folder, or one was killed. If none is at work, type: "
    "snakemake --unlock, then snakemake."
)
_WHEN_BACK = "Nothing that was saved is lost. When it is back, go there and type snakemake."
_ABOUT_FILES = {
    "ProtectedOutputException": "These results are write-protected: {}. Allow them to be written, or delete them: they "
    "are made again. Then type snakemake.",
    "MissingInputException": "Files that are needed are not there: {}. Put them back, then type snakemake.",
    "IncompleteFilesException": "An earlier run was broken off in the middle of a step. Type: snakemake "
    "--rerun-incomplete",
}
_DOCTOR = "Type prismake doctor, which says whether something is missing in the installation."
_INTERRUPTED = "The run was interrupted. Type snakemake to continue."
# what Snakemake says of a run after what failed in it has been told, or of an interruption
_NOTHING_NEW = re.compile(
    r"At least one job did not complete|Cancelling snakemake|^\W*CalledProcessError", re.MULTILINE
)
_ENDED = re.compile(r"\.(\w+)\.py' (?:died with <Signals\.(\w+)|returned non-zero exit status (\d+))")
_MOST_FILES = 6
_SHELL = 128
_LAST_LINES = 20_000  # bytes at the end of a log that are searched for its last line


@dataclass(frozen=True)
class FailedJob:
    """A failed job: the name of its rule, its log, and Snakemake's message."""

    rule: str
    log: str = ""
    message: str = ""


class RunRecord(logging.Handler):
    """The jobs that failed, errors outside of jobs, and the planned files that were not made."""

    def __init__(self, unmade: Callable[[], Iterable[str]] = tuple) -> None:
        """``unmade`` returns the outputs of jobs that were planned but not finished."""
        super().__init__()
        self._unmade = unmade
        self._folder = Path.cwd()
        self._is_review = Path("config").is_dir()
        self.began = False
        self.dry = False
        self.failed: list[FailedJob] = []
        self.errors: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        event = str(getattr(record, "event", "") or "")
        if event == "job_error":
            self._add(record.__dict__)
        elif event == "group_error":
            for details in getattr(record, "job_error_info", None) or ():
                self._add(details)
        elif event == "error":
            self.errors.append((str(getattr(record, "exception", "")), record.getMessage()))
        elif event in ("job_info", "job_started", "progress"):
            self.began = True

    def _add(self, details: dict[str, Any]) -> None:
        log = details.get("log") or ""
        text = log if isinstance(log, str) else ", ".join(map(str, log))
        match = re.match(r"\S+\.log", text)
        message = str(details.get("msg") or details.get("rule_msg") or "")
        job = FailedJob(str(details.get("rule_name") or details.get("name") or "?"), match[0] if match else "", message)
        if job not in self.failed:
            self.failed.append(job)

    def not_made(self) -> list[str]:
        """The files that this run should have made but did not; none in a dry run."""
        return sorted(self._unmade()) if self.began and not self.dry else []

    def went_well(self) -> bool:
        return not (self.failed or self.errors or self.not_made())

    def remember(self) -> None:
        """Save a sentence for each failed job that left none, so that it is available after the run."""
        for job in self.failed:
            if job.log and not problem_of(job.log) and not self._was_interrupted(job):
                keep_problem(job.log, self._sentence(job))

    def sentences(self, problems: Iterable[str]) -> list[str]:
        """What stopped, without what ``problems`` already say; never empty if the run failed."""
        problems = list(problems)
        lines = [
            text
            for job in self.failed
            if not (job.log and problem_of(job.log))
            and not self._was_interrupted(job)
            and (text := self._sentence(job)) not in problems
        ]
        # steps may have made parts of the folder anew, but not config/
        if not self._folder.is_dir() or (self._is_review and not (self._folder / "config").is_dir()):
            return [f"{self._folder} is gone: was it moved, renamed, or its drive disconnected? {_WHEN_BACK}"]
        if not self.began:
            lines += [self._outside(kind, text) for kind, text in self.errors]
        else:
            lines += [str(refusal) for _, text in self.errors if (refusal := in_traceback(text))]
            lines += [_without_results(text) for kind, text in self.errors if kind == "MissingOutputException"]
        if not self.went_well() and not lines and not problems:
            others = [_first_line(text) for _, text in self.errors if not _NOTHING_NEW.search(text)]
            lines += [line for line in others if line] or [_INTERRUPTED]
        return lines

    def current_words(self) -> str:
        """The results that are out of date or were never made, in words; empty if all are current."""
        names = self.not_made()
        if not names:
            return ""
        old = [name for name in names if Path(name).exists()]
        new = [name for name in names if name not in old]
        words = [f"Out of date: {_listed(old)}. These files are from an earlier run."] if old else []
        return " ".join([*words, *([f"Not made yet: {_listed(new)}."] if new else [])])

    def _sentence(self, job: FailedJob) -> str:
        name = f"the step {Path(job.log).name.removesuffix('.log') if job.log else job.rule}"
        if not job.log:
            return f"{name} failed. {_first_line(job.message)}".rstrip()
        last = _last_line(Path(job.log))
        ended = self._ended(job)
        if ended == "1" and not last:  # Python itself ends so; in a step every error is caught and told
            return f"{name} could not begin: its error stands above, below the word Traceback. {_DOCTOR}"
        ending = f"The last line of its log: {last}" if last else "Its log is empty."
        return f"{name} {_how(ended)} {ending} The log is {job.log}. Type snakemake to try again."

    def _was_interrupted(self, job: FailedJob) -> bool:
        return self._ended(job) in (signal.SIGINT.name, str(INTERRUPTED))

    def _ended(self, job: FailedJob) -> str:
        """The signal or the status with which the process of a job ended, as Snakemake says; "" if it does not."""
        endings = [match for _, text in self.errors for match in _ENDED.finditer(text)]
        return next((match[2] or match[3] for match in endings if job.rule.startswith(match[1])), "")

    @staticmethod
    def _outside(kind: str, text: str) -> str:
        if kind == "LockException":
            return _LOCKED
        if refusal := in_traceback(text):
            return f"Nothing was run{'.' if refusal.where else ':'} {refusal}"
        names = ", ".join(text.partition("affected files:")[2].split()) or "some"
        if kind in _ABOUT_FILES:
            return f"Nothing was run. {_ABOUT_FILES[kind].format(names)}"
        if kind == "MissingRuleException" and (match := re.search(r"No rule to produce (.+?) \(if", text)):
            return f"Nothing was run. No step makes “{match[1]}”. Type snakemake alone, which makes everything."
        return f"Nothing was run. {_first_line(text)}".rstrip()


def _how(ended: str) -> str:
    """In words how a process ended; a shell adds 128 to the number of the signal."""
    if ended.isdigit() and int(ended) > _SHELL:
        with contextlib.suppress(ValueError):
            ended = signal.Signals(int(ended) - _SHELL).name
    if ended in ("SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE"):
        return f"crashed inside a library ({ended}); no file of yours is at fault."
    if ended.startswith("SIG"):
        killed = "was killed (SIGKILL) by somebody, or by the system, which does so when memory runs out."
        return killed if ended == "SIGKILL" else f"was ended from outside ({ended})."
    return (
        "ended without an error message: it was killed, ran out of memory, or was refused something by the system"
        f"{f' (status {ended})' if ended else ''}."
    )


def _without_results(text: str) -> str:
    """Snakemake's message of a job that ended well without its files, as a sentence."""
    rule = re.search(r"in rule (\w+)", text)
    files = re.findall(r"^(\S.*) \(missing locally", text, re.MULTILINE)
    return (
        f"the step {rule[1] if rule else '?'} ended without having made {_listed(files) or 'its files'}: it was broken "
        "off, or a slow network drive does not show them yet. Type snakemake to try again; on such a drive: snakemake "
        "--latency-wait 60"
    )


def _listed(names: Sequence[str]) -> str:
    """The most important of some files, and how many others there are."""
    order = sorted(names, key=lambda name: (not name.startswith("results/report/"), "." not in name, name))
    more = f" and {len(names) - _MOST_FILES:,} more files" if len(names) > _MOST_FILES else ""
    return f"{', '.join(order[:_MOST_FILES])}{more}"


def _first_line(text: str) -> str:
    if match := re.search(r"^Error:\n\s+\w+: (.+)$", text, re.MULTILINE):  # from a function called by a rule
        return match[1].strip()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    # Snakemake's first line is the type of the error and its place in Snakemake's own code
    if len(lines) > 1 and re.match(r"\w+( in file .*)?:$", lines[0]):
        lines = lines[1:]
    return lines[0] if lines else ""


def _last_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _LAST_LINES))
            lines = file.read().decode("utf-8", errors="replace").split("\n")
    except OSError:
        return ""
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "")


class QuietScreen(logging.Filter):
    """Reduce Snakemake's messages on the terminal to errors, warnings and one line of progress."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._stream, self._live = stream, stream.isatty()
        self._done, self._total, self._job = 0, 0, ""
        self._shown = False

    def filter(self, record: logging.LogRecord) -> bool:
        event = str(getattr(record, "event", "") or "")
        if record.levelno >= logging.WARNING or event in ("job_error", "group_error", "error"):
            self._clear()
            return True
        if event == "job_info":
            self._job = str(getattr(record, "rule_name", "")).replace("_", " ")
            self._show()
        elif event == "progress":
            self._done, self._total = getattr(record, "done", 0), getattr(record, "total", 0)
            self._show()
        elif event == "" and record.getMessage().startswith(_ALWAYS):
            self._clear()
            return True
        return False

    def _show(self) -> None:
        if self._live and self._job != "all":
            of = f"{self._done} of {self._total} steps, " if self._total else ""
            self._stream.write(f"\r\x1b[K{of}now: {self._job}")
            self._stream.flush()
            self._shown = True

    def _clear(self) -> None:
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


def _is_told_below(record: logging.LogRecord) -> bool:
    """Whether an error is what the file system refused, of which the closing words make a sentence."""
    return str(getattr(record, "event", "") or "") == "error" and in_traceback(record.getMessage()) is not None


class _UnwritableLog:
    """Says once that a log cannot be written, where ``logging`` would show a traceback for each of its lines."""

    def __init__(self) -> None:
        self._said = False

    def __call__(self, record: logging.LogRecord) -> None:
        if not self._said:
            print(f"Snakemake's log cannot be written ({sys.exc_info()[1]}).", file=sys.stderr)
        self._said = True


def listen(unmade: Callable[[], Iterable[str]], settings: Any) -> RunRecord:
    """Record the run that starts in this process, and keep the terminal quiet unless ``--verbose`` is given."""
    record = RunRecord(unmade)
    record.dry = bool(settings.dryrun)
    logger = logging.getLogger("snakemake.logging")
    logger.addHandler(record)
    loud = settings.dryrun or settings.verbose or settings.debug_dag or not settings.enable_file_logging
    for handler in logger.handlers:
        if handler.name == _SCREEN:
            handler.addFilter(lambda entry: not _is_told_below(entry))
        if isinstance(handler, logging.FileHandler):
            handler.handleError = _UnwritableLog()  # type: ignore[method-assign]
        if handler.name == _SCREEN and not loud:
            handler.addFilter(QuietScreen(getattr(handler, "stream", None) or _no_stream()))
    return record


def _no_stream() -> TextIO:
    raise PrismakeError("Snakemake's handler for the terminal has no stream.", remedy="Install the version that fits.")
