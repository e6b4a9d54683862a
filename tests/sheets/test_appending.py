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
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from prismake.protocol.guide import guide_lines
from prismake.protocol.schema import with_defaults
from prismake.sheets import offering
from prismake.sheets.layout import cell_text
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


AMENDED = {
    "criteria": {"include": ["children", "adults <18 & relapse>"], "exclude": ["case reports", "=letters"]},
    "words": {"include": ["dabei"]},
}


@pytest.mark.parametrize("by_office", [False, True])
def test_a_changed_protocol_is_written_into_the_parts_that_it_concerns(tmp_path, by_office, caplog):
    """Criteria, headings and answers are renewed; what people made is as it was, and their own lines move along."""
    if by_office and not OFFICE:
        pytest.skip("LibreOffice is not installed")
    stage = Stage(tmp_path / "sheets", "full_text", full_text={"reasons": ["wrong design", "no data"]})
    stage.guided = True
    stage.offer()
    path = stage.path("anna")
    make_own(path)
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    last = page.max_row
    page.cell(last + 2, 1).value, page.cell(last + 2, 3).value = "agreed on Monday", f"=LEN(A{last + 2})+LEN(A1)"
    page.cell(last + 2, 1).comment = Comment("by phone", "anna")
    page.merge_cells(start_row=last + 3, end_row=last + 3, start_column=1, end_column=2)
    book.save(path)
    if by_office:
        office([path], "xlsx", tmp_path / "out")
        shutil.copy(tmp_path / "out" / path.name, path)
    before, lines = parts(path), first_page(path)
    settings = {"full_text": {"reasons": ["wrong population", "wrong design", "no data"]}, "language": "de"}
    stage.config = with_defaults({**stage.config, **AMENDED, **settings})
    stage.offer()
    after = parts(path)
    changed = {name for name in before if before[name] != after[name]}
    remarks = ("xl/comments", "xl/drawings/comments", "xl/drawings/vmlDrawing", "xl/styles.xml")
    allowed = (*TABLE_PARTS, "xl/worksheets/sheet1.xml", "xl/worksheets/sheet3.xml", *remarks)
    assert list(after) == list(before) and [name for name in changed if not name.startswith(allowed)] == []
    assert "unusual" not in caplog.text
    book = openpyxl.load_workbook(path)
    page, sheet, lists = book.worksheets[0], book.worksheets[1], book["Lists"]
    form, now = stage.load().setup.form, first_page(path)
    start = now.index(("Blatt von", "anna")) + 1
    guide = [(label, cell_text(text)) for label, text in guide_lines(form, stage.config)]
    assert now[start : start + len(guide)] == guide and now[0][0] == "Volltext"
    moved = len(now) - len(lines)
    assert moved == len(guide) - (lines.index(("agreed on Monday", "")) - 1 - start) and moved > 0
    (row,) = [number for number, (label, _) in enumerate(now, start=1) if label == "agreed on Monday"]
    assert page.cell(row, 3).value == f"=LEN(A{row})+LEN(A1)" and page.cell(row, 1).comment.text.strip() == "by phone"
    assert [str(area) for area in page.merged_cells.ranges] == [f"A{row + 1}:B{row + 1}"]
    heads = [cell.value for cell in sheet[1]]
    assert {"Entscheidung", "Ausschlussgrund", "Priority"} <= set(heads) and "Decision" not in heads
    names = [name.name for table in sheet.tables.values() for name in table.tableColumns]
    assert not names or names == heads[heads.index("Eintrag") :][: len(names)]
    offered = {
        column(sheet, head): listed_in(sheet, lists, column(sheet, head))
        for head in ("Entscheidung", "Ausschlussgrund")
    }
    assert [*offered.values()] == [
        [["einschließen", "ausschließen", "nicht beschafft"]],
        [["wrong population", "wrong design", "no data"]],
    ]
    assert any("fertig" in str(cell.value) for cell in sheet[1]) and "fertig" in str([page.cell(2, 2).value])
    assert len(stage.read().decisions.rows) == len(stage.items) and not stage.read().status["problems"]
    before = parts(path)
    stage.offer()
    assert parts(path) == before, "nothing is left to renew"


def first_page(path) -> list[tuple[str, str]]:
    page = openpyxl.load_workbook(path).worksheets[0]
    return [(row[0] or "", row[1] or "") for row in page.iter_rows(max_col=2, values_only=True)]


def listed_in(sheet, lists, place: int) -> list[list[str]]:
    """The lists that the dropdowns of a column offer."""
    own = get_column_letter(place)
    offered = []
    for rule in sheet.data_validations.dataValidation:
        if f"{own}2" in rule.sqref:
            _, letter, _, _, last = re.split(r"\$", rule.formula1.replace(":", ""))
            offered.append([lists[f"{letter}{row}"].value for row in range(1, int(last) + 1)])
    return offered


def test_a_question_that_is_added_has_cells_for_text_only_and_a_list(tmp_path):
    """Also where a program has stated widths for all columns up to the last, and without a page of lists."""
    fields = [{"name": "events", "type": "count", "label": "Events"}]
    stage = Stage(tmp_path / "sheets", "extraction", extraction={"fields": fields})
    stage.offer()
    path = stage.path("anna")
    wide = '<col min="3" max="1024" width="9" customWidth="1"/></cols>'
    change_part("xl/worksheets/sheet2.xml", lambda xml: re.sub(r'<col min="[3-9]".*</cols>', wide, xml))(path)
    further = {"name": "region", "type": "choice", "label": "Region", "choices": ["north", "south"]}
    stage.config = with_defaults({**stage.config, "extraction": {"fields": [*fields, further]}})
    stage.offer()
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    place = column(sheet, "Region")
    assert {sheet.cell(row, place).number_format for row in range(2, 10)} == {"@"}
    widths = {letter: own.width for letter, own in sheet.column_dimensions.items()}
    assert widths[get_column_letter(place)] == 11 and sheet.column_dimensions[get_column_letter(place)].min == place
    assert listed_in(sheet, book["Lists"], place) == [["north", "south", "NR"]]
    assert book["Lists"].sheet_state == "hidden" and "Region" in str([c.name for c in table_of(sheet).tableColumns])
    stage.edit("anna", lambda own: setattr(own.cell(2, place), "value", "south"))
    assert stage.read().decisions["region.anna"][0] == "south"


def table_of(sheet):
    (table,) = sheet.tables.values()
    return table
