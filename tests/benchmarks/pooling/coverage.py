"""Coverage of nominal 95 % intervals over a grid of studies and heterogeneity, as a table and a figure.

    python tests/benchmarks/pooling/coverage.py --run [--sets 20000] [--figure coverage.svg]

Two designs: studies of one size (variance 0.1), and of very different sizes, with variances chi-square on one degree
of freedom times 0.25, cut to between 0.009 and 0.6. Published: error rates of DerSimonian-Laird with the normal quantile
can be over 30 %, those of Hartung-Knapp at most double (IntHout, Ioannidis & Borm 2014, abstract); Hartung-Knapp works
well when studies are of comparable precision (Röver, Knapp & Friede 2015, abstract).
"""

from __future__ import annotations

import argparse

import numpy as np
from prismake import pooling as pl

STUDIES = (2, 3, 5, 10, 20, 50)
TAU2 = (0.0, 0.02, 0.1, 0.5)
INTERVALS = (("DL", "z"), ("DL", "knha"), ("REML", "z"), ("REML", "knha"), ("PM", "knha"))


DESIGNS = ("studies of one size", "studies of different sizes")


def variances(generator: np.random.Generator, m: int, k: int, design: str) -> np.ndarray:
    if design == DESIGNS[0]:
        return np.full((m, k), 0.1)
    drawn = 0.25 * generator.chisquare(1, (3 * m, k))
    return np.clip(drawn[:m], 0.009, 0.6)


def coverage(k: int, tau2: float, sets: int, seed: int, design: str) -> dict[tuple[str, str], tuple[float, float]]:
    """Percent of sets in which the interval holds the truth, and a new study's effect lies in the prediction one."""
    generator = np.random.default_rng((seed, k, round(1000 * tau2)))
    v = variances(generator, sets, k, design)
    y = generator.normal(0.0, np.sqrt(v + tau2))
    new = generator.normal(0.0, np.sqrt(tau2), sets)
    result = {}
    for method, test in INTERVALS:
        found = pl.pool_batch(y, v, method, test, adhoc="none", prediction="metafor")
        mean = (found.ci_lb <= 0.0) & (found.ci_ub >= 0.0)
        effect = (found.pi_lb <= new) & (found.pi_ub >= new)
        result[method, test] = (100.0 * float(mean.mean()), 100.0 * float(effect.mean()))
    return result


def table(sets: int, seed: int, design: str) -> dict[tuple[float, int], dict]:
    print(f"{design}: {sets:,} sets a cell; standard error of 95 % is {100 * np.sqrt(0.95 * 0.05 / sets):.2f}")
    print(f"{'tau²':>6}{'k':>4}" + "".join(f"{m + ' ' + t:>16}" for m, t in INTERVALS) + "   (CI / PI, percent)")
    cells = {}
    for tau2 in TAU2:
        for k in STUDIES:
            cells[tau2, k] = found = coverage(k, tau2, sets, seed, design)
            row = "".join(f"{found[i][0]:>9.1f} /{found[i][1]:>5.1f}" for i in INTERVALS)
            print(f"{tau2:>6}{k:>4}{row}")
    return cells


def draw(found: dict[str, dict], path: str) -> None:
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "coverage"
    from matplotlib import pyplot as plt

    size = (3.2 * len(TAU2), 3.0 * len(found))
    figure, grid = plt.subplots(len(found), len(TAU2), figsize=size, sharey=True, layout="constrained")
    for axes, (design, cells) in zip(grid, found.items(), strict=True):
        for axis, tau2 in zip(axes, TAU2, strict=True):
            for method, test in INTERVALS:
                name = f"{method}, {'Hartung–Knapp' if test == 'knha' else 'normal'}"
                values = [cells[tau2, k][method, test][0] for k in STUDIES]
                axis.plot(STUDIES, values, marker="o", ms=3, label=name)
            axis.axhline(95.0, color="0.4", lw=0.8, ls="--")
            axis.set(xscale="log", xticks=STUDIES, title=f"tau² = {tau2:g}", xlabel="studies")
            axis.set_xticks([], minor=True)
            axis.set_xticklabels([str(k) for k in STUDIES])
        axes[0].set_ylabel(f"{design}\ncoverage (%)")
    grid[-1][0].legend(fontsize=7, loc="lower right")
    figure.savefig(path, metadata={"Date": None} if path.endswith(".svg") else None)
    print(f"drawn to {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="store_true", help="without it only this help is printed")
    parser.add_argument("--sets", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--figure", default="", help="file to draw to (svg, pdf, png)")
    arguments = parser.parse_args()
    if not arguments.run:
        parser.print_help()
        return
    found = {design: table(arguments.sets, arguments.seed, design) for design in DESIGNS}
    if arguments.figure:
        draw(found, arguments.figure)


if __name__ == "__main__":
    main()
