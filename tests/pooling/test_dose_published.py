"""Dose-response curves against printed results; each expectation has as many digits as its source prints.

The data and where they were read: ``dose_examples``.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from dose_examples import (
    ALCOHOL_COVARIANCES,
    COFFEE,
    COFFEE_COVARIANCE,
    DAIRY,
    DAIRY_COVARIANCE,
    alcohol,
    breast,
)
from prismake import pooling as pl


def test_alcohol_and_breast_cancer_of_greenland_and_longnecker():
    """Slope of one case-control study: 0.0454 (SE 0.0207), chi-square 4.8333, RR 1.046477 (1.004941 to 1.089729), as
    printed in the reference of dosresmeta 2.1.1, page dosresmeta, first example."""
    fit = pl.pool_dose_response([breast()])
    assert (round(fit.beta[0], 4), round(fit.se[0], 4), round(fit.stat[0], 4)) == (0.0454, 0.0207, 2.1985)
    assert round(fit.overall.statistic, 4) == 4.8333 and round(fit.overall.p, 4) == 0.0279
    values = fit.per(1)
    shown = [math.exp(x[0]) for x in (values.estimate, values.ci_lb, values.ci_ub)]
    assert shown == pytest.approx([1.046477, 1.004941, 1.089729], abs=5e-7)
    assert fit.method == "fixed" and fit.notes == ("One study: its own curve, without a variance between studies.",)


def test_covariances_of_coffee_and_mortality():
    """LeGrady et al. 1987 in Crippa's thesis (2018, section 5.1.1), printed with eight decimals."""
    ratios = np.exp(COFFEE["logs"])
    rest = {name: COFFEE[name] for name in ("doses", "cases", "size", "se")}
    study = pl.dose_study("LeGrady 1987", "RR", ratios=ratios, **rest)
    assert pytest.approx(np.array(COFFEE_COVARIANCE), abs=2e-8) == study.S


def test_covariances_of_dairy_food_and_colorectal_cancer():
    """Orsini, Bellocco & Greenland 2006, as dosresmeta 2.2.0 gives them."""
    assert pytest.approx(np.array(DAIRY_COVARIANCE), abs=2e-9) == pl.dose_study("Larsson 2005", "RR", **DAIRY).S


@pytest.mark.parametrize("name", ALCOHOL_COVARIANCES)
def test_covariances_of_alcohol_and_vascular_disease(name):
    """Printed with eight decimals in the reference of dosresmeta, page covar.logrr; there found to a tolerance of 1e-5."""
    study = next(study for study in alcohol() if study.label == name)
    assert pytest.approx(np.array(ALCOHOL_COVARIANCES[name]), abs=2e-8) == study.S


def test_line_of_alcohol_and_vascular_disease():
    """dosresmeta 2.1.1, page dosresmeta, second example; more digits from version 2.2.0."""
    fit = pl.pool_dose_response(alcohol())
    assert (round(fit.beta[0], 4), round(fit.se[0], 4), round(fit.tau[0], 4)) == (-0.0044, 0.0059, 0.0100)
    assert (round(fit.Q, 3), fit.df, round(fit.Q_p, 4), round(fit.I2, 1)) == (14.146, 5, 0.0147, 64.7)
    assert fit.beta[0] == pytest.approx(-0.0043654117582, abs=1e-9)
    assert fit.se[0] == pytest.approx(0.0058892300881, abs=1e-9)
    assert fit.T[0, 0] == pytest.approx(0.00010057091566, abs=2e-11)
    assert fit.loglik == pytest.approx(14.0341472867, abs=1e-5) and fit.aic == pytest.approx(-24.0682945734, abs=2e-5)
    twelve = fit.per(12)
    assert math.exp(twelve.estimate[0]) == pytest.approx(0.9489635, abs=5e-7)
    assert math.exp(twelve.ci_lb[0]) == pytest.approx(0.8262176, abs=5e-7)
    ml, common = pl.pool_dose_response(alcohol(), method="ML"), pl.pool_dose_response(alcohol(), method="fixed")
    assert ml.beta[0] == pytest.approx(-0.0043360174467, abs=2e-9) and ml.loglik == pytest.approx(17.4051217, abs=1e-5)
    assert common.beta[0] == pytest.approx(-0.0043738032672, abs=1e-9)
    assert common.se[0] == pytest.approx(0.0029085583523, abs=1e-9)


def test_parabola_of_alcohol_and_vascular_disease():
    """dosresmeta 2.1.1, pages dosresmeta (second example) and predict.dosresmeta."""
    fit = pl.pool_dose_response(alcohol(), model="quadratic")
    assert [round(x, 4) for x in (*fit.beta, *fit.se)] == [-0.0302, 0.0008, 0.0132, 0.0005]
    assert [round(x, 4) for x in fit.tau] == [0.0209, 0.0008] and round(fit.correlation[0, 1], 4) == -0.9063
    assert round(fit.overall.statistic, 4) == 6.3694 and round(fit.overall.p, 4) == 0.0414
    assert (round(fit.Q, 4), fit.df, round(fit.I2, 1), round(fit.loglik, 4)) == (35.1177, 10, 71.5, 34.6967)
    assert fit.beta == pytest.approx([-0.030233885361, 0.00075148543426], rel=1e-6)
    assert pytest.approx([0.00043692511972, -1.5655704453e-05, 6.829565694e-07], rel=2e-6) == fit.T[np.triu_indices(2)]
    printed = {
        5: (0.8760060, 0.7858965, 0.9764474),
        20: (0.7377992, 0.5733641, 0.9493928),
        30: (0.7939938, 0.5309690, 1.1873125),
        50: (1.4434258, 0.3598557, 5.7897601),
    }
    values = fit.predict(list(printed), 0.0)
    shown = np.exp(np.column_stack((values.estimate, values.ci_lb, values.ci_ub)))
    assert shown == pytest.approx(np.array(list(printed.values())), rel=1e-6)


def test_a_spline_with_harrell_s_knots():
    """Knots at the 10th, 50th and 90th percentile of all doses; terms as Harrell writes them (2015, equation 2.25)."""
    fit = pl.pool_dose_response(alcohol(), model="spline")
    every = np.concatenate([study.every_dose for study in alcohol()])
    assert fit.basis.knots == pytest.approx(tuple(np.quantile(every, (0.1, 0.5, 0.9))))
    first, middle, last = fit.basis.knots
    x = 30.0
    term = (x - first) ** 3 - (x - middle) ** 3 * (last - first) / (last - middle)
    assert fit.basis.at([x])[0] == pytest.approx([x, term / (last - first) ** 2])
