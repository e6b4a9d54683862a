"""Random sets by the thousand: every search ends, with a score of zero, and nothing higher on a dense grid."""

from __future__ import annotations

import numpy as np
import pytest
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist
from prismake.pooling.kernel import Problem, scan


def sets(generator: np.random.Generator, m: int) -> tuple[np.ndarray, np.ndarray]:
    """Effects and variances (m, k): k from 2 to 100, variances over up to six orders of magnitude."""
    k = int(np.exp(generator.uniform(np.log(2), np.log(101))))
    v = 10.0 ** (generator.uniform(-3, 1, (m, 1)) + generator.uniform(0, 3, (m, 1)) * generator.uniform(-1, 1, (m, k)))
    tau2 = np.where(generator.random((m, 1)) < 0.3, 0.0, 10.0 ** generator.uniform(-4, 2, (m, 1)))
    return generator.normal(0, np.sqrt(v + tau2)), v


def campaign(number: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    done = 0
    while done < number:
        m = min(500, number - done)
        y, v = sets(generator, m)
        done += m
        for method in ("REML", "ML", "PM"):
            found = pl.pool_batch(y, v, method)
            scale = (found.tau2 + v.min(axis=1)) / (y.shape[1] - 1)
            inside = found.tau2 > 0
            assert (np.abs(found.gradient) * scale)[inside].max(initial=0.0) < 1e-9
            assert (found.gradient[~inside] <= 0).all()
        for i in range(3):
            for method in ("REML", "ML"):
                single = pl.pool(y[i], v[i], method, "z")
                heights = scan(Problem(y[i], v[i]), np.append(np.geomspace(1e-9, 1e6, 800), single.tau2))[method]
                assert heights[:-1].max() <= heights[-1] + 1e-8


def test_random_sets():
    campaign(3_000, seed=1)


@pytest.mark.slow
def test_a_hundred_thousand_random_sets():
    campaign(100_000, seed=2)


@pytest.mark.slow
def test_sparse_counts():
    generator = np.random.default_rng(3)
    for _ in range(3_000):
        k = int(generator.integers(2, 20))
        n = generator.integers(1, int(generator.choice([4, 12, 60])) + 1, k)
        x = generator.binomial(n, 1 / (1 + np.exp(-generator.normal(generator.choice([-3, 0, 1]), 2.0, k))))
        try:
            fit = pl.pool_proportions(x, n)
        except EstimateDoesNotExist:
            assert ((x == 0) | (x == n)).all()
            continue
        assert fit.gradient < 1e-7
