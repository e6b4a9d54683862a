"""Outcomes of diagnostic accuracy: results, sentences, documents, certainty, and the script in R."""

from __future__ import annotations

import copy
import subprocess
from pathlib import Path

import accuracy_samples as samples
import pytest
import warm_r
from prismake import pooling as pl
from prismake.core.files import write_json
from prismake.synthesis.certainty.accuracy_sides import by_side, side_statement
from prismake.synthesis.diagnostic.accuracy_records import accuracy_records, accuracy_script, unusable_tables
from prismake.synthesis.syntheses import with_usability

needs_r = pytest.mark.skipif(
    not warm_r.has_r("metafor", "jsonlite"), reason="R with metafor and jsonlite is not installed"
)
YEARS = [2010, 2009, 2003, 2004, 2010, 2007, 2009, 2006, 2009, 2010, 2011, 2009, 2011, 2013]


@pytest.fixture(scope="module")
def dementia():
    data = {**samples.DEMENTIA, "year": YEARS, "kind": ["a", "b"] * 7}
    return samples.result(
        data, kinds={"year": "number", "kind": "choice"}, quadas=True, prevalences=[0.1, 0.4],
        sensitivity=["leave_one_out", "without_high_risk"],
    )  # fmt: skip


def test_the_result_is_that_of_the_engine(dementia):
    fit, main = pl.pool_accuracy(samples.DEMENTIA), dementia["diagnostic"]["analyses"]["main"]
    assert list(main["sensitivity"].values())[:3] == pytest.approx(list(fit.sensitivity))
    assert main["values"]["tau2"] == pytest.approx(list(fit.tau2))
    assert main["hsroc"]["accuracy"] == pytest.approx(fit.hsroc.accuracy)
    assert [row["prevalence"] for row in main["predictive_values"]] == [0.1, 0.4]
    assert dementia["pooled"] and len(dementia["diagnostic"]["curve"]) == len(
        dementia["diagnostic"]["prediction_region"]
    )
    assert (
        "sensitivity 79.8 % (95 % CI 72.2 to 85.7) and specificity 65.4 % (55.7 to 74.0) in 14" in dementia["sentence"]
    )


def test_further_analyses_are_those_of_the_same_studies(dementia):
    own = dementia["diagnostic"]
    assert own["analyses"]["without_high_risk"]["values"]["k"] == 14 - sum(s["high_risk"] for s in dementia["studies"])
    first = own["leave_one_out"]["studies"][0]
    rest = pl.pool_accuracy({name: column[1:] for name, column in samples.DEMENTIA.items()})
    assert first["sensitivity"]["estimate"] == pytest.approx(rest.sensitivity.value)
    fit = pl.accuracy_regression(samples.DEMENTIA, YEARS)
    assert own["moderators"]["year"]["values"]["LRT"] == pytest.approx(fit.statistic)
    assert [point["value"] for point in own["moderators"]["kind"]["values"]["points"]] == ["a", "b"]


def test_prevalences_are_those_of_the_studies_unless_the_protocol_has_some():
    result = samples.result(samples.DEMENTIA, sensitivity=[])
    assert result["diagnostic"]["prevalences"] == [0.22, 0.38, 0.43]  # quartiles of 22 of 64, 20 of 162, …


def test_each_analysis_has_a_document(dementia):
    settings = samples.spec(("year", "kind"), sensitivity=["leave_one_out", "without_high_risk"])
    documents = accuracy_records(dementia, settings, "x.check.R")
    assert set(documents) == {"main", "leave_one_out", "without_high_risk", "moderators.year", "moderators.kind"}
    assert documents["moderators.year"]["input"]["year"] == YEARS
    assert all(document["error"] is None and document["values"] for document in documents.values())


def test_a_side_without_an_estimate_is_said_and_the_other_pooled():
    result = samples.result({**samples.TELOMERASE, "fn": [0] * 10})
    own = result["diagnostic"]
    assert not result["pooled"] and own["analyses"]["main"]["values"] is None
    single = pl.natural_scale(
        "PLO", pl.pool_proportions(*zip(*[(s["tn"], s["tn"] + s["fp"]) for s in result["studies"]], strict=True))
    )
    assert own["one_side"]["specificity"]["estimate"] == pytest.approx(single.estimate)
    assert not own["one_side"]["sensitivity"]["pooled"] and "No study has a false negative" in result["sentence"]
    assert accuracy_records(result, samples.spec(), "x.check.R")["main"]["error"]


def test_the_normal_model_without_a_correction_says_what_it_needs():
    result = samples.result(samples.DEMENTIA, model="normal")
    assert "Use the exact model (binomial)" in result["sentence"] and not result["pooled"]
    corrected = samples.result(samples.DEMENTIA, model="normal", correction=0.5, sensitivity=[])
    assert "0.5 was added to every cell of studies with an empty cell" in corrected["sentence"]


