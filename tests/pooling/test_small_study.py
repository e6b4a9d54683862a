"""Tests of small-study effects: each measure has its own, and one that cannot be done says why."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from examples import BCG
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from prismake.pooling.effects import MEASURES
from prismake.pooling.small_study import _DO

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks" / "pooling"))
import small_study as benchmark


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_tests_or_a_reason(measure):
    found = pl.fitting_tests(measure)
    assert found and all(len(one.why) > 40 for one in found)
    assert all(one.name in _DO or one.name == "" for one in found)
    assert len(found) == 1 or all(one.name for one in found)


@pytest.mark.parametrize(
    ("measure", "names"),
    [
        ("MD", ["Egger"]),
        ("OR", ["Peters", "Harbord"]),
        ("RR", ["Peters"]),
        ("RD", [""]),
        ("SMD", ["Pustejovsky-Rodgers"]),
        ("PLO", ["Peters (mixed model)"]),
        ("IRLN", ["Peters (mixed model)"]),
        ("COR", [""]),
    ],
)
def test_what_is_chosen(measure, names):
    assert [one.name for one in pl.fitting_tests(measure)] == names


def test_no_measure_that_does_not_exist():
    with pytest.raises(PoolingError, match="no measure"):
        pl.fitting_tests("XYZ")


def test_chosen_tests_are_those_called_by_name():
    alike = {"ai": [4, 6, 9, 12, 5, 8, 11, 3, 14, 7, 10], "n1i": [40, 52, 66, 80, 45, 70, 90, 30, 99, 61, 75]}
    alike |= {"ci": [8, 11, 16, 21, 9, 15, 20, 6, 24, 14, 19], "n2i": alike["n1i"]}
    found = {one.name: one.result for one in pl.small_study_tests("OR", alike)}
    assert found["Harbord"] == pl.harbord(alike) and found["Peters"] == pl.peters(alike)
    peters, harbord = pl.small_study_tests("OR", BCG)
    assert peters.result == pl.peters(BCG)
    assert harbord.result is None and "tau² of the log odds ratios is 0.34, and above 0.1" in harbord.reason
    (one,) = pl.small_study_tests("RR", BCG)
    assert one.result == pl.peters(BCG) and "same tables" in one.why
    y, v = pl.effect_sizes("RR", BCG)
    (one,) = pl.small_study_tests("GENLN", {"yi": np.exp(y), "vi": v})
    assert one.result.pval == pytest.approx(pl.egger(y, v).pval)


def test_studies_of_one_size_have_no_test_and_say_so():
    (one,) = pl.small_study_tests("PLO", {"xi": list(range(10, 25)), "ni": [60] * 15})
    assert one.name == "Peters (mixed model)" and one.result is None
    assert "same size" in one.reason


def test_too_few_studies_have_no_test_and_say_so():
    part = {name: values[:9] for name, values in BCG.items()}
    for one in pl.small_study_tests("RR", part):
        assert one.result is None and "9 studies" in one.reason
    assert pl.small_study_tests("RR", part, least=9)[0].result is not None


def test_a_measure_without_a_test_gives_its_reason():
    (one,) = pl.small_study_tests("RD", BCG)
    assert one.result is None and "No test is recommended" in one.reason


def test_no_events_anywhere_is_a_reason_too():
    (one,) = pl.small_study_tests("PLO", {"xi": [0] * 12, "ni": list(range(20, 32))})
    assert one.result is None and "No study has an event" in one.reason


def test_the_mixed_model_is_the_regression_on_the_inverse_size():
    x, n = [3, 9, 14, 2, 30, 8, 5, 11, 19, 6], [20, 25, 31, 18, 90, 40, 12, 33, 64, 22]
    found = pl.peters_mixed({"xi": x, "ni": n})
    fit = pl.pool_proportions(x, n, test="t", mods={"inverse": 1 / np.array(n)})
    assert (found.bias, found.se_bias) == pytest.approx((fit.beta[1], fit.se[1]), rel=1e-6)
    assert (found.stat, found.df, found.pval) == pytest.approx((fit.stat[1], 8, fit.pval[1]), rel=1e-6)
    # metafor 3.8-1: rma.glmm(measure="PLO", xi=x, ni=n, mods=~I(1/n), test="t", nAGQ=25)
    assert (found.bias, found.se_bias, found.pval) == pytest.approx((-3.995854, 6.786325, 0.572235), rel=1e-6)
    times = {"xi": x, "ti": [10.0 * size for size in n]}
    rates = pl.pool_rates(x, times["ti"], test="t", mods={"inverse": 1 / np.array(times["ti"])})
    assert pl.peters_mixed(times).pval == pytest.approx(rates.pval[1], rel=1e-6)


@pytest.mark.parametrize(
    ("measure", "scenario"), [("PLO", "p 0.05, tau 0.0"), ("OR", "p 0.4, OR 0.25, tau 0.0"), ("SMD", "d 0.8, tau 0.3")]
)
def test_chosen_tests_hold_their_level_where_eggers_does_not_for_proportions(measure, scenario):
    """A small piece of the benchmark, k = 20."""
    found = benchmark.errors(measure, benchmark.SCENARIOS[measure][scenario], 20, 80, 0)
    for name, hits in found.items():
        if not name.startswith("("):
            assert np.mean(hits) <= 0.125, name  # 5 % and three standard errors
    if measure == "PLO":
        assert np.mean(found["(Egger)"]) > 0.5
