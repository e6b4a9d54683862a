"""What every script of the graph needs: a log, and errors as sentences instead of tracebacks."""

from __future__ import annotations

import contextlib
import errno
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from prismake.core.errors import PrismakeError

PROBLEM = ".problem"  # beside a log: the sentence that stopped the job
LOGS = Path("results/logs")


@contextlib.contextmanager
def job(log: str) -> Iterator[logging.Logger]:
    """Log to a file; whatever ends the job early becomes one sentence there and for the closing table."""
    path = Path(log)
    logger = logging.getLogger("prismake")
    try:
        problem_file(log).unlink(missing_ok=True)
        logging.basicConfig(
            filename=path, filemode="w", level=logging.INFO, format="%(levelname)s %(message)s", force=True
        )
        logging.captureWarnings(True)
        yield logger
    except PrismakeError as error:
        logger.error("%s", error)
        _stop(log, str(error))
    except MemoryError:
        logger.exception("too little memory")
        _stop(
            log,
            "this computer has too little memory left for this step; no file of yours is at fault. "
            "Close other programs, or run snakemake where there is more memory.",
        )
    except OSError as error:
        logger.exception("the system refused something")
        _stop(log, f"{_refusal(error)} The log is {log}.")
    except Exception as error:
        logger.exception("an error that prismake does not know")
        _stop(
            log,
            f"a fault of prismake itself ({type(error).__name__}: {error}), not of a file of yours. "
            f"Nothing was decided from it. Report it with the log, {log}.",
        )


def _stop(log: str, sentence: str) -> NoReturn:
    keep_problem(log, sentence)
    print(f"\nprismake stopped here: {sentence}\n", file=sys.stderr)
    sys.exit(1)


def _refusal(error: OSError) -> str:
    """What the file system refused, as a sentence."""
    name = f"{error.filename}: " if error.filename else ""
    reason = error.strerror or str(error) or type(error).__name__
    remedy = {
        errno.EACCES: "Ask who owns the folder for the right to write there.",
        errno.EPERM: "Ask who owns the folder for the right to write there.",
        errno.EROFS: "Put the review on a disk that can be written.",
        errno.ENOSPC: "Make room on the disk.",
        errno.EDQUOT: "Make room on the disk.",
        errno.ENOENT: "Was it moved or deleted while this ran?",
    }.get(error.errno or 0, "Is the disk or the network drive in order?")
    return f"{name}the system refused this ({reason}). {remedy} Then type snakemake again."


def problem_file(log: str) -> Path:
    """Where the sentence stands that stopped the job with this log."""
    path = Path(log)
    return path.with_name(path.name + PROBLEM)


def keep_problem(log: str, sentence: str) -> None:
    """Keep a sentence for the closing table; a disk that is full or closed must not hide it from the screen."""
    with contextlib.suppress(OSError):
        problem_file(log).write_text(f"{sentence}\n", encoding="utf-8")


def problem_of(log: str) -> str:
    """The sentence that stopped the job with this log, "" where there is none."""
    try:
        return problem_file(log).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def problems(logs: Path = LOGS) -> list[str]:
    """The sentences of jobs that stopped and have not succeeded since."""
    found = sorted(logs.glob(f"*{PROBLEM}")) if logs.is_dir() else []
    return [problem_of(log) or f"a step failed; its log is {log}" for log in (str(p.with_suffix("")) for p in found)]


def forget_problems(logs: Path = LOGS) -> None:
    """Forget the problems of earlier runs: whatever is still wrong will stop again."""
    for path in logs.glob(f"*{PROBLEM}"):
        path.unlink(missing_ok=True)
