"""What a forest plot says is what the result holds."""

from __future__ import annotations

import copy
import re

import pytest
import review_samples as samples
from matplotlib.patches import Polygon, Rectangle
from prismake.core.errors import PrismakeError
from prismake.figures import forest, funnel, summary
from prismake.figures.forest_rows import forest_rows, with_lights
from prismake.figures.risk_of_bias import shares
from prismake.figures.scale import Scale, natural_scale
from prismake.figures.wording import between_groups, heterogeneity, number, p_value, share

HARD = samples.hard_cases()


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_counts_weights_and_estimates_stand_beside_each_study():
    drawn = words(forest(samples.relapse()))
    assert {"Maude 2018 (ELIANA)", "22", "61", "0.36 [0.24, 0.49]", "Relapses", "Remissions", "Weight"} <= set(drawn)
    assert "0.41 [0.28, 0.55]" in drawn, "the pooled estimate"
    assert "0.41 [0.25, 0.60]" in drawn, "the second analysis"
    assert "Test for subgroup differences: Q = 0.34 on 1 df, p = 0.56 (common τ², REML, z)" in drawn
    assert "Based on 8 of 12 included studies; every record is decided." in drawn
    assert any(line.startswith("Not pooled: Frey 2020 (relapse not reported)") for line in drawn)


def test_rows_without_blocks_end_with_the_subgroups():
    rows = forest_rows(samples.relapse())
    assert [row.kind for row in rows[:8]] == ["study"] * 8
    labels = [row.label for row in rows]
    assert labels.index("Antigen target") < labels.index("CD19 (k = 6)") < labels.index("Costimulatory domain")
    assert "CD28/4-1BB (k = 1, not pooled, in the test as one study)" in labels
    prediction = next(row for row in rows if row.kind == "prediction")
    assert prediction.printed() == "[0.11, 0.80]"


def test_blocks_hold_their_own_studies_and_totals():
    rows = forest_rows(samples.relapse(), "costimulatory_domain")
    blocks: dict[str, list[str]] = {}
    for row in rows:
        if row.kind == "heading":
            blocks[row.label] = []
        elif row.kind == "study":
            blocks[list(blocks)[-1]].append(row.label)
    assert blocks["Costimulatory domain: CD28"] == ["Lee 2015", "Park 2018"]
    assert sum(len(block) for block in blocks.values()) == 8
    subtotal = [row for row in rows if row.kind == "subtotal"]
    assert [row.label for row in subtotal] == ["Subtotal (k = 5)", "Subtotal (k = 2)"]
    assert "A single study: not pooled" in [row.label for row in rows]


def test_a_study_without_a_subgroup_is_shown_all_the_same():
    result = samples.relapse()
    result["studies"][0]["subgroups"] = {}
    rows = forest_rows(result, "antigen")
    assert "Antigen target: Not reported" in [row.label for row in rows]
    assert sum(row.kind == "study" for row in rows) == 8


def test_unknown_subgroup_names_those_there_are():
    with pytest.raises(PrismakeError, match="antigen, costimulatory_domain"):
        forest(samples.relapse(), "colour")


def test_one_study_is_not_pooled_and_none_says_why():
    assert "Single study: no meta-analysis" in words(forest(HARD["one"]))
    assert not [row for row in forest_rows(HARD["one"]) if row.kind in ("pooled", "prediction", "second")]
    for figure in (forest(HARD["none"]), funnel(HARD["none"])):
        assert "No studies yet" in words(figure)
        assert "No studies yet: 212 of 1,043 records are undecided at title and abstract." in words(figure)


def test_studies_without_a_pooled_estimate_are_still_drawn():
    result = samples.relapse()
    result["analyses"], result["subgroups"] = {}, {}
    rows = forest_rows(result)
    assert sum(row.kind == "study" for row in rows) == 8
    assert "No pooled estimate: see the reason below" in words(forest(result))


