"""Where R's usual digits end early: against R with every search taken to its end, and against decimal arithmetic."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path

import extended
import extended_mixed as mixed
import numpy as np
import pytest
import tight
from examples import BCG
from prismake import pooling as pl
from warm_r import has_r

FOLDER = Path(__file__).parent
FIGURES = ("k0", "k", "beta", "se", "pval", "ci_lb", "ci_ub", "tau2", "Q")
TRIMMED = json.loads((FOLDER / "tight_reference.json").read_text())

EVENTS, TOTAL = [2, 9, 20, 1, 14], [20, 12, 60, 25, 15]
DAYS = [310.0, 95.5, 820.0, 240.0, 61.0]
TABLES = {"ai": [12, 3, 20, 5, 1], "bi": [38, 37, 40, 40, 29], "ci": [5, 9, 8, 15, 6], "di": [45, 33, 50, 29, 25]}


@pytest.mark.parametrize("row", TRIMMED, ids=lambda r: "-".join((r["data"], r["method"], r["estimator"])))
def test_trim_and_fill_with_every_fit_taken_to_its_end(row):
    """metafor's trimfill() itself stops at its default rule: five digits."""
    found = pl.trim_and_fill(row["yi"], row["vi"], row["method"], row["estimator"], row["side"])
    ours = {"k0": found.k0} | {name: getattr(found.pooled, name) for name in FIGURES[1:]}
    arguments = (row["yi"], row["vi"], row["method"], row["estimator"], row["side"])
    fine = extended.trim_and_fill(*arguments, tight.begin(row["method"]))
    for name in FIGURES:
        assert ours[name] == pytest.approx(row[name], rel=1e-9, abs=1e-9), name
        figure = float(np.ravel(np.array(fine[name], float))[0])
        assert ours[name] == pytest.approx(figure, rel=1e-12, abs=1e-12), name


