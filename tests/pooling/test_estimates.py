"""Published figures for effect sizes, pooled estimates and intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from examples import BCG
from prismake import pooling as pl


def close(a, b, digits):
    assert a == pytest.approx(b, abs=0.5000001 * 10**-digits)


# Borenstein et al. 2009, Introduction to Meta-Analysis, worked examples of chapters 4 to 6.
@pytest.mark.parametrize(
    ("measure", "row", "yi", "vi"),
    [
        ("RR", {"ai": 5, "bi": 95, "ci": 10, "di": 90}, -0.6931, 0.2800),
        ("OR", {"ai": 5, "bi": 95, "ci": 10, "di": 90}, -0.7472, 0.3216),
        ("RD", {"ai": 5, "bi": 95, "ci": 10, "di": 90}, -0.0500, 0.0014),
        ("MD", {"m1i": 103, "sd1i": 5.5, "n1i": 50, "m2i": 100, "sd2i": 4.5, "n2i": 50}, 3.0, 1.0100),
        ("SMD", {"m1i": 103, "sd1i": 5.5, "n1i": 50, "m2i": 100, "sd2i": 4.5, "n2i": 50}, 0.5924, None),
        ("ROM", {"m1i": 61.515, "sd1i": 19.475, "n1i": 10, "m2i": 51.015, "sd2i": 19.475, "n2i": 10}, 0.1872, 0.0246),
        ("ZCOR", {"ri": 0.5, "ni": 100}, 0.5493, 0.0103),
    ],
)
def test_worked_examples(measure, row, yi, vi):
    y, v = pl.effect_sizes(measure, {name: [value] for name, value in row.items()})
    close(y[0], yi, 4)
    if vi is not None:
        close(v[0], vi, 4)


# Colditz 1994 data: figures as metafor 3.8-1 prints them for its data set dat.bcg: rma() by REML and DL with
# confint(), rma(mods = ~ ablat), rma.mh(measure = "OR"), rma.peto() and fsn(). Those of rma.mh() and rma.peto() are
# also what Stata's metan prints, by the comparison among metafor's own tests.
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


# Newcombe 1998, Stat Med 17:857, table I: four proportions, methods 1, 3, 4 and 5 (score, exact).
@pytest.mark.parametrize(
    ("method", "limits"),
    [
        ("wilson", [(0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718)]),
        ("wilson-cc", [(0.2535, 0.3682), (0.0598, 0.1644), (0.0, 0.2005), (0.0018, 0.1963)]),
        ("clopper-pearson", [(0.2527, 0.3676), (0.0578, 0.1617), (0.0, 0.1684), (0.0009, 0.1776)]),
        ("wald", [(0.2522, 0.3638), (0.0527, 0.1500), (0.0, 0.0), (-0.0319, 0.1009)]),
    ],
)
def test_intervals_of_a_proportion(method, limits):
    lower, upper = pl.study_interval([81, 15, 0, 1], [263, 148, 20, 29], method=method)
    for low, high, (a, b) in zip(lower, upper, limits, strict=True):
        close(low, a, 4)
        close(high, b, 4)


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
        logit, glmm = pl.pool_proportions(x, n, "logit"), pl.pool_proportions(x, n)
        a, b = pl.natural_scale(logit, "PLO"), pl.natural_scale(glmm, "PLO")
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
