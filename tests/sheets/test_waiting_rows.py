"""Linked reports are offered at full text once the report that they belong to is included, and never before."""

from __future__ import annotations

import pytest
from sheet_stage import Stage

ARTICLE, OTHER, REGISTRATION, PREPRINT = (f"pubmed:{number:03d}" for number in range(4))


@pytest.fixture
def stage(tmp_path):
    """Two reports to read; the registration belongs to the first of them, the preprint to the registration."""
    stage = Stage(tmp_path, "full_text", items=4, reviewers=["anna"])
    stage.links = {(REGISTRATION, "waits_for"): f"{ARTICLE}\n{PREPRINT}", (PREPRINT, "waits_for"): REGISTRATION}
    return stage


def assess(stage, who="anna", **answers):
    """Write decisions by item, with the design or the reason that each asks for, and offer what follows from them."""

    def change(sheet):
        columns = {cell.value: cell.column for cell in sheet[1]}
        ids = {sheet.cell(row, columns["Item"]).value: row for row in range(2, sheet.max_row + 1)}
        for number, decision in answers.items():
            row = ids[f"pubmed:{number[1:]}"]
            sheet.cell(row, columns["Decision"]).value = decision
            sheet.cell(row, columns["Study design"]).value = "cohort" if decision == "include" else None
            reason = stage.config["full_text"]["reasons"][0] if decision == "exclude" else None
            sheet.cell(row, columns["Reason for exclusion"]).value = reason

    stage.edit(who, change)
    stage.offer()


def decided(stage):
    reading = stage.read()
    item, state, decision = (reading.decisions.columns.index(name) for name in ("item_id", "state", "decision"))
    assert reading.status["of"] == len(reading.decisions.rows)
    return {row[item]: row[decision] or str(row[state]) for row in reading.decisions.rows}


def test_an_excluded_report_brings_nothing(stage):
    stage.offer()
    assert decided(stage) == {ARTICLE: "undecided", OTHER: "undecided"}
    assess(stage, _000="exclude", _001="include")
    assert decided(stage) == {ARTICLE: "exclude", OTHER: "include"}


def test_an_included_report_brings_what_is_linked_to_it_as_a_question(stage):
    stage.offer()
    assess(stage, _000="include")
    assert decided(stage) == {ARTICLE: "include", OTHER: "undecided", REGISTRATION: "undecided"}
    assert [row[0] for row in stage.cells("anna")[1:]] == [ARTICLE, OTHER, REGISTRATION]
    assess(stage, _002="include")
    assert decided(stage)[PREPRINT] == "undecided", "what is linked to the linked one follows"


def test_answers_to_a_linked_report_are_kept_when_its_partner_is_excluded_later(stage):
    stage.offer()
    assess(stage, _000="include")
    assess(stage, _002="exclude")
    assess(stage, _000="exclude")
    assert decided(stage) == {ARTICLE: "exclude", OTHER: "undecided"}
    assert len(stage.cells("anna")) == 4, "the row stays in the sheet"
    assess(stage, _000="include")
    assert decided(stage)[REGISTRATION] == "exclude"


def test_a_disagreement_about_the_report_brings_nothing_until_it_is_settled(tmp_path):
    stage = Stage(tmp_path, "full_text", items=3)
    stage.links = {(REGISTRATION, "waits_for"): ARTICLE}
    stage.offer()
    assess(stage, "anna", _000="include")
    assess(stage, "ben", _000="exclude")
    assert decided(stage) == {ARTICLE: "conflict", OTHER: "undecided"}
    assess(stage, "ben", _000="include")
    assert decided(stage) == {ARTICLE: "include", OTHER: "undecided", REGISTRATION: "undecided"}
    assert all(stage.cells(who)[3][0] == REGISTRATION for who in ("anna", "ben"))