def test_a_model_without_an_estimate_says_why():
    result = samples.relapse()
    why = "There are no events in any study, so that the likelihood has no maximum."
    result["analyses"]["main"] |= {"estimate": None, "ci_lb": None, "ci_ub": None, "warnings": [why]}
    assert why in words(forest(result))
    result["subgroups"]["antigen"]["levels"][0] |= {"estimate": None, "ci_lb": None, "ci_ub": None, "tau2": None}
    assert "No pooled estimate" in [row.label for row in forest_rows(result, "antigen")]
    forest(result), forest(result, "antigen")


def test_published_ratios_have_a_logarithmic_axis():
    result = samples.ratios() | {"measure": "GEN", "ratio_scale": True}
    assert "Ratio (logarithmic axis)" in words(forest(result))
    assert "Effect" in words(forest(result | {"ratio_scale": False}))


def test_arms_of_one_study_are_told_apart():
    result = samples.relapse()
    result["studies"][0]["arm"] = "CD22"
    assert forest_rows(result)[0].label == "Gardner 2017 (CD22)"


def test_null_bounds_are_drawn_as_a_dash():
    result = copy.deepcopy(samples.relapse())
    result["analyses"]["main"] |= {"ci_lb": None, "ci_ub": None, "pi_lb": None, "tau2_lb": None, "Q": None, "I2": None}
    drawn = words(forest(result))
    assert "Heterogeneity: τ² = 0.520 (no CI)" in drawn
    assert not any("prediction" in line for line in drawn)


def test_areas_of_squares_follow_the_weights():
    result = samples.relapse()
    for study, weight in zip(result["studies"], [40, 10, 10, 10, 10, 10, 5, 5], strict=True):
        study["weight_pct"] = weight
    squares = [patch for patch in forest(result).axes[0].patches if isinstance(patch, Rectangle) and patch.zorder == 3]
    areas = [patch.get_width() * patch.get_height() for patch in squares[:8]]
    assert areas[0] / areas[1] == pytest.approx(4)
    assert areas[0] / areas[7] == pytest.approx(8)


def test_diamond_spans_its_interval():
    figure = forest(samples.relapse())
    diamonds = [patch for patch in figure.axes[0].patches if isinstance(patch, Polygon) and len(patch.get_xy()) == 5]
    xs = sorted({round(x, 6) for x, _ in diamonds[0].get_xy()})
    left, middle, right = xs
    assert (middle - left) / (right - left) == pytest.approx((0.4079 - 0.2800) / (0.5496 - 0.2800), abs=1e-3)


def test_zero_and_all_lie_on_the_ends_of_the_axis():
    rows = [row for row in forest_rows(HARD["ends"]) if row.kind == "study"]
    scale = natural_scale("PLO", [(row.estimate, row.lower, row.upper) for row in rows], 0.0, 3.0)
    assert scale.place(rows[0].estimate) == 0.0
    assert scale.place(rows[3].estimate) == 3.0


def test_small_proportions_have_an_axis_and_digits_of_their_own():
    drawn = words(forest(HARD["small"]))
    assert any(re.fullmatch(r"0\.00\d \[0\.00\d, 0\.0\d\d\]", line) for line in drawn), "three decimals"
    assert "0.8" not in drawn


def test_a_bound_far_outside_ends_in_an_arrow():
    scale = natural_scale("RR", [(1.0, 0.5, 2.0), (1.1, 1e-6, 1e6)], 0.0, 3.0)
    assert scale.high < 100
    assert not scale.inside(1e6)
    triangles = [p for p in forest(samples.ratios()).axes[0].patches if isinstance(p, Polygon) and len(p.get_xy()) == 4]
    assert triangles


@pytest.mark.parametrize(
    ("low", "high", "log"), [(0, 1, False), (-3.2, 0.4, False), (0.1, 10, True), (0.8, 1.3, True), (1e-6, 1e6, True)]
)
def test_ticks_are_few_and_inside(low, high, log):
    scale = Scale(low, high, 0.0, 3.0, log)
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 9
    assert all(-1e-6 <= scale.place(value) <= 3 + 1e-6 for value, _ in ticks)


