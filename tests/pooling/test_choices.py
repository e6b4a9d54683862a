"""Which interval is given: the remedies for narrow Hartung-Knapp intervals, the prediction interval, and what is told."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from examples import BCG
from hypothesis import given
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from prismake.pooling import prediction as pi
from prismake.pooling.distributions import critical

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "pooling"))
import prediction as benchmark

ALIKE = ([0.50, 0.52, 0.49, 0.51], [0.03, 0.05, 0.02, 0.04])  # tau² = 0
APART = ([0.1, 0.9, -0.4, 0.7, 0.2], [0.02, 0.03, 0.05, 0.02, 0.04])


def test_no_heterogeneity_gives_walds_interval_and_says_so():
    fit, wald = pl.pool(*ALIKE), pl.pool(*ALIKE, test="z")
    assert (fit.ci_lb, fit.ci_ub, fit.test) == (wald.ci_lb, wald.ci_ub, "z")
    assert math.isnan(fit.ddf) and any("tau² is estimated as zero" in note for note in fit.warnings)
    plain = pl.pool(*ALIKE, adhoc="none")
    assert plain.test == "knha" and plain.ci_ub < fit.ci_ub
    assert any("narrower than the Wald-type one" in note for note in plain.warnings)


def test_two_studies_give_walds_interval_and_say_so():
    fit = pl.pool([0.1, 0.9], [0.02, 0.03])
    assert fit.tau2 > 0 and fit.test == "z" and any("two studies" in note for note in fit.warnings)
    assert pl.pool([0.1, 0.9], [0.02, 0.03], adhoc="none").ddf == 1


def test_identical_studies_keep_an_interval():
    fit = pl.pool([0.5, 0.5, 0.5], [0.02, 0.03, 0.01])
    assert fit.ci_ub - fit.ci_lb > 0.2 and len(fit.warnings) == 1


def test_heterogeneous_studies_keep_hartung_knapp():
    fit = pl.pool(*APART)
    assert (fit.test, fit.ddf, fit.adhoc, fit.warnings) == ("knha", 4, "cochrane", ())
    assert fit.ci_ub == pl.pool(*APART, adhoc="none").ci_ub


def test_a_regression_never_falls_below_the_classic_standard_error():
    y, v = [0.1, 0.2, 0.3, 0.41, 0.5], [0.04] * 5
    mods = {"dose": [1, 2, 3, 4, 5]}
    fit, classic = pl.pool(y, v, mods=mods), pl.pool(y, v, test="t", mods=mods)
    assert fit.tau2 == 0 and fit.ddf == 3
    np.testing.assert_allclose(fit.se, classic.se, rtol=1e-12)
    assert (pl.pool(y, v, mods=mods, adhoc="none").se < classic.se).all()
    assert any("below the classic one" in note for note in fit.warnings)


@pytest.mark.parametrize("adhoc", ["cochrane", "none", "se", "ci"])
def test_every_series_follows_the_rule(adhoc):
    y, v = np.array([0.5, 0.52, 0.49, 1.4]), np.array([0.03, 0.05, 0.02, 0.04])
    rest = pl.leave_one_out(y, v, test="knha", adhoc=adhoc)
    for i in range(4):
        single = pl.pool(np.delete(y, i), np.delete(v, i), adhoc=adhoc)
        assert (rest.ci_lb[i], rest.ci_ub[i]) == pytest.approx((single.ci_lb, single.ci_ub))
        assert rest.ddf[i] == pytest.approx(single.ddf, nan_ok=True)
    grown = pl.cumulative(y, v, test="knha", adhoc=adhoc)
    for i in range(1, 5):
        single = pl.pool(y[:i], v[:i], adhoc=adhoc)
        assert (grown.ci_lb[i - 1], grown.ci_ub[i - 1]) == pytest.approx((single.ci_lb, single.ci_ub))
    groups = pl.subgroups(
        [*ALIKE[0], *APART[0]], [*ALIKE[1], *APART[1]], ["a"] * 4 + ["b"] * 5, "separate", test="knha", adhoc=adhoc
    )
    assert groups["a"].ci_ub == pl.pool(*ALIKE, adhoc=adhoc).ci_ub
    assert groups["b"].ci_ub == pl.pool(*APART, adhoc=adhoc).ci_ub
    assert [note.startswith("a: ") for note in groups.warnings] == [True]


@pytest.mark.parametrize(
    ("tau2", "word"), [("common", "uses the common tau²"), ("separate", "takes its effect for too precise")]
)
def test_a_group_of_one_study_takes_part_with_a_sentence(tau2, word):
    groups = pl.subgroups([*APART[0], 0.3], [*APART[1], 0.02], ["b"] * 5 + ["a"], tau2)
    assert len(groups.warnings) == 1 and groups.warnings[0].startswith("a: one study") and word in groups.warnings[0]


def test_words_that_are_not_known():
    with pytest.raises(PoolingError, match="cochrane"):
        pl.pool(*APART, adhoc="maybe")
    with pytest.raises(PoolingError, match="hts"):
        pl.pool(*APART, prediction="maybe")
    assert pl.pool(*APART, adhoc="").adhoc == "none"  # the former word


# ---- prediction intervals ------------------------------------------------------------------------------------


def test_the_default_is_that_of_higgins_thompson_and_spiegelhalter():
    """Equation 12 of the paper: t on k - 2 degrees of freedom."""
    for fit in (pl.pool(*APART), pl.pool(*APART, test="z"), pl.pool_proportions([3, 9, 14, 2], [20, 25, 31, 18])):
        classic = fit.se / math.sqrt(fit.scale)
        half = critical(95, fit.k - 2) * math.sqrt(classic**2 + fit.tau2)
        assert fit.pi_method == "hts"
        assert (fit.pi_lb, fit.pi_ub) == pytest.approx((fit.beta - half, fit.beta + half), rel=1e-12)
        assert (fit.pi_lb, fit.pi_ub) == (fit.pi_hts_lb, fit.pi_hts_ub)


@pytest.mark.parametrize("k", [1, 2])
def test_fewer_than_three_studies_predict_nothing(k):
    for fit in (
        pl.pool(APART[0][:k], APART[1][:k]),
        pl.pool(APART[0][:k], APART[1][:k], prediction="normal"),
        pl.pool(APART[0][:k], APART[1][:k], prediction="cd"),
        pl.pool_proportions([3, 9][:k], [20, 25][:k]),
    ):
        assert math.isnan(fit.pi_lb) and math.isnan(fit.pi_ub) and fit.pi_method == ""
    assert np.isnan(pl.pool_batch(APART[0][:k], APART[1][:k]).pi_lb).all()


def test_common_effects_predict_nothing():
    assert pl.pool(*APART, "EE").pi_method == ""


@given(st.integers(3, 12), st.floats(0.0, 2.0), st.integers(0, 10**6))
def test_the_confidence_distribution_agrees_with_drawing_from_it(k, tau2, seed):
    """The benchmark takes 199 quantiles of the pivot one by one; the sum over tau² is their limit."""
    generator = np.random.default_rng(seed)
    v = generator.uniform(0.02, 0.4, k)
    y = generator.normal(0.0, np.sqrt(v + tau2))
    exact, drawn = pi.confidence_distribution(y, v, 95.0), benchmark.confidence_distribution(y, v)
    assert exact == pytest.approx(drawn, abs=0.02 * (exact[1] - exact[0]))


def test_the_confidence_distribution_is_summed_to_its_digits(monkeypatch):
    y, v = map(np.array, APART)
    usual = pi.confidence_distribution(y, v, 95.0)
    monkeypatch.setattr(pi, "NODES", 4000)
    assert usual == pytest.approx(pi.confidence_distribution(y, v, 95.0), rel=1e-11)
    monkeypatch.undo()
    fit = pl.pool(*APART, prediction="cd")
    assert (fit.pi_lb, fit.pi_ub) == usual and fit.pi_method == "cd"


def test_the_confidence_distribution_around_a_mixed_model():
    x, n = [3, 9, 14, 2], [20, 25, 31, 18]
    fit, own = (
        pl.pool_proportions(x, n, prediction="cd"),
        pl.pool(*pl.effect_sizes("PLO", {"xi": x, "ni": n}), prediction="cd"),
    )
    assert fit.pi_method == "cd" and fit.pi_hts_ub != fit.pi_ub
    assert (fit.pi_lb + fit.pi_ub) / 2 == pytest.approx(fit.beta)  # around its own estimate
    assert fit.pi_ub - fit.pi_lb == pytest.approx(own.pi_ub - own.pi_lb, rel=0.1)
    arms = {"ai": [2, 4, 3, 9], "n1i": [20] * 4, "ci": [5, 6, 9, 8], "n2i": [20] * 4}
    assert pl.pool_two_arms(arms, prediction="cd").pi_method == "cd"


def test_predictions_of_a_mean_are_those_of_the_fit():
    for kind in ("hts", "riley", "v", "metafor", "normal"):
        fit = pl.pool(*APART, prediction=kind)
        at = pl.predict(fit, prediction=kind)
        assert (at.pi_lb[0], at.pi_ub[0]) == pytest.approx((fit.pi_lb, fit.pi_ub), rel=1e-12)


def test_predictions_of_a_regression_lose_a_degree_of_freedom_more():
    y, v = pl.effect_sizes("RR", BCG)
    fit = pl.pool(y, v, mods={"ablat": BCG["ablat"]}, test="z")
    at = pl.predict(fit, [[20.0]])
    half = critical(95, 13 - 2 - 1) * math.sqrt(at.se[0] ** 2 + fit.tau2)
    assert at.pi_ub[0] == pytest.approx(at.pred[0] + half)


def test_the_chosen_interval_covers_better_than_a_normal_one():
    """A small piece of the benchmark: five trials, tau² = 0.5."""
    found = benchmark.cell(5, 0.5, 0.4, 60, 0)
    assert found["glmm normal"] < 84 < found["glmm HTS"]
