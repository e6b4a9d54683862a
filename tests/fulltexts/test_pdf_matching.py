"""Which file is which report: by name, DOI or title, and never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest
from paper import pdf
from prismake.fulltexts import folder
from prismake.fulltexts.matching import DOI, NAME, TITLE, Sought, file_name, match

AMBER = Sought(
    "pubmed:101", ("pubmed:101", "embase:L77"), "10.5555/example.0001", "101", "PMC9001",
    "Outcomes of amber therapy in fennel disease: a cohort",
)  # fmt: skip
BASIL = Sought(
    "embase:L88",
    ("embase:L88",),
    "10.5555/example.0002",
    "",
    "",
    "Basil leukaemia in efficient offices: 12-year results",
)
BRIEF = Sought("embase:L99", ("embase:L99",), "", "", "", "Editorial")
REPORTS = [AMBER, BASIL, BRIEF]


def about(*pages, title="", subject="", digest="d"):
    return {"pages": list(pages), "title": title, "about": subject, "digest": digest}


def one(path, **said):
    return match({Path(path): about(**said) if "pages" not in said else about(*said["pages"])}, REPORTS)[0]


def of(*pages, **more):
    return match({Path("x.pdf"): about(*pages, **more)}, REPORTS)[0]


@pytest.mark.parametrize(
    "name",
    ["pubmed-101", "pubmed_101", "PubMed 101", "embase:L77", "embase_l77", "10.5555_example.0001", "10.5555-example-0001",
     "101", "PMID 101", "pmid101", "PMC9001", "pmc9001"],
)  # fmt: skip
def test_a_file_is_named_after_its_report(name):
    found = one(f"{name}.pdf")
    assert (found.item, found.matched_on, found.to_do) == ("pubmed:101", NAME, False)


@pytest.mark.parametrize("name", ["pubmed_1010", "1012", "L7", "editorial", "example.0001", ""])
def test_a_name_that_only_resembles_an_id_is_none(name):
    assert one(f"{name}.pdf").item == ""


@pytest.mark.parametrize(
    "text",
    [
        "Amber J 2018. https://doi.org/10.5555/example.0001",
        "DOI:10.5555/EXAMPLE.0001\nCopyright",
        "doi 10.5555/\nexample.0001.",
        "doi: 10.5555/example.\n  0001, published online",
        "(10.5555/example.0001)",
    ],
)
def test_a_doi_opens_the_first_page(text):
    found = of(text + "\nand then others: 10.9999/other.1 and 10.5555/example.0002")
    assert (found.item, found.matched_on) == ("pubmed:101", DOI)


@pytest.mark.parametrize(
    "text", ["10.5555/example.00012", "10.5555/example.0001a", "10.55555/example.0001", "10.5555/exa mple.0001"]
)
def test_a_longer_or_broken_doi_is_another(text):
    assert of(text).item == ""


def test_a_doi_after_another_may_be_a_reference_and_does_not_count():
    found = of("A comment. doi:10.9999/comment.1\nReferences\n1. doi:10.5555/example.0001")
    assert found.item == "" and found.to_do
    assert found.remark.startswith("it matches no report that is sought. Name the file after the report")


def test_a_doi_in_the_properties_of_the_file_counts():
    assert of("scanned words", subject="Amber J, doi:10.5555/example.0001").matched_on == DOI


def test_a_title_is_found_across_hyphens_ligatures_and_cases():
    found = of("The Journal\nBASIL LEUKAE-\nMIA IN EFﬁCIENT\nOFﬁCES: 12-YEAR RESULTS\nA. Author")
    assert (found.item, found.matched_on) == ("embase:L88", TITLE)
    assert of("words", title=BASIL.title).item == "embase:L88"


def test_a_title_in_a_reference_list_or_a_short_title_is_no_sign():
    assert of("x " * 1600 + AMBER.title).item == ""
    assert of("Editorial\nWords").item == ""


def test_a_title_and_a_doi_together_decide_between_two_dois():
    text = f"{AMBER.title}\nSee also 10.5555/example.0002"
    found = of(text, subject="10.5555/example.0001")
    assert (found.item, found.matched_on) == ("pubmed:101", DOI)


def test_what_fits_two_reports_is_told():
    found = of("words", subject="10.5555/example.0001 10.5555/example.0002")
    assert found.item == "" and found.to_do
    assert found.remark == (
        "its DOI matches 2 reports: embase:L88, pubmed:101. Name the file after the report, for instance embase-l88.pdf."
    )


def test_two_reports_of_one_title_are_told():
    twin = Sought("scopus:5", ("scopus:5",), "", "", "", AMBER.title)
    found = match({Path("x.pdf"): about(AMBER.title)}, [*REPORTS, twin])[0]
    assert found.item == "" and "its title matches 2 reports" in found.remark


def test_a_title_within_a_longer_title_is_the_longer_one():
    longer = Sought("scopus:5", ("scopus:5",), "", "", "", f"{AMBER.title}: five-year update")
    found = match({Path("x.pdf"): about(longer.title), Path("y.pdf"): about(AMBER.title)}, [*REPORTS, longer])
    assert [one.item for one in found] == ["scopus:5", "pubmed:101"]


def test_two_different_files_for_one_report_are_told_and_neither_is_taken():
    files = {
        Path("a.pdf"): about("10.5555/example.0001", digest="1"),
        Path("b.pdf"): about(AMBER.title, digest="2"),
    }
    found = match(files, REPORTS)
    assert [one.item for one in found] == ["", ""] and all(one.to_do for one in found)
    assert "it matches pubmed:101 by its DOI, as does b.pdf" in found[0].remark


def test_the_file_that_is_named_after_the_report_is_taken_and_the_other_is_listed():
    files = {
        Path("a.pdf"): about("10.5555/example.0001", digest="1"),
        Path("pubmed-101.pdf"): about("a supplement", digest="2"),
    }
    found = match(files, REPORTS)
    assert [(one.item, one.matched_on) for one in found] == [("", ""), ("pubmed:101", NAME)]
    assert found[0].remark == "pubmed:101 already has pubmed-101.pdf." and not found[0].to_do


def test_two_copies_of_one_file_are_one_file():
    files = {Path("b.pdf"): about("10.5555/example.0001"), Path("a.pdf"): about("10.5555/example.0001")}
    found = match(files, REPORTS)
    assert [(one.file.name, one.item) for one in found] == [("b.pdf", ""), ("a.pdf", "pubmed:101")]


def test_a_file_that_cannot_be_read_is_taken_by_its_name():
    broken = {"problem": "the file has a password and cannot be read.", "digest": "d"}
    found = match({Path("PMC9001.pdf"): broken, Path("x.pdf"): broken}, REPORTS)
    assert found[0].item == "pubmed:101"
    assert found[1].remark.startswith("the file has a password and cannot be read. Name the file after the report")


def test_a_scan_is_told_how_to_be_named():
    assert "a scan?" in of("", "  \n").remark


def test_no_report_is_sought():
    assert match({Path("x.pdf"): about("10.5555/example.0001")}, [])[0].to_do


def test_names_of_files_are_compared_without_what_file_systems_forbid():
    assert file_name("embase:L77/4") == file_name("Embase_L77 4") == "embase-l77-4"


def test_real_files_from_folder_to_report(tmp_path):
    shelf = tmp_path / "config/fulltexts"
    shelf.mkdir(parents=True)
    (shelf / "download(3).pdf").write_bytes(pdf(["J Amber 2018;3:1-9", AMBER.title, "doi:10.5555/example.0001"]))
    (shelf / "basil.pdf").write_bytes(pdf("cover", ["Basil leukaemia in efficient offices:", "12-year results"]))
    found = match(folder.read(folder.pdfs(shelf), tmp_path / "cache.json"), REPORTS)
    assert [(one.file.name, one.item, one.matched_on) for one in found] == [
        ("basil.pdf", "embase:L88", TITLE),
        ("download(3).pdf", "pubmed:101", DOI),
    ]
