"""Votes by direction, combined p-values and albatross contours: published numbers, R, and identities."""

from __future__ import annotations

import json
import math
import shutil
import subprocess

import numpy as np
import prismake.pooling as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.errors import EstimateDoesNotExist, PoolingError

ps = st.floats(1e-6, 1 - 1e-6)
needs_r = pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not here")


def test_votes_of_the_example_in_the_cochrane_handbook():
    """McKenzie and Brennan, chapter 12.4.2.3: 10 of 12 studies, 83 % (55 % to 95 %), P = 0.039."""
    votes = pl.direction_votes(10, 2)
    assert [round(100 * x) for x in (votes.proportion, votes.ci_lb, votes.ci_ub)] == [83, 55, 95]
    assert round(votes.p, 3) == 0.039 and votes.n == 12


@pytest.mark.parametrize(("votes", "p"), [((9, 0), 0.0039), ((5, 1), 0.2188)])
def test_sign_tests_of_boon_and_thomson(votes, p):
    """Res Synth Methods 2021;12:29-33, results: nine of ten studies, one of them conflicting; five against one."""
    assert round(pl.direction_votes(*votes).p, 4) == p


@pytest.mark.parametrize(
    ("directions", "vote"),
    [
        ([1, 1, 1], 1),
        ([1, 1, -1], 0),
        ([1] * 7 + [-1] * 3, 1),
        ([-1] * 7 + [0] * 3, -1),
        ([1, -1], 0),
        ([], 0),
        ([0], 0),
    ],
)
def test_a_study_votes_for_the_direction_of_at_least_70_percent_of_its_results(directions, vote):
    """Boon and Thomson 2021, box 1."""
    assert pl.study_direction(directions) == vote


def test_p_values_of_becker():
    """Becker 1994; printed in the documentation of R's metap for its data set beckerp: chisq = 18.533 with df = 10."""
    both = pl.combine_p([0.016, 0.067, 0.250, 0.405, 0.871])
    assert (round(both.chi2, 3), both.df) == (18.533, 10)
    assert round(both.fisher_p, 4) == 0.0466 and both.weighted_z is None


def test_fishers_method_in_another_package():
    """stat.fishersMethod of R's CTD, documentation: c(0.2, 0.1, 0.3) gives 0.1152162."""
    assert round(pl.combine_p([0.2, 0.1, 0.3]).fisher_p, 7) == 0.1152162


def contours_of_harrison(measure: str, effect: float, z: float, r: float, p0: float, sd: float) -> float:
    """Sample sizes of a contour as the Stata module albatross (Harrison 2017) computes them (program_smd and others)."""
    return {
        "SMD": (2 * (r + 1) ** 2 + r * effect**2) * z**2 / (2 * r * effect**2),
        "MD": sd**2 * (r + 1) ** 2 * z**2 / (r * effect**2),
        "COR": (1 - effect**2) * z**2 / effect**2,
        "OR": (r + 1) * ((1 - p0 + effect * p0) ** 2 + r * effect) * z**2
        / (r * effect * p0 * (1 - p0) * math.log(effect) ** 2),
        # only for groups of one size: with others their formula is not the variance of a log risk ratio
        "RR": 2 * (1 + effect * (1 - 2 * p0)) * z**2 / (effect * p0 * math.log(effect) ** 2),
    }[measure]  # fmt: skip


@pytest.mark.parametrize("measure", ["SMD", "MD", "COR", "OR", "RR"])
@pytest.mark.parametrize("ratio", [1.0, 2.5])
def test_contours_are_those_of_harrison(measure, ratio):
    ratio = 1.0 if measure == "RR" else ratio
    p = np.array([0.5, 0.05, 1e-4])
    z = np.array([0.6744897501960817, 1.959963984540054, 3.8905918864131203])
    for effect in (0.2, 0.7) if measure not in ("OR", "RR") else (1.25, 2.0):
        sizes = pl.albatross_size(measure, effect, p, ratio=ratio, baseline=0.2, sd=12.0)
        expected = [contours_of_harrison(measure, effect, own, ratio, 0.2, 12.0) for own in z]
        assert sizes == pytest.approx(expected, rel=1e-12)


def test_a_contour_of_odds_ratios_is_that_of_the_study_that_has_it():
    """A trial of 60 and 40 people with 30 and 10 events: its own odds ratio, p and risk give back its 100 people."""
    yi, vi = (float(x[0]) for x in pl.effect_sizes("OR", {"ai": [30], "n1i": [60], "ci": [10], "n2i": [40]}))
    p = math.erfc(yi / math.sqrt(2 * vi))
    size = pl.albatross_size("OR", math.exp(yi), [p], ratio=1.5, baseline=0.25)
    assert float(size[0]) == pytest.approx(100, rel=1e-9)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: pl.direction_votes(0, 0), "No study has a direction"),
        (lambda: pl.direction_votes(-1, 2), "whole number"),
        (lambda: pl.combine_p([0.1]), "Fewer than two"),
        (lambda: pl.combine_p([0.1, 0.0, 1.0]), "row 2, 3"),
        (lambda: pl.combine_p([0.1, 0.2], [1.0]), "weight"),
        (lambda: pl.one_sided_p(0.0, 1), "above 0"),
        (lambda: pl.effect_summary([math.nan]), "No study reports an effect"),
        (lambda: pl.albatross_size("RR", 6.0, [0.05], baseline=0.2), "impossible"),
        (lambda: pl.albatross_size("OR", 1.0, [0.05], baseline=0.2), "does not exist"),
        (lambda: pl.albatross_size("MD", 1.0, [0.05]), "standard deviation"),
        (lambda: pl.albatross_size("IRR", 2.0, [0.05]), "no contours"),
    ],
)
def test_what_has_no_answer_says_why(call, words):
    with pytest.raises(PoolingError) as error:
        call()
    assert words in str(error.value)
    assert issubclass(EstimateDoesNotExist, PoolingError)


