"""MEDLINE, Web of Science, EndNote, BibTeX, XML, JSON and what is refused; the inputs are invented."""

from __future__ import annotations

import gzip
import json

from quirk import Quirk

CSL = {
    "id": "quint2019",
    "type": "article-journal",
    "title": "One",
    "container-title": "Ex",
    "volume": "4",
    "issue": "2",
    "page": "11-19",
    "author": [
        {"family": "Quint", "given": "Anna"},
        {"literal": "The Example Group"},
        {"family": "Berg", "given": "J", "non-dropping-particle": "van der"},
    ],
    "DOI": "10.5555/EX.16",
    "PMID": "31234501",
    "issued": {"date-parts": [[2019, 3]]},
    "abstract": "<jats:p>Abs</jats:p>",
}
WORK = {
    "id": "https://openalex.org/W111",
    "doi": "https://doi.org/10.5555/ex.1",
    "title": "One",
    "publication_year": 2019,
    "type": "article",
    "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/31234501"},
    "biblio": {"volume": "4", "issue": "2", "first_page": "11", "last_page": "19"},
    "authorships": [{"author": {"display_name": "Anna Quint"}}, {"author": {"display_name": "Carl Roe"}}],
    "primary_location": {"source": {"display_name": "Ex"}},
    "abstract_inverted_index": {"We": [0], "asked": [1, 3], "and": [2]},
    "is_retracted": False,
}
TRIAL = """<Trial><Internal_Number>1
    </Internal_Number><TrialID>ChiCTR2000012301
    </TrialID><Public_title>One</Public_title><Scientific_title>A scientific title</Scientific_title><Acronym/>
<Source_Register>ChiCTR</Source_Register><Date_registration>2020-02-03</Date_registration><Condition>Leukemia</Condition>
<Secondary_IDs>NCT01234501</Secondary_IDs><web_address>http://www.chictr.org.cn/x</web_address></Trial>"""
REVIEW = """<?xml version="1.0" encoding="UTF-8"?><COCHRANE_REVIEW TYPE="INTERVENTION"><STUDIES_AND_REFERENCES><STUDIES>
<INCLUDED_STUDIES><STUDY ID="STD-Quint-2019" NAME="Quint 2019" YEAR="2019" DATA_SOURCE="PUB"><REFERENCE TYPE="JOURNAL_ARTICLE">
<AU>Quint A, Roe C</AU><TI>One</TI><SO>Ex</SO><YR>2019</YR><VL>4</VL><NO>2</NO><PG>11-19</PG>
<IDENTIFIERS><IDENTIFIER TYPE="DOI" VALUE="10.5555/ex.1"/><IDENTIFIER TYPE="PUBMED" VALUE="31234501"/></IDENTIFIERS></REFERENCE></STUDY></INCLUDED_STUDIES>
<EXCLUDED_STUDIES><STUDY ID="STD-Roe-2018" NAME="Roe 2018" YEAR="2018"><REFERENCE TYPE="JOURNAL_ARTICLE"><AU>Roe C</AU><TI>Two</TI><YR>2018</YR></REFERENCE>
</STUDY></EXCLUDED_STUDIES></STUDIES></STUDIES_AND_REFERENCES><CHARACTERISTICS_OF_STUDIES><CHARACTERISTICS_OF_EXCLUDED_STUDIES>
<EXCLUDED_CHAR STUDY_ID="STD-Roe-2018"><CHAR_REASON_FOR_EXCLUSION><P>Wrong population</P></CHAR_REASON_FOR_EXCLUSION></EXCLUDED_CHAR>
</CHARACTERISTICS_OF_EXCLUDED_STUDIES></CHARACTERISTICS_OF_STUDIES></COCHRANE_REVIEW>"""


def pubmed(inner: str, data: str = "") -> str:
    return (
        "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>31234501</PMID><Article><Journal><JournalIssue><PubDate><Year>2019</Year></PubDate>"
        f"</JournalIssue><Title>Ex</Title></Journal>{inner}</Article></MedlineCitation><PubmedData>{data}</PubmedData></PubmedArticle></PubmedArticleSet>"
    )


