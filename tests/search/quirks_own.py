"""Inputs of our own: what tools and people do that we know of, but for which no published source was found."""

from __future__ import annotations

import json

from quirk import Quirk, csv, ris, workbook
from quirks_other import CSL

QUIRKS: dict[str, Quirk] = {
    # ProQuest: month in words
    "date with a month in words": ris("DA  - May 2020", year=2020),
    # EBSCOhost: issues that span two months
    "date over two months": ris("Y1  - 2020/11//Nov/Dec2020", year=2020),
    # rispy: a last record without its end
    "no end": Quirk("TY  - JOUR\nTI  - One\nER  - \nTY  - JOUR\nTI  - Two\n", ({"title": "One"}, {"title": "Two"})),
    # tandfonline.com, "Save to"
    "DOI with needAccess": ris(
        "UR  - https://www.tandfonline.com/doi/pdf/10.5555/13608746.2016.1208906?needAccess=true",
        doi="10.5555/13608746.2016.1208906",
    ),
    # frontiersin.org
    "DOI with full": ris(
        "UR  - https://www.frontiersin.org/articles/10.5555/fex.2018.00256/full", doi="10.5555/fex.2018.00256"
    ),
    # Zotero, older versions
    "PMID in the accession": ris("AN  - PMID: 30922901", pmid="30922901"),
    # MEDLINE Complete at EBSCOhost
    "PMID of MEDLINE at EBSCOhost": ris(
        "AN  - 31234501",
        "DB  - mdc",
        "DP  - EBSCOhost",
        "UR  - https://search.ebscohost.com/login.aspx?direct=true&db=mdc&AN=31234501&site=ehost-live",
        pmid="31234501",
        database="MEDLINE",
    ),
    # APA PsycInfo at EBSCOhost: its numbers look like others'
    "no PMID of PsycInfo": ris("AN  - 2019-12345-001", "DB  - psyh", "DP  - EBSCOhost", pmid="", database="PsycINFO"),
    # MEDLINE at ProQuest: the second number
    "PMID of MEDLINE at ProQuest": ris(
        "AN  - 2234567801; 31234501",
        "DB  - MEDLINE(R)",
        "UR  - https://www.proquest.com/docview/2234567801/se-2",
        pmid="31234501",
        accession="2234567801",
        database="MEDLINE",
    ),
    # Scopus: references in the notes
    "DOI of a reference": ris(
        "N1  - Cited By :3", "N1  - References: Roe, C., (2010) J Ex, 1, doi: 10.5555/other", doi=""
    ),
    # ProQuest
    "not available": ris("AB  - Abstract not available.", abstract=""),
    # publishers' platforms: abstracts as HTML
    "HTML in abstracts": ris(
        "AB  - <p>Background</p><p>We asked &lt; 20 &amp; more.</p>", abstract="Background We asked < 20 & more."
    ),
    # pasted into a word processor and saved as text: every line is indented
    "indented lines": Quirk("  TY  - JOUR\n  TI  - One\n  PY  - 2019\n  ER  - \n", ({"title": "One", "year": 2019},)),
    # the same with tabs
    "tabs behind tags": Quirk("TY\t- JOUR\nTI\t- One\nER\t- \n", ({"title": "One"},)),
    # an end with a full stop ends
    "an end with a full stop": Quirk(
        "TY  - JOUR\nTI  - One\nER  - .\nTY  - JOUR\nTI  - Two\nER  - \n", ({"title": "One"}, {"title": "Two"})
    ),
    # Embase records whose names have run together
    "names run together": ris("A1  - Liu L.Moody J.Gall A.", authors=["Liu L.", "Moody J.", "Gall A."]),
    # Scopus CSV with semicolons in its first abstracts
    "semicolons in abstracts": csv(
        "Authors,Title,Year,Source title,Abstract,EID",
        f'Quint A.,One,2021,Ex,"{"; ".join(["We asked"] * 60)}",2-s2.0-1',
        year=2021,
        database="Scopus",
    ),
    # Web of Science, MEDLINE: another name of the number
    "Web of Science, MEDLINE": csv(
        "Article Title,Authors,Source Title,Publication Year,UT (Unique ID)",
        'One,"Quint, AB",Ex,2021,MEDLINE:31234501',
        pmid="31234501",
    ),
    # IEEE Xplore, export of results
    "IEEE Xplore": csv(
        '"Document Title","Authors","Author Affiliations","Publication Title","Date Added To Xplore","Publication Year","Volume","Issue","Start Page"'
        ',"End Page","Abstract","ISSN","ISBNs","DOI","PDF Link","Author Keywords","Document Identifier"',
        '"One","A. Quint; C. Roe","","Ex","2019","2019","4","2","11","19","Abs","","","10.5555/ex.48","https://ieeexplore.ieee.org/stamp/stamp.jsp?arnumber=8600001"'
        ',"cells;children","IEEE Journals"',
        authors=["A. Quint", "C. Roe"],
        year=2019,
        pages="11-19",
        journal="Ex",
        accession="8600001",
    ),
    # Europe PMC, CSV of the website
    "Europe PMC": csv(
        "SOURCE,EXTERNAL_ID,PMCID,TITLE,AUTHORS,JOURNAL,PUBLICATION_YEAR,DOI,ABSTRACT",
        'MED,31234501,PMC6450001,One,"Quint A, Roe C.",Ex,2019,10.5555/ex.1,Abs',
        authors=["Quint A", "Roe C"],
        pmid="31234501",
        pmcid="PMC6450001",
        year=2019,
    ),
    # Europe PMC: preprints have numbers of their own
    "Europe PMC, a preprint": csv(
        "SOURCE,EXTERNAL_ID,TITLE,AUTHORS,PUBLICATION_YEAR",
        'PPR,PPR12345,One,"Quint A",2019',
        pmid="",
        accession="PPR12345",
    ),
    # mjwestgate/revtools: as.data.frame
    "revtools": csv(
        "label,type,author,year,title,journal,volume,number,start_page,end_page,doi",
        'Quint_2019_Ex,JOUR,"Quint, A. and Roe, C.",2019,One,Ex,4,2,11,19,10.5555/ex.1',
        unknown={"label": 1},
        authors=["Quint, A.", "Roe, C."],
        pages="11-19",
        issue="2",
    ),
    # Publish or Perish
    "Publish or Perish": csv(
        "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,QueryDate,Type,DOI,ISSN,CitationURL,Volume,Issue,StartPage,EndPage,ECC"
        ",CitesPerYear,CitesPerAuthor,AuthorCount,Age,Abstract,FullTextURL,RelatedURL",
        '3,"A Quint, C Roe",One,2019,Ex,Pub,https://x.org,,1,2024-01-01,,,,,4,2,11,19,3,1,1,2,5,Abs,,',
        authors=["A Quint", "C Roe"],
        journal="Ex",
        pages="11-19",
    ),
    # Excel of a country with decimal commas
    "semicolons of Excel": csv(
        "Title;Authors;Year;DOI", "One;Quint, A.;2019;10.5555/ex.1", authors=["Quint, A."], doi="10.5555/ex.1"
    ),
    # Excel: the separator in a line of its own
    "sep=": Quirk("sep=;\nTitle;Authors;Year\nOne;Quint, A.;2019\n", ({"title": "One", "authors": ["Quint, A."]},)),
    # headers of databases of one's own
    "headers with underscores": csv(
        "article_title,author_names,published_year,journal_name", "One,Quint A,2019,Ex", journal="Ex", year=2019
    ),
    # a header of nobody
    "an unknown header": csv("Title,Authors,Year,RoB team", "One,Quint A,2019,blue", unknown={"rob team": 1}),
    # an unknown header without a value is named too
    "an empty header": csv("Title,Authors,Year,Arm", "One,Quint A,2019,", unknown={"arm": 0}),
    # a quotation mark is missing in a row
    "a broken row": Quirk(
        "Title,Authors,Year\nOne,Quint A,2019,x,y\nTwo,Roe C,2020\n", ({"title": "Two"},), problems=("line 2",)
    ),
    # a line of an abstract that looks like RIS
    "RIS in a cell": csv(
        "Title,Authors,Year,Abstract", 'One,Quint A,2019,"First\nTY  - JOUR\nER  - "', abstract="First TY - JOUR ER -"
    ),
    # ProQuest, XLS
    "ProQuest": csv(
        "Title,Abstract,StoreId,Authors,pubdate,pubtitle,volume,issue,pages,startPage,digitalObjectIdentifier,language,subjectTerms,documentType,database,DocumentURL,year",
        'One,Abs,2234567801,"Quint, Anna; Roe, Carl","Mar 1, 2019",Ex,4,2,11-19,11,10.5555/ex.1,English,"Child, Humans",Journal Article,APA PsycInfo®,https://www.proquest.com/x,2019',
        authors=["Quint, Anna", "Roe, Carl"],
        doi="10.5555/ex.1",
        database="PsycINFO",
        journal="Ex",
    ),
    # a table of one's own in a workbook, with notes on the sheet before
    "a workbook with a title row": Quirk(
        workbook(("Our search of May",), (), ("Title", "Authors", "Year"), ("One", "Quint A", 2019)),
        ({"title": "One", "year": 2019},),
    ),
    # EndNote XML: an element that nobody knows
    "EndNote XML, an unknown element": Quirk(
        "<xml><records><record><titles><title>One</title></titles><verdict>yes</verdict></record></records></xml>",
        ({"title": "One"},),
        unknown={"verdict": 1},
    ),
    # bibtex.org: names of groups in braces
    "BibTeX: a group": Quirk(
        "@article{a, author = {{Centers for Disease Control and Prevention} and Quint, A.}, title = {One}}",
        ({"authors": ["Centers for Disease Control and Prevention", "Quint, A."]},),
    ),
    # BibTeX: and others
    "BibTeX: and others": Quirk(
        "@article{a, title = {One}, author = {Quint, A. and others}}", ({"authors": ["Quint, A."]},)
    ),
    # BibTeX: a field of one's own
    "BibTeX: an unknown field": Quirk(
        "@article{a, title = {One}, verdict = {yes}}", ({"title": "One"},), unknown={"verdict": 1}
    ),
    # CSL-JSON with a key of nobody
    "CSL-JSON: an unknown key": Quirk(
        json.dumps([CSL | {"verdict": "yes"}]), ({"title": "One"},), unknown={"verdict": 1}
    ),
    # a JSON of something else
    "foreign JSON": Quirk('{"features": [{"type": "Feature"}]}', refused="holds no studies"),
    # Word
    "a letter": Quirk(b"PK\x03\x04word/document.xml", refused="word processor"),
    # what is no export
    "a list of people": Quirk("name,age\nAnna,30\n", refused="no header of a known export"),
    "a budget": Quirk(workbook(("Post", "Euro"), ("Travel", 100)), refused="no header of a known export"),
    # a table whose columns come twice, as joins leave them
    "two columns of one name": csv(
        "Title,Title,Authors,Year,Notes,Notes",
        "One,Eins,Quint A,2019,a,b",
        title="One",
        unknown={"title, another column": 1},
    ),
    # CSV files joined by hand: the header stands again
    "files joined": Quirk(
        "\ufeffTitle,Authors,Year\nOne,Quint A,2019\n\ufeffTitle,Authors,Year\nTwo,Roe C,2020\n",
        ({"title": "One"}, {"title": "Two"}),
        problems=("line 3: the header stands here again",),
    ),
    "files of two kinds joined": Quirk(
        "Title,Authors,Year\nOne,Quint A,2019\nAuthors,Title,Year,Source title,DOI,EID\nRoe C,Two,2020,Ex,10.5555/a,2-s2.0-1\n",
        refused="another header begins in line 3",
    ),
    # Excel for Mac saves CSV in Mac Roman, with its line ends
    "Mac Roman": Quirk(
        'Title;Authors;Year\r"Größe — naïve";Müller, A;2019\r'.encode("mac_roman"),
        ({"title": "Größe — naïve", "authors": ["Müller, A"]},),
        warned="Mac Roman",
    ),
    # other scripts in encodings of their own
    "Chinese, GB 18030": Quirk(
        "TY  - JOUR\nTI  - 嵌合抗原受体\nER  - \n".encode("gb18030"), refused="not Western European either"
    ),
    # a list as numpy and R print it
    "authors as an array": ris("AU  - ['O'Neil, J' 'Roe, C']", authors=["O'Neil, J", "Roe, C"]),
    "authors as a vector of R": ris('AU  - c("Quint, A", "Roe, C")', authors=["Quint, A", "Roe, C"]),
    # separators of Chinese and Japanese lists
    "authors by full-width commas": ris("AU  - 王伟，李娜", authors=["王伟", "李娜"]),
    # footnotes and numbers of people beside the names
    "authors with footnotes": ris(
        "AU  - Quint A<sup>1,2</sup>; Roe C (0000-0002-1825-0097)", authors=["Quint A", "Roe C"]
    ),
    # a path of the publisher and a query behind it
    "DOI with a path and a query": ris(
        "UR  - https://www.degruyter.com/document/doi/10.5555/ex-2019-0001/pdf?licenseType=free",
        doi="10.5555/ex-2019-0001",
    ),
    # M3 may hold the DOI, which is no type of publication
    "a DOI as type": ris("M3  - doi:10.5555/ex.1", doi="10.5555/ex.1", publication_types=["JOUR"]),
    # ScienceDirect: T2 is the title of a special issue
    "a special issue": ris(
        "JO  - Ex",
        "T2  - A special issue",
        "UR  - https://www.sciencedirect.com/science/article/pii/S1",
        journal="Ex",
    ),
    # Web of Science: a search without hits still writes its first lines
    "Web of Science, nothing found": Quirk(
        "FN Clarivate Analytics Web of Science\nVR 1.0\nEF\n", refused="holds no records"
    ),
    # Web of Science: groups beside people, supplements without an issue
    "Web of Science, groups and supplements": Quirk(
        "PT J\nAU Quint, AB\nCA Example Grp\nTI One\nVL 142\nSU 1\nBP 4812\nUT WOS:000600000000001\nER\n",
        ({"authors": ["Quint, AB", "Example Grp"], "issue": "Suppl 1"},),
    ),
    # EndNote tagged: the database is named, its number is the PMID
    "EndNote tagged, PubMed by name": Quirk(
        "%0 Journal Article\n%T One\n%M 31234501\n%~ PubMed\n", ({"pmid": "31234501"},)
    ),
    "EndNote tagged, another database": Quirk("%0 Journal Article\n%T One\n%M 31234501\n%~ Embase\n", ({"pmid": ""},)),
    # biblatex: the PMID as an electronic reprint; other reprints have numbers of their own
    "BibTeX: PMID as eprint": Quirk(
        "@article{a, title = {One}, eprint = {31234501}, eprinttype = {pubmed}}", ({"pmid": "31234501"},)
    ),
    "BibTeX: another eprint": Quirk(
        "@article{a, title = {One}, eprint = {1234.5678}, eprinttype = {arxiv}}", ({"pmid": ""},)
    ),
    # OpenAlex marks retracted works in its tables as well
    "OpenAlex table, retracted": csv(
        "id,title,publication_year,authorships.author.display_name,is_retracted",
        "https://openalex.org/W111,One,2019,Anna Quint,True",
        retracted=True,
    ),
    # Tables of German teams
    "German headings": csv(
        "Titel;Autor*innen;Jahr;Zeitschrift;Zusammenfassung",
        "Eins;Quint, A.;2019;Lunge;Wir fragten.",
        authors=["Quint, A."],
        year=2019,
        abstract="Wir fragten.",
    ),
    # BibTeX of ACM: the number of the article in a field of its own
    "BibTeX: article number": Quirk("@article{a, title = {One}, articleno = {12}}", ({"pages": "12"},)),
    # XML with the root of EndNote's, of somebody else
    "foreign XML": Quirk(
        "<?xml version='1.0'?><records><record><itemtitle>One</itemtitle></record></records>", refused="this XML"
    ),
}
