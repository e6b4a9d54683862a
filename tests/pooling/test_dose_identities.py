"""What must hold for dose-response curves whatever the data are, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from dose_examples import ALCOHOL, BREAST, DAIRY, alcohol, breast, drawn, studies_of
from hypothesis import given, settings
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PoolingError
from prismake.pooling.dose_response.effective_counts import greenland_longnecker, hamling, log_variances

DESIGNS = ("case_control", "cumulative_incidence", "incidence_rate")
raws = st.builds(
    drawn, st.integers(0, 10_000), st.integers(4, 9), st.sampled_from(DESIGNS), st.floats(0.05, 0.3), st.just((4, 5))
)


@settings(max_examples=15)
@given(raws, st.floats(0.01, 100.0))
def test_the_unit_of_the_dose_scales_the_slope_and_nothing_else(raw, unit):
    scaled = {name: (row[0], [unit * dose for dose in row[1]], *row[2:]) for name, row in raw.items()}
    for model in ("linear", "quadratic", "spline"):
        fit, other = (pl.pool_dose_response(studies_of(rows), model=model) for rows in (raw, scaled))
        values = fit.predict([0.5, 2.0, 3.0]), other.predict(np.multiply([0.5, 2.0, 3.0], unit))
        assert values[1].estimate == pytest.approx(values[0].estimate, rel=1e-5, abs=1e-6)
        assert values[1].se == pytest.approx(values[0].se, rel=1e-4, abs=1e-6)
        assert other.beta[0] * unit == pytest.approx(fit.beta[0], rel=1e-5, abs=1e-6)
        assert pytest.approx(fit.Q, rel=1e-7) == other.Q


@settings(max_examples=15)
@given(raws, st.sampled_from(["linear", "quadratic", "spline"]))
def test_one_stage_is_two_where_every_study_has_its_own_curve(raw, model):
    for method in ("fixed", "ML", "REML"):
        one, two = (pl.pool_dose_response(studies_of(raw), model=model, method=method, stage=s) for s in ("one", "two"))
        assert not two.left_out
        assert one.beta == pytest.approx(two.beta, rel=1e-5, abs=1e-6)
        assert one.vcov == pytest.approx(two.vcov, rel=1e-4, abs=1e-7)
        assert one.shrunken == pytest.approx(two.shrunken, rel=1e-4, abs=1e-5)
        assert one.weights == pytest.approx(two.weights, rel=1e-4, abs=1e-4)


@settings(max_examples=15)
@given(raws)
def test_one_coefficient_in_two_stages_is_a_meta_analysis_of_slopes(raw):
    fit = pl.pool_dose_response(studies_of(raw))
    b, v = (np.array([float(np.squeeze(own[i])) for own in fit.own]) for i in (0, 1))
    for method, name in (("REML", "REML"), ("ML", "ML"), ("MM", "DL"), ("fixed", "EE")):
        mine, pooled = pl.pool_dose_response(studies_of(raw), method=method), pl.pool(b, v, name, "z")
        assert mine.beta[0] == pytest.approx(pooled.beta, rel=1e-6, abs=1e-8)
        assert mine.T[0, 0] == pytest.approx(pooled.tau2, rel=1e-5, abs=1e-9)
        assert pytest.approx(pooled.Q) == mine.Q and mine.df == pooled.k - 1
    assert fit.weights.sum() == pytest.approx(100.0)


def test_a_search_that_starts_nearby_ends_at_the_same_place():
    for seed in range(6):
        studies = studies_of(drawn(seed, 9, DESIGNS[seed % 3], 0.2, (4, 5)))
        every = pl.pool_dose_response(studies, model="quadratic", stage="one")
        for left in range(0, 9, 4):
            rest = [study for place, study in enumerate(studies) if place != left]
            settings_of = {"model": "quadratic", "stage": "one"}
            far, near = (pl.pool_dose_response(rest, near=start, **settings_of) for start in (None, every.T))
            assert near.loglik == pytest.approx(far.loglik, abs=1e-9)
            assert near.beta == pytest.approx(far.beta, rel=1e-6, abs=1e-8)


@settings(max_examples=10)
@given(raws, st.floats(0.0, 4.0))
def test_another_reference_dose_shifts_the_curve_only(raw, reference):
    fit = pl.pool_dose_response(studies_of(raw), model="quadratic")
    other = pl.pool_dose_response(studies_of(raw), model="quadratic", reference=reference)
    assert np.array_equal(other.beta, fit.beta) and np.array_equal(other.T, fit.T)
    shift = fit.predict([3.0]).estimate - fit.predict([reference]).estimate
    assert other.predict([3.0]).estimate == pytest.approx(shift, abs=1e-12)
    at = other.predict([reference])
    assert (at.estimate[0], at.ci_lb[0], at.ci_ub[0], at.pi_ub[0]) == (0.0, 0.0, 0.0, 0.0)


@given(st.integers(0, 10_000), st.integers(2, 6), st.sampled_from(["OR", "IRR"]))
def test_ratios_that_are_not_adjusted_have_the_covariance_of_the_counts(seed, groups, measure):
    """1/A_0 + 1/B_0 (case-control) or 1/A_0 (rates): the effective counts are then the printed ones."""
    rng = np.random.default_rng(seed)
    cases, others = rng.integers(5, 200, groups).astype(float), rng.integers(20, 900, groups).astype(float)
    size = cases + others if measure == "OR" else others
    crude = pl.dose_study("a", measure, range(groups), cases=cases, size=size)
    odds = cases / others
    ratios, se = odds / odds[0], np.concatenate(([math.nan], crude.se))
    for covariance in ("greenland_longnecker", "hamling"):
        study = pl.dose_study(
            "a", measure, range(groups), cases=cases, size=size, ratios=ratios, se=se, covariance=covariance
        )
        assert pytest.approx(crude.S, rel=1e-6, abs=1e-10) == study.S
    shared = 1.0 / cases[0] + (1.0 / others[0] if measure == "OR" else 0.0)
    assert crude.S - np.diag(np.diagonal(crude.S)) == pytest.approx(shared * (1.0 - np.eye(groups - 1)))


@pytest.mark.parametrize("name", ALCOHOL)
def test_effective_counts_keep_what_they_promise(name):
    design, _, *columns = ALCOHOL[name]
    cases, size, logs, se = (np.array(column, dtype=float) for column in columns)
    ratios = np.exp(logs)
    fitted, rest = greenland_longnecker(ratios, cases, size, design)
    odds = fitted / (size - fitted)
    assert odds / odds[0] == pytest.approx(ratios) and fitted.sum() == pytest.approx(cases.sum())
    fitted, rest = hamling(ratios, se[1:] ** 2, cases, size, design)
    assert (fitted / rest) / (fitted[0] / rest[0]) == pytest.approx(ratios)
    v = log_variances(fitted, rest, design)
    assert v[0] + v[1:] == pytest.approx(se[1:] ** 2)
    others = size - cases if design == "case_control" else size
    assert rest[0] / rest.sum() == pytest.approx(others[0] / others.sum())
    assert rest.sum() / fitted.sum() == pytest.approx(others.sum() / cases.sum())


def test_curves_do_not_depend_on_how_a_spline_is_written():
    """The same space of functions (a parabola in other terms): same curve, same heterogeneity, by REML and by moments."""
    for method in ("REML", "MM", "fixed"):
        fit = pl.pool_dose_response(alcohol(), model="spline", knots=[0.0, 8.0, 40.0], method=method)
        scaled = {name: (row[0], [dose / 7.0 for dose in row[1]], *row[2:]) for name, row in ALCOHOL.items()}
        other = pl.pool_dose_response(
            studies_of(scaled), model="spline", knots=[0.0, 8.0 / 7.0, 40.0 / 7.0], method=method
        )
        assert other.predict([3.0]).estimate == pytest.approx(fit.predict([21.0]).estimate, rel=1e-6)
        assert other.predict([3.0]).pi_ub == pytest.approx(fit.predict([21.0]).pi_ub, rel=1e-5)


def test_studies_with_too_few_doses_take_part_in_one_stage_only():
    raw = {**drawn(11, 6, "case_control", 0.2, (4, 5)), **{"Short": next(iter(drawn(12, 1, "case_control", 0.2, (2,)).values()))}}  # fmt: skip
    two, one = (pl.pool_dose_response(studies_of(raw), model="quadratic", stage=stage) for stage in ("two", "one"))
    assert (two.k, one.k) == (6, 7) and [row.label for row in two.left_out] == ["Short"]
    assert "1 dose group besides the reference" in two.left_out[0].reason
    assert one.own[-1] is None and one.shrunken.shape == (7, 2)
    assert one.study_curve(6, [1.0, 2.0]).shape == (2,)
    shares = one.variance_partition()
    assert all(((share >= 0.0) & (share <= 100.0)).all() for share in shares)


def test_means_share_their_control():
    """Crippa & Orsini 2016: pooled variance, covariance s² / n_0; of standardised differences with the term of d."""
    rows = {"mean": [-5.0, -9.0, -11.0], "sd": [10.0, 11.0, 9.0], "n": [50, 40, 60]}
    study = pl.dose_study("a", "MD", [0, 10, 20], **rows)
    pooled = (49 * 100 + 39 * 121 + 59 * 81) / 147
    assert study.y.tolist() == [-4.0, -6.0] and study.S[0, 1] == pytest.approx(pooled / 50)
    assert study.S[0, 0] == pytest.approx(pooled * (1 / 50 + 1 / 40))
    separate = pl.dose_study("a", "MD", [0, 10, 20], variances="separate", **rows)
    assert separate.S[0, 1] == pytest.approx(2.0) and separate.S[1, 1] == pytest.approx(2.0 + 81 / 60)
    d = pl.dose_study("a", "SMD", [0, 10, 20], **rows)
    assert d.y == pytest.approx(np.array([-4.0, -6.0]) / math.sqrt(pooled))
    assert d.S[0, 1] == pytest.approx(1 / 50 + d.y[0] * d.y[1] / 300)


def test_a_reference_group_may_stand_anywhere():
    turned = {name: [*values[2:], *values[:2]] for name, values in BREAST.items()}
    study = pl.dose_study("a", "OR", **turned)
    assert study.reference == 0.0 and study.doses.tolist() == [2.0, 6.0, 11.0]
    assert pytest.approx(breast().S) == study.S


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lower": [0.9, 0.51, 0.73, 0.99], "upper": [1.1, 1.27, 1.85, 2.51]}, "One group must be the reference"),
        ({"ratios": [1, 1.80, 1.16, 1.57]}, "lies outside its interval"),
        ({"ratios": [1, -0.22, 1.16, 1.57]}, "above 0"),
        ({"cases": [400, 74, 90, 122]}, "more than the people"),
        ({"cases": None}, "Cases and totals are needed in every group"),
        ({"cases": [0, 0, 0, 0]}, "no cases"),
        ({"doses": [0, None, 6, 11]}, "no dose"),
        ({"ratios": [1, None, 1.16, 1.57], "lower": [None, None, 0.73, 0.99]}, "One group must be the reference"),
        ({"covariance": "hamling", "cases": [0, 74, 90, 122]}, "no counts have its share"),
    ],
)  # fmt: skip
def test_a_study_that_cannot_be_used_says_why(change, message):
    with pytest.raises(PoolingError, match=message):
        pl.dose_study("a", "OR", **{**BREAST, **change})


def test_a_correlation_can_be_assumed_where_counts_are_missing():
    rows = {name: DAIRY[name] for name in ("doses", "ratios", "se")}
    study = pl.dose_study("a", "RR", correlation=0.5, **rows)
    assert study.S[0, 1] == pytest.approx(0.5 * study.se[0] * study.se[1])
    two_groups = pl.dose_study("a", "RR", [0, 2], ratios=[1, 1.5], se=[math.nan, 0.2])
    assert pytest.approx(np.array([[0.04]])) == two_groups.S


def test_curves_that_the_doses_do_not_determine_do_not_exist():
    two_groups = [pl.dose_study("a", "RR", [0, 2], ratios=[1, r], se=[math.nan, 0.2]) for r in (1.5, 1.2, 1.4)]
    with pytest.raises(EstimateDoesNotExist, match="enough for a parabola of its own"):
        pl.pool_dose_response(two_groups, model="quadratic")
    with pytest.raises(EstimateDoesNotExist, match="do not determine a parabola"):
        pl.pool_dose_response(two_groups, model="quadratic", stage="one")
    with pytest.raises(PoolingError, match="knots of the spline must ascend"):
        pl.pool_dose_response(two_groups, model="spline", knots=[0.0, 2.0, 2.0])
    with pytest.raises(EstimateDoesNotExist, match="No study"):
        pl.pool_dose_response([])
    with pytest.raises(PoolingError, match="needs two stages"):
        pl.pool_dose_response(two_groups, method="MM", stage="one")
    assert pl.pool_dose_response(two_groups).k == 3