def test_tables_without_people_or_counts_are_not_usable():
    table = samples.rows({"tp": [0, 3, 2.5], "fp": [0, 1, 1], "fn": [0, 1, 1], "tn": [0, 4, 4]})
    marks = unusable_tables(table, samples.spec())
    assert marks[0][1].startswith("Nobody took part") and "tp is 2.5" in marks[2][1] and 1 not in marks
    marked = with_usability(table, {"accuracy": samples.spec()})
    assert list(marked["status"]) == ["not usable", "used", "not usable"]


def test_a_side_that_is_not_reported_leaves_the_other_in_use():
    data = {**samples.IQCODE, "tn": ["NR", *samples.IQCODE["tn"][1:]]}
    result = samples.result(data, sensitivity=[])
    study = result["studies"][0]
    assert study["tn"] is None and study["specificity"]["estimate"] is None and study["sensitivity"]["estimate"]
    known = pl.pool_accuracy({**data, "tn": [None, *samples.IQCODE["tn"][1:]]})
    main = result["diagnostic"]["analyses"]["main"]
    assert main["specificity"]["estimate"] == pytest.approx(known.specificity.value)
    assert "Study A 2001 contributes to sensitivity alone: fp or tn is not reported." in result["sentence"]
    assert unusable_tables(samples.rows(data), samples.spec()) == {}
    results, _ = by_side({"accuracy": result}, {"accuracy": {}})
    assert [len(results[f"accuracy.{side}"]["studies"]) for side in ("sensitivity", "specificity")] == [13, 12]


def test_several_tables_of_one_study_are_named():
    table = samples.rows(samples.DEMENTIA)
    table.loc[1, "study_id"], table.loc[1, "label"] = "s0", table.loc[0, "label"]
    result = samples.analyse_accuracy(
        "accuracy", table, samples.spec(sensitivity=[]), labels={}, level=95.0, undecided={}
    )
    assert "Several tables of one study are pooled as if they were of different people" in result["sentence"]


def test_certainty_has_a_row_for_each_side(dementia):
    results, settings = by_side({"accuracy": dementia}, {"accuracy": {"threshold": 0.1}})
    assert list(settings) == ["accuracy.sensitivity", "accuracy.specificity"]
    side = results["accuracy.specificity"]
    main = side["analyses"]["main"]
    assert main["estimate"] == pytest.approx(0.654, abs=5e-4) and "kind" not in side
    assert sum(study["total"] for study in side["studies"]) == 913
    words = side_statement(side, "moderate", main)
    assert words == "Of 100 people without the condition, the test is probably negative in about 65.4 (55.7 to 74.0)."


def rscript(result: dict, folder: Path) -> subprocess.CompletedProcess[str]:
    write_json(folder / "x.json", result)
    (folder / "x.check.R").write_text(accuracy_script(result, "x.check.R"), encoding="utf-8")
    return warm_r.rscript(folder / "x.check.R")


@needs_r
@pytest.mark.parametrize(
    "result",
    [
        lambda: samples.result(samples.TELOMERASE, sensitivity=[]),
        lambda: samples.result(samples.simulated(4), sensitivity=[]),
        lambda: samples.result(
            {**samples.IQCODE, "kind": ["a", "b", "b"] * 4 + ["a"]},
            kinds={"kind": "choice"},
            model="normal",
            correction=0.5,
            sensitivity=[],
        ),
        lambda: samples.result({**samples.TELOMERASE, "fn": [0] * 10}),
        lambda: samples.result({**samples.IQCODE, "tn": ["NR", *samples.IQCODE["tn"][1:]]}, sensitivity=[]),
    ],
    ids=["correlation at its bound", "no heterogeneity", "normal", "no estimate", "one side"],
)
def test_r_agrees(result, tmp_path):
    done = rscript(result(), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 differ" in done.stdout


@needs_r
def test_r_notices_changed_numbers(tmp_path):
    data = {name: column[:6] for name, column in samples.DEMENTIA.items()}
    result = samples.result(
        {**data, "kind": ["a", "b"] * 3}, kinds={"kind": "choice"}, prevalences=[0.1], sensitivity=[]
    )
    main = result["diagnostic"]["analyses"]["main"]
    done = rscript(result, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    changed = copy.deepcopy(result)
    own = changed["diagnostic"]["analyses"]["main"]
    own["sensitivity"]["ci_ub"] += 0.001
    own["values"]["tau2"][0] += 0.001
    own["predictive_values"][0]["npv"]["estimate"] -= 0.001
    own["negative_likelihood_ratio"]["ci_lb"] += 0.001
    changed["diagnostic"]["moderators"]["kind"]["values"]["LRT"] += 0.01
    changed["studies"][0]["specificity"]["ci_lb"] += 0.001
    done = rscript(changed, tmp_path)
    named = [line.split("  prismake")[0].strip() for line in done.stdout.splitlines() if line.endswith("DIFFERS")]
    assert done.returncode == 1 and main["name"] in " ".join(named)
    for part in ("sensitivity", "tau2", "predictive values", "negative likelihood ratio", "likelihood-ratio test"):
        assert any(part in line for line in named), part
