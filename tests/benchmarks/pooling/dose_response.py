"""Dose-response curves: time of a fit, and whether every search ends, at the highest maximum.

    python tests/benchmarks/pooling/dose_response.py [--sets 2000] [--seed 0]

Sets have 1 to 30 studies of 2 to 7 dose groups, case-control, cohort or both, with slopes that differ between studies not
at all or by several times their size, some studies without counts, some with few cases; each is pooled by a line, a
parabola or a spline, in one stage or two, by one of the methods. Times are CPU times. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import Counter

import numpy as np
from prismake import pooling as pl
from prismake.core.errors import PoolingError, PrismakeError
from prismake.pooling.ascent import ascend
from prismake.pooling.dose_response.pooled_curve import _blocks
from prismake.pooling.known_within import Surface, places_of

STUDIES = (1, 2, 3, 4, 6, 10, 20, 30)
DESIGNS = ("case_control", "cumulative_incidence", "incidence_rate")
SPREAD = (0.0, 0.02, 0.1, 0.3, 1.0)
MODELS = ("linear", "quadratic", "spline")


def study(rng: np.random.Generator, name: str, spread: float, unit: float, design: str) -> pl.DoseStudy:
    """One study; raises PoolingError where its numbers give no contrasts."""
    n = int(rng.choice((2, 3, 4, 5, 7)))
    doses = np.round(np.concatenate(([0.0 if rng.random() < 0.8 else 0.3], np.sort(rng.uniform(0.4, 4.0, n - 1)))), 2)
    truth = rng.normal(0.2, spread) * doses + rng.normal(-0.03, spread / 5.0) * doses**2
    if design == "case_control":
        size = rng.integers(30, 600, n)
        risk = 1.0 / (1.0 + np.exp(0.8 - truth))
    else:
        size = rng.integers(200, 20_000, n)
        risk = np.minimum(0.02 * np.exp(truth), 0.9)
    cases = rng.binomial(size, risk)
    seen = np.maximum(cases, 0.5)
    se = np.sqrt((1.0 / seen[1:] + 1.0 / seen[0]) * rng.uniform(1.0, 1.5))
    logs = truth[1:] - truth[0] + rng.normal(0.0, se)
    return pl.dose_study(
        name, "OR", doses * unit, cases=None if rng.random() < 0.03 else cases, size=size, design=design,
        ratios=np.exp(np.round([0.0, *logs], 3)), se=[math.nan, *np.round(se, 3)],
        covariance="hamling" if rng.random() < 0.2 else "greenland_longnecker",
    )  # fmt: skip


def drawn(rng: np.random.Generator, ends: Counter[str], k: int | None = None) -> list[pl.DoseStudy]:
    spread, unit = float(rng.choice(SPREAD)), float(rng.choice((0.01, 1.0, 250.0)))
    studies = []
    for i in range(k or int(rng.choice(STUDIES))):
        try:
            studies.append(study(rng, f"Study {i + 1}", spread, unit, str(rng.choice(DESIGNS))))
        except PoolingError as error:
            ends[f"study refused: {error.what.partition(':')[0]}"] += 1
    return studies


def higher_elsewhere(fit: pl.DoseResponse, rng: np.random.Generator) -> bool:
    """Whether a search of the likelihood from somewhere else ends higher."""
    blocks = _blocks(fit.studies, fit.own, fit.basis, fit.stage)
    m = fit.beta.size
    places = places_of(m, fit.structure)
    surface = Surface(blocks, places, fit.method == "REML")
    scale = np.sqrt(np.diagonal(fit.vcov) * fit.k)
    L = np.diag(scale * rng.choice((0.05, 0.5, 1.0, 3.0), m)) @ np.linalg.cholesky(
        np.eye(m) + rng.uniform(-0.9, 0.9) * (1 - np.eye(m)) if m == 2 else np.eye(m)
    )
    peak = ascend(surface.at, L[places])
    return bool(peak.settled and peak.height.value > fit.loglik + 1e-6)


def campaign(sets: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    times, higher, compared = [], 0, 0
    for _ in range(sets):
        studies = drawn(rng, refused)
        model, stage = str(rng.choice(MODELS)), str(rng.choice(("one", "two")))
        method = str(rng.choice(("REML", "REML", "ML", "MM", "fixed") if stage == "two" else ("REML", "ML", "fixed")))
        structure = str(rng.choice(("unstructured", "unstructured", "diagonal")))
        start = time.process_time()
        try:
            fit = pl.pool_dose_response(studies, model=model, stage=stage, method=method, structure=structure)
        except PrismakeError as error:
            ends[f"{type(error).__name__}: {error.what}"] += 1
        else:
            ends[f"{model}, {fit.method}{', at its bound' if fit.bound else ''}"] += 1
            if fit.method in ("REML", "ML") and compared < 300:
                compared += 1
                higher += higher_elsewhere(fit, rng)
        times.append(time.process_time() - start)
    print(f"{sets:,} sets; median {1e3 * np.median(times):.0f} ms, 99 % below {np.quantile(times, 0.99):.2f} s")
    for counter in (ends, refused):
        for end, count in counter.most_common():
            print(f"{count:>6}  {end}")
    print(f"higher from another start: {higher} of {compared}")


def speed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sets = [drawn(rng, Counter(), 30) for _ in range(10)]
    for model in MODELS:
        for stage in ("two", "one"):
            times = []
            for studies in [sets[0], *sets]:
                start = time.process_time()
                pl.pool_dose_response(studies, model=model, stage=stage)
                times.append(1e3 * (time.process_time() - start))
            shown = f"median {np.median(times[1:]):.1f} ms, longest {max(times[1:]):.1f} ms of {len(sets)} sets"
            print(f"30 studies, {model}, {stage} stage{'s' * (stage == 'two')}: {shown}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    speed(options.seed)
    campaign(options.sets, options.seed)


if __name__ == "__main__":
    main()
