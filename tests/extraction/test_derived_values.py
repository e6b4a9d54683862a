"""Unreported numbers are converted from reported ones as far as the protocol allows, and their origin is stated."""

from __future__ import annotations

import math

import pytest
from prismake.core.errors import ConfigError
from prismake.extraction.assumed_correlations import at_other_correlations, numbers_of
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
    with pytest.raises(
        ConfigError, match=r"names o_minus_e, which is none of MD\. Allowed: se, ci, quartiles, range, change"
    ):
        protocol(x={"measure": "MD", "conversions": ["o_minus_e"]})


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


DIFFERENCE = {"measure": "MD", "conversions": ["difference_se", "difference_ci", "t", "f", "p"]}
ARMS = {"mean1": "33.8", "n1": "25", "mean2": "30", "n2": "22"}


@pytest.mark.parametrize(
    ("cells", "how"),
    [
        ({"p": "0.008"}, "p = 0.008"),
        ({"t": "2.78"}, "t = 2.78"),
        ({"f": "7.7284"}, "F = 7.7284"),
        ({"difference_se": "1.37"}, "SE 1.37"),
        ({"difference_lower": "1.0407", "difference_upper": "6.5593"}, "95 % CI 1.0407 to 6.5593 (t)"),
    ],
)
def test_what_is_printed_of_a_difference_gives_one_sd_for_both_arms(cells, how):
    """Cochrane Handbook 6.5.2.3: p = 0.008 of a difference of 3.8 between 25 and 22 people; t 2.78, SE 1.37, SD 4.69."""
    row, origins, refused = converted(DIFFERENCE, **ARMS, **cells)
    assert not refused
    assert [float(row["sd1"]), float(row["sd2"])] == pytest.approx([4.69, 4.69], abs=0.015)  # from rounded numbers
    assert origins["sd1"] == origins["sd2"] == f"converted from {how} of the difference between 25 and 22 people"


def test_a_difference_that_says_nothing_gives_no_sd():
    row, _, refused = converted(DIFFERENCE, **{**ARMS, "mean1": "30"}, p="1")
    assert row["sd1"] == "NR"
    assert refused["s", "x"] == "p = 1 of a difference of 0 gives no SD."


def test_an_sd_that_is_reported_for_one_arm_is_not_replaced():
    row, how, _ = converted(DIFFERENCE, **ARMS, sd1="7", difference_se="2.13")
    assert (row["sd1"], row["sd2"], how) == ("7", "NR", {})


CHANGE = {"measure": "MD", "conversions": ["change"]}
BEFORE = {"baseline_mean1": "20", "final_mean1": "14", "baseline_sd1": "4.0", "final_sd1": "4.4", "n1": "36"}


def test_a_change_is_made_of_the_values_before_and_after():
    # Cochrane Handbook 6.5.2.8: sqrt(4.0² + 4.4² - 2 * 0.78 * 4.0 * 4.4) = 2.81
    row, how, _ = converted(CHANGE, **BEFORE, correlation1="0.78", **CONTROL)
    assert (float(row["mean1"]), float(row["sd1"])) == (-6.0, pytest.approx(2.811405342528892))
    assert how["sd1"] == "converted from SD 4 before and 4.4 after, correlation 0.78"


def test_the_correlation_of_a_change_is_assumed_only_if_the_protocol_says_so():
    row, _, refused = converted(CHANGE, **BEFORE, **CONTROL)
    assert row["sd1"] == "NR"
    assert "needs the correlation" in refused["s", "x"]
    row, how, _ = converted({**CHANGE, "assumed": {"correlation": 0.5}}, **BEFORE, **CONTROL)
    assert float(row["sd1"]) == pytest.approx(math.sqrt(4**2 + 4.4**2 - 4 * 4.4))
    assert how["sd1"].endswith("assumed correlation 0.5")


def test_a_crossover_trial_gets_its_interval_from_the_differences_within_people():
    spec = {"measure": "GEN", "ratio_scale": False, "conversions": ["crossover"]}
    row, how, _ = converted(spec, effect="0.5", sd_difference="2.0", pairs="10")
    # Cochrane Handbook 5.1, 16.4.6.4: SE 0.632
    assert float(row["upper"]) == pytest.approx(0.5 + 1.959964 * 0.6324555, abs=1e-6)
    assert how["lower"] == "converted from SD 2 of the differences within 10 people"


def test_t_gives_a_published_difference_its_interval():
    row, _, _ = converted({"measure": "GEN", "ratio_scale": False, "conversions": ["t"]}, effect="-4.2", t="-2.1")
    assert float(row["lower"]) == pytest.approx(-4.2 - 1.959964 * 2, abs=1e-5)  # SE 2, Handbook 6.5.2.3


