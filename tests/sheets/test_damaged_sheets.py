"""Sheets as they come back: a table of what was done to a workbook, and exactly what is then read, said and offered.

Each case starts from a sheet of twelve rows that was offered, filled in and read once. Whatever is not named in a case
must come out as it was: no decision changes silently, and what is untouched counts.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from damage import (
    A_DAY,
    OFFICE,
    Damage,
    Edit,
    all_of,
    away,
    beside,
    change_part,
    copy_sheet,
    cut,
    delete_row,
    dress,
    drop_other_sheets,
    empty_column,
    filter_by,
    flip,
    hide,
    hide_column,
    kind,
    merge,
    move_columns,
    new_column,
    office,
    other_sheet,
    other_zip,
    paste_again,
    protect,
    put,
    remove_column,
    rename,
    replace_by,
    rich,
    rows_above,
    slip,
    sort_alone,
    sort_columns_only,
    sort_rows,
    swap,
    totals,
    with_password,
    without_part,
)
from prismake.core.errors import SheetError
from prismake.kept.answers import read_changes
from prismake.kept.sheet_state import accept
from prismake.protocol.forms import as_typed
from sheet_stage import Stage

NOTHING = dict[int, str]()
IN_FORCE = "the answers read last stay in force"
SCREENED = ["include", "exclude", "maybe", "include", "exclude", "include"] * 2
# Stage: column to its answers in rows 2, 3, …; what stands in the cells is what is read.
FILLED: dict[str, dict[str, list[str]]] = {
    "duplicates": {"Same report?": ["same", "different", "different"] * 4},
    "title_abstract": {"Decision": SCREENED},
    "full_text": {
        "Decision": ["include", "exclude", "not retrieved", "include"] * 3,
        "Reason for exclusion": ["", "Wrong population", "", ""] * 3,
        "Study design": ["cohort", "", "", "single_arm"] * 3,
    },
    "appraisal": {"Answer": ["a", "b", "a+b", "c"] * 3},
    "extraction": {"Events": [str(3 * n) for n in range(12)], "Participants": [str(100 - n) for n in range(12)]},
}


@dataclass(frozen=True)
class Case:
    """What was done, and what must result from it.

    ``edit`` changes the table, ``office`` lets LibreOffice save the workbook again (through CSV, or as .ods), ``file``
    changes the file; in this order. ``answers``: row number (from 0) to the answer that is read instead, for the first
    column of the stage or the one that ``column`` names. ``says``: for each problem in turn, what its place and its
    sentence hold. ``refused``: nothing of the sheet counts, and it is not written to. ``back``: rows offered again.
    """

    name: str
    edit: Edit | None = None
    office: str = ""
    file: Damage | None = None
    answers: Mapping[int, str] = field(default_factory=dict)
    says: tuple[str, ...] = ()
    refused: bool = False
    back: int = 0
    stage: str = "title_abstract"
    column: str = ""


def refused(name: str, says: str, edit: Edit | None = None, file: Damage | None = None, **more: Any) -> Case:
    return Case(name, edit, file=file, says=(says,), refused=True, **more)


ALONE = "sorted without the others"
MOVED = "in other rows .* sorted or moved without the others.*prismake accept"
D = "Decision"

CASES = [
    # nothing that matters
    Case("saved again"),
    Case("sorted as a whole", sort_rows),
    Case("half of it sorted, whole rows", lambda sheet: sort_rows(sheet, 2, 7)),
    Case("filtered", filter_by(D, "include")),
    Case("rows hidden", hide(3, 4, 5)),
    Case("the columns Item and Check hidden", all_of(hide_column("Item"), hide_column("Check"))),
    Case("columns the other way round", move_columns(lambda order: order[::-1])),
    Case("a column added on the left", new_column("Priority", at=1)),
    Case("a column added on the right", new_column("Priority")),
    Case("an empty column in between", empty_column(3)),
    Case("rows above the header", rows_above(3)),
    Case("rows above the header and an empty column on the left", all_of(rows_above(7), empty_column(1))),
    Case("totals below", totals),
    Case("another sheet in front, with a column Item", other_sheet),
    Case("the guide and the lists deleted", drop_other_sheets),
    Case("widths, colours, a comment", dress),
    Case("protected with a password for changes", protect),
    Case("the note column deleted", remove_column("Note")),
    Case("the abstracts deleted", remove_column("Abstract")),
    Case("the headers in capitals", all_of(rename("Decision", "DECISION "), rename("Item", "item"))),
    Case("a title corrected by hand", put("Title", 2, "Tisagenlecleucel in children and young adults")),
    Case("a title made shorter by a spreadsheet", put("Title", 3, 42)),
    Case("a DOI turned into a number", put("DOI", 4, 10.1)),
    Case("a check lost", put("Check", 5, None)),
    Case("a check made a number", put("Check", 5, 12345678.0)),
    Case("a word that says what it said", put(D, 2, "  INCLUDE ")),
    Case("full-width letters, a soft hyphen", all_of(put(D, 2, "ｉｎｃｌｕｄｅ"), put(D, 3, "ex\u00adclude\u200b"))),
    Case("numbers for words", all_of(put(D, 2, 1), put(D, 3, 0.0))),
    Case("booleans for words", all_of(put(D, 2, True), put(D, 3, False))),
    Case("synonyms in five languages", all_of(put(D, 2, "sí"), put(D, 3, "Nein"), put(D, 4, "peut-être"))),
    Case("a word partly bold", rich(D, 2, "inc", "lude")),
    Case("an identifier with a blank and in capitals", all_of(put("Item", 2, "PubMed:000 "), put("Item", 3, "\u200bpubmed:001"))),
    Case("a renamed copy beside it", file=beside("title_abstract.anna (1).xlsx")),
    Case("a CSV file beside it", file=beside("title_abstract.anna.csv")),
    Case("a row pasted twice", paste_again(4)),
    # changes that were meant
    Case("a changed mind", put(D, 2, "exclude"), answers={0: "exclude"}),
    refused("two neighbouring answers exchanged", "sorted or moved without their rows", swap(D, (2, 3))),
    Case("two pairs exchanged", swap(D, (2, 6), (9, 13)), answers={0: "exclude", 4: "include", 7: "include", 11: "exclude"}),
    Case("every maybe decided", all_of(put(D, 4, "exclude"), put(D, 10, "include")), answers={2: "exclude", 8: "include"}),
    refused("filled down by mistake", "filled down over other answers", all_of(*(put(D, row, "include") for row in range(3, 8)))),
    # single cells
    Case("a foreign word", put(D, 3, "perhaps not"), answers={1: ""}, says=("E3.*“perhaps not” is not an answer.*Allowed: include, exclude, maybe",)),
    Case("a letter that only looks like one", put(D, 3, "in\u0441lude"), answers={1: ""}, says=("E3.*is not an answer",)),
    Case("a date", put(D, 3, A_DAY), answers={1: ""}, says=("E3.*“2025-03-01.*is not an answer",)),
    Case("a number that is no answer", put(D, 3, 7), answers={1: ""}, says=("E3.*“7” is not an answer",)),
    Case("two words at once", put(D, 3, "include/exclude"), answers={1: ""}, says=("E3.*is not an answer",)),
    Case("an answer cleared", put(D, 3, None), answers={1: ""}, says=("cannot be found any more: “exclude” for pubmed:001 .E3.",)),
    Case("a formula that was never calculated", put(D, 3, '=IF(A3="","",E2)'), answers={1: ""}, says=("E3.*a formula that was never calculated",)),
    Case("an error in the cell", all_of(put(D, 3, "#N/A"), kind(D, 3, "e")), answers={1: ""}, says=("E3.*it holds an error",)),
    Case("three cells merged", merge(D, 3, 5), answers={2: "", 3: ""}, says=("E4.*merged with the cell above, in row 3", "E5.*merged")),
    Case("an identifier deleted", put("Item", 4, None), answers={2: ""}, says=("B4.*its identifier is gone", "“maybe” for pubmed:002"), back=1),
    Case("an identifier counted on by the spreadsheet", put("Item", 4, "pubmed:999"), answers={2: ""}, says=("B4.*“pubmed:999” is not an identifier.*pubmed:002", "“maybe” for pubmed:002"), back=1),
    Case("a row deleted", delete_row(4), answers={2: ""}, says=("“maybe” for pubmed:002 .no row.",), back=1),
    Case("a row pasted twice with another answer", paste_again(2, value="exclude"), answers={0: ""}, says=("E14.*pubmed:000 is there twice, here “exclude”, in .*E2 “include”",)),
    # sheets that cannot be trusted
    *(refused(f"{header} sorted alone", f"cell [A-Z]2: the row of pubmed:0.. carries the (title|check) of pubmed.*{ALONE}", sort_alone(header, down=True)) for header in ("Item", "Title", "Check")),
    refused("Item, Title and Abstract sorted, the rest not", ALONE, sort_columns_only("Item", "Title", "Abstract")),
    refused("two identifiers exchanged", ALONE, swap("Item", (2, 3))),
    refused("an identifier filled down", ALONE, all_of(put("Item", 3, "pubmed:000"), put("Item", 4, "pubmed:000"))),
    refused("decisions sorted alone", "cell E2: .*in other rows .E2 was “include” and is “exclude”, .*prismake accept .*title_abstract.anna.xlsx", sort_alone(D)),
    refused("decisions sorted alone, downwards", MOVED, sort_alone(D, down=True)),
    refused("half of the decisions sorted", MOVED, sort_alone(D, 4, 13)),
    refused("a decision cell deleted, those below moved up", MOVED, slip(D, 3)),
    refused("a decision cell inserted", MOVED, slip(D, 3, up=False)),
    refused("the decisions moved away", "the column “Decision” is missing", rename(D, "My decision")),
    refused("no header for the identifiers", "the column “Item” is missing", rename("Item", None)),
    refused("the column Check deleted", "the column “Check” is missing", remove_column("Check")),
    refused("the column Decision twice", "“Decision” is there 2 times", new_column(D)),
    refused("the sheet copied in the workbook", "both hold the table.*Bring all rows together in one of them", copy_sheet),
    refused("the table deleted", "no sheet of this workbook has the columns", lambda sheet: sheet.delete_rows(1, 20)),
    # files
    refused("zero bytes", "the file is empty", file=replace_by(b"")),
    *(refused(f"cut off at {part:.0%}", "not a workbook that can be read", file=cut(part)) for part in (0.01, 0.25, 0.5, 0.75, 0.95, 0.999)),
    refused("bytes changed in its middle", "not a workbook that can be read", file=flip(0.5)),
    refused("zeros", "nothing but zeros is in the file", file=replace_by(bytes(5000))),
    refused("a text file", "not a workbook that can be read", file=replace_by(b"Item,Decision\npubmed:000,exclude\n")),
    refused("a web page", "not a workbook that can be read", file=replace_by(b"<html><table><tr><td>Item</td></tr></table></html>")),
    refused("another kind of zip", "not a workbook that can be read", file=other_zip),
    refused("a part missing", "not a workbook that can be read|no sheet of this workbook", file=without_part("xl/worksheets/sheet2.xml")),
    refused("a password", "the workbook has a password", file=with_password),
    refused("another copy saved with macros", "both edited", file=beside("title_abstract.anna.xlsm")),
    # saved by other programs
    Case("a filter for “not empty” as openpyxl does not know it", filter_by(D, "include"), file=change_part("xl/worksheets/sheet2.xml", lambda xml: re.sub("<filters.*?</filters>", '<customFilters><customFilter operator="notEqual"/></customFilters>', xml))),
    Case("LibreOffice", office="xlsx"),
    Case("LibreOffice, filtered", filter_by(D, "include"), office="xlsx"),
    Case("LibreOffice, everything at once", all_of(sort_rows, dress, filter_by(D, "include", "maybe"), new_column("Priority", at=2)), office="xlsx"),
    Case("LibreOffice, numbers and booleans", all_of(put(D, 2, 1), put(D, 3, False), put(D, 6, 0)), office="xlsx"),
    Case("LibreOffice, a formula that it calculated", put(D, 3, '=CONCATENATE("ex","clude")'), office="xlsx"),
    Case("LibreOffice, an error in the cell", put(D, 3, "=1/0"), office="xlsx", answers={1: ""}, says=("E3.*it holds an error",)),
    Case("LibreOffice, merged cells", merge(D, 3, 5), office="xlsx", answers={2: "", 3: ""}, says=("E4.*merged", "E5.*merged")),
    Case("LibreOffice, a word partly bold", rich(D, 2, "inc", "lude"), office="xlsx"),
    refused("LibreOffice, decisions sorted alone", MOVED, sort_alone(D), office="xlsx"),
    Case("an .ods beside it", office="ods"),
    Case("an .ods, sorted, filtered, with a column more", all_of(sort_rows, filter_by(D, "include"), new_column("Priority", at=1)), office="ods"),
    Case("an .ods, a row deleted and a foreign word", all_of(put(D, 3, "no idea"), delete_row(5)), office="ods", answers={1: "", 3: ""}, says=("E3.*“no idea”", "“include” for pubmed:003 .no row."), back=1),
    refused("an .ods, titles sorted alone", ALONE, sort_alone("Title", down=True), office="ods"),
    refused("an .ods with a password", "the workbook has a password", office="ods", file=change_part("META-INF/manifest.xml", lambda xml: re.sub(r'(full-path="content.xml"[^>]*?)/>', r'\1><manifest:encryption-data manifest:checksum-type="x"/></manifest:file-entry>', xml))),
    Case("through CSV and back", office="csv"),
    Case("through CSV and back, sorted, a foreign word", all_of(sort_rows, put(D, 3, "dunno")), office="csv", answers={10: ""}, says=("E3.*“dunno”",)),
    refused("through CSV and back, identifiers sorted alone", ALONE, sort_alone("Item", down=True), office="csv"),
    # combinations
    Case("pasted twice, and a renamed copy beside it", paste_again(4), file=beside("Copy of title_abstract.anna.xlsx")),
    Case("a row deleted and a foreign word", all_of(put(D, 3, "??? ask"), delete_row(6)), answers={1: "", 4: ""}, says=("E3.*is not an answer", "“exclude” for pubmed:004"), back=1),
    Case("rows above, columns moved, a row twice, filtered", all_of(paste_again(3), filter_by(D, "include"), rows_above(2), new_column("Priority", at=4))),
    refused("rows above, and titles sorted alone", ALONE, all_of(sort_alone("Title", down=True), rows_above(2))),
    refused("sorted, and then decisions sorted alone", MOVED, all_of(sort_rows, sort_alone(D))),
    # the other stages
    *(Case(f"{stage} saved again", stage=stage) for stage in FILLED),
    *(Case(f"{stage} sorted as a whole", sort_rows, stage=stage) for stage in FILLED),
    *(Case(f"{stage} by LibreOffice", dress, office="xlsx", stage=stage) for stage in FILLED),
    *(refused(f"{stage}, a column of answers sorted alone", MOVED, sort_alone(next(iter(columns)), down=True), stage=stage) for stage, columns in FILLED.items()),
    *(refused(f"{stage}, identifiers sorted alone", ALONE, sort_alone("Item", down=True), stage=stage) for stage in FILLED),
    Case("duplicates, a foreign word", put("Same report?", 3, "twin"), stage="duplicates", answers={1: ""}, says=("“twin” is not an answer.*Allowed: same, different",)),
    Case("full text, a reason that the protocol does not have", put("Reason for exclusion", 3, "boring"), stage="full_text", column="Reason for exclusion", answers={1: ""}, says=("D|E|F|G|H|I.*“boring” is not an answer",)),
    Case("appraisal, capital letters and both stars", all_of(put("Answer", 2, "A"), put("Answer", 4, "b, a")), stage="appraisal"),
    Case("appraisal, a letter that the item does not have", put("Answer", 2, "d"), stage="appraisal", answers={0: ""}, says=("“d” is not an answer.*Allowed: a, b, a.b, c",)),
    Case("extraction, numbers saved as numbers", all_of(*(put("Events", row, 3.0 * (row - 2)) for row in range(2, 14))), stage="extraction"),
    Case("extraction, a count turned into a date", put("Events", 3, A_DAY), stage="extraction", answers={1: ""}, says=("“2025-03-01.*is not an answer.*a whole number",)),
    Case("extraction, not reported", put("Events", 3, "n.r."), stage="extraction", answers={1: "NR"}),
    Case("extraction, half an event", put("Events", 3, 3.5), stage="extraction", answers={1: ""}, says=("“3.5” is not an answer",)),
    Case("extraction, a column of counts slipped", slip("Events", 3), stage="extraction", refused=True, says=(MOVED,)),
]  # fmt: skip


def make(stage: Stage) -> None:
    """Offer, fill in and read."""
    stage.offer()
    for header, given in FILLED[stage.name].items():
        stage.decide("anna", *given, header=header)
    reading = stage.read()
    assert reading.status["problems"] == []


@pytest.fixture(scope="module")
def bases(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bases")
    for name in FILLED:
        make(Stage(folder / name, name, items=12))
    return {name: folder / name for name in FILLED}


@pytest.fixture(scope="module")
def saved_by_office(bases, tmp_path_factory) -> dict[str, Path]:
    """The workbooks of the cases that LibreOffice has saved; one start of it for each format."""
    if not OFFICE:
        return {}
    folder = tmp_path_factory.mktemp("office")
    chosen: dict[str, list[Path]] = {}
    for number, case in enumerate(CASES):
        if case.office:
            edited = folder / case.office / f"{number}.xlsx"
            edited.parent.mkdir(exist_ok=True)
            shutil.copy(bases[case.stage] / f"{case.stage}.anna.xlsx", edited)
            change(edited, case.edit, alone=case.office == "csv")
            chosen.setdefault(case.office, []).append(edited)
    for target, paths in chosen.items():
        office(paths, target, folder / f"{target}.saved")
    if "csv" in chosen:
        tables = [folder / "csv.saved" / f"{path.stem}.csv" for path in chosen["csv"]]
        office(tables, "xlsx", folder / "csv.saved")
    return {
        case.name: folder / f"{case.office}.saved" / f"{number}.{'ods' if case.office == 'ods' else 'xlsx'}"
        for number, case in enumerate(CASES)
        if case.office
    }


def change(path: Path, edit: Edit | None, *, alone: bool = False) -> None:
    """Open a workbook, change its table, save it; ``alone``: only the table is left, as a CSV file has it."""
    book = openpyxl.load_workbook(path, rich_text=True)
    sheet = book.worksheets[1]
    if edit:
        edit(sheet)
    if alone:
        drop_other_sheets(sheet)
    book.save(path)


def said_by_anna(stage: Stage, sheets: Any, names: list[str]) -> dict[tuple[str, str], str]:
    answers = sheets.answers["anna"].answers
    return {(item, name): answers.get(item, {}).get(name, "") for item in stage.items for name in names}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_damaged(case, bases, saved_by_office, tmp_path):
    stage = Stage(tmp_path / "sheets", case.stage, items=12)
    shutil.copytree(bases[case.stage], stage.folder)
    path = bring_back(case, stage, saved_by_office)
    names = {one.label: one.name for one in stage.load().setup.form.fields}
    given = {
        (item, names[header]): answer
        for header, answers in FILLED[case.stage].items()
        for item, answer in zip(stage.items, answers, strict=True)
    }
    column = names[case.column or next(iter(FILLED[case.stage]))]
    wanted = {**given, **{(stage.items[row], column): answer for row, answer in case.answers.items()}}

    reading = stage.read()
    sheets = stage.load()
    assert said_by_anna(stage, sheets, [names[header] for header in FILLED[case.stage]]) == wanted
    check_problems(case, reading)
    assert ("anna" in sheets.refused) == case.refused
    check_history(stage, given, wanted)
    check_next_offer(case, stage, path, wanted)


def bring_back(case: Case, stage: Stage, saved_by_office: Mapping[str, Path]) -> Path:
    """Put the sheet in its place as the case has it; the file that now holds it."""
    path = stage.path("anna")
    if not case.office:
        if case.edit:
            change(path, case.edit)
    elif case.name not in saved_by_office:
        pytest.skip("LibreOffice is not installed")
    else:
        path.unlink()
        path = path.with_suffix(saved_by_office[case.name].suffix)
        shutil.copy(saved_by_office[case.name], path)
    if case.file:
        case.file(path)
    return path


def check_problems(case: Case, reading: Any) -> None:
    """Each problem that is expected is there once, with the name of the sheet, and there is no other."""
    told = [f"{one['where']}: {one['what']}" for one in reading.status["problems"]]
    assert len(told) == len(case.says), told
    for wanted, text in zip(case.says, told, strict=True):
        assert re.search(wanted, text, re.DOTALL), text
        assert f"{case.stage}.anna" in text


def check_history(stage: Stage, given: Mapping[Any, str], wanted: Mapping[Any, str]) -> None:
    """Every answer that is no longer what it was is in the history, and nothing else is."""
    changes = [one for one in read_changes(stage.folder) if one["who"] == "anna"]
    told = {(one["item"], one["field"]): (one["old"], one["new"]) for one in changes}
    assert told == {key: (given[key], wanted[key]) for key in given if given[key] and given[key] != wanted[key]}


def check_next_offer(case: Case, stage: Stage, path: Path, wanted: Mapping[Any, str]) -> None:
    """A sheet that was refused is left alone; another gets its new rows, and keeps every answer and every cell."""
    before = path.read_bytes()
    rows = {} if case.refused else rows_of(stage)
    stage.items.append("pubmed:100")
    stage.offer()
    if case.refused:
        assert path.read_bytes() == before
        return
    after = rows_of(stage)
    assert len(after) == len(rows) + 1 + case.back
    for number, row in rows.items():
        assert {key: value for key, value in after[number].items() if key in row} == row
    sheets = stage.load()
    names = sorted({name for _, name in wanted})
    assert said_by_anna(stage, sheets, names) == {**{("pubmed:100", name): "" for name in names}, **wanted}
    assert [path.suffix for path in stage.folder.glob(f"{case.stage}.anna.*") if path.suffix != ".csv"] == [".xlsx"]
    assert openpyxl.load_workbook(stage.path("anna")).worksheets
    saved = stage.path("anna").read_bytes()
    stage.offer()
    assert stage.path("anna").read_bytes() == saved, "an offer with nothing new writes nothing"


def rows_of(stage: Stage) -> dict[int, dict[str, Any]]:
    """Row number to the cells of the workflow's and of people's columns, without the workflow's own remark."""
    from prismake.sheets.reading import read_sheet

    sheets = stage.load()
    table = read_sheet(sheets.tables["anna"].path, sheets.columns("anna"), everything=True)
    return {
        number: {key: as_typed(value) for key, value in row.items() if key != "Remark" and value not in ("", None)}
        for number, row in table.rows
    }


