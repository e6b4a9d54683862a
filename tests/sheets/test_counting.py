"""The count at the top of a sheet: correct, self-updating, harmless to reading, and robust to every way of saving."""

from __future__ import annotations

import shutil

import openpyxl
import pandas as pd
import pytest
from damage import OFFICE, column, empty_column, fill, head, move_columns, office, remove_column
from prismake.appraisal.appraisal_rows import appraisal_rows
from prismake.protocol.languages import load_language
from prismake.sheets.counting import is_count
from sheet_stage import Stage

DOUBTFUL = {
    "extraction": {"fields": [{"name": name, "type": "count", "label": name.title()} for name in ("deaths", "people")]},
    "outcomes": {"death": {"measure": "PLO", "columns": {"events": "deaths", "total": "people"}}},
}
needs_office = pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")


def filled(folder, name: str, **answers: list[str]) -> Stage:
    """A stage of which anna has filled in columns, by header with blanks for underscores."""
    stage = Stage(folder, name)
    stage.offer()
    for header, given in answers.items():
        stage.decide("anna", *given, header=header.replace("_", " "))
    return stage


def worked_out(folder, *stages: Stage) -> list[dict[str, str]]:
    """What LibreOffice works out, by page, for the sheets of anna."""
    office([stage.path("anna") for stage in stages], "xlsx:Calc MS Excel 2007 XML", folder)
    return [counts(folder / stage.path("anna").name) for stage in stages]


def counts(path) -> dict[str, str]:
    book = openpyxl.load_workbook(path, data_only=True)
    cells = ((sheet.title, cell.value) for sheet in book for row in sheet.iter_rows(max_row=9) for cell in row)
    return {title: value for title, value in cells if isinstance(value, str) and is_count(value)}


def formulas(path) -> list[tuple[str, str]]:
    """Page and address of every formula."""
    cells = [(sheet.title, cell) for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for cell in row]
    return [(title, cell.coordinate) for title, cell in cells if cell.data_type == "f"]


@needs_office
def test_it_counts_what_the_closing_table_counts(tmp_path):
    screened = filled(tmp_path / "a", "title_abstract", Decision=["include", "n", "?", "", "JA"])
    screened.items.pop(7)
    screened.offer()  # one row is no longer needed
    read = filled(
        tmp_path / "b",
        "full_text",
        Decision=["include", "exclude", "not retrieved", "Ja", "excl", "no", "", "1"],
        Reason_for_exclusion=["", "Wrong population", "", "", "", "Wrong population"],
        Study_design=["cohort", "", "", "", "", "", "", "cohort"],
    )
    judged = filled(tmp_path / "c", "appraisal", Answer=["a", "b", "", "c"])
    extracted = filled(tmp_path / "d", "extraction", Events=["1", "NR", "3"], Participants=["10", "", "30"])
    stages = (screened, read, judged, extracted)
    for stage, found in zip(stages, worked_out(tmp_path / "out", *stages), strict=True):
        share = stage.read().status["reviewers"]["anna"]
        text = f"{share['decided']} of {share['of']} done"
        assert found == {"Read me": text, stage.load().setup.form.title: text}, stage.name
    assert [stage.read().status["reviewers"]["anna"]["decided"] for stage in stages] == [4, 5, 3, 2]


@needs_office
def test_disagreements_are_counted_too(tmp_path):
    stage = filled(tmp_path / "sheets", "title_abstract", Decision=["include", "include", "exclude"])
    stage.decide("ben", "exclude", "exclude", "include")
    stage.offer()
    stage.decide("consensus", "include", header="Settled")
    office([stage.path("consensus")], "xlsx:Calc MS Excel 2007 XML", tmp_path / "out")
    assert set(counts(tmp_path / "out" / stage.path("consensus").name).values()) == {"1 of 3 done"}


