"""Mixed models, several levels, selection and Bayes: against brute force and against each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from examples import BCG
from hypothesis import given, settings
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling import priors
from scipy.integrate import quad
from scipy.special import expit, gammaln

EVENTS, TOTAL = [7, 0, 12, 5, 3, 19, 8, 2], [20, 5, 31, 16, 3, 53, 14, 12]
SPREAD_EVENTS, SPREAD_TOTAL = [2, 9, 20, 1, 14, 30], [20, 12, 60, 25, 15, 41]


def brute_force(x, n, beta, tau):
    """Log-likelihood of the binomial-normal model by adaptive integration."""
    total = 0.0
    for xi, ni in zip(x, n, strict=True):
        constant = gammaln(ni + 1) - gammaln(xi + 1) - gammaln(ni - xi + 1)

        def density(u, xi=xi, ni=ni, constant=constant):
            p = expit(beta + tau * u)
            return math.exp(constant - u * u / 2) * p**xi * (1 - p) ** (ni - xi) / math.sqrt(2 * math.pi)

        total += math.log(quad(density, -12, 12, epsabs=0, epsrel=1e-11, limit=400)[0])
    return total


def test_mixed_model_is_at_the_maximum_of_the_exact_likelihood():
    fit = pl.pool_proportions(SPREAD_EVENTS, SPREAD_TOTAL)
    assert fit.gradient < 1e-8
    best = brute_force(SPREAD_EVENTS, SPREAD_TOTAL, fit.beta, fit.tau)
    assert fit.loglik == pytest.approx(best, abs=1e-9)
    for step in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
        assert brute_force(SPREAD_EVENTS, SPREAD_TOTAL, fit.beta + step[0], fit.tau + step[1]) < best


def test_counting_the_other_outcome_turns_the_sign():
    others = [n - x for x, n in zip(EVENTS, TOTAL, strict=True)]
    a, b = pl.pool_proportions(EVENTS, TOTAL), pl.pool_proportions(others, TOTAL)
    assert a.beta == pytest.approx(-b.beta, abs=1e-10) and a.tau2 == pytest.approx(b.tau2, abs=1e-10)
    assert a.loglik == pytest.approx(b.loglik, abs=1e-10)


def test_without_heterogeneity_the_mixed_model_is_the_pooled_count():
    fit = pl.pool_proportions([5, 10, 20], [10, 20, 40])
    assert fit.tau2 == 0 and fit.beta == pytest.approx(0, abs=1e-12)
    assert fit.se == pytest.approx(math.sqrt(1 / 35 + 1 / 35))


def test_limits_of_tau2_stand_at_the_drop_of_the_exact_profile():
    from scipy.optimize import minimize_scalar

    found, fit = (
        pl.tau2_interval_proportions(SPREAD_EVENTS, SPREAD_TOTAL),
        pl.pool_proportions(SPREAD_EVENTS, SPREAD_TOTAL),
    )
    for limit in (found.tau2_lb, found.tau2_ub):
        assert limit > 0
        tau = math.sqrt(limit)
        profile = minimize_scalar(
            lambda b, tau=tau: -brute_force(SPREAD_EVENTS, SPREAD_TOTAL, b, tau), (-1, 1), tol=1e-10
        )
        assert fit.loglik + profile.fun == pytest.approx(3.841458820694124 / 2, abs=1e-8)
    alike = pl.tau2_interval_proportions([5, 10, 20], [10, 20, 40])
    assert (alike.tau2, alike.tau2_lb) == (0, 0) and alike.tau2_ub > 0


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), min_size=2, max_size=12))
@settings(derandomize=True)
def test_any_counts_give_an_estimate_or_say_why_not(rows):
    x = [min(a, b) for a, b in rows]
    n = [b for _, b in rows]
    if sum(x) in (0, sum(n)):
        with pytest.raises(EstimateDoesNotExist):
            pl.pool_proportions(x, n)
        return
    try:
        fit = pl.pool_proportions(x, n)
    except EstimateDoesNotExist:  # a heterogeneity without end fits best
        assert all(events in (0, total) for events, total in zip(x, n, strict=True))
        return
    assert math.isfinite(fit.beta) and fit.tau2 >= 0 and fit.se > 0
    assert fit.loglik >= pl.pool_proportions([sum(x)], [sum(n)]).loglik - 1e9


@pytest.mark.parametrize("x", [[0, 0, 0], [4, 5, 6]])
def test_no_events_and_all_events_have_no_estimate(x):
    with pytest.raises(EstimateDoesNotExist, match=r"No study has an event|Every participant"):
        pl.pool_proportions(x, [4, 5, 6])


def test_separation_is_named():
    with pytest.raises(EstimateDoesNotExist, match="separate"):
        pl.pool_proportions([0, 0, 3, 4], [5, 6, 9, 8], mods={"arm": ["a", "a", "b", "b"]})


def test_moderators_in_the_mixed_model():
    fit = pl.pool_proportions(SPREAD_EVENTS, SPREAD_TOTAL, mods={"g": ["a", "b", "a", "a", "b", "b"]})
    assert fit.beta.shape == (2,) and fit.coef_names == ("intercept", "g[b]")
    assert fit.tau2 < pl.pool_proportions(SPREAD_EVENTS, SPREAD_TOTAL).tau2


def test_rates_without_heterogeneity_are_the_pooled_rate():
    fit = pl.pool_rates([10, 20, 40], [100.0, 200.0, 400.0])
    assert fit.tau2 == 0 and fit.beta == pytest.approx(math.log(0.1))
    with pytest.raises(EstimateDoesNotExist):
        pl.pool_rates([0, 0], [10.0, 20.0])


def test_two_arm_models_agree_when_events_are_rare_and_groups_equal():
    data = {"ai": [4, 9, 2, 12], "bi": [996, 991, 998, 988], "ci": [8, 15, 9, 16], "di": [992, 985, 991, 984]}
    a, b = pl.pool_two_arms(data, model="conditional"), pl.pool_two_arms(data, model="fixed-study")
    assert a.beta == pytest.approx(b.beta, abs=0.02)
    crude = pl.mantel_haenszel(data, "OR").beta
    assert a.beta == pytest.approx(crude, abs=0.05)
    swapped = {"ai": data["ci"], "bi": data["di"], "ci": data["ai"], "di": data["bi"]}
    assert pl.pool_two_arms(swapped, model="fixed-study").beta == pytest.approx(-b.beta, abs=1e-8)


def test_rate_ratios_conditionally():
    data = {"x1i": [4, 9, 2], "t1i": [100.0, 150.0, 90.0], "x2i": [8, 15, 9], "t2i": [110.0, 140.0, 95.0]}
    fit = pl.pool_two_arms(data, "IRR")
    assert fit.beta == pytest.approx(pl.mantel_haenszel(data, "IRR").beta, abs=0.05)


def test_three_levels_with_one_effect_a_study_are_two():
    y, v = pl.effect_sizes("RR", BCG)
    two = pl.pool(y, v, "REML", "z")
    three = pl.three_level(y, v, range(13))
    assert three.sigma2_between + three.sigma2_within == pytest.approx(two.tau2, rel=1e-8)
    assert three.beta[0] == pytest.approx(two.beta, rel=1e-9) and three.loglik == pytest.approx(two.loglik, rel=1e-10)


def test_three_levels_see_where_the_variance_is():
    generator = np.random.default_rng(5)
    study = np.repeat(np.arange(20), 3)
    y = generator.normal(0, 0.6, 20)[study] + generator.normal(0, 0.2, 60) + generator.normal(0, 0.1, 60)
    fit = pl.three_level(y, np.full(60, 0.01), study)
    assert fit.sigma2_between == pytest.approx(0.36, rel=0.7) and fit.sigma2_within == pytest.approx(0.04, rel=0.7)
    assert fit.gradient < 1e-6


def test_robust_variance_of_single_effects():
    """With every effect its own cluster and equal variances CR2 is s²/k with k - 1 df: the one-sample t test."""
    y = np.array([0.2, 0.9, -0.4, 0.5, 0.1])
    found = pl.robust(y, np.full(5, 0.1), range(5), method="EE")
    assert found.se[0] == pytest.approx(y.std(ddof=1) / math.sqrt(5)) and found.df[0] == pytest.approx(4)


def test_permutations_of_signs_are_all_taken():
    found = pl.permutation_test([0.5, 0.6, 0.7, 0.8], [0.1] * 4, method="EE")
    assert found.exact and found.permutations == 16 and found.pval[0] == pytest.approx(2 / 16)
    again = pl.permutation_test([0.1, 0.6, 0.7, 0.8, 0.2], [0.1] * 5, {"x": [1, 2, 3, 4, 5]}, permutations=50, seed=1)
    assert not again.exact and 0 < again.pval[1] <= 1


def test_selection_model_without_selection_is_maximum_likelihood():
    y, v = pl.effect_sizes("RR", BCG)
    found = pl.selection_model(y, v, steps=(0.5,), alternative="less")
    assert found.loglik >= found.loglik_unadjusted
    plain = pl.pool(y, v, "ML", "z")
    assert found.loglik_unadjusted == pytest.approx(plain.loglik) and found.beta_unadjusted == plain.beta


def test_selection_model_recovers_what_was_hidden():
    generator = np.random.default_rng(11)
    v = generator.uniform(0.02, 0.2, 4000)
    y = generator.normal(0.2, np.sqrt(v + 0.02))
    shown = (y / np.sqrt(v) > 1.96) | (generator.random(4000) < 0.3)
    found = pl.selection_model(y[shown], v[shown])
    assert found.beta == pytest.approx(0.2, abs=0.06) and found.delta[1] == pytest.approx(0.3, abs=0.08)
    assert found.beta_unadjusted > 0.3
    with pytest.raises(PoolingError, match="No study has its p-value"):
        pl.selection_model([0.5, 0.6, 0.7, 0.8], [0.01] * 4)


def test_bayesian_posterior_against_adaptive_integration():
    y, v = pl.effect_sizes("RR", BCG)
    found = pl.bayes(y, v, scale=0.5)

    def unnormalised(tau):
        w = 1 / (v + tau**2)
        mean = (w @ y) / w.sum()
        log = 0.5 * np.log(w).sum() - 0.5 * (w * (y - mean) ** 2).sum() - 0.5 * math.log(w.sum())
        return math.exp(log - 2 * tau**2)

    def integral(f, high=10.0):
        return quad(f, 0, high, epsabs=0, epsrel=1e-12, limit=500)[0]

    total = integral(unnormalised)
    assert found.tau.mean == pytest.approx(integral(lambda t: t * unnormalised(t)) / total, rel=1e-9)
    assert integral(unnormalised, found.tau.ci_ub) / total == pytest.approx(0.975, abs=1e-9)
    assert quad(found.density_mu, -4, 3, epsrel=1e-10, limit=300)[0] == pytest.approx(1, abs=1e-8)
    assert found.change < 1e-10
    assert found.prediction.sd > found.mu.sd


def test_bayes_with_no_room_for_heterogeneity_is_the_common_effect():
    y, v = pl.effect_sizes("RR", BCG)
    found, common = pl.bayes(y, v, scale=1e-6), pl.pool(y, v, "EE", "z")
    assert (found.mu.mean, found.mu.sd) == pytest.approx((common.beta, common.se), rel=1e-6)
    assert found.studies[0].mean == pytest.approx(common.beta, rel=1e-6)


def test_bayes_with_every_prior():
    y, v = pl.effect_sizes("RR", BCG)
    for prior in ("half-cauchy", "turner", "rhodes", "uniform", pl.log_normal(-4.0, 1.5), pl.log_t(-3.0, 2.0)):
        found = pl.bayes(y, v, prior)
        assert found.mu.ci_lb < found.mu.median < found.mu.ci_ub and found.change < 1e-10
    assert pl.bayes(y[:2], v[:2], "half-cauchy").tau.sd == math.inf
    with pytest.raises(PoolingError):
        pl.bayes(y[:2], v[:2], "uniform")


def test_priors_are_densities():
    for prior in (pl.half_normal(0.5), pl.half_cauchy(0.5), pl.log_normal(-2.56, 1.74), pl.log_t(-3.44, 2.59)):
        mass = quad(lambda t, prior=prior: math.exp(t + float(prior(np.array(math.exp(t))))), -80, 80, limit=400)[0]
        assert mass == pytest.approx(1.0, abs=1e-6)


def test_empirical_priors_are_sums_of_outcome_and_comparison():
    """Table IV and table 3 come from additive models: cells differ by rounding from the sums."""
    for table in (priors._TURNER, priors._RHODES):
        location = np.array([columns[0] for columns in table.values()])
        row, column = np.nanmedian(location - location[0], axis=1), location[0]
        off = np.abs(location - row[:, None] - column)
        assert np.nanmax(off) < 0.021
        assert all(len(column) == location.shape[1] for columns in table.values() for column in columns)


def test_empirical_priors_by_setting():
    pain = pl.turner("pain", "pharmacological v placebo or control")
    tau = np.array([0.2, 0.5])
    np.testing.assert_allclose(pain(tau), pl.log_normal(-1.83, 1.52)(tau))
    np.testing.assert_allclose(pl.turner()(tau), pl.log_normal(-2.56, 1.74)(tau))
    np.testing.assert_allclose(
        pl.rhodes("obstetric", "non-pharmacological")(tau), pl.log_t(-3.99, 2.11)(tau), rtol=1e-14
    )
    with pytest.raises(PoolingError, match="in doubt"):
        pl.rhodes("mental health", "non-pharmacological")
    with pytest.raises(PoolingError, match="no empirical prior for 'toothache'"):
        pl.turner("toothache", "pharmacological v pharmacological")


def test_exact_conditional_model_is_at_the_maximum_of_its_likelihood():
    from scipy.stats import nchypergeom_fisher

    rows = [0, 1, 2, 4, 6, 9]
    data = {name: [BCG[name][i] for i in rows] for name in ("ai", "bi", "ci", "di")}
    fit = pl.pool_two_arms(data, model="exact-conditional")

    def exact(beta, tau):
        total = 0.0
        for a, b, c, d in zip(*data.values(), strict=True):

            def density(u, a=a, b=b, c=c, d=d):
                odds = math.exp(beta + tau * u)
                return nchypergeom_fisher.pmf(a, a + b + c + d, a + c, a + b, odds) * math.exp(-u * u / 2)

            area = quad(density, -8, 8, epsabs=0, epsrel=1e-7)[0]
            total += math.log(area / math.sqrt(2 * math.pi))
        return total

    best = exact(fit.beta, fit.tau)
    assert fit.loglik == pytest.approx(best, abs=1e-6) and fit.gradient < 1e-8
    for step in ((0.03, 0), (-0.03, 0), (0, 0.03), (0, -0.03)):
        assert exact(fit.beta + step[0], fit.tau + step[1]) < best
    near = pl.pool_two_arms(data, model="conditional")
    assert fit.beta == pytest.approx(near.beta, abs=0.05)


def test_moderators_of_the_exact_conditional_model():
    """Two groups with a coefficient each and one tau²: at the maximum of the product of their likelihoods."""
    rows = [0, 1, 2, 4, 6, 9]
    data = {name: [BCG[name][i] for i in rows] for name in ("ai", "bi", "ci", "di")}
    arm = ["a", "b", "a", "b", "a", "b"]
    fit = pl.pool_two_arms(data, model="exact-conditional", mods={"arm": arm})
    assert fit.gradient < 1e-8 and fit.coef_names == ("intercept", "arm[b]") and fit.Q_df == 4
    turned = pl.pool_two_arms(data, model="exact-conditional", mods={"arm": ["b" if g == "a" else "a" for g in arm]})
    assert turned.beta == pytest.approx([fit.beta.sum(), -fit.beta[1]], rel=1e-9)
    assert (turned.loglik, turned.tau2) == pytest.approx((fit.loglik, fit.tau2), rel=1e-9)
    assert fit.loglik > pl.pool_two_arms(data, model="exact-conditional").loglik
    swapped = {"ai": data["ci"], "bi": data["di"], "ci": data["ai"], "di": data["bi"]}
    assert pl.pool_two_arms(swapped, model="exact-conditional", mods={"arm": arm}).beta == pytest.approx(-fit.beta)


def test_moderators_of_two_arms_that_cannot_be_fitted():
    data = {"ai": [4, 9, 2], "bi": [96, 91, 98], "ci": [8, 15, 9], "di": [92, 85, 91]}
    for mods, words in (({"x": [1, 1, 1]}, "redundant"), ({"x": [1, 2]}, "3 studies but 2 rows")):
        with pytest.raises(PoolingError, match=words):
            pl.pool_two_arms(data, mods=mods)
    with pytest.raises(PoolingError, match="takes no moderators"):
        pl.pool_two_arms(data, model="random-study", mods={"x": [1, 2, 5]})
    assert pl.pool_two_arms(data | {"ai": [4, 9, None]}, mods={"x": [1, 2, 5]}).dropped == 1


def test_exact_conditional_estimates_of_single_tables():
    """The maximum of Fisher's conditional likelihood for 4, 119, 11, 128 (R: fisher.test, odds ratio 0.3924)."""
    from prismake.pooling.hypergeometric import tables

    own, variance = tables(*(np.array([float(n)]) for n in (4, 123, 15, 139))).own()
    assert math.exp(own[0]) == pytest.approx(0.3924, abs=6e-5) and variance[0] > 0
    ends, _ = tables(*(np.array([float(n)]) for n in (0, 10, 3, 12))).own()
    assert math.isnan(ends[0])