@pytest.mark.parametrize(
    ("reported", "one_sided"),
    [
        ((0.04, 1, "=", 2), 0.02), ((0.04, -1, "=", 2), 0.98), ((0.04, 1, "=", 1), 0.04), ((0.04, -1, "=", 1), 0.96),
        ((1.0, 1, "=", 1), 1 - 2**-53), ((1e-20, -1, "=", 2), 1 - 2**-53), ((0.001, 1, "<", 2), 0.0005), ((0.05, 1, ">", 2), 0.5), ((0.05, -1, ">", 2), 0.975), ((1.0, 1, "=", 2), 0.5),
    ],
)  # fmt: skip
def test_bounds_are_taken_at_the_end_that_speaks_least_for_the_direction(reported, one_sided):
    assert pl.one_sided_p(*reported) == pytest.approx(one_sided)


@given(st.integers(0, 60), st.integers(0, 60))
def test_exchanging_the_sides_mirrors_everything(x, y):
    if x + y == 0:
        return
    one, other = pl.direction_votes(x, y), pl.direction_votes(y, x)
    assert one.p == pytest.approx(other.p)
    pairs = [(one.ci_lb, other.ci_ub), (one.exact_lb, other.exact_ub), (one.proportion, other.proportion)]
    assert all(a == pytest.approx(1 - b, abs=1e-12) for a, b in pairs)
    assert one.exact_lb <= one.ci_lb + 0.05 and one.ci_lb <= one.proportion <= one.ci_ub


@given(st.lists(ps, min_size=2, max_size=12), st.floats(0.1, 10))
def test_equal_weights_change_nothing_and_order_neither(p, weight):
    both = pl.combine_p(p, [weight] * len(p))
    assert both.weighted_z == pytest.approx(both.z, rel=1e-9, abs=1e-12)
    turned = pl.combine_p(p[::-1])
    assert turned.chi2 == pytest.approx(both.chi2) and turned.z == pytest.approx(both.z, abs=1e-12)
    opposite = pl.combine_p([1 - x for x in p])
    assert opposite.z == pytest.approx(-both.z, abs=1e-6)


R = """
votes <- lapply(list(c(10, 2), c(9, 0), c(5, 1), c(0, 7), c(31, 29), c(1, 0), c(118, 3)), function(x) {
  n <- sum(x); t <- binom.test(x[1], n, conf.level = .9); w <- suppressWarnings(prop.test(x[1], n, conf.level = .9, correct = FALSE))
  c(t$estimate, w$conf.int, t$conf.int, t$p.value)
})
p <- c(1e-7, .3, .02, .999, .5, .0004); w <- sqrt(c(10, 80, 44, 120, 9, 300)); z <- qnorm(p, lower.tail = FALSE)
both <- c(-2 * sum(log(p)), pchisq(-2 * sum(log(p)), 12, lower.tail = FALSE), sum(z) / sqrt(6), pnorm(-sum(z) / sqrt(6)),
  sum(w * z) / sqrt(sum(w^2)), pnorm(-sum(w * z) / sqrt(sum(w^2))))
cat(jsonlite::toJSON(list(votes = votes, both = both, quantiles = quantile(c(3, 1, 4, 1, 5, 9, 2.6), names = FALSE)), digits = NA))
"""


@needs_r
def test_base_r_agrees():
    """binom.test, prop.test without correction, pchisq, pnorm, quantile; within 1e-12 of each number."""
    made = subprocess.run(["Rscript", "-e", R], capture_output=True, text=True, check=True)
    theirs = json.loads(made.stdout)
    counts = [(10, 2), (9, 0), (5, 1), (0, 7), (31, 29), (1, 0), (118, 3)]
    for own, row in zip(counts, theirs["votes"], strict=True):
        v = pl.direction_votes(*own, level=90)
        got = [v.proportion, v.ci_lb, v.ci_ub, v.exact_lb, v.exact_ub, v.p]
        assert got == pytest.approx(row, rel=1e-12, abs=1e-13), own
    p, people = [1e-7, 0.3, 0.02, 0.999, 0.5, 0.0004], [10, 80, 44, 120, 9, 300]
    b = pl.combine_p(p, np.sqrt(people))
    assert [b.chi2, b.fisher_p, b.z, b.stouffer_p, b.weighted_z, b.weighted_p] == pytest.approx(
        theirs["both"], rel=1e-12
    )
    s = pl.effect_summary([3, 1, 4, 1, 5, 9, 2.6])
    assert [s.minimum, s.q1, s.median, s.q3, s.maximum] == pytest.approx(theirs["quantiles"], rel=1e-12)