class Judged(Stage):
    """A trial judged with RoB 2, of which half of the questions are not asked after most answers."""

    def queue(self):
        study = {"study_id": "a:1", "label": "Abel 2020", "design": "rct", "report": "A trial", "report_ids": "a:1"}
        return appraisal_rows(pd.DataFrame([study]), {"rct": "rob2"}, {"relapse": "Relapse"})

    def write(self, header: str, **texts: str) -> None:
        item = load_language(self.config["language"]).heading("Item")

        def change(sheet):
            heads = {cell.value: cell.column for cell in sheet[1]}
            for row in sheet.iter_rows(min_row=2):
                if (text := texts.get(str(row[heads[item] - 1].value).rpartition("|")[2])) is not None:
                    sheet.cell(row[0].row, heads[header]).value = text

        self.edit("anna", change)


@needs_office
@pytest.mark.parametrize("code", ["en", "de"])
def test_what_is_open_in_the_closing_table_is_open_in_the_sheet(tmp_path, code):
    """Numbers in doubt, settled rows that reviewers have overtaken, questions that are not asked, judgements without why."""
    language = load_language(code)
    doubted = Stage(tmp_path / "a", "extraction", 3, language=code, **DOUBTFUL)
    doubted.offer()
    for who in ("anna", "ben"):
        doubted.decide(who, "12", "3", "4", header="Deaths")
        doubted.decide(who, "10", "30", "40", header="People")
    doubted.offer()
    overtaken = Stage(tmp_path / "b", "title_abstract", 3, language=code)
    overtaken.offer()
    decision, (include, exclude) = language.heading("Decision"), map(language.answer, ("include", "exclude"))
    overtaken.decide("anna", include, include, include, header=decision)
    overtaken.decide("ben", exclude, exclude, include, header=decision)
    overtaken.offer()
    overtaken.decide("consensus", exclude, exclude, header=language.heading("Settled"))
    overtaken.decide("ben", include, header=decision)
    overtaken.offer()
    judged = Judged(tmp_path / "c", "appraisal", language=code, appraisal={"instruments": {"rct": "rob2"}})
    judged.offer()
    judged.write(
        language.heading("Answer"),
        **{"1.1": "Y", "1.2": "Y", "1.3": "N", "D1": "high", "result": "yes", "2.1": "N", "2.2": "N"},
    )
    judged.offer()  # what is proposed, and what is not asked
    files = [(doubted, "anna"), (overtaken, "consensus"), (judged, "anna")]
    office([stage.path(who) for stage, who in files], "xlsx:Calc MS Excel 2007 XML", tmp_path / "out")
    for stage, who in files:
        status = stage.read().status
        share = status["consensus"] if who == "consensus" else status["reviewers"][who]
        shown = language.text("page.count", done=str(share["decided"]), all=str(share["of"]))
        assert set(counts(tmp_path / "out" / stage.path(who).name).values()) == {shown}, stage.name
        assert share["decided"] == {"extraction": 2, "title_abstract": 1}.get(stage.name, share["decided"])
    assert judged.read().status["reviewers"]["anna"]["decided"] == 9, "three are not asked, and one needs a reason"


def test_it_reaches_to_the_rows_that_are_added(tmp_path, monkeypatch):
    for module in ("workbook", "appending"):
        monkeypatch.setattr(f"prismake.sheets.{module}.SPARE", 20)
    stage = filled(tmp_path / "sheets", "title_abstract", Decision=["include"])
    before = openpyxl.load_workbook(stage.path("anna")).worksheets[1]["A1"].value
    assert "$B$2:$B$29" in before
    stage.items.append("pubmed:099")
    stage.offer()
    assert openpyxl.load_workbook(stage.path("anna")).worksheets[1]["A1"].value == before
    stage.items += [f"pubmed:{number}" for number in range(100, 150)]
    stage.offer()
    guide, sheet, _ = openpyxl.load_workbook(stage.path("anna")).worksheets
    assert sheet["A1"].value == before.replace("$29", "$80")
    assert guide["B2"].value.count("!$B$2:$B$80") == 2
    coloured = {str(area.sqref) for area in sheet.conditional_formatting}
    assert coloured == {"A2:A80", "E2:E80"}
    assert {str(rule.sqref) for rule in sheet.data_validations.dataValidation} == {"E2:E80"}
    assert sheet.freeze_panes == "C2" and sheet.max_row == 60
    assert not any(cell.value for (cell,) in sheet["A2:A60"])


