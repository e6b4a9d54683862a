"""What a large review costs whoever types `snakemake`: the first run, one with nothing to do, one after one decision.

    python tests/benchmarks/graph/large_review.py [--records 100000] [--batch 0] [--cores 2]

The invented records of ``load.py`` in six RIS exports are made into sheets, status and flow of title and abstract, by
Snakemake's command in a process of its own. Printed: wall and CPU seconds of Snakemake and all jobs, the largest
process, and the most memory that all of them held at one time (resident, looked at ten times a second).

*Floor* is Snakemake itself with nothing to do: as many rules as a review has, each a file made from the one before.
Above it lies what this project adds: reading the config and telling whether code or sheets have changed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

from load import TARGETS, edit, exports
from reach import show
from real_runs import floor, quickest, rules_of, snakemake
from review import Review, config

SOURCES = 6


def line(name: str, figures: dict[str, float]) -> None:
    print(name.ljust(34) + "".join(f"{value:>12,.1f}" for value in figures.values()), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="What a large review costs whoever types snakemake.")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=0, help="rows handed out at a time; 0: everything at once")
    parser.add_argument("--cores", type=int, default=2)
    chosen = parser.parse_args()
    words = f"{chosen.records:,} records"
    with tempfile.TemporaryDirectory() as scratch:
        review = Review(Path(scratch) / "review", config(title_abstract={"batch": chosen.batch}), {})
        exports(review.folder / "config/searches", chosen.records, SOURCES)
        print(
            f"{words}: run".ljust(34) + "".join(f"{head:>12}" for head in ("wall s", "CPU s", "MiB of one", "of all"))
        )
        first = snakemake(review.folder, chosen.cores, TARGETS)
        line("first run", first)
        nothing = quickest(review.folder, chosen.cores, TARGETS)
        line("nothing to do", nothing)
        rules = rules_of(review.folder)
        least = floor(Path(scratch) / "floor", rules, chosen.cores)
        line(f"floor: Snakemake, {rules} other rules", least)
        edit(review.sheet("title_abstract", "anna"))
        decision = snakemake(review.folder, chosen.cores, TARGETS)
        line("one decision", decision)
    begins = f"{words} from {SOURCES} sources, "
    for ending in ("first run to sheets, status and flow", "sheets in batches"):
        show(begins + ending, first["wall"], cpu=first["cpu"], mebibytes=first["together"])
    show(f"{words}, everything up to date, over Snakemake's floor", nothing["wall"] - least["wall"])
    show(
        f"{words}, one reviewer's sheet edited, to status and flow", decision["wall"],
        cpu=decision["cpu"], mebibytes=decision["together"],
    )  # fmt: skip


if __name__ == "__main__":
    main()
