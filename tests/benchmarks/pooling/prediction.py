"""How often "95 %" prediction intervals hold a new study's effect, in reviews shaped like single-arm trials of CAR T cells.

    python tests/benchmarks/pooling/prediction.py [--sets 400] [--seed 0]

k = 3 ... 20 trials of 10 to 100 participants (log-uniform, as those trials are: half have fewer than 35), a median
proportion of 40 % or 15 %, logits normal with tau² from 0 to 1. Candidates, all symmetric on the logit scale:

normal    the normal quantile (what a plug-in of tau² gives)
V         t with k - 1 df, classic standard error (Veroniki et al. 2019)
HTS       t with k - 2 df, classic standard error (Higgins, Thompson & Spiegelhalter 2009, equation 12)
HK        t with k - 2 df, Hartung-Knapp standard error (Partlett & Riley 2017)
HK1       t with k - 1 df, Hartung-Knapp standard error (metafor's for test="knha")
HTS+      as HTS, tau² of maximum likelihood times k / (k - 1)
CD        quantiles of the confidence distribution that the Q-profile pivot gives (after Nagashima, Noma & Furukawa
          2019, who bootstrap it)

"glmm" rests on the binomial-normal model by maximum likelihood (its CD takes tau² from the logits), "reml" on inverse
variance of logits.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from prismake.pooling import prediction as pi
from prismake.pooling.distributions import chi2_quantile, critical
from scipy.special import expit, ndtr

STUDIES = (3, 4, 5, 8, 12, 20)
TAU2 = (0.0, 0.1, 0.5, 1.0)
MEDIANS = (0.4, 0.15)
NAMES = (
    *("glmm normal", "glmm V", "glmm HTS", "glmm HTS+", "glmm CD"),
    *("reml normal", "reml V", "reml HTS", "reml HK", "reml HK1", "reml CD"),
)


def limits(centre: float, variance: float, df: int | None) -> tuple[float, float]:
    half = critical(95.0, df) * math.sqrt(variance)
    return centre - half, centre + half


def confidence_distribution(y: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """`prediction.confidence_distribution` in another way, for the tests: a mixture of normals over 199 values of tau²,
    each found by inverting the generalised Q at a chi-square quantile."""
    grid = np.concatenate(([0.0], np.geomspace(1e-4 * v.min(), 1e4 * (v.max() + np.ptp(y) ** 2), 400)))
    w = 1.0 / (v + grid[:, None])
    mean = (w @ y) / w.sum(axis=1)
    Q = (w * (y - mean[:, None]) ** 2).sum(axis=1)
    targets = np.array([chi2_quantile(p, y.size - 1) for p in (np.arange(199) + 0.5) / 199])
    tau2 = np.interp(-targets, -Q, grid)
    w = 1.0 / (v + tau2[:, None])
    mean, spread = (w @ y) / w.sum(axis=1), np.sqrt(1.0 / w.sum(axis=1) + tau2)
    ends = []
    for p in (0.025, 0.975):
        low, high = float((mean - 40 * spread).min()), float((mean + 40 * spread).max())
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if float(ndtr((middle - mean) / spread).mean()) < p else (low, middle)
        ends.append(low)
    return ends[0], ends[1]


def intervals(x: np.ndarray, n: np.ndarray) -> dict[str, tuple[float, float]]:
    k = x.size
    mixed = pl.pool_proportions(x, n)
    y, v = pl.effect_sizes("PLO", {"xi": x, "ni": n})
    fit = pl.pool(y, v, "REML", "z")
    scale = float(((y - fit.beta) ** 2 / (v + fit.tau2)).sum()) / (k - 1)
    g, r = mixed.se**2 + mixed.tau2, fit.se**2 + fit.tau2
    hk = scale * fit.se**2 + fit.tau2
    return {
        "glmm normal": limits(mixed.beta, g, None),
        "glmm V": limits(mixed.beta, g, k - 1),
        "glmm HTS": limits(mixed.beta, g, k - 2),
        "glmm HTS+": limits(mixed.beta, mixed.se**2 + mixed.tau2 * k / (k - 1), k - 2),
        "glmm CD": pi.confidence_distribution(y, v, 95.0, mixed.beta),
        "reml normal": limits(fit.beta, r, None),
        "reml V": limits(fit.beta, r, k - 1),
        "reml HTS": limits(fit.beta, r, k - 2),
        "reml HK": limits(fit.beta, hk, k - 2),
        "reml HK1": limits(fit.beta, hk, k - 1),
        "reml CD": pi.confidence_distribution(y, v, 95.0),
    }


def cell(k: int, tau2: float, median: float, sets: int, seed: int) -> dict[str, float]:
    """Percent of sets whose interval holds the effect of a new study."""
    generator = np.random.default_rng((seed, k, round(1000 * tau2), round(1000 * median)))
    centre, hits, done = math.log(median / (1 - median)), dict.fromkeys(NAMES, 0.0), 0
    for _ in range(sets):
        n = np.round(np.exp(generator.uniform(math.log(10), math.log(100), k)))
        effects = generator.normal(centre, math.sqrt(tau2), k)
        x = generator.binomial(n.astype(int), expit(effects)).astype(float)
        try:
            found = intervals(x, n)
        except PoolingError:  # no events anywhere: no estimate, hence no interval
            continue
        done += 1
        sd = math.sqrt(tau2)
        for name, (low, high) in found.items():  # the share of new studies inside, exactly
            if sd:
                hits[name] += float(ndtr((high - centre) / sd) - ndtr((low - centre) / sd))
            else:
                hits[name] += float(low <= centre <= high)
    return {name: 100.0 * hits[name] / done for name in NAMES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    rows = []
    print(f"{'median':>7}{'tau²':>6}{'k':>4}" + "".join(f"{name:>13}" for name in NAMES))
    for median in MEDIANS:
        for tau2 in TAU2:
            for k in STUDIES:
                found = cell(k, tau2, median, arguments.sets, arguments.seed)
                rows.append((tau2, [found[name] for name in NAMES]))
                print(f"{median:>7}{tau2:>6}{k:>4}" + "".join(f"{found[name]:>13.1f}" for name in NAMES), flush=True)
    for what, chosen in (("tau² = 0", [r for t, r in rows if t == 0]), ("tau² > 0", [r for t, r in rows if t > 0])):
        table = np.array(chosen)
        print(f"{'mean, ' + what:>17}" + "".join(f"{value:>13.1f}" for value in table.mean(axis=0)))
        print(f"{'least, ' + what:>17}" + "".join(f"{value:>13.1f}" for value in table.min(axis=0)))


if __name__ == "__main__":
    main()
