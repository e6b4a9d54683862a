"""Each row of the table of default choices on the page for statisticians, against what the functions do."""

from __future__ import annotations

import inspect
import math

import numpy as np
import pytest
from prismake import pooling as pl
from prismake.core.errors import PoolingError
from test_statisticians import rows

TABLE = {name: default for name, default, *_ in rows("Default choices")[:10]}  # other tables follow further down
YI, VI = [0.1, 0.9, -0.4, 0.7, 0.2], [0.02, 0.03, 0.05, 0.02, 0.04]
ARMS = {"ai": [0, 0, 3, 4], "n1i": [20, 30, 40, 50], "ci": [0, 2, 5, 6], "n2i": [20, 30, 40, 50]}


def default_of(function: str, name: str) -> object:
    return inspect.signature(getattr(pl, function)).parameters[name].default


def test_the_table_has_no_row_that_is_not_tested_here():
    assert list(TABLE) == [
        *("tau²", "interval of the estimate", "prediction interval", "interval of tau²", "I², H²"),
        *("proportions and rates of one arm", "trials without an event in either arm", "empty cells elsewhere"),
        *("test of small-study effects", "level"),
    ]


def test_tau2_is_reml_and_i2_follows_from_it():
    fit = pl.pool(YI, VI)
    assert fit.method == "REML" and TABLE["tau²"].startswith("REML")
    weights = 1 / np.array(VI)
    typical = (len(VI) - 1) * weights.sum() / (weights.sum() ** 2 - (weights**2).sum())
    assert pytest.approx(100 * fit.tau2 / (fit.tau2 + typical), rel=1e-12) == fit.I2


def test_the_interval_is_that_of_hartung_and_knapp_but_for_no_spread_and_two_studies():
    assert pl.pool(YI, VI).test == "knha" and default_of("pool", "adhoc") == "cochrane"
    assert pl.pool([0.5, 0.51, 0.49], [0.1, 0.1, 0.1]).test == "z"
    assert pl.pool(YI[:2], VI[:2]).test == "z"


def test_the_prediction_interval_has_k_minus_2_degrees_of_freedom_from_three_studies_on():
    from scipy.stats import t

    fit = pl.pool(YI, VI, test="z")
    half = t.ppf(0.975, len(YI) - 2) * math.sqrt(fit.tau2 + fit.se**2)
    assert (fit.pi_lb, fit.pi_ub) == pytest.approx((fit.beta - half, fit.beta + half), rel=1e-12)
    assert math.isnan(pl.pool(YI[:2], VI[:2]).pi_lb)


def test_intervals_of_tau2_and_the_level():
    assert default_of("tau2_interval", "kind") == "q-profile" and default_of("pool", "level") == 95.0
    with pytest.raises(PoolingError):
        pl.pool(YI, VI, level=0.95)


def test_one_arm_is_a_mixed_model():
    assert default_of("pool_proportions", "model") == "glmm"


def test_double_zeros_are_left_out_and_half_an_event_goes_to_single_empty_cells():
    effects = pl.effect_rows("RR", ARMS)
    assert math.isnan(effects.yi[0]) and default_of("effect_rows", "drop00") is True
    assert effects.yi[1] == pytest.approx(math.log((0.5 / 31) / (2.5 / 31)), rel=1e-12)
    assert effects.yi[2] == pytest.approx(math.log((3 / 40) / (5 / 40)), rel=1e-12)


def test_the_test_of_small_study_effects_fits_the_measure():
    names = {measure: {test.name for test in pl.fitting_tests(measure)} for measure in ("PLO", "OR", "SMD", "MD")}
    assert not any("Egger" in name for name in names["PLO"])
    assert any("Harbord" in name for name in names["OR"]) and any("Peters" in name for name in names["OR"])
    assert any("Pustejovsky" in name for name in names["SMD"]) and any("Egger" in name for name in names["MD"])
