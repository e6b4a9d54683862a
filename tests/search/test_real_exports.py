"""The folder of real exports: counts, identifiers and the first and last record of each, and what must be refused."""

from __future__ import annotations

import json

import pytest
from prismake.core.errors import ImportFileError
from prismake.search import read_file
from sample_folder import SHARED

EXPECTED = SHARED / "samples" / "expected.json"
FILES = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else {}

# The expectations know PMIDs from fields of their own only, and count tags as authors. Where a record says more in plain
# words, that holds; what each record says, and where, stands beside it.
SAID_ELSEWHERE: dict[str, tuple[tuple[str, ...], dict]] = {
    # Ovid's CENTRAL puts all authors into one tag.
    "ovid-ris/msm_ovid_central.ris": (
        ("A1  - Stuart D, McOwan A",),
        {"last": {"first_author": "Stuart D", "authors": 2}},
    ),
    # The field is the article's own; the DOI of a reference, 10.1029/2007WR006011, is not taken.
    "ovid-text/jabref_OvidImporterTest4.txt": (
        ("DOI Number\n  10.1002/eco.1563",),
        {"with_doi": 1, "first": {"doi": "10.1002/eco.1563"}, "last": {"doi": "10.1002/eco.1563"}},
    ),
    # The record's own address
    "endnote-xml/jabref_EndnoteXml_Article.xml": (
        ("http://www.ncbi.nlm.nih.gov/pubmed/25647015</style>",),
        {"with_pmid": 1, "first": {"pmid": "25647015"}, "last": {"pmid": "25647015"}},
    ),
    "ris-edge-cases/asreview_ris_issue_992.txt": (
        (
            "UR  - https://www.ncbi.nlm.nih.gov/pubmed/23162881",
            "UR  - https://www.ncbi.nlm.nih.gov/pubmed/24584310",
            "PMID: NLM23803397",
        ),
        {"with_pmid": 3},
    ),
    "wos-tagged/umbrella_savedrecs.txt": (
        ("UT MEDLINE:33520598", "UT MEDLINE:25905026", "PM 28682497", "PM 28279936"),
        {"with_pmid": 4},
    ),
}
"""By file: the lines that say more, and what holds because of them."""


@pytest.mark.skipif(not FILES, reason="the folder of real exports is not here (set PRISMAKE_SHARED)")
@pytest.mark.parametrize("name", SAID_ELSEWHERE)
def test_each_file_says_what_is_held_against_its_expectation(name, samples):
    text = (samples / name).read_text(encoding="utf-8-sig")
    assert [line for line in SAID_ELSEWHERE[name][0] if line not in text] == []


def expected(name: str) -> dict:
    facts, (_, elsewhere) = dict(FILES[name]), SAID_ELSEWHERE.get(name, ((), {}))
    for key, value in elsewhere.items():
        facts[key] = facts[key] | value if isinstance(value, dict) else value
    return facts


def facts_of(record: dict, wanted: dict) -> dict:
    facts = {
        "title": record["title"] or None,
        "year": record["year"],
        "doi": record["doi"] or None,
        "pmid": record["pmid"] or None,
        "first_author": next(iter(record["authors"]), None),
        "authors": len(record["authors"]),
    }
    return facts | ({"nct": record["accession"]} if "nct" in wanted else {})


@pytest.mark.skipif(not FILES, reason="the folder of real exports is not here (set PRISMAKE_SHARED)")
@pytest.mark.parametrize("name", sorted(name for name in FILES if not name.startswith("entrez/")))
def test_a_real_export(name, samples):
    facts = expected(name)
    if facts.get("refuse"):
        with pytest.raises(ImportFileError) as error:
            read_file(samples / name)
        assert "Format: PubMed" in error.value.remedy
        return
    found = read_file(samples / name)
    assert len(found.records) == facts["records"]
    assert bool(found.problems) == bool(facts.get("must_report") or "colrev_ebsco" in name)
    for column, key in (("doi", "with_doi"), ("pmid", "with_pmid")):
        if facts.get(key) is not None:
            assert sum(bool(record[column]) for record in found.records) == facts[key]
    if found.records and facts.get("first"):
        assert facts_of(found.records[0], facts["first"]) == facts["first"]
        assert facts_of(found.records[-1], facts["last"]) == facts["last"]
    assert len({record["record_id"] for record in found.records}) == len(found.records)


def test_the_same_search_as_ris_and_csv_gives_the_same_records(samples):
    ris = read_file(samples / "cochrane-ris/steelheart_cochrane_citation-export.ris")
    csv = read_file(samples / "cochrane-csv/steelheart_cochrane_citation-export.csv")
    for column in ("accession", "title", "year", "doi", "pmid", "volume", "issue", "trial_ids"):
        assert [record[column] for record in ris.records] == [record[column] for record in csv.records], column
