"""Properties that hold whatever the data: they need no reference."""

from __future__ import annotations

import numpy as np
import pytest
from examples import BCG, TWO_MAXIMA
from hypothesis import given, settings
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.pooling.kernel import Problem, scan
from prismake.pooling.tau2 import METHODS, likelihood_grid

RANDOM = [m for m in METHODS if m != "EE"]
steady = settings(derandomize=True)


@st.composite
def studies(draw, least=2, most=12):
    k = draw(st.integers(least, most))
    y = draw(st.lists(st.floats(-5, 5), min_size=k, max_size=k))
    v = draw(st.lists(st.floats(1e-3, 10), min_size=k, max_size=k))
    return np.array(y), np.array(v)


@steady
@given(studies(), st.sampled_from(METHODS), st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(data, method, random):
    y, v = data
    order = list(range(y.size))
    random.shuffle(order)
    a, b = pl.pool(y, v, method), pl.pool(y[order], v[order], method)
    assert a.tau2 == pytest.approx(b.tau2, rel=1e-9, abs=1e-9)
    assert (a.beta, a.se, a.Q) == pytest.approx((b.beta, b.se, b.Q), rel=1e-8, abs=1e-8)


@steady
@given(studies(), st.sampled_from(RANDOM), st.floats(0.01, 100), st.floats(-3, 3))
def test_units_and_origin_do_not_matter(data, method, scale, shift):
    y, v = data
    a, b = pl.pool(y, v, method, "z"), pl.pool(scale * y + shift, scale**2 * v, method, "z")
    assert b.tau2 == pytest.approx(scale**2 * a.tau2, rel=1e-6, abs=1e-8 * scale**2)
    assert b.beta == pytest.approx(scale * a.beta + shift, rel=1e-6, abs=1e-6 * scale + 1e-9)
    assert pytest.approx(b.I2, abs=1e-5) == a.I2


@steady
@given(studies(), st.sampled_from(METHODS))
def test_estimates_stay_in_range(data, method):
    y, v = data
    fit = pl.pool(y, v, method, "z")
    assert fit.tau2 >= 0 and 0 <= fit.I2 <= 100
    assert y.min() - 1e-9 <= fit.beta <= y.max() + 1e-9
    assert fit.weights_pct.sum() == pytest.approx(100)
    assert fit.ci_lb <= fit.beta <= fit.ci_ub
    if method != "EE" and fit.k > 2:
        assert fit.pi_method == "hts"
        assert fit.pi_lb <= fit.ci_lb + 1e-12 and fit.ci_ub <= fit.pi_ub + 1e-12


@steady
@given(studies(), st.sampled_from(["ML", "REML"]))
def test_no_value_of_tau2_has_a_higher_likelihood(data, method):
    y, v = data
    problem = Problem(y, v)
    tau2 = pl.pool(y, v, method, "z").tau2
    grid = np.unique(np.concatenate((likelihood_grid(problem), np.geomspace(1e-8, 1e4, 3000))))
    best = scan(problem, np.array([tau2]))[method][0]
    assert best >= scan(problem, grid)[method].max() - 1e-9


@steady
@given(studies(least=3))
def test_paule_mandel_solves_its_equation(data):
    y, v = data
    fit = pl.pool(y, v, "PM", "z")
    q = Problem(y, v).at(fit.tau2).yPy
    assert q == pytest.approx(y.size - 1, rel=1e-10) if fit.tau2 > 0 else q <= y.size - 1
    interval = pl.tau2_interval(y, v, "PM")
    assert interval.tau2_lb <= interval.tau2_ub


@steady
@given(studies(least=2, most=2))
def test_two_studies_have_a_closed_form(data):
    y, v = data
    expected = max(0.0, ((y[0] - y[1]) ** 2 - v.sum()) / 2)
    for method in ("DL", "REML", "PM", "HE"):
        assert pl.pool(y, v, method, "z").tau2 == pytest.approx(expected, rel=1e-8, abs=1e-10)


def test_the_higher_of_two_maxima_is_found():
    y, v = (np.array(x) for x in TWO_MAXIMA)
    fit = pl.pool(y, v, "ML", "z")
    assert fit.maxima == 2
    grid = np.geomspace(1e-6, 1e3, 20000)
    heights = scan(Problem(y, v), grid)["ML"]
    assert fit.tau2 == pytest.approx(grid[np.argmax(heights)], rel=1e-3)
    assert pl.pool_batch(y, v, "ML").tau2[0] == fit.tau2


@steady
@given(
    studies(),
    st.sampled_from(METHODS),
    st.sampled_from(["z", "t", "knha"]),
    st.sampled_from(["cochrane", "none", "se", "ci"]),
    st.sampled_from(["hts", "riley", "v", "metafor", "normal"]),
)
def test_a_batch_gives_what_single_analyses_give(data, method, test, adhoc, prediction):
    y, v = data
    rows = np.stack([y, y[::-1], 2 * y])
    batch = pl.pool_batch(rows, v, method, test, adhoc=adhoc, prediction=prediction)
    for i, row in enumerate(rows):
        single = pl.pool(row, v, method, test, adhoc=adhoc, prediction=prediction)
        for name in ("k", "beta", "se", "tau2", "ci_lb", "ci_ub", "pi_lb", "pi_ub", "pval", "Q", "Q_p", "I2", "H2"):
            assert getattr(batch, name)[i] == pytest.approx(getattr(single, name), rel=1e-8, abs=1e-8, nan_ok=True)


def test_missing_studies_in_a_batch():
    y = np.array([[0.1, np.nan, 0.5, 0.3], [0.1, 0.2, 0.5, np.nan]])
    v = np.array([[0.02, 0.03, 0.05, 0.04], [0.02, np.nan, 0.05, 0.04]])
    batch = pl.pool_batch(y, v)
    assert batch.k.tolist() == [3, 2]
    assert batch.beta[0] == pytest.approx(pl.pool([0.1, 0.5, 0.3], [0.02, 0.05, 0.04]).beta)


def test_hartung_knapp_variants_never_narrow():
    y, v = [0.30, 0.31, 0.29, 0.305], [0.02, 0.05, 0.01, 0.04]
    classic, plain = pl.pool(y, v, "DL", "z"), pl.pool(y, v, "DL", adhoc="none")
    assert plain.se < classic.se
    assert pl.pool(y, v, "DL", adhoc="se").se == classic.se
    widest = pl.pool(y, v, "DL", adhoc="ci")
    assert (widest.ci_lb, widest.ci_ub) == (classic.ci_lb, classic.ci_ub)


def test_subgroups_of_one_tau2_are_the_regression():
    y, v = pl.effect_sizes("RR", BCG)
    groups = pl.subgroups(y, v, BCG["alloc"])
    regression = pl.pool(y, v, "REML", "z", {"alloc": BCG["alloc"]}, intercept=False)
    np.testing.assert_allclose([r.beta for r in groups.results], regression.beta, rtol=1e-12)
    np.testing.assert_allclose([r.se for r in groups.results], regression.se, rtol=1e-12)
    apart = pl.subgroups(y, v, BCG["alloc"], tau2="separate")
    assert (
        apart["random"].tau2
        == pl.pool(y[[g == "random" for g in BCG["alloc"]]], v[[g == "random" for g in BCG["alloc"]]]).tau2
    )


def test_prediction_at_the_reference_level_is_the_intercept():
    y, v = pl.effect_sizes("RR", BCG)
    fit = pl.pool(y, v, mods={"alloc": BCG["alloc"], "ablat": BCG["ablat"]})
    assert fit.coef_names == ("intercept", "alloc[random]", "alloc[systematic]", "ablat")
    at = pl.predict(fit, [[0, 0, 0]])
    assert at.pred[0] == fit.beta[0] and at.ci_lb[0] == pytest.approx(fit.ci_lb[0])


@steady
@given(studies(least=3, most=7))
def test_leave_one_out_is_pooling_without_the_study(data):
    y, v = data
    rest = pl.leave_one_out(y, v)
    for i in range(y.size):
        single = pl.pool(np.delete(y, i), np.delete(v, i), test="z")
        assert rest.estimate[i] == pytest.approx(single.beta, rel=1e-8, abs=1e-8)
        assert rest.tau2[i] == pytest.approx(single.tau2, rel=1e-8, abs=1e-9)


def test_profile_likelihood_limits_stand_at_the_drop():
    y, v = pl.effect_sizes("RR", BCG)
    found = pl.tau2_interval(y, v, "ML", kind="profile-likelihood")
    heights = scan(Problem(y, v), np.array([found.tau2_lb, found.tau2, found.tau2_ub]))["ML"]
    np.testing.assert_allclose(heights[1] - heights[[0, 2]], 3.841458820694124 / 2, rtol=1e-9)


def test_all_subsets():
    y, v = pl.effect_sizes("RR", BCG)
    found = pl.gosh(y[:6], v[:6], "DL")
    assert found.estimate.size == 63 and found.exhaustive
    assert found.estimate[found.k == 6][0] == pytest.approx(pl.pool(y[:6], v[:6], "DL").beta)
    sample = pl.gosh(y, v, subsets=500, seed=3)
    assert sample.members.shape == (500, 13) and len(np.unique(sample.members, axis=0)) == 500
    np.testing.assert_array_equal(sample.members, pl.gosh(y, v, subsets=500, seed=3).members)


def test_begg_exact_p_value_counts_permutations():
    # Kendall: four items in perfect order have 1 of 24 permutations on either side.
    assert pl.begg([0.1, 0.4, 0.9, 1.6], [0.01, 0.02, 0.03, 0.04]).pval == pytest.approx(2 / 24)


def test_nothing_heavy_is_imported():
    import subprocess
    import sys

    code = (
        "import sys, prismake.pooling as p\np.pool([0.1, 0.2], [0.1, 0.1])\np.pool_proportions([1, 2], [5, 6])\n"
        "print(sorted(m for m in ('pandas', 'scipy.stats', 'scipy.optimize', 'matplotlib') if m in sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_documentation_names_every_function():
    for name in pl.__all__:
        thing = getattr(pl, name)
        if callable(thing) and not isinstance(thing, type):
            assert f"`{name}`" in pl.__doc__, name
