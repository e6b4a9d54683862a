"""Diagnostic accuracy against printed results; each expectation has as many digits as its source prints."""

from __future__ import annotations

import numpy as np
import pytest
from diagnostic_tables import CT, DEMENTIA, HC2, REPEAT_CYTOLOGY, TELOMERASE
from prismake import pooling as pl


def test_dementia_is_metandi_s():
    """Stata's metandi with five quadrature nodes, as logged with Nyaga & Arbyn 2024 (Res Synth Methods, supplement:
    stataout.txt, section 5.2; table 3, column 3 of the paper). Its own error of quadrature is in the fifth digit."""
    fit = pl.pool_accuracy(DEMENTIA)
    assert fit.structure == "bivariate" and fit.notes == ()
    assert fit.loglik == pytest.approx(-82.803331, abs=3e-4)
    assert fit.logits == pytest.approx([1.370958, 0.6368034], abs=1e-5)
    assert np.sqrt(np.diagonal(fit.vcov)) == pytest.approx([0.2128247, 0.2075006], rel=5e-5)
    assert fit.vcov[0, 1] == pytest.approx(-0.0182542, rel=5e-5)
    assert fit.tau2 == pytest.approx([0.3590741, 0.4824725], rel=2e-4)
    assert fit.se_tau2 == pytest.approx([0.2364583, 0.2344757], rel=3e-4)
    assert fit.correlation == pytest.approx(-0.598757, rel=2e-4)
    assert fit.hsroc.values == pytest.approx([2.067505, 0.4422817, 0.1476976, 0.3340148, 0.3327214], rel=3e-4)
    assert fit.hsroc.se == pytest.approx([0.2806059, 0.2549149, 0.3751036, 0.2770121, 0.1688127], rel=5e-4)
    assert fit.sensitivity == pytest.approx((0.7975349, 0.7218847, 0.8566926), abs=5e-6)
    assert fit.specificity == pytest.approx((0.6540305, 0.5572749, 0.7395242), abs=5e-6)
    assert fit.diagnostic_odds_ratio == pytest.approx((7.446631, 4.765959, 11.63508), rel=5e-5)
    assert fit.positive_likelihood_ratio == pytest.approx((2.305218, 1.806939, 2.940901), rel=2e-5)
    assert fit.negative_likelihood_ratio == pytest.approx((0.3095652, 0.2286581, 0.4190999), rel=3e-5)


def test_telomerase_stays_at_a_correlation_of_minus_one():
    """metandi with nip(7), section 5.1 of the same log (table 2, column 3); its search ends beside the bound."""
    fit = pl.pool_accuracy(TELOMERASE)
    assert fit.bound == ("correlation",) and fit.structure == "bivariate" and fit.correlation == -1.0
    assert fit.logits == pytest.approx([1.19234, 2.340719], abs=2e-4)
    assert np.sqrt(np.diagonal(fit.vcov)) == pytest.approx([0.1802975, 0.6343648], rel=5e-4)
    assert fit.tau2 == pytest.approx([0.1829838, 3.313294], rel=1e-3)
    assert fit.sensitivity == pytest.approx((0.7671593, 0.6982469, 0.8242942), abs=2e-5)
    assert fit.specificity == pytest.approx((0.9121937, 0.7497701, 0.972987), abs=2e-4)
    assert fit.positive_likelihood_ratio == pytest.approx((8.736948, 2.96697, 25.72802), rel=1e-3)
    assert fit.hsroc.values == pytest.approx([3.594303, 0.6624347, 1.44815, 0.0, 0.7786393], rel=1e-3, abs=1e-6)
    assert "bound, −1" in fit.notes[0] and "p = 0.003" in fit.notes[0]


@pytest.mark.parametrize(
    ("data", "sensitivity", "specificity"),
    [
        (HC2, (0.909, 0.857, 0.944), (0.607, 0.529, 0.680)),
        (REPEAT_CYTOLOGY, (0.715, 0.629, 0.788), (0.684, 0.599, 0.758)),
    ],
)
def test_triage_is_that_of_the_cochrane_review(data, sensitivity, specificity):
    """Arbyn et al. 2013, SAS METADAS, as quoted in the vignette of CopulaDTA, section Datasets (there 0.539 for the lower
    limit of HC2's specificity, which is not the limit of an interval that is symmetric on the logit scale)."""
    fit = pl.pool_accuracy(data)
    assert tuple(round(x, 3) for x in fit.sensitivity) == sensitivity
    assert tuple(round(x, 3) for x in fit.specificity) == specificity


def test_computed_tomography_is_that_of_the_abstract():
    """Schuetz et al. 2010 (Ann Intern Med 152:167), abstract: 97.2 % (96.2 to 98.0) and 87.4 % (84.5 to 89.8); the limits
    differ in the third digit with the software."""
    fit = pl.pool_accuracy(CT)
    assert round(fit.sensitivity.value, 3) == 0.972 and round(fit.specificity.value, 3) == 0.874
    assert fit.sensitivity[1:] == pytest.approx((0.962, 0.980), abs=0.0011)
    assert fit.specificity[1:] == pytest.approx((0.845, 0.898), abs=0.0011)


def test_two_tests_as_levels_of_a_covariate():
    """Nyaga & Arbyn 2024, midas with reg(): 0.93 and 0.71 without common variances; here both share them."""
    data = {name: REPEAT_CYTOLOGY[name] + HC2[name] for name in HC2}
    fit = pl.accuracy_regression(data, ["RepC"] * 10 + ["HC2"] * 10, name="test")
    by_test = dict(fit.points)
    assert by_test["HC2"].sensitivity.value > 0.9 > by_test["RepC"].sensitivity.value
    assert fit.df == 2 and fit.p < 0.001
    assert [(c.side, c.name) for c in fit.coefficients] == [
        (side, name) for side in ("sensitivity", "specificity") for name in ("intercept", "test[RepC]")
    ]


# Berkey et al. 1998 (Stat Med 17:2537), table I: five trials of periodontal treatment, improvement in probing depth and in
# attachment level, with their variances and covariance.
DEPTH = [0.47, 0.20, 0.40, 0.26, 0.56]
ATTACHMENT = [-0.32, -0.60, -0.12, -0.31, -0.39]
WITHIN = [(75, 30, 77), (57, 9, 8), (21, 7, 14), (29, 9, 15), (148, 72, 304)]  # in units of 1e-4


def test_two_outcomes_of_periodontal_trials():
    """Jackson, Riley & White 2011 / metafor's page on Berkey et al. 1998: 0.3534 (0.0588) and -0.3392 (0.0879) by REML
    with tau 0.1083, 0.1807 and correlation 0.6088."""
    S = np.array([[[a, b], [b, c]] for a, b, c in WITHIN]) / 1e4
    fit = pl.multivariate(np.column_stack((DEPTH, ATTACHMENT)), S)
    assert fit.beta == pytest.approx([0.3534, -0.3392], abs=5e-5)
    assert fit.se == pytest.approx([0.0588, 0.0879], abs=5e-5)
    assert np.sqrt(np.diagonal(fit.T)) == pytest.approx([0.1083, 0.1807], abs=5e-5)
    assert fit.correlation[0, 1] == pytest.approx(0.6088, abs=5e-5)
