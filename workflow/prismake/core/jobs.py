"""What every script of the graph needs: a log, and errors as sentences instead of tracebacks."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from prismake.core.errors import PrismakeError

PROBLEM = ".problem"  # beside a log: the sentence that stopped the job
LOGS = Path("results/logs")


@contextlib.contextmanager
def job(log: str) -> Iterator[logging.Logger]:
    """Log to a file; an error of ours becomes one message there, is kept for the closing table, and ends the job."""
    path = Path(log)
    problem = path.with_name(path.name + PROBLEM)
    problem.unlink(missing_ok=True)
    logging.basicConfig(filename=path, filemode="w", level=logging.INFO, format="%(levelname)s %(message)s", force=True)
    logging.captureWarnings(True)
    try:
        yield logging.getLogger("prismake")
    except PrismakeError as error:
        logging.getLogger("prismake").error("%s", error)
        problem.write_text(f"{error}\n", encoding="utf-8")
        print(f"\nprismake stopped here: {error}\n", file=sys.stderr)
        sys.exit(1)
    except Exception:
        logging.getLogger("prismake").exception("an error that prismake does not know")
        raise


def problems(since: float = 0.0, logs: Path = LOGS) -> list[str]:
    """The messages of jobs that stopped after ``since`` (seconds since the epoch) and have not succeeded since."""
    if not logs.is_dir():
        return []
    stopped = [path for path in sorted(logs.glob(f"*{PROBLEM}")) if path.stat().st_mtime >= since]
    return [path.read_text(encoding="utf-8").strip() for path in stopped]


def forget_problems(logs: Path = LOGS) -> None:
    """Forget the problems of earlier runs: whatever is still wrong will stop again."""
    for path in logs.glob(f"*{PROBLEM}"):
        path.unlink(missing_ok=True)