def test_clusters_divide_people_and_events_by_the_design_effect():
    spec = {"measure": "OR", "conversions": ["cluster"]}
    cells = {"events1": "33", "total1": "400", "events2": "40", "total2": "410"}
    row, how, _ = converted(spec, **cells, cluster_size="20", icc="0.02")
    # Cochrane Handbook 23.1.4: 1 + (20 - 1) * 0.02 = 1.38
    assert [float(row[role]) for role in ("events1", "total1")] == pytest.approx([33 / 1.38, 400 / 1.38])
    assert how["events1"] == "converted from 33, 400, 40, 410, clusters of 20, intracluster correlation 0.02"
    assert converted(spec, **cells)[1] == {}
    assert "without an intracluster correlation" in converted(spec, **cells, cluster_size="20")[2]["s", "x"]
    assumed = converted({**spec, "assumed": {"icc": 0.02}}, **cells, cluster_size="20")[1]["total2"]
    assert assumed.endswith("assumed intracluster correlation 0.02")


def test_clusters_leave_means_and_sds_and_widen_intervals():
    cells = {"mean1": "5", "sd1": "2", "n1": "69", "mean2": "6", "sd2": "2", "n2": "138"}
    row, _, _ = converted({"measure": "MD", "conversions": ["cluster"]}, **cells, cluster_size="20", icc="0.02")
    assert (row["mean1"], row["sd1"], float(row["n1"])) == ("5", "2", pytest.approx(50.0))
    row, _, _ = converted(
        {**RATIO, "conversions": ["cluster"]}, effect="2", lower="1", upper="4", cluster_size="4", icc="1"
    )
    assert [float(row["lower"]), float(row["upper"])] == pytest.approx(
        [0.5, 8.0]
    )  # the root of 4 doubles the logarithm


def test_a_model_of_whole_numbers_gets_whole_numbers():
    spec = {"measure": "PLO", "model": "glmm", "conversions": ["cluster"]}
    row, _, _ = converted(spec, events="33", total="400", cluster_size="20", icc="0.02")
    assert (row["events"], row["total"]) == ("24.0", "290.0")


@pytest.mark.parametrize("spec", [{"measure": "MN"}, {"measure": "MD", "kind": "network"}], ids=["one arm", "network"])
def test_the_mean_of_a_single_arm_is_converted_like_that_of_one_of_two(spec):
    spec |= {"conversions": ["se", "quartiles"]}
    columns = protocol(x=spec)["extraction"]["fields"]
    assert "X: lower quartile" in [field["label"] for field in columns]
    row, how, _ = converted(spec, median="10", q1="8", q3="12.5", n="50")
    two, _, _ = converted(MEANS, median1="10", q11="8", q31="12.5", n1="50", **CONTROL)
    assert (row["mean"], row["sd"]) == (two["mean1"], two["sd1"])
    assert how["sd"] == "converted from median 10, q1 8, q3 12.5 of 50 people"


def test_an_arm_has_no_conversion_from_a_difference():
    with pytest.raises(ConfigError, match="names difference_se, which is none of MD"):
        protocol(x={"measure": "MD", "kind": "network", "conversions": ["difference_se"]})


PERIODS = {"first_mean": "7", "first_sd": "2.38", "second_mean": "6.5", "second_sd": "2.21", "pairs": "10"}


@pytest.mark.parametrize(
    ("conversion", "effect", "se"), [("crossover_means", 0.5, 0.583), ("crossover_smd", 0.218, 0.256)]
)
def test_means_of_two_periods_become_a_difference_within_people(conversion, effect, se):
    """Cochrane Handbook 5.1, 16.4.6.4, which prints 0.583, and 0.218 with 0.256."""
    spec = {"measure": "GEN", "ratio_scale": False, "conversions": [conversion]}
    row, how, _ = converted(spec, **PERIODS, correlation="0.68")
    half = (float(row["upper"]) - float(row["lower"])) / 2
    assert (float(row["effect"]), half / 1.959964) == pytest.approx((effect, se), abs=5e-4)
    assert how["lower"].endswith("of 10 people in both periods, correlation 0.68")
    _, _, refused = converted(spec, **PERIODS)
    assert refused["s", "x"] == "a crossover trial needs the correlation of the values within people."
    _, _, refused = converted({**spec, "ratio_scale": True}, **PERIODS, correlation="0.68")
    assert "is no ratio" in refused["s", "x"]


def test_an_assumed_correlation_is_moved_by_a_fifth_both_ways_and_one_that_is_reported_is_not():
    spec = {"measure": "MD", "conversions": ["change"], "assumed": {"correlation": 0.9}}
    outcomes = for_outcome_table(protocol(x=spec))
    change = {"baseline_mean1": "10", "baseline_sd1": "4", "final_mean1": "8", "final_sd1": "4.4", "n1": "30"}
    columns = {**outcomes["x"]["columns"], **outcomes["x"]["converted_from"]}
    row = dict.fromkeys(columns.values(), "NR") | {f"x_{role}": text for role, text in {**change, **CONTROL}.items()}
    items = {"assumed": row | {"x_mean2": "5"}, "reported": row | {"x_correlation1": "0.8"}}
    texts = at_other_correlations(items, with_conversions(items, outcomes).items, outcomes)
    assert texts.keys() == {("assumed", "x")}
    sd = {name: float(numbers_of(text)["sd1"]) for name, text in texts["assumed", "x"].items()}
    # 4^2 + 4.4^2 - 2 r 4 x 4.4 with r of 0.7, and of 0.99 instead of 1.1 (Handbook 6.5.2.8)
    assert sd == pytest.approx({"lower_correlation": 10.72**0.5, "higher_correlation": 0.512**0.5})
