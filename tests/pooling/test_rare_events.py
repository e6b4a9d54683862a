"""Rare events: the beta-binomial model, any model by name, and the proposal from the sparsity of the data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling.models import _MODELS
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom

X, N = [3, 9, 14, 2, 0, 7], [20, 25, 31, 18, 9, 40]
SPARSE = {
    "ai": [0, 0, 0, 1, 0, 3],
    "n1i": [100, 120, 90, 80, 60, 200],
    "ci": [0, 1, 0, 3, 0, 6],
    "n2i": [100, 115, 95, 80, 61, 200],
}
PLENTY = {"ai": [12, 20, 9, 15], "n1i": [40, 55, 30, 60], "ci": [18, 25, 14, 22], "n2i": [41, 54, 31, 58]}


def likelihood(theta, arms):
    size = np.exp(-theta[-1])
    total = 0.0
    for logit, (x, n) in zip(theta[:-1], arms, strict=True):
        total += betabinom.logpmf(x, n, size * expit(logit), size * expit(-logit)).sum()
    return float(total)


def test_the_beta_binomial_model_is_at_its_maximum():
    fit = pl.beta_binomial({"xi": X, "ni": N}, "PLO")
    rho = fit.extra["rho"]
    theta = np.array([fit.beta, math.log(rho / (1 - rho))])
    arms = [(np.array(X), np.array(N))]
    assert fit.loglik == pytest.approx(likelihood(theta, arms), abs=1e-9)
    found = minimize(
        lambda t: -likelihood(t, arms), [0.0, -2.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12}
    )
    assert theta == pytest.approx(found.x, abs=1e-5) and fit.loglik == pytest.approx(-found.fun, abs=1e-9)


def test_the_beta_binomial_model_is_that_of_vgam():
    """R: vglm(cbind(x, n - x) ~ g, betabinomial(zero = 2), epsilon = 1e-12), VGAM 1.1-7. Its standard errors rest on the
    expected information, those here on the observed one."""
    one = pl.beta_binomial({"xi": [7, 2, 18, 22, 25, 22, 5, 30], "ni": [27, 14, 40, 61, 44, 45, 24, 40]}, "PLO")
    assert (one.beta, one.loglik) == pytest.approx((-0.331778219676, -25.6521641347), abs=1e-6)
    assert math.log(one.extra["rho"] / (1 - one.extra["rho"])) == pytest.approx(-2.171005682107, abs=1e-5)
    assert one.se == pytest.approx(0.2582052975, rel=0.005)
    arms = {"ai": [2, 15, 1, 30, 4, 12], "n1i": [40, 60, 50, 80, 45, 60]}
    arms |= {"ci": [8, 25, 3, 33, 2, 30], "n2i": [41, 58, 52, 79, 47, 61]}
    two = pl.beta_binomial(arms, "OR")
    assert (two.beta, two.loglik) == pytest.approx((-0.507057523069, -40.9714267778), abs=1e-6)
    assert math.log(two.extra["rho"] / (1 - two.extra["rho"])) == pytest.approx(-1.852238482432, abs=1e-5)
    assert two.se == pytest.approx(0.5187258468, rel=0.005)


@pytest.mark.parametrize("measure", ["OR", "RR", "RD"])
def test_two_arms_are_one_likelihood_on_three_scales(measure):
    fit = pl.beta_binomial(SPARSE, measure)
    p1, p2 = fit.extra["risks"]
    value = {"OR": math.log(p1 / (1 - p1) * (1 - p2) / p2), "RR": math.log(p1 / p2), "RD": p1 - p2}[measure]
    assert fit.beta == pytest.approx(value) and fit.k == 6
    arms = [(np.array(SPARSE["ai"]), np.array(SPARSE["n1i"])), (np.array(SPARSE["ci"]), np.array(SPARSE["n2i"]))]
    rho = fit.extra["rho"]
    theta = np.array([math.log(p1 / (1 - p1)), math.log(p2 / (1 - p2)), math.log(rho / (1 - rho))])
    assert fit.loglik == pytest.approx(likelihood(theta, arms), abs=1e-8)
    for step in np.vstack([np.eye(3), -np.eye(3)]) * 0.01:
        assert likelihood(theta + step, arms) < fit.loglik


def test_the_standard_error_is_that_of_the_profile():
    """At one standard error from the estimate the profile likelihood has fallen by about a half."""
    fit = pl.beta_binomial({"xi": X * 8, "ni": N * 8}, "PLO")
    arms = [(np.array(X * 8), np.array(N * 8))]
    profile = minimize(lambda t: -likelihood([fit.beta + fit.se, t[0]], arms), [-2.0], method="Nelder-Mead")
    assert fit.loglik + profile.fun == pytest.approx(0.5, abs=0.03)


def test_alike_studies_are_one_binomial():
    fit = pl.beta_binomial({"xi": [5, 10, 20], "ni": [10, 20, 40]}, "PLO")
    assert fit.extra["rho"] == 0 and fit.beta == pytest.approx(0, abs=1e-9)
    assert fit.se == pytest.approx(math.sqrt(1 / 35 + 1 / 35))


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(6, 40)), min_size=2, max_size=10))
def test_any_counts_give_an_estimate_or_say_why_not(rows):
    x, n = [a for a, _ in rows], [b for _, b in rows]
    if all(a in (0, b) for a, b in zip(x, n, strict=True)) or sum(x) in (0, sum(n)):
        with pytest.raises(EstimateDoesNotExist):
            pl.beta_binomial({"xi": x, "ni": n}, "PLO")
        return
    fit = pl.beta_binomial({"xi": x, "ni": n}, "PLO")
    assert math.isfinite(fit.beta) and fit.se > 0 and 0 <= fit.extra["rho"] < 1 and fit.Q >= 0


def test_an_arm_without_events_has_no_ratio():
    with pytest.raises(EstimateDoesNotExist):
        pl.beta_binomial(SPARSE | {"ai": [0] * 6}, "RR")
    with pytest.raises(PoolingError, match="beta-binomial"):
        pl.beta_binomial(SPARSE, "MD")


# ---- by name -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", _MODELS)
def test_every_model_of_a_measure_gives_a_result(measure):
    data = {
        "PLO": {"xi": X, "ni": N},
        "IRLN": {"xi": X, "ti": [10.0 * n for n in N]},
        "IRR": {"x1i": [4, 9, 2], "t1i": [100, 200, 80], "x2i": [8, 12, 7], "t2i": [95, 210, 80]},
        "IRD": {"x1i": [4, 9, 2], "t1i": [100, 200, 80], "x2i": [8, 12, 7], "t2i": [95, 210, 80]},
    }.get(measure, PLENTY)
    k = len(next(iter(data.values())))
    estimates = []
    for model in pl.models_for(measure):
        fit = pl.pool_model(model, measure, data, labels=[f"s{i}" for i in range(k)])
        estimates.append(fit.beta)
        assert fit.k == k and len(fit.labels) == k and "studies" in str(fit)
    assert np.ptp(estimates) < 0.25
    with pytest.raises(PoolingError, match="Use one of"):
        pl.pool_model("magic", measure, data)


def test_names_lead_to_the_functions():
    assert pl.pool_model("mantel-haenszel", "RR", SPARSE).beta == pl.mantel_haenszel(SPARSE, "RR").beta
    assert pl.pool_model("peto", "OR", SPARSE).se == pl.peto(SPARSE).se
    exact = pl.pool_model("exact-conditional", "OR", SPARSE)
    assert exact.beta == pl.pool_two_arms(SPARSE, "OR", model="exact-conditional").beta
    assert pl.models_for("MD") == ("inverse-variance",)


def test_common_effects_count_the_studies_that_say_something():
    fit = pl.pool_model("mantel-haenszel", "RR", SPARSE)
    assert fit.k == 3 and fit.pi_method == "" and "Mantel-Haenszel" in str(fit) and "new study" not in str(fit)
    assert any("3 studies left out" in note for note in fit.warnings)
    assert pl.pool_model("mantel-haenszel", "RD", SPARSE).k == 6
    assert list(fit.to_frame().index) == ["study 1", "study 2", "study 3", "pooled"]


# ---- proposal ------------------------------------------------------------------------------------------------


def tables(ai, n1i, ci, n2i):
    return {"ai": ai, "n1i": n1i, "ci": ci, "n2i": n2i}


@pytest.mark.parametrize(
    ("measure", "data", "model", "word"),
    [
        ("RR", tables([0] * 4, [20] * 4, [0] * 4, [20] * 4), "", "No study has an event"),
        ("PLO", {"xi": [0, 0], "ni": [10, 12]}, "", "No study has an event"),
        ("PLO", {"xi": X, "ni": N}, "glmm", "exact likelihood"),
        ("PFT", {"xi": X, "ni": N}, "inverse-variance", "inverse variance"),
        ("OR", PLENTY, "inverse-variance", "No study has an empty arm"),
        ("RR", SPARSE, "beta-binomial", "3 both"),
        ("OR", tables([0, 1, 3], [900, 800, 999], [2, 3, 5], [900, 810, 990]), "peto", "below 1 %"),
        ("OR", tables([0, 1, 3], [300, 800, 999], [2, 3, 5], [900, 810, 990]), "exact-conditional", "margins"),
        ("OR", tables([0, 1, 3], [30, 80, 90], [2, 6, 9], [30, 81, 90]), "exact-conditional", "1 of 3"),
        ("RR", tables([0, 1, 3], [30, 80, 90], [2, 6, 9], [30, 81, 90]), "mantel-haenszel", "continuity"),
        ("OR", tables([0, 0, 0], [30, 80, 90], [2, 6, 9], [30, 81, 90]), "peto", "only Peto"),
        ("RR", tables([0, 0, 0], [30, 80, 90], [2, 6, 9], [30, 81, 90]), "", "Use a difference"),
        ("IRR", {"x1i": [0, 2], "t1i": [90, 80], "x2i": [3, 4], "t2i": [95, 81]}, "conditional", "exact for rates"),
        ("SMD", {}, "inverse-variance", "standard errors"),
    ],
)
def test_the_sparsity_proposes_a_model(measure, data, model, word):
    found = pl.propose_model(measure, data)
    assert (found.model, word in found.why) == (model, True)
    assert model == "" or model in pl.models_for(measure)
    if model and data:
        assert math.isfinite(pl.pool_model(model, measure, data).beta)


def test_a_proposal_counts_what_it_rests_on():
    found = pl.propose_model("RR", SPARSE)
    assert (found.studies, found.single_zero, found.double_zero, found.events) == (6, 1, 3, 14)
    assert found.risk == pytest.approx(14 / 1301) and found.ratio == pytest.approx(95 / 90)
    with pytest.raises(PoolingError, match="No study is complete"):
        pl.propose_model("RR", tables([math.nan], [3], [1], [4]))
