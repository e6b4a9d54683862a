"""Diagnostic accuracy: time of a fit, and whether every search ends, at the highest maximum.

    python tests/benchmarks/pooling/diagnostic.py [--sets 2000] [--seed 0]

Sets have 2 to 60 studies of 2 to 3,000 participants a side, variances of the logits from none to 4, correlations from -1
to 1, every tenth set studies without a side. Times are CPU times. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

import numpy as np
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PrismakeError
from prismake.pooling.ascent import ascend
from prismake.pooling.diagnostic.exact import Likelihood
from prismake.pooling.diagnostic.two_by_two import read_tables

STUDIES = (2, 3, 4, 5, 8, 12, 20, 30, 60)
SPREAD = (0.0, 0.2, 0.5, 0.8, 1.2, 2.0)
CORRELATION = (-1.0, -0.9, -0.5, 0.0, 0.5, 0.95)
LARGEST = (15, 60, 400, 3000)


def drawn(rng: np.random.Generator, k: int, mu: np.ndarray, sd: np.ndarray, rho: float, largest: int) -> dict:
    """Tables of ``k`` studies of the bivariate model."""
    T = np.outer(sd, sd) * np.array([[1.0, rho], [rho, 1.0]])
    size = np.exp(rng.uniform(np.log(2), np.log(largest), (k, 2))).astype(int)
    if rng.random() < 0.1:
        size[rng.random((k, 2)) < 0.15] = 0
    logits = mu + rng.normal(size=(k, 2)) @ np.linalg.cholesky(T + 1e-12 * np.eye(2)).T
    right = rng.binomial(size, 1.0 / (1.0 + np.exp(-logits)))
    wrong = size - right
    return {"tp": right[:, 0], "fp": wrong[:, 1], "fn": wrong[:, 0], "tn": right[:, 1]}


def any_set(rng: np.random.Generator) -> dict:
    return drawn(
        rng, int(rng.choice(STUDIES)), rng.uniform(-0.5, 4.0, 2), rng.choice(SPREAD, 2),
        float(rng.choice(CORRELATION)), int(rng.choice(LARGEST)),
    )  # fmt: skip


def higher_elsewhere(data: dict, loglik: float, rng: np.random.Generator) -> bool:
    """Whether a search of the bivariate likelihood from somewhere else ends higher."""
    likelihood = Likelihood(read_tables(data).sides())
    tau, rho = rng.choice((0.1, 0.5, 1.5, 3.0), 2), rng.uniform(-0.95, 0.95)
    start = np.array([*rng.uniform(0.0, 3.0, 2), tau[0], rho * tau[1], np.sqrt(1.0 - rho * rho) * tau[1]])
    peak = ascend(likelihood.at, start, tolerance=1e-6)
    while likelihood.refine(peak.point):
        peak = ascend(likelihood.at, peak.point)
    return bool(peak.settled and peak.height.value > loglik + 1e-6)


def campaign(sets: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends: Counter[str] = Counter()
    times, higher, compared = [], 0, 0
    while sum(ends.values()) < sets:
        data = any_set(rng)
        start = time.process_time()
        try:
            fit = pl.pool_accuracy(data)
        except EstimateDoesNotExist as error:
            ends[f"no estimate exists: {error.what.partition(':')[0]}"] += 1
        except PrismakeError as error:
            ends[f"{type(error).__name__}: {error.what}"] += 1
        else:
            unfitted = [note for note in fit.notes if "was not fitted" in note]
            ends[
                unfitted[0] if unfitted else f"{fit.structure}, at its bound: {', '.join(fit.bound) or 'nothing'}"
            ] += 1
            if fit.structure == "bivariate" and not fit.bound and compared < 200:
                compared += 1
                higher += higher_elsewhere(data, fit.loglik, rng)
        times.append(time.process_time() - start)
    print(f"{sets:,} sets; median {1e3 * np.median(times):.0f} ms, 99 % below {np.quantile(times, 0.99):.2f} s")
    for end, count in ends.most_common():
        print(f"{count:>6}  {end}")
    print(f"higher from another start: {higher} of {compared}")


def speed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets = [drawn(rng, 30, np.array([1.5, 2.0]), np.array([0.8, 0.9]), -0.5, 200) for _ in range(20)]
    for label, settings in (("exact", {}), ("normal, REML", {"model": "normal", "correction": 0.5})):
        times = []
        for data in [sets[0], *sets]:
            start = time.process_time()
            pl.pool_accuracy(data, **settings)
            times.append(1e3 * (time.process_time() - start))
        print(f"30 studies, {label}: median {np.median(times[1:]):.1f} ms, longest {max(times[1:]):.1f} ms of 20 sets")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    speed(options.seed)
    campaign(options.sets, options.seed)


if __name__ == "__main__":
    main()
