"""How early does the order put the included records in front of the reviewer?

    python tests/benchmarks/screening/score.py [--protocol sheets|growing|both] [--sets NAME ...] [--no-question]
        [--asreview PYTHON] [--cost]

Replays finished reviews (``<set>.csv.gz`` with record_id, title, abstract, label_included, and ``questions.csv``) from
the folder ``benchmarks/screening`` of the shared material (environment variable PRISMAKE_SHARED, or ``shared`` beside
the checkout). Protocol *sheets*: 100 records, then the order is made anew, and so on; *growing*: 25, 50, 100, 200, ...

``--asreview`` runs ASReview's default model on sheets of 100 beside it, with the interpreter given (the running one by
default where asreview is installed). ASReview has no question: its first sheet is the first 100 records of the file.
``--cost`` measures CPU seconds and peak memory of one call on the largest set in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import itertools
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("PRISMAKE_SHARED", REPOSITORY.parent / "shared"))
FIGURES = ("R@10%", "R@25%", "R@50%", "WSS@95", "loss")
TARGETS = {
    "sheets": dict(zip(FIGURES, (0.40, 0.74, 0.92, 0.49, 0.165), strict=True)),
    "growing": {"loss": 0.155},
}


def sheet_sizes(protocol: str) -> Iterator[int]:
    """100, 100, ... or 25, 50, 100, 200, ..."""
    return itertools.repeat(100) if protocol == "sheets" else (25 * 2**i for i in itertools.count())


def figures(labels: list[int]) -> dict[str, float]:
    """Recall after 10, 25 and 50 % of the records, WSS@95 and loss of one complete order of 0/1 labels.

    WSS@95 after Cohen et al. 2006, J Am Med Inform Assoc 13:206; loss is the mean position of an included record,
    moved to 0 (perfect) to 1 (worst).
    """
    n, ranks = len(labels), [i for i, label in enumerate(labels, 1) if label]
    found = len(ranks)
    out = {
        f"R@{share}%": sum(rank <= math.ceil(share * n / 100 - 1e-9) for rank in ranks) / found
        for share in (10, 25, 50)
    }
    out["WSS@95"] = (n - ranks[math.ceil(0.95 * found - 1e-9) - 1]) / n - 0.05
    out["loss"] = (sum(ranks) / found - (found + 1) / 2) / (n - found)
    return out


def load(name: str):
    """The records of a set, indexed by record_id as text."""
    import pandas as pd

    path = SHARED / "benchmarks" / "screening" / f"{name}.csv.gz"
    return pd.read_csv(path, keep_default_na=False, dtype={"record_id": str}).set_index("record_id")


def questions() -> dict[str, str]:
    with open(SHARED / "benchmarks" / "screening" / "questions.csv", encoding="utf-8", newline="") as handle:
        return {row["dataset"]: row["question"] for row in csv.DictReader(handle)}


def replay(records, protocol: str, best_next: Callable[[dict[str, str]], list[str]]) -> list[int]:
    """Labels in reading order; ``best_next`` gives the undecided records, best first, for the decisions so far."""
    labels = records["label_included"]
    decisions: dict[str, str] = {}
    for size in sheet_sizes(protocol):
        if len(decisions) == len(records):
            break
        for record in best_next(decisions)[:size]:
            decisions[record] = "include" if labels[record] else "exclude"
    return [int(labels[record]) for record in decisions]


def replay_prismake(name: str, protocol: str, question: str) -> tuple[list[int], float]:
    """Labels in reading order, and the CPU seconds of the slowest call."""
    import prismake

    records, slowest = load(name), 0.0
    items = records[["title", "abstract"]]

    def best_next(decisions: dict[str, str]) -> list[str]:
        nonlocal slowest
        start = time.process_time()
        relevance = prismake.rank(items, decisions, question=question)
        slowest = max(slowest, time.process_time() - start)
        return [record for record in relevance.index if record not in decisions]

    return replay(records, protocol, best_next), slowest


def replay_asreview(name: str) -> list[int]:
    """ASReview's default model on sheets of 100 (needs asreview in the running interpreter)."""
    import numpy as np
    from asreview.learner import ActiveLearningCycle
    from asreview.models.models import get_ai_config

    np.random.seed(535)
    records = load(name)
    labels = records["label_included"].to_numpy()
    cycle = ActiveLearningCycle.from_meta(get_ai_config()["value"])
    features = cycle.transform(records.reset_index()[["title", "abstract"]])
    order: list[int] = []
    while len(order) < len(labels):
        read = set(order)
        rest = np.array([i for i in range(len(labels)) if i not in read])
        if len(set(labels[order])) == 2:
            cycle.fit(features[order], labels[order])
            rest = rest[cycle.rank(features[rest])]
        order.extend(int(i) for i in rest[:100])
    return [int(labels[i]) for i in order]


def run_asreview(python: str, names: list[str]) -> dict[str, dict[str, float]]:
    command = [python, __file__, "--child-asreview", *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"ASReview could not be run with {python}:\n{done.stderr}")
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
    import resource

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
    python = options.asreview or (sys.executable if importlib.util.find_spec("asreview") else None)
    beside = run_asreview(python, names) if python else {}
    for protocol in ("sheets", "growing") if options.protocol == "both" else (options.protocol,):
        start, rows, slowest = time.process_time(), {}, 0.0
        for name in names:
            labels, seconds = replay_prismake(name, protocol, asked.get(name, ""))
            rows[name], slowest = figures(labels), max(slowest, seconds)
        report(protocol, rows, beside)
        print(f"{time.process_time() - start:.0f} CPU s in all, {slowest:.2f} CPU s for the slowest order")


if __name__ == "__main__":
    main()
