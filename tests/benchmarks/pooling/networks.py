"""Network meta-analysis: time of a large network, and whether every drawn network is fitted or refused with a reason.

    python tests/benchmarks/pooling/networks.py [--sets 2000] [--seed 0]

The large network has 50 treatments and 200 trials of two to four arms; everything is computed: both models, all
comparisons, direct and indirect evidence, designs, net heat plot, P-scores. Drawn sets have 2 to 12 treatments and 1 to 40
trials with 0 to 300 participants an arm and risks from 0.1 % to 99.9 %. Times are CPU times. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
from prismake.core.errors import PrismakeError
from prismake.pooling.network import arm_trials, decomposition, net_heat, network, splits
from prismake.pooling.network.likelihood import likelihood


def drawn(rng: np.random.Generator, treatments: int, trials: int, largest: int, spread: float) -> tuple:
    """Columns, trials and treatments of arms; the network may fall apart."""
    effect, tau = rng.normal(0, 1, treatments), spread * rng.random()
    rows: list[tuple[int, str, int, int]] = []
    for trial in range(trials):
        size = min(treatments, int(rng.choice([2, 2, 2, 3, 4])))
        base = rng.normal(-1, 2)
        for arm in rng.choice(treatments, size, replace=False):
            total = int(rng.integers(1, largest + 1))
            risk = 1 / (1 + np.exp(-(base + effect[arm] + rng.normal(0, tau + 1e-9))))
            rows.append((trial, f"T{arm:02d}", int(rng.binomial(total, np.clip(risk, 1e-3, 0.999))), total))
    study, name, events, total = zip(*rows, strict=True)
    return {"events": events, "total": total}, study, name


def everything(data: tuple, method: str = "REML") -> tuple:
    """All analyses of a network."""
    columns, study, name = data
    fitted = network(arm_trials("OR", columns, study, name).trials, method=method)
    return (
        fitted,
        splits(fitted),
        decomposition(fitted),
        net_heat(fitted),
        fitted.p_scores("random", small_is_good=True),
    )


def large(rng: np.random.Generator) -> tuple:
    """50 treatments in 200 trials, connected: every treatment meets the first one once."""
    columns, study, name = drawn(rng, 50, 151, 300, 0.5)
    rows = list(zip(study, name, columns["events"], columns["total"], strict=True))
    for arm in range(1, 50):
        rows += [(1000 + arm, "T00", 20 + arm % 7, 100), (1000 + arm, f"T{arm:02d}", 25 + arm % 5, 110)]
    study, name, events, total = zip(*rows, strict=True)
    return {"events": events, "total": total}, study, name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    data = large(rng)
    everything(data)
    for method in ("DL", "REML"):
        began = time.process_time()
        fitted, *_ = everything(data, method)
        took = time.process_time() - began
        size = f"{len(fitted.treatments)} treatments, {len(fitted.evidence.trials)} trials, {method}"
        print(f"{size:<52}  {took:6.3f} s")
    ended: Counter[str] = Counter()
    began = time.process_time()
    for _ in range(given.sets):
        try:
            fitted, *_ = everything(
                drawn(rng, int(rng.integers(2, 13)), int(rng.integers(1, 41)), int(rng.choice([5, 30, 300])), 2.0)
            )
        except PrismakeError as error:
            ended[f"{type(error).__name__}: {error.what[:34]} …"] += 1
            continue
        height = likelihood(fitted.evidence, fitted.tau2, restricted=True)[0]
        other = rng.uniform(0, 4 * fitted.tau2 + 0.1, 5)
        higher = any(likelihood(fitted.evidence, float(x), restricted=True)[0] > height + 1e-7 for x in other)
        finite = np.isfinite(fitted.random.solution.beta).all()
        ended["a higher likelihood elsewhere" if higher else "fitted" if finite else "not finite"] += 1
    for what, number in sorted(ended.items()):
        print(f"{what:<52}  {number:6,}")
    print(f"{'all sets':<52}  {time.process_time() - began:6.1f} s")


if __name__ == "__main__":
    main()