@needs_office
@pytest.mark.parametrize("way", ["xlsx", "ods", "csv"])
def test_saved_by_libreoffice_it_stands_there_once_and_counts_on(tmp_path, way):
    stage = filled(tmp_path / "sheets", "title_abstract", Decision=["include", "exclude"])
    path, out = stage.path("anna"), tmp_path / "out"
    if way == "csv":
        stage.edit("anna", lambda sheet: [sheet.parent.remove(one) for one in sheet.parent.worksheets if one != sheet])
        office([path], "csv:Text - txt - csv (StarCalc):44,34,76", out)
        office([out / f"{path.stem}.csv"], "xlsx:Calc MS Excel 2007 XML", out)
    else:
        office([path], way, out)
    if way == "ods":
        path.unlink()
    shutil.copy(out / f"{path.stem}.{'ods' if way == 'ods' else 'xlsx'}", stage.folder)
    assert stage.read().decisions["decision.anna"][:3] == ["include", "exclude", ""]
    assert not stage.read().status["problems"]
    stage.items.append("pubmed:100")
    stage.offer()
    table = [one for one in formulas(path) if one[0] != "Read me" and one[1].endswith("1")]
    assert len(table) == 1 and table[0][1] == "A1"
    sheet = next(one for one in openpyxl.load_workbook(path) if one.title not in ("Read me", "Lists"))
    assert not any(is_count(cell.value) for cell in sheet[1]), "no copy that stands still"
    office([path], "xlsx:Calc MS Excel 2007 XML", tmp_path / "again")
    assert set(counts(tmp_path / "again" / path.name).values()) == {"2 of 9 done"}


@pytest.mark.parametrize("rebuilt", [False, True])
def test_sheets_that_were_handed_out_without_it_are_read_and_grow(tmp_path, rebuilt, monkeypatch):
    stage = Stage(tmp_path / "sheets")
    with monkeypatch.context() as patch:
        patch.setattr("prismake.sheets.layout._COUNT", [])
        stage.offer()
    assert stage.cells("anna")[0][:2] == ["Item", "Title"]
    stage.decide("anna", "include", "exclude")
    stage.decide("ben", "include", "include")
    reading = stage.read()
    assert reading.decisions["decision.anna"][:3] == ["include", "exclude", ""] and not reading.status["problems"]
    stage.items.append("pubmed:100")
    if rebuilt:
        monkeypatch.setattr("prismake.sheets.growing._load", lambda path, name: 1 / 0)
    stage.offer()
    rows = stage.cells("anna")
    assert [row[0] for row in rows[1:]] == stage.items
    assert rows[0][:2] == (["Item", rows[0][1]] if rebuilt else ["Item", "Title"])
    assert stage.read().decisions["decision.anna"][:3] == ["include", "exclude", ""]


@pytest.mark.parametrize(
    "edit",
    [
        lambda sheet: sheet.delete_cols(1),
        move_columns(lambda places: [*places[1:], places[0]]),
        empty_column(2),
        lambda sheet: sheet.insert_rows(1, 3),
        lambda sheet: sheet.__setitem__("A1", None),
        lambda sheet: sheet.__setitem__("A1", "#NAME?"),
        lambda sheet: sheet.__setitem__("A1", "My count"),
        remove_column("Remark"),
    ],
)
def test_whatever_people_do_to_it_the_answers_are_read(tmp_path, edit):
    stage = filled(tmp_path / "sheets", "title_abstract", Decision=["include", "exclude", "maybe"])
    stage.read()
    stage.edit("anna", edit)
    stage.items.append("pubmed:100")
    stage.offer()
    reading = stage.read()
    assert reading.decisions["decision.anna"][:4] == ["include", "exclude", "maybe", ""]
    assert not reading.status["problems"]
    sheet = openpyxl.load_workbook(stage.path("anna")).worksheets[1]
    place = column(sheet, "Item")
    items = [sheet.cell(row, place).value for row in range(head(sheet) + 1, sheet.max_row + 1)]
    assert items == stage.items


