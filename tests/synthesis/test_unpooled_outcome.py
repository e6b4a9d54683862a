"""Outcomes without pooling: rows that report little, each study once, sentences, documents, certainty, and R."""

from __future__ import annotations

import re

import pandas as pd
import prismake.pooling as pl
import pytest
import unpooled_samples as samples
import warm_r
from prismake.core.files import write_json, write_text
from prismake.report import unpooled_report as report
from prismake.report.manuscript.checklists import swim_checklist
from prismake.synthesis.certainty.certainty_rows import certainty_rows
from prismake.synthesis.certainty.findings import evidence_profile, findings
from prismake.synthesis.syntheses import with_usability
from prismake.synthesis.unpooled.unpooled_records import records, unpooled_script
from unpooled_samples import SIDES

AWAY, TOWARDS = SIDES
ARMS = {"mean1": 14, "sd1": 3, "n1": 20, "mean2": 10, "sd2": 2.5, "n2": 22}
own = "without_pooling"


def states(found: dict) -> list[str]:
    return [row["state"] for row in found["studies"]]


def test_a_study_may_report_a_direction_a_p_value_or_an_effect():
    found = samples.result(
        [
            {"direction": TOWARDS},
            {"direction": TOWARDS, "p_value": "<0.01", "total": 80},
            {"direction": AWAY, "effect": -0.2, "lower": -0.6, "upper": 0.2},
            {"direction": "no difference"},
            {"effect": 0.4},
            {"p_value": "0.03"},
        ]
    )
    assert states(found) == ["towards", "towards", "away", "no difference", "not reported"]
    assert found[own]["counts"] == {
        **{"towards": 2, "away": 1, "no difference": 1, "conflicting": 0, "not reported": 1},
    }
    assert found["left_out"][-1]["label"].startswith("Study F") and "Neither" in found["left_out"][-1]["reason"]
    assert found[own]["votes"]["n"] == 3 and found[own]["estimates"]["k"] == 2
    computed = found["studies"][2]
    assert computed["p_from"] == "computed" and computed["p"] == pytest.approx(0.327, abs=1e-3)
    assert [row["one_sided_p"] for row in found["studies"][:3]] == [None, 0.005, pytest.approx(1 - computed["p"] / 2)]
    assert found["studies"][4]["suggested"] == "towards"
    assert found["pooled"] is False and samples.REASON in found["sentence"] and found["counts"]["studies_pooled"] == 5


def test_the_votes_of_a_single_study_are_read_as_a_sentence():
    directions = [TOWARDS, "no difference", "conflicting", "conflicting"]
    sentence = samples.result([{"direction": word} for word in directions])["sentence"]
    assert f"1 of 1 study lies on the side “{TOWARDS}”" in sentence
    assert "Without a vote: no difference (1), conflicting results (2)." in sentence


def test_a_direction_is_a_persons_answer_unless_nobody_is_asked():
    """Numbers are never counted as a vote where the sheet asks for the direction."""
    asked = samples.result([{"effect": 0.5}, {"effect": -0.1}], asks=["direction", "effect"])
    assert asked[own]["votes"] is None and "No study has a direction" in asked["sentence"]
    other = samples.result([{"direction": "Favours drug", "effect": 0.5}])  # a side of another outcome
    assert states(other) == ["not reported"] and other["studies"][0]["suggested"] == "towards"
    unasked = samples.result([{"effect": 0.5}, {"effect": -0.1}, {"effect": 0.0}], asks=["effect"])
    assert states(unasked) == ["towards", "away", "no difference"] and "the sign of the effects" in unasked["sentence"]


def test_numbers_of_arms_give_effect_and_p_value():
    found = samples.result([{**ARMS, "direction": TOWARDS, "p_value": "NS"}], asks=["direction", "p_value", "arms"])
    names = {"mean1": "m1i", "sd1": "sd1i", "n1": "n1i", "mean2": "m2i", "sd2": "sd2i", "n2": "n2i"}
    yi, vi = pl.effect_sizes("SMD", {names[key]: [value] for key, value in ARMS.items()})
    row = found["studies"][0]
    assert (row["yi"], row["vi"]) == (pytest.approx(yi[0], rel=1e-14), pytest.approx(vi[0], rel=1e-14))
    assert row["people"] == 42 and row["p_from"] == "computed" and row["relation"] == "="  # not the bound


