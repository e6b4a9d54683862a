"""Numbers as page, figures, sentences and tables print them."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core import numbers
from prismake.core.measures import NAMES, capitalised, measure_name, measure_of
from prismake.core.missing import is_missing
from prismake.core.numbers import Format, estimate, number, p_number, p_value, scientific, significant, typed, variance
from prismake.figures import wording
from prismake.synthesis import sentences

PLAIN = re.compile(r"−?[\d,]+(\.\d+)?")


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.997, "p > 0.99"), (0.9951, "p > 0.99"), (0.9949, "p = 0.99"), (0.56, "p = 0.56"), (0.0996, "p = 0.10"),
        (0.0312, "p = 0.031"), (0.001, "p = 0.001"), (0.0009, "p < 0.001"), (0.0, "p < 0.001"), (1.0, "p > 0.99"),
        (None, "p –"), (math.nan, "p –"),
    ],
)  # fmt: skip
def test_p_values_as_journals_print_them(p, text):
    assert p_value(p) == text


@given(st.floats(0.0, 1.0))
def test_no_p_value_is_zero_or_one(p):
    assert p_number(p) not in ("0.000", "0.00", "1.00", "1.000")


def test_sentences_and_figures_have_the_same_printer():
    for name in ("number", "p_value", "percent"):
        assert getattr(sentences, name) is getattr(numbers, name)
        assert getattr(wording, name) is getattr(numbers, name)
    row = {"estimate": 0.0213, "ci_lb": 0.0171, "ci_ub": 0.0264}
    assert sentences.interval(row, 95) == "0.0213 (95 % CI 0.0171 to 0.0264)"
    assert wording.estimate(row) == "0.0213 [0.0171, 0.0264]"


def test_numbers_have_true_minus_signs_and_zero_has_none():
    assert [number(v) for v in (123456.7, -0.001, -1.234, None, math.nan, math.inf)] == [
        *("123,456.70", "0.00", "−1.23", "–", "–", "∞")
    ]
    assert (scientific(3.04e8), scientific(-1.2e-8)) == ("3.0 × 10⁸", "−1.2 × 10⁻⁸")
    assert [significant(v) for v in (0.0, 0.012345, -123.4, 12345.6, 1e-9)] == [
        *("0", "0.0123", "−123", "12,346", "1.00 × 10⁻⁹")
    ]


def studies(*bounds: tuple[float, float]) -> list[dict[str, float]]:
    return [{"estimate": (low + high) / 2, "ci_lb": low, "ci_ub": high} for low, high in bounds]


def test_differences_of_three_ten_thousandths_keep_their_digits():
    rows = studies((-0.0006, 0.0002), (-0.0004, 0.0002))
    show = Format.of("MD", rows)
    assert show.estimate({"estimate": -0.0003, "ci_lb": -0.0005, "ci_ub": -0.0001}) == "−0.00030 [−0.00050, −0.00010]"
    assert show.variance(1.2e-8) == "1.2 × 10⁻⁸"


def test_differences_of_thousands_have_no_decimals_that_mean_nothing():
    assert (
        Format.of("MD", studies((-4000.0, 6000.0))).estimate(studies((-4000.0, 6000.0))[0]) == "1,000 [−4,000, 6,000]"
    )


def test_ratios_have_significant_digits():
    show = Format.of("RR", studies((0.0031, 0.97), (0.1, 9.0)))
    assert show.estimate({"estimate": 0.06, "ci_lb": 0.0031, "ci_ub": 0.97}) == "0.060 [0.0031, 0.97]"
    assert show.estimate({"estimate": 1.41, "ci_lb": 1.2e-8, "ci_ub": 287964.0}) == "1.41 [1.2 × 10⁻⁸, 287,964]"
    assert show.value(3.04e8) == "3.0 × 10⁸"
    assert Format.of("RR", studies((1.0171, 1.0264))).value(1.0213) == "1.0213"


def test_a_precise_study_among_wide_ones_is_not_printed_without_width():
    show = Format.of("PLO", studies((0.2, 0.6), (0.1, 0.7))).fitted({"ci_lb": 0.2, "ci_ub": 0.6})
    assert show.digits == 2
    assert show.estimate({"estimate": 0.1213, "ci_lb": 0.1193, "ci_ub": 0.1233}) == "0.1213 [0.1193, 0.1233]"


def test_proportions_in_per_cent():
    row = {"estimate": 0.4079, "ci_lb": 0.28, "ci_ub": 0.5496}
    show = Format.of("PLO", [row], percent=True)
    assert show.estimate(row) == "40.8 [28.0, 55.0]"
    assert show.interval(row, 95) == "40.8 % (95 % CI 28.0 to 55.0 %)"
    assert not Format.of("RR", [row], percent=True).percent


@given(
    st.sampled_from(["PLO", "RR", "MD", "SMD"]),
    st.lists(st.tuples(st.floats(1e-6, 0.4), st.floats(1e-6, 0.5)), min_size=1, max_size=8),
)
def test_no_interval_of_the_only_study_is_printed_without_width(measure, pairs):
    rows = studies(*[(low, low + width) for low, width in pairs])[:1]
    text = Format.of(measure, rows).brackets(rows[0])
    low, _, high = text.strip("[]").partition(", ")
    assert low != high, text


@given(st.floats(1e-3, 1e5, allow_subnormal=False))
def test_what_is_printed_is_the_number(value):
    text = significant(value, 4)
    assert PLAIN.fullmatch(text)
    assert float(text.replace(",", "")) == pytest.approx(value, rel=5.1e-4)


def test_variances_keep_two_digits_however_small():
    assert [variance(v) for v in (0.0, 0.5198, 0.052, 0.00052, 5.2e-6, 1e-9, 1523.4, None)] == [
        *("0", "0.520", "0.052", "0.00052", "5.2 × 10⁻⁶", "< 10⁻⁶", "1,523", "–")
    ]


def test_extracted_numbers_stay_as_they_were_typed():
    assert [typed(v) for v in ("129.30", 129.3, 108, 108.0, 0.0012, -0.5, "−0.5", 12.34567891, None)] == [
        *("129.30", "129.3", "108", "108", "0.0012", "−0.5", "−0.5", "12.35", "")
    ]


def test_a_row_without_bounds_is_its_estimate():
    assert estimate({"estimate": 0.5, "ci_lb": None, "ci_ub": None}) == "0.50"
    assert Format().bounds({"ci_lb": None, "ci_ub": 1.0}) == "–"


def test_measures_have_names_and_a_review_may_have_its_own():
    assert measure_of({"measure": "GEN", "ratio_scale": True}) == "GENLN"
    assert measure_name({"measure": "GEN", "display": {"measure_name": "hazard ratio"}}) == "hazard ratio"
    assert capitalised(measure_name({"measure": "OR"})) == "Odds ratio"
    assert all(name == name.strip() for name in NAMES.values())


@pytest.mark.parametrize("text", ["", " ", None, "NR", "nr", "n.r.", "N/R", "Not reported", "not stated", "ＮＲ"])
def test_missing_is_one_thing(text):
    assert is_missing(text)


@pytest.mark.parametrize("text", ["NA", "no", "0", "North America", "unclear"])
def test_answers_are_not_missing(text):
    assert not is_missing(text)