def test_r_gives_the_same_figures_again():
    if not has_r("metafor"):
        pytest.skip("Rscript with metafor is not installed")
    run = subprocess.run(["Rscript", FOLDER / "tight_reference.R"], capture_output=True, text=True, check=True)
    again = json.loads(run.stdout)
    assert [{n: r[n] for n in ("data", "method", "estimator")} for r in again] == [
        {n: r[n] for n in ("data", "method", "estimator")} for r in TRIMMED
    ]
    for new, kept in zip(again, TRIMMED, strict=True):
        assert [new[name] for name in FIGURES] == pytest.approx([kept[name] for name in FIGURES], rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("method", tight.METHODS)
@pytest.mark.parametrize("test", ["z", "knha"])
@pytest.mark.parametrize("moderated", [False, True])
def test_every_field_to_the_last_digits(method, test, moderated):
    y, v = pl.effect_sizes("RR", BCG)
    X = np.column_stack([np.ones(13), BCG["ablat"]]) if moderated else None
    mods = {"ablat": BCG["ablat"]} if moderated else None
    ours = pl.pool(y, v, method, test, mods, adhoc="none", prediction="metafor")
    null = pl.pool(y, v, method, test).tau2
    fine = extended.pooled(y, v, method, test, near=ours.tau2, X=X, null=null)
    for name in fine.keys() - {"pi_riley_lb", "pi_riley_ub"}:  # R's, which are those of pi_lb
        figure = np.array(fine[name], float)
        np.testing.assert_allclose(np.reshape(getattr(ours, name), figure.shape), figure, 1e-13, 1e-13, err_msg=name)


def test_one_study_with_nearly_all_the_weight():
    """tr(P) is then a difference of equals, unless it is summed over the other studies."""
    y, v = [0.1, 12.0, -250.0, 0.3, 4.0], [1e-7, 4.0, 1e5, 1e-1, 10.0]
    for method in ("DL", "HE", "HS", "SJ"):
        figure = extended.pooled(y, v, method)
        assert pl.pool(y, v, method, "z").tau2 == pytest.approx(float(figure["tau2"]), rel=1e-13)
        assert pl.pool_batch(y, v, method, "z").tau2[0] == pytest.approx(float(figure["tau2"]), rel=1e-13)
        assert pl.pool(y, v, method, "z").se_tau2 == pytest.approx(float(figure["se_tau2"]), rel=1e-13)


def test_predictions_far_from_the_intercept():
    """Years as moderator: the standard error is a small difference of large covariances."""
    y, v = pl.effect_sizes("RR", BCG)
    year = [1948, 1949, 1960, 1977, 1973, 1953, 1973, 1980, 1968, 1961, 1974, 1969, 1976]
    at, X = [[1950.0], [1985.0]], np.column_stack([np.ones(13), year])
    for method in ("DL", "REML"):
        fit = pl.pool(y, v, method, "z", {"year": year})
        ours = pl.predict(fit, at, prediction="metafor")
        fine = extended.predicted(y, v, [[1.0, *row] for row in at], method, "z", 95, fit.tau2, X)
        for name, figure in fine.items():
            np.testing.assert_allclose(getattr(ours, name), np.array(figure, float), rtol=1e-12, err_msg=name)


def check(ours: pl.Pooled, studies, b, s, nodes, report, constant: float) -> None:
    fine = mixed.maximum(studies, b, s, nodes)
    assert float(fine.gradient) < 1e-12
    se, tau = float(fine.V[report][report].sqrt()), abs(float(fine.s[-1]))
    se_tau2 = 2.0 * tau * float(fine.V[-1][-1].sqrt())
    got = (ours.beta, ours.se, ours.tau2, ours.se_tau2, ours.loglik)
    figures = (float(fine.b[report]), se, tau * tau, se_tau2, float(fine.loglik) + constant)
    assert got == pytest.approx(figures, rel=1e-7, abs=1e-7)


def log_choose(n, x) -> float:
    return sum(math.log(math.comb(a, b)) for a, b in zip(n, x, strict=True))


@pytest.mark.parametrize("nodes", [None, 1, 7, 25])
def test_mixed_model_of_proportions(nodes):
    """Estimate, observed information and likelihood: from differences of the likelihood to 60 digits."""
    ours = pl.pool_proportions(EVENTS, TOTAL, nodes=nodes)
    studies = mixed.one_arm(EVENTS, TOTAL, [[1]] * 5, rates=False)
    check(ours, studies, [ours.beta + 1e-4], [1.001 * ours.tau], nodes, 0, log_choose(TOTAL, EVENTS))
    fixed = mixed.logistic(studies, [ours.beta]).loglik
    assert ours.extra["Q_lrt"] == pytest.approx(float(2 * (mixed.saturated(studies) - fixed)), rel=1e-12)
    assert ours.extra["Q_wald"] == pytest.approx(float(mixed.wald_heterogeneity(studies, 1)), rel=1e-12)


@pytest.mark.parametrize("nodes", [1, 7, 25])
@pytest.mark.parametrize("first", [0, 1990])
def test_mixed_model_with_a_moderator_and_much_heterogeneity(nodes, first):
    """The centres of the quadrature must be exact wherever its value is differentiated; a year is a moderator too."""
    x, n, dose = [0, 3, 5, 10, 9, 2], [12, 34, 21, 10, 60, 15], [first + d for d in (1, 2, 5, 3, 2, 8)]
    ours = pl.pool_proportions(x, n, mods={"dose": dose}, nodes=nodes)
    studies = mixed.one_arm(x, n, [[1, d] for d in dose], rates=False)
    fine = mixed.maximum(studies, ours.beta, [ours.tau], nodes)
    figures = [*map(float, fine.b), *(float(fine.V[j][j].sqrt()) for j in (0, 1)), float(fine.s[0] ** 2)]
    assert [*ours.beta, *ours.se, ours.tau2] == pytest.approx(figures, rel=1e-6)


def test_mixed_model_of_rates():
    ours = pl.pool_rates(EVENTS, DAYS, nodes=25)
    studies = mixed.one_arm(EVENTS, DAYS, [[1]] * 5, rates=True)
    check(ours, studies, [ours.beta], [ours.tau], 25, 0, -sum(math.lgamma(x + 1) for x in EVENTS))


@pytest.mark.parametrize(("model", "nodes"), [("conditional", 25), ("fixed-study", 7), ("random-study", 1)])
def test_mixed_models_of_two_arms(model, nodes):
    ours = pl.pool_two_arms(TABLES, model=model, nodes=nodes)
    a, b, c, d = (np.array(column) for column in TABLES.values())
    studies = mixed.two_arms([a, a + b, c, c + d], model, np.ones((5, 1)), rates=False)
    centres, start, s = mixed.smoothed(studies), [ours.beta], [ours.tau]
    constant = log_choose(a + b, a) + log_choose(c + d, c)
    if model == "conditional":
        constant = log_choose(a + c, a)
    elif model == "fixed-study":
        start = [ours.beta, *centres]
    else:
        start, s = [float(np.mean(centres)), ours.beta], [max(0.3, float(np.std(centres))), ours.tau]
    assert ours.tau2 > 0.1
    check(ours, studies, start, s, nodes, 1 if model == "random-study" else 0, constant)
    if model == "random-study":
        tests = mixed.interaction_tests(studies)
        assert [ours.extra[name] for name in tests] == pytest.approx([float(Q) for Q in tests.values()], rel=1e-6)


@pytest.mark.parametrize("model", ["conditional", "fixed-study"])
def test_moderators_of_two_arms(model):
    dose = [1.0, 2.0, 5.0, 3.0, 8.0]
    ours = pl.pool_two_arms(TABLES, model=model, mods={"dose": dose}, nodes=7)
    assert ours.coef_names == ("intercept", "dose") and ours.tau2 > 0.1
    a, b, c, d = (np.array(column) for column in TABLES.values())
    studies = mixed.two_arms([a, a + b, c, c + d], model, [[1, x] for x in dose], rates=False)
    start = [*ours.beta, *mixed.smoothed(studies)] if model == "fixed-study" else ours.beta
    fine = mixed.maximum(studies, start, [ours.tau], 7)
    figures = [*map(float, fine.b[:2]), *(float(fine.V[j][j].sqrt()) for j in (0, 1)), float(fine.s[0] ** 2)]
    assert [*ours.beta, *ours.se, ours.tau2] == pytest.approx(figures, rel=1e-7)
    ratio = float(2 * (mixed.saturated(studies) - mixed.logistic(studies, start).loglik))
    tests = (ratio, float(mixed.wald_heterogeneity(studies, 2)))
    assert (ours.extra["Q_lrt"], ours.extra["Q_wald"]) == pytest.approx(tests, rel=1e-10)
