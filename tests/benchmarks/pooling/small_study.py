"""Type I error of tests of small-study effects by measure, without any bias: how often p < 0.05.

    python tests/benchmarks/pooling/small_study.py [--sets 400] [--seed 0] [--measure PLO ...]

Reviews of 10, 20 and 30 studies whose sizes (10 to 200 an arm, log-uniform) have nothing to do with their effects. A test
that names a reason in place of a result does not reject. One line a measure, number of studies and scenario: the tests that `fitting_tests` chooses, then others in brackets. The
last lines give each chosen test's mean and largest error over its scenarios.
"""

from __future__ import annotations

import argparse
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from scipy.special import expit

STUDIES = (10, 20, 30)
Draw = Callable[[np.random.Generator, int], dict[str, Any]]


def sizes(g: np.random.Generator, k: int, least: float = 10, most: float = 200) -> np.ndarray:
    return np.round(np.exp(g.uniform(math.log(least), math.log(most), k)))


def counts(g: np.random.Generator, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    return g.binomial(n.astype(int), p).astype(float)


def proportion(p: float, tau: float) -> Draw:
    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        n = sizes(g, k, 10, 100)
        return {"xi": counts(g, n, expit(math.log(p / (1 - p)) + tau * g.normal(size=k))), "ni": n}

    return draw


def rate(events: float, tau: float) -> Draw:
    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        t = 10.0 * sizes(g, k, 10, 100)
        return {"xi": g.poisson(events * t * np.exp(tau * g.normal(size=k))).astype(float), "ti": t}

    return draw


def table(p: float, ratio: float, tau: float, scale: str) -> Draw:
    """One odds ratio, risk ratio or arcsine difference, with baselines that differ."""

    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        n = sizes(g, k)
        base = expit(math.log(p / (1 - p)) + 0.3 * g.normal(size=k))
        effect = math.log(ratio) + tau * g.normal(size=k)
        if scale == "OR":
            other = expit(np.log(base / (1 - base)) + effect)
        elif scale == "RR":
            other = np.minimum(base * np.exp(effect), 0.99)
        else:
            other = np.sin(np.clip(np.arcsin(np.sqrt(base)) + 0.15 * effect, 0.0, math.pi / 2)) ** 2
        return {"ai": counts(g, n, other), "n1i": n, "ci": counts(g, n, base), "n2i": n}

    return draw


def two_rates(ratio: float, tau: float) -> Draw:
    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        t = 10.0 * sizes(g, k, 10, 100)
        x1 = g.poisson(0.05 * t * ratio * np.exp(tau * g.normal(size=k))).astype(float)
        return {"x1i": x1, "t1i": t, "x2i": g.poisson(0.05 * t).astype(float), "t2i": t}

    return draw


def means(d: float, tau: float) -> Draw:
    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        n = sizes(g, k, 10, 100)
        sample = {"n1i": n, "n2i": n}
        for arm, centre in ((1, 3.0 + d + tau * g.normal(size=k)), (2, np.full(k, 3.0))):
            sample[f"m{arm}i"] = centre + g.normal(size=k) / np.sqrt(n)
            sample[f"sd{arm}i"] = np.sqrt(g.chisquare(n - 1) / (n - 1))
        return sample

    return draw


def correlation(r: float, tau: float) -> Draw:
    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        n = sizes(g, k)
        return {"ri": np.tanh(math.atanh(r) + tau * g.normal(size=k) + g.normal(size=k) / np.sqrt(n - 3)), "ni": n}

    return draw


def published(tau: float) -> Draw:
    """Log hazard ratios with standard errors from the number of events."""

    def draw(g: np.random.Generator, k: int) -> dict[str, Any]:
        sei = 2.0 / np.sqrt(sizes(g, k))
        return {"yi": np.exp(-0.4 + tau * g.normal(size=k) + sei * g.normal(size=k)), "sei": sei}

    return draw


TAUS = (0.0, 0.3, 0.6)
SCENARIOS: dict[str, dict[str, Draw]] = {
    "PLO": {f"p {p}, tau {tau}": proportion(p, tau) for p in (0.05, 0.3, 0.9) for tau in (0.0, 0.5, 1.0)},
    "IRLN": {f"rate {e}, tau {tau}": rate(e, tau) for e in (0.01, 0.05) for tau in TAUS},
    "OR": {f"p {p}, OR {r}, tau {t}": table(p, r, t, "OR") for p in (0.1, 0.4) for r in (1, 0.25) for t in TAUS},
    "RR": {f"p {p}, RR {r}, tau {t}": table(p, r, t, "RR") for p in (0.1, 0.4) for r in (1, 0.25) for t in TAUS},
    "AS": {f"p {p}, d {r}, tau {t}": table(p, r, t, "AS") for p in (0.1, 0.4) for r in (1, 0.25) for t in TAUS},
    "IRR": {f"IRR {r}, tau {t}": two_rates(r, t) for r in (1, 0.3) for t in TAUS},
    "MD": {f"d {d}, tau {t}": means(d, t) for d in (0.0, 0.8) for t in TAUS},
    "SMD": {f"d {d}, tau {t}": means(d, t) for d in (0.0, 0.8) for t in TAUS},
    "ROM": {f"d {d}, tau {t}": means(d, t) for d in (0.0, 0.8) for t in TAUS},
    "ZCOR": {f"r {r}, tau {t}": correlation(r, t) for r in (0.0, 0.7) for t in TAUS},
    "GENLN": {f"tau {t}": published(t) for t in TAUS},
}


def others(measure: str, data: dict[str, Any]) -> Iterator[tuple[str, Callable[[], pl.AsymmetryTest]]]:
    """Tests that are not chosen for the measure, for comparison."""
    y, v = pl.effect_sizes(measure, data)
    chosen = {one.name for one in pl.fitting_tests(measure)}
    if "Egger" not in chosen and measure != "AS":
        yield "Egger", lambda: pl.egger(y, v)
    yield "Begg", lambda: pl.begg(y, v)
    if measure == "RR":
        yield "Harbord", lambda: pl.harbord(data)
    if measure == "PLO":
        yield "Peters", lambda: pl.peters(data)


def errors(measure: str, draw: Draw, k: int, sets: int, seed: int) -> dict[str, list[float]]:
    """1 or 0 for every set and test: whether it rejects."""
    generator = np.random.default_rng((seed, k, sum(map(ord, measure))))
    hits: dict[str, list[float]] = defaultdict(list)
    for _ in range(sets):
        data = draw(generator, k)
        for test in pl.small_study_tests(measure, data, least=3):
            hits[test.name].append(float(test.result is not None and test.result.pval < 0.05))
        for name, ask in others(measure, data):
            try:
                hits[f"({name})"].append(float(ask().pval < 0.05))
            except PoolingError:
                continue
    return hits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--measure", nargs="*", default=list(SCENARIOS), choices=list(SCENARIOS))
    arguments = parser.parse_args()
    print(f"{arguments.sets} sets a line; standard error of 5 % is {100 * math.sqrt(0.05 * 0.95 / arguments.sets):.1f}")
    summary: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for measure in arguments.measure:
        for scenario, draw in SCENARIOS[measure].items():
            for k in STUDIES:
                found = errors(measure, draw, k, arguments.sets, arguments.seed)
                row = "  ".join(f"{name} {100 * np.mean(hits):.1f}" for name, hits in found.items())
                print(f"{measure:<6}k {k:<4}{scenario:<24}{row}", flush=True)
                for name, hits in found.items():
                    summary[measure, name, k].append(100 * float(np.mean(hits)))
    print("\nmean over the scenarios, and the largest:")
    for (measure, name, k), values in summary.items():
        print(f"{measure:<6}k {k:<4}{name:<24}{np.mean(values):5.1f}{max(values):7.1f}")


if __name__ == "__main__":
    main()
