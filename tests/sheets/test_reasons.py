"""Full text: one reason of the protocol's list for each exclusion, counted for the flow, and nothing guessed."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from prismake.flow import prisma_flow

REASONS = ["Wrong population", "Wrong outcome", "Wrong study design"]


@pytest.fixture
def stage(new_stage):
    made = new_stage("full_text", items=6, full_text={"reasons": REASONS})
    made.offer()
    return made


def fill(stage, who, *rows):
    """Decision, reason and design of the first rows."""

    def change(sheet):
        heads = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=2):
            for head, text in zip(("Decision", "Reason for exclusion", "Study design"), row, strict=False):
                sheet.cell(number, heads[head]).value = text or None

    stage.edit(who, change)


def both(stage, *rows):
    for who in ("anna", "ben"):
        fill(stage, who, *rows)


def states(reading):
    return dict(zip(reading.decisions["item_id"], reading.decisions["state"], strict=True))


def frame(reading):
    return pd.DataFrame(reading.decisions.rows, columns=list(reading.decisions.columns))


def problems(reading):
    return [(one["where"].partition(",")[0], one["what"]) for one in reading.status["problems"]]


def test_each_exclusion_has_one_reason_and_they_are_counted(stage):
    both(
        stage,
        ("exclude", "Wrong outcome"),
        ("exclude", "wrong outcome "),
        ("exclude", "Wrong population"),
        ("include", "", "cohort"),
        ("not retrieved",),
        ("exclude", "Wrong study design"),
    )
    fill(stage, "ben", *[("exclude", "Wrong outcome")] * 2, ("exclude", "Wrong population"), ("include", "", "cohort"),
         ("not retrieved",), ("exclude", "Wrong population"))  # fmt: skip
    reading = stage.read()
    assert not problems(reading)
    table = frame(reading)
    settled = table[table["state"] == "settled"]
    assert settled["reason"].tolist() == ["Wrong outcome", "Wrong outcome", "Wrong population", "", ""]
    assert states(reading)[stage.items[5]] == "conflict", "two reasons are a disagreement"
    flow = prisma_flow(
        {
            "searches": [{"source": "pubmed", "label": "PubMed", "kind": "database", "records": 6}],
            "records": pd.DataFrame({"record_id": stage.items, "source": "pubmed"}),
            "duplicates": pd.DataFrame({"record_id": stage.items, "report_id": stage.items}),
            "title_abstract": pd.DataFrame({"item_id": stage.items, "state": "settled", "decision": "include"}),
            "full_text": table,
            "studies": pd.DataFrame({"study_id": [stage.items[3]], "report_ids": [stage.items[3]]}),
        }
    )
    boxes = flow.boxes
    assert boxes["excluded_full_text"] == {"Wrong outcome": 2, "Wrong population": 1}
    assert (boxes["sought"], boxes["not_retrieved"], boxes["undecided_full_text"]) == (6, 1, 1)
    assert boxes["included"] == {"studies": 1, "reports": 1}


def test_a_reason_that_is_not_on_the_list_is_named_and_nothing_is_guessed(stage):
    both(stage, ("exclude", "Wrong outcome"), ("exclude", "Not a trial"))
    reading = stage.read()
    assert states(reading)[stage.items[0]] == "settled" and states(reading)[stage.items[1]] == "problem"
    found = [what for where, what in problems(reading) if where == "full_text.anna.xlsx"]
    assert found == [
        "“Not a trial” is not an answer to “Reason for exclusion” for pubmed:001. Allowed: Wrong population, Wrong "
        "outcome, Wrong study design."
    ]


def test_an_exclusion_without_a_reason_waits_and_its_cell_is_named(stage):
    both(stage, ("exclude", ""), ("excl", ""), ("exclude", "Wrong outcome"))
    reading = stage.read()
    assert [states(reading)[item] for item in stage.items[:3]] == ["undecided", "undecided", "settled"]
    heads = stage.cells("anna")[0]
    letter = chr(ord("A") + heads.index("Reason for exclusion"))
    assert problems(reading)[0] == (
        "full_text.anna.xlsx",
        f"“Reason for exclusion” is still to be given where “Decision” is exclude: {letter}2, {letter}3.",
    )
    assert reading.status["reviewers"]["anna"]["decided"] == 1


def test_an_inclusion_with_a_reason_stands_and_the_reason_is_named(stage):
    both(stage, ("include", "Wrong outcome", "cohort"), ("not retrieved", "Wrong outcome"))
    reading = stage.read()
    table = frame(reading).set_index("item_id")
    assert table.loc[stage.items[0], ["state", "decision", "reason"]].tolist() == ["settled", "include", ""]
    assert table.loc[stage.items[1], ["state", "decision", "reason"]].tolist() == ["settled", "not retrieved", ""]
    what = problems(reading)[0][1]
    assert what.startswith("“Reason for exclusion” is only for “Decision” exclude, and counts for nothing in ")
    assert what.endswith("2, " + what.split(" in ")[1][0] + "3. Clear it, or change “Decision”.")


def test_a_design_beside_an_exclusion_is_nobodys_mistake(stage):
    both(stage, ("exclude", "Wrong outcome", "cohort"))
    assert not problems(stage.read())


def test_a_list_that_changes_later_names_every_answer_that_is_no_longer_on_it(stage):
    both(stage, ("exclude", "Wrong outcome"), ("exclude", "Wrong population"))
    assert list(states(stage.read()).values())[:2] == ["settled", "settled"]
    stage.config["full_text"]["reasons"] = ["Wrong population", "No outcome of interest"]
    reading = stage.read()
    assert list(states(reading).values())[:2] == ["problem", "settled"]
    assert all("Allowed: Wrong population, No outcome of interest." in what for _, what in problems(reading)[:1])
    both(stage, ("exclude", "No outcome of interest"))
    reading = stage.read()
    assert not problems(reading) and states(reading)[stage.items[0]] == "settled"
    stage.config["full_text"]["reasons"].append("Wrong study design")
    assert stage.read().decisions == reading.decisions, "a reason more changes nothing that was decided"


def test_the_cell_of_a_missing_reason_is_coloured(stage):
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    heads = {cell.value: cell.column_letter for cell in sheet[1]}
    formulas = [rule.formula[0] for area in sheet.conditional_formatting for rule in area.rules]
    waits = next(one for one in formulas if one.endswith(f'{heads["Reason for exclusion"]}2="")'))
    assert f'TRIM(${heads["Decision"]}2)="exclude"' in waits and f'TRIM(${heads["Decision"]}2)="excl"' in waits