def test_random_study_model_tests_heterogeneity_with_an_empty_arm():
    data = {"ai": [0, 5, 9, 2], "bi": [20, 30, 21, 25], "ci": [3, 6, 4, 7], "di": [18, 29, 24, 20]}
    fit = pl.pool_two_arms(data, model="random-study")
    assert fit.Q == fit.extra["Q_lrt"] > 0 and 0 < fit.extra["Q_wald_p"] <= 1
    assert fit.Q_df == 3


def test_selection_models_are_those_of_metafor():
    """metafor 3.8-1 on dat.bcg, log risk ratios, ML: selmodel(type = "stepfun", alternative = "less", skiphes = TRUE)
    with BFGS to a relative tolerance of 1e-15."""
    y, v = pl.effect_sizes("RR", BCG)
    fitted = pl.selection_model(y, v, alternative="less")
    got = (fitted.beta, fitted.tau2, fitted.delta[1], fitted.lrt)
    assert got == pytest.approx((-0.62056277, 0.29123934, 0.63553465, 0.24249948), abs=3e-7)
    for delta, beta, tau2 in (
        ((1, 0.8, 0.3), -0.52486820, 0.37881939),
        ((1, 0.4, 0.1), -0.23309253, 0.47476787),
    ):
        given = pl.selection_model(y, v, (0.05, 0.5), alternative="less", delta=delta)
        assert (given.beta, given.tau2) == pytest.approx((beta, tau2), abs=1e-7)
        assert given.delta == pytest.approx(delta) and math.isnan(given.lrt)
    with pytest.raises(PoolingError, match="2 intervals"):
        pl.selection_model(y, v, alternative="less", delta=(1, 0.5, 0.2))


