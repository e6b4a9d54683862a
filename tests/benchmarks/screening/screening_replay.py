"""Finished reviews replayed as a panel would have read them: shared by the scripts and tests of the order."""

from __future__ import annotations

import csv
import itertools
import math
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from prismake.panel.allocation import GROWING_SIZES

REPOSITORY = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("PRISMAKE_SHARED", REPOSITORY.parent / "shared"))
FIGURES = ("R@10%", "R@25%", "R@50%", "WSS@95", "loss")
TARGETS = {
    "sheets": dict(zip(FIGURES, (0.40, 0.74, 0.92, 0.49, 0.165), strict=True)),
    "growing": {"loss": 0.155},
}


def sheet_sizes(protocol: str) -> Iterator[int]:
    """100, 100, ...; as ``batch: growing`` hands out, 25, 25, 50, 100, 100, ...; or *doubling*, 25, 50, 100, 200, ..."""
    if protocol == "doubling":
        return (25 * 2**i for i in itertools.count())
    return itertools.repeat(100) if protocol == "sheets" else itertools.chain(GROWING_SIZES, itertools.repeat(100))


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
