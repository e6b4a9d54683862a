"""How early does the order put the included records in front of the reviewer?

    python tests/benchmarks/screening/score.py [--protocol sheets|growing|both] [--sets NAME ...] [--no-question]
        [--asreview PYTHON] [--cost]

Replays finished reviews (``<set>.csv.gz`` with record_id, title, abstract, label_included, and ``questions.csv``) from
the folder ``benchmarks/screening`` of the shared material (environment variable PRISMAKE_SHARED, or ``shared`` beside
the checkout). Protocol *sheets*: 100 records, then the order is made anew, and so on; *growing*: 25, 25, 50, 100, 100, ...

``--asreview`` runs ASReview's default model on sheets of 100 beside it, with the interpreter given; by default that of
PRISMAKE_PEERS, or the running one, where asreview is installed there. ASReview has no question: its first sheet is the first 100 records of the file.
``--cost`` measures CPU seconds and peak memory of one call on the largest set in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

from screening_replay import (
    FIGURES,
    SHARED,
    TARGETS,
    figures,
    load,
    questions,
    replay_asreview,
    replay_prismake,
)


def run_asreview(python: str, names: list[str]) -> dict[str, dict[str, float]]:
    command = [python, __file__, "--child-asreview", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"ASReview could not be run with {python}:\n{done.stderr}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024  # KiB on Linux
    print(f"ASReview: {seconds:.0f} CPU s for {len(names)} sets, peak memory {peak:.0f} MiB")
    return json.loads(done.stdout.splitlines()[-1])


def report(protocol: str, rows: dict[str, dict[str, float]], beside: dict[str, dict[str, float]]) -> None:
    """The table of one protocol; ``beside`` holds ASReview's figures by set, if it was run."""
    print(f"\nprotocol {protocol}")
    print(
        f"{'':36s}" + "".join(f"{name:>8s}" for name in FIGURES) + ("  | ASReview 3 on sheets of 100" if beside else "")
    )
    for name, row in rows.items():
        line = f"{name:36s}" + "".join(f"{row[key]:8.3f}" for key in FIGURES)
        if beside:
            line += "  |" + "".join(f"{beside[name][key]:8.3f}" for key in FIGURES)
            line += "   worse" if row["loss"] > beside[name]["loss"] else ""
        print(line)
    mean = {key: sum(row[key] for row in rows.values()) / len(rows) for key in FIGURES}
    line = f"{'mean':36s}" + "".join(f"{mean[key]:8.3f}" for key in FIGURES)
    if beside:
        line += "  |" + "".join(f"{sum(row[key] for row in beside.values()) / len(beside):8.3f}" for key in FIGURES)
    print(line)
    targets = TARGETS[protocol]
    line = f"{'to reach':36s}" + "".join(f"{targets[key]:8.3f}" if key in targets else " " * 8 for key in FIGURES)
    print(line)
    missed = [k for k, v in targets.items() if (mean[k] > v if k == "loss" else mean[k] < v)]
    print("every target reached" if not missed else f"not reached: {', '.join(missed)}")
    if beside:
        no_worse = sum(rows[name]["loss"] <= beside[name]["loss"] for name in rows)
        print(f"loss no worse than ASReview on {no_worse} of {len(rows)} sets")


def cost(name: str, question: str) -> None:
    """CPU time and memory of one call with 300 decisions; to be run in a process of its own."""
    import prismake

    def peak() -> float:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # KiB on Linux

    records = load(name)
    decisions, before, seconds = records["label_included"].iloc[:300], peak(), []
    for _ in range(2):
        start = time.process_time()
        prismake.rank(records[["title", "abstract"]], decisions, question=question)
        seconds.append(time.process_time() - start)
    print(
        f"{name}: {len(records)} records, 300 decided: {seconds[0]:.2f} CPU s with imports, {seconds[1]:.2f} CPU s "
        f"without; peak memory {peak():.0f} MiB ({before:.0f} MiB before the call)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", choices=["sheets", "growing", "both"], default="both")
    parser.add_argument("--sets", nargs="*", help="names of data sets; all by default")
    parser.add_argument("--no-question", action="store_true", help="leave the review question empty")
    parser.add_argument("--asreview", metavar="PYTHON", help="an interpreter in which asreview is installed")
    parser.add_argument("--cost", action="store_true", help="only CPU time and memory of one call")
    parser.add_argument("--child-asreview", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child_asreview:
        print(json.dumps({name: figures(replay_asreview(name)) for name in options.child_asreview}))
        return
    folder = SHARED / "benchmarks" / "screening"
    names = options.sets or sorted(path.name.removesuffix(".csv.gz") for path in folder.glob("*.csv.gz"))
    if not names:
        sys.exit(f"No data sets in {folder}. Set PRISMAKE_SHARED to the folder of the shared material.")
    asked = {} if options.no_question else questions()
    if options.cost:
        largest = max(names, key=lambda name: (folder / f"{name}.csv.gz").stat().st_size)
        cost(largest, asked.get(largest, ""))
        return
    python = options.asreview or os.environ.get("PRISMAKE_PEERS") or sys.executable
    there = subprocess.run([python, "-c", "import asreview"], capture_output=True, check=False).returncode == 0
    if not there:
        print(f"ASReview: not installed for {python}" if options.asreview else "ASReview: not installed")
    beside = run_asreview(python, names) if there else {}
    for protocol in ("sheets", "growing") if options.protocol == "both" else (options.protocol,):
        start, rows, slowest = time.process_time(), {}, 0.0
        for name in names:
            labels, seconds = replay_prismake(name, protocol, asked.get(name, ""))
            rows[name], slowest = figures(labels), max(slowest, seconds)
        report(protocol, rows, beside)
        print(f"{time.process_time() - start:.0f} CPU s in all, {slowest:.2f} CPU s for the slowest order")


if __name__ == "__main__":
    main()
