"""Diagnostic accuracy: identities, and what is said where an estimate does not exist."""

from __future__ import annotations

import math

import numpy as np
import pytest
from diagnostic_tables import DEMENTIA, IQCODE, TELOMERASE
from hypothesis import given
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, NotConverged, PoolingError
from prismake.pooling.diagnostic.exact import Likelihood, Sides
from prismake.pooling.diagnostic.hsroc import from_hsroc, hsroc

Table = dict[str, np.ndarray]


@st.composite
def tables(draw: st.DrawFn, least: int = 4, most: int = 12) -> Table:
    """Tables of a bivariate model, with empty cells now and then."""
    k = draw(st.integers(least, most))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sd, rho = rng.uniform(0.2, 1.2, 2), rng.uniform(-0.9, 0.9)
    T = np.outer(sd, sd) * np.array([[1.0, rho], [rho, 1.0]])
    logits = rng.multivariate_normal(rng.uniform(0.0, 2.5, 2), T, k)
    size = rng.integers(8, 150, (k, 2))
    right = rng.binomial(size, 1.0 / (1.0 + np.exp(-logits)))
    return {
        "tp": right[:, 0],
        "fp": size[:, 1] - right[:, 1],
        "fn": size[:, 0] - right[:, 0],
        "tn": right[:, 1],
    }


def pooled(data: Table, **settings) -> pl.Accuracy | None:
    """The estimate, or None where there is none."""
    try:
        return pl.pool_accuracy(data, **settings)
    except (EstimateDoesNotExist, NotConverged):
        return None


def exchanged(data: Table) -> Table:
    """Healthy and diseased exchanged: what was a true negative is a true positive."""
    return {"tp": data["tn"], "fp": data["fn"], "fn": data["fp"], "tn": data["tp"]}


@given(tables())
def test_no_correlation_is_two_univariate_models(data):
    fit = pooled(data, structure="uncorrelated")
    if fit is None:
        return
    for side, (right, wrong) in enumerate((("tp", "fn"), ("tn", "fp"))):
        single = pl.pool_proportions(data[right], data[right] + data[wrong])
        assert fit.logits[side] == pytest.approx(single.beta, abs=1e-10)
        assert math.sqrt(fit.vcov[side, side]) == pytest.approx(single.se, rel=1e-9)
        assert fit.tau2[side] == pytest.approx(single.tau2, rel=1e-8, abs=1e-12)
    assert fit.T[0, 1] == fit.vcov[0, 1] == 0.0 and math.isnan(fit.correlation)


@given(tables())
def test_the_bivariate_likelihood_without_correlation_is_the_product_of_both(data):
    fit = pooled(data, structure="uncorrelated")
    if fit is None:
        return
    size = np.column_stack((data["tp"] + data["fn"], data["tn"] + data["fp"])).astype(float)
    ones = np.ones((size.shape[0], 1))
    likelihood = Likelihood(Sides(np.column_stack((data["tp"], data["tn"])).astype(float), size, (ones, ones)))
    theta = np.array([*fit.logits, math.sqrt(fit.T[0, 0]), 0.0, math.sqrt(fit.T[1, 1])])
    likelihood.refine(theta)
    height = likelihood.at(theta)
    assert height.value == pytest.approx(fit.loglik, abs=1e-7)
    assert np.abs(height.gradient[[0, 1, 2, 4]]).max() < 1e-5
    best = pooled(data, structure="bivariate")
    assert best is None or best.loglik >= fit.loglik - 1e-8


@given(tables(), st.sampled_from(["binomial", "normal"]))
def test_exchanging_disease_exchanges_sensitivity_and_specificity(data, model):
    settings = {"model": model} if model == "binomial" else {"model": model, "correction": 0.5}
    fit, other = pooled(data, **settings), pooled(exchanged(data), **settings)
    assert (fit is None) == (other is None)
    if fit is None or other is None:
        return
    assert fit.structure == other.structure
    assert fit.sensitivity == pytest.approx(other.specificity, abs=2e-7)
    assert pytest.approx(other.T[::-1, ::-1], abs=2e-6) == fit.T
    assert fit.loglik == pytest.approx(other.loglik, abs=1e-7)
    assert fit.diagnostic_odds_ratio == pytest.approx(other.diagnostic_odds_ratio, rel=1e-6)


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_studies_does_not_matter(data, random):
    order = list(range(len(data["tp"])))
    random.shuffle(order)
    fit, other = pooled(data), pooled({name: values[order] for name, values in data.items()})
    assert (fit is None) == (other is None)
    if fit is not None and other is not None:
        assert other.logits == pytest.approx(fit.logits, abs=1e-7)
        assert pytest.approx(fit.T, abs=1e-6) == other.T


