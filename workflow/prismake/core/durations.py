"""How long a step of the graph may take: as long as last time, or as was measured for so many records."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from prismake.core.progress import AFTER, watched

SECONDS = ".seconds"  # suffix of the file beside a log that holds how long the step took
_MILLION = 1_000_000
STEPS = {
    "search_source": ("reading a source", 0),
    "read_exports": ("reading exports", 0),
    "import_records": ("joining the searches", 20),
    "normalise_records": ("normalising records", 0),
    "pair_records": ("pairing records", 13),
    "compare_records": ("comparing records", 0),
    "find_duplicates": ("finding duplicates", 122),
    "merge_duplicates": ("merging duplicates", 56),
    "queue_records": ("queueing records", 14),
    "queue_reports": ("queueing reports", 10),
    "read_sheets": ("offering and reading sheets", 112),
    "count_flow": ("counting the flow", 11),
    "group_studies": ("grouping reports into studies", 7),
    "check_notices": ("looking for retractions", 6),
    "carry_decisions": ("assigning decisions of other tools", 2),
    "find_fulltexts": ("looking for full texts", 0),
    "pool_outcome": ("pooling", 0),
    "draw_outcome": ("drawing the figures of outcomes", 0),
    "write_report": ("writing the page", 0),
    "write_manuscript": ("writing the manuscript", 0),
    "write_supplement": ("writing the supplement", 0),
}
"""What a rule does, and its seconds for a million records (``tests/benchmarks/graph/load.py``).

0 if the number of records in the review says nothing about it. Other rules are called by their names.
"""


@contextlib.contextmanager
def timed(log: str) -> Iterator[None]:
    """While a step runs that writes this log, say after some time how long it has run and what may be left.

    What a long step took is kept beside its log, for the next time.
    """
    path = Path(log)
    rule = path.name.partition(".")[0]
    what, _ = STEPS.get(rule, (rule.replace("_", " "), 0))
    began = time.monotonic()
    with watched(what, lambda: expected_seconds(path)):
        yield
    seconds = time.monotonic() - began
    if seconds > AFTER:
        with contextlib.suppress(OSError):  # a hint only
            text = json.dumps({"records": records_now(path), "seconds": round(seconds, 1)})
            path.with_name(path.name + SECONDS).write_text(text, encoding="utf-8")


def expected_seconds(log: Path) -> float:
    """Seconds that the step may take: those of the last run, in proportion to records, or those measured for so many.

    0 if neither is known.
    """
    records = records_now(log)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        last = json.loads(log.with_name(log.name + SECONDS).read_bytes())
        growth = records / last["records"] if records and last["records"] else 1.0
        return float(last["seconds"]) * growth
    _, seconds = STEPS.get(log.name.partition(".")[0], ("", 0))
    return seconds * records / _MILLION


def records_now(log: Path) -> int:
    """Number of records of the review whose log this is; 0 before they have been imported."""
    import pyarrow.parquet as pq

    try:
        return int(pq.read_metadata(log.parents[1] / "records" / "records.parquet").num_rows)
    except (OSError, ValueError, IndexError):  # Arrow raises ValueError for what is no Parquet
        return 0