def test_each_study_counts_once():
    """Two of three results one way are no majority; the largest one-sided p-value and the median effect speak."""
    rows = [
        {"id": "a", "label": "A", "arm": f"scale {n}", "direction": side, "p_value": p, "effect": e, "total": 50 + n}
        for n, (side, p, e) in enumerate([(TOWARDS, "0.01", 0.6), (TOWARDS, "0.2", 0.1), (AWAY, "0.5", -0.2)])
    ]
    (study,) = samples.result(rows)[own]["by_study"]
    assert (study["state"], study["side"], study["results"], study["people"]) == ("conflicting", 0, 3, 52)
    assert study["yi"] == 0.1 and study["one_sided_p"] == 0.75
    (study,) = samples.result(rows[:2])[own]["by_study"]
    assert study["state"] == "towards" and study["one_sided_p"] == 0.1


def test_p_values_at_the_ends_of_their_range_are_combined():
    huge = {"direction": AWAY, "effect": -9.0, "lower": -9.2, "upper": -8.8}  # 88 standard errors
    rows = [huge, {"direction": TOWARDS, "p_value": "1 (one-sided)"}, {"direction": TOWARDS, "p_value": "1e-17"}]
    found = samples.result(rows)
    assert found["studies"][0]["p"] == 1e-300 and found[own]["p_values"]["k"] == 3
    assert all(0 < row["one_sided_p"] < 1 for row in found["studies"])


@pytest.mark.parametrize(
    ("measure", "study", "yi"),
    [
        ("RR", {"effect": 0.5}, -0.6931471805599453),
        ("ZCOR", {"effect": 0.5}, 0.5493061443340549),
        ("MD", {"effect": 3}, 3),
    ],
)
def test_effects_are_described_on_the_scale_of_their_measure(measure, study, yi):
    found = samples.result([study], measure=measure, asks=["effect"])
    assert found["studies"][0]["yi"] == pytest.approx(yi) and found["studies"][0]["estimate"] == pytest.approx(
        study["effect"]
    )


@pytest.mark.parametrize(
    ("study", "words"),
    [({"effect": -1.0}, "does not exist"), ({"effect": 2, "lower": 3, "upper": 4}, "does not fit"), ({}, "Neither")],
)
def test_rows_that_say_nothing_have_a_reason_in_the_table_of_outcomes(study, words):
    settings = samples.spec("RR", asks=["effect", "direction"])
    table = with_usability(samples.rows([study], settings), {"quality": settings})
    assert table["status"].tolist() == ["not usable"] and words in table["remark"].iloc[0]


def test_few_votes_and_no_p_value_are_said():
    found = samples.result([{"direction": TOWARDS}] * 3)
    assert "cannot be below 0.05 with fewer than 6 votes" in found["sentence"]
    assert "none were combined" in found["sentence"] and "No study reports an effect" in found["sentence"]
    nothing = samples.result([])
    assert "No study reports a direction" in nothing["sentence"]
    assert [part.name for part in report.sections(nothing)] == ["votes"]


@pytest.fixture(scope="module")
def whole() -> dict:
    return samples.result(samples.drawn(24), subgroups=("region",), high_risk=("s3", "s4"))


def test_every_part_of_the_report_agrees_with_the_result(whole):
    votes = whole[own]["votes"]
    lines = report.card(whole)
    assert lines[0] == "Not pooled" and f"{votes['favourable']} of {votes['n']}" in lines[1]
    parts = {part.name: part for part in report.sections(whole)}
    assert set(parts) == {"votes", "p_values", "estimates", "subgroup.region", "studies"}
    for part in parts.values():
        assert all(len(row) == len(part.columns) for row in part.rows), part.name
    assert parts["votes"].rows[1][0] == "Without high risk of bias" and samples.REASON in parts["votes"].sentences[0]
    assert [row[0] for row in parts["subgroup.region"].rows] == ["north", "south"]
    assert sum(row["votes"]["n"] for row in whole[own]["groups"]["region"]["levels"]) == votes["n"]
    methods = " ".join(
        report.methods({"quality": samples.spec(grouping="By region.", prioritised="None had priority")})
    )
    for words in (samples.REASON, "By region.", "None had priority.", "Campbell et al.", TOWARDS, "Harrison"):
        assert words in methods, words
    table = report.effects(whole).splitlines()
    assert len(table) == len(whole["studies"]) + 1 and "'=" not in "".join(table)