@given(
    st.tuples(st.floats(-3, 4), st.floats(-3, 4)),
    st.tuples(st.floats(0.01, 5), st.floats(0.01, 5)),
    st.floats(-0.99, 0.99),
)
def test_bivariate_and_hierarchical_parameters_are_the_same_model(mu, tau2, rho):
    covariance = rho * math.sqrt(tau2[0] * tau2[1])
    T = np.array([[tau2[0], covariance], [covariance, tau2[1]]])
    parameters = hsroc(np.array(mu), T)
    back, T_back = from_hsroc(parameters)
    assert back == pytest.approx(np.array(mu), abs=1e-9) and T_back == pytest.approx(T, rel=1e-9, abs=1e-9)
    on_curve = parameters.sensitivity_at(np.array([1.0 / (1.0 + math.exp(mu[1]))]))[0]
    assert on_curve == pytest.approx(1.0 / (1.0 + math.exp(-mu[0])), rel=1e-9)  # the curve meets the summary point
    assert 0.0 < parameters.area < 1.0


@given(tables(), st.floats(0.001, 0.999))
def test_likelihood_ratios_and_predictive_values_are_those_of_the_summary_point(data, prevalence):
    fit = pooled(data)
    if fit is None:
        return
    sens, spec = fit.sensitivity.value, fit.specificity.value
    assert fit.positive_likelihood_ratio.value == pytest.approx(sens / (1.0 - spec), rel=1e-9)
    assert fit.negative_likelihood_ratio.value == pytest.approx((1.0 - sens) / spec, rel=1e-9)
    ratio = fit.positive_likelihood_ratio.value / fit.negative_likelihood_ratio.value
    assert fit.diagnostic_odds_ratio.value == pytest.approx(ratio, rel=1e-9)
    (at,) = fit.predictive_values([prevalence])
    true, false = prevalence * sens, (1.0 - prevalence) * (1.0 - spec)
    assert at.ppv.value == pytest.approx(true / (true + false), rel=1e-9)
    healthy, missed = (1.0 - prevalence) * spec, prevalence * (1.0 - sens)
    assert at.npv.value == pytest.approx(healthy / (healthy + missed), rel=1e-9)
    for interval in (at.ppv, at.npv, fit.positive_likelihood_ratio, fit.sensitivity, fit.predicted_sensitivity):
        assert interval.lb <= interval.value <= interval.ub


def test_the_area_of_a_symmetric_curve_has_a_closed_form():
    """With beta = 0 the odds ratio is D = exp(Lambda) everywhere, and the area D (D - 1 - log D) / (D - 1)² (Walter 2002,
    Stat Med 21:1237, equation 4)."""
    odds = math.exp(2.4)
    parameters = hsroc(np.array([1.2, 1.2]), np.array([[0.5, -0.2], [-0.2, 0.5]]))
    assert parameters.area == pytest.approx(odds * (odds - 1.0 - math.log(odds)) / (odds - 1.0) ** 2, rel=1e-6)


def test_columns_may_be_called_as_in_r():
    upper = {name.upper(): column for name, column in DEMENTIA.items()}
    assert pl.pool_accuracy(upper).loglik == pl.pool_accuracy(DEMENTIA).loglik


def test_a_region_is_an_ellipse_of_logits():
    fit = pl.pool_accuracy(DEMENTIA)
    for kind, V in (("confidence", fit.vcov), ("prediction", fit.vcov + fit.T)):
        outline = fit.region(kind)
        x = np.log(outline[:, ::-1] / (1.0 - outline[:, ::-1])) * [1.0, -1.0] - fit.logits
        assert np.einsum("ij,jk,ik->i", x, np.linalg.inv(V), x) == pytest.approx(5.991464547, rel=1e-7)  # chi², 2 df
    wider = fit.region(quantile="F")
    x = np.log(wider[:, ::-1] / (1.0 - wider[:, ::-1])) * [1.0, -1.0] - fit.logits
    assert np.einsum("ij,jk,ik->i", x, np.linalg.inv(fit.vcov), x) == pytest.approx(2.0 * 3.885293835, rel=1e-7)  # F


