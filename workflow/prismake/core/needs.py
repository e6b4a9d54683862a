"""The memory and time that a cluster sets aside for a step, by the size of the review.

Measured with ``tests/benchmarks/graph/load.py`` on invented records of the length of real ones, six RIS exports; its
README states the figures. What a step uses grows with the table of records, so that is what its size is taken from.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
KILOBYTES_OF_RECORD = 2.0
"""Of a record in the table of records, at most: with an abstract of 400 words."""
TABLE_OF_EXPORTS = 0.6
"""Size of the table of records by that of RIS exports, which hold tags and line ends as well."""
MORE_MEMORY, MORE_TIME = 1.5, 5.0
"""Asked for in place of what was measured: other versions, longer records, slower processors and network drives."""
LEAST_MINUTES = 5
SNAKEMAKE = 200
"""MiB of the process that runs a step where it was submitted to."""


@dataclass(frozen=True)
class Use:
    """What a step was measured to use: MiB and CPU seconds of the smallest review, and more for each of its parts."""

    mib: float
    seconds: float
    mib_of_megabyte: float = 0.0
    seconds_of_megabyte: float = 0.0
    mib_of_outcome: float = 0.0
    seconds_of_outcome: float = 0.0


MEASURED = {
    "normalise_records": Use(235, 0.3, 4.3, 0.08),
    "pair_records": Use(300, 0.3, 0.63, 0.014),
    "compare_records": Use(235, 0.3, 5.6, 0.065),
    "find_duplicates": Use(255, 0.5, 2.7, 0.14),
    "queue_records": Use(250, 0.3, 4.6, 0.018),
    "queue_reports": Use(250, 0.3, 4.6, 0.012),
    "count_flow": Use(220, 0.3, 1.1, 0.012),
    "collect_outcomes": Use(210, 0.3, 0.3, 0.001),
    "score_studies": Use(165, 0.2),
    "draw_appraisal": Use(245, 1.1),
    "draw_flow": Use(225, 0.7),
    "pool_outcome": Use(180, 0.3, mib_of_outcome=2, seconds_of_outcome=0.6),
    "draw_outcome": Use(235, 0.6, mib_of_outcome=5, seconds_of_outcome=1.2),
    "write_report": Use(340, 1.4, 1.5, 0.01),
    "write_manuscript": Use(370, 3.2, 5.0, 0.03),
    "write_supplement": Use(350, 1.4, 6.0, 0.09),
}


def table_megabytes(table: Path, exports: Iterable[Path]) -> float:
    """The size of the table of records in 10**6 bytes; of what it will be, before it is made."""
    if table.exists():
        return table.stat().st_size / MEGABYTE
    return TABLE_OF_EXPORTS * sum(path.stat().st_size for path in exports if path.exists()) / MEGABYTE


def share_megabytes(megabytes: float, parts: int, above: int) -> float:
    """The size of the largest share of the records when they are shared out (``prismake.protocol.division.share``)."""
    return max(megabytes / parts, min(megabytes, above * KILOBYTES_OF_RECORD / 1000))


def memory(rule: str, megabytes: float, outcomes: int = 0) -> int:
    """MiB to set aside for a step, in steps of a hundred."""
    use = MEASURED[rule]
    used = use.mib + use.mib_of_megabyte * megabytes + use.mib_of_outcome * outcomes
    return math.ceil((SNAKEMAKE + MORE_MEMORY * used) / 100) * 100


def minutes(rule: str, megabytes: float, outcomes: int = 0) -> int:
    """Minutes to set aside for a step."""
    use = MEASURED[rule]
    used = use.seconds + use.seconds_of_megabyte * megabytes + use.seconds_of_outcome * outcomes
    return LEAST_MINUTES + math.ceil(MORE_TIME * used / 60)


def reserved(rule: str, megabytes: Callable[[], float], outcomes: int = 0) -> dict[str, Callable[..., int]]:
    """``mem_mb`` and ``runtime`` of a rule, as functions for ``resources``; each further attempt gets as much again."""
    return {
        "mem_mb": lambda wildcards, attempt: attempt * memory(rule, megabytes(), outcomes),
        "runtime": lambda wildcards, attempt: attempt * minutes(rule, megabytes(), outcomes),
    }
