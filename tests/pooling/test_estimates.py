"""Effect sizes and intervals against the formulas and equations that define them, estimates against published ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
from examples import BCG
from prismake import pooling as pl
from scipy import stats


def close(a, b, digits):
    assert a == pytest.approx(b, abs=0.5000001 * 10**-digits)


# Effects of one study, each from the formula that the docstring of `effects` names, written out once more.
TABLE = {"ai": 5, "bi": 95, "ci": 10, "di": 90}
MEANS = {"m1i": 103, "sd1i": 5.5, "n1i": 50, "m2i": 100, "sd2i": 4.5, "n2i": 50}
HEDGES_J = math.exp(math.lgamma(49.0) - 0.5 * math.log(49.0) - math.lgamma(48.5))  # 98 degrees of freedom
G = HEDGES_J * 3.0 / math.sqrt((5.5**2 + 4.5**2) / 2.0)
WIDE = {"m1i": 61.515, "sd1i": 19.475, "n1i": 10, "m2i": 51.015, "sd2i": 18.0, "n2i": 12}


@pytest.mark.parametrize(
    ("measure", "row", "yi", "vi"),
    [
        ("RR", TABLE, math.log(0.5), 0.28),
        ("OR", TABLE, math.log(450 / 950), 1 / 5 + 1 / 95 + 1 / 10 + 1 / 90),
        ("RD", TABLE, -0.05, 0.05 * 0.95 / 100 + 0.1 * 0.9 / 100),
        ("MD", MEANS, 3.0, 1.01),
        ("SMD", MEANS, G, 1 / 50 + 1 / 50 + G * G / 200),
        ("ROM", WIDE, math.log(61.515 / 51.015), (19.475 / 61.515) ** 2 / 10 + (18.0 / 51.015) ** 2 / 12),
        ("ZCOR", {"ri": 0.5, "ni": 100}, 0.5 * math.log(3.0), 1 / 97),
    ],
)
def test_worked_examples(measure, row, yi, vi):
    y, v = pl.effect_sizes(measure, {name: [value] for name, value in row.items()})
    assert (y[0], v[0]) == pytest.approx((yi, vi), rel=1e-13)


# Colditz 1994 data: figures as metafor 3.8-1 prints them for its data set dat.bcg: rma() by REML and DL with
# confint(), rma(mods = ~ ablat), rma.mh(measure = "OR"), rma.peto() and fsn().
def test_bcg_random_effects():
    y, v = pl.effect_sizes("RR", BCG)
    fit = pl.pool(y, v, "REML", "z")
    for value, published in ((fit.beta, -0.7145), (fit.se, 0.1798), (fit.tau2, 0.3132), (fit.se_tau2, 0.1664)):
        close(value, published, 4)
    close(fit.I2, 92.22, 2)
    close(fit.H2, 12.86, 2)
    close(fit.Q, 152.2330, 4)
    close(fit.ci_lb, -1.0669, 4)
    close(fit.ci_ub, -0.3622, 4)
    interval = pl.tau2_interval(y, v)
    close(interval.tau2_lb, 0.1197, 4)
    close(interval.tau2_ub, 1.1115, 4)
    close(interval.I2_lb, 81.92, 2)
    dl = pl.pool(y, v, "DL", "z")
    close(dl.tau2, 0.3088, 4)
    close(dl.beta, -0.7141, 4)


def test_bcg_regression_on_latitude():
    y, v = pl.effect_sizes("RR", BCG)
    fit = pl.pool(y, v, "REML", "z", {"ablat": BCG["ablat"]})
    close(fit.beta[1], -0.0291, 4)
    close(fit.se[1], 0.0072, 4)
    # The default stopping rule behind these figures leaves three digits of tau².
    assert (fit.tau2, fit.QM, fit.R2) == pytest.approx((0.0764, 16.3571, 75.62), rel=1e-3)


def test_bcg_without_random_effects():
    mh, peto = pl.mantel_haenszel(BCG, "OR"), pl.peto(BCG)
    close(mh.beta, -0.4734, 4)
    close(mh.se, 0.0410, 4)
    close(mh.Q, 163.9426, 4)
    close(peto.beta, -0.4744, 4)
    close(peto.se, 0.0407, 4)
    close(peto.Q, 167.7302, 4)


def test_bcg_fail_safe_numbers():
    y, v = pl.effect_sizes("RR", BCG)
    assert pl.failsafe_n(y, v, "Rosenthal").n == 598
    assert pl.failsafe_n(y, v, "Rosenberg").n == 370
    assert pl.failsafe_n(y, v, "Orwin").n == 13


def meets(x: int, n: int, method: str, limit: float) -> float:
    """Zero where a limit of a proportion meets the equation that defines it."""
    p, half, z = x / n, 0.5 / n, 1.959963984540054
    error = z * math.sqrt(limit * (1.0 - limit) / n)
    tails = 2.0 * min(stats.binom.cdf(x, n, limit), stats.binom.sf(x - 1, n, limit))
    equations = {
        "wilson": abs(p - limit) - error,
        "wilson-cc": abs(p - limit) - half - error,
        "clopper-pearson": tails - 0.05,
        "wald": abs(p - limit) - z * math.sqrt(p * (1.0 - p) / n),
        "wald-cc": abs(p - limit) - half - z * math.sqrt(p * (1.0 - p) / n),
    }
    return equations[method]


@pytest.mark.parametrize("method", ["wilson", "wilson-cc", "clopper-pearson", "wald", "wald-cc"])
@pytest.mark.parametrize(("x", "n"), [(81, 263), (15, 148), (40, 61)])
def test_limits_of_a_proportion_meet_their_equations(method, x, n):
    (lower,), (upper,) = pl.study_interval([x], [n], method=method)
    assert lower < x / n < upper
    assert (meets(x, n, method, lower), meets(x, n, method, upper)) == pytest.approx((0.0, 0.0), abs=1e-12)


@pytest.mark.parametrize("method", ["wilson", "wilson-cc", "clopper-pearson"])
def test_limits_of_none_and_all_end_at_the_end(method):
    lower, upper = pl.study_interval([0, 20], [20, 20], method=method)
    assert lower[0] == 0.0 and upper[1] == 1.0
    assert upper[0] == pytest.approx(1.0 - lower[1], abs=1e-15)
    assert meets(0, 20, method, upper[0]) == pytest.approx(0.0, abs=1e-12)


def test_published_proportions(shared):
    """Figures that go with the published table of CAR T-cell trials: logit REML with Hartung-Knapp, and the GLMM."""
    import csv

    with (shared / "reference" / "car_t_ball" / "published_table.csv").open() as file:
        rows = [r for r in csv.DictReader(file) if r["study_key"] not in {"grupp2013", "turtle2016", "fry2018"}]
    published = {
        "relapse": ("cr", 0.4132, 0.2518, 0.5957, 0.0941, 0.8268, 0.5577, 0.4079, 0.2800, 0.5496, 0.5198),
        "crs": ("n_infused", 0.8556, 0.7590, 0.9177, 0.6210, 0.9554, 0.2242, 0.8808, 0.8028, 0.9307, 0.3901),
        "neurotoxicity": ("n_infused", 0.3623, 0.2722, 0.4632, 0.1859, 0.5857, 0.1174, 0.3578, 0.2870, 0.4353, 0.1050),
    }
    for outcome, (total, *figures) in published.items():
        used = [r for r in rows if r[outcome] and r[total]]
        x, n = [float(r[outcome]) for r in used], [float(r[total]) for r in used]
        logit, glmm = pl.pool_proportions(x, n, "logit", prediction="metafor"), pl.pool_proportions(x, n)
        a, b = pl.natural_scale("PLO", logit), pl.natural_scale("PLO", glmm)
        got = (a.estimate, a.ci_lb, a.ci_ub, a.pi_lb, a.pi_ub, logit.tau2, b.estimate, b.ci_lb, b.ci_ub, glmm.tau2)
        assert got == pytest.approx(tuple(figures), abs=1e-4)
        if outcome == "relapse":
            y, v = pl.effect_sizes("PLO", {"xi": x, "ni": n})
            groups = pl.subgroups(y, v, [r["antigen"] for r in used])
            close(groups.Q, 0.342, 3)
            close(groups.p, 0.559, 3)


def test_continuity_corrections_reach_the_rows_asked_for():
    data = {"xi": [0, 3, 5], "ni": [10, 10, 5]}
    only, every = pl.effect_sizes("PLO", data)[0], pl.effect_sizes("PLO", data, add=0.5, to="all")[0]
    none, if_any = (
        pl.effect_sizes("PLO", data, add=0, to="none")[0],
        pl.effect_sizes("PLO", data, add=0.5, to="if0all")[0],
    )
    assert only[1] == pytest.approx(math.log(3 / 7)) and every[1] == pytest.approx(math.log(3.5 / 7.5))
    assert np.isnan(none[[0, 2]]).all() and none[1] == only[1]
    np.testing.assert_array_equal(if_any, every)


def test_incomplete_rows_are_dropped_and_counted():
    fit = pl.pool([0.1, None, 0.5, 0.3], [0.02, 0.03, math.nan, 0.05])
    assert (fit.k, fit.dropped) == (2, 2)
    assert "2 incomplete rows" in fit.warnings[0]


def test_freeman_tukey_comes_back_exactly():
    n = np.array([7.0, 20.0, 400.0])
    for x in (np.zeros(3), n, np.array([1.0, 3.0, 77.0])):
        y, _ = pl.effect_sizes("PFT", {"xi": x, "ni": n})
        np.testing.assert_allclose(pl.back_transform("PFT", y, ni=n), x / n, atol=1e-12)


def test_rates_come_back():
    y, _ = pl.effect_sizes("IRFT", {"xi": [0, 4, 9], "ti": [10.0, 10.0, 3.0]})
    np.testing.assert_allclose(pl.back_transform("IRFT", y, ni=[10.0, 10.0, 3.0]), [0.0, 0.4, 3.0], atol=1e-12)


def test_effects_from_a_published_interval():
    y, v = pl.effect_sizes("GENLN", {"yi": [0.61], "lb": [0.41], "ub": [0.91]})
    assert y[0] == pytest.approx(math.log(0.61))
    assert math.sqrt(v[0]) == pytest.approx((math.log(0.91) - math.log(0.41)) / (2 * 1.959963984540054))
