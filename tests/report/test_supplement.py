"""The supplement holds every table with its types, runs no formula, and says what each column means."""

from __future__ import annotations

import io
import zipfile

import manuscript_samples as samples
import openpyxl
import page_samples
import pandas as pd
import pytest
import review_samples
from prismake.report.manuscript import checklists
from prismake.report.manuscript.content import manuscript
from prismake.report.manuscript.study_sets import study_sets
from prismake.report.manuscript.supplement import supplement
from prismake.report.manuscript.typed_sheets import Sheet, typed, workbook_bytes
from prismake.search.export import text


def tables() -> dict[str, pd.DataFrame]:
    scores, answers = (table.astype(object).fillna("") for table in review_samples.appraisal())
    full_text = pd.DataFrame(
        [["pubmed:1", "settled", "include", ""], ["pubmed:2", "conflict", "", ""]],
        columns=["item_id", "state", "decision", "reason"],
    )
    reports = pd.DataFrame([{"report_id": f"pubmed:{n}", "title": f"Trial {n}", "authors": ["Roe A"]} for n in (1, 2)])
    outcomes = pd.DataFrame([["s1", "relapse", "18", "40"]], columns=["study_id", "outcome", "events", "total"])
    flow = pd.DataFrame([["databases", "screened", "", "320"]], columns=["column", "box", "item", "count"])
    families = pd.DataFrame([["1", "s1", "yes"]], columns=["family", "study_id", "relapse"])
    known = pd.DataFrame(
        columns=[
            "known",
            "place",
            "pmid",
            "doi",
            "found_by",
            "records",
            "report_id",
            "stage",
            "outcome",
            "reason",
            "study",
        ]
    )
    return {
        "scores": scores, "appraisal": answers, "outcomes": outcomes, "families": families, "flow": flow,
        "known": known, "full_text": full_text, "reports": reports,
    }  # fmt: skip


def sheets(**changes) -> dict[str, Sheet]:
    review = samples.review(**changes)
    return {sheet.name: sheet for sheet in supplement(review, manuscript(review), tables())}


def opened(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_every_column_has_a_meaning():
    rows = sheets()["Dictionary"].rows
    assert [row[:2] for row in rows if not row[3]] == []
    assert {row[0] for row in rows} == set(sheets()) - {"Contents", "Dictionary"}


def test_the_first_sheet_lists_the_others_and_the_scripts_for_r():
    listed = [row[0] for row in sheets()["Contents"].rows]
    assert listed == [*list(sheets())[2:], "results/pooling/relapse.check.R", "results/pooling/crs.check.R"]


def test_each_pooled_result_is_there_unrounded():
    """Main and second analysis, each subgroup, each study left out: as in the JSON that they come from."""
    results = samples.review()["results"]
    sheet = sheets()["Syntheses"]
    place = sheet.columns.index("estimate")
    written = [row[place] for row in sheet.rows if row[0] == "relapse"]
    result = results[0]
    expected = [row["estimate"] for _, row in sorted(result["analyses"].items())]
    expected += [level["estimate"] for _, group in sorted(result["subgroups"].items()) for level in group["levels"]]
    assert written[: len(expected)] == expected
    assert all(isinstance(value, float) for value in written)


def test_cells_are_numbers_or_text_and_never_formulas():
    sheet = Sheet("A", "", ("=1+1", "n"), (("=cmd|' /C calc'!A1", 3), ("@SUM(1)", 0.25), ("+49\x0b", None)))
    page = opened(workbook_bytes([sheet], "x"))["A"]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["=1+1", "n"], ["=cmd|' /C calc'!A1", 3], ["@SUM(1)", 0.25], ["+49", None]]  # fmt: skip
    assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s", "n"}


def test_columns_of_numbers_are_typed_and_names_are_not():
    columns = ("events", "pmid", "share", "code", "mixed", "words")
    rows = typed(columns, [("18", "29385370", "0.5", "007", "12", "12"), ("", "", "1e-5", "1", "NR", "about 12")])
    assert rows == ((18, "29385370", 0.5, "007", 12, "12"), (None, None, 1e-5, "1", "NR", "about 12"))