def test_a_covariate_that_does_nothing_changes_nothing():
    data = {name: np.concatenate((column, column)) for name, column in DEMENTIA.items()}
    fit = pl.accuracy_regression(data, [0.0] * 14 + [1.0] * 14, name="half")
    assert fit.statistic == pytest.approx(0.0, abs=1e-6) and fit.p == pytest.approx(1.0, abs=1e-6)
    slopes = [c for c in fit.coefficients if c.name == "half"]
    assert [c.side for c in slopes] == ["sensitivity", "specificity"] and max(abs(c.beta) for c in slopes) < 1e-5


def test_the_test_of_a_covariate_compares_models_of_the_same_studies_by_maximum_likelihood():
    year = [2010, 2009, 2003, 2004, 2010, 2007, 2009, 2006, None, 2010, 2011, 2009, 2011, 2013]
    fit = pl.accuracy_regression(DEMENTIA, year, name="year", on="sensitivity", labels=[f"s{i}" for i in range(14)])
    rest = {name: [x for x, y in zip(column, year, strict=True) if y] for name, column in DEMENTIA.items()}
    assert fit.loglik_without == pytest.approx(pl.pool_accuracy(rest).loglik, abs=1e-8)
    assert (fit.df, fit.k) == (1, 13) and fit.notes == ("s8 is left out: year is not reported.",)
    assert len(fit.coefficients) == 3 and [value for value, _ in fit.points] == [2007.0, 2009.0, 2010.0]
    corrected = {"model": "normal", "correction": 0.5}
    since_2000 = pl.accuracy_regression(DEMENTIA, [y and y - 2000 for y in year], name="year", on="sensitivity")
    assert fit.coefficients[1][2:] == pytest.approx(since_2000.coefficients[1][2:], rel=1e-6)
    assert fit.coefficients[0].se == pytest.approx(2000.0 * fit.coefficients[1].se, rel=0.02)  # extrapolated to year 0
    normal = pl.accuracy_regression(DEMENTIA, year, name="year", on="sensitivity", **corrected)
    ml = pl.accuracy_regression(DEMENTIA, year, name="year", on="sensitivity", method="ML", **corrected)
    assert normal.method == "REML" and normal.statistic == pytest.approx(ml.statistic, abs=1e-7)


def test_a_study_without_one_side_contributes_the_other():
    data = {name: [*column, extra] for (name, column), extra in zip(IQCODE.items(), (30, 0, 6, 0), strict=True)}
    labels = [f"s{i}" for i in range(14)]
    fit = pl.pool_accuracy(data, labels=labels)
    assert fit.notes == ("s13 contributes to sensitivity alone: nobody without the disease took part.",)
    assert fit.k == 14 and fit.size[13].tolist() == [36.0, 0.0]
    missing = {name: [*column[:-1], None if name == "tn" else column[-1]] for name, column in data.items()}
    again = pl.pool_accuracy(missing, labels=labels)
    assert "fp or tn is not reported" in again.notes[0] and again.logits == pytest.approx(fit.logits)
    normal = pl.pool_accuracy(data, model="normal", correction=0.5, structure="uncorrelated")
    right, wrong = np.array(data["tp"]) + 0.0, np.array(data["fn"]) + 0.0
    added = np.where(wrong == 0, 0.5, 0.0)
    single = pl.pool(np.log((right + added) / (wrong + added)), 1 / (right + added) + 1 / (wrong + added), "REML", "z")
    assert normal.logits[0] == pytest.approx(single.beta, abs=1e-8)
    neither = {name: [*column, 0] for name, column in IQCODE.items()}
    assert pl.pool_accuracy(neither).left_out == ("row 14",)


def test_nothing_is_corrected_unless_asked():
    with pytest.raises(PoolingError, match="row 5, row 9"):
        pl.pool_accuracy(IQCODE, model="normal")
    with pytest.raises(PoolingError, match="corrects nothing"):
        pl.pool_accuracy(IQCODE, correction=0.5)
    some, every = (pl.pool_accuracy(IQCODE, model="normal", correction=0.5, to=to) for to in ("only0", "if0all"))
    assert some.corrected == ("row 5", "row 9") and len(every.corrected) == 13
    assert "0.5 was added to every cell of studies with an empty cell" in some.notes[0]
    assert some.logits != pytest.approx(every.logits, abs=1e-4)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"fn": [0] * 10}, "No study has a false negative: the likelihood of sensitivity has no maximum"),
        ({"tn": [0] * 10}, "No study has a true negative"),
        ({"tp": [25, 0] * 5, "fn": [0, 25] * 5}, "Sensitivity: Every study has either no events or only events"),
        ({"tn": [0] * 10, "fp": [0] * 10}, "No study can be used for specificity"),
    ],
)
def test_an_estimate_that_does_not_exist_is_refused_with_the_side(cells, words):
    with pytest.raises(EstimateDoesNotExist, match=words):
        pl.pool_accuracy({**TELOMERASE, **cells})


