"""Time of single and batched analyses, peers beside ours in one run.

    python tests/benchmarks/pooling/speed.py [--k 30] [--seconds 1] [--peers PYTHON]

Peers that are not installed are named and left out: R with metafor; PyMARE and statsmodels in the environment of the
interpreter that ``--peers`` (or PRISMAKE_PEERS) names, this one unless said. Times are CPU times of one process (R: user and system), the best of several repetitions; a peer stands beside our figure with the ratio.
Ours are full results: estimate, both prediction intervals, heterogeneity (REML: Hartung-Knapp; GLMM: the exact
likelihood, of metafor 25 nodes). Nothing is asserted: the figures are printed.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

Figures = list[tuple[str, float, str]]  # what, milliseconds or fits in a second, a remark


def data(k: int, m: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    v = generator.uniform(0.01, 0.5, (m, k))
    return generator.normal(0.3, np.sqrt(v + 0.1)), v


def best(function: Callable[[], object], seconds: float) -> float:
    """Least CPU time of one call, from repetitions that take about ``seconds`` together."""
    function()
    start = time.process_time()
    function()
    once = max(time.process_time() - start, 1e-6)
    inner = max(1, int(0.02 / once))
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        start = time.process_time()
        for _ in range(inner):
            function()
        times.append((time.process_time() - start) / inner)
    return min(times)


OURS: dict[str, float] = {}


def line(what: str, value: float, unit: str, target: str = "") -> None:
    """One of our figures; peers are set beside it."""
    OURS[what] = value
    print(f"{what:<58}{value:>14,.3f} {unit:<8}{target}")


def beside(peer: str, what: str, value: float, note: str = "") -> None:
    """A peer's figure for ``what`` and how many times as fast ours is."""
    unit = "fits/s" if what.startswith("batched") else "ms"
    ratio = OURS[what] / value if unit == "fits/s" else value / OURS[what]
    print(f"  {peer + ': ' + what + note:<56}{value:>14,.3f} {unit:<8}here {ratio:,.1f} times as fast")


def ours(k: int, seconds: float) -> None:
    from prismake import pooling as pl  # the interpreter of the peers need not have it

    y, v = (a[0] for a in data(k, 1))
    milliseconds = 1e3
    line("one DL fit", milliseconds * best(lambda: pl.pool(y, v, "DL", "z"), seconds), "ms", "<= 0.25")
    line("one REML fit", milliseconds * best(lambda: pl.pool(y, v), seconds), "ms")
    line("one PM fit", milliseconds * best(lambda: pl.pool(y, v, "PM"), seconds), "ms")
    line("leave-one-out, REML", milliseconds * best(lambda: pl.leave_one_out(y, v), seconds), "ms", "<= 1")
    line("Q-profile interval", milliseconds * best(lambda: pl.tau2_interval(y, v), seconds), "ms")
    generator = np.random.default_rng(2)
    n = generator.integers(10, 80, k)
    x = generator.binomial(n, 1 / (1 + np.exp(-generator.normal(-0.5, 0.7, k))))
    line("GLMM", milliseconds * best(lambda: pl.pool_proportions(x, n), seconds), "ms", "<= 10")
    line("Bayes, half-normal", milliseconds * best(lambda: pl.bayes(y, v), seconds), "ms")
    m = 100_000
    Y, V = data(k, m)

    def intervals(method: str) -> None:
        found = pl.pool_batch(Y, V, method)
        assert found.pi_ub.size == m

    for method, target in (("DL", ">= 300,000"), ("REML", ">= 50,000"), ("ML", ""), ("PM", "")):
        line(f"batched {method}", m / best(lambda q=method: intervals(q), seconds), "fits/s", target)


