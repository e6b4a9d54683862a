"""Unreported numbers are converted from reported ones as far as the protocol allows, and their origin is stated."""

from __future__ import annotations

import math

import pytest
from prismake.core.errors import ConfigError
from prismake.extraction.derived_values import with_conversions
from prismake.protocol.config import validated
from prismake.protocol.forms import load_form
from prismake.protocol.settings import for_outcome_table

MEANS = {"measure": "MD", "conversions": ["se", "ci", "quartiles", "range"]}
RATIO = {"measure": "GEN", "ratio_scale": True, "conversions": ["se", "p", "o_minus_e"]}


def protocol(**outcomes):
    return validated({"title": "t", "question": "q", "outcomes": outcomes})


def converted(spec, **cells):
    """The row of one study after conversion, what was converted from what, and why nothing was."""
    outcomes = for_outcome_table(protocol(x=spec))
    columns = {**outcomes["x"]["columns"], **outcomes["x"]["converted_from"]}
    row = dict.fromkeys(columns.values(), "NR") | {f"x_{role}": text for role, text in cells.items()}
    derived = with_conversions({"s": row}, outcomes)
    how = {column.removeprefix("x_"): text for (_, column), text in derived.how.items()}
    return {name.removeprefix("x_"): text for name, text in derived.items["s"].items()}, how, derived.refused


CONTROL = {"mean2": "5", "sd2": "2", "n2": "40"}


def test_a_standard_error_becomes_a_standard_deviation():
    row, how, _ = converted(MEANS, mean1="4.2", se1="0.5", n1="36", **CONTROL)
    assert float(row["sd1"]) == 3.0
    assert how == {"sd1": "converted from SE 0.5 of 36 people"}


def test_the_interval_of_a_mean_becomes_a_standard_deviation_by_t():
    # Cochrane Handbook 6.5.2.2: sqrt(25) * (34.2 - 30.0) / 4.128 with t of 24 degrees of freedom
    row, how, _ = converted(MEANS, mean1="32.1", ci_lower1="30.0", ci_upper1="34.2", n1="25", **CONTROL)
    assert float(row["sd1"]) == pytest.approx(5.087, abs=5e-4)
    assert how["sd1"].startswith("converted from 95 % CI 30 to 34.2 of 25 people")


def test_quartiles_become_mean_and_standard_deviation():
    row, how, _ = converted(MEANS, median1="10", q11="8", q31="12.5", n1="50", **CONTROL)
    # Luo 2018: w = 0.7 + 0.39/50; Wan 2014: (q3 - q1) / (2 * qnorm((0.75 * 50 - 0.125) / 50.25))
    assert float(row["mean1"]) == pytest.approx(0.7078 * 10.25 + 0.2922 * 10, abs=1e-9)
    assert float(row["sd1"]) == pytest.approx(3.434871, abs=1e-6)  # R 4
    assert how["mean1"] == "converted from median 10, q1 8, q3 12.5 of 50 people"


def test_skewed_quantiles_are_not_converted_and_say_so():
    row, how, refused = converted(MEANS, median1="3", q11="2.5", q31="12.5", n1="50", **CONTROL)
    assert (row["mean1"], how) == ("NR", {})
    assert refused["s", "x"] == "median 3 with q1 2.5, q3 12.5 is skewed and was not converted."


def test_what_is_reported_is_never_replaced():
    row, how, _ = converted(MEANS, mean1="4.2", sd1="2.9", se1="0.5", n1="36", **CONTROL)
    assert (row["sd1"], how) == ("2.9", {})


def test_nothing_is_converted_that_the_protocol_does_not_name():
    names = [field.name for field in load_form("extraction", protocol(x={"measure": "MD"})).fields]
    assert names == ["x_mean1", "x_sd1", "x_n1", "x_mean2", "x_sd2", "x_n2"]
    with pytest.raises(ConfigError, match=r"names p, which is none of MD\. Allowed: se, ci, quartiles, range"):
        protocol(x={"measure": "MD", "conversions": ["p"]})


def test_observed_minus_expected_becomes_a_hazard_ratio():
    # Tierney 2007, equation 1: HR = exp((O - E) / V), standard error 1 / sqrt(V)
    row, how, _ = converted(RATIO, o_minus_e="-8.5", variance="20")
    assert float(row["effect"]) == pytest.approx(math.exp(-0.425), abs=1e-12)
    assert float(row["upper"]) == pytest.approx(math.exp(-0.425 + 1.959963985 / math.sqrt(20)), abs=1e-9)
    assert how["effect"] == "converted from O − E -8.5, V 20".replace("-8.5", "−8.5")


def test_a_p_value_gives_the_interval_of_a_ratio():
    row, _, _ = converted(RATIO, effect="0.72", p="0.03")
    half = abs(math.log(0.72)) / 2.1700903775845606 * 1.959963984540054  # qnorm(0.985), qnorm(0.975)
    assert [float(row[role]) for role in ("lower", "upper")] == pytest.approx(
        [0.72 * math.exp(-half), 0.72 * math.exp(half)], abs=1e-12
    )


def test_the_standard_error_of_a_difference_is_not_one_of_a_logarithm():
    row, _, _ = converted({**RATIO, "ratio_scale": False, "conversions": ["se"]}, effect="-1.5", se="0.5")
    assert [float(row[role]) for role in ("lower", "upper")] == pytest.approx([-2.479981992, -0.520018008], abs=1e-8)


@pytest.mark.parametrize(("p", "effect"), [("0", "0.8"), ("1", "0.8"), ("0.2", "1")])
def test_a_p_value_that_says_nothing_of_the_spread_is_refused(p, effect):
    row, _, refused = converted(RATIO, effect=effect, p=p)
    assert row["lower"] == "NR"
    assert "has no standard error" in refused["s", "x"]
