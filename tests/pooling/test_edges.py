"""One study, two studies, no studies, nonsense: the right answer or a sentence that says what is wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PoolingError, PrismakeError
from prismake.pooling.tau2 import METHODS


@pytest.mark.parametrize("method", METHODS)
def test_one_study_is_itself(method):
    fit = pl.pool([0.4], [0.05], method)
    assert fit.beta == pytest.approx(0.4) and fit.se == pytest.approx(math.sqrt(0.05))
    assert (fit.tau2, fit.Q, fit.Q_p, fit.I2, fit.test) == (0, 0, 1, 0, "z")
    assert any("Hartung-Knapp" in note for note in fit.warnings)
    assert math.isnan(fit.pi_riley_lb)


@pytest.mark.parametrize("method", METHODS)
def test_identical_studies(method):
    fit = pl.pool([0.3] * 5, [0.02, 0.05, 0.01, 0.04, 0.03], method, "z")
    assert fit.beta == pytest.approx(0.3) and fit.tau2 == 0 and pytest.approx(0, abs=1e-20) == fit.Q


@pytest.mark.parametrize(
    "ask",
    [
        lambda: pl.pool([], []),
        lambda: pl.pool([math.nan], [0.1]),
        lambda: pl.pool([0.1, 0.2], [0.1]),
        lambda: pl.pool([0.1, 0.2], [0.1, -1.0]),
        lambda: pl.pool([0.1, 0.2], [0.1, 0.0]),
        lambda: pl.pool([0.1, math.inf], [0.1, 0.1]),
        lambda: pl.pool([0.1, 0.2], [0.1, 0.1], "XX"),
        lambda: pl.pool([0.1, 0.2], [0.1, 0.1], test="yes"),
        lambda: pl.pool([0.1, 0.2], [0.1, 0.1], level=0.95 * 0),
        lambda: pl.pool([0.1, 0.2, 0.3], [0.1] * 3, mods={"x": [1, 1, 1]}),
        lambda: pl.pool([0.1, 0.2], [0.1] * 2, mods={"x": [1, 2], "z": [3, 5]}),
        lambda: pl.pool([0.1, 0.2], [0.1] * 2, mods={"x": [1, 2, 3]}),
        lambda: pl.tau2_interval([0.1], [0.1]),
        lambda: pl.tau2_interval([0.1, 0.2], [0.1, 0.1], "EE"),
        lambda: pl.leave_one_out([0.1], [0.1]),
        lambda: pl.influence([0.1], [0.1]),
        lambda: pl.baujat([0.1], [0.1]),
        lambda: pl.egger([0.1], [0.1]),
        lambda: pl.egger([0.1, 0.2, 0.3], [0.1, 0.1, 0.1]),
        lambda: pl.begg([0.1], [0.1]),
        lambda: pl.trim_and_fill([0.1], [0.1]),
        lambda: pl.trim_and_fill([0.3] * 4, [0.1, 0.2, 0.3, 0.4]),
        lambda: pl.subgroups([0.1, 0.2], [0.1, 0.1], ["a", "a"]),
        lambda: pl.effect_sizes("NO", {}),
        lambda: pl.effect_sizes("PR", {"xi": [1]}),
        lambda: pl.effect_sizes("PR", {"xi": [3], "ni": [2]}),
        lambda: pl.effect_sizes("OR", {"ai": [-1], "bi": [2], "ci": [3], "di": [4]}),
        lambda: pl.effect_sizes("PR", {"xi": ["many"], "ni": [2]}),
        lambda: pl.pool_proportions([3], [2]),
        lambda: pl.pool_proportions([1, 2], [5]),
        lambda: pl.pool_proportions([1], [2], model="probit"),
        lambda: pl.back_transform("PFT", 0.5),
        lambda: pl.study_interval([5], [4]),
        lambda: pl.three_level([0.1, 0.2], [0.1, 0.1], ["a", "a"]),
        lambda: pl.gosh([0.1], [0.1]),
        lambda: pl.pool_batch([[0.1, 0.2]], [[0.1, 0.0]]),
        lambda: pl.mantel_haenszel({"ai": [1], "bi": [1], "ci": [1], "di": [1]}, "MD"),
    ],
)
def test_nonsense_is_refused_in_words(ask):
    with pytest.raises(PrismakeError) as error:
        ask()
    assert isinstance(error.value, PoolingError)
    assert len(str(error.value)) > 20


def test_ratios_of_nothing_do_not_exist():
    empty = {"ai": [0, 0], "bi": [10, 12], "ci": [3, 2], "di": [8, 9]}
    with pytest.raises(EstimateDoesNotExist):
        pl.mantel_haenszel(empty, "OR")
    with pytest.raises(EstimateDoesNotExist):
        pl.pool_two_arms(empty)


def test_a_zero_variance_can_be_dropped_or_kept():
    y, v = [0.1, 0.2, 0.5, 0.9], [0.02, 0.0, 0.03, 0.05]
    assert pl.pool(y, v, zero_variance="drop").k == 3
    kept = pl.pool(y, v, "HE", "z", zero_variance="keep")
    assert kept.k == 4 and math.isnan(kept.Q) and kept.tau2 > 0
    with pytest.raises(PoolingError):
        pl.pool(y, v, "DL", zero_variance="keep")


def test_no_events_anywhere_on_scales_that_allow_it():
    fit = pl.pool_proportions([0, 0, 0], [10, 20, 8], "arcsine")
    assert fit.beta == 0 and pl.natural_scale("PAS", fit).estimate == 0
    for model in ("logit", "raw", "log"):  # the correction would be all there is
        with pytest.raises(EstimateDoesNotExist, match="continuity correction"):
            pl.pool_proportions([0, 0, 0], [10, 20, 8], model)
    with pytest.raises(EstimateDoesNotExist, match="Every participant"):
        pl.pool_proportions([10, 20, 8], [10, 20, 8], "logit")
    assert pl.pool_proportions([10, 20, 8], [10, 20, 8], "freeman-tukey").k == 3


def test_huge_and_tiny_scales():
    y, v = np.array([0.1, 0.4, 0.9, 0.2]), np.array([0.02, 0.05, 0.03, 0.04])
    plain = pl.pool(y, v)
    for scale in (1e-8, 1e8):
        fit = pl.pool(scale * y, scale**2 * v)
        assert fit.tau2 / scale**2 == pytest.approx(plain.tau2, rel=1e-9)
        assert fit.se / scale == pytest.approx(plain.se, rel=1e-9)


def test_tables_of_pandas_are_columns_too():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"xi": pd.array([3, None, 4], dtype="Int64"), "ni": [10, 12, 9]})
    y, v = pl.effect_sizes("PLO", frame)
    assert np.isnan(y[1]) and pl.pool(y, v).k == 2
    assert pl.pool_proportions(frame["xi"], frame["ni"]).dropped == 1
    assert pl.pool(pd.Series(y), pd.Series(v)).dropped == 1


def test_the_profile_of_nearly_full_proportions_is_found():
    """The search of each tau begins where coefficients of that tau lie, not where those of the last one did."""
    found = pl.tau2_interval_proportions([13, 26, 23], [13, 26, 26])
    assert found.tau2_lb == 0 < found.tau2 < found.tau2_ub < 1000


def test_one_study_has_no_interval_of_tau2():
    with pytest.raises(PoolingError, match="one study"):
        pl.tau2_interval_proportions([3], [10])


def test_what_has_no_number_says_so_in_words():
    empty = {"ai": [0, 0], "bi": [9, 8], "ci": [0, 0], "di": [7, 9]}
    with pytest.raises(PoolingError):
        pl.around(pl.mantel_haenszel(empty, "RD"))
    with pytest.raises(PoolingError, match="sampling variance"):
        pl.macaskill([0.1, 0.2, 0.3], [0.0, 0.1, 0.1], [10, 20, 30])
    with pytest.raises(PoolingError, match="weight would be infinite"):
        pl.pool([0.3, 0.3, 0.3], [0.0, 0.1, 0.2], "ML", zero_variance="keep")


def test_person_time_without_any_event_does_not_count_against_homogeneity():
    data = {"x1i": [0, 2, 5], "t1i": [100, 230, 410], "x2i": [0, 4, 9], "t2i": [110, 220, 400]}
    assert pl.mantel_haenszel(data, "IRR").Q_df == 1 and pl.mantel_haenszel(data, "IRD").k == 3


def test_small_correlations_have_no_variance():
    y, v = pl.effect_sizes("ZCOR", {"ri": [0.3, 0.2, 0.5], "ni": [2, 3, 4]})
    assert np.isnan(y[:2]).all() and v[2] == 1.0
