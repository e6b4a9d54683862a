"""PMIDs, DOIs and PMC numbers outside fields of their own; those of other articles are never used."""

from __future__ import annotations

import pytest
from prismake.search import read_file

CINAHL = (
    "Accession Number: 147887801. Language: English. Entry Date: In Process. Publication Type: journal article; research."
    " NLM UID: 2984771R. PMID: NLM32728701."
)
EBSCO = "https://search.ebscohost.com/login.aspx?direct=true&db={}&AN=31230001&site=ehost-live"
TAKEN = {
    "a field PM": ("PM  - 31230001", {"pmid": "31230001"}),
    "notes of Zotero": (
        "N1  - Place: United States\nPMID: 31230001\nPMCID: PMC6450001",
        {"pmid": "31230001", "pmcid": "PMC6450001"},
    ),
    "accession of Zotero": ("AN  - PMID: 31230001", {"pmid": "31230001"}),
    "CINAHL at EBSCOhost": (
        f"ID  - 147887801\nN1  - {CINAHL}\nDB  - ccm\nDP  - EBSCOhost",
        {"pmid": "32728701", "accession": "147887801", "database": "CINAHL"},
    ),
    "behind a count of citations": ("N1  - Cited By :12; PMID: 31230001; Export Date: 1 May", {"pmid": "31230001"}),
    "MEDLINE at EBSCOhost": (
        f"AN  - 31230001\nDB  - mdc\nDP  - EBSCOhost\nUR  - {EBSCO.format('mdc')}",
        {"pmid": "31230001", "database": "MEDLINE"},
    ),
    "MEDLINE at EBSCOhost, by its address": (f"AN  - 31230001\nUR  - {EBSCO.format('cmedm')}", {"pmid": "31230001"}),
    "MEDLINE at ProQuest": (
        "AN  - 2234567801; 31230001\nDB  - MEDLINE(R)\nUR  - https://www.proquest.com/docview/2234567801/se-2",
        {"pmid": "31230001", "database": "MEDLINE"},
    ),
    "MEDLINE at Web of Science": ("AN  - MEDLINE:31230001", {"pmid": "31230001"}),
    "PubMed's address": ("UR  - https://pubmed.ncbi.nlm.nih.gov/31230001/", {"pmid": "31230001"}),
    "PubMed's old address": ("L2  - http://www.ncbi.nlm.nih.gov/pubmed/31230001?dopt=Citation", {"pmid": "31230001"}),
    "a search of PubMed for one number": (
        "UR  - https://www.ncbi.nlm.nih.gov/pubmed?term=31230001%5Bpmid%5D&x=1",
        {"pmid": "31230001"},
    ),
    "a search of PubMed for a bare number": (
        "UR  - https://pubmed.ncbi.nlm.nih.gov/?term=31230001&sort=date",
        {"pmid": "31230001"},
    ),
    "a search of PubMed for words": ("UR  - https://pubmed.ncbi.nlm.nih.gov/?term=2019+asthma", {"pmid": ""}),
    "a number that says what it is": ("U1  - 31230001[pmid]", {"pmid": "31230001"}),
    "a PMC number in notes, though DOI and PMID have fields": (
        "DO  - 10.5555/ex.1\nPM  - 31230001\nN1  - PMCID: PMC6450001",
        {"doi": "10.5555/ex.1", "pmid": "31230001", "pmcid": "PMC6450001"},
    ),
    "Europe PMC's address": ("UR  - http://europepmc.org/abstract/MED/31230001", {"pmid": "31230001"}),
    "address of PubMed Central": ("UR  - https://pmc.ncbi.nlm.nih.gov/articles/PMC6450001/", {"pmcid": "PMC6450001"}),
    "a DOI in a note of its own": ("N1  - Export of May\nDOI: 10.5555/ex.1", {"doi": "10.5555/ex.1"}),
    "a DOI in an address": ("UR  - https://www.example.org/articles/10.5555/ex.1/full", {"doi": "10.5555/ex.1"}),
}
NOT_TAKEN = {
    "an erratum": "N1  - Erratum in: J Ex 2020;1:2. PMID: 31230001",
    "a comment, its number on the next line": "N1  - Comment on: Roe C. J Ex 2019\nPMID: 31230001",
    "a citation": "N1  - Roe C. Remission. J Ex 2019. PMID: 31230001",
    "references": "N1  - References: Roe C, J Ex, 2019, doi: 10.5555/other;\ndoi: 10.5555/another",
    "a number of a journal": "N1  - NLM UID: 2984771R",
    "a number that is none of MEDLINE": "AN  - 31230001\nDB  - Embase",
    "two that differ": "N1  - PMID: 31230001\nPMID: 31230002",
    "another article's page": "N1  - See https://pubmed.ncbi.nlm.nih.gov/31230001/",
    "a commentary at CINAHL": "N1  - Commentary: Roe C (J Ex) 2019. PMID: 31230001",
}


def read(tmp_path, lines):
    path = tmp_path / "export.ris"
    path.write_text(f"TY  - JOUR\nT1  - Remission after infusion\n{lines}\nER  - \n", encoding="utf-8")
    (record,) = read_file(path).records
    return record


@pytest.mark.parametrize("case", TAKEN)
def test_an_identifier_in_another_place(case, tmp_path):
    lines, wanted = TAKEN[case]
    record = read(tmp_path, lines)
    assert {name: record[name] for name in wanted} == wanted


@pytest.mark.parametrize("case", NOT_TAKEN)
def test_a_number_of_another_article_is_never_taken(case, tmp_path):
    record = read(tmp_path, NOT_TAKEN[case])
    assert (record["pmid"], record["pmcid"], record["doi"]) == ("", "", "")


def test_endnote_keeps_them_in_notes_and_addresses(tmp_path):
    path = tmp_path / "library.xml"
    path.write_text(
        "<xml><records><record><titles><title>One</title></titles><notes>PMID: 31230001</notes></record>"
        "<record><titles><title>Two</title></titles><urls><related-urls>"
        "<url>https://pubmed.ncbi.nlm.nih.gov/31230002/</url></related-urls>"
        "<web-urls><url>https://example.org/doi/pdf/10.5555/ex.2?x=1</url></web-urls></urls></record></records></xml>",
        encoding="utf-8",
    )
    assert [(record["pmid"], record["doi"]) for record in read_file(path).records] == [
        ("31230001", ""),
        ("31230002", "10.5555/ex.2"),
    ]
