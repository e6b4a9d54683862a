"""Certainty of the evidence: levels, proposals, absolute effects, summary of findings.

Levels and rules are those of GRADE; the papers stand beside them in ``prismake.synthesis.certainty``. Absolute effects
are computed here by hand from the formulas of the Cochrane Handbook, chapter 14.1.5.
"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.names import ITEM_ID, STUDY_ID
from prismake.protocol.schema import with_defaults
from prismake.synthesis import analyse
from prismake.synthesis.certainty import levels
from prismake.synthesis.certainty.absolute import absolute_effects
from prismake.synthesis.certainty.certainty_rows import certainty_rows
from prismake.synthesis.certainty.domain_proposals import Evidence, proposals
from prismake.synthesis.certainty.findings import evidence_profile, findings, summary_table

SHARES = (0.333, 0.5)
TRIALS = {
    "A 2001": (10, 100, 20, 100),
    "B 2002": (15, 200, 30, 200),
    "C 2003": (8, 80, 15, 80),
    "D 2004": (30, 300, 62, 300),
}
RATES = {"A 2001": (12, 30), "B 2002": (10, 25), "C 2003": (22, 50), "D 2004": (18, 45)}


def pooled(rows, measure, risk=None, undecided=0, **settings):
    """``pooling/x.json`` of a table {label: numbers}. ``risk``: labels of the studies at high risk of bias."""
    names = {"PLO": ("events", "total"), "IRLN": ("events", "time"), "GEN": ("effect", "lower", "upper")}
    two_means = ("mean1", "sd1", "n1", "mean2", "sd2", "n2")
    columns = names.get(measure, two_means if measure in ("MD", "SMD") else ("events1", "total1", "events2", "total2"))
    outcome = {"measure": measure, "columns": {name: name for name in columns}, **settings}
    spec = with_defaults({"title": "t", "question": "q", "outcomes": {"x": outcome}})["outcomes"]["x"]
    frame = pd.DataFrame([(label, *map(str, numbers)) for label, numbers in rows.items()], columns=["label", *columns])
    frame = frame.assign(
        study_id=frame["label"], arm="", year="2001", outcome="x", status="used", remark="", settled_by="", source=""
    )
    appraisals = {
        label: {"instrument": "rob2", "high_risk": None if risk is None else label in risk, "ratings": []}
        for label in rows
    }
    return analyse(
        "x",
        frame,
        spec,
        labels={},
        level=95,
        subgroup_tau2="common",
        undecided={"full_text": undecided},
        appraisals=appraisals,
    )


def proposed(result, design="rct", tool="rob2", shares=SHARES, **settings):
    studies = [study[STUDY_ID] for study in result["studies"]]
    return proposals(Evidence(result, settings, shares, dict.fromkeys(studies, design), dict.fromkeys(studies, tool)))


def judged(**changes):
    return {
        levels.START: "high",
        **dict.fromkeys(levels.RATING_DOWN, "not serious"),
        "publication_bias": "undetected",
    } | changes


@pytest.mark.parametrize(
    ("changes", "certainty"),
    [
        ({}, "high"),
        ({"imprecision": "serious"}, "moderate"),
        ({"imprecision": "extremely serious"}, "very low"),
        ({"risk_of_bias": "very serious", "inconsistency": "very serious"}, "very low"),
        ({"start": "low"}, "low"),
        ({"start": "low", "large_effect": "large", "dose_response": "no", "confounding": "no"}, "moderate"),
        ({"start": "low", "large_effect": "very large", "dose_response": "yes", "confounding": "yes"}, "high"),
        # reasons to rate up count for evidence that starts low and that nothing rates down
        ({"start": "low", "large_effect": "large", "indirectness": "serious"}, "very low"),
        ({"large_effect": "very large", "inconsistency": "serious"}, "moderate"),
        ({"imprecision": ""}, ""),
        ({"start": "low", "large_effect": ""}, ""),
    ],
)
def test_judgements_become_a_level(changes, certainty):
    assert levels.level(judged(**changes)) == certainty


@given(st.fixed_dictionaries({name: st.sampled_from(levels.DOMAINS[name].answers) for name in levels.RATING_DOWN}))
def test_a_worse_judgement_never_raises_the_level(answers):
    before = levels.LEVELS.index(levels.level({levels.START: "high", **answers}))
    for name, answer in answers.items():
        for worse in levels.DOMAINS[name].answers[levels.DOMAINS[name].answers.index(answer) :]:
            after = levels.level({levels.START: "high", **answers, name: worse})
            assert levels.LEVELS.index(after) <= before


@pytest.mark.parametrize(
    ("measure", "design", "tool", "start", "rated_up"),
    [
        ("PLO", "single_arm", "nos_single_arm", "high", False),
        ("RR", "rct", "rob2", "high", False),
        ("RR", "cohort", "nos_cohort", "low", True),
        ("RR", "cohort", "robins_i", "high", True),
    ],
)
def test_where_the_evidence_starts(measure, design, tool, start, rated_up):
    result = pooled(RATES if measure == "PLO" else TRIALS, measure)
    for study in result["studies"]:
        study["appraisal"]["instrument"] = tool
    proposal = proposed(result, design, tool)
    assert proposal[levels.START].answer == start
    assert (levels.LARGE_EFFECT in proposal) is rated_up


def test_trials_and_cohorts_together_are_asked_back():
    result = pooled(TRIALS, "RR")
    designs = {label: "rct" if label < "C" else "cohort" for label in TRIALS}
    start = proposals(Evidence(result, {}, SHARES, designs, {}))[levels.START]
    assert start.answer == "" and "2 randomised studies of 4" in start.reason


def test_risk_of_bias_follows_weight_and_what_is_left_without_it():
    assert proposed(pooled(RATES, "PLO", risk=()))["risk_of_bias"].answer == "not serious"
    # weights n p (1 - p) on the logit scale: 7.2, 6, 12.32 and 10.8
    alike = proposed(pooled(RATES, "PLO", risk=("C 2003", "D 2004")))["risk_of_bias"]
    assert alike.answer == "not serious" and "64 % of the weight" in alike.reason and "without" in alike.reason
    apart = {**RATES, "C 2003": (40, 50), "D 2004": (44, 45)}
    changed = proposed(pooled(apart, "PLO", risk=("C 2003", "D 2004")))["risk_of_bias"]
    assert changed.answer == "serious"
    double = proposed(pooled(apart, "PLO", risk=("C 2003", "D 2004")), shares=(0.2, 0.3))["risk_of_bias"]
    assert double.answer == "very serious"
    alone = proposed(pooled(RATES, "PLO", risk=tuple(RATES)[:3]))["risk_of_bias"]
    assert alone.answer == "serious" and "1 study would be left" in alone.reason
    nobody = proposed(pooled(RATES, "PLO"))["risk_of_bias"]
    assert nobody.answer == "" and "A 2001" in nobody.reason


def test_i2_alone_proposes_nothing_for_rates():
    apart = {"A 2001": (2, 100), "B 2002": (50, 100), "C 2003": (90, 100), "D 2004": (40, 80)}
    result = pooled(apart, "PLO")
    assert result["analyses"]["main"]["I2"] > 90
    assert proposed(result)["inconsistency"].answer == ""
    assert proposed(result, threshold=0.1)["inconsistency"].answer == "very serious"
    assert proposed(pooled(RATES, "PLO"), threshold=0.4)["inconsistency"].answer == "not serious"


def test_a_wide_prediction_interval_without_any_spread_is_no_inconsistency():
    result = pooled(RATES, "PLO")
    assert result["analyses"]["main"]["tau2"] == pytest.approx(0, abs=1e-12)
    proposal = proposed(result, threshold=0.05)["inconsistency"]
    assert proposal.answer == "not serious" and "tau² is estimated as zero" in proposal.reason


def test_studies_that_contradict_each_other_are_named():
    rows = {"A 2001": (5, 200, 40, 200), "B 2002": (40, 200, 5, 200), "C 2003": (20, 200, 22, 200)}
    proposal = proposed(pooled(rows, "RR"))["inconsistency"]
    assert proposal.answer == "serious" and "A 2001 and B 2002 lie on opposite sides" in proposal.reason


def test_few_studies_that_do_not_differ_are_not_called_inconsistent():
    rows = {
        "A 2001": (20, 60, 34, 60),
        "B 2002": (15, 70, 22, 71),
        "C 2003": (25, 124, 30, 125),
        "D 2004": (3, 50, 9, 52),
    }
    result = pooled(rows, "RR")
    main = result["analyses"]["main"]
    assert main["values"]["tau2"] == 0
    assert main["ci_ub"] < 1 < main["pi_ub"], "only the few studies make the prediction interval include no effect"
    proposal = proposed(result)["inconsistency"]
    assert proposal.answer == "not serious" and "tau² is estimated as zero" in proposal.reason


def test_one_study_is_judged_too():
    proposal = proposed(pooled({"A 2001": (12, 30)}, "PLO", risk=()), threshold=0.3)
    assert proposal["inconsistency"].answer == "not serious"
    assert proposal["imprecision"].answer == "not serious"


@pytest.mark.parametrize(
    ("rows", "measure", "settings", "answer"),
    [
        (TRIALS, "RR", {"threshold": 0.02}, "serious"),  # precise, but 190 events
        (TRIALS, "RR", {"threshold": 0.09}, "serious"),  # the interval includes 90 fewer in 1,000
        ({"A 2001": (3, 30, 4, 30), "B 2002": (5, 40, 4, 40)}, "RR", {}, "very serious"),  # 0.75 and 1.25
        ({"A 2001": (3, 30, 4, 30), "B 2002": (5, 40, 4, 40)}, "RD", {"threshold": 0.05}, "very serious"),
        (
            {"A 2001": (5.0, 2.0, 300, 4.0, 2.0, 300), "B 2002": (5.2, 2.0, 300, 4.1, 2.0, 300)},
            "MD",
            {"threshold": 0.5},
            "not serious",
        ),
        (
            {"A 2001": (5.0, 2.0, 30, 4.0, 2.0, 30), "B 2002": (5.2, 2.0, 30, 4.1, 2.0, 30)},
            "MD",
            {"threshold": 0.5},
            "serious",
        ),
        ({"A 2001": (5.0, 2.0, 300, 4.0, 2.0, 300), "B 2002": (5.2, 2.0, 300, 4.1, 2.0, 300)}, "MD", {}, ""),
        (RATES, "PLO", {}, ""),
        (RATES, "PLO", {"threshold": 0.1}, "not serious"),
        (RATES, "PLO", {"threshold": 0.05}, "serious"),
        (RATES, "PLO", {"threshold": 0.02}, "very serious"),
    ],
)
def test_imprecision(rows, measure, settings, answer):
    proposal = proposed(pooled(rows, measure), **settings)["imprecision"]
    assert proposal.answer == answer, proposal.reason


def test_absolute_effects_are_those_of_the_handbook():
    result = pooled(TRIALS, "RR")
    main = result["analyses"]["main"]
    risks = sorted(events / total for _, _, events, total in TRIALS.values())
    risk = (risks[1] + risks[2]) / 2
    absolute = absolute_effects(result, {})
    assert absolute["baseline"] == pytest.approx(1000 * risk, abs=1e-9)
    assert absolute["difference"] == pytest.approx(1000 * (main["estimate"] * risk - risk), abs=1e-9)
    assert absolute["ci_ub"] == pytest.approx(1000 * main["ci_ub"] * risk, abs=1e-9)
    odds = pooled(TRIALS, "OR")
    ratio = odds["analyses"]["main"]["estimate"]
    with_it = ratio * 0.3 / (1 - 0.3 + ratio * 0.3)
    assert absolute_effects(odds, {"baseline": 0.3})["risk"] == pytest.approx(1000 * with_it, abs=1e-9)
    hazard = pooled({"A 2001": (0.5, 0.3, 0.9), "B 2002": (0.6, 0.4, 0.9)}, "GEN", ratio_scale=True)
    assert absolute_effects(hazard, {"baseline": 0.2}) is None  # nobody has said what the ratio is
    value = hazard["analyses"]["main"]["estimate"]
    assert absolute_effects(hazard, {"baseline": 0.2, "ratio": "HR"})["risk"] == pytest.approx(1000 * (1 - 0.8**value))


def test_rare_outcomes_are_counted_in_ten_thousand_and_never_below_nobody():
    result = pooled(TRIALS, "RR")
    absolute = absolute_effects(result, {"baseline": 0.004})
    assert absolute["of"] == 10_000 and absolute["baseline"] == pytest.approx(40)
    differences = pooled(TRIALS, "RD")
    floor = absolute_effects(differences, {"baseline": 0.05})
    assert floor["ci_lb"] == 0.0 and floor["difference_lb"] == pytest.approx(-50)


STUDIES = pd.DataFrame({STUDY_ID: list(TRIALS), "design": "rct"})


def asked(result, gate="complete", **settings):
    return certainty_rows({"x": result}, {"x": settings}, STUDIES, shares=SHARES, gate=gate)


def test_rows_wait_for_the_decisions_before_them():
    provisional = pooled(TRIALS, "RR", undecided=3)
    assert asked(provisional).empty
    assert list(asked(provisional, gate="rolling")[ITEM_ID]) == [
        f"x|{name}" for name in (levels.START, *levels.RATING_DOWN)
    ]
    assert asked(pooled({"A 2001": (0, 10, 0, 10)}, "RR")).empty


def decided(queue, **changes):
    answers = judged(**changes)
    rows = [
        {ITEM_ID: item, "state": "settled", "settled_by": "agreement", "answer": answers[item.partition("|")[2]]}
        for item in queue[ITEM_ID]
    ]
    return pd.DataFrame(rows)


def summary(result, settings=None, notes=(), **changes):
    queue = asked(result, **(settings or {}))
    written = pd.DataFrame(notes, columns=[ITEM_ID, "who", "note", "why"])
    profile = evidence_profile(queue, decided(queue, **changes), written)
    return findings({"x": result}, {"x": settings or {}}, queue, profile)


def test_the_summary_of_an_effect():
    result = pooled(TRIALS, "RR", title="Death", arms=["CAR T-cells", "chemotherapy"])
    notes = [("x|imprecision", "anna", "There were 190 events", "")]
    row = summary(result, {"threshold": 0.02, "follow_up": "12 months"}, notes, imprecision="serious")["outcomes"][0]
    assert row["certainty"] == "moderate" and row["symbol"] == "⊕⊕⊕◯"
    assert row["statement"] == "CAR T-cells probably reduces death, compared with chemotherapy."
    fewer = row["absolute"]["baseline"] * (1 - result["analyses"]["main"]["estimate"])
    assert row["difference"].startswith(f"{fewer:.0f} fewer per 1,000 (from ")
    assert row["participants"] == 1360 and row["studies"] == 4
    assert row["footnotes"] == [{"letter": "a", "text": "Rated down one level for imprecision: There were 190 events."}]
    table = summary_table({"outcomes": [row]})
    assert table.loc[0, "footnotes"] == "a Rated down one level for imprecision: There were 190 events."


def test_the_summary_of_a_rate_and_of_what_nobody_has_judged():
    result = pooled(RATES, "PLO", title="CRS of any grade")
    row = summary(result, {"threshold": 0.1}, inconsistency="very serious", imprecision="serious")["outcomes"][0]
    assert row["certainty"] == "very low"
    assert row["statement"].startswith("The evidence is very uncertain about how often CRS of any grade occurs;")
    open_row = summary(result, {"threshold": 0.1}, indirectness="")["outcomes"][0]
    assert (open_row["certainty"], open_row["statement"], open_row["footnotes"]) == ("", "", [])
    assert summary_table({"outcomes": [open_row]}).loc[0, "certainty"] == "not judged yet"


def test_a_footnote_is_what_those_wrote_who_judged_so():
    result = pooled(RATES, "PLO", risk=())
    queue = asked(result, threshold=0.1)
    decisions = decided(queue, risk_of_bias="serious").assign(**{"answer.anna": "not serious", "answer.ben": "serious"})
    notes = pd.DataFrame(
        [("x|risk_of_bias", "anna", "Fine", ""), ("x|risk_of_bias", "ben", "", "Nobody was blinded")],
        columns=[ITEM_ID, "who", "note", "why"],
    )
    profile = evidence_profile(queue, decisions, notes).set_index("domain")
    assert profile.loc["Risk of bias", "why"] == "Nobody was blinded"
    assert profile.loc["Risk of bias", "explanation"] == ""
    row = findings({"x": result}, {"x": {}}, queue, profile.reset_index())["outcomes"][0]
    assert row["footnotes"][0]["text"] == "Rated down one level for risk of bias: Nobody was blinded."
