"""The sheets of a team that reads the same records are copies of one, and are not read again in the run that made them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prismake.protocol.guide import guide_lines
from prismake.sheets import new_sheets, own_sheet
from prismake.sheets.batches import plan
from prismake.sheets.offering import offer
from prismake.sheets.stage import load_stage
from prismake.sheets.workbook import new_workbook
from sheet_stage import Stage

TEAM = ["anna", "ben", "chloe"]


@pytest.fixture
def stage(tmp_path):
    made = Stage(tmp_path, reviewers=TEAM)
    made.guided = True
    return made


def run(stage, read=None):
    """The stage offered, and read again in the same run; ``read`` changes the sheets in between."""
    queue = {row["item_id"]: row for row in stage.queue().to_dict("records")}
    before = load_stage(stage.name, stage.config, queue, stage.folder)
    copies = offer(plan(before), guide_lines(before.setup.form, stage.config), list(queue))
    if read:
        read()
    return load_stage(stage.name, stage.config, queue, stage.folder, earlier=replace(before, copies=copies)), copies


def test_a_copied_sheet_has_the_bytes_of_one_that_was_written(stage, tmp_path, monkeypatch):
    _, copies = run(stage)
    assert set(copies) == {stage.path("ben"), stage.path("chloe")}
    monkeypatch.setattr(new_sheets, "copied_workbook", lambda *given: new_workbook(*given[:6]))
    written = Stage(tmp_path / "written", reviewers=TEAM)
    written.guided = True
    run(written)
    for who in TEAM:
        assert stage.path(who).read_bytes() == written.path(who).read_bytes(), who


def test_copies_are_read_as_they_would_be_from_their_files(stage, monkeypatch):
    opened = []
    read_sheet = own_sheet.read_sheet

    def counted(path, *given, **named):
        opened.append(path.name)
        return read_sheet(path, *given, **named)

    monkeypatch.setattr(own_sheet, "read_sheet", counted)
    sheets, _ = run(stage)
    assert opened == [stage.path("anna").name]
    from_files = stage.load()
    assert len(opened) == 4
    for who in TEAM:
        assert sheets.tables[who] == from_files.tables[who], who
        assert sheets.answers[who] == from_files.answers[who], who


def test_a_copy_that_somebody_saved_meanwhile_is_read(stage):
    sheets, _ = run(stage, lambda: stage.decide("chloe", "include"))
    assert sheets.answers["chloe"].answers[stage.items[0]] == {"decision": "include"}
    assert not any(given.get("decision") for given in sheets.answers["ben"].answers.values())


def test_sheets_that_did_not_change_are_read_once_in_a_run(stage, monkeypatch):
    run(stage)
    stage.decide("anna", "include", "exclude", "maybe")
    stage.read()
    opened = []
    read_sheet = own_sheet.read_sheet
    monkeypatch.setattr(
        own_sheet,
        "read_sheet",
        lambda path, *given, **named: opened.append(path.name) or read_sheet(path, *given, **named),
    )
    sheets, copies = run(stage, lambda: stage.decide("ben", "include"))
    assert not copies
    assert opened == [*(stage.path(who).name for who in TEAM), stage.path("ben").name]
    assert sheets.answers["ben"].answers[stage.items[0]]["decision"] == "include"
    assert sheets.answers["anna"].answers[stage.items[1]]["decision"] == "exclude"
