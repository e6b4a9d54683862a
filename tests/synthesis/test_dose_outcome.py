"""Outcomes of kind dose_response: from rows of dose groups to results, documents, certainty, and the check in R."""

from __future__ import annotations

import json
import math

import dose_samples as samples
import numpy as np
import pandas as pd
import pytest
import warm_r
from prismake import pooling as pl
from prismake.report import dose_report
from prismake.synthesis.certainty.certainty_rows import certainty_rows
from prismake.synthesis.syntheses import synthesis_of, with_usability

QUICK = {"sensitivity": []}


@pytest.fixture(scope="module")
def result():
    return samples.analysed(samples.COFFEE, samples.spec())


def test_the_groups_are_pooled_as_they_stand(result):
    raw: dict[str, list] = {}
    for study in result["studies"]:
        raw[study["label"]] = [
            [group[name] for group in study["groups"]] for name in ("assigned", "events", "total", "effect", "lower", "upper")
        ]  # fmt: skip
    names = ("doses", "cases", "size", "ratios", "lower", "upper")
    studies = [pl.dose_study(label, "OR", **dict(zip(names, row, strict=True))) for label, row in raw.items()]
    fit = pl.pool_dose_response(studies, model="spline", stage="one")
    own = result["dose_response"]
    assert [row["beta"] for row in own["coefficients"]] == pytest.approx(fit.beta)
    values = fit.predict([5, 10, 20])
    assert [row["estimate"] for row in own["predictions"]] == pytest.approx(np.exp(values.estimate))
    assert [row["pi_ub"] for row in own["predictions"]] == pytest.approx(np.exp(values.pi_ub))
    assert own["knots"] == pytest.approx(fit.basis.knots) and own["tests"]["nonlinearity"]["df"] == 1
    line = pl.pool_dose_response(studies, stage="one").per(10)
    assert own["line"]["estimate"] == pytest.approx(math.exp(line.estimate[0]))
    assert result["counts"]["studies_pooled"] == 6 and result["pooled"]
    assert sum(study["weight_pct"] for study in result["studies"]) == pytest.approx(100.0)


def test_sentences_say_what_was_found(result):
    assert result["sentence"].startswith(
        "Breast cancer: 6 studies with 20 dose groups (2,132 cases among 4,411 participants); restricted cubic spline "
        "with knots at 0, 5.7 and 18.7, one stage, REML. Against 0 g/day, the odds ratio is 1.13 (95 % CI 1.00 to 1.27) "
        "at 5 g/day; "
    )
    words = result["dose_response"]["words"]
    assert words["line"][0].startswith(
        "If the association is a line, the odds ratio for each increase of alcohol by 10 g/day is 1.27 "
    )
    assert words["doses"] == ["6 of 20 doses were assigned to intervals, 2 of them open above; the table says how."]
    assert words["leave_one_out"][0].startswith("Each study left out in turn: the odds ratio at 20 g/day lies between")


def test_a_curve_is_written_without_its_studies_at_high_risk():
    appraisals = {"id of Basil 1991": {"instrument": "nos", "high_risk": True, "ratings": []}}
    settings = samples.spec(own={"sensitivity": ["without_high_risk"]})
    result = samples.analysed(samples.COFFEE, settings, appraisals=appraisals)
    assert result["dose_response"]["sensitivity"]["without_high_risk"]["k"] == 5
    assert "(5 studies left)" in result["dose_response"]["words"]["without_high_risk"][0]


def test_a_dose_that_no_study_reaches_is_named():
    result = samples.analysed(samples.COFFEE, samples.spec(own={"doses": [10, 60], "model": "linear", **QUICK}))
    assert "No study reaches 60 g/day: the doses of the studies lie between 0 and 25." in result["sentence"]


def test_two_stages_leave_out_studies_without_a_curve_of_their_own():
    result = samples.analysed(samples.COFFEE, samples.spec(own={"stage": "two", "model": "quadratic", **QUICK}))
    assert [row["label"] for row in result["left_out"]] == ["Cedar 1992"]
    assert "1 dose group besides the reference" in result["left_out"][0]["reason"]
    assert result["counts"]["studies_pooled"] == 5 and result["dose_response"]["line"]["k"] == 6


REFUSED = {
    "single dose group": [("Solo 2000", "10", 20, 100, "", "", "")],
    "no upper end": [("Open 2000", "0", 20, 100, 1, "", ""), ("Open 2000", "≥10", 30, 100, 1.6, 0.9, 2.8)],
    "same dose": [("Same 2000", "5", 20, 100, 1, "", ""), ("Same 2000", "5.0", 30, 100, 1.6, 0.9, 2.8)],
    "must be the reference": [("Ref 2000", "0", 20, 100, 1.2, 0.8, 1.8), ("Ref 2000", "5", 30, 100, 1.6, 0.9, 2.8)],
    "Cases and totals are needed": [
        ("Nr 2000", "0", "NR", 100, 1, "", ""),
        ("Nr 2000", "5", 30, 100, 1.6, 0.9, 2.8),
        ("Nr 2000", "9", 30, 100, 1.6, 0.9, 2.8),
    ],
}


@pytest.mark.parametrize("reason", REFUSED)
def test_a_study_without_contrasts_has_its_reason(reason):
    settings = samples.spec(own=QUICK)
    table = samples.table([*samples.COFFEE, *REFUSED[reason]])
    marked = with_usability(table, {"x": settings})
    refused = marked[marked["status"] == "not usable"]
    assert len(refused) == len(REFUSED[reason]) and refused["remark"].str.contains(reason).all()
    result = samples.analysed([*samples.COFFEE, *REFUSED[reason]], settings)
    assert len(result["studies"]) == 6 and reason in result["left_out"][0]["reason"]
    assert len(result["left_out"]) == 1  # once for the study, not for each of its groups


