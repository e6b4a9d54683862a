"""The wall time of a large review on a real Slurm node with one worker and with two, and whether the bytes are the same.

    python tests/benchmarks/graph/slurm.py [--records 50000] [--parts 4] [--batch 10000] [--workers 1 2]

Invented exports as in ``load.py`` are made into sheets, status and flow of title and abstract: on this computer without
Slurm, and then through ``profiles/slurm``, once for each number of workers. A worker is one processor: so many
submissions run at the same time, each step has that many threads at most, and as many local steps run beside them.
Needs root, the packages slurm-wlm and munge, and ``pip install 'prismake[slurm]'``; a million records need an hour and
10 GiB. On a busy machine wall times say little.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

from load import TARGETS, exports
from review import Review, config, environment, snakemake_command
from slurm_node import lacking, slurm_node

ROOT = Path(__file__).parents[3]
_CLUSTER = ["--workflow-profile", str(ROOT / "profiles/slurm"), "--slurm-status-command", "squeue"]
_CLUSTER += ["--slurm-init-seconds-before-status-checks", "2", "--seconds-between-status-checks", "2"]
_CLUSTER += ["--default-resources", "slurm_partition=debug", "slurm_account=root", "runtime=240", "mem_mb=1500"]


def made(review: Review, arguments: list[str]) -> float:
    """Make the targets and return the seconds that passed; raises RuntimeError if a step fails."""
    began = time.monotonic()
    with (review.folder / "run.log").open("w", encoding="utf-8") as log:
        command = ["timeout", "--kill-after=10", "20000", snakemake_command(), *arguments, "--", *TARGETS]
        done = subprocess.run(command, cwd=review.folder, env=environment(), stdout=log, stderr=log, check=False)
    if done.returncode:
        raise RuntimeError((review.folder / "run.log").read_text(encoding="utf-8")[-3000:])
    return time.monotonic() - began


def measure(records: int, sources: int, settings: dict[str, object], workers: list[int]) -> None:
    """Print a line for the local run and for each number of workers."""
    with tempfile.TemporaryDirectory() as scratch:
        first = Review(Path(scratch) / "local", config(**settings), {})
        exports(first.folder / "config/searches", records, sources)
        others = [Review.at(Path(scratch) / f"workers-{number}") for number in workers]
        for each in others:
            shutil.copytree(first.folder, each.folder)
        print(f"{records:,} records: run".ljust(34) + f"{'wall s':>10}{'submissions':>14}  results", flush=True)
        print("local, 2 cores".ljust(34) + f"{made(first, ['--cores', '2']):>10,.0f}{'':>14}", flush=True)
        digests = first.digests()
        with slurm_node(Path(scratch) / "slurm"):
            for number, each in zip(workers, others, strict=True):
                limits = [f"--{name}={number}" for name in ("jobs", "cores", "local-cores", "max-threads")]
                seconds = made(each, [*_CLUSTER, *limits])
                text = max((each.folder / ".snakemake/log").glob("*.log")).read_text(encoding="utf-8")
                same = "the same bytes" if each.digests() == digests else "OTHER BYTES"
                name = f"Slurm, {number} worker{'s' if number > 1 else ''}"
                submitted = text.count("has been submitted with SLURM jobid")
                print(name.ljust(34) + f"{seconds:>10,.0f}{submitted:>14}  {same}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Wall time on a Slurm node with one worker and with two.")
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--sources", type=int, default=6)
    parser.add_argument("--parts", type=int, default=4, help="shares of the records and of their pairs")
    parser.add_argument("--batch", type=int, default=10_000, help="rows handed out at a time")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    if reason := lacking():
        sys.exit(f"no Slurm here: {reason}")
    settings = {"divide": {"parts": chosen.parts, "above": 0}, "title_abstract": {"batch": chosen.batch}}
    measure(chosen.records, chosen.sources, settings, chosen.workers)


if __name__ == "__main__":
    main()
