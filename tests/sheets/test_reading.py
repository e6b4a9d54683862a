"""What people do to sheets, and what the reader makes of it: no decision changes silently."""

from __future__ import annotations

import shutil
import subprocess

import openpyxl
import pytest
from prismake.kept.answers import read_changes

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
ANSWERS = ["include", "exclude", "maybe", "include", "exclude", "include", "exclude", "include"]


def decisions(reading):
    return dict(zip(reading.decisions["item_id"], reading.decisions["decision.anna"], strict=True))


def expected(stage, answers=ANSWERS):
    return dict(zip(stage.items, answers, strict=True))


def problems(reading):
    return [f"{one['where']}: {one['what']}" for one in reading.status["problems"]]


@pytest.fixture
def filled(stage):
    stage.decide("anna", *ANSWERS)
    assert decisions(stage.read()) == expected(stage)
    return stage


def reorder(sheet, order):
    values = [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]
    for number, index in enumerate(order, start=2):
        for column, value in enumerate(values[index], start=1):
            sheet.cell(number, column).value = value


def sort_only(sheet, column):
    values = sorted((sheet.cell(number, column).value or "" for number in range(2, 10)), reverse=True)
    for number, value in enumerate(values, start=2):
        sheet.cell(number, column).value = value


def test_sorted_as_a_whole(filled):
    filled.edit("anna", lambda sheet: reorder(sheet, [7, 3, 5, 1, 0, 2, 4, 6]))
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert problems(reading) == []


def test_rows_above_the_table_and_columns_between(filled):
    def change(sheet):
        sheet.insert_cols(2)
        sheet.cell(1, 2).value = "Priority"
        sheet.insert_rows(1, 3)
        sheet.cell(1, 1).value = "Anna's sheet"

    filled.edit("anna", change)
    assert decisions(filled.read()) == expected(filled)


@pytest.mark.parametrize("column", [2, 3, 12])
def test_a_column_sorted_without_the_others_refuses_the_sheet(filled, column):
    def change(sheet):
        target = column if column != 12 else sheet.max_column
        sort_only(sheet, target)

    filled.edit("anna", change)
    reading = filled.read()
    assert decisions(reading) == expected(filled), "the answers read last stay in force"
    assert len(problems(reading)) == 1
    assert "sorted without the others" in problems(reading)[0]


def test_an_edited_title_is_no_harm(filled):
    def change(sheet):
        sheet["C2"].value = "I corrected this title"

    filled.edit("anna", change)
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert problems(reading) == []


def test_a_foreign_word_costs_one_cell(filled):
    def change(sheet):
        sheet["E3"].value = "perhaps not"

    filled.edit("anna", change)
    reading = filled.read()
    assert decisions(reading) == expected(filled, ["include", "", *ANSWERS[2:]])
    assert len(problems(reading)) == 1
    assert "cell E3" in problems(reading)[0]
    assert "Allowed: include, exclude, maybe" in problems(reading)[0]
    assert reading.status["problem"] == 1


def test_a_row_pasted_twice(filled):
    def paste(sheet, answer):
        row = [cell.value for cell in sheet[2]]
        row[4] = answer
        sheet.append(row)

    filled.edit("anna", lambda sheet: paste(sheet, "Y"))
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert problems(reading) == []
    filled.edit("anna", lambda sheet: paste(sheet, "exclude"))
    reading = filled.read()
    assert decisions(reading)["pubmed:000"] == ""
    assert "E11" in problems(reading)[0]
    assert "E2" in problems(reading)[0]


def test_an_answer_without_its_identifier(filled):
    def change(sheet):
        sheet["B4"].value = None

    filled.edit("anna", change)
    reading = filled.read()
    assert decisions(reading)["pubmed:002"] == ""
    assert "cell B4" in problems(reading)[0]


@pytest.mark.parametrize("header", ["Decision", "Item", "Check"])
def test_a_renamed_header_refuses_the_sheet(filled, header):
    def change(sheet):
        next(cell for cell in sheet[1] if cell.value == header).value = "Something"

    filled.edit("anna", change)
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert header in problems(reading)[0]


def test_a_header_that_is_there_twice(filled):
    def change(sheet):
        sheet.cell(1, sheet.max_column + 1).value = "Decision"

    filled.edit("anna", change)
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert "2 times" in problems(reading)[0]


