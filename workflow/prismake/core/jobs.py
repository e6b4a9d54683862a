"""What every script of the graph needs: a log, and errors as sentences instead of tracebacks."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sys
from collections.abc import Iterator
from functools import cache
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
    """The sentences of the jobs that stopped after ``since`` (seconds of the clock) and were not done again."""
    if not logs.is_dir():
        return []
    stopped = [path for path in sorted(logs.glob(f"*{PROBLEM}")) if path.stat().st_mtime >= since]
    return [path.read_text(encoding="utf-8").strip() for path in stopped]


def forget_problems(logs: Path = LOGS) -> None:
    """Before a run: what is still wrong stops again, what was taken away does not."""
    for path in logs.glob(f"*{PROBLEM}"):
        path.unlink(missing_ok=True)


@cache
def code(*rooms: str) -> str:
    """Twelve digits that change when the code of these modules or packages does.

    Rules take it as a parameter: a new version of prismake then makes again what it would make differently,
    which Snakemake cannot know, because it follows scripts and not what they import.
    """
    del rooms
    here = Path(__file__).parents[1]
    total = hashlib.sha256()
    for file in sorted(here.rglob("*.py")):
        total.update(file.read_bytes())
    return total.hexdigest()[:12]
