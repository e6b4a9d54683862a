"""Exports of platforms beside RIS and CSV; the source of each stands above it, the inputs are invented."""

from __future__ import annotations

from quirk import Quirk, csv, ris

EBSCO = """<rec resultID="1"><plink>https://search.ebscohost.com/login.aspx?direct=true&amp;db=c8h&amp;AN=109631401</plink>
<header shortDbName="c8h" uiTerm="109631401" longDbName="CINAHL with Full Text" uiTag="AN"><controlInfo><bkinfo/>
<jinfo><jid type="issn">12345678</jid><jtl>Ex</jtl></jinfo><pubinfo><dt year="2015" month="12" day="01">Dec2015</dt>
<vid>15</vid><iid>2</iid></pubinfo><artinfo><ui>109631401</ui><ui type="doi">10.5555/s1</ui><ui type="pmid">26296301</ui>
<ui type="other">PMC4546001</ui><ppf>817</ppf><ppct>1</ppct><tig><atl>One.</atl></tig><aug><au>Quint, Anna</au>
<au>Roe, Carl</au></aug><sug><subj type="major">Child</subj></sug><ab>Abs</ab><doctype>journal article</doctype>
</artinfo><language>English</language></controlInfo></header></rec>"""

QUIRKS: dict[str, Quirk] = {
    # knh11545/commandline4expertsearchers, test/data/Embase_citavi_r3001-3002.ovd: Ovid's export for Citavi, where volume
    # and issue stand in the citation only
    "Ovid for Citavi": Quirk(
        "<3001. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 621381801\nST  - CONFERENCE ABSTRACT\nTI  - One.\n"
        "SO  - Ex Proceedings. Conference: 2nd Conference. Spain. 12 (Supplement 3) (no pagination), 2018.\nAU  - Quint L.\n"
        "AU  - Roe B.\nIN  - (Quint) Town\n      (Roe) School\nMH  - adult\nDO  - http://dx.doi.org/10.5555/s1\nYR  - 2018\n"
        "PT  - Conference Abstract\n\n<3002. >\nVN  - Ovid Technologies\nDB  - Embase\nUI  - 621381802\nTI  - Two.\n",
        (
            {
                "authors": ["Quint L.", "Roe B."],
                "volume": "12",
                "issue": "Supplement 3",
                "journal": "Ex Proceedings",
                "doi": "10.5555/s1",
                "accession": "621381801",
                "database": "Embase",
                "year": 2018,
            },
            {"title": "Two.", "accession": "621381802"},
        ),
    ),
    # knh11545/commandline4expertsearchers, test/data/Embase_endnote_r3001-3002.cgi: abstracts with line breaks
    "Ovid for EndNote": Quirk(
        "<1. >\nVN  - Ovid Technologies\nDB  - Ovid MEDLINE(R)\nUI  - 31234501\nTI  - One.\nAB  - Background: a. \nMethod(s): b.\n",
        ({"abstract": "Background: a. Method(s): b.", "pmid": "31234501", "database": "MEDLINE"},),
    ),
    # zotero/translators, OVID Tagged.js: roles behind the names in BIOSIS Previews
    "Ovid, roles of authors": Quirk(
        "<1. >\nVN  - Ovid Technologies\nDB  - BIOSIS Previews\nAN  - PREV200400474101\nAU  - Quint, Anna B. [Author, Reprint Author;"
        " E-mail: a@example.org]\nTI  - One\nSO  - Ex. 201(2-3):327-334, November 15, 2004.\nYR  - 2004\n",
        ({"authors": ["Quint, Anna B."], "pages": "327-334", "volume": "201", "issue": "2-3"},),
    ),
    # https://eit.ebscohost.com/Services/SearchService.asmx: the XML of EBSCOhost
    "EBSCOhost XML": Quirk(
        f'<?xml version="1.0"?><records>{EBSCO}</records>',
        (
            {
                "title": "One.",
                "authors": ["Quint, Anna", "Roe, Carl"],
                "pmid": "26296301",
                "pmcid": "PMC4546001",
                "doi": "10.5555/s1",
                "year": 2015,
                "database": "CINAHL",
                "accession": "109631401",
                "keywords": ["Child"],
            },
        ),
    ),
    # the same with an element of nobody, cut off
    "EBSCOhost XML, cut off": Quirk(
        f"<records>{EBSCO.replace('<ab>', '<verdict>yes</verdict><ab>')}<rec><header shortDbName='c8h'><controlInfo>",
        ({"title": "One."},),
        unknown={"verdict": 1},
        problems=("broken from here on",),
    ),
    # https://research.ebsco.com: the columns of the new interface
    "EBSCOhost, new interface": csv(
        "an,title,abstract,contributors,source,publicationDate,coverDate,doi,docTypes,pubTypes,subjects,plink,shortDBName,longDBName,volume,issue"
        ",pageStart,pageEnd,issns,language",
        '31234501,One,Abs,"Quint, Anna; Roe, Carl",Ex,20190301,,10.5555/ex.1,Article,,Child,https://research.ebsco.com/x,cmedm,MEDLINE,4,2,11,19,,English',
        authors=["Quint, Anna", "Roe, Carl"],
        year=2019,
        pmid="31234501",
        pages="11-19",
        journal="Ex",
        database="MEDLINE",
    ),
    # r0light/cna-quality-model: SpringerLink's CSV writes the names without anything between them
    "SpringerLink": csv(
        "Item Title,Publication Title,Book Series Title,Journal Volume,Journal Issue,Item DOI,Authors,Publication Year,URL,Content Type",
        "One,Ex,,4,2,10.5555/s1-1,Anna QuintCarl McRoeLi (Lily) ZhangJ. A. O'Neil,2019,http://link.springer.com/article/10.5555/s1-1,Article",
        authors=["Anna Quint", "Carl McRoe", "Li (Lily) Zhang", "J. A. O'Neil"],
        doi="10.5555/s1-1",
        issue="2",
    ),
    # MrTango/rispy#38: Cyrillic in an encoding of its own
    "Cyrillic, Windows-1251": Quirk(
        "Title,Authors,Year\nЛечение лейкемии,Quint A,2019\n".encode("cp1251"), refused="not Western European either"
    ),
    # zotero/translators, RIS.js keeps a second value of a field that has one: titles and years that contradict each other
    "a title twice": ris("TI  - Eins", "PY  - 2019", "PY  - 2020", year=2019, warned="more than once"),
    # JabRef/jabref#6065: parts of an abstract in tags of their own
    "an abstract in parts": ris("AB  - Background: a.", "AB  - Methods: b.", abstract="Background: a. Methods: b."),
    # asreview/citation-file-formatting, Datasets/RIS/_baseline_cinahl.ris: the notice of the publisher as second abstract
    "a notice as abstract": ris(
        "N2  - Abs. [ABSTRACT FROM AUTHOR]",
        "N2  - Copyright of Ex is the property of Pub and its content may not be copied. (Copyright applies to all Abstracts.)",
        abstract="Abs. [ABSTRACT FROM AUTHOR]",
    ),
    # asreview/asreview, tests/demo_data/ris_issue_992.txt: a month alone as date
    "a month alone": ris("DA  - Feb", "PY  - 2021", year=2021),
}
