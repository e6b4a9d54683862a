"""What figures and analyses get of an appraisal."""

from __future__ import annotations

import pandas as pd
import pytest
from prismake.appraisal.appraisal_rows import appraisal_rows
from prismake.appraisal.light_kinds import judged_kind
from prismake.appraisal.ratings import of_concern, ratings_for, with_risk_of_bias
from prismake.appraisal.robvis import robvis_table, weighted_tables
from prismake.appraisal.scores import appraise, lights, stars_only
from prismake.figures.appraisal_cells import blocks
from prismake.protocol.instruments import load_instrument

COLUMNS = ["study_id", "instrument", "selection", "comparability", "outcome", "overall", "result", "D1", "D2"]
SCORES = pd.DataFrame(
    [
        ("a", "rob2", "", "", "", "high risk of bias", "relapse", "low risk of bias", "high risk of bias"),
        ("a", "rob2", "", "", "", "low risk of bias", "crs", "low risk of bias", "low risk of bias"),
        ("b", "nos_cohort", "4", "1", "0", "moderate quality", "", "", ""),
        ("c", "nos_single_arm", "0", "0", "2", "low quality", "", "", ""),
        ("d", "none", "", "", "", "not appraised", "", "", ""),
        ("e", "rob2", "", "", "", "", "relapse", "some concerns", ""),
    ],
    columns=COLUMNS,
)


def test_a_result_has_the_judgement_of_its_own_outcome():
    found = ratings_for("relapse", SCORES)
    assert list(found) == ["a", "b", "c", "e"]
    assert [found[study]["high_risk"] for study in found] == [True, False, True, None]
    assert ratings_for("crs", SCORES)["a"]["high_risk"] is False
    lights = {study: {row["name"]: row["rating"] for row in found[study]["ratings"]} for study in found}
    assert (lights["a"]["D1"], lights["a"]["D2"], lights["a"]["overall"]) == ("good", "bad", "bad")
    assert lights["b"] == {"selection": "good", "comparability": "some", "outcome": "bad"}
    assert lights["c"] == {"selection": "bad", "comparability": "n/a", "outcome": "some"}
    assert (lights["e"]["D1"], lights["e"]["D2"]) == ("some", "undecided")


@pytest.mark.parametrize(
    ("name", "kinds", "concern"),
    [
        ("rob2", "good some bad", {"high risk of bias"}),
        ("robins_i", "good some bad worst unclear", {"serious risk of bias", "critical risk of bias"}),
        ("robins_i_v2", "good good some bad worst", {"serious risk of bias", "critical risk of bias"}),
        ("quadas2", "good unclear bad", {"high risk of bias"}),
        ("nos_cohort", "", {"low quality", "poor"}),
    ],
)
def test_kinds_of_judgements_and_what_is_of_concern(name, kinds, concern):
    scale = load_instrument(name)
    assert [judged_kind(scale, word) for word in (*scale.judgements, *scale.aside)] == kinds.split()
    assert of_concern(scale) == concern


def test_the_judgement_becomes_a_column_unless_people_extract_one_of_that_name():
    table = pd.DataFrame({"study_id": ["a", "d"]})
    found = with_risk_of_bias(table, ratings_for("relapse", SCORES))
    assert found["risk_of_bias"].tolist() == ["high risk of bias", ""]
    own = table.assign(risk_of_bias="ours")
    assert with_risk_of_bias(own, {})["risk_of_bias"].tolist() == ["ours", "ours"]


CHECKLIST = """
instrument: mine
title: Our checklist
source: our protocol
answers: [yes, no, unclear, not applicable]
good: [yes]
domains: [{ name: all, label: Checklist }]
items:
  - { id: 1, domain: all, question: The aims are clear. }
  - { id: 2, domain: all, question: The response rate raises concern., good: [no] }
  - { id: 10, domain: all, question: Ethical approval was given. }
overall: { none: { note: No score. } }
robvis: { tool: Generic }
"""


