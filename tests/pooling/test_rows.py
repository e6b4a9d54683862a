"""Rows that a measure cannot use: named with their reason, or refused with their number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from prismake import pooling as pl
from prismake.core.errors import EstimateDoesNotExist, PoolingError

NOTHING = {"ai": [0, 0, 0], "n1i": [25, 31, 18], "ci": [0, 0, 0], "n2i": [24, 30, 20]}
MEANS = {"m1i": [4.0], "sd1i": [1.0], "n1i": [12], "m2i": [3.0], "sd2i": [1.1], "n2i": [14]}


def test_totals_of_arms_stand_for_non_events():
    by_cells = pl.effect_sizes("OR", {"ai": [4, 9], "bi": [16, 31], "ci": [7, 12], "di": [13, 28]})
    by_totals = pl.effect_sizes("OR", {"ai": [4, 9], "n1i": [20, 40], "ci": [7, 12], "n2i": [20, 40]})
    np.testing.assert_array_equal(by_cells, by_totals)
    assert pl.mantel_haenszel({"ai": [4], "n1i": [20], "ci": [7], "n2i": [20]}).k == 1
    with pytest.raises(PoolingError, match="n1i and n2i"):
        pl.effect_sizes("OR", {"ai": [4], "ci": [7]})


@pytest.mark.parametrize(
    ("measure", "data", "kind", "word"),
    [
        ("ROM", MEANS | {"m1i": [-4.0]}, "undefined", "opposite signs"),
        ("ROM", MEANS | {"m2i": [0.0]}, "undefined", "mean of zero"),
        ("MNLN", {"mi": [-2.0], "sdi": [1.0], "ni": [9]}, "undefined", "logarithm"),
        ("MD", MEANS | {"sd2i": [-1.1]}, "impossible", "standard deviation"),
        ("SMD", MEANS | {"n1i": [0]}, "impossible", "participants"),
        ("MD", MEANS | {"sd1i": [0.0], "sd2i": [0.0]}, "undefined", "no variance"),
        ("PLO", {"xi": [12], "ni": [10]}, "impossible", "more events"),
        ("PLO", {"xi": [math.nan], "ni": [10]}, "missing", "xi is not reported"),
        ("IRLN", {"xi": [3], "ti": [0.0]}, "impossible", "time at risk"),
        ("IRR", {"x1i": [0], "t1i": [80.0], "x2i": [0], "t2i": [75.0]}, "no events", "either arm"),
        ("OR", {"ai": [20], "n1i": [20], "ci": [22], "n2i": [22]}, "no events", "every participant"),
        ("OR", {"ai": [21], "n1i": [20], "ci": [2], "n2i": [22]}, "impossible", "more events"),
        ("ZCOR", {"ri": [1.2], "ni": [30]}, "impossible", "between -1 and 1"),
        ("ZCOR", {"ri": [1.0], "ni": [30]}, "undefined", "infinite"),
        ("ZCOR", {"ri": [0.4], "ni": [3]}, "undefined", "variance"),
        ("GENLN", {"yi": [0.3], "lb": [0.0], "ub": [0.8]}, "undefined", "limit of zero"),
        ("GENLN", {"yi": [0.3], "lb": [0.4], "ub": [0.8]}, "impossible", "outside"),
        ("GENLN", {"yi": [-0.3], "lb": [0.1], "ub": [0.8]}, "impossible", "negative"),
        ("GEN", {"yi": [0.3], "sei": [-0.1]}, "impossible", "standard error"),
        ("GEN", {"yi": [0.3], "vi": [-0.1]}, "impossible", "variance"),
        ("GEN", {"yi": [0.3], "sei": [0.1], "lb": [0.5], "ub": [0.8]}, "impossible", "outside"),
    ],
)
def test_a_row_that_cannot_be_used_is_named(measure, data, kind, word):
    good = {
        "ROM": MEANS, "MD": MEANS, "SMD": MEANS, "MNLN": {"mi": [3.0], "sdi": [1.0], "ni": [9]},
        "PLO": {"xi": [4], "ni": [10]}, "IRLN": {"xi": [3], "ti": [50.0]},
        "IRR": {"x1i": [4], "t1i": [80.0], "x2i": [6], "t2i": [75.0]},
        "OR": {"ai": [2], "n1i": [20], "ci": [5], "n2i": [22]}, "ZCOR": {"ri": [0.4], "ni": [30]},
        "GENLN": {"yi": [0.6], "lb": [0.4], "ub": [0.9]}, "GEN": {"yi": [0.2]},
    }[measure]  # fmt: skip
    if measure == "GEN":
        good = (
            good
            | {name: [0.1] for name in data if name in {"sei", "vi"}}
            | ({"lb": [0.0], "ub": [0.4]} if "lb" in data else {})
        )
    both = {name: [*good[name], *data[name]] for name in data}
    found = pl.effect_rows(measure, both, labels=["Adams 2019", "Baker 2021"])
    assert found.used.tolist() == [True, False] and np.isnan(found.vi[1])
    (left,) = found.left_out
    assert (left.row, left.label, left.kind) == (1, "Baker 2021", kind)
    assert word in left.what and left.what in found.reasons[1] and found.reasons[0] == ""
    assert found.pool().k == 1 and any("Baker 2021" in note for note in found.pool().warnings)
    if kind == "impossible":
        with pytest.raises(PoolingError, match=r"^row 2 \("):
            pl.effect_sizes(measure, both)
    else:
        assert np.isnan(pl.effect_sizes(measure, both)[0]).tolist() == [False, True]


def test_numbers_behind_a_reason_are_given():
    (left,) = pl.effect_rows("ROM", MEANS | {"m1i": [-4.0]}, labels=["Lee"]).left_out
    assert left.numbers == {"m1i": -4.0, "m2i": 3.0}
    assert str(left).startswith("Lee (m1i = -4, m2i = 3): The means have opposite signs")


@pytest.mark.parametrize("measure", ["RR", "OR", "RD"])
def test_trials_without_any_event_give_no_estimate(measure):
    found = pl.effect_rows(measure, NOTHING)
    assert found.no_events and found.double_zero == (0 if measure == "RD" else 3)
    with pytest.raises(EstimateDoesNotExist, match="No study has an event"):
        found.pool()
    if measure != "RD":
        with pytest.raises(EstimateDoesNotExist, match="either arm"):
            pl.effect_sizes(measure, NOTHING)


def test_double_zero_trials_are_left_out_and_corrections_are_told():
    data = {"ai": [0, 3, 0], "n1i": [20, 25, 31], "ci": [0, 6, 4], "n2i": [21, 24, 30]}
    found = pl.effect_rows("RR", data, labels=["a", "b", "c"])
    assert found.double_zero == 1 and found.corrected.tolist() == [False, False, True] and found.add == 0.5
    assert found.notes[0].startswith("1 study left out (a): No event in either arm")
    assert found.notes[1] == "Continuity correction: 0.5 was added to the cells of 1 study (c)."
    np.testing.assert_array_equal(found.pool().beta, pl.pool(*pl.effect_sizes("RR", data)).beta)
    kept = pl.effect_sizes("RR", data, drop00=False)[0]
    assert np.isfinite(kept).all() and kept[1] == found.yi[1]
    assert pl.effect_rows("RD", data).used.all()  # a difference of zero is a result


def test_a_correction_for_all_knows_the_rows_left_out():
    data = {"ai": [0, 3], "n1i": [20, 25], "ci": [0, 6], "n2i": [21, 24]}
    assert pl.effect_rows("OR", data, add=0.5, to="if0all").corrected.tolist() == [False, False]
    assert pl.effect_rows("OR", data, add=0.5, to="all").corrected.tolist() == [False, True]


@pytest.mark.parametrize(
    "ask",
    [
        lambda level: pl.pool([0.1, 0.2], [0.1, 0.1], level=level),
        lambda level: pl.pool([0.1, 0.2], [0.1, 0.1], test="z", level=level),
        lambda level: pl.pool_batch([[0.1, 0.2]], [[0.1, 0.1]], level=level),
        lambda level: pl.pool_proportions([1, 2], [4, 5], level=level),
        lambda level: pl.pool_rates([1, 2], [4, 5], level=level),
        lambda level: pl.effect_sizes("GEN", {"yi": [0.1], "lb": [0.0], "ub": [0.2]}, level=level),
        lambda level: pl.standard_error_from_ci([0.0], [0.2], level),
        lambda level: pl.study_interval([1], [4], level),
        lambda level: pl.tau2_interval([0.1, 0.4], [0.1, 0.1], level=level),
        lambda level: pl.i2_interval(4.0, 2, level),
        lambda level: pl.leave_one_out([0.1, 0.2], [0.1, 0.1], level=level),
        lambda level: pl.subgroups([0.1, 0.2], [0.1, 0.1], ["a", "b"], level=level),
        lambda level: pl.mantel_haenszel({"ai": [1], "bi": [4], "ci": [2], "di": [3]}, level=level),
        lambda level: pl.peto({"ai": [1], "bi": [4], "ci": [2], "di": [3]}, level),
        lambda level: pl.three_level([0.1, 0.2, 0.3], [0.1] * 3, ["a", "a", "b"], level=level),
        lambda level: pl.bayes([0.1, 0.2, 0.3], [0.1] * 3, level=level),
        lambda level: pl.egger([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], level=level),
        lambda level: pl.selection_model([0.1, 0.2, 0.9, 0.8], [0.1, 0.2, 0.1, 0.1], level=level),
    ],
)
def test_a_fraction_is_no_level(ask):
    with pytest.raises(PoolingError, match=r"per cent.*Write 95 for 0\.95"):
        ask(0.95)


def test_standard_errors_in_place_of_variances():
    assert pl.pool([0.1, 0.4], se=[0.2, 0.3]).beta == pl.pool([0.1, 0.4], [0.2**2, 0.3**2]).beta
    with pytest.raises(PoolingError, match="row 2"):
        pl.pool([0.1, 0.4], se=[0.2, -0.3])
    for wrong in ({}, {"vi": [0.1, 0.1], "se": [0.2, 0.2]}):
        with pytest.raises(PoolingError, match="either"):
            pl.pool([0.1, 0.4], **wrong)


TABLE = {"ai": [3, 4], "bi": [17, 16], "ci": [5, 6], "di": [15, -1]}


@pytest.mark.parametrize(
    "ask",
    [
        lambda: pl.pool_proportions([3, 12], [20, 10]),
        lambda: pl.pool_proportions([3, 12], [20, 10], "logit"),
        lambda: pl.pool_proportions([None, 12], [20, 10]),
        lambda: pl.pool_rates([3, 2], [20.0, 0.0]),
        lambda: pl.mantel_haenszel(TABLE, "RR"),
        lambda: pl.mantel_haenszel({"x1i": [3, 2], "t1i": [9, 0], "x2i": [3, 2], "t2i": [9, 9]}, "IRR"),
        lambda: pl.peto(TABLE),
        lambda: pl.pool_two_arms(TABLE),
        lambda: pl.beta_binomial(TABLE),
        lambda: pl.peters(TABLE),
        lambda: pl.harbord(TABLE),
        lambda: pl.study_interval([3, 12], [20, 10]),
        lambda: pl.standard_error_from_ci([0.1, 0.5], [0.4, 0.2]),
        lambda: pl.standard_error_from_ci([0.1, 0.0], [0.4, 0.2], log=True),
        lambda: pl.pool([0.1, 0.2], [0.1, -0.1]),
    ],
)
def test_the_impossible_is_refused_with_its_row(ask):
    with pytest.raises(PoolingError, match=r"row 2"):
        ask()


def test_corrections_are_told_wherever_they_are_made():
    fit = pl.pool_proportions([0, 4, 7], [12, 20, 31], "logit", labels=["a", "b", "c"])
    assert fit.warnings[0] == "Continuity correction: 0.5 was added to the cells of 1 study (a)."
    assert pl.pool_proportions([0, 4, 7], [12, 20, 31]).warnings == ()  # the mixed model needs none
    assert "Continuity" in pl.pool_rates([0, 4, 7], [12.0, 20, 31], "log").warnings[0]
    sparse = {"ai": [0, 4, 7], "n1i": [12, 20, 31], "ci": [2, 5, 9], "n2i": [13, 22, 30]}
    assert (pl.peters(sparse).corrected, pl.deeks(sparse).corrected, pl.harbord(sparse).corrected) == (1, 1, 0)
    assert pl.peters({"xi": [0, 4, 7], "ni": [12, 20, 31]}).corrected == 1


def test_a_negative_tau2_is_refused():
    with pytest.raises(PoolingError, match="tau² cannot be -1"):
        pl.pool([0.1, 0.2], [0.1, 0.1], tau2=-1.0)


def test_many_rows_are_counted_and_the_first_named():
    found = pl.effect_rows("PLO", {"xi": [math.nan] * 14 + [3], "ni": [20] * 15})
    assert found.notes == (
        "14 studies left out (row 1, row 2, row 3, row 4, row 5, row 6, row 7, row 8, row 9, row 10 and 4 more): "
        "xi is not reported.",
    )
    assert str(found).splitlines() == ["<Effects: PLO of 1 of 15 rows>", *found.notes]


def test_data_frames_with_gaps_and_their_labels():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {"study": ["Abe", "Bauer", "Chen"], "ai": pd.array([3, None, 5], dtype="Int64"), "n1i": [20, 25, 30]}
        | {"ci": [6, 7, 8], "n2i": [21, 24, 30]},
        index=[4, 5, 6],
    )
    found = pl.effect_rows("OR", frame, labels=frame["study"])
    assert [one.label for one in found.left_out] == ["Bauer"] and found.left_out[0].what == "ai is not reported."
    assert found.pool().labels == ("Abe", "Chen")
    (left,) = pl.effect_rows("OR", {"ai": [3, 4], "n1i": [20, 25], "ci": [6, 7], "n2i": [21, None]}).left_out
    assert left.what == "n2i is not reported."
