"""What large reviews should cost at most on two cores and 24 GiB, row by row, and the command that measures each row.

    python tests/benchmarks/reach.py

prints the table with what was measured last (``runs/``). Each command prints its row, beginning with *load table:*,
when it is called with the size of the row; ``tests/benchmarks/run --reach`` calls them all.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUNS = Path(__file__).parent / "runs"
DATA = "PRISMAKE_FIGURES"  # in the environment: the file in which a benchmark leaves its figures for the page
BEGINS = "load table: "


@dataclass(frozen=True)
class Row:
    """``seconds``, ``cpu``, ``mebibytes``: the most that wall time, CPU time and memory should be; None: not said."""

    words: str
    command: str
    seconds: float
    mebibytes: float | None = None
    cpu: float | None = None

    @property
    def limits(self) -> str:
        """What it should take at most, in words."""
        every = ((self.seconds, "s"), (self.cpu, "CPU s"), (self.mebibytes, "MiB"))
        return ", ".join(f"{most:,.0f} {unit}" for most, unit in every if most)


HUNDRED, MILLION = "graph/large_review.py", "graph/load.py --sizes 500 100000 250000 1000000 --batch 500"
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


def keep(figures: object) -> None:
    """Leave figures to ``run``, where it has called this benchmark."""
    if path := os.environ.get(DATA):
        Path(path).write_text(json.dumps(figures), encoding="utf-8")


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


def read(path: Path) -> dict[str, Any]:
    """A run that is kept."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def kept_runs() -> dict[str, dict[str, Any]]:
    """The runs that are kept, by name, oldest first; without short ones."""
    return {path.name: read(path) for path in sorted(RUNS.glob("*.json")) if ".short." not in path.name}


def last_measured(runs: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """The newest figures of each row, and the run that they are from."""
    found: dict[str, tuple[str, str]] = {}
    for name, run in runs.items():
        for result in run["results"].values():
            found |= {words: (figures, name) for words, figures in rows_in(result["text"]).items()}
    return found


if __name__ == "__main__":
    for row in ROWS:
        figures, run = last_measured(kept_runs()).get(row.words, ("not measured", ""))
        print(f"{row.words}\n    {figures}  {run[:10]}\n    python tests/benchmarks/{row.command}")