@pytest.mark.parametrize("kind", ["empty", "cut", "text", "zeros"])
def test_damaged_files_leave_the_last_good_answers_in_force(filled, kind):
    path = filled.path("anna")
    whole = path.read_bytes()
    path.write_bytes(
        {"empty": b"", "cut": whole[: len(whole) // 2], "text": b"not a workbook", "zeros": bytes(5000)}[kind]
    )
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert len(problems(reading)) == 1
    assert str(path) in problems(reading)[0]
    filled.items.append("pubmed:100")
    filled.offer()
    assert path.read_bytes() != whole, "a damaged sheet is not written to"
    path.write_bytes(whole)
    filled.offer()
    assert decisions(filled.read()) == {**expected(filled, [*ANSWERS, ""])}


def test_synonyms_numbers_and_booleans(filled):
    filled.decide("anna", "Y", "0", "?", "1", "No", "incl.", "ausschließen", "oui")

    def change(sheet):
        sheet["E2"].value, sheet["E3"].value, sheet["E6"].value = True, 0, False

    filled.edit("anna", change)
    assert decisions(filled.read()) == expected(filled)


def test_every_change_of_a_decision_is_in_the_history(filled):
    filled.decide("anna", "exclude")
    filled.read()
    filled.read()
    (change,) = read_changes(filled.folder)
    assert (change["old"], change["new"], change["who"]) == ("include", "exclude", "anna")


def test_two_records_with_opposite_answers_that_become_one_report(filled):
    queue = filled.queue

    def joined():
        table = queue()
        table = table[table["item_id"] != "pubmed:001"].reset_index(drop=True)
        table.loc[0, "members"] = "pubmed:000\npubmed:001"
        return table

    filled.queue = joined
    reading = filled.read()
    assert decisions(reading)["pubmed:000"] == ""
    assert "one report now" in problems(reading)[0]
    filled.decide("anna", "include", "include")
    assert decisions(filled.read())["pubmed:000"] == "include"


def office(path, target, *, into):
    profile = f"-env:UserInstallation={(into / 'profile').absolute().as_uri()}"  # one that no other run holds
    subprocess.run(
        [OFFICE, profile, "--headless", "--convert-to", target, "--outdir", str(into), str(path)],
        check=True,
        capture_output=True,
        timeout=180,
    )


@needs_office
def test_saved_again_by_libreoffice(filled, tmp_path):
    office(filled.path("anna"), "xlsx", into=tmp_path)
    shutil.copy(tmp_path / "title_abstract.anna.xlsx", filled.path("anna"))
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert problems(reading) == []
    filled.items.append("pubmed:100")
    filled.offer()
    assert decisions(filled.read()) == expected(filled, [*ANSWERS, ""])


@needs_office
def test_saved_as_ods_beside_the_offered_workbook(filled, tmp_path):
    filled.decide("ben", *ANSWERS)

    def add_column(sheet):
        sheet.cell(1, sheet.max_column + 1).value = "Priority"
        sheet.cell(3, sheet.max_column).value = "high"

    filled.edit("ben", add_column)
    office(filled.path("ben"), "ods", into=tmp_path)
    stage_file = filled.folder / "title_abstract.ben.ods"
    shutil.copy(tmp_path / "title_abstract.ben.ods", stage_file)
    filled.path("ben").unlink()
    reading = filled.read()
    assert list(reading.decisions["decision.ben"]) == ANSWERS
    filled.items.append("pubmed:100")
    filled.offer()
    assert list(filled.read().decisions["decision.ben"]) == [*ANSWERS, ""]
    rows = filled.cells("ben")
    assert rows[0][-1] == "Priority"
    assert rows[2][-1] == "high"
    assert not stage_file.exists()
    assert len(list(filled.folder.glob("history/*.ods"))) == 1


def test_two_edited_files_for_one_sheet_are_refused(filled, tmp_path):
    shutil.copy(filled.path("anna"), filled.folder / "title_abstract.anna.xlsm")
    reading = filled.read()
    assert decisions(reading) == expected(filled)
    assert "both edited" in problems(reading)[0]
    filled.items.append("pubmed:100")
    for _ in range(2):  # nor does it matter who has looked at them meanwhile
        filled.offer()
        reading = filled.read()
        assert decisions(reading) == expected(filled, [*ANSWERS, ""])
        assert "both edited" in problems(reading)[0]


def test_context_cells_are_never_read_back(filled):
    def change(sheet):
        for row in sheet.iter_rows(min_row=2, min_col=3, max_col=3):
            row[0].value = 42

    filled.edit("anna", change)
    assert decisions(filled.read()) == expected(filled)


def test_hidden_rows_and_a_filter(filled):
    def change(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.auto_filter.add_filter_column(3, ["include"])

    filled.edit("anna", change)
    assert decisions(filled.read()) == expected(filled)


def test_the_workbook_still_opens_with_openpyxl_after_all(filled):
    filled.items.append("pubmed:100")
    filled.offer()
    assert len(openpyxl.load_workbook(filled.path("anna")).worksheets) == 3
