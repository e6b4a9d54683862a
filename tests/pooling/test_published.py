"""Published estimates and the middle of their intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake import pooling as pl
from prismake.core.errors import PoolingError


def test_ratios_taken_for_differences_are_named():
    found = pl.off_centre([0.62, 0.31, 1.40], [0.41, 0.12, 0.95], [0.94, 0.80, 2.06], labels=["Ito", "Kaur", "Meyer"])
    assert [one.label for one in found] == ["Ito", "Kaur", "Meyer"] and all(one.other_scale for one in found)
    assert "ratio entered as a difference" in str(found[1]) and "below its middle" in str(found[1])
    assert pl.off_centre([0.62, 0.31, 1.40], [0.41, 0.12, 0.95], [0.94, 0.80, 2.06], log=True) == ()
    assert pl.scale_of([0.62, 0.31, 1.40], [0.41, 0.12, 0.95], [0.94, 0.80, 2.06]) == "log"


def test_differences_taken_for_ratios_are_named():
    found = pl.off_centre([5.0, 6.1], [1.0, 0.4], [9.0, 11.8], log=True)
    assert len(found) == 2 and found[0].shift > 0 and found[0].other_scale
    assert pl.scale_of([5.0, 6.1], [1.0, 0.4], [9.0, 11.8]) == "plain"


def test_a_wrong_number_lies_off_on_both_scales():
    (one,) = pl.off_centre([0.62, 0.26], [0.41, 0.12], [0.94, 0.31], log=True, labels=["a", "b"])
    assert (one.row, one.label, one.other_scale) == (1, "b", False) and "report" in str(one)
    assert pl.scale_of([0.26], [0.12], [0.31]) == ""


def test_what_cannot_be_told_is_not_told():
    assert pl.off_centre([math.nan, 0.3, 0.2], [0.1, 0.3, 0.0], [0.4, 0.3, 0.9], log=True) == ()
    assert pl.off_centre([0.03], [0.01], [0.10], log=True) == ()  # rounding moves the lower limit by half
    with pytest.raises(PoolingError, match="labels"):
        pl.off_centre([0.1], [0.0], [0.2], labels=["a", "b"])


@given(st.floats(-1.5, 1.5), st.floats(0.05, 1.0), st.integers(1, 3), st.booleans())
def test_rounding_alone_never_names_a_row(centre, half, digits, log):
    numbers = (centre, centre - half, centre + half)
    y, low, high = (round(math.exp(x) if log else x, digits) for x in numbers)
    assert pl.off_centre([y], [low], [high], log=log) == ()
