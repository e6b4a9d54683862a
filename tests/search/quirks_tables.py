"""CSV, tab-delimited and Excel exports with their quirks; the source of each stands above it, the inputs are invented."""

from __future__ import annotations

from quirk import Quirk, csv, workbook

SCOPUS = '"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Issue","Art. No.","Page start"'
SCOPUS += ',"Page end","DOI","Abstract","EID","Source"'
WOS = "PT\tAU\tAF\tTI\tSO\tAB\tPY\tVL\tIS\tBP\tEP\tAR\tDI\tPM\tUT\tDT\tLA\tDE\tID\tWC"
DIMENSIONS = "Rank,Publication ID,DOI,PMID,PMCID,Title,Abstract,Source title,PubYear,Volume,Issue,Pagination,Authors,Dimensions URL"
LENS = "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Publisher,Source Country,Author/s"
LENS += ",Abstract,Volume,Issue Number,Start Page,End Page,Fields of Study,Keywords,MeSH Terms,Source URLs,External URL,PMID,DOI"
ICTRP = "TrialID,Last Refreshed on,Public title,Scientific title,Primary sponsor,Date registration,Source Register,web address"
ICTRP += ",Recruitment Status,Study type,Condition,Intervention,results url link"
COVIDENCE = "Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Issue,Pages,Accession Number,DOI,Ref,Covidence #"
COVIDENCE += ",Study,Notes,Tags"

