"""Random data sets by the thousand: does every search end, at the global maximum?

    python tests/benchmarks/pooling/convergence.py [--sets 100000] [--mixed 2000] [--seed 0]

Sets have k = 2 ... 100 studies, variances over up to six orders of magnitude and heterogeneity from none to extreme.
A failure is an exception, a score that is not zero at a positive tau², or, for a sample checked on a dense grid of
tau², a likelihood higher than the one reported. Mixed models are asked for sparse counts, extremes included.
"""

from __future__ import annotations

import argparse
from collections import Counter

import numpy as np
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PrismakeError
from prismake.pooling.kernel import Problem, scan


def random_block(generator: np.random.Generator, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances (m, k), one k for the block."""
    k = int(np.exp(generator.uniform(np.log(2), np.log(101))))
    spread = generator.uniform(0.0, 3.0, (m, 1))
    v = 10.0 ** (generator.uniform(-3, 1, (m, 1)) + spread * generator.uniform(-1, 1, (m, k)))
    tau2 = np.where(generator.random((m, 1)) < 0.3, 0.0, 10.0 ** generator.uniform(-4, 2, (m, 1)))
    heavy = generator.random((m, 1)) < 0.2
    noise = np.where(heavy, generator.standard_t(2, (m, k)), generator.standard_normal((m, k)))
    return generator.normal(0, 1, (m, 1)) + np.sqrt(v + tau2) * noise, v


def inverse_variance(sets: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    count, failures, several, worst = Counter(), Counter(), 0, Counter()
    while count["REML"] < sets:
        m = min(1000, sets - count["REML"])
        y, v = random_block(generator, m)
        for method in ("REML", "ML", "PM"):
            count[method] += m
            try:
                found = pl.pool_batch(y, v, method)
            except PrismakeError as error:
                failures[f"{method}: {error}"] += 1
                continue
            # The score in units of its own spread: zero up to rounding wherever tau² is positive.
            size = np.abs(found.gradient) * (found.tau2 + v.min(axis=1)) / max(y.shape[1] - 1, 1)
            inside = found.tau2 > 0
            worst[method] = max(worst[method], float(size[inside].max(initial=0.0)))
            failures[f"{method}: score not zero"] += int((size[inside] > 1e-9).sum())
        for i in generator.integers(0, m, 10):
            for method in ("REML", "ML"):
                single = pl.pool(y[i], v[i], method, "z")
                several += single.maxima > 1
                grid = np.concatenate(([0.0], np.geomspace(1e-9, 1e6, 1500)))
                heights = scan(Problem(y[i], v[i]), np.append(grid, single.tau2))[method]
                failures[f"{method}: higher elsewhere"] += heights[:-1].max() > heights[-1] + 1e-8
                batch = pl.pool_batch(y[i], v[i], method).tau2[0]
                failures[f"{method}: batch and single differ"] += abs(batch - single.tau2) > 1e-9 * (1 + single.tau2)
    print(f"{count['REML']:,} sets by REML, ML and PM; failures: {sum(failures.values())}")
    print(f"  largest scaled score: {dict(worst)}; sets with two maxima among those checked singly: {several}")
    for what, number in failures.items():
        if number:
            print(f"  {what}: {number}")


def mixed_models(sets: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    outcome, worst = Counter(), 0.0
    for _ in range(sets):
        k = int(generator.integers(2, 20))
        n = generator.integers(1, int(generator.choice([4, 12, 60])) + 1, k)
        centre, tau = generator.choice([-3.0, -1.0, 0.0, 1.0]), generator.choice([0.0, 0.5, 1.5, 4.0])
        x = generator.binomial(n, 1 / (1 + np.exp(-generator.normal(centre, tau + 1e-9, k))))
        try:
            fit = pl.pool_proportions(x, n)
            outcome["estimates"] += 1
            worst = max(worst, fit.gradient)
        except EstimateDoesNotExist:
            outcome["do not exist"] += 1
        except PrismakeError as error:
            outcome[f"failures ({type(error).__name__})"] += 1
    print(f"{sets:,} sets of sparse counts by the mixed model: {dict(outcome)}; largest gradient {worst:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=100_000)
    parser.add_argument("--mixed", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    inverse_variance(arguments.sets, arguments.seed)
    mixed_models(arguments.mixed, arguments.seed)


if __name__ == "__main__":
    main()