def test_the_nine_items_of_swim_are_answered_or_owed(whole):
    rows = swim_checklist({"outcomes": {"quality": samples.spec()}}, [whole])
    assert [row[0] for row in rows] == [str(item) for item in range(1, 10)]
    assert all(place or owed for *_, place, owed in rows)
    owed = [row[0] for row in rows if row[4]]
    assert owed == ["1", "4", "6", "9"]
    settings = {"quality": samples.spec(grouping="By region", prioritised="Trials first")}
    rows = swim_checklist({"outcomes": settings, "certainty": {"outcomes": {"quality": {}}}}, [whole])
    assert [row[0] for row in rows if row[4]] == ["9"]
    assert swim_checklist({}, [{"kind": "network"}]) == []


def test_documents_name_their_rows(whole):
    documents = records(whole, samples.spec(subgroups=("region",)), "quality.check.R")
    assert set(documents) == {"main", "votes", "p_values", "estimates", "subgroups.region"}
    for document in documents.values():
        assert document["error"] is None and document["sentence"] and document["columns"]["p_value"]
        assert {len(column) for column in document["input"].values()} == {len(whole["studies"])}
    empty = records(samples.result([]), samples.spec(), "quality.check.R")
    assert all(document["values"] is None and document["error"] for document in empty.values())


def test_certainty_is_judged_by_votes(whole):
    designs = pd.DataFrame({"study_id": [f"s{n}" for n in range(24)], "design": "parallel_rct"})
    settings = {"quality": {"threshold": 0.1}}
    queue = certainty_rows({"quality": whole}, settings, designs, shares=(0.05, 0.5), gate="rolling")
    because = {row["domain"]: (row["proposed"], row["because"]) for row in queue.to_dict("records")}
    assert because["Risk of bias"][0] == "not serious" and "2 of 23 studies" in because["Risk of bias"][1]
    assert because["Inconsistency"][0] == "" and "on the other" in because["Inconsistency"][1]
    assert "people" in because["Imprecision"][1]
    decided = queue[["item_id"]].assign(state="settled", settled_by="agreement")
    decided["answer"] = [row["choices"].split("|")[0] for row in queue.to_dict("records")]
    notes = pd.DataFrame(columns=["item_id", "who", "note", "why"])
    entry = findings({"quality": whole}, settings, queue, evidence_profile(queue, decided, notes))["outcomes"][0]
    assert entry["absolute"] is None and TOWARDS in entry["relative"] and entry["certainty"]
    assert re.search(
        r"20 of 21 studies on the side “Favours training”\); its size was not estimated", entry["statement"]
    )


@pytest.mark.skipif(not warm_r.has_r("jsonlite"), reason="R with jsonlite is not installed")
def test_r_makes_every_number_again_and_notices_a_changed_one(whole, tmp_path):
    """Base R (binom.test, prop.test, pchisq, quantile) and, for the numbers of arms, metafor's escalc."""
    few = [{"events1": x, "total1": 20, "events2": 8, "total2": 21} for x in (0, 3, 5)]
    few += [{"effect": 0.5, "lower": 0.2, "upper": 1.25}, {"effect": 0.9}, {"id": "s0", "arm": "b", "effect": 2.0}]
    cases = {
        "drawn": whole,
        "ratios": samples.result(few, measure="RR", asks=["arms", "effect"]),
        "changed": {**whole, own: {**whole[own], "votes": {**whole[own]["votes"], "p": 0.5}}},
    }
    made = {}
    for name, found in cases.items():
        write_json(tmp_path / f"{name}.json", found)
        write_text(tmp_path / f"{name}.check.R", unpooled_script(found, f"{name}.check.R"))
        made[name] = warm_r.rscript(tmp_path / f"{name}.check.R")
    assert [done.returncode for done in made.values()] == [0, 0, 1], made
    assert "numbers agree" in made["ratios"].stdout and "DIFFERS" in made["changed"].stdout