def appraised(instrument: str, *answers: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Answers and scores of studies a, b, ..., whose items are answered in the order of the sheet."""
    studies = pd.DataFrame({"study_id": list("abcd"[: len(answers)])}, dtype=str)
    studies = studies.assign(
        label=studies["study_id"].str.upper(), design="x", report="r", report_ids=studies["study_id"]
    )
    given = [answer for study in answers for answer in study]
    decisions = appraisal_rows(studies, {"x": instrument})[["item_id"]].assign(answer=given)
    notes = pd.DataFrame(columns=["item_id", "who", "note", "why"], dtype=str)
    return appraise(studies, decisions, notes, {"x": instrument}, "total")


@pytest.fixture
def checklist(tmp_path, monkeypatch):
    """A review with a checklist of its own, of which one item speaks for a study by *no*."""
    folder = tmp_path / "config" / "instruments"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(CHECKLIST, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return appraised("mine", ("yes", "no", "unclear"), ("no", "yes", "not applicable"))


def test_an_answer_speaks_for_a_study_as_its_instrument_says(checklist):
    answers, _ = checklist
    (block,) = blocks(lights(answers, {}))
    assert [item for item, _ in block.items] == ["1", "2", "10"]  # in the order of the sheet
    assert [block.cells["a", item].kind for item, _ in block.items] == ["good", "good", "unclear"]
    assert [block.cells["b", item].kind for item, _ in block.items] == ["bad", "bad", "n/a"]
    assert robvis_table("mine", answers, {}).to_numpy().tolist() == [
        ["A", "Low", "Low", "No information"],
        ["B", "High", "High", "Not applicable"],
    ]


def test_the_items_of_a_checklist_are_summed_up_by_weight(checklist):
    _, scores = checklist
    found = ratings_for("relapse", scores)
    assert [row["label"] for row in found["a"]["ratings"]][:2] == [
        "1. The aims are clear",
        "2. The response rate raises concern",
    ]
    assert [row["rating"] for row in found["b"]["ratings"]] == ["bad", "bad", "n/a"]
    pooled = [{"label": name.upper(), "appraisal": found[name], "weight_pct": 50.0} for name in "ab"]
    (table,) = weighted_tables(pooled).values()
    assert (table.columns, table.rows[0]) == (
        ("Study", "1", "2", "10", "Weight"),
        ("A", "Low", "Low", "No information", "50.0"),
    )


def test_stars_count_out_of_those_that_each_item_can_earn():
    answers, _ = appraised(
        "nos_cross_sectional", ("a", "a", "a", "b", "a", "c", "a"), ("a", "a", "a", "a", "a+b", "a", "a")
    )
    (block,) = blocks(stars_only(answers))
    selection = block.domain_items("selection")
    assert (block.earned("a", selection), block.most("a", selection)) == (4, 5)
    assert [block.cells["a", item].kind for item in ("S3", "S4", "C1", "O1")] == ["good", "some", "some", "some"]
    assert {block.cells["b", item].kind for item, _ in block.items} == {"good"}
    row = robvis_table("nos_cross_sectional", answers, {}).set_index("Study").loc["A"]
    assert row[["S3", "S4", "O1"]].tolist() == ["Low", "Some concerns", "Some concerns"]


def test_concerns_about_applicability_are_rated_and_not_exported():
    answers = ["yes"] * 10
    form = load_instrument("quadas2")
    sheet = (
        appraisal_rows(
            pd.DataFrame([{"study_id": "a", "label": "A", "design": "x", "report": "r", "report_ids": "a"}]),
            {"x": "quadas2"},
        )["item_id"]
        .str.rsplit("|", n=1)
        .str[1]
    )
    judged = {"D1": "low", "D2": "high", "D3": "unclear", "D4": "low"} | {
        f"D{n} applicability": "high" for n in (1, 2, 3)
    }
    _, scores = appraised("quadas2", tuple(judged.get(part, "yes") for part in sheet))
    assert len(form.items) == len(answers)
    (found,) = ratings_for("relapse", scores).values()
    assert [(row["name"], row["rating"], row["level"]) for row in found["ratings"]][:3] == [
        ("D1", "good", "domain"),
        ("D1 applicability", "bad", "concern"),
        ("D2", "bad", "domain"),
    ]
    (table,) = weighted_tables([{"label": "A", "appraisal": found, "weight_pct": 100.0}]).values()
    assert table.columns == ("Study", "D1", "D2", "D3", "D4", "Weight")