def test_a_text_that_no_cell_can_hold_is_cut_with_a_mark():
    page = opened(workbook_bytes([Sheet("A", "", ("x",), (("a" * 40_000,),))], "x"))["A"]
    assert len(page["A2"].value) == 32_767 and page["A2"].value.endswith("[cut: the cell cannot hold more]")


def test_the_same_tables_are_the_same_bytes():
    first, second = (workbook_bytes(list(sheets().values()), "Cells") for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


class TestChecklists:
    @pytest.mark.parametrize(("name", "number"), [("prisma_2020", 42), ("abstracts", 12)])
    def test_each_item_has_a_place_or_is_owed(self, name, number):
        rows = checklists.checklist(name, samples.paper().blocks)
        assert len(rows) == number
        assert [row for row in rows if not row[3] and not row[4]] == []

    def test_the_place_is_a_heading_of_the_manuscript(self):
        rows = {row[0]: row for row in checklists.checklist("prisma_2020", samples.paper().blocks)}
        assert rows["16a"][3] == "Results, Study selection"
        assert rows["3"][3] == "" and rows["3"][4].startswith("Why this review is needed")
        assert rows["1"][3] == "Title"
        abstract = {row[0]: row for row in checklists.checklist("abstracts", samples.paper().blocks)}
        assert abstract["4"][3] == "Abstract (Information sources)"

    def test_what_is_written_is_no_longer_owed(self):
        config = {**samples.review()["config"], "interests": "None."}
        rows = {row[0]: row for row in checklists.checklist("prisma_2020", samples.paper(config=config).blocks)}
        assert rows["26"][3:] == ("Other information, Competing interests", "")

    def test_prisma_s_is_answered_from_the_searches(self):
        rows = {row[0]: row for row in checklists.search_checklist(page_samples.CONFIG, page_samples.searches())}
        assert len(rows) == 16
        assert rows["1"][3].startswith("PubMed (NCBI E-utilities); Embase (Embase.com)")
        assert rows["3"][3] == "ClinicalTrials.gov"
        assert rows["9"][3] == "Cochrane Library: Trials only"
        assert rows["12"][3] == "Searched again for what was new: PubMed."
        assert rows["15"][3].startswith("PubMed: 181; Embase: 214")
        assert rows["14"][4].startswith("Who peer-reviewed the search")


class TestSets:
    DECISIONS = (
        ("a:1", "settled", "include", ""),
        ("a:2", "settled", "exclude", "Wrong population"),
        ("a:3", "settled", "exclude", "Ongoing study"),
        ("a:4", "settled", "not retrieved", ""),
        ("a:5", "undecided", "", ""),
    )

    def made(self):
        decisions = pd.DataFrame(self.DECISIONS, columns=["item_id", "state", "decision", "reason"])
        rows = [
            {"report_id": row[0], "title": f"Trial {row[0]}", "authors": ["Roe, A."], "doi": "10.1/x"}
            for row in self.DECISIONS
        ]
        return study_sets(
            decisions, pd.DataFrame([*rows, {"report_id": "a:9", "title": "Screened out", "authors": []}])
        )

    def test_every_report_of_the_stage_is_in_one_set(self):
        assert {name: list(frame["record_id"]) for name, frame in self.made().items()} == {
            "included": ["a:1"], "excluded": ["a:2"], "awaiting": ["a:4", "a:5"], "ongoing": ["a:3"]}  # fmt: skip

    def test_they_are_written_as_reference_managers_read_them(self):
        ris = text(self.made()["included"], "ris")
        assert ris.startswith("TY  - JOUR\n") and ris.endswith("ER  - \n")
        assert "AU  - Roe, A.\n" in ris
        assert text(self.made()["awaiting"], "bibtex").count("@article{") == 2
