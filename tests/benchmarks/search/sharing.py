"""What it costs to read one large source as a whole and in shares, on one processor and on two.

    python tests/benchmarks/search/sharing.py [--records 500000] [--files 24] [--megabytes 100] [--cores 1 2]

Invented RIS exports as in ``graph/load.py`` are one source, which Snakemake reads, each time from the beginning. Printed
are the jobs that read, wall and CPU seconds of all processes with Snakemake itself, the highest peak of memory of any
of them, and whether the results are the same bytes. On a busy machine wall times say little.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))
sys.path.insert(0, str(Path(__file__).parents[1] / "graph"))

from load import exports
from review import Review, config, environment, snakemake_command

TARGET = "results/search/many.json"


def read(review: Review, cores: int) -> tuple[float, float, float]:
    """Wall and CPU seconds and MiB of one run from the beginning."""
    for name in ("results", ".snakemake"):
        shutil.rmtree(review.folder / name, ignore_errors=True)
    with (review.folder / "run.log").open("w", encoding="utf-8") as log:
        began = time.monotonic()
        command = [snakemake_command(), "--cores", str(cores), "--", TARGET]
        process = subprocess.Popen(command, cwd=review.folder, env=environment(), stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
    if process.returncode:
        raise RuntimeError((review.folder / "run.log").read_text(encoding="utf-8")[-3000:])
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def digests(review: Review) -> dict[str, str]:
    """Of the results, without what only shares leave."""
    return {path: value for path, value in review.digests().items() if "/shares/" not in path}


def main() -> None:
    parser = argparse.ArgumentParser(description="A large source as a whole and in shares.")
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--files", type=int, default=24)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--cores", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        review = Review(Path(scratch) / "review", config(), {})
        folder = review.folder / "config/searches/many"
        folder.mkdir()
        exports(folder, chosen.records, chosen.files)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        print(f"{chosen.records:,} records in {chosen.files} files, {size:,.0f} MB")
        print("read".ljust(12) + f"{'cores':>8}{'jobs':>8}{'wall s':>10}{'CPU s':>10}{'MiB':>10}  results")
        first: dict[str, str] = {}
        for name, megabytes in (("as a whole", 1e9), ("in shares", chosen.megabytes)):
            review.configure(config(divide={"megabytes": megabytes}))
            for cores in chosen.cores:
                wall, seconds, peak = read(review, cores)
                jobs = len(list((review.folder / "results/search").glob("shares/*.json"))) or 1
                first = first or digests(review)
                same = "the same bytes" if digests(review) == first else "OTHER BYTES"
                figures = f"{cores:>8}{jobs:>8}{wall:>10,.1f}{seconds:>10,.1f}{peak:>10,.0f}"
                print(name.ljust(12) + figures + f"  {same}", flush=True)


if __name__ == "__main__":
    main()