QUIRKS: dict[str, Quirk] = {
    # mjwestgate/revtools, examples/restoration_pubmed.nbib: the DOI is one of several numbers
    "MEDLINE: DOI among numbers": Quirk(
        "PMID- 31234501\nTI  - One\nLID - S2213-2600(14)70019-0 [pii]\nLID - 10.5555/ex.1 [doi]\nAID - 10.5555/ex.1 [doi]\n",
        ({"doi": "10.5555/ex.1"},),
    ),
    # biocommons/eutils#125: collective authors, and commas in their names
    "MEDLINE: a group": Quirk(
        "PMID- 31234501\nTI  - One\nAU  - Quint AB\nCN  - Department of Health, Education, and Welfare\n",
        ({"authors": ["Quint AB", "Department of Health, Education, and Welfare"]},),
    ),
    # metapub/metapub#3: a title that is none, and its original
    "MEDLINE: no title": Quirk("PMID- 31234501\nTI  - [Not Available].\nTT  - Titre\n", ({"title": "Titre"},)),
    # https://www.nlm.nih.gov/bsd/mms/medlineelements.html, DP: seasons and spans as dates
    "MEDLINE: a season": Quirk("PMID- 31234501\nTI  - One\nDP  - 1998 Dec-1999 Jan\n", ({"year": 1998},)),
    # BharatBlade/AIML, pubmed89.txt: a correction names another article
    "MEDLINE: an erratum": Quirk(
        "PMID- 31234501\nTI  - One\nEIN - J Ex. 2020;1:2. PMID: 31234599\n",
        ({"pmid": "31234501", "related_reports": ["ErratumIn: PMID 31234599"]},),
    ),
    # CoLRev-Environment/colrev, tests/review_manager/3_packages_search/data/eric_nbib.nbib
    "MEDLINE: ERIC": Quirk(
        "OWN - ERIC\nTI  - One\nAU  - Quint, Anna\nOID - EJ123456\nISSN - ISSN-1234-5678\n",
        ({"accession": "EJ123456", "pmid": ""},),
    ),
    # mjwestgate/revtools, examples/restoration_WoS.ciw: authors on lines, no year in early access
    "Web of Science: early access": Quirk(
        "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Quint, AB\n   Roe, C\nTI One\n   and more\nSO EX\nEY 2019\nEA JAN 2019\nUT WOS:000600000000001\nER\n\nEF\n",
        ({"title": "One and more", "authors": ["Quint, AB", "Roe, C"], "year": None},),
    ),
    # zotero/translators#349 in this format: a wrapped line that begins like an end
    "Web of Science: a line like an end": Quirk(
        "PT J\nTI One\nAB Tumours that were\n   ER positive.\nER \n", ({"abstract": "Tumours that were ER positive."},)
    ),
    # zotero/translators#349, without blanks before it
    "Web of Science: a bare line like an end": Quirk(
        "PT J\nTI One\nAB Tumours that were\nER positive.\nPY 2019\nER\n",
        ({"abstract": "Tumours that were ER positive.", "year": 2019},),
    ),
    # CoLRev-Environment/colrev, tests/review_manager/3_packages_search/data/ais_enl.txt
    "EndNote tagged": Quirk(
        "%0 Journal Article\n%A Quint, A.\n%A Roe, C.\n%T One\n%J Ex\n%D 2019\n%V 4\n%N 2\n%P 11-19\n%R 10.5555/ex.1\n%M 31234501\n%W NLM\n",
        ({"authors": ["Quint, A.", "Roe, C."], "pmid": "31234501", "pages": "11-19"},),
    ),
    # asreview/asreview#602: Greek letters behind a byte order mark
    "EndNote tagged, with a mark": Quirk(
        "\ufeff%0 Journal Article\n%T β-cells\n\n%0 Journal Article\n%T Two\n", ({"title": "β-cells"}, {"title": "Two"})
    ),
    # JabRef/jabref, jablib/src/test/resources/org/jabref/logic/importer/fileformat/EndnoteXmlImporterTestArticle.xml:
    # numbers in addresses, here in the notes as well
    "EndNote XML": Quirk(
        "<xml><records><record><ref-type name='Journal Article'>17</ref-type><contributors><authors><author><style>Quint, A.</style></author></authors></contributors>"
        "<titles><title><style>One</style></title></titles><notes>PMID: 31234501</notes><urls><related-urls><url>https://doi.org/10.5555/ex.1</url></related-urls></urls>"
        "</record></records></xml>",
        ({"title": "One", "authors": ["Quint, A."], "pmid": "31234501", "doi": "10.5555/ex.1"},),
    ),
    # JabRef/jabref#15106: BibTeX's two hyphens
    "BibTeX: pages": Quirk("@article{a, title = {One}, pages = {11--19}}", ({"pages": "11-19"},)),
    # geodes-sms/relis#23: accents as commands
    "BibTeX: accents": Quirk(
        "@article{a, title = {Pr{\\'e}server la S{\\'e}paration}, author = {M{\\\"u}ller, A.}}",
        ({"title": "Préserver la Séparation", "authors": ["Müller, A."]},),
    ),
    # Valdecy/pybibx#19: EndNote's BibTeX has the DOI in an address only
    "BibTeX: DOI in an address": Quirk(
        "@article{RN1,\n   author = {Quint, A.},\n   title = {One},\n   url = {https://link.springer.com/content/pdf/10.5555/ex.19.pdf}\n}",
        ({"doi": "10.5555/ex.19"},),
    ),
    # ropensci/bib2df#31: Web of Science writes double braces
    "BibTeX: double braces": Quirk(
        "@article{WOS:1,\nAuthor = {Quint, Anna and Roe, Carl},\nTitle = {{One\n   and more}},\nYear = {{2019}},\nUnique-ID = {{WOS:000600000000001}}\n}",
        ({"title": "One and more", "authors": ["Quint, Anna", "Roe, Carl"], "year": 2019},),
    ),
    # ropensci/bibtex#15, retorquere/zotero-better-bibtex#2274: date instead of year
    "BibTeX: date": Quirk(
        "@article{a, title = {One}, date = {2019-03-01}, journaltitle = {Ex}}", ({"year": 2019, "journal": "Ex"},)
    ),
    # titipata/pubmed_parser#177: another number behind the DOI
    "PubMed XML: pii behind the DOI": Quirk(
        pubmed(
            "<ArticleTitle>One</ArticleTitle><ELocationID EIdType='doi' ValidYN='Y'>10.5555/ex.1</ELocationID><ELocationID EIdType='pii' ValidYN='Y'>S1</ELocationID>"
        ),
        ({"doi": "10.5555/ex.1"},),
    ),
    # titipata/pubmed_parser#68: the DOI among the ids only
    "PubMed XML: DOI among ids": Quirk(
        pubmed(
            "<ArticleTitle>One</ArticleTitle>",
            "<ArticleIdList><ArticleId IdType='doi'>10.5555/ex.1</ArticleId></ArticleIdList>",
        ),
        ({"doi": "10.5555/ex.1"},),
    ),
    # bireme/db-processing#447: one of two DOIs is invalid
    "PubMed XML: an invalid DOI": Quirk(
        pubmed(
            "<ArticleTitle>One</ArticleTitle><ELocationID EIdType='doi' ValidYN='N'>10.5555/no</ELocationID><ELocationID EIdType='doi' ValidYN='Y'>10.5555/ex.1</ELocationID>"
        ),
        ({"doi": "10.5555/ex.1"},),
    ),
    # PathwayCommons/ncbiutils, tests/data/markup.xml
    "PubMed XML: mark-up": Quirk(
        pubmed("<ArticleTitle>H<sub>2</sub>O and soft\u00adhyphens &amp; more</ArticleTitle>"),
        ({"title": "H2O and softhyphens & more"},),
    ),
    # IEBH/dedupe-sweep, test/data/tafenoquine.xml: mark-up that is text
    "PubMed XML: escaped mark-up": Quirk(
        pubmed("<ArticleTitle>Effect &lt;i&gt;in vivo&lt;/i&gt;</ArticleTitle>"), ({"title": "Effect in vivo"},)
    ),
    # https://ftp.ncbi.nlm.nih.gov/pubmed/updatefiles/
    "PubMed XML: compressed": Quirk(
        gzip.compress(pubmed("<ArticleTitle>One</ArticleTitle>").encode()), ({"title": "One"},)
    ),
    # brunoamaral/gregory-ai#352, biopragmatics/bioregistry#864: Export results to XML
    "ICTRP XML": Quirk(
        f"<?xml version='1.0' encoding='UTF-8' ?>\n<Trials_downloaded_from_ICTRP>{TRIAL}</Trials_downloaded_from_ICTRP>",
        (
            {
                "title": "One",
                "trial_ids": ["ChiCTR2000012301", "NCT01234501"],
                "year": 2020,
                "accession": "ChiCTR2000012301",
            },
        ),
    ),
    # biopragmatics/bioregistry#864: 500 MB, here cut off in the middle
    "ICTRP XML, cut off": Quirk(
        f"<Trials_downloaded_from_ICTRP>{TRIAL}<Trial><TrialID>X",
        ({"title": "One"},),
        problems=("broken from here on",),
    ),
    # guido-s/meta#27, opentrials/opentrials#308: decisions of the review
    "RevMan 5": Quirk(
        REVIEW,
        (
            {
                "title": "One",
                "authors": ["Quint A", "Roe C"],
                "doi": "10.5555/ex.1",
                "pmid": "31234501",
                "accession": "STD-Quint-2019",
            },
            {"title": "Two", "year": 2018},
        ),
        decisions=(("full_text", "consensus", "include"), ("full_text", "consensus", "exclude")),
    ),
    # neurostuff/neurostore#406: CSL-JSON of Zotero
    "CSL-JSON": Quirk(
        json.dumps([CSL]),
        (
            {
                "authors": ["Quint, Anna", "The Example Group", "van der Berg, J"],
                "year": 2019,
                "doi": "10.5555/ex.16",
                "pmid": "31234501",
                "journal": "Ex",
                "abstract": "Abs",
            },
        ),
    ),
    # retorquere/zotero-better-bibtex#144: PubMed's number in the note; dates as text
    "CSL-JSON: notes": Quirk(
        json.dumps(
            [
                {
                    "type": "article",
                    "title": "One",
                    "issued": {"raw": "2019-03-01"},
                    "note": "PMID: 31234501\nPMCID: PMC6450001",
                }
            ]
        ),
        ({"pmid": "31234501", "pmcid": "PMC6450001", "year": 2019},),
    ),
    # api.crossref.org/works: lists where CSL has texts
    "Crossref": Quirk(
        json.dumps(
            {
                "status": "ok",
                "message": {
                    "items": [
                        {
                            "DOI": "10.5555/ex.1",
                            "title": ["One"],
                            "container-title": ["Ex"],
                            "author": [{"family": "Quint", "given": "A", "sequence": "first"}],
                            "issued": {"date-parts": [[2019]]},
                            "type": "journal-article",
                            "URL": "https://doi.org/10.5555/ex.1",
                            "is-referenced-by-count": 3,
                        }
                    ]
                },
            }
        ),
        ({"title": "One", "journal": "Ex", "authors": ["Quint, A"], "year": 2019, "doi": "10.5555/ex.1"},),
    ),
    # api.openalex.org/works: the abstract as an index of words
    "OpenAlex JSON": Quirk(
        json.dumps({"meta": {"count": 1}, "results": [WORK]}),
        (
            {
                "accession": "W111",
                "abstract": "We asked and asked",
                "pmid": "31234501",
                "authors": ["Anna Quint", "Carl Roe"],
                "pages": "11-19",
                "journal": "Ex",
                "retracted": False,
            },
        ),
    ),
    # https://docs.openalex.org/download-all-data/openalex-snapshot: one work a line
    "OpenAlex JSON, lines": Quirk(
        "\n".join(json.dumps(WORK | {"id": f"https://openalex.org/W{n}"}) for n in (1, 2)),
        ({"accession": "W1"}, {"accession": "W2"}),
    ),
    # biopython/biopython, Tests/Entrez/pubmed3.html: the page was saved, not the records
    "a web page": Quirk("<!DOCTYPE html><html><body>PubMed</body></html>", refused="web page"),
    # Zotero's own format, the first that its export dialog offers (zotero.org/support/kb/exporting)
    "Zotero RDF": Quirk(
        '<rdf:RDF\n xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"\n'
        ' xmlns:z="http://www.zotero.org/namespaces/export#"\n xmlns:bib="http://purl.org/net/biblio#"\n'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/">\n <bib:Article rdf:about="#item_1">\n'
        "  <z:itemType>journalArticle</z:itemType><dc:title>Remission</dc:title>\n </bib:Article>\n</rdf:RDF>\n",
        ({"title": "Remission"},),
    ),
    # zotero/translators, Bibliontology RDF.js: with the declaration of XML before it
    "Zotero, Bibliontology RDF": Quirk(
        '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF xmlns:bibo="http://purl.org/ontology/bibo/"/>\n',
        refused="RDF other than Zotero's own.*Export Library.*RIS",
    ),
    # BharatBlade/AIML, pubmed89Abstract.txt
    "PubMed, made for reading": Quirk(
        "1. Ex. 2019 Mar;4(2):11-19. doi: 10.5555/ex.1.\n\nOne.\n\nQuint A.\n\nPMID: 31234501\n",
        refused="made for reading",
    ),
    # knh11545/commandline4expertsearchers, test/data/pmid.txt
    "numbers only": Quirk("31234501\n31234502\n", refused="bare list of PMIDs"),
}