def pymare(k: int, seconds: float) -> Figures:
    from pymare import Dataset
    from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

    y, v = (a[0] for a in data(k, 1))
    figures = []
    for name, estimator in (("DL", DerSimonianLaird()), ("REML", VarianceBasedLikelihoodEstimator("REML"))):

        def run(estimator=estimator) -> None:
            estimator.fit_dataset(Dataset(y[:, None], v[:, None], add_intercept=True)).summary().get_fe_stats()

        figures.append((f"one {name} fit", 1e3 * best(run, seconds), ", without PI"))
    m = 2000
    Y, V = data(k, m)

    def batch() -> None:
        DerSimonianLaird().fit_dataset(Dataset(Y.T, V.T, add_intercept=True)).summary().get_fe_stats()

    return [*figures, ("batched DL", m / best(batch, seconds), ", without PI")]


def statsmodels(k: int, seconds: float) -> Figures:
    from statsmodels.stats.meta_analysis import combine_effects

    y, v = (a[0] for a in data(k, 1))
    dl = best(lambda: combine_effects(y, v, method_re="dl").summary_frame(), seconds)
    pm = best(lambda: combine_effects(y, v, method_re="iterated").conf_int(), seconds)
    return [("one DL fit", 1e3 * dl, ", without PI"), ("one PM fit", 1e3 * pm, ", without PI")]


PEERS: dict[str, Callable[[int, float], Figures]] = {"PyMARE": pymare, "statsmodels": statsmodels}


def peers(python: str, k: int, seconds: float) -> None:
    """What the Python peers take, in a process of the interpreter in which they are installed."""
    for name in PEERS:
        command = [python, __file__, "--peer", name, "--k", str(k), "--seconds", str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            words = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
            print(f"{name}: {'not installed' if words.startswith('ModuleNotFoundError') else f'stops: {words}'}")
            continue
        for what, value, note in json.loads(done.stdout.splitlines()[-1]):
            beside(name, what, value, note)


R = """
suppressPackageStartupMessages(library(metafor)); set.seed(1); k <- %d
v <- runif(k, .01, .5); y <- rnorm(k, .3, sqrt(v + .1))
timing <- function(f, n) {
  if (inherits(try(f(), silent = TRUE), "try-error")) return(NaN)
  t <- sum(system.time(for (i in 1:n) f())[1:2])
  1000 * t / n }
n <- sample(10:80, k, TRUE); x <- rbinom(k, n, plogis(rnorm(k, -.5, .7)))
cat(timing(function() predict(rma(y, v, method="DL")), 50), timing(function() predict(rma(y, v, method="REML")), 50),
    timing(function() leave1out(rma(y, v, method="REML")), 5),
    timing(function() confint(rma(y, v, method="REML")), 20),
    timing(function() rma.glmm(measure="PLO", xi=x, ni=n, nAGQ=25), 2))
"""


def metafor(k: int) -> None:
    program = shutil.which("Rscript")
    if program is None:
        print("metafor: R is not installed")
        return
    run = subprocess.run([program, "-e", R % k], capture_output=True, text=True, check=False)
    if run.returncode:
        print("metafor: not installed or failed:", run.stderr.strip().splitlines()[-1:] or "")
        return
    names = ("one DL fit", "one REML fit", "leave-one-out, REML", "Q-profile interval", "GLMM")
    for name, value in zip(names, map(float, run.stdout.split()), strict=True):
        beside("metafor", name, value)


def importing() -> None:
    times = []
    for _ in range(7):
        code = "import time; t = time.perf_counter(); import prismake.pooling; print(time.perf_counter() - t)"
        times.append(
            float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
        )
    line("import prismake.pooling", min(times), "s", "<= 0.3")
    code = code.replace("; print", "; prismake.pooling.pool; print")
    run = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    line("import and first use of pool", min(float(r.stdout) for r in run), "s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--k", type=int, default=30, help="studies in an analysis")
    parser.add_argument("--seconds", type=float, default=1.0, help="time for each figure")
    parser.add_argument("--peers", metavar="PYTHON", default=os.environ.get("PRISMAKE_PEERS") or sys.executable)
    parser.add_argument("--peer", choices=list(PEERS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        print(json.dumps(PEERS[arguments.peer](arguments.k, arguments.seconds)))
        return
    importing()
    ours(arguments.k, arguments.seconds)
    peers(arguments.peers, arguments.k, arguments.seconds)
    metafor(arguments.k)


if __name__ == "__main__":
    main()
