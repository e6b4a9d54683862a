"""Exports: what is written is read back as the same records, by us and by the libraries that others use.

What was checked against the documents of the tools, none of which could be run here:

| tool, document | what it says | so that here |
| --- | --- | --- |
| RIS specification, appendix C of the Reference Manager guide | six characters a tag, TY first, ER last | it is so |
| Zotero, translator RIS.js | M3 becomes the DOI of an article without DO | kinds in C5, no M3 |
| the same | TI AU PY T2 VL IS SP EP DO AB LA KW UR DB AN DP are fields of an article | these tags |
| Zotero, translator MEDLINEnbib.js | known by a `PMID- ` line among the first five | it is first, also when empty |
| the same | a blank line ends a record; DOI in AID, people in FAU, key words in OT | AID beside LID |
| EndNote fields against RIS, Univ. of Michigan Library 2010 | T2 journal, DO DOI, AN accession number | these tags |
| Covidence, help on importing references | RIS, EndNote XML, PubMed text; 15,000 records, 50 MB | told in the README |
| Rayyan, supported file formats | .ris, .bib, .csv, .nbib; 100 MB a file | told in the README |
| Rayyan, header of its own CSV | title, year, journal, volume, issue, pages, authors, url, abstract, doi, ... | the same names |
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import bibtexparser
import pytest
import rispy
from Bio import Medline
from hypothesis import given
from hypothesis import strategies as st
from prismake.core import records
from prismake.core.errors import PrismakeError
from prismake.search import export, read_file

EXPORTS = Path(__file__).parent / "exports"
ROWS = read_file(EXPORTS / "pubmed.nbib").records + read_file(EXPORTS / "embase.ris").records
ROWS += read_file(EXPORTS / "cochrane.ris").records + read_file(EXPORTS / "scopus.csv").records
HARD = {
    "record_id": "s:a.1",
    "database": "Embase",
    "accession": "a.1",
    "title": '=1+1: "quoted", 100 % of {x} & <b>bold</b> -- `` \\alpha a_b ~ ^ #1 $5 and $6',
    "authors": ["Doe, J.", "Group for A and B", "O'Neil, Á."],
    "abstract": "TY - not a tag; ER - neither. ''",
    "pages": "S1-4-S1-9",
    "year": None,
}
EXACT = [column for column in records.COLUMNS if column not in {"record_id", "source"}]
LOST = {
    "ris": set(),
    "csv": set(),
    "bibtex": {"related_reports", "retracted"},
    "nbib": {"url", "accession", "retracted"},
}


def read_back(rows, format, folder):
    path = folder / f"out{export.FORMATS[format]}"
    export.write(rows, path)
    found = read_file(path)
    assert not found.problems
    return found.records


def comparable(row, format, column):
    value = row.get(column)
    if column in records.LIST_COLUMNS:
        return list(value or [])
    return bool(value) if column == "retracted" else value or ""


@pytest.mark.parametrize("format", sorted(export.FORMATS))
def test_reading_an_export_back_gives_the_same_records(format, tmp_path):
    back = read_back(ROWS, format, tmp_path)
    assert len(back) == len(ROWS)
    for column in set(EXACT) - LOST[format]:
        given_, got = ([comparable(row, format, column) for row in rows] for rows in (ROWS, back))
        if format == "csv" and column in records.LIST_COLUMNS:
            given_ = [[item.replace(";", ",") for item in items] for items in given_]
        if format == "bibtex" and column == "publication_types":
            got = [[kind for kind in kinds if kind != "article"] for kinds in got]
        assert got == given_, column


@pytest.mark.parametrize("format", sorted(export.FORMATS))
def test_text_that_a_format_could_take_for_its_own(format, tmp_path):
    (back,) = read_back([HARD], format, tmp_path)
    wanted = HARD["title"] if format in {"ris", "csv"} else HARD["title"].replace("<b>bold</b>", "bold")
    assert back["title"] == wanted
    assert back["abstract"] == HARD["abstract"] and back["pages"] == HARD["pages"] and back["year"] is None
    group = "Group for A & B" if format == "bibtex" else "Group for A and B"
    assert back["authors"] == ["Doe, J.", group, "O'Neil, Á."]


def test_the_ids_stay_when_the_source_is_named_again(tmp_path):
    rows = read_file(EXPORTS / "embase.ris").records
    for format in ("ris", "csv"):
        export.write(rows, tmp_path / f"x{export.FORMATS[format]}")
        again = read_file(tmp_path / f"x{export.FORMATS[format]}", "embase").records
        assert [row["record_id"] for row in again] == [row["record_id"] for row in rows]


def test_other_libraries_read_the_exports():
    titles = [row["title"] for row in ROWS]
    assert [entry["title"] for entry in rispy.loads(export.text(ROWS, "ris"))] == titles
    assert [entry["TI"] for entry in Medline.parse(io.StringIO(export.text(ROWS, "nbib")))] == titles
    assert len(bibtexparser.parse_string(export.text(ROWS, "bibtex")).blocks) == len(ROWS)
    assert [row["title"] for row in csv.DictReader(io.StringIO(export.text(ROWS, "csv")))] == titles


def test_a_table_is_exported_like_its_rows(tmp_path):
    table = records.table(ROWS)
    assert export.text(table, "ris") == export.text(ROWS, "ris")
    with pytest.raises(PrismakeError, match="no export format"):
        export.write(ROWS, tmp_path / "x.docx")


def test_ris_keeps_to_its_specification_and_to_what_zotero_takes_the_tags_for():
    read_by_zotero = "TY TI AU PY T2 VL IS SP EP DO AB LA KW UR DB AN DP ER".split()
    for entry in export.text(ROWS, "ris").split("\n\n"):
        lines = entry.strip("\n").split("\n")
        assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
        tags = [line[:2] for line in lines]
        assert (tags[0], tags[-1]) == ("TY", "ER") and tags.count("TY") == tags.count("ER") == 1
        assert set(tags) <= {*read_by_zotero, "ID", "C1", "C2", "C3", "C4", "C5", "C6"}


def test_ris_of_an_earlier_version_is_read_with_its_kinds(tmp_path):
    path = tmp_path / "old.ris"
    path.write_text(export.text(ROWS, "ris").replace("C5  - ", "M3  - "), encoding="utf-8")
    assert [row["publication_types"] for row in read_file(path).records] == [row["publication_types"] for row in ROWS]


def test_pubmed_text_begins_each_record_with_its_pmid_and_gives_the_doi_twice():
    rows = sorted(ROWS, key=lambda row: bool(row["pmid"]))
    assert not rows[0]["pmid"] and rows[-1]["pmid"]
    entries = export.text(rows, "nbib").strip("\n").split("\n\n")
    assert [entry.split("\n")[0] for entry in entries] == [f"PMID- {row['pmid']}" for row in rows]
    for entry, row in zip(entries, rows, strict=True):
        found = re.findall(r"(?m)^(?:LID|AID) - (\S+) \[doi\]$", entry)
        assert found == [row["doi"]] * 2 * bool(row["doi"])


def test_csv_names_its_columns_as_rayyan_does():
    header = export.text(ROWS, "csv").split("\n")[0].split(",")
    assert {"title", "year", "journal", "volume", "issue", "pages", "authors", "url", "language"} <= set(header)
    assert {"abstract", "doi", "keywords"} <= set(header)


WORD = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=25).map(records.collapse)


RECORD = st.fixed_dictionaries(
    {
        "title": WORD.filter(bool),
        "authors": st.lists(WORD.filter(bool), max_size=3),
        "abstract": WORD,
        "journal": WORD,
        "year": st.none() | st.integers(1600, 2099),
        "keywords": st.lists(WORD.filter(bool), max_size=3, unique=True),
    }
)


@pytest.mark.parametrize("format", ["ris", "csv"])
@given(rows=st.lists(RECORD, min_size=1, max_size=4))
def test_any_record_survives(tmp_path, format, rows):
    if format == "csv":  # where ; parts the items of a list
        tidy = {"authors": lambda items: items, "keywords": lambda items: list(dict.fromkeys(items))}
        for row in rows:
            row |= {
                name: keep([part for item in row[name] if (part := records.collapse(item.replace(";", ",")))])
                for name, keep in tidy.items()
            }
    back = read_back(rows, format, tmp_path)
    for row, got in zip(rows, back, strict=True):
        assert {column: got[column] for column in row} == row
