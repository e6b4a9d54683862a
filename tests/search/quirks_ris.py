"""RIS as exporters write it; the source of each quirk stands above it, the inputs are invented."""

from __future__ import annotations

from quirk import Quirk, ris

NOTE = (
    "Accession Number: 147887801. Language: English. Entry Date: In Process. Publication Type: journal article; research. "
    "Journal Subset: Biomedical. NLM UID: 2984771R. PMID: NLM32728701."
)

QUIRKS: dict[str, Quirk] = {
    # nealhaddaway/citationchaser#28
    "authors by semicolons": ris(
        "AU  - Sanz-Prieto, Pablo J.; Montes, Maria; Real, Ana Luisa",
        authors=["Sanz-Prieto, Pablo J.", "Montes, Maria", "Real, Ana Luisa"],
    ),
    # zotero/translators#2006
    "authors by commas": ris(
        "AU  - Adam Smith, Karla Marks, Max Webber, Jo Haber",
        authors=["Adam Smith", "Karla Marks", "Max Webber", "Jo Haber"],
    ),
    # asreview/asreview#1416, before the file went through RefWorks again
    "authors as a list of Python": ris(
        "A1  - ['Mizen, Anja', 'Scarlet, Peter']", authors=["Mizen, Anja", "Scarlet, Peter"]
    ),
    # asreview/asreview#1416, after it did: one character a line
    "authors letter by letter": ris(
        *(f"A1  - {letter}" for letter in "['Mizen, Anja', 'Roe, C.']"), authors=["Mizen, Anja", "Roe, C."]
    ),
    # Ovid's exports of several databases, mapped wrongly: ESHackathon/CiteSource#212; here EBM Reviews, Cochrane
    # Central
    "authors of CENTRAL at Ovid": ris(
        "A1  - Hasler F, Grimberg U, Benz MA", authors=["Hasler F", "Grimberg U", "Benz MA"]
    ),
    # asreview/asreview#1005: Mendeley writes A1
    "authors in A1": ris(
        "A1  - Wong, Thea M.L.", "A1  - van de Schoor, Rens", authors=["Wong, Thea M.L.", "van de Schoor, Rens"]
    ),
    # dsifford/academic-bloggers-toolkit#557: editors are no authors
    "editors in A2": ris("AU  - Quint, A", "A2  - Editor, E", "ED  - Editor, F", authors=["Quint, A"]),
    # steelheart50/preeclampsia, citation-export (2).ris: long author lists
    "an author et al": ris("AU  - Quint, A", "AU  - et al,", authors=["Quint, A"], warned="et al"),
    # tonyhungry/Umbrella-Review, savedrecs.txt: authors of editorials
    "an author Anonymous": ris("AU  - [Anonymous]", authors=[]),
    # BharatBlade/AIML, pubmed89.txt: groups with *and* in their names
    "a group with and": ris(
        "AU  - Centers for Disease Control and Prevention,", authors=["Centers for Disease Control and Prevention,"]
    ),
    # LukasWallrich/ASySD-benchmark, 0_Ovid_search_results_3001_to_3130.ris: APA PsycInfo at Ovid without an author
    "no authorship indicated": ris("A1  - No authorship indicated", authors=[]),
    # JabRef/jabref#4816: Y2 is the date of access
    "date of access": ris("Y1  - 2005/03/22", "PY  - 2005", "Y2  - 2019/03/27", year=2005),
    # JabRef/jabref#6065: Cell Press writes the abstract twice, and the DOI into the notes as well
    "abstract twice": ris(
        "Y1  - 2016/10/19",
        "PY  - 2016",
        "N1  - doi: 10.5555/j.ex.2016.10.006",
        "N2  - ?Cells? encode.",
        "AB  - ?Cells? encode.",
        abstract="?Cells? encode.",
        doi="10.5555/j.ex.2016.10.006",
        year=2016,
    ),
    # zotero/translators#980: dates with slashes; those of the specification of 2001 end in them
    "date with slashes": ris("Y1  - 2012/05//", year=2012),
    # asreview/asreview, tests/demo_data/faulty_year.ris
    "a year that is none": ris("PY  - in press", year=None, warned="“in press”"),
    # asreview/asreview#129: byte order mark
    "byte order mark": Quirk(b"\xef\xbb\xbfTY  - JOUR\r\nTI  - One\r\nER  - \r\n", ({"title": "One"},)),
    # technosophos/LibRIS#1: the mark before the first tag; files joined by hand carry it at each seam
    "byte order mark at a seam": Quirk(
        "\ufeffTY  - JOUR\nTI  - One\nER  - \n\ufeffTY  - JOUR\nTI  - Two\nER  - \n",
        ({"title": "One"}, {"title": "Two"}),
    ),
    # asreview/asreview#992: one blank before the hyphen
    "one blank": Quirk("TY - JOUR\nTI - One\nPY - 2019\nER -\n", ({"title": "One", "year": 2019},)),
    # steelheart50/preeclampsia, citation-export (2).ris: two blanks behind the hyphen, lines of the provider between
    # records
    "two blanks": Quirk(
        'Record #1 of 1\nProvider: John Wiley & Sons, Ltd.\nContent: text/plain; charset="UTF-8"\nTY  -  JOUR\nAN  -  CN-02103801\n'
        "AU  -  Quint, A\nTI  -  One\nC3  -  PUBMED 30580501,EMBASE 625820601\nUR  -  https://www.cochranelibrary.com/central/doi/"
        "10.1002/central/CN-02103801/full\nER  -  \n",
        ({"title": "One", "pmid": "30580501", "doi": "", "accession": "CN-02103801", "database": "CENTRAL"},),
    ),
    # dsifford/academic-bloggers-toolkit#389: JabRef writes lines before the first record and blank lines in it
    "lines before and blank lines": Quirk(
        "Provider: JabRef\nDatabase: lib\n\nTY  - JOUR\n\nTI  - One\n\nAU  - Quint, A\nER  - \n",
        ({"title": "One", "authors": ["Quint, A"]},),
    ),
    # asreview/asreview#1521: Ovid puts a link and a number between records
    "links between records": Quirk(
        "1. \nTY  - JOUR\nID  - 30000101\nT1  - One\nDB  - Ovid MEDLINE(R) <2019>\nER  - \n\nLink to the Ovid Full Text or citation: "
        "https://ovidsp.ovid.com/ovidweb.cgi?T=JS&CSC=Y&NEWS=N&PAGE=fulltext&D=med16&AN=30000101\n\n2. \nTY  - JOUR\nID  - 30000102\n"
        "T1  - Two\nDB  - Ovid MEDLINE(R) <2019>\nER  - \n",
        ({"title": "One", "pmid": "30000101", "database": "MEDLINE"}, {"title": "Two", "pmid": "30000102"}),
    ),
    # zotero/translators#349: a wrapped abstract begins a line like an end
    "a wrapped line like an end": ris(
        "AB  - Tumours that were",
        "ER  - positive were frequent.",
        "PY  - 2012",
        abstract="Tumours that were ER - positive were frequent.",
        year=2012,
    ),
    # mjwestgate/synthesisr#20: the first tag of the first record is lost; here the type is not first
    "type behind the title": Quirk(
        "TI  - One\nAU  - Quint, A\nTY  - JOUR\nPY  - 2019\nER  - \n", ({"title": "One", "authors": ["Quint, A"]},)
    ),
    # JabRef/jabref, jablib/src/test/resources/org/jabref/logic/importer/fileformat/RisImporterCorrupted.ris: records
    # without a type
    "no type at all": Quirk(
        "TI  - One\nAU  - Quint, A\nER  - \nTY  - JOUR\nTI  - Two\nER  - \n", ({"title": "Two"},), problems=("TY line",)
    ),
    # zotero/translators, RIS.js, and JabRef/jabref,
    # jablib/src/test/resources/org/jabref/logic/importer/fileformat/RisImporterTestWithEmptyER.ris: M3 holds the DOI
    "DOI in M3": ris("M3  - doi: 10.5555/j.ex.2019.01.001", doi="10.5555/j.ex.2019.01.001"),
    # ESHackathon/CiteSource#109: an address with a query as DOI
    "DOI with a query": ris(
        "DO  - https://journals.example.com/doi/abs/10.5555/ex.11.0654?journalCode=ex", doi="10.5555/ex.11.0654"
    ),
    # jupyter-book/mystmd#1173, greenelab/preprint-similarity-search#39: versions of bioRxiv and medRxiv
    "DOI with a version": ris(
        "UR  - https://www.medrxiv.org/content/10.1101/2023.04.18.23288701v2.full-text",
        doi="10.1101/2023.04.18.23288701",
    ),
    # JabRef/jabref-koppor#3: percent escapes in an address
    "DOI with escapes": ris(
        "DO  - https://dx.doi.org/10.5555/0376-8716%2876%2990010-7", doi="10.5555/0376-8716(76)90010-7"
    ),
    # jgm/pandoc#1640, NaturalHistoryMuseum/scratchpads2#6197: SICI of Wiley
    "DOI with angle brackets": ris(
        "DO  - 10.1002/(SICI)1097-0258(19980815)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
        doi="10.1002/(sici)1097-0258(19980815)17:15/16<1661::aid-sim968>3.0.co;2-2",
    ),
    # JabRef/jabref#15106: the whole page range in SP
    "pages in SP": ris("SP  - 1276-1292", pages="1276-1292"),
    # elizagrames/litsearchr, inst/extdata/scopus.ris: article numbers in C7
    "article number": ris("C7  - e2115", pages="e2115"),
    # CoLRev-Environment/colrev, tests/review_manager/3_packages_search/data/trid_ris.ris: pp. before the page
    "pages with pp": ris("SP  - pp. 12", "EP  - 19", pages="12-19"),
    # camaradesuk/ASySD, tests/testthat/ris_export.txt: PubMed's AN through EndNote
    "provider NLM": ris("AN  - 30000101", "DP  - NLM", "C2  - PMC7000101", pmid="30000101", pmcid="PMC7000101"),
    # shapiromatron/hawc#963: PM
    "PMID in PM": ris("PM  - 30000101", pmid="30000101"),
    # retorquere/zotero-better-bibtex#144: Zotero keeps PubMed's number in Extra, which becomes a note
    "PMID in notes": ris(
        "N1  - Place: United States", "PMID: 30922901", "PMCID: PMC6454301", pmid="30922901", pmcid="PMC6454301"
    ),
    # asreview/asreview, tests/demo_data/ris_issue_992.txt: CINAHL's notes end in "PMID: NLM…"
    "PMID of CINAHL": ris(
        "ID  - 147887801",
        f"N1  - {NOTE}",
        "DB  - ccm",
        "DP  - EBSCOhost",
        pmid="32728701",
        accession="147887801",
        database="CINAHL",
    ),
    # asreview/asreview, tests/demo_data/proquest.ris: second numbers of other databases
    "no PMID of PTSDpubs": ris(
        "AN  - 2234567801; 51887", "DB  - PTSDpubs", "UR  - https://search.proquest.com/docview/2234567801", pmid=""
    ),
    # tonyhungry/Umbrella-Review, savedrecs.txt: UT MEDLINE:33520598
    "PMID of MEDLINE at Web of Science": ris("AN  - MEDLINE:31234501", pmid="31234501", accession="MEDLINE:31234501"),
    # nealhaddaway/citationchaser#34: no number, only the address of PubMed
    "PMID in an address": ris("UR  - https://pubmed.ncbi.nlm.nih.gov/31234501/", pmid="31234501"),
    # ESHackathon/CiteSource, vignettes/new_stage_data/medline_84.ris: notes of corrections
    "PMID of an erratum": ris("N1  - Erratum in: Lancet. 2020 Jan 4;395(10217):30. PMID: 31234501", pmid=""),
    # CrossRef/rest-api-doc#325, Future-Scholars/paperlib#204: titles with MathML
    "mark-up in titles": Quirk(
        "TY  - JOUR\nTI  - Reading <scp>NLP</scp> and <jats:italic>in vivo</jats:italic>\nER  - \n",
        ({"title": "Reading NLP and in vivo"},),
    ),
    # asreview/asreview, tests/demo_data/baseline_tag-notes.ris: soft hyphens in texts that were copied
    "soft hyphens": Quirk(
        "TY  - JOUR\nTI  - Soft\u00adhyphen and zero\u200bwidth\nER  - \n", ({"title": "Softhyphen and zerowidth"},)
    ),
    # BharatBlade/AIML, scopus2.csv
    "no abstract available": ris("AB  - [No abstract available]", abstract=""),
    # dsifford/academic-bloggers-toolkit#428: EndNote writes key words on lines of their own
    "key words on lines": ris("KW  - Child", "Leukemia", "Humans", keywords=["Child", "Leukemia", "Humans"]),
    # zotero/translators, RIS.js: unknown tags become notes there
    "an unknown tag": ris("ZZ  - verdict: yes", unknown={"ZZ": 1}),
    # MrTango/rispy#48, asreview/asreview#332: files of Windows programs
    "Windows-1252": Quirk(
        "TY  - JOUR\nTI  - Größe\nAU  - Müller, A\nER  - \n".encode("cp1252"),
        ({"title": "Größe", "authors": ["Müller, A"]},),
        warned="Windows-1252",
    ),
    # asreview/citation-file-formatting, Datasets/RIS/_baseline_rayyan.ris: decisions in the notes
    "decisions of Rayyan": ris(
        "AN  - rayyan-101",
        'N1  - RAYYAN-INCLUSION: {"Anna"=>"Included", "Ben"=>"Excluded"} | RAYYAN-EXCLUSION-REASONS: wrong population',
        accession="rayyan-101",
        decisions=(("title_abstract", "Anna", "include"), ("title_abstract", "Ben", "exclude")),
    ),
    # asreview.readthedocs.io, "Export results": labels in the notes
    "decision of ASReview": ris("N1  - ASReview_irrelevant", decisions=(("title_abstract", "consensus", "exclude"),)),
    # asreview/asreview#2117: ASReview, records that nobody saw
    "no decision of ASReview": ris("N1  - ASReview_not_seen", decisions=()),
    # BharatBlade/AIML, records.ris
    "Embase.com": Quirk(
        "TY  - JOUR\nT1  - One\nA1  - Wang, Y.\nY1  - 2019\nN2  - Abs\nJF  - Ex\nU2  - L625820601\nC5  - 30580501\nDO  - 10.5555/ex.1\n"
        "LK  - https://resolver.example.org/?id=doi:10.5555%2Fex.1&atitle=One\nER  - \n",
        ({"accession": "L625820601", "pmid": "30580501", "doi": "10.5555/ex.1", "database": "Embase"},),
    ),
    # asreview/citation-file-formatting, Datasets/RIS/_baseline_googlescholar.ris
    "title in T1 only": Quirk(
        "TY  - GEN\nT1  - One\nA1  - A Quint, C Roe\nY1  - 2019\nER  - \n",
        ({"title": "One", "authors": ["A Quint", "C Roe"]},),
    ),
    # zotero/translators, RIS.js: BT is the title of a book
    "title in BT": Quirk("TY  - BOOK\nBT  - A book\nAU  - Quint, A\nER  - \n", ({"title": "A book"},)),
    # elizagrames/litsearchr, inst/extdata/scopus.ris: blanks at the ends of lines
    "trailing blanks": Quirk("TY  - JOUR  \nTI  - One\t \nPY  - 2019 \nER  -   \n", ({"title": "One", "year": 2019},)),
    # MrTango/rispy, tests/data/example_empty_tag.ris: an empty value must not swallow the next line
    "an empty value": ris("SP  -", "PY  - 2019", pages="", year=2019),
    # JabRef/jabref#704 (IEEE Xplore): all key words in one tag
    "key words by semicolons": ris("KW  - child; leukemia; cells", keywords=["child", "leukemia", "cells"]),
    # asreview/asreview#1521: exports with a link in UR
    "Ovid with UR": Quirk(
        "TY  - JOUR\nID  - 30000101\nT1  - One\nDB  - Ovid MEDLINE(R) ALL <1946 to 2021>\nUR  - https://ovidsp.ovid.com/ovidweb.cgi"
        "?T=JS&CSC=Y&NEWS=N&PAGE=fulltext&D=medl&AN=30000101\nER  - \n",
        ({"pmid": "30000101", "database": "MEDLINE"},),
    ),
    # asreview/citation-file-formatting, Datasets/RIS/_baseline_endnote.ris: the number of a record in a library is no
    # PMID
    "number in a library": ris("ID  - 1234", "DB  - MEDLINE", pmid=""),
    # DevInnovationLab/i-h2o-living-meta, data/cochrane.csv: UTF-8 opened as Windows-1252 and saved
    "letters changed twice": Quirk(
        "TY  - JOUR\nTI  - M\u00c3\u00bcller\nER  - \n", ({"title": "M\u00c3\u00bcller"},), warned="look as if UTF-8"
    ),
}
