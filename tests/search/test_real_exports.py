"""The folder of real exports: counts, identifiers and the first and last record of each, and what must be refused."""

from __future__ import annotations

import json

import pytest
from prismake.core.errors import ImportFileError
from prismake.search import read_file
from sample_folder import SHARED

EXPECTED = SHARED / "samples" / "expected.json"
FILES = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else {}

# Where the expectation is held to be wrong, what holds instead.
HELD_WRONG = {
    # "Stuart D, McOwan A" in one A1, as CENTRAL has them at Ovid, are two people; the expectation counted tags.
    "ovid-ris/msm_ovid_central.ris": {"last": {"first_author": "Stuart D", "authors": 2}},
    # Here Ovid calls the field "DOI Number".
    "ovid-text/jabref_OvidImporterTest4.txt": {
        "with_doi": 1,
        "first": {"doi": "10.1002/eco.1563"},
        "last": {"doi": "10.1002/eco.1563"},
    },
    # The expectations knew PMIDs from fields of their own only. These stand in the address of PubMed, ...
    "endnote-xml/jabref_EndnoteXml_Article.xml": {
        "with_pmid": 1,
        "first": {"pmid": "25647015"},
        "last": {"pmid": "25647015"},
    },
    # ... there and in CINAHL's notes ("PMID: NLM23803397"), ...
    "ris-edge-cases/asreview_ris_issue_992.txt": {"with_pmid": 3},
    # ... and in the accession number of MEDLINE at Web of Science ("MEDLINE:33520598"), beside two in PM.
    "wos-tagged/umbrella_savedrecs.txt": {"with_pmid": 4},
}


def expected(name: str) -> dict:
    facts, held = dict(FILES[name]), HELD_WRONG.get(name, {})
    for key, value in held.items():
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
