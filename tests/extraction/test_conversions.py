"""Converted numbers against the Cochrane Handbook, Tierney 2007 and the reference cases, and identities."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.errors import ExtractionError
from prismake.extraction import conversions as c

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "conversions.csv"
DF = {"t": True, "z": False}


def quantiles(i, **more):
    names = {"min": "minimum", "q1": "q1", "q3": "q3", "max": "maximum"}
    return c.mean_sd(i["n"], i["median"], **{names[key]: i[key] for key in names if key in i}, **more)


def with_skewness(i):
    now, before = quantiles(i), quantiles(i, constants=2020)
    return {
        "mean": now.mean,
        "sd": now.sd,
        "skew_stat": now.skewness,
        "skew_crit": now.critical,
        "skew_crit_2020": before.critical,
        "skewed": now.skewed,
    }


def wan(i):
    result = quantiles(i, method="wan")
    return {"mean": result.mean, "sd": result.sd}


def from_difference_ci(i):
    se = c.se_from_difference_ci(i["lower"], i["upper"], i["n1"], i["n2"], level=i["level"], t=DF[i["distribution"]])
    return {"se": se, "sd": c.sd_from_difference(se, i["n1"], i["n2"])}


def from_t(i):
    t = i["t"] if "t" in i else c.t_from_p(i["p"], i["n1"], i["n2"])
    se = c.se_from_t(i["md"], t)
    return {"t": t, "se": se, "sd": c.sd_from_difference(se, i["n1"], i["n2"])}


def crossover(i):
    sd = i["sd_diff"] if "sd_diff" in i else c.sd_of_change(i["sd_e"], i["sd_c"], i["correlation"])
    return {"md": i["mean_e"] - i["mean_c"], "sd_diff": sd, "se": c.crossover_se(sd, i["n"])}


def crossover_smd(i):
    values = (i["mean_e"], i["sd_e"], i["mean_c"], i["sd_c"], i["n"], i["correlation"])
    return dict(zip(("smd", "se"), c.crossover_smd(*values), strict=True))


def combined(i):
    groups = [(group["n"], group["mean"], group["sd"]) for group in i["groups"]]
    return dict(zip(("n", "mean", "sd"), c.combine_groups(groups), strict=True))


def variance(i):
    if "total_events" in i:
        return {"V": c.v_from_total(i["total_events"], i["n_research"], i["n_control"])}
    return {"V": c.v_from_events(i["events_research"], i["events_control"])}


def from_p_and_events(i):
    v = c.v_from_events(i["events_research"], i["events_control"])
    o_minus_e = c.o_minus_e(i["p"], v, fewer=i["favours"] == "research")
    return {"V": v, "O_minus_E": o_minus_e, "hr": math.exp(c.ratio_from_o_minus_e(o_minus_e, v)[0])}


def from_o_minus_e(i):
    yi, sei = c.ratio_from_o_minus_e(i["O_minus_E"], i["V"])
    return {"yi": yi, "sei": sei, "hr": math.exp(yi)}


def absolute(i):
    measure = next(name for name in ("RR", "OR", "HR", "RD") if name in i)
    difference = c.per_1000(measure, i[measure], i.get("baseline_risk", math.nan))
    return {"per_1000": difference, "nnt": c.number_needed(difference)}


def counts(i):
    fitting = c.counts_of_percentage(i["percent"], i["decimals"], i["n"])
    return {"counts": fitting, "unique": len(fitting) == 1, "possible": bool(fitting)}


def a_rate(i):
    yi, sei = c.rate(i["events"], i["person_time"])
    return {"rate": math.exp(yi) * i["per"], "yi": yi, "sei": sei}


def binary_size(i):
    size = c.information_size_binary(i["control_risk"], i["rrr"], alpha=i["alpha"], power=i["power"])
    return {"per_arm": size, "total": 2 * math.ceil(size)}


def continuous_size(i):
    size = c.information_size_continuous(i["delta_sd"], alpha=i["alpha"], power=i["power"])
    return {"per_arm_z": size, "total": 2 * math.ceil(size)}


def named(names, function):
    return lambda i: dict(zip(names.split(), function(i), strict=True))


KINDS = {
    **dict.fromkeys(("median_range", "median_iqr", "five_numbers"), with_skewness),
    **dict.fromkeys(("median_range_wan", "median_iqr_wan", "five_numbers_wan"), wan),
    "se_to_sd": lambda i: {"sd": c.sd_from_se(i["se"], i["n"])},
    "ci_to_sd": lambda i: {
        "sd": c.sd_from_ci(i["lower"], i["upper"], i["n"], level=i["level"], t=DF[i["distribution"]])
    },
    "p_to_sd": from_t,
    "t_to_sd": from_t,
    "md_ci_to_sd": from_difference_ci,
    "f_to_t": lambda i: {"t": c.t_from_f(i["F"], i["df1"])},
    "combine_groups": combined,
    "sd_change": lambda i: {"sd": c.sd_of_change(i["sd_baseline"], i["sd_final"], i["correlation"])},
    "correlation": lambda i: {"correlation": c.correlation_of_change(i["sd_baseline"], i["sd_final"], i["sd_change"])},
    "crossover_md": crossover,
    "crossover_smd": crossover_smd,
    "ratio_ci": named("yi sei asymmetry", lambda i: c.ratio_from_ci(**i)),
    "ratio_p": named("yi sei", lambda i: c.ratio_from_p(i["estimate"], i["p"])),
    "hr_oe": from_o_minus_e,
    "p_to_z": lambda i: {"z": c.z_from_p(i["p"], i["sided"])},
    "hr_events_v": variance,
    "hr_p_events": from_p_and_events,
    "hr_medians": lambda i: {"hr": c.hr_from_medians(i["median_control"], i["median_research"])},
    "or_to_rr": lambda i: {"RR": c.rr_from_or(i["OR"], i["baseline_risk"])},
    "absolute_effect": absolute,
    "or_to_smd": named("smd se", lambda i: c.smd_from_or(i["OR"], i["se_log"])),
    "smd_to_or": lambda i: {"OR": c.or_from_smd(i["smd"])},
    "percent_to_count": counts,
    "rate": a_rate,
    "rate_ratio": named("yi sei", lambda i: c.rate_ratio(i["events1"], i["time1"], i["events2"], i["time2"])),
    "rate_zero": lambda i: {"upper_97_5": c.rate_upper(i["events"], i["person_time"])},
    "clopper_pearson": named("lower upper", lambda i: c.clopper_pearson(i["events"], i["total"])),
    "design_effect": lambda i: {"design_effect": c.design_effect(i["mean_cluster_size"], i["icc"])},
    "effective_size": lambda i: {
        name: c.effective_size(i[name], i["mean_cluster_size"], i["icc"]) for name in ("events", "total")
    },
    "shared_control": lambda i: c.split_comparator({"events": i["events"], "total": i["total"]}, i["arms"]),
    "ois_binary": binary_size,
    "ois_continuous": continuous_size,
}


def reference_cases():
    if not REFERENCE.exists():
        return [
            pytest.param(None, marks=pytest.mark.skip(reason="the table of reference cases is not beside the tree"))
        ]
    with REFERENCE.open(encoding="utf-8") as file:
        return [pytest.param(row, id=row["id"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("case", reference_cases())
def test_each_reference_case(case):
    result = KINDS[case["kind"]](json.loads(case["input"]))
    for name, expected in json.loads(case["expected"]).items():
        if isinstance(expected, float):
            tolerance = float(case["tolerance"])
            assert result[name] == pytest.approx(expected, rel=tolerance, abs=tolerance), name
        else:
            assert result[name] == expected, name


# Cochrane Handbook 6, 6.5.2.3: MD 3.8, p 0.008, groups of 25 and 22: t 2.78, SE 1.37, SD 4.69
def test_the_handbook_example_of_a_p_value():
    t = c.t_from_p(0.008, 25, 22)
    se = c.se_from_t(3.8, t)
    assert (round(t, 2), round(se, 2), round(c.sd_from_difference(se, 25, 22), 1)) == (2.78, 1.37, 4.7)


# Cochrane Handbook 5.1, 12.5.4.2 and 12.5.4.3: RR 0.92 at 30 %: 24 fewer, NNT 42; OR 0.73 at 30 %: 62 fewer, NNT 17
@pytest.mark.parametrize(("measure", "value", "fewer", "needed"), [("RR", 0.92, 24, 42), ("OR", 0.73, 62, 17)])
def test_the_handbook_examples_of_absolute_effects(measure, value, fewer, needed):
    difference = c.per_1000(measure, value, 0.3)
    assert (round(-difference), c.number_needed(difference)) == (fewer, needed)


def test_skewed_data_say_so():
    assert c.mean_sd(25, 2, minimum=0, maximum=40).skewed
    assert not c.mean_sd(30, 5, minimum=1, maximum=11).skewed


@pytest.mark.parametrize(
    ("arguments", "quantiles", "message"),
    [
        ((4, 5), {"minimum": 1, "maximum": 9}, "a median of 4 people says too little"),
        ((30, 5), {}, "a median alone has no spread"),
        ((30, 5), {"q1": 7, "q3": 9}, "7, 5, 9 are not in order"),
    ],
)
def test_what_cannot_be_converted(arguments, quantiles, message):
    with pytest.raises(ExtractionError, match=message):
        c.mean_sd(*arguments, **quantiles)


def test_no_f_of_more_than_two_groups_and_no_ratio_of_one():
    with pytest.raises(ExtractionError, match="compares 3 groups"):
        c.t_from_f(4.0, 2)
    with pytest.raises(ExtractionError, match="has no standard error"):
        c.ratio_from_p(1.0, 1.0)


@given(st.lists(st.floats(-100, 100), min_size=4, max_size=30))
def test_groups_that_are_put_together_are_one_group(values):
    """Handbook table 6.5.a is exact: any two parts of a sample give the sample's mean and standard deviation."""
    from statistics import mean, stdev

    half = len(values) // 2
    parts = [(len(part), mean(part), stdev(part)) for part in (values[:half], values[half:])]
    n, middle, sd = c.combine_groups(parts)
    assert (n, middle) == (len(values), pytest.approx(mean(values), abs=1e-9))
    assert sd == pytest.approx(stdev(values), abs=1e-6)


@given(st.integers(1, 400), st.data())
def test_a_count_is_among_those_of_its_own_percentage(n, data):
    count, decimals = data.draw(st.integers(0, n)), data.draw(st.integers(0, 2))
    assert count in c.counts_of_percentage(round(100 * count / n, decimals), decimals, n)


@given(st.floats(0.1, 10), st.floats(0.01, 0.99))
def test_odds_and_risk_ratios_of_one_table(odds_ratio, risk):
    odds = odds_ratio * risk / (1 - risk)
    assert c.rr_from_or(odds_ratio, risk) == pytest.approx(odds / (1 + odds) / risk, rel=1e-9)
