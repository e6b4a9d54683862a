"""Rows are added by editing the parts of a workbook: everything outside the table stays as it is, to the byte."""

from __future__ import annotations

import os
import re
import shutil
import zipfile

import openpyxl
import pytest
from damage import OFFICE, change_part, column, dress, filter_by, new_column, office
from openpyxl.chart import BarChart, Reference
from prismake.sheets import offering
from sheet_stage import Stage

TEXT_BOX = (
    "<xdr:twoCellAnchor><xdr:from><xdr:col>8</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>12</xdr:row>"
    "<xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>10</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>16</xdr:row>"
    '<xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:sp><xdr:nvSpPr><xdr:cNvPr id="99" name="Box"/><xdr:cNvSpPr txBox="1"/>'
    '</xdr:nvSpPr><xdr:spPr><a:xfrm xmlns:a="{0}"><a:off x="0" y="0"/><a:ext cx="90" cy="90"/></a:xfrm><a:prstGeom '
    'xmlns:a="{0}" prst="rect"/></xdr:spPr><xdr:txBody><a:bodyPr xmlns:a="{0}"/><a:p xmlns:a="{0}"><a:r><a:t>ask '
    "Cho about the cohort</a:t></a:r></a:p></xdr:txBody></xdr:sp><xdr:clientData/></xdr:twoCellAnchor>"
).format("http://schemas.openxmlformats.org/drawingml/2006/main")
ANCHOR = 'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
TRANSITIONAL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
TABLE_PARTS = ("xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels", "xl/tables/", "xl/workbook.xml")


def make_own(path) -> None:
    """A chart, a text box, a comment, a second tab with numbers and a chart: what people put into a workbook."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    for edit in (dress, filter_by("Decision", "include"), new_column("Priority")):
        edit(sheet)
    tab = book.create_sheet("My counts")
    for row in ([1, 2], [3, 4], ["=SUM(A1:B2)", "note"]):
        tab.append(row)
    for page, place in ((sheet, "K12"), (tab, "D2")):
        chart = BarChart()
        chart.add_data(Reference(tab, min_col=1, max_col=2, min_row=1, max_row=2))
        page.add_chart(chart, place)
    book.save(path)
    spaced = TEXT_BOX.replace("<xdr:twoCellAnchor>", f"<xdr:twoCellAnchor {ANCHOR}>", 1)
    change_part("xl/drawings/drawing1.xml", lambda xml: re.sub(r"(</(?:\w+:)?wsDr>)", spaced + r"\1", xml))(path)


def parts(path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("by_office", [False, True])
def test_charts_boxes_comments_and_tabs_stay_to_the_byte(tmp_path, by_office, caplog):
    if by_office and not OFFICE:
        pytest.skip("LibreOffice is not installed")
    stage = Stage(tmp_path / "sheets")
    stage.links = {(item, "doi"): f"10.5555/{number}" for number, item in enumerate(stage.items)}
    stage.offer()
    path = stage.path("anna")
    make_own(path)
    if by_office:
        office([path], "xlsx", tmp_path / "out")
        shutil.copy(tmp_path / "out" / path.name, path)
    before = parts(path)
    assert any(b"about the cohort" in content for content in before.values())
    assert sum("chart" in name and "_rels" not in name and "/charts/" in name for name in before) >= 2
    stage.items += ["pubmed:104", "pubmed:109"]
    stage.links |= {("pubmed:104", "doi"): "10.5555/a&b"}
    stage.offer()
    after = parts(path)
    assert list(after) == list(before), "no part comes or goes, and their order stays"
    changed = [name for name in before if before[name] != after[name]]
    allowed = (*TABLE_PARTS, "xl/worksheets/sheet1.xml") if by_office else TABLE_PARTS  # the count on the first page
    assert changed and [name for name in changed if not name.startswith(allowed)] == []
    assert "unusual" not in caplog.text
    rows = before["xl/worksheets/sheet2.xml"].split(b"<row ")[2:10]
    assert all(row.partition(b"</row>")[0] in after["xl/worksheets/sheet2.xml"] for row in rows)
    sheet = openpyxl.load_workbook(path).worksheets[1]
    assert [cells[1].value for cells in sheet.iter_rows(min_row=2, max_row=11)] == stage.items
    assert sheet.cell(10, column(sheet, "DOI")).hyperlink.target == "https://doi.org/10.5555/a%26b"
    assert sheet.cell(2, column(sheet, "DOI")).hyperlink.target == "https://doi.org/10.5555/0"
    assert len(stage.read().decisions.rows) == len(stage.items)


def test_new_rows_look_like_the_others(stage):
    styles = parts(stage.path("anna"))["xl/styles.xml"]
    stage.items.append("pubmed:001000")
    stage.offer()
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    for header in ("Item", "Title", "Decision", "Note", "Check"):
        place = column(sheet, header)
        old, new = sheet.cell(2, place), sheet.cell(10, place)
        looks = ("font", "fill", "border", "alignment", "number_format")
        assert [repr(getattr(old, look)) for look in looks] == [repr(getattr(new, look)) for look in looks], header
    assert parts(stage.path("anna"))["xl/styles.xml"] == styles, "no look is added that is there"


@pytest.mark.parametrize("rewrite", ["prefixed", "strict"])
def test_other_ways_to_write_the_same_workbook(stage, rewrite):
    """Libraries write elements with a prefix; Excel can save “Strict Open XML”."""

    def prefixed(xml):
        xml = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", xml)
        return xml.replace('<x:worksheet xmlns="', '<x:worksheet xmlns:x="')

    if rewrite == "prefixed":
        change_part("xl/worksheets/sheet2.xml", prefixed)(stage.path("anna"))
    else:
        for part in ("xl/worksheets/sheet2.xml", "xl/workbook.xml"):
            change_part(part, lambda xml: xml.replace(TRANSITIONAL, STRICT))(stage.path("anna"))
    stage.items.append("pubmed:100")
    stage.offer()
    assert stage.load().tables["anna"].rows[-1][1]["Item"] == "pubmed:100"
    assert parts(stage.path("anna"))["xl/worksheets/sheet2.xml"].count(b"inlineStr") > 40


def test_a_workbook_with_macros_stays_one(stage):
    path = stage.path("anna").with_suffix(".xlsm")
    stage.path("anna").rename(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 macros")
    stage.items.append("pubmed:100")
    stage.offer()
    assert not stage.path("anna").exists()
    assert parts(path)["xl/vbaProject.bin"] == b"\xd0\xcf\x11\xe0 macros"
    assert stage.load().tables["anna"].rows[-1][1]["Item"] == "pubmed:100"
    assert stage.load().kept_stage.state["sheets"]["title_abstract.anna.xlsx"]["bytes"], "our own writing is no edit"


def test_a_formula_that_stands_in_a_cell_of_ours_is_not_written_over_by_parts(stage):
    """A program's chain of calculations would go on to name the cell."""
    stage.decide("anna", "include")
    stage.decide("ben", "exclude")
    stage.offer()

    def formula(sheet):
        sheet.cell(2, column(sheet, "Anna says")).value = '="in"&"clude"'

    stage.edit("consensus", formula)
    stage.decide("anna", "maybe")
    stage.offer()
    sheet = openpyxl.load_workbook(stage.path("consensus")).worksheets[1]
    assert sheet.cell(2, column(sheet, "Anna says")).value == "maybe"