def test_rows_that_are_no_longer_needed_are_marked_below_what_people_wrote(tmp_path):
    stage = filled(tmp_path / "sheets", "title_abstract", Remark=["", "ask the librarian"])
    gone = [stage.items.pop(1), stage.items.pop(1)]
    stage.offer()
    remarks = {row[0]: row[-2] for row in stage.cells("anna")[1:]}
    assert [remarks[one] for one in gone] == ["no longer needed\nask the librarian", "no longer needed"]
    stage.offer()
    assert {row[0]: row[-2] for row in stage.cells("anna")[1:]} == remarks
    stage.items[1:1] = gone
    stage.offer()
    remarks = {row[0]: row[-2] for row in stage.cells("anna")[1:]}
    assert [remarks[one] for one in gone] == ["ask the librarian", None]


@pytest.mark.parametrize(("header", "letter"), [("", "A"), ("Note", "F"), ("Remark", "P"), ("Title", "C")])
def test_an_answer_typed_beside_its_column_is_told_and_never_taken(tmp_path, header, letter):
    stage = Stage(tmp_path / "sheets")
    stage.offer()

    def slip(sheet):
        for row, word in ((2, "include"), (4, "Exclude ")):
            sheet.cell(row, column(sheet, header) if header else 1).value = word
        fill(sheet, "Decision", 5, ["exclude"])
        fill(sheet, "Note", 5, ["include"])  # answered: a note may say anything

    stage.edit("anna", slip)
    reading = stage.read()
    assert reading.decisions["decision.anna"] == ["", "", "", "exclude", "", "", "", ""]
    (problem,) = reading.status["problems"]
    assert problem["where"] == "title_abstract.anna.xlsx, sheet “Title and abstract”"
    assert problem["what"] == (
        f"column {letter} holds words for “Decision” where “Decision” itself is empty, in {letter}2, {letter}4. They "
        "count for nothing there: write them into column E."
    )


def test_rows_that_people_add_are_told_and_count_for_nothing(tmp_path):
    stage = Stage(tmp_path / "sheets")
    stage.offer()

    def add(sheet):
        for row, item, word in ((10, "a book I know", "include"), (12, "Total", "=COUNTIF(E2:E9,1)"), (13, "Sum", 8)):
            fill(sheet, "Item", row, [item])
            fill(sheet, "Decision", row, [word])
        fill(sheet, "Decision", 2, ["include", "exclude"])

    stage.edit("anna", add)
    gone = stage.items.pop(0)
    for _ in range(2):  # before and after the next offer
        reading = stage.read()
        assert [one["what"] for one in reading.status["problems"]] == [
            "these rows were never offered, and their answers count for nothing: “a book I know” (10). What a stage asks "
            "about comes from the stage before, and a record from an export in config/searches/."
        ]
        assert reading.decisions["item_id"] == stage.items and gone not in reading.decisions["item_id"]
        stage.offer()


def test_notes_and_columns_of_people_are_no_answers(tmp_path):
    stage = Stage(tmp_path / "sheets")
    stage.offer()

    def write(sheet):
        fill(sheet, "Note", 2, ["?", "1", "exclude because of the language", "no abstract, ask Ben"])
        place = sheet.max_column + 1
        for row, word in enumerate(["Seen", "yes", "no", "y"], start=1):
            sheet.cell(row, place).value = word
        for row, word in enumerate(["see", "page 3", "42"], start=2):
            sheet.cell(row, place + 2).value = word

    stage.edit("anna", write)
    assert not stage.read().status["problems"]