def test_funnel_says_when_there_are_too_few_studies():
    assert any("fewer than 10" in line for line in words(funnel(samples.relapse())))
    assert not any("fewer than 10" in line for line in words(funnel(HARD["many"])))
    assert "Egger's test: p = 0.31." in words(funnel(HARD["many"]))


@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_funnel_of_one_or_two_studies_is_not_drawn(k):
    result = {**samples.relapse(), "studies": samples.relapse()["studies"][:k]}
    drawn = " ".join(words(funnel(result)))
    assert ("No funnel plot" in drawn) == ("a funnel plot is drawn from 3 on" in drawn) == (k < 3)
    assert ("Standard error" in drawn or "logarithmic axis" in drawn) == (k >= 3)


def test_funnel_leaves_out_only_labels_never_points():
    figure = funnel(HARD["many"])
    assert sum(type(patch).__name__ == "Circle" for patch in figure.axes[0].patches) == 60


def test_numbers_in_words():
    assert (number(-0.004), number(-1.234), number(None), number(2e7)) == ("0.00", "−1.23", "–", "20,000,000.00")
    assert (p_value(0.0004), p_value(0.0312), p_value(0.559), p_value(None)) == (
        "p < 0.001",
        "p = 0.031",
        "p = 0.56",
        "p –",
    )
    assert (share(999, 1000), share(1, 1000), share(0, 5), share(5, 5), share(0, 0)) == (
        "99 %",
        "1 %",
        "0 %",
        "100 %",
        "–",
    )
    assert heterogeneity({"tau2": 0.5, "tau2_lb": 0.1, "tau2_ub": 2.0, "I2": 63.2}) == (
        "Heterogeneity: τ² = 0.500 (95 % CI 0.100 to 2.000), I² = 63 %"
    )
    assert between_groups({"Q": None}) == "Test for subgroup differences: not possible with these studies"


def test_an_interval_of_tau2_without_upper_bound_is_printed():
    row = {"tau2": 8.5, "tau2_lb": 1.5, "tau2_ub": None, "model": "glmm", "Q": 3.0, "Q_df": 2, "Q_p": 0.2}
    assert heterogeneity(row).startswith(
        "Heterogeneity: τ² = 8.500 (95 % CI 1.500 to no upper bound), Q (likelihood ratio)"
    )
    assert "(no CI)" in heterogeneity({"tau2": 0.5, "tau2_lb": None, "tau2_ub": None})


def two_arms(**display):
    return {**samples.ratios(), "display": display}


def test_both_arms_have_headings_and_totals():
    named = forest(two_arms(arms=["CAR-T", "Control"]))
    drawn = words(named)
    assert {"CAR-T", "Control"} <= set(drawn)
    assert drawn.count("Events") == drawn.count("Total") == 2
    pooled = next(row for row in forest_rows(two_arms()) if row.kind == "pooled")
    assert pooled.cells == ("43", "149", "65", "147")
    assert {"Arm 1", "Arm 2", "Deaths,", "CAR-T"} <= set(words(forest(two_arms())))


def test_favours_labels_stand_below_the_axis_of_measures_with_no_effect():
    sides = ["Favours CAR-T", "Favours control"]
    assert set(sides) <= set(words(forest(two_arms(favours=sides))))
    proportions = {**samples.relapse(), "display": {"favours": sides}}
    assert not set(sides) & set(words(forest(proportions)))


@pytest.mark.parametrize(
    ("by", "order"),
    [
        ("name", ["Alpha 2011", "Beta 2015", "Gamma 2019"]),
        ("year", ["Gamma 2019", "Beta 2015", "Alpha 2011"]),
        ("weight", ["Beta 2015", "Alpha 2011", "Gamma 2019"]),
        ("effect", ["Beta 2015", "Alpha 2011", "Gamma 2019"]),
    ],
)
def test_studies_stand_in_the_order_of_the_protocol(by, order):
    result = two_arms(sort=by)
    years = {"Alpha 2011": None, "Beta 2015": 2015, "Gamma 2019": 2009}
    result["studies"] = [{**study, "year": years[study["label"]]} for study in result["studies"]]
    assert [row.label for row in forest_rows(result) if row.kind == "study"] == order


