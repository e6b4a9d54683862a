"""Rows added to sheets that people made their own: what they did stays, also after another program saved the workbook."""

from __future__ import annotations

import re
import shutil
import zipfile
from functools import partial

import openpyxl
import pytest
from damage import OFFICE, all_of, change_part, column, dress, filter_by, new_column, office
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from sheet_stage import Stage

LINKS = {"doi": "10.5555/example.1", "pmid": "12345"}


def own(sheet) -> None:
    """A colour rule, a list and a frozen pane of a person's own."""
    sheet.conditional_formatting.add(
        "B2:B9", CellIsRule(operator="equal", formula=['"x"'], fill=PatternFill("solid", bgColor="00FF00"))
    )
    rule = DataValidation("list", '"high,low"')
    rule.add("Z2:Z9")
    sheet.add_data_validation(rule)
    sheet.freeze_panes = "C2"


def grown(tmp_path, edit, *, by_office: str = "", file=None, load: bool = True) -> tuple[Stage, object]:
    """A sheet that was offered, changed, saved by LibreOffice perhaps, and offered two more rows."""
    stage = Stage(tmp_path / "sheets")
    stage.offer()
    stage.edit("anna", edit)
    path = stage.path("anna")
    if by_office:
        office([path], by_office, tmp_path / "out")
        shutil.copy(tmp_path / "out" / path.name, path)
    if file:
        file(path)
    stage.items += ["pubmed:100", "pubmed:101"]
    stage.offer()
    return stage, openpyxl.load_workbook(path).worksheets[1] if load else None


@pytest.mark.parametrize("by_office", ["", "xlsx"])
def test_what_people_did_to_the_workbook_stays(tmp_path, by_office):
    if by_office and not OFFICE:
        pytest.skip("LibreOffice is not installed")
    edit = all_of(dress, own, new_column("Priority"), filter_by("Decision", "include"))
    _, sheet = grown(tmp_path, edit, by_office=by_office)
    assert [row[1] for row in sheet.iter_rows(min_row=10, values_only=True)] == ["pubmed:100", "pubmed:101"]
    assert sheet.column_dimensions["B"].width == pytest.approx(77, abs=1)
    assert sheet["B3"].fill.fgColor.rgb.endswith("FF00FF")
    assert sheet["B4"].comment.text.endswith("ask Ben")
    assert sheet.row_dimensions[5].hidden
    if not by_office:  # without a screen LibreOffice itself drops what is frozen
        assert sheet.freeze_panes == "C2"
    priority = column(sheet, "Priority")
    assert priority == len(list(sheet[1])) and sheet.cell(3, priority).value == "high"
    (table,) = sheet.tables.values()
    assert table.ref.endswith("11") and table.autoFilter.ref == table.ref
    assert table.autoFilter.filterColumn, "what is filtered for stays"
    fills = {rule.formula[0] for area in sheet.conditional_formatting for rule in area.rules}
    assert '"x"' in fills and any("include" in formula for formula in fills)
    lists = {rule.formula1: str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    assert lists['"high,low"'].startswith("Z2")
    decision = next(area for source, area in lists.items() if "Lists" in source)
    assert openpyxl.worksheet.cell_range.CellRange(decision).max_row > 11, "new rows have their dropdown"
    assert sheet.print_area.replace("$", "").endswith("F11")


CUSTOM = '<customFilters><customFilter operator="notEqual"/></customFilters>'
UNUSUAL = change_part("xl/worksheets/sheet2.xml", lambda xml: xml.replace("</row>", "</row><!-- by hand -->", 1))


def unknown_filter(path):
    change_part("xl/tables/table1.xml", lambda xml: re.sub("<filters.*?</filters>", CUSTOM, xml))(path)


def test_a_filter_that_openpyxl_does_not_know_stays(tmp_path):
    edit = all_of(dress, filter_by("Decision", "include"))
    stage, _ = grown(tmp_path, edit, file=unknown_filter, load=False)
    with zipfile.ZipFile(stage.path("anna")) as archive:
        table = archive.read("xl/tables/table1.xml").decode()
    assert 'operator="notEqual"' in table and re.search(r'ref="[A-Z]+1:[A-Z]+11"', table)


def test_without_known_parts_such_a_filter_goes_and_the_rest_stays(tmp_path, caplog):
    def file(path):
        unknown_filter(path)
        UNUSUAL(path)

    stage, sheet = grown(tmp_path, all_of(dress, filter_by("Decision", "include")), file=file)
    assert "built in an unusual way" in caplog.text and "A copy of it" in caplog.text
    assert sheet.max_row == 11
    assert sheet.column_dimensions["B"].width == 77
    assert sheet["B4"].comment.text.endswith("ask Ben")
    (table,) = sheet.tables.values()
    assert table.ref.endswith("11") and not table.autoFilter.filterColumn
    assert not any(row.hidden for row in sheet.row_dimensions.values()), "nothing stays hidden without its filter"
    assert len(list(stage.folder.glob("history/title_abstract.anna.*.xlsx"))) == 1


@pytest.mark.parametrize("by_parts", [True, False])
def test_a_formula_in_a_decision_keeps_what_it_came_to(tmp_path, by_parts):
    if not OFFICE:
        pytest.skip("LibreOffice is not installed")
    formula = '=CONCATENATE("ex","clude")'
    file = None if by_parts else UNUSUAL
    edit = partial(sheet_edit, formula)
    stage, sheet = grown(tmp_path, edit, by_office="xlsx", file=file)
    assert sheet["E3"].value == (formula if by_parts else "exclude")
    assert stage.read().decisions["decision.anna"][1] == "exclude"


def sheet_edit(formula, sheet):
    sheet["E3"] = formula


def test_an_ods_is_taken_over_with_one_copy_in_the_history(tmp_path):
    if not OFFICE:
        pytest.skip("LibreOffice is not installed")
    stage = Stage(tmp_path / "sheets")
    stage.offer()
    office([stage.path("anna")], "ods", stage.folder)
    stage.items.append("pubmed:100")
    stage.offer()
    assert len(list(stage.folder.glob("history/*.ods"))) == 1
    assert not list(stage.folder.glob("*.ods"))
    assert len(stage.cells("anna")) == 10
