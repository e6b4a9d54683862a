"""Every dialect on a small export of two records: who exported it, and what each column holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from prismake.core.records import COLUMNS
from prismake.search import imports, read_file, read_records

EXPORTS = Path(__file__).parent / "exports"
ABSTRACT = "Of 20 children, 14 (70 %) improved (NCT01234567). Follow-up was 12 months."
FIRST = {
    "title": "Chimeric cells in children with naïve leukaemia: a cohort",
    "authors": ["Müller, A.", "Doe, J.B."],
    "year": 2019,
    "journal": "Journal of examples",
    "volume": "12",
    "issue": "3",
    "pages": "101-109",
    "doi": "10.1000/ex.101",
    "pmid": "",
    "pmcid": "",
    "abstract": ABSTRACT,
    "trial_ids": ["NCT01234567"],
    "retracted": False,
    "related_reports": [],
}
LAST = {"title": "Letter on remission", "authors": ["Roe, R."], "year": 2018, "doi": "", "pmid": ""}
NLM = ["Müller A", "Doe JB"]
DOTS = ["Müller A.", "Doe J.B."]
FULL = ["Müller, Anna", "Doe, Jane B."]
COMMA = ["Müller, A", "Doe, JB"]
REGISTRY = {"title": "Trial of example cells", "year": 2018, "trial_ids": ["NCT09999999"], "abstract": ""}
REGISTRY |= {"authors": [], "journal": "", "volume": "", "issue": "", "pages": "", "doi": ""}

# file: (format, database, platform, source, kind, records), what differs in the first record, in the last one
CASES = {
    "pubmed.nbib": (
        ("MEDLINE text", "PubMed", "PubMed", "pubmed", "database", 2),
        {
            "title": FIRST["title"] + ".",
            "authors": [*NLM, "Example Study Group"],
            "pmid": "30000101",
            "pmcid": "PMC7000101",
            "accession": "30000101",
            "language": "eng",
            "keywords": [
                "Child",
                "Leukemia/*therapy and a very long heading that the export wraps over two lines",
                "cells",
            ],
            "publication_types": ["Journal Article", "Retracted Publication"],
            "retracted": True,
            "related_reports": ["RetractionIn: PMID 30000900", "CommentIn: PMID 30000105"],
            "url": "https://pubmed.ncbi.nlm.nih.gov/30000101/",
        },
        {"title": "Letter on remission.", "authors": ["Roe R"], "pmid": "30000102"},
    ),
    "pubmed.csv": (
        ("PubMed CSV", "PubMed", "PubMed", "pubmed", "database", 2),
        {
            "authors": [*NLM, "Example Study Group"],
            "journal": "J Ex",
            "pmid": "30000101",
            "pmcid": "PMC7000101",
            "abstract": "",
            "trial_ids": [],
        },
        {"authors": ["Roe R"], "pmid": "30000102"},
    ),
    "eric.nbib": (
        ("MEDLINE text", "ERIC", "PubMed", "eric", "database", 1),
        {
            **LAST,
            "authors": ["Roe, R"],
            "doi": "10.1000/ex.102",
            "journal": "Letters",
            "accession": "EJ1130000",
            "url": "",
            **dict.fromkeys(("volume", "issue", "pages", "abstract"), ""),
            "trial_ids": [],
        },
        {"authors": ["Roe, R"], "doi": "10.1000/ex.102"},
    ),
    "embase.ris": (
        ("Embase.com RIS", "Embase", "Embase.com", "embase", "database", 2),
        {"pmid": "30000101", "accession": "L620000101", "language": "English", "publication_types": ["Article"]},
        {"accession": "L620000102"},
    ),
    "embase.csv": (
        ("Embase.com CSV", "Embase", "Embase.com", "embase", "database", 2),
        {"authors": DOTS, "pmid": "30000101", "accession": "L620000101", "keywords": ["child", "leukemia"]},
        {"authors": ["Roe R."], "accession": "L620000102"},
    ),
    "embase_transposed.csv": (
        ("Embase.com CSV", "Embase", "Embase.com", "embase", "database", 2),
        {"authors": DOTS, "pmid": "30000101", "accession": "L620000101", "keywords": ["child", "leukemia"]},
        {"authors": ["Roe R."], "accession": ""},
    ),
    "cochrane.ris": (
        ("Cochrane RIS", "CENTRAL", "Cochrane Library", "cochrane", "database", 2),
        {"authors": COMMA, "pages": "101‐109", "pmid": "30000101", "accession": "CN-01000101"},
        {"title": "Trial of example cells", "authors": ["NCT09999999,"], "trial_ids": ["NCT09999999"]},
    ),
    "cochrane.csv": (
        ("Cochrane CSV", "CENTRAL", "Cochrane Library", "cochrane", "database", 2),
        {"authors": COMMA, "pages": "101‐109", "pmid": "30000101", "accession": "CN-01000101"},
        {"title": "Trial of example cells", "authors": ["NCT09999999,"], "trial_ids": ["NCT09999999"]},
    ),
    "cochrane_reviews.csv": (
        (
            "Cochrane Reviews CSV",
            "Cochrane Database of Systematic Reviews",
            "Cochrane Library",
            "cochrane",
            "database",
            1,
        ),
        {
            "authors": COMMA,
            "journal": "Cochrane Database of Systematic Reviews",
            "doi": "10.1002/14651858.cd000101.pub2",
            "volume": "",
            "pages": "",
        },
        {
            **FIRST,
            "authors": COMMA,
            "doi": "10.1002/14651858.cd000101.pub2",
            "volume": "",
            "pages": "",
            "journal": None,
        },
    ),
    "cochrane.txt": (
        ("Cochrane Library text", "Cochrane Library", "Cochrane Library", "cochrane", "database", 2),
        {
            "authors": ["Müller Anna", "Doe Jane B"],
            "journal": "Cochrane Database of Systematic Reviews",
            "doi": "10.1002/14651858.cd000101.pub2",
            "volume": "",
            "pages": "",
            "accession": "CD000101",
        },
        {"authors": ["Roe Richard"], "accession": "CD000102"},
    ),
    "ovid.ris": (
        ("Ovid RIS", "MEDLINE", "Ovid", "medline", "database", 2),
        {"authors": ["Muller, Anna", "Doe, Jane B"], "doi": "10.1000/ex(101)", "pmid": "30000101"},
        {"authors": ["Roe, R"], "year": 1975, "pmid": "30000102"},
    ),
    "ovid.csv": (
        ("Ovid CSV", "Embase", "Ovid", "embase", "database", 2),
        {"authors": ["Müller A", "Doe J.B"], "doi": "", "pmid": "30000101", "accession": "620000101"},
        {"authors": ["Roe R"], "accession": "620000102"},
    ),
    "ovid.txt": (
        ("Ovid citation text", "", "Ovid", "ovid", "database", 2),
        {
            "title": "Chimeric cells in children with naive leukaemia: a cohort",
            "authors": ["Muller, Anna", "Doe, Jane B"],
            "doi": "",
            "accession": "620000101",
            "keywords": ["child", "leukemia"],
        },
        {"authors": ["Roe, R"]},
    ),
    "scopus.ris": (
        ("Scopus RIS", "Scopus", "Scopus", "scopus", "database", 2),
        {"accession": "2-s2.0-80000101", "keywords": ["child", "leukemia"], "publication_types": ["Article"]},
        {"accession": "2-s2.0-80000102"},
    ),
    "scopus.csv": (
        ("Scopus CSV", "Scopus", "Scopus", "scopus", "database", 2),
        {"authors": DOTS, "pmid": "30000101", "accession": "2-s2.0-80000101"},
        {"authors": ["Roe R."], "pages": "e7"},
    ),
    "wos.ciw": (
        ("Web of Science tagged", "Web of Science", "Web of Science", "wos", "database", 2),
        {"authors": COMMA, "journal": "JOURNAL OF EXAMPLES", "pmid": "30000101", "accession": "WOS:000400000101"},
        {"authors": ["Roe, R"], "year": None, "publication_types": ["Letter", "Early Access"]},
    ),
    "wos.ris": (
        ("Web of Science RIS", "Web of Science", "Web of Science", "wos", "database", 2),
        {"authors": COMMA, "journal": "JOURNAL OF EXAMPLES", "accession": "WOS:000400000101"},
        {"authors": ["Roe, R"]},
    ),
    "ebsco.ris": (
        ("EBSCOhost RIS", "CINAHL", "EBSCOhost", "cinahl", "database", 2),
        {"authors": FULL, "accession": "130000101"},
        {"accession": "130000102"},
    ),
    "ebsco.csv": (
        ("EBSCOhost CSV", "CINAHL", "EBSCOhost", "cinahl", "database", 2),
        {"authors": FULL, "accession": "130000101", "pages": "101"},
        {"accession": "130000102"},
    ),
    "proquest.ris": (
        ("ProQuest RIS", "PTSDpubs", "ProQuest", "ptsdpubs", "database", 2),
        {"authors": ["Müller, Anna", "Doe, Jane B"], "accession": "2200000101"},
        {"authors": ["Roe, R"], "accession": "2200000102"},
    ),
    "endnote.ris": (
        ("EndNote or other manager RIS", "", "", "endnote", "other", 2),
        {
            "authors": ["Müller, A.", "Doe, J. B."],
            "pmid": "30000101",
            "pmcid": "PMC7000101",
            "accession": "30000101",
            "keywords": ["child", "leukemia"],
        },
        {"accession": ""},
    ),
    "endnote.xml": (
        ("EndNote XML", "", "EndNote", "endnote", "other", 2),
        {"authors": ["Müller, A.", "Doe, J. B."], "pmid": "30000101", "keywords": ["child", "leukemia"]},
        {},
    ),
    "refs.enw": (
        ("EndNote tagged (.enw)", "", "EndNote", "refs", "other", 2),
        {"authors": FULL, "keywords": ["child", "leukemia"]},
        {},
    ),
    "zotero.csv": (
        ("Zotero CSV", "", "Zotero", "zotero", "other", 2),
        {"authors": FULL, "pmid": "30000101", "keywords": ["child", "leukemia"]},
        {},
    ),
    "rayyan.ris": (
        ("Rayyan RIS", "", "Rayyan", "rayyan", "other", 2),
        {"accession": "rayyan-40000101"},
        {"accession": "rayyan-40000102"},
    ),
    "rayyan.csv": (
        ("Rayyan CSV", "", "Rayyan", "rayyan", "other", 2),
        {"accession": "rayyan-40000101", "pmid": "30000101", "url": "https://www.embase.com/x"},
        {"accession": "rayyan-40000102"},
    ),
    "rayyan.bib": (
        ("BibTeX", "", "", "rayyan", "other", 2),
        {"accession": "rayyan-40000101", "keywords": ["child", "leukemia"]},
        {"accession": "rayyan-40000102"},
    ),
    "covidence.csv": (
        ("Covidence CSV", "", "Covidence", "covidence", "other", 2),
        {"accession": "1"},
        {"accession": "2"},
    ),
    "covidence.ris": (("Covidence RIS", "", "Covidence", "covidence", "other", 2), {}, {}),
    "refs.bib": (("BibTeX", "Scopus", "", "scopus", "other", 2), {"keywords": ["child", "leukemia"]}, {}),
    "generic.csv": (
        ("CSV", "", "", "generic", "other", 2),
        {"authors": DOTS, "issue": "", "pages": ""},
        {"authors": ["Roe R."], "abstract": "", "volume": ""},
    ),
    "registry.csv": (
        ("ClinicalTrials.gov CSV", "ClinicalTrials.gov", "ClinicalTrials.gov", "clinicaltrials", "register", 1),
        {**REGISTRY, "accession": "NCT09999999", "keywords": ["Leukemia", "Remission", "BIOLOGICAL: cells"]},
        REGISTRY,
    ),
    "registry.json": (
        ("ClinicalTrials.gov JSON", "ClinicalTrials.gov", "ClinicalTrials.gov API v2", "clinicaltrials", "register", 1),
        {
            **REGISTRY,
            "trial_ids": ["NCT09999999", "ISRCTN12345678"],
            "abstract": "Cells are given.",
            "related_reports": ["Reference: PMID 30000101"],
        },
        {"title": "Trial of example cells", "authors": []},
    ),
}


def test_every_export_here_is_tested():
    assert {path.name for path in EXPORTS.iterdir()} == set(CASES)


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_export(name):
    (format_, database, platform, source, kind, count), first, last = CASES[name]
    found = read_file(EXPORTS / name)
    assert (found.format, found.database, found.platform) == (format_, database, platform)
    assert (found.source, found.kind, len(found.records)) == (source, kind, count)
    for record, wanted in ((found.records[0], FIRST | first), (found.records[-1], LAST | last)):
        assert set(record) == set(COLUMNS)
        assert {key: record[key] for key in wanted if wanted[key] is not None} == {
            key: value for key, value in wanted.items() if value is not None
        }
        assert record["record_id"].startswith(f"{source}:") and record["source"] == source
    if name != "refs.bib":
        assert not found.problems
    assert list(found.table().columns) == list(COLUMNS)


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_name_of_a_file_makes_no_difference(name, tmp_path):
    other = tmp_path / "savedrecs.tmp"
    other.write_bytes((EXPORTS / name).read_bytes())
    found, renamed = read_file(EXPORTS / name, "x"), read_file(other, "x")
    assert renamed.records == found.records and renamed.format == found.format


def test_one_broken_entry_costs_one_line():
    found = read_file(EXPORTS / "refs.bib")
    assert len(found.problems) == 1 and found.problems[0].startswith("refs.bib, line ")


def test_the_source_can_be_named():
    table = read_records(EXPORTS / "embase.ris", source="second_search")
    assert list(table["record_id"]) == ["second_search:L620000101", "second_search:L620000102"]
    assert set(table["database"]) == {"Embase"}


def test_no_abstracts_in_a_pubmed_csv_is_told():
    with pytest.warns(UserWarning, match="no abstracts"):
        read_records(EXPORTS / "pubmed.csv")


def test_how_many_records_there_are_is_seen_before_they_are_read(tmp_path):
    path = tmp_path / "a.ris"
    path.write_text("".join(f"TY  - JOUR\nTI  - Title {n}\nAU  - Doe, J\nPY  - 2019\nER  - \n\n" for n in range(7)))
    file = imports._FileBeingRead(path.name)
    assert len(list(imports._records(path, file))) == file.expected == 7
