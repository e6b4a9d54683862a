"""One outcome from its table to numbers and sentences."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from prismake.protocol.schema import with_defaults
from prismake.synthesis import analyse

# Table 1 of Front Immunol 2021;11:569117: relapses among complete remissions, one row per cohort.
RELAPSE = {
    "Maude 2014": (7, 27, "4-1BB"),
    "Lee 2015": (2, 14, "CD28"),
    "Gardner 2017": (18, 40, "4-1BB"),
    "Maude 2018": (22, 61, "4-1BB"),
    "Park 2018": (25, 44, "CD28"),
    "Hay 2019": (22, 45, "CD28/4-1BB"),
    "Pan 2019": (5, 24, "4-1BB"),
    "Shah 2020": (30, 40, "4-1BB"),
}
ARMS = ("events1", "total1", "events2", "total2")
NONE = {"title_abstract": 0, "full_text": 0}


def spec(measure="PLO", columns=("events", "total"), **changes):
    outcome = {"measure": measure, "columns": {name: name for name in columns}, **changes}
    return with_defaults({"title": "t", "question": "q", "outcomes": {"x": outcome}})["outcomes"]["x"]


def table(rows, columns=("events", "total"), **more):
    frame = pd.DataFrame(rows, columns=["label", *columns], dtype=str)
    year = frame["label"].str.extract(r"(\d{4})", expand=False).fillna("")
    base = {"study_id": frame["label"], "arm": "", "year": year, "outcome": "x", "status": "used"}
    base |= {"remark": "", "settled_by": "agreement", "source": "Table 1"}
    return frame.assign(**{**base, **more})


def relapse(**more):
    rows = [(label, str(events), str(total)) for label, (events, total, _) in sorted(RELAPSE.items())]
    return table(rows, **{"domain": [RELAPSE[label][2] for label in sorted(RELAPSE)], **more})


def run(frame, settings, undecided=NONE, **more):
    found = analyse(
        "x",
        frame,
        settings,
        labels={"domain": "Domain"},
        kinds={"domain": "choice", "months": "number", "latitude": "number", "allocation": "choice"},
        level=95,
        subgroup_tau2="common",
        undecided=undecided,
        **more,
    )
    json.dumps(found, allow_nan=False)  # plain and finite, whatever happened
    return found


def test_relapse_is_what_metafor_makes_of_it():
    found = run(relapse(), spec(subgroups=["domain"]))
    main, other = found["analyses"]["main"], found["analyses"]["inverse_variance"]
    assert main["estimate"] == pytest.approx(0.4079, abs=5e-5)
    assert other["estimate"] == pytest.approx(0.4132, abs=5e-5)
    assert sum(row["weight_pct"] for row in found["studies"]) == pytest.approx(100)
    assert "131 events among 295 participants" in main["sentence"]
    assert [row["level"] for row in found["subgroups"]["domain"]["levels"]] == ["4-1BB", "CD28", "CD28/4-1BB"]
    assert "not run because there are fewer than 10 studies (k = 8)" in found["bias"]["sentence"]
    assert len(found["sensitivity"]["leave_one_out"]["studies"]) == 8
    assert found["counts"]["statement"] == "Based on 8 of 8 included studies; all decisions have been made."


def test_open_decisions_make_a_result_provisional():
    found = run(relapse(), spec(), {"title_abstract": 3, "full_text": 0})
    assert not found["counts"]["current"]
    assert "PROVISIONAL: decisions are open (3 at title and abstract)" in found["counts"]["statement"]


def test_no_study_is_a_result():
    found = run(relapse(status="undecided"), spec(subgroups=["domain"]))
    assert found["analyses"] == {}
    assert len(found["left_out"]) == 8
    assert "no study can be pooled yet" in found["sentence"]


def test_one_study_is_never_pooled():
    found = run(table([("Lee 2015", "2", "14")]), spec())
    assert found["analyses"] == {}
    assert "one study only, Lee 2015, 0.14" in found["sentence"]


@pytest.mark.parametrize("events", ["0", "10"])
def test_no_event_anywhere_says_that_the_estimate_does_not_exist(events):
    found = run(table([(name, events, "10") for name in "abc"]), spec())
    assert found["analyses"]["main"]["estimate"] is None
    assert found["analyses"]["main"]["warnings"]


@pytest.mark.parametrize("measure", ["PLO", "PR", "PAS", "PFT"])
def test_proportions_on_every_scale(measure):
    found = run(relapse(), spec(measure))
    assert 0.3 < found["analyses"]["main"]["estimate"] < 0.5
    if measure == "PFT":
        assert "harmonic mean" in found["analyses"]["main"]["warnings"][0]


@pytest.mark.parametrize(
    ("measure", "columns", "rows", "low", "high"),
    [
        ("RR", ("events1", "total1", "events2", "total2"), [("4", "119", "11", "139"), ("6", "306", "29", "303")], 0.1, 0.9),
        ("OR", ("events1", "total1", "events2", "total2"), [("4", "119", "11", "139"), ("6", "306", "29", "303")], 0.1, 0.9),
        ("RD", ("events1", "total1", "events2", "total2"), [("4", "119", "11", "139"), ("6", "306", "29", "303")], -0.2, 0),
        ("MD", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32")], -20, 0),
        ("SMD", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32")], -1, 0),
        ("ROM", ("mean1", "sd1", "n1", "mean2", "sd2", "n2"), [("55", "47", "155", "75", "64", "156"), ("27", "7", "31", "29", "4", "32")], 0.6, 1),
        ("GEN", ("effect", "lower", "upper"), [("0.5", "0.3", "0.8"), ("0.7", "0.5", "0.98")], 0.5, 0.7),
    ],
)  # fmt: skip
def test_comparisons(measure, columns, rows, low, high):
    named = [(f"Study {number}", *row) for number, row in enumerate(rows)]
    more = {"ratio_scale": True} if measure == "GEN" else {}
    found = run(table(named, columns), spec(measure, columns, test="z", **more))
    assert low < found["analyses"]["main"]["estimate"] < high
    assert list(found["analyses"]) == ["main"]


def test_an_interval_of_tau2_without_an_upper_bound_is_said():
    rows = [("a", "0", "50"), ("b", "0", "10"), ("c", "0", "1"), ("d", "25", "50")]
    main = run(table(rows), spec())["analyses"]["main"]
    assert main["tau2_ub"] is None
    assert f"(95 % CI {main['tau2_lb']:.3f} to no upper bound)" in main["sentence"]


def test_equal_effects_get_the_interval_of_wald_and_the_sentence_says_so():
    row = run(table([(name, "2", "10") for name in "abcd"]), spec())["analyses"]["inverse_variance"]
    # metafor 3.8-1: rma(measure = "PLO", xi = rep(2, 4), ni = rep(10, 4)), predict(transf = transf.ilogit)
    assert (row["ci_lb"], row["ci_ub"]) == pytest.approx((0.1033042, 0.3517056), abs=1e-7)
    assert "Wald interval" in row["name"] and row["test"] == "z"
    assert "empty interval" in row["sentence"] and "p > 0.99" in row["sentence"]
    assert row["sentence"].endswith(row["warnings"][-1])
    assert row["warnings"][-1].startswith("A Wald-type interval replaces the Hartung–Knapp one")
    plain = run(table([(name, "2", "10") for name in "abcd"]), spec(adhoc="none"))["analyses"]["inverse_variance"]
    assert plain["ci_ub"] - plain["ci_lb"] < 1e-6 and "narrower than the Wald-type one" in plain["sentence"]


def test_every_part_of_a_result_has_the_remedy_of_its_headline():
    rows = [("A 2001", "5", "20", "8", "20"), ("B 2002", "5", "20", "8", "20"), ("C 2003", "6", "20", "8", "20")]
    frame = table(rows, ARMS, domain=["x", "x", "x"])
    settings = spec("RR", ARMS, subgroups=["domain"], sensitivity=["leave_one_out", "cumulative"])
    found = run(frame, settings)
    main, level = found["analyses"]["main"], found["subgroups"]["domain"]["levels"][0]
    assert (level["ci_lb"], level["ci_ub"]) == (main["ci_lb"], main["ci_ub"])
    assert level["warnings"] == main["warnings"] != []
    last = found["sensitivity"]["cumulative"]["studies"][-1]
    assert (last["ci_lb"], last["ci_ub"]) == pytest.approx((main["ci_lb"], main["ci_ub"]), abs=1e-12)
    for name in ("leave_one_out", "cumulative"):
        assert "a Wald-type interval replaces the Hartung–Knapp one" in found["sensitivity"][name]["sentence"]


@pytest.mark.parametrize("prediction", ["hts", "riley", "v", "metafor", "normal", "cd"])
def test_the_sentence_says_which_prediction_interval_it_gives(prediction):
    from prismake.core.notes import PREDICTION

    for row in run(relapse(), spec(prediction=prediction))["analyses"].values():
        assert row["pi_method"] == prediction
        assert f"({PREDICTION[prediction]})" in row["sentence"]


def test_two_studies_have_no_prediction_interval():
    rows = run(relapse().iloc[:2], spec())["analyses"]
    assert all(row["pi_lb"] is None and "prediction interval" not in row["sentence"] for row in rows.values())


def test_trials_without_an_event_have_no_pooled_ratio():
    rows = [(name, "0", "40", "0", "39") for name in "abcdef"]
    found = run(table(rows, ARMS), spec("RR", ARMS))
    assert found["analyses"] == {}
    assert found["sentence"] == ("X: no pooled estimate. No study has an event in either arm: report the counts.")
    assert len(found["left_out"]) == 6 and "no event in either arm" in found["left_out"][0]["reason"]
    assert "Based on 0 of 6 included studies" in found["counts"]["statement"]
    difference = run(table(rows, ARMS), spec("RD", ARMS))["analyses"]["main"]
    assert difference["estimate"] is None and "only the continuity correction would be pooled" in difference["sentence"]


def test_trials_without_an_event_are_counted_and_corrections_are_said():
    rows = [("a", "0", "40", "0", "39"), ("b", "0", "40", "3", "39"), ("c", "2", "70", "5", "71"), ("d", "4", "60", "7", "60")]  # fmt: skip
    found = run(table(rows, ARMS), spec("OR", ARMS))
    assert [study["label"] for study in found["studies"]] == ["b", "c", "d"]
    assert "1 study left out (a): No event in either arm" in found["sentence"]
    assert "Continuity correction: 0.5 was added to the cells of 1 study (b)." in found["sentence"]
    proposed = found["analyses"]["proposed"]
    assert proposed["model"] == found["proposal"]["model"] == "exact_conditional"
    assert "Proposed by the sparsity of the data: 1 of 4 studies" in proposed["sentence"]
    own = run(table(rows, ARMS), spec("OR", ARMS, model="mantel_haenszel"))["analyses"]
    assert own["main"]["name"] == "Common effect, Mantel–Haenszel"
    assert list(own) == ["main", "inverse_variance", "proposed"]


def test_rows_that_a_measure_cannot_use_stop_no_outcome():
    parts = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
    rows = [("A", *"-1 1 10 2 1 10".split()), ("B", *"2 1 20 1 1 20".split()), ("C", *"3 1 30 2 1 30".split())]
    found = run(table(rows, parts), spec("ROM", parts))
    assert found["analyses"]["main"]["k"] == 2
    reason = found["left_out"][0]["reason"]
    assert reason.startswith("mean1 -1, mean2 2: the means have opposite signs") and "another measure" in reason
    ratios = [("A", "0.5", "0.00", "0.8"), ("B", "0.7", "0.5", "0.98"), ("C", "0.9", "0.6", "1.35")]
    limits = ("effect", "lower", "upper")
    found = run(table(ratios, limits), spec("GEN", limits, ratio_scale=True))
    assert found["left_out"][0]["label"] == "A" and "lower 0" in found["left_out"][0]["reason"]
    assert found["analyses"]["main"]["k"] == 2


def test_published_effects_off_the_middle_of_their_interval_are_named():
    rows = [("A", "0.50", "0.31", "0.81"), ("B", "0.70", "0.50", "0.98"), ("C", "0.90", "0.60", "1.35")]
    limits = ("effect", "lower", "upper")
    ratio, plain = (run(table(rows, limits), spec("GEN", limits, ratio_scale=scale)) for scale in (True, False))
    assert not any("middle" in note for note in ratio["notes"])
    assert any(note.startswith("C: the estimate lies") and "other scale" in note for note in plain["notes"])
    assert "C: the estimate lies" in plain["sentence"]


def test_small_differences_get_the_decimals_they_need():
    arms = ("events1", "total1", "events2", "total2")
    rows = [
        ("A 2001", "4", "1190", "11", "1390"),
        ("B 2002", "6", "3060", "29", "3030"),
        ("C 2003", "1", "500", "3", "490"),
    ]
    sentence = run(table(rows, arms), spec("RD", arms, test="z"))["sentence"]  # metafor 3.8-1 prints the same
    assert "pooled risk difference −0.0063 (95 % CI −0.0093 to −0.0034)" in sentence


def test_ten_studies_are_tested_for_small_study_effects():
    rows = [(f"Study {number}", str(3 + number), str(20 + 3 * number)) for number in range(10)]
    found = run(table(rows), spec())["bias"]
    assert set(found["tests"]) == {"peters_mixed_model"}
    assert "Peters' test in the mixed model: p" in found["sentence"]
    assert "Egger's and Begg's tests find asymmetry where there is none" in found["sentence"]


def test_a_small_study_test_that_cannot_be_done_has_its_reason():
    rows = [(f"Study {number}", str(10 + number % 7), "60") for number in range(12)]
    found = run(table(rows), spec())["bias"]
    assert found["tests"]["peters_mixed_model"]["pval"] is None
    assert "All studies have the same size" in found["sentence"]


def test_a_measure_without_a_test_says_why():
    rows = [(f"Study {number}", str(2 + number), "60", str(9 + number), "61") for number in range(12)]
    found = run(table(rows, ARMS), spec("RD", ARMS))["bias"]
    assert found["tests"] == {} and "No test is recommended for risk differences" in found["sentence"]
    odds = run(table(rows, ARMS), spec("OR", ARMS))["bias"]
    assert set(odds["tests"]) == {"peters", "harbord"}


MONTHS = ["14", "12", "10", "NR", "29", "24", "9", "12.5"]
SHAPES = {
    "influence": {"method", "studies", "sentence"},
    "baujat": {"method", "studies", "sentence"},
    "trim_and_fill": {"k", "k0", "se_k0", "side", "estimator", "beta", "estimate", "filled", "sentence"},
    "fixed_effect": {"name", "beta", "se", "estimate", "ci_lb", "ci_ub", "I2", "Q", "warnings", "sentence"},
    "freeman_tukey": {"name", "beta", "estimate", "ci_lb", "pi_lb", "warnings", "sentence"},
    "arcsine": {"name", "beta", "estimate", "ci_lb", "pi_lb", "warnings", "sentence"},
}


def test_a_number_and_a_word_as_moderators():
    found = run(relapse(months=MONTHS), spec(moderators=["domain", "months"]))["moderators"]
    words, number = found["domain"], found["months"]
    assert (words["kind"], words["reference"], words["title"]) == ("factor", "4-1BB", "Domain")
    assert [row["name"] for row in words["coefficients"]] == ["intercept", "CD28", "CD28/4-1BB"]
    # metafor 3.8-1: rma(measure = "PLO", xi, ni, mods = ~ factor(domain), test = "knha")
    assert (words["QM"], words["QM_p"]) == pytest.approx((0.0800599412, 0.9242203613), abs=1e-8)
    assert words["QM_df"] == [2, 5]
    assert (number["k"], number["dropped"], number["kind"]) == (7, 1, "number")
    assert [row["name"] for row in number["coefficients"]] == ["intercept", "months"]
    assert number["coefficients"][1]["beta"] == pytest.approx(-0.0463162390, abs=1e-8)
    assert number["R2"] == pytest.approx(9.6170654236, abs=1e-5)
    assert "7 studies" in number["sentence"]
    assert "1 study does not report it" in number["sentence"]
    assert "With fewer than 10 studies" in number["sentence"]


def test_a_worded_moderator_of_two_levels_is_the_test_between_subgroups():
    rows = relapse(region=["north", "south"] * 4)
    settings = spec(subgroups=["region"], moderators=["region"], test="z")
    found = analyse(
        "x", rows, settings, labels={}, kinds={"region": "text"}, level=95, subgroup_tau2="common", undecided=NONE
    )
    slope, group = found["moderators"]["region"], found["subgroups"]["region"]
    assert slope["QM"] == pytest.approx(group["Q"], abs=1e-12)
    assert slope["QM_p"] == pytest.approx(group["p"], abs=1e-12)
    assert slope["QM_df"] == [1, None]


def test_the_slope_does_not_depend_on_the_order_of_studies():
    rows = relapse(months=MONTHS)
    there, back = (run(frame, spec(moderators=["months"])) for frame in (rows, rows.iloc[::-1]))
    for one, other in zip(*(found["moderators"]["months"]["coefficients"] for found in (there, back)), strict=True):
        assert one["beta"] == pytest.approx(other["beta"], abs=1e-9)


@pytest.mark.parametrize(
    ("months", "why"),
    [
        (["NR"] * 8, "0 studies with a value, and the values do not differ"),
        (["12"] * 8, "8 studies with a value, and the values do not differ"),
        (["12", "13", *["NR"] * 6], "2 coefficients need more than 2 studies"),
        (["12", "", *["NR"] * 6], "1 study with a value"),
    ],
)
def test_a_moderator_that_cannot_be_fitted_says_why(months, why):
    found = run(relapse(months=months), spec(moderators=["months"]))["moderators"]["months"]
    assert found["coefficients"] == []
    assert found["QM"] is None
    assert found["sentence"].startswith("months: no meta-regression.")
    assert why in found["sentence"]


@pytest.mark.parametrize(
    ("test", "adhoc", "told"),
    [
        ("knha", "cochrane", "the classic one, which is used"),
        ("knha", "none", "narrower than the Wald-type one"),
        ("z", "cochrane", ""),
    ],
)
def test_intervals_of_a_regression_that_are_too_narrow_are_widened_or_told_of(test, adhoc, told):
    rows = [(str(number), str(events), "20") for number, events in enumerate((2, 3, 5, 6))]
    settings = spec(moderators=["months"], test=test, adhoc=adhoc)
    found = run(table(rows, months=["30", "41", "55", "60.5"]), settings)["moderators"]["months"]
    assert found["tau2"] == 0
    assert bool(found["warnings"]) is bool(told)
    assert told in found["sentence"]


def test_ten_studies_need_no_caution():
    rows = [(f"Study {number:02}", str(3 + number % 4), str(20 + 3 * number)) for number in range(10)]
    found = run(table(rows, months=[str(number**2) for number in range(10)]), spec(moderators=["months"]))
    assert "can be due to chance" not in found["moderators"]["months"]["sentence"]


@pytest.mark.parametrize("k", [0, 1])
def test_no_meta_regression_before_there_are_studies(k):
    frame = relapse(months=MONTHS).iloc[:k]
    found = run(frame, spec(moderators=["months"]))
    assert found["moderators"]["months"]["coefficients"] == []


def test_nothing_is_pooled_out_of_corrections_alone():
    full = [(name, "20", "20", "30", "30") for name in ("Abe 2001", "Bauer 2002")]
    for measure in ("RR", "OR"):
        found = run(table(full, ARMS), spec(measure, ARMS))
        assert "both participants with an event and participants without" in found["sentence"]
        mixed = run(
            table([*full, ("Chen 2003", "3", "25", "6", "24"), ("Diaz 2004", "2", "25", "7", "24")], ARMS),
            spec(measure, ARMS),
        )
        assert [row["label"] for row in mixed["without_events"]] == ["Abe 2001", "Bauer 2002"]
        assert mixed["analyses"]["main"]["k"] == 2


def test_a_model_that_needs_no_correction_is_not_said_to_have_one():
    rows = [("Abe 2001", "0", "20"), ("Bauer 2002", "1", "24"), ("Chen 2003", "3", "25")]
    found = run(table(rows), spec())
    assert "in inverse-variance analyses alone: 0.5 was added" in found["sentence"]
    assert found["notes"][0].startswith("Continuity correction, in inverse-variance")
    assert "1 event among 20" in run(table([("Abe 2001", "1", "10"), ("Bauer 2002", "0", "10")]), spec())["sentence"]


def test_blanks_make_no_subgroup():
    found = run(
        relapse(domain=["CD28", "CD28 ", " CD28", "4-1BB", "4-1BB  ", "4-1BB", "NR ", ""]), spec(subgroups=["domain"])
    )
    assert [row["level"] for row in found["subgroups"]["domain"]["levels"]] == ["4-1BB", "CD28", "not reported"]


@pytest.mark.parametrize("k", [0, 1])
def test_an_analysis_without_studies_is_there_and_says_why(k):
    names = [*SHAPES, "bayesian", "without_high_risk"]
    settings = spec(sensitivity=names, moderators=["months", "domain"], moderators_together=True)
    found = run(relapse(months=MONTHS).iloc[:k], settings)
    assert list(found["sensitivity"]) == names and list(found["moderators"]) == ["months", "domain", "together"]
    for row in (*found["sensitivity"].values(), *found["moderators"].values()):
        assert row["values"] is None and "fewer than two studies are pooled." in row["sentence"]


def test_every_sensitivity_analysis_of_proportions():
    found = run(relapse(), spec(sensitivity=["leave_one_out", *SHAPES]))["sensitivity"]
    assert set(found) == {"leave_one_out", *SHAPES}
    for name, keys in SHAPES.items():
        assert keys <= set(found[name]), name
        assert found[name]["sentence"].endswith("."), name
    # metafor 3.8-1 on the same eight cohorts
    assert found["fixed_effect"]["beta"] == pytest.approx(-0.2040994985, abs=1e-9)
    assert found["freeman_tukey"]["estimate"] == pytest.approx(0.4117495199, abs=1e-8)
    assert found["arcsine"]["estimate"] == pytest.approx(0.4086796722, abs=1e-8)
    assert found["trim_and_fill"]["k0"] == len(found["trim_and_fill"]["filled"]) == 1
    assert found["trim_and_fill"]["side"] == "right"
    assert "depends on the sample size" in found["freeman_tukey"]["warnings"][0]
    assert "tau² assumed to be zero" in found["fixed_effect"]["sentence"]


def test_one_study_far_from_the_others_is_named():
    rows = [(name, "10", "100") for name in "abcdefg"] + [("Far 2020", "95", "100")]
    found = run(table(rows), spec(sensitivity=["influence", "baujat"]))["sensitivity"]
    assert [row["label"] for row in found["influence"]["studies"] if row["is_influential"]] == ["Far 2020"]
    assert "Far 2020 exceeds" in found["influence"]["sentence"]
    assert "Far 2020 adds most to heterogeneity and moves the result most" in found["baujat"]["sentence"]


def test_sensitivity_is_what_the_protocol_names():
    assert set(run(relapse(), spec())["sensitivity"]) == {"leave_one_out", "influence"}
    assert run(relapse(), spec(sensitivity=[]))["sensitivity"] == {}


@pytest.mark.parametrize("rows", [[("a", "1", "9"), ("b", "5", "10")], [(name, "5", "10") for name in "abc"], [(name, "0", "10") for name in "abc"]])  # fmt: skip
def test_sensitivity_of_hard_sets_is_a_sentence_at_least(rows):
    found = run(table(rows, months=["1", "2", "3"][: len(rows)]), spec(sensitivity=list(SHAPES), moderators=["months"]))
    assert all(row["sentence"] for row in found["sensitivity"].values())
    assert found["moderators"]["months"]["sentence"]


@pytest.mark.parametrize("test", ["knha", "z"])
def test_effects_that_follow_a_moderator_exactly(test):
    frame = table([(name, "5", "10") for name in "abc"], months=["1", "2", "3"])
    found = run(frame, spec(moderators=["months"], test=test))["moderators"]["months"]
    assert ("standard errors are zero" in found["sentence"]) == (test == "knha")
    if test == "z":
        assert found["coefficients"][1]["beta"] == pytest.approx(0, abs=1e-12)


def test_equal_effects_have_nothing_to_trim():
    found = run(table([(name, "5", "10") for name in "abc"]), spec(sensitivity=["trim_and_fill"]))["sensitivity"]
    assert found["trim_and_fill"]["sentence"] == "Trim and fill: All effects are equal: there is nothing to trim."
    assert found["trim_and_fill"]["values"] is None


def test_studies_without_a_label_are_one_group_outside_the_test():
    labels = ["EU", "US", "", "NR", "EU", "US", "not stated", "EU"]
    complete = [i for i, label in enumerate(labels) if label in ("EU", "US")]
    frame = relapse().assign(domain=labels)
    found = run(frame, spec(subgroups=["domain"]))["subgroups"]["domain"]
    alone = run(frame.iloc[complete], spec(subgroups=["domain"]))["subgroups"]["domain"]
    assert [(row["level"], row["k"], row.get("missing", False)) for row in found["levels"]] == [
        *(("EU", 3, False), ("US", 2, False), ("not reported", 3, True))
    ]
    assert (found["Q"], found["df"], found["p"]) == (alone["Q"], 1, alone["p"])
    assert "3 studies do not report it and do not take part in the test." in found["sentence"]
    assert "not report it" not in alone["sentence"]


@pytest.mark.parametrize(
    ("labels", "why"), [(["EU", *["NR"] * 7], "all studies are in one subgroup"), ([""] * 8, "no study reports it")]
)
def test_missing_labels_are_no_subgroup_to_compare_with(labels, why):
    found = run(relapse().assign(domain=labels), spec(subgroups=["domain"]))["subgroups"]["domain"]
    assert found["Q"] is None and why in found["sentence"]
    assert found["levels"][-1]["level"] == "not reported"


def test_a_subgroup_of_one_study_takes_part_with_a_sentence():
    found = run(relapse(), spec(subgroups=["domain"]))["subgroups"]["domain"]
    assert "CD28/4-1BB is a single study" in found["sentence"]
    assert "interpreted with caution" in found["sentence"]


def test_what_is_printed_of_an_outcome_has_the_digits_of_its_data():
    rows = [("A", *"0.0012 0.0005 30 0.0015 0.0005 30".split()), ("B", *"0.0019 0.0006 40 0.0021 0.0006 40".split())]
    parts = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
    found = run(table([*rows, ("C", *"0.0010 0.0004 50 0.0014 0.0004 50".split())], parts), spec("MD", parts))
    main = found["analyses"]["main"]
    assert (
        f"−{-main['estimate']:.5f} (95 % CI" in main["sentence"]
        or f"−{-main['estimate']:.6f} (95 % CI" in main["sentence"]
    )
    assert "test of the overall effect: t = " in main["sentence"]
    assert found["studies"][2]["typed"] == {"mean1": "0.0010"}


def test_proportions_are_printed_in_per_cent_where_the_protocol_asks_for_it():
    sentence = run(relapse(), spec(proportions="percent"))["sentence"]
    assert "pooled proportion 40.8 % (95 % CI 28.0 to 55.0 %)" in sentence


def test_without_high_risk_is_the_main_analysis_of_the_others():
    high = dict.fromkeys(RELAPSE, False) | {"Shah 2020": True, "Lee 2015": True, "Pan 2019": None}
    appraisals = {study: {"high_risk": value, "overall": "", "ratings": []} for study, value in high.items()}
    settings, frame = spec(sensitivity=["without_high_risk"]), relapse()
    found = run(frame, settings, appraisals=appraisals)["sensitivity"]["without_high_risk"]
    rest = run(frame[~frame["label"].isin(["Shah 2020", "Lee 2015"])], settings)["analyses"]["main"]
    assert (found["k"], found["model"], found["without"]) == (6, "glmm", ["Lee 2015", "Shah 2020"])
    assert found["values"] == rest["values"]
    assert "Left out: Lee 2015, Shah 2020. Kept, as without an overall judgement: Pan 2019." in found["sentence"]


@pytest.mark.parametrize(("high", "why"), [(False, "no study was judged to be at high risk"), (True, "fewer than two")])
def test_without_high_risk_says_why_it_was_not_run(high, why):
    appraisals = {study: {"high_risk": high, "overall": "", "ratings": []} for study in RELAPSE}
    found = run(relapse(), spec(sensitivity=["without_high_risk"]), appraisals=appraisals)["sensitivity"]
    assert why in found["without_high_risk"]["sentence"]
    assert found["without_high_risk"]["values"] is None


def test_subgroups_by_judgement_leave_out_who_was_not_judged():
    words = {"Shah 2020": "low quality", "Lee 2015": ""}
    frame = relapse()
    frame["risk_of_bias"] = frame["label"].map(lambda label: words.get(label, "high quality"))
    found = run(frame, spec(subgroups=["risk_of_bias"]))["subgroups"]["risk_of_bias"]
    assert [(row["level"], row["k"]) for row in found["levels"]][:2] == [("high quality", 6), ("low quality", 1)]
    assert found["df"] == 1


def test_a_subgroup_that_is_spelt_in_two_ways_is_one():
    spelt = ["CD28", "cd28", "CD28 ", "4-1BB", "4-1bb.", "NR", "n.r.", "4-1BB"]
    found = run(relapse(domain=spelt), spec(subgroups=["domain"], moderators=["domain"]))
    levels = [(row["level"], row["k"]) for row in found["subgroups"]["domain"]["levels"]]
    assert levels == [("4-1BB", 3), ("CD28", 3), ("not reported", 2)]
    assert found["moderators"]["domain"]["k"] == 6


def test_what_extraction_and_appraisal_say_about_an_outcome_is_compared():
    frame = relapse(status="used")
    frame.loc[frame["label"] == "Pan 2019", ["status", "remark"]] = ["not reported", "not reported: Relapses"]
    ratings = {"instrument": "rob2", "title": "RoB 2", "by_result": True, "ratings": []}
    appraisals = {
        "Lee 2015": {**ratings, "overall": "not reported", "high_risk": None},
        "Pan 2019": {**ratings, "overall": "low risk of bias", "high_risk": False},
        "Hay 2019": {**ratings, "overall": "low risk of bias", "high_risk": False},
    }
    sentence = run(frame, spec(), appraisals=appraisals)["sentence"]
    assert "To be settled: Lee 2015 is pooled, but not reported according to the appraisal." in sentence
    assert "To be settled: Pan 2019 is appraised, but not reported according to the extraction." in sentence
    appraisals["Pan 2019"]["by_result"] = appraisals["Lee 2015"]["overall"] = ""  # an appraisal of the study
    assert "To be settled" not in run(frame, spec(), appraisals=appraisals)["sentence"]