def test_the_corpus_is_large_enough():
    assert len(CASES) >= 100
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(bool(case.office) for case in CASES) >= 15


def test_a_filled_sheet_that_was_moved_away_stops_the_stage(bases, tmp_path):
    stage = Stage(tmp_path / "sheets", items=12)
    shutil.copytree(bases["title_abstract"], stage.folder)
    stage.offer()
    away(stage.path("anna"))
    with pytest.raises(SheetError, match="was filled in and is gone"):
        stage.offer()
    assert not stage.path("anna").exists()


def test_a_column_sorted_alone_before_the_first_reading(tmp_path):
    """Nothing was read yet, but by chance so many answers are in order in one of 6,930 sheets only."""
    stage = Stage(tmp_path / "sheets", items=12)
    stage.offer()
    stage.decide("anna", *sorted(SCREENED))
    reading = stage.read()
    assert set(reading.decisions["decision.anna"]) == {""}
    (problem,) = reading.status["problems"]
    assert "alphabetical order, from “exclude” in E2 to “maybe” in E13, and the rows do not" in problem["what"]
    sheet = stage.path("anna")
    stage.offer()
    stage.edit("anna", all_of(put(D, 2, "include"), put(D, 13, "exclude")))
    assert stage.load().refused, "it is not accepted two keystrokes later"
    accept(sheet)
    assert stage.read().status["problems"] == []