def test_impossible_counts_are_all_named():
    data = {**TELOMERASE, "tp": [-1, 17.5, *TELOMERASE["tp"][2:]]}
    with pytest.raises(PoolingError) as raised:
        pl.pool_accuracy(data, labels=list("abcdefghij"))
    assert "a: tp is -1" in str(raised.value) and "b: tp is 17.5" in str(raised.value)


def test_a_correlation_at_its_bound_that_the_data_do_not_speak_for_is_not_in_force():
    data = {"tp": [20, 35, 18, 40], "fn": [5, 6, 6, 8], "tn": [50, 30, 62, 41], "fp": [9, 8, 9, 10]}
    fit = pl.pool_accuracy(data)
    assert fit.structure == "uncorrelated" and fit.bound and fit.notes
    with pytest.raises(EstimateDoesNotExist, match="do not determine a summary ROC curve"):
        fit.curve()
    asked = pl.pool_accuracy(data, structure="bivariate")
    assert asked.structure == "bivariate" and asked.loglik >= fit.loglik - 1e-8


def test_one_study_is_shown_as_it_is():
    fit = pl.pool_accuracy({"tp": [18], "fp": [3], "fn": [2], "tn": [27]})
    assert fit.structure == "common" and fit.sensitivity.value == pytest.approx(0.9)
    assert fit.specificity.value == pytest.approx(0.9) and fit.notes[0].startswith("One study")
    with pytest.raises(PoolingError, match="One study"):
        pl.pool_accuracy({"tp": [18], "fp": [3], "fn": [2], "tn": [27]}, structure="bivariate")


@given(tables(), st.floats(-0.8, 0.8))
def test_outcomes_without_correlation_are_univariate_models(data, rho):
    k = len(data["tp"])
    rng = np.random.default_rng(int(data["tp"].sum()))
    v = rng.uniform(0.02, 0.3, (k, 2))
    y = rng.normal(0.0, 0.5, (k, 2)) + rng.normal(0.0, np.sqrt(v))
    for method in ("REML", "ML"):
        both = pl.multivariate(y, v, method=method, structure="diagonal")
        single = [pl.pool(y[:, j], v[:, j], method, "z") for j in (0, 1)]
        assert both.beta == pytest.approx([fit.beta for fit in single], abs=1e-7)
        assert np.diagonal(both.T) == pytest.approx([fit.tau2 for fit in single], abs=1e-7)
        assert both.loglik == pytest.approx(sum(fit.loglik for fit in single), abs=1e-7)
    S = np.einsum("im,in,mn->imn", np.sqrt(v), np.sqrt(v), np.array([[1.0, rho], [rho, 1.0]]))
    fit, turned = pl.multivariate(y, S), pl.multivariate(y[:, ::-1], S[:, ::-1, ::-1])
    assert fit.beta == pytest.approx(turned.beta[::-1], abs=1e-6) and fit.loglik == pytest.approx(
        turned.loglik, abs=1e-7
    )


def test_an_outcome_that_is_not_reported_is_left_out_of_its_study_alone():
    rng = np.random.default_rng(7)
    y, v = rng.normal(0.0, 1.0, (12, 2)), rng.uniform(0.05, 0.2, (12, 2))
    y[3, 1] = y[7, 0] = np.nan
    fit = pl.multivariate(y, v, structure="diagonal")
    assert fit.reported.tolist() == [11, 11] and fit.k == 12
    assert fit.beta[0] == pytest.approx(
        pl.pool(np.delete(y[:, 0], 7), np.delete(v[:, 0], 7), "REML", "z").beta, abs=1e-7
    )
    with pytest.raises(PoolingError, match="Outcome 2 is reported by no study"):
        pl.multivariate(np.column_stack((y[:, 0], np.full(12, np.nan))), v)