@pytest.mark.parametrize("link", [os.symlink, os.link])
@pytest.mark.parametrize("way", ["parts", "rebuilt"])
def test_links_into_a_shared_folder_stay_links(stage, tmp_path, link, way, monkeypatch):
    shared = tmp_path / "shared.xlsx"
    stage.path("anna").rename(shared)
    link(shared, stage.path("anna"))
    if way == "rebuilt":
        monkeypatch.setattr(offering, "append_rows", lambda *_: (_ for _ in ()).throw(offering.UnknownStructure("x")))
        monkeypatch.setattr("prismake.sheets.growing._load", lambda *_: (_ for _ in ()).throw(ValueError("x")))
    stage.items.append("pubmed:100")
    stage.offer()
    assert shared.samefile(stage.path("anna"))
    assert stage.path("anna").is_symlink() == (link is os.symlink)
    assert openpyxl.load_workbook(shared).worksheets[1].cell(10, 2).value == "pubmed:100"
    assert not list(tmp_path.rglob("*.tmp"))


def test_areas_reach_to_many_new_rows(stage):
    stage.items += [f"pubmed:{number}" for number in range(3000, 5200)]
    stage.offer()
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    last = len(stage.items) + 1
    (table,) = sheet.tables.values()
    assert table.ref.endswith(str(last)) and sheet.dimensions.endswith(str(last))
    areas = [str(rule.sqref) for rule in sheet.data_validations.dataValidation]
    areas += [str(area.sqref) for area in sheet.conditional_formatting]
    assert areas and all(int(re.search(r"\d+$", area)[0]) >= last for area in areas)
    assert f"${last + 2000}" in sheet["A1"].value


def test_a_changed_protocol_says_what_loading_the_workbook_may_cost(stage, caplog):
    make_own(stage.path("anna"))
    (name,) = (field.label for field in stage.load().setup.form.fields)
    stage.config = {**stage.config, "language": "de"}
    stage.offer()
    warnings = [record.getMessage() for record in caplog.records if "loaded as a whole" in record.getMessage()]
    assert len(warnings) == 1 and "title_abstract.anna.xlsx" in warnings[0], "ben's has no chart that could be lost"
    copy = re.search(r"is in (\S+\.xlsx)\.", warnings[0])[1]
    assert "xl/charts/chart1.xml" in parts(copy)
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    assert name == "Decision" and column(sheet, "Entscheidung")
