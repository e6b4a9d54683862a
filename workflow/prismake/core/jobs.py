"""What every script of the graph needs: a log, and errors as sentences instead of tracebacks."""

from __future__ import annotations

import atexit
import contextlib
import gc
import logging
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from prismake.core.durations import timed
from prismake.core.errors import PrismakeError
from prismake.core.refusals import comes_from_the_system, refused

PROBLEM = ".problem"  # suffix of the file beside a log that holds the sentence that stopped the job
LOGS = Path("results/logs")
INTERRUPTED = 130  # the status of a program that was ended by Ctrl-C, as shells give it
PANIC = "PanicException"  # of libraries written in Rust; no subclass of Exception, and they give no access to its class
# Objects made before Python looks for rubbish that refers to itself. Its own 700 are met some hundred times while
# pandas is imported, which takes a quarter of the time of a small step.
SWEPT_AFTER = 100_000

# At the end, the system takes back all memory at once; looking for rubbish in it first is in vain
atexit.register(gc.freeze)


@contextlib.contextmanager
def job(log: str) -> Iterator[logging.Logger]:
    """Log to a file; an error that ends the job becomes one sentence in the log and in the closing table."""
    path = Path(log)
    logger = logging.getLogger("prismake")
    before = gc.get_threshold()
    gc.set_threshold(SWEPT_AFTER, *before[1:])
    try:
        problem_file(log).unlink(missing_ok=True)
        logging.basicConfig(
            filename=path, filemode="w", level=logging.INFO, format="%(levelname)s %(message)s", force=True
        )
        logging.captureWarnings(True)
        with timed(log):
            yield logger
    except KeyboardInterrupt:  # Ctrl-C: whoever typed it needs no traceback
        sys.exit(INTERRUPTED)
    except PrismakeError as error:
        logger.error("%s", error)
        _stop(log, str(error))
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != PANIC:
            raise
        logger.exception("the step ended in an error")
        _stop(log, f"{sentence_of(error)} The log is {log}.")
    finally:
        gc.set_threshold(*before)


def sentence_of(error: BaseException, shown: str = "the log") -> str:
    """What ended a step or a command, for people: only a person's file is blamed for what is in it.

    Args:
        shown: where the traceback can be read.
    """
    if isinstance(error, PrismakeError):
        return str(error)
    if isinstance(error, MemoryError):
        return (
            "this computer has too little memory left for this; no file of yours is at fault. "
            "Close other programs, or run it where there is more memory."
        )
    if isinstance(error, OSError) and comes_from_the_system(error):
        return str(refused(error))
    if isinstance(error, ImportError):
        return (
            f"the installation of prismake is not complete ({error}); no file of yours is at fault. "
            "Type prismake doctor, which says what is missing."
        )
    return (
        f"a fault of prismake itself ({type(error).__name__}: {error}), not of a file of yours. "
        f"Nothing was decided from it. Report it with {shown}."
    )


def shown_sentence_of(error: BaseException) -> str:
    """As ``sentence_of`` where no log is written: the traceback of a fault of ours is printed first."""
    if not isinstance(error, (PrismakeError, OSError, MemoryError)):
        traceback.print_exception(error)
    return sentence_of(error, "the lines above")


def _stop(log: str, sentence: str) -> NoReturn:
    keep_problem(log, sentence)
    print(f"\nprismake stopped here: {sentence}\n", file=sys.stderr)
    sys.exit(1)


def problem_file(log: str) -> Path:
    """The file with the sentence that stopped the job that writes this log."""
    path = Path(log)
    return path.with_name(path.name + PROBLEM)


def keep_problem(log: str, sentence: str) -> None:
    """Keep a sentence for the closing table; a full or read-only disk must not keep it from the screen."""
    with contextlib.suppress(OSError):
        problem_file(log).write_text(f"{sentence}\n", encoding="utf-8")


def problem_of(log: str) -> str:
    """The sentence that stopped the job that writes this log; "" if there is none."""
    try:
        return problem_file(log).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def problems(logs: Path = LOGS) -> list[str]:
    """The sentences of jobs that stopped and have not succeeded since."""
    files = sorted(logs.glob(f"*{PROBLEM}")) if logs.is_dir() else []
    return [problem_of(log) or f"a step failed; its log is {log}" for log in (str(p.with_suffix("")) for p in files)]


def forget_problems(logs: Path = LOGS) -> None:
    """Forget the problems of earlier runs: whatever is still wrong will stop again."""
    for path in logs.glob(f"*{PROBLEM}"):
        path.unlink(missing_ok=True)