def test_a_design_says_what_the_counts_are():
    settings = samples.spec(own={"design": "kind_of_study", **QUICK})
    table = samples.table(samples.COFFEE)
    words = {
        "Rohan 1988": "case-control",
        "Amber 1990": "cohort",
        "Basil 1991": "person-years",
        "Cedar 1992": "crossover",
    }
    table["design"] = [words.get(label.split(",")[0], "") for label in table["label"]]
    marked = with_usability(table, {"x": settings})
    odd = marked[marked["status"] == "not usable"]
    assert (
        set(odd["study_id"]) == {"id of Cedar 1992"} and odd["remark"].str.contains("“crossover” says not what").all()
    )
    result = synthesis_of(settings).analyse("x", marked, settings, labels={}, level=95, undecided={})
    designs = {study["label"]: study["design"] for study in result["studies"]}
    assert designs["Rohan 1988"] == "case_control" and designs["Amber 1990"] == "cumulative_incidence"
    assert designs["Basil 1991"] == "incidence_rate" and designs["Elder 1994"] == ""


def test_counts_without_counts_rest_on_the_correlation_that_the_protocol_assumes():
    rows = [(study, dose, "NR", "NR", *rest) for study, dose, _, _, *rest in samples.COFFEE]
    assert samples.analysed(rows, samples.spec(own={"model": "linear", **QUICK}))["dose_response"].get("k") == 1
    result = samples.analysed(rows, samples.spec(own={"model": "linear", "correlation": 0.4, **QUICK}))
    assert result["dose_response"]["k"] == 6 and "participants" not in result["sentence"]


def test_no_study_gives_a_sentence_and_documents_with_the_reason():
    settings = samples.spec()
    result = samples.analysed(REFUSED["same dose"], settings)
    assert not result["pooled"] and result["sentence"].startswith("Breast cancer: no curve was fitted. No study")
    documents = synthesis_of(settings).records(result, settings, "x.check.R")
    assert documents["main"]["values"] is None and documents["main"]["error"] == result["sentence"]


def test_every_analysis_has_a_document_with_its_groups(result):
    documents = synthesis_of(samples.spec()).records(result, samples.spec(), "x.check.R")
    assert set(documents) == {"main", "line", "leave_one_out"}
    columns = documents["main"]["input"]
    assert len(columns["dose"]) == 20 and columns["assigned"][1] == 1.25
    assert json.loads(json.dumps(documents)) == documents


def test_certainty_is_proposed_for_the_highest_reported_dose(result):
    studies = pd.DataFrame({"study_id": [study["study_id"] for study in result["studies"]], "design": "case_control"})
    queue = certainty_rows({"x": result}, {"x": {}}, studies, shares=(0.333, 0.5), gate="rolling")
    proposed = {row["domain"]: (row["proposed"], row["because"]) for row in queue.to_dict("records")}
    assert set(queue["title"]) == {"Breast cancer: 20 g/day v 0 g/day"}
    assert proposed["Starting level"][0] == "low" and proposed["Imprecision"][0] == "not serious"
    assert proposed["Dose–response gradient"][1].startswith(
        "Along the curve, the effect is 1.13 at 5 g/day, 1.27 at 10"
    )


def test_the_report_has_every_part(result):
    sections = {section.name: section for section in dose_report.sections(result)}
    assert list(sections) == ["curve", "doses", "line", "coefficients", "study_curves", "leave_one_out", "studies"]
    assert sections["doses"].rows[0][:2] == ("5 g/day", "1.13 [1.00, 1.27]")
    assert sections["studies"].rows[1][:3] == ("Rohan 1988", "<2.5", "1.25 (the middle of 0 to 2.5)")
    assert dose_report.card(result)[0] == "Odds ratio against 0 g/day:"
    names = [estimate.name for estimate in dose_report.estimates(result)]
    assert names[:4] == ["5 g/day against 0 g/day", "10 g/day against 0 g/day", "20 g/day against 0 g/day", "increase by 10 g/day"]  # fmt: skip
    methods = " ".join(dose_report.methods({"x": samples.spec(), "y": samples.spec("MD", own={"stage": "two"})}))
    for words in ("Greenland and Longnecker", "Il'yasova", "Crippa and Orsini", "Orsini et al.", "Harrell"):
        assert words in methods
    assert dose_report.effects(result).splitlines()[1] == "Rohan 1988,NA,NA,0.0,165,337,1,NA,NA,0,NA"


@pytest.mark.skipif(not warm_r.has_r("metafor", "jsonlite"), reason="R with metafor and jsonlite is not installed")
def test_r_makes_every_kind_of_curve_again(tmp_path):
    cases = {
        "two": (samples.drawn(9, 4), samples.spec(own={"stage": "two", "model": "quadratic", **QUICK})),
        "hamling": (samples.COFFEE, samples.spec("RR", own={"covariance": "hamling", "method": "fixed", **QUICK})),
    }
    for name, (rows, settings) in cases.items():
        result = samples.analysed(rows, settings)
        (tmp_path / f"{name}.json").write_text(json.dumps(result), encoding="utf-8")
        script = tmp_path / f"{name}.check.R"
        script.write_text(synthesis_of(settings).script(result, script.name), encoding="utf-8")
        done = warm_r.rscript(script)
        assert done.returncode == 0 and "numbers agree" in done.stdout, (name, done.stdout + done.stderr)
    result["dose_response"]["predictions"][0]["estimate"] += 1e-4
    (tmp_path / f"{name}.json").write_text(json.dumps(result), encoding="utf-8")
    done = warm_r.rscript(script)
    assert done.returncode != 0 and "DIFFERS" in done.stdout
