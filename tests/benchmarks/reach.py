"""What large reviews should cost at most on two cores and 24 GiB, row by row, and the command that measures each row.

    python tests/benchmarks/reach.py

prints the table with what was measured last (``runs/``). Each command prints its row, beginning with *load table:*,
when it is called with the size of the row; ``tests/benchmarks/run --reach`` calls them all.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

RUNS = Path(__file__).parent / "runs"
BEGINS = "load table: "


@dataclass(frozen=True)
class Row:
    """``seconds``, ``cpu``, ``mebibytes``: the most that wall time, CPU time and memory should be; None: not said."""

    words: str
    command: str
    seconds: float
    mebibytes: float | None = None
    cpu: float | None = None


HUNDRED, MILLION = "graph/large_review.py", "graph/large_review.py --records 1000000 --batch 500"
TEAM = "sheets/scale.py --reviewers 20 --rows 50000"
ROWS = (
    Row("100,000 records from 6 sources, first run to sheets, status and flow", HUNDRED, 180, 2560),
    Row("100,000 records, everything up to date, over Snakemake's floor", HUNDRED, 5),
    Row("100,000 records, one reviewer's sheet edited, to status and flow", HUNDRED, 20),
    Row("1,000,000 records from 6 sources, sheets in batches", MILLION, 1200, 8192),
    Row("1,000,000 records, everything up to date, over Snakemake's floor", MILLION, 5),
    Row("20 reviewers, 50,000 rows, offered and read", TEAM, 60),
    Row("20 reviewers, 50,000 rows, one answer of one of them", TEAM, 60),
    Row("500 outcomes of 40 studies with 8 analyses, scheduling included", "pooling/many.py", 60),
    Row("the demonstration, everything made", "graph/demo_runs.py", 25, cpu=35),
)


def show(words: str, seconds: float, *, cpu: float | None = None, mebibytes: float | None = None) -> None:
    """Print one row if it is one of the table: what was measured, of what it should be at most."""
    row = next((row for row in ROWS if row.words == words), None)
    if row is None:
        return
    figures = [f"{seconds:,.1f} s wall of {row.seconds:,.0f}"]
    if cpu is not None:
        figures.append(f"{cpu:,.1f} CPU s" + (f" of {row.cpu:,.0f}" if row.cpu else ""))
    if mebibytes is not None:
        figures.append(f"{mebibytes:,.0f} MiB" + (f" of {row.mebibytes:,.0f}" if row.mebibytes else ""))
    print(f"{BEGINS}{words}: {', '.join(figures)}", flush=True)


def rows_in(text: str) -> dict[str, str]:
    """What a benchmark's output says of rows of the table, by their words."""
    found = {}
    for line in text.splitlines():
        if line.startswith(BEGINS):
            words, _, figures = line.removeprefix(BEGINS).rpartition(": ")
            found[words] = figures
    return found


def table(measured: dict[str, str]) -> list[str]:
    """The table as lines of text: each row with what was measured, or with the command that measures it."""
    width = max(len(row.words) for row in ROWS)
    return [f"{row.words:<{width}}  {measured.get(row.words) or f'not measured: {row.command}'}" for row in ROWS]


def exceeded(figures: str) -> bool:
    """Whether one of the figures of a row is above what it should be."""
    pairs = re.findall(r"([\d,.]+) (?:s wall|CPU s|MiB) of ([\d,]+)", figures)
    return any(float(is_.replace(",", "")) > float(most.replace(",", "")) for is_, most in pairs)


def last_measured() -> dict[str, str]:
    """The newest figures of each row in the runs that are kept."""
    found: dict[str, str] = {}
    for path in sorted(RUNS.glob("*.json")):
        for result in json.loads(path.read_text(encoding="utf-8"))["results"].values():
            found |= {words: f"{figures}  ({path.stem[:10]})" for words, figures in rows_in(result["text"]).items()}
    return found


if __name__ == "__main__":
    print("\n".join(table(last_measured())))
