"""Sentences in place of Snakemake's tracebacks for what ends a run before any rule is known.

Snakemake reads the files of ``--configfile`` before the Snakefile, so that no workflow can say what is wrong with them.
It finds this plugin by the name of its package, and starts it first of all where a profile has ``logger: prismake``, as
those of a review have. Other workflows of the same environment do not start it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from snakemake_interface_logger_plugins.base import LogHandlerBase

_LOGGER = logging.getLogger("snakemake.logging")


class LogHandler(LogHandlerBase):
    """Shows nothing itself: it rewords errors on their way to the terminal and to Snakemake's own log."""

    writes_to_stream = writes_to_file = needs_rulegraph = False
    has_filter = has_formatter = True  # its own, so that Snakemake adds none

    def __post_init__(self) -> None:
        _LOGGER.addFilter(reword)

    def emit(self, record: logging.LogRecord) -> None:
        pass

    def close(self) -> None:
        _LOGGER.removeFilter(reword)
        super().close()


def reword(record: logging.LogRecord) -> bool:
    """Give an error that ends a run before it has begun the words of ``explanation``; no record is held back."""
    from prismake.report.run_record import RunRecord

    error = sys.exc_info()[1]
    if str(getattr(record, "event", "")) == "error" and error:
        listening = any(isinstance(handler, RunRecord) for handler in _LOGGER.handlers)  # the closing words will tell
        if not listening and (words := explanation(error)):
            record.msg = f"Nothing was run. {words}"
        elif not listening and (words := fault(error)):
            record.msg = f"{record.getMessage()}\n\nNothing was run. {words}"
    return True


def explanation(error: BaseException) -> str:
    """What is wrong with the files of ``--configfile``, or what the system refused; "" where Snakemake says it well."""
    from prismake.core.errors import PrismakeError
    from prismake.core.jobs import sentence_of
    from prismake.core.refusals import comes_from_the_system

    if problem := _config_problem(_config_files(error)):
        return problem
    if isinstance(error.__context__, PrismakeError):  # the Snakefile has told Snakemake, which would add lines of code
        return str(error.__context__)
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and comes_from_the_system(error)):
        return sentence_of(error)
    return ""


def fault(error: BaseException) -> str:
    """What is said below Snakemake's own lines of an error in prismake's code, or in what it imports; "" of others."""
    import prismake
    from prismake.core.jobs import sentence_of
    from snakemake.exceptions import WorkflowError

    package = str(Path(prismake.__file__).parent)
    ours = any(frame.f_code.co_filename.startswith(package) for frame, _ in traceback.walk_tb(error.__traceback__))
    return sentence_of(error) if ours and isinstance(error, Exception) and not isinstance(error, WorkflowError) else ""


def _config_files(error: BaseException) -> Sequence[Path]:
    """The files of ``--configfile``, if it was in reading them that the error arose."""
    from snakemake.settings.types import ConfigSettings

    objects = (frame.f_locals.get("self") for frame, _ in traceback.walk_tb(error.__traceback__))
    return next(([*map(Path, each.configfiles)] for each in objects if isinstance(each, ConfigSettings)), [])


def _config_problem(paths: Sequence[Path]) -> str:
    """What is wrong with any of the files."""
    from prismake.core.errors import ConfigError, PrismakeError, collect
    from prismake.core.jobs import sentence_of
    from prismake.protocol.config_file import check_config_file

    problems = []
    for path in paths:
        if not path.exists():
            problems.append(f"{path}: there is no such file. Its name is read from {Path.cwd()}.")
        try:
            check_config_file(path)
        except (PrismakeError, OSError) as problem:
            problems.append(sentence_of(problem))
    try:
        collect(problems, ConfigError)
    except ConfigError as several:
        return str(several).rstrip()
    return ""