QUIRKS: dict[str, Quirk] = {
    # massimoaria/bibliometrix#247: Scopus of 2022
    "Scopus of 2022": csv(
        SCOPUS,
        '"Gatica, G.N., Sequeira, F.A.","","","One","2022","Ex","4","2","","11","19","10.5555/ex.1","Abs","2-s2.0-1","Scopus"',
        authors=["Gatica, G.N.", "Sequeira, F.A."],
        year=2022,
        pages="11-19",
        accession="2-s2.0-1",
    ),
    # massimoaria/bibliometrix#564: Scopus of 2025
    "Scopus of 2025": csv(
        SCOPUS,
        '"Quint A.B.; Roe C.","Quint, Anna B. (571); Roe, Carl (572)","571; 572","One","2025","Ex","4","2","e11","","","10.5555/ex.1"'
        ',"[No abstract available]","2-s2.0-1","Scopus"',
        authors=["Quint A.B.", "Roe C."],
        pages="e11",
        abstract="",
    ),
    # massimoaria/bibliometrix#215: only some columns chosen
    "Scopus with few columns": csv(
        "Authors,Title,Year,Source title,EID", "Quint A.,One,2021,Ex,2-s2.0-1", journal="Ex", database="Scopus"
    ),
    # asreview/asreview#1198: Web of Science, Excel
    "Web of Science, Excel": Quirk(
        workbook(
            (
                "Publication Type",
                "Authors",
                "Article Title",
                "Source Title",
                "Document Type",
                "Abstract",
                "Publication Year",
                "Start Page",
                "End Page",
                "Article Number",
                "DOI",
                "Pubmed Id",
                "UT (Unique WOS ID)",
                "Web of Science Record",
                "180 Day Usage Count",
            ),
            (
                "J",
                "Quint, AB; Roe, C",
                "One",
                "EXAMPLE MED",
                "Article; Early Access",
                "Abs",
                2021,
                11,
                19,
                None,
                "10.5555/ex.13",
                31234501,
                "WOS:000600000000001",
                "View Full Record in Web of Science",
                3,
            ),
        ),
        (
            {
                "title": "One",
                "authors": ["Quint, AB", "Roe, C"],
                "year": 2021,
                "pages": "11-19",
                "pmid": "31234501",
                "accession": "WOS:000600000000001",
                "database": "Web of Science",
                "publication_types": ["Article", "Early Access"],
            },
        ),
    ),
    # massimoaria/bibliometrix#339: Web of Science, tab-delimited
    "Web of Science, tab-delimited": csv(
        WOS,
        "J\tQuint, AB; Roe, C\tQuint, Anna B.; Roe, Carl\tOne\tEXAMPLE MED\tAbs\t2021\t4\t2\t11\t19\t\t10.5555/ex.14\t31234501"
        "\tWOS:000600000000002\tArticle\tEnglish\tcells; children\tRELAPSE\tOncology",
        authors=["Quint, AB", "Roe, C"],
        pages="11-19",
        pmid="31234501",
        keywords=["cells", "children", "RELAPSE"],
    ),
    # elizagrames/litsearchr#23: Web of Science for Windows writes UTF-16 (`<ff><fe>P`)
    "Web of Science, UTF-16": Quirk(
        f"{WOS}\nJ\tMüller, AB\t\tOne\tEX\t\t2021\t\t\t\t\te5\t\t\tWOS:000600000000003\t\t\t\t\t\n".encode("utf-16"),
        ({"authors": ["Müller, AB"], "pages": "e5", "accession": "WOS:000600000000003"},),
    ),
    # massimoaria/bibliometrix#155: The Lens, scholarly works
    "The Lens": csv(
        LENS,
        "001-002-003,One,2019-03-01,2019,journal article,Ex,12345678,Pub,UK,Anna Quint; Carl Roe,Abs,4,2,11,19,Medicine,cells; children"
        ",Child,https://example.org/x https://y.org,https://doi.org/10.5555/ex.1,31234501,10.5555/ex.1",
        authors=["Anna Quint", "Carl Roe"],
        year=2019,
        issue="2",
        pages="11-19",
        accession="001-002-003",
        pmid="31234501",
        database="The Lens",
    ),
    # massimoaria/bibliometrix#154: Dimensions, whose first line is about the export
    "Dimensions": Quirk(
        f'"About the data: Exported on May 01, 2024. Criteria: x."\n{DIMENSIONS}\n1,pub.111,10.5555/ex.1,31234501,PMC6450001,One,Abs,Ex,2019,4,2,11-19'
        ',"Quint, Anna; Roe, Carl",https://app.dimensions.ai/details/publication/pub.111\n',
        (
            {
                "year": 2019,
                "authors": ["Quint, Anna", "Roe, Carl"],
                "pages": "11-19",
                "accession": "pub.111",
                "pmcid": "PMC6450001",
            },
        ),
    ),
    # ourresearch/openalex-gui#11: columns of the export of the website
    "OpenAlex": csv(
        "id,doi,title,publication_year,type,primary_location.source.display_name,authorships.author.display_name,biblio.volume,biblio.first_page"
        ",biblio.last_page,ids.pmid,cited_by_count,is_retracted",
        "https://openalex.org/W111,https://doi.org/10.5555/ex.1,One,2019,article,Ex,Anna Quint|Carl Roe,4,11,19,https://pubmed.ncbi.nlm.nih.gov/31234501,3,False",
        authors=["Anna Quint", "Carl Roe"],
        accession="W111",
        doi="10.5555/ex.1",
        pmid="31234501",
        journal="Ex",
        pages="11-19",
    ),
    # bireme/db-processing#456: the fields of CSV and XML
    "ICTRP": csv(
        ICTRP,
        "ChiCTR2000012301,2024-01-01,One,A scientific title,Univ,2020-02-03,ChiCTR,http://www.chictr.org.cn/x,Recruiting,Interventional study,Leukemia"
        ",Cells,",
        title="One",
        trial_ids=["ChiCTR2000012301"],
        year=2020,
        accession="ChiCTR2000012301",
        database="WHO ICTRP",
        abstract="Scientific title: A scientific title. Condition: Leukemia. Intervention: Cells. Primary sponsor: Univ. Recruitment Status: Recruiting.",
    ),
    # partrita/clinicaltrial-watch-tigit, data/ctg-studies_B7H3.csv: columns chosen by the user
    "ClinicalTrials.gov": csv(
        "NCT Number,Study Title,Study URL,Study Status,Brief Summary,Conditions,Start Date",
        "NCT01234501,One,https://clinicaltrials.gov/study/NCT01234501,COMPLETED,Abs,A|B,2019-03",
        accession="NCT01234501",
        keywords=["A", "B"],
        year=2019,
        abstract="Abs",
    ),
    # bireme/db-processing#873: fields of the exports
    "Virtual Health Library": csv(
        "ID,Title,Authors,Source,Journal,Database,Type,Language,Publication year,Descriptor(s),Publication Country,Fulltext URL,Abstract,Entry Date"
        ",Volume number,Issue number,DOI,ISSN,Accession number",
        'lil-111,One,"Quint, A; Roe, C",Ex;4(2): 11-19,Ex,LILACS,article,en,2019,Child; Leukemia,BR,http://x.org,Abs,20190301,4,2,,,',
        authors=["Quint, A", "Roe, C"],
        database="LILACS",
        accession="lil-111",
        year=2019,
        keywords=["Child", "Leukemia"],
    ),
    # BharatBlade/AIML, pubmed89.csv: a full stop ends the list
    "PubMed": csv(
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI",
        '31234501,One,"Quint A, Roe C, Wen T.",Ex. 2019 Mar;4(2):11-19. doi: 10.5555/ex.1.,Quint A,Ex,2019,2019/03/01,PMC6450001,,10.5555/ex.1',
        authors=["Quint A", "Roe C", "Wen T"],
        pages="11-19",
        volume="4",
        issue="2",
        warned="no abstracts",
    ),
    # asreview/citation-file-formatting, Datasets/CSV/_baseline_cinahl.csv: guards against Excel
    "EBSCOhost": csv(
        "Article Title,Author,Journal Title,ISSN,Publication Date,Volume,Issue,First Page,Accession Number,DOI,Doctype,Subjects,Keywords,Abstract,PLink",
        'One,"Quint, Anna; Roe, Carl",Ex,="12345678",="20190301",4,2,11,147887801,10.5555/ex.1,Article,Child,cells,Abs,'
        "https://search.ebscohost.com/login.aspx?direct=true&db=rzh&AN=147887801",
        authors=["Quint, Anna", "Roe, Carl"],
        year=2019,
        database="CINAHL",
    ),
    # BharatBlade/AIML, embase.csv: one field a row
    "Embase.com, turned": Quirk(
        '"TITLE","One"\n"AUTHOR NAMES","Wang Y.","Guo D."\n"SOURCE TITLE","Ex"\n"PUBLICATION YEAR","2019"\n"PUI","L625820601"\n"MEDLINE PMID","31234501"\n\n'
        '"TITLE","Two"\n"AUTHOR NAMES","Li X."\n"PUI","L625820602"\n',
        (
            {"authors": ["Wang Y.", "Guo D."], "accession": "L625820601", "pmid": "31234501"},
            {"title": "Two", "authors": ["Li X."]},
        ),
    ),
    # asreview/citation-file-formatting, Datasets/CSV/_baseline_embase.csv: the search stands above the header
    "Embase.com, with its search": Quirk(
        '"SEARCH QUERY","cells:ti"\n"---------"\n\n"Title","Author Names","Source title","Publication Year","PUI"\n"One","Wang Y., Guo D.","Ex","2019","L625820601"\n',
        ({"authors": ["Wang Y.", "Guo D."], "accession": "L625820601", "database": "Embase"},),
    ),
    # steelheart50/preeclampsia, citation-export.csv
    "CENTRAL": csv(
        "CENTRAL ID,Author(s),Title,Source,Year,Abstract,Volume,Issue,Pages,Database Name,PubMed ID,Embase ID,CTgov ID,CINAHL ID,ICTRP ID,Publication Type"
        ",Keywords,DOI,URL,Cochrane Review Group Code",
        'CN-02103801,"Quint, A; Roe, C",One,Ex,2019,Abs,4,2,11‐19,Medline,PUBMED 31234501,,NCT01234501,,,Journal article,Child; Humans,10.5555/ex.1,http://x.org,HM-CANCER',
        authors=["Quint, A", "Roe, C"],
        pmid="31234501",
        trial_ids=["NCT01234501"],
        database="CENTRAL",
    ),
    # shapiromatron/hawc#963: pandas turns numbers into decimals and writes row numbers
    "numbers with a decimal": csv(
        ",title,authors,year,volume,pmid,doi",
        "0,One,Quint A,2019.0,4.0,31234501.0,10.5555/ex.1",
        "1,Two,Roe C,,,,",
        year=2019,
        volume="4",
        pmid="31234501",
    ),
    # DevInnovationLab/i-h2o-living-meta, output/lit_merged_unique.csv
    "NA of R": csv('"title","author","year","doi"', '"One","Quint A",2019,NA', doi="", year=2019),
    # https://stat.ethz.ch/R-manual/R-devel/library/base/html/make.names.html
    "headers with points": csv(
        "Article.Title,Author.s.,Publication.Year", "One,Quint A,2019", authors=["Quint A"], year=2019
    ),
    # aknutas/nails#3: Web of Science added columns without a header
    "a column without a name": csv(
        "Title,Authors,Year,", "One,Quint A,2019,note", unknown={"column 4 without a name": 1}
    ),
    # rachelnewnham/AHRO-Python, embase.csv: line breaks in cells
    "a line break in a cell": csv(
        "Title,Authors,Year,Abstract", 'One,Quint A,2019,"First\nsecond"', abstract="First second"
    ),
    # retorquere/zotero-better-bibtex#144: PubMed's number in Extra
    "Zotero": csv(
        '"Key","Item Type","Publication Year","Author","Title","Publication Title","DOI","Url","Abstract Note","Date","Pages","Issue","Volume","Extra","Manual Tags"',
        '"AB12CD34","journalArticle","2019","Quint, Anna; Roe, Carl","One","Ex","","","Abs","2019-03-01","11-19","2","4","PMID: 31234501\nPMCID: PMC6450001","a; b"',
        pmid="31234501",
        pmcid="PMC6450001",
        authors=["Quint, Anna", "Roe, Carl"],
        keywords=["a", "b"],
    ),
    # asreview/citation-file-formatting, Datasets/CSV/_baseline_covidence.csv: the state is in the name of the file,
    # which tells nothing here
    "Covidence": csv(
        COVIDENCE,
        'One,"Quint, A.; Roe, C.",Abs,2019,,Ex,4,2,11-19,,10.5555/ex.1,,#12,Quint 2019,,',
        accession="12",
        authors=["Quint, A.", "Roe, C."],
    ),
    # asreview/citation-file-formatting, Datasets/CSV/_baseline_rayyan.csv
    "Rayyan": csv(
        "key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,doi,keywords,pubmed_id,pmc_id",
        'rayyan-101,One,2019,3,1,Ex,,4,2,11-19,"Quint, A. and Roe, C.",,,,,Abs,"RAYYAN-INCLUSION: {""Anna""=>""Maybe""}",10.5555/ex.1,,31234501,PMC6450001',
        authors=["Quint, A.", "Roe, C."],
        pmid="31234501",
        decisions=(("title_abstract", "Anna", "maybe"),),
    ),
    # asreview.readthedocs.io, version 1
    "ASReview 1": csv(
        "record_id,title,authors,year,included,asreview_ranking",
        "0,One,Quint A,2019,1,1",
        "1,Two,Roe C,2019,0,2",
        "2,Three,Doe J,2019,,3",
        decisions=(("title_abstract", "consensus", "include"), ("title_abstract", "consensus", "exclude")),
    ),
    # asreview.readthedocs.io, version 2: who decided
    "ASReview 2": csv(
        "title,authors,year,asreview_label,asreview_time,asreview_note,asreview_user_name,asreview_user_email",
        "One,Quint A,2019,0,2025-01-01,off topic,Anna,a@example.org",
        decisions=(("title_abstract", "Anna", "exclude"),),
    ),
    # asreview/synergy-dataset, README.md
    "SYNERGY": csv(
        "openalex_id,title,abstract,label_included",
        "https://openalex.org/W111,One,Abs,1",
        unknown={"openalex_id": 1},
        decisions=(("title_abstract", "consensus", "include"),),
    ),
    # rachelnewnham/AHRO-Python, embase.csv: names on lines within a cell, the PMID with an address
    "Ovid": csv(
        "ORN,VN,DB,UI,PM,TI,SO,AU,YR,AB",
        '1,Ovid,Embase,2001234501,"31234501 [https://www.ncbi.nlm.nih.gov/pubmed/31234501]",One,Ex. 4(2):11-19,"Quint A.\nRoe C.",2019,Abs',
        authors=["Quint A", "Roe C"],
        pmid="31234501",
        database="Embase",
    ),
    # BharatBlade/AIML, pubmed200.csv: long lists are cut
    "PubMed, cut lists": csv(
        "PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI",
        '31234501,One,"Quint A, Roe C; et al.",Ex. 2019.,Quint A,Ex,2019,2019/03/01,,,',
        authors=["Quint A", "Roe C"],
        warned="et al",
    ),
}
