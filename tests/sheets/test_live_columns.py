"""Columns that the workflow keeps up to date in rows that were handed out: links and paths of full texts."""

from __future__ import annotations

import openpyxl
import pytest
from prismake.kept import sheet_state

PDF = "config/fulltexts/a b#1.pdf"


@pytest.fixture
def stage(new_stage):
    made = new_stage("full_text", items=4)
    made.offer()
    return made


def cell(stage, item, head, who="anna"):
    sheet = openpyxl.load_workbook(stage.path(who)).worksheets[1]
    column = next(cell.column for cell in sheet[1] if cell.value == head)
    return next(row[column - 1] for row in sheet.iter_rows(min_row=2) if row[1].value == item)


def people(stage):
    return sheet_state.state(stage.name, ["anna", "ben"], stage.folder)


def test_a_link_comes_changes_and_goes_in_place(stage):
    stage.decide("anna", "exclude", "include")
    before = stage.cells("anna")
    stage.links = {("pubmed:001", "pdf"): PDF, ("pubmed:002", "open_access"): "https://x.org/a?b=1&c=2"}
    stage.offer()
    assert cell(stage, "pubmed:001", "PDF").value == PDF
    assert cell(stage, "pubmed:001", "PDF").hyperlink.target == "../../config/fulltexts/a%20b%231.pdf"
    assert cell(stage, "pubmed:002", "Open access").hyperlink.target == "https://x.org/a?b=1&c=2"
    stage.links = {("pubmed:001", "pdf"): "config/fulltexts/c.pdf"}
    stage.offer()
    assert cell(stage, "pubmed:001", "PDF").hyperlink.target == "../../config/fulltexts/c.pdf"
    stage.links = {}
    stage.offer()
    assert cell(stage, "pubmed:001", "PDF").hyperlink is None
    assert stage.cells("anna") == before, "everything else stayed"


def test_it_is_written_only_when_it_changed_and_is_no_edit(stage):
    stage.decide("anna", "exclude")
    edited = people(stage)
    stage.links = {("pubmed:001", "pdf"): PDF}
    stage.offer()
    written = stage.path("anna").read_bytes()
    stage.offer()
    assert stage.path("anna").read_bytes() == written
    assert people(stage) == edited
    assert stage.read().status["reviewers"]["anna"]["decided"] == 0, "a reason is still to be given"


def test_an_open_sheet_waits_for_its_links(stage):
    lock = stage.folder / ".~lock.full_text.anna.xlsx#"
    lock.write_bytes(b"anna")
    before = stage.path("anna").read_bytes()
    stage.links = {("pubmed:001", "pdf"): PDF}
    stage.offer()
    assert stage.path("anna").read_bytes() == before
    assert cell(stage, "pubmed:001", "PDF", "ben").value == PDF
    lock.unlink()
    stage.offer()
    assert cell(stage, "pubmed:001", "PDF").value == PDF


def test_a_sheet_from_before_gets_a_column_when_it_has_something_to_say(stage):
    def forget(sheet):
        for head in ("PDF", "Open access", "PMC"):
            sheet.delete_cols(next(cell.column for cell in sheet[1] if cell.value == head))

    stage.edit("anna", forget)
    stage.offer()
    assert "PDF" not in stage.cells("anna")[0]
    assert not stage.read().status["problems"]
    stage.links = {("pubmed:002", "pdf"): PDF}
    stage.offer()
    head, *rows = stage.cells("anna")
    assert head[-1] == "PDF" and [row[-1] for row in rows] == [None, None, PDF, None]
    assert "Open access" not in head
    assert not stage.read().status["problems"]


@pytest.mark.parametrize("text", ["javascript:alert(1)", "file:///etc/passwd", "=HYPERLINK(1)", "www.x.org"])
def test_what_is_no_address_is_shown_as_text(stage, text):
    stage.links = {("pubmed:001", "open_access"): text}
    stage.items.append("pubmed:009")
    stage.links[("pubmed:009", "open_access")] = text
    stage.offer()
    for item in ("pubmed:001", "pubmed:009"):
        found = cell(stage, item, "Open access")
        assert found.hyperlink is None and (found.value, found.data_type) == (text, "s")
    stage.path("ben").unlink()
    stage.offer()
    assert cell(stage, "pubmed:001", "Open access", "ben").hyperlink is None
