"""Many outcomes pooled by the workflow, scheduling included.

    python tests/benchmarks/pooling/many.py [--outcomes 500] [--studies 40] [--cores 2] [--jobs 16]
    python tests/benchmarks/pooling/many.py --jobs 1 16

A review with so many outcomes and invented counts, each with eight analyses: the main model, a subgroup, a regression
and five sensitivity analyses. Snakemake makes everything in ``results/pooling`` but figures. Printed for each number of
jobs: how many there were, wall and CPU seconds of all processes, the largest of them so far in MiB, and whether the
results are the bytes of the first.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "e2e"))

from prismake.core.names import STAGES_BEFORE_POOLING
from prismake.protocol.division import groups
from reach import show
from review import Review, config, environment, snakemake_command

SEED = 17
FIELDS = [
    {"name": "events", "label": "Events", "type": "count"},
    {"name": "total", "label": "Participants", "type": "count"},
    {"name": "region", "label": "Region", "type": "choice", "choices": ["north", "south"]},
    {"name": "months", "label": "Months", "type": "number"},
]
ANALYSES = {
    "subgroups": ["region"],
    "moderators": ["months"],
    "sensitivity": ["leave_one_out", "influence", "fixed_effect", "trim_and_fill", "arcsine"],
}
COLUMNS = ("study_id", "arm", "label", "year", "outcome", "events", "total", "region", "months", "status", "remark",
           "settled_by", "source", "how")  # fmt: skip


def write_tables(folder: Path, outcomes: list[str], studies: int) -> None:
    """What pooling reads, as the stages before it would have left it."""
    dice = random.Random(SEED)
    for part in ("extraction", "appraisal", "title_abstract", "full_text"):
        (folder / "results" / part).mkdir(parents=True, exist_ok=True)
    with (folder / "results/extraction/outcomes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for outcome in outcomes:
            share = dice.uniform(0.1, 0.6)
            for k in range(studies):
                total = dice.randrange(20, 400)
                events = sum(dice.random() < share * dice.uniform(0.6, 1.4) for _ in range(total))
                place, months = dice.choice(("north", "south")), dice.randrange(3, 60)
                name, year = f"Study {k:02d}", 1990 + k % 30
                writer.writerow(
                    [f"s{k}", "", name, year, outcome, events, total, place, months, "used", "", "", "", ""]
                )
    scores = "study_id,label,instrument,overall,unanswered,result,proposed,why,unsupported\n"
    (folder / "results/appraisal/scores.csv").write_text(scores, encoding="utf-8")
    for stage in STAGES_BEFORE_POOLING:
        path = folder / f"results/{stage}/undecided.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"stage": stage, "open": 0}), encoding="utf-8")


def pooled(review: Review, outcomes: list[str], cores: int, jobs: int) -> tuple[float, float]:
    """Wall and CPU seconds of pooling everything from the beginning."""
    for name in ("results/pooling", "results/logs", ".snakemake"):
        shutil.rmtree(review.folder / name, ignore_errors=True)
    targets = [f"results/pooling/{outcome}.json" for outcome in outcomes]
    rules = [f"pool_outcome_{group[0]}" for group in groups(outcomes, jobs)]
    command = [snakemake_command(), "--cores", str(cores), *targets, "--allowed-rules", *rules]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=review.folder, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description="Many outcomes pooled by the workflow, scheduling included.")
    parser.add_argument("--outcomes", type=int, default=500)
    parser.add_argument("--studies", type=int, default=40)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument(
        "--jobs", type=int, nargs="+", default=[16], help="jobs among which the outcomes are shared out"
    )
    chosen = parser.parse_args()
    outcomes = [f"outcome{number:03d}" for number in range(chosen.outcomes)]
    spec = {"measure": "PLO", "columns": {"events": "events", "total": "total"}, **ANALYSES}
    settings = {"extraction": {"fields": FIELDS}, "outcomes": dict.fromkeys(outcomes, spec)}
    first: dict[str, str] = {}
    print(f"{'outcomes':>9} {'studies':>8} {'jobs':>5} {'wall s':>8} {'CPU s':>8} {'MiB':>6}  results")
    with tempfile.TemporaryDirectory() as scratch:
        review = Review(Path(scratch) / "review", config(**settings), {})
        write_tables(review.folder, outcomes, chosen.studies)
        for shares in chosen.jobs:
            review.configure(config(**settings, divide={"outcomes": shares}))
            wall, cpu = pooled(review, outcomes, chosen.cores, shares)
            first = first or review.digests()
            same = "the same bytes" if review.digests() == first else "OTHER BYTES"
            jobs = len(list((review.folder / "results/logs").glob("pool_outcome.*.log")))
            mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
            figures = f"{chosen.outcomes:9,} {chosen.studies:8} {jobs:5} {wall:8.1f} {cpu:8.1f} {mib:6.0f}"
            print(f"{figures}  {same}", flush=True)
            words = f"{chosen.outcomes} outcomes of {chosen.studies} studies with 8 analyses, scheduling included"
            show(words, wall, cpu=cpu, mebibytes=mib)


if __name__ == "__main__":
    main()
