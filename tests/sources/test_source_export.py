"""Exports: what is written is read back as the same records, by us and by the libraries that others use."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import bibtexparser
import pytest
import rispy
from Bio import Medline
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prismake import records
from prismake.errors import PrismakeError
from prismake.sources import export, read_file

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
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
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