def test_three_levels_with_cluster_robust_standard_errors():
    y = [0.2, 0.5, 0.1, 0.9, 0.4, 0.3, 0.7, -0.1]
    v, study = [0.04, 0.05, 0.03, 0.06, 0.02, 0.05, 0.04, 0.03], list("aabbbcde")
    plain, sandwich = pl.three_level(y, v, study), pl.three_level(y, v, study, test="CR2")
    by_hand = pl.robust(y, v, study, covariance=plain.covariance)
    assert sandwich.beta[0] == plain.beta[0] == pytest.approx(by_hand.beta[0])
    assert (sandwich.se[0], sandwich.ddf[0], sandwich.pval[0]) == (by_hand.se[0], by_hand.df[0], by_hand.pval[0])
    assert sandwich.ddf[0] < 5 and sandwich.sigma2_between == plain.sigma2_between
    dose = {"dose": [1, 2, 1, 3, 2, 2, 4, 0]}
    slopes = pl.three_level([*y[:7], math.nan], v, study, dose, test="CR2")
    assert slopes.ddf.shape == (2,) and slopes.dropped == 1 and (slopes.ci_lb < slopes.beta).all()


def test_the_line_of_a_bubble_plot_is_that_of_the_regression():
    y, v = pl.effect_sizes("RR", BCG)
    mods = {"ablat": [*BCG["ablat"][:12], math.nan], "alloc": BCG["alloc"]}
    found = pl.bubble(y, v, mods, "ablat")
    assert found.fit.k == 12 == found.x.size and found.keep.tolist() == [True] * 12 + [False]
    assert found.grid[[0, -1]].tolist() == [13.0, 55.0] and set(found.held) == {"alloc[random]", "alloc[systematic]"}
    slope = np.diff(found.line.pred) / np.diff(found.grid)
    np.testing.assert_allclose(slope, found.fit.beta[found.fit.coef_names.index("ablat")], rtol=1e-9)
    assert list(found.held) == ["alloc[random]", "alloc[systematic]"]
    column = found.fit.coef_names.index("ablat")
    row = list(found.held.values())
    row.insert(column - 1, 13.0)
    at = pl.predict(found.fit, [row])
    assert (found.line.pred[0], found.line.pi_ub[0]) == pytest.approx((at.pred[0], at.pi_ub[0]))
    with pytest.raises(PoolingError, match=r"Use one of: ablat\."):
        pl.bubble(y, v, mods, "alloc")
