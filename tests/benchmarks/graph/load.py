"""What each step of a first run costs as a review grows, from exports to sheets, and with which exponent.

    python tests/benchmarks/graph/load.py [--sizes 2000 8000 32000] [--sources 6] [--cores 2]

Invented records of the length of real ones, one in four of them in two sources, are spread over RIS exports. Snakemake
makes everything as far as sheets and status of title and abstract, in one process (see ``tests/e2e/quick.py``); CPU
seconds are those of a step and of processes that it starts. The exponent is the slope of log CPU on log size between the
smallest and the largest size: 1 is proportional. Steps below half a second are left out of it. Memory is the peak of the
whole process.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import random
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

import quick
from review import config

SEED, LEAST = 20, 0.5
SYLLABLES = "ba co di fu ga he ki lo mu na pe ri so tu va we xi yo za".split()
TARGETS = ("results/title_abstract/status.json", "results/flow/flow.csv")


def exports(folder: Path, size: int, sources: int) -> None:
    """RIS files with so many records in all."""
    dice = random.Random(SEED)
    words = ["".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 4)))) for _ in range(20_000)]
    files = [(folder / f"source{number}.ris").open("w", encoding="utf-8") for number in range(sources)]
    written = 0
    while written < size:
        text = {
            "TI": " ".join(dice.choices(words, k=14)),
            "AU": f"{dice.choice(words).capitalize()}, {dice.choice('ABCDEFGH')}.",
            "PY": str(dice.randrange(1980, 2026)),
            "JO": f"Journal of {dice.choice(words)}",
            "VL": str(dice.randrange(1, 90)),
            "SP": str(dice.randrange(1, 2000)),
            "AB": " ".join(dice.choices(words, k=210)),
            "DO": f"10.5555/{dice.randrange(10**9)}",
        }
        record = "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in text.items()) + "ER  - \n\n"
        for file in dice.sample(files, 2 if dice.random() < 0.25 else 1):
            file.write(record)
            written += 1
    for file in files:
        file.close()


def _used() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def measured(size: int, sources: int, cores: int) -> dict[str, float]:
    """CPU seconds by rule, of Snakemake itself (*graph*), of all, wall seconds, and peak memory in MiB."""
    spent: dict[str, float] = defaultdict(float)
    run_here: Callable[..., Any] = quick._run_here

    def timed(script: Any, *given: object, **named: object) -> None:
        before = _used()
        run_here(script, *given, **named)
        spent[script.rulename] += _used() - before

    quick._run_here = timed
    with tempfile.TemporaryDirectory() as scratch:
        review = quick.QuickReview(Path(scratch) / "review", config(), {})
        exports(review.folder / "config/searches", size, sources)
        began, wall = _used(), time.monotonic()
        review.run(*TARGETS)
        spent["all"] = _used() - began
        spent["wall"] = time.monotonic() - wall
    spent["graph"] = spent["all"] - sum(value for name, value in spent.items() if name not in ("all", "wall"))
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {**spent, "MiB": peak / 1024}


def main() -> None:
    parser = argparse.ArgumentParser(description="What each step of a first run costs as a review grows.")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 8_000, 32_000])
    parser.add_argument("--sources", type=int, default=6)
    parser.add_argument("--cores", type=int, default=2)
    chosen = parser.parse_args()
    columns = {}
    for size in sorted(chosen.sizes):
        # a process of its own, whose peak of memory is its own; fresh, not forked from one that has grown
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            columns[size] = pool.apply(measured, (size, chosen.sources, chosen.cores))
    smallest, largest = min(columns), max(columns)
    print("CPU s of".ljust(24) + "".join(f"{size:>12,}" for size in columns) + f"{'exponent':>12}")
    names = sorted(
        columns[largest], key=lambda name: -columns[largest][name] if name not in ("all", "wall", "MiB") else 1
    )
    for name in names:
        values = [column.get(name, 0.0) for column in columns.values()]
        grows = values[0] > 0 and values[-1] >= LEAST and smallest < largest
        slope = math.log(values[-1] / values[0]) / math.log(largest / smallest) if grows else math.nan
        told = f"{slope:>12.2f}" if grows and name not in ("wall", "MiB") else ""
        print(name.ljust(24) + "".join(f"{value:>12,.1f}" for value in values) + told)


if __name__ == "__main__":
    main()