def test_the_test_of_the_overall_effect_is_a_line():
    result = copy.deepcopy(two_arms())
    result["analyses"]["main"]["values"] = {"stat": [-0.42], "pval": [0.71], "ddf": 2}
    labels = [row.label for row in forest_rows(result)]
    assert "Test of the overall effect: t = −0.42 on 2 df, p = 0.71" in labels
    result["analyses"]["main"]["values"]["ddf"] = None
    assert any("z = −0.42, p = 0.71" in row.label for row in forest_rows(result))


def test_a_measure_has_its_own_name():
    result = {**two_arms(measure_name="hazard ratio"), "measure": "GEN", "ratio_scale": True}
    drawn = " ".join(words(forest(result)) + words(funnel(result)))
    assert "Hazard ratio [95 % CI]" in drawn and "Logarithm of the hazard ratio" in drawn


def test_proportions_in_per_cent_have_an_axis_in_per_cent():
    drawn = words(forest({**samples.relapse(), "display": {"proportions": "percent"}}))
    assert {"Proportion (%)", "100", "40.8 [28.0, 55.0]"} <= set(drawn)


def test_a_diamond_that_leaves_the_axis_ends_in_an_arrow():
    result = copy.deepcopy(two_arms())
    inside = len(forest(result).axes[0].patches)
    result["analyses"]["main"] |= {"ci_lb": 1e-8, "ci_ub": 287964.0}
    assert len(forest(result).axes[0].patches) == inside + 2
    assert any(row.printed() for row in forest_rows(result))


def test_a_prediction_interval_does_not_stretch_the_axis():
    scale = natural_scale("RR", [(1.4, 0.5, 3.0), (0.7, 0.2, 2.0), (None, 1e-9, 1e8)], 0, 1)
    assert scale.low > 0.01 and scale.high < 100


def rated(**kinds: str) -> dict:
    ratings = [{"name": n, "label": f"Domain {n}", "word": "", "rating": kind} for n, kind in kinds.items()]
    return {"instrument": "rob2", "title": "RoB 2", "overall": "", "high_risk": None, "ratings": ratings}


def test_judgements_stand_beside_the_studies_a_column_a_domain():
    result = samples.relapse()
    plain = len(forest(result).axes[0].patches)
    for study in result["studies"]:
        study["appraisal"] = rated(D1="good", D2="bad")
    drawn = forest(result)
    assert {"D1", "D2"} <= set(words(drawn))
    assert any("D1 Domain D1; D2 Domain D2." in text for text in words(drawn))
    circles = [patch for patch in drawn.axes[0].patches if type(patch).__name__ in ("Circle", "Ellipse")]
    assert len(circles) == 2 * len(result["studies"])
    assert len(drawn.axes[0].patches) == plain + len(circles)


def test_a_domain_that_an_instrument_lacks_stays_empty():
    result = samples.relapse()
    result["studies"][0]["appraisal"] = rated(D1="good")
    rows = with_lights(forest_rows(result), result)
    assert [row.lights for row in rows if row.kind == "study"][:2] == [("good",), ("",)]


def test_shares_of_weight_add_up_to_one():
    result = samples.relapse()
    for index, study in enumerate(result["studies"]):
        study["appraisal"] = rated(D1=("good", "bad", "undecided")[index % 3])
    found = shares(result["studies"], "D1")
    assert list(found) == ["good", "bad", "undecided"]
    assert sum(found.values()) == pytest.approx(1)
    weights = [study["weight_pct"] for study in result["studies"]]
    assert found["good"] == pytest.approx(sum(weights[::3]) / sum(weights))
    assert any("Domain D1" in text for text in words(summary(result)))


def test_no_bars_without_judgements():
    assert "Nothing to show" in words(summary(samples.relapse()))
