"""Column definitions of tables from citation indexes and aggregators; data only."""

from __future__ import annotations

from prismake.search.mapping import Dialect
from prismake.search.tables import PLAIN, table

WOS_TABLE = Dialect(
    "Web of Science table",
    "Web of Science",
    "Web of Science",
    {
        **PLAIN,
        "accession": ("ut (unique wos id):wos", "ut (unique id):wos"),
        "title": ("article title",),
        "authors": ("authors:semicolons", "group authors:semicolons", "book authors:semicolons?authors=^$"),
        "year": ("publication year", "early access date", "publication date"),
        "journal": ("source title",),
        "issue": ("issue", "supplement:supplement"),
        "pages": ("start page~end page", "article number"),
        "pmid": ("pubmed id", "ut (unique id):wos-medline", "ut (unique wos id):wos-medline"),
        "publication_types": ("document type:semicolons",),
        "keywords": ("author keywords:semicolons", "keywords plus:semicolons", "mesh terms:semicolons"),
        "url": ("web of science record:address", "doi link"),
    },
)

OPENALEX = Dialect(
    "OpenAlex CSV",
    "OpenAlex",
    "OpenAlex",
    {
        "accession": ("id:openalex", "openalex_id:openalex"),
        "title": ("title", "display_name"),
        "authors": ("authorships.author.display_name:bars", "authorships.raw_author_name:bars", "authors:bars"),
        "year": ("publication_year", "publication_date"),
        "journal": (
            "primary_location.source.display_name",
            "locations.source.display_name",
            "host_venue.display_name",
            "source",
        ),
        "volume": ("biblio.volume",),
        "issue": ("biblio.issue",),
        "pages": ("biblio.first_page~biblio.last_page",),
        "doi": ("doi", "ids.doi"),
        "pmid": ("ids.pmid", "pmid"),
        "pmcid": ("ids.pmcid", "pmcid"),
        "abstract": ("abstract",),
        "language": ("language",),
        "publication_types": ("type",),
        "keywords": ("keywords.display_name:bars", "keywords:bars", "mesh.descriptor_name:bars"),
        "url": ("primary_location.landing_page_url:first-bar", "id"),
        "related_reports": ("is_retracted:retracted-openalex",),
    },
)
OPENALEX_OTHERS = (
    r"(?:authorships|primarylocation|locations|bestoalocation|openaccess|ids|biblio|apc|concepts|topics|primarytopic|mesh|keywords"
    r"|grants|sustainabledevelopmentgoals|countsbyyear|citedby|referenced|related|corresponding|hostvenue|indexedin|awards|funders"
    r"|is|institutions?|countries|locationscount|fulltext|hasfulltext|abstractinvertedindex|citationnormalizedpercentile"
    r"|sourceid|fwci|created|updated|relevancescore|ngrams|typecrossref|publicationdate|doiregistrationagency|datasets|versions"
    r"|displayname).*"
)

TABLES = (
    table(
        "article title|source title|ut (unique wos id)",
        WOS_TABLE,
    ),
    table("article title|source title|ut (unique id)", WOS_TABLE),
    table(
        "pt|au|ti|so",
        Dialect(
            "Web of Science tab-delimited",
            "Web of Science",
            "Web of Science",
            {
                "accession": ("ut:wos", "ut"),
                "title": ("ti",),
                "authors": ("au:semicolons", "ca:semicolons", "gp?au=^$"),
                "year": ("py", "ea:year"),
                "journal": ("so",),
                "volume": ("vl",),
                "issue": ("is", "su:supplement"),
                "pages": ("bp~ep", "ar"),
                "doi": ("di",),
                "pmid": ("pm", "ut:wos-medline"),
                "abstract": ("ab",),
                "language": ("la",),
                "publication_types": ("dt:semicolons",),
                "keywords": ("de:semicolons", "id:semicolons"),
                "url": (),
                "trial_ids": (),
            },
        ),
        *("z[1-9]", "z[abrs]", "p[1an]", "a[fr]", "em|rid|wos", "ex|ta|tm|hy|mc|lt|d2|ed|ey|pt|dp|da|se|bs"),
    ),
    table(
        "document title|publication title|authors",
        Dialect(
            "IEEE Xplore CSV",
            "IEEE Xplore",
            "IEEE Xplore",
            {
                **PLAIN,
                "accession": ("pdf link:ieee-number", "document identifier:digits"),
                "title": ("document title",),
                "authors": ("authors:semicolons",),
                "year": ("publication year", "publication date"),
                "journal": ("publication title",),
                "pages": ("start page~end page",),
                "publication_types": ("document identifier",),
                "keywords": ("author keywords:semicolons", "ieee terms:semicolons", "index terms:semicolons"),
                "url": ("pdf link",),
            },
        ),
        *(
            "mesh.*",
            "articlecitationcount",
            "documentidentifier",
            "fundinginformation",
            "meetingdate",
            "onlinedate",
            "issuedate",
        ),
    ),
    table(
        "lens id|title",
        Dialect(
            "The Lens CSV",
            "The Lens",
            "The Lens",
            {
                **PLAIN,
                "accession": ("lens id",),
                "authors": ("author/s:semicolons", "authors:semicolons"),
                "year": ("publication year", "date published"),
                "journal": ("source title",),
                "issue": ("issue number", "issue"),
                "pages": ("start page~end page",),
                "publication_types": ("publication type",),
                "keywords": ("keywords:semicolons", "mesh terms:semicolons"),
                "trial_ids": ("clinical trial ids", "abstract:trials"),
                "url": ("external url", "source urls:first-word"),
            },
        ),
        *("fieldsofstudy", "chemicals", "citedbypatent.*", "references.*", "citing.*", "openaccess.*", "mesh.*"),
    ),
    table(
        "publication id|title|pubyear",
        Dialect(
            "Dimensions CSV",
            "Dimensions",
            "Dimensions",
            {
                **PLAIN,
                "accession": ("publication id",),
                "title": ("title", "anthology title"),
                "authors": ("authors:semicolons",),
                "year": ("pubyear", "publication date"),
                "journal": ("source title", "anthology title"),
                "pages": ("pagination",),
                "pmcid": ("pmcid",),
                "publication_types": ("publication type", "document type"),
                "keywords": ("mesh terms:semicolons",),
                "url": ("dimensions url", "source linkout"),
            },
        ),
        *(".*standardized.*", ".*anzsc?r?c?.*", "rank", "supportinggrants", "units?ofassessment.*", "health.*areas.*"),
        *(
            "broadresearchareas.*",
            "cancertypes",
            "commonscientificoutline.*",
            "sourceuid",
            "(?:hrcs|rcdc|cso).*categories|uidsofsupportinggrants",
            "editors?.*",
            "clinicaltrial.*",
        ),
    ),
    table(
        "source|external_id|title",
        Dialect(
            "Europe PMC CSV",
            "Europe PMC",
            "Europe PMC",
            {
                **PLAIN,
                "accession": ("external_id",),
                "authors": ("authors:people-dotted",),
                "year": ("publication_year",),
                "journal": ("journal", "journal_title"),
                "pmid": ("pmid", "external_id:pmid?source=^MED$"),
                "pmcid": ("pmcid", "external_id:pmcid?source=^PMC$"),
            },
        ),
        *("journalissn|essn|issn", "id", "isopenaccess|inepmc|inpmc|haspdf", "citedbycount", "first.*date"),
    ),
    table(
        "id|display_name|publication_year",
        OPENALEX,
        OPENALEX_OTHERS,
    ),
    table("id|title|publication_year|authorships.author.display_name", OPENALEX, OPENALEX_OTHERS),
    table(
        "cites|authors|title|gsrank",
        Dialect(
            "Publish or Perish CSV",
            "",
            "Publish or Perish",
            {
                **PLAIN,
                "year": ("year",),
                "authors": ("authors:people",),
                "journal": ("source",),
                "pages": ("startpage~endpage",),
                "publication_types": ("type",),
                "url": ("articleurl",),
            },
            kind="other",
        ),
    ),
    table(
        "title|storeid|pubtitle",
        Dialect(
            "ProQuest table",
            "ProQuest",
            "ProQuest",
            {
                **PLAIN,
                "accession": ("storeid",),
                "authors": ("authors:people",),
                "year": ("year", "pubdate"),
                "journal": ("pubtitle",),
                "pages": ("pages", "startpage"),
                "doi": ("digitalobjectidentifier",),
                "publication_types": ("documenttype:commas", "documenttypes:commas"),
                "keywords": ("subjectterms:loose", "subjects:loose", "identifierkeywords:loose"),
                "url": ("documenturl",),
                "database": ("database",),
            },
        ),
        *(
            "alternatetitle|artsubjects|availability|coden|companies|copyright|corpauthors|documentfeatures|elecpubdate"
            "|findacopy|foundby|languageofsummary|objectsubjects|objecttypes|people|placeofpub|placesubjects|publisherxml"
            "|subjectclassifications|subjectsubjects|classification.*|entrydate|published.*|pubmedurl|geographic.*",
        ),
    ),
    table(
        "item title|publication title|item doi",
        Dialect(
            "SpringerLink CSV",
            "SpringerLink",
            "SpringerLink",
            {
                "title": ("item title",),
                "authors": ("authors:people-glued",),
                "year": ("publication year",),
                "journal": ("publication title", "book series title"),
                "volume": ("journal volume",),
                "issue": ("journal issue",),
                "doi": ("item doi", "url:doi"),
                "publication_types": ("content type",),
                "url": ("url",),
            },
        ),
    ),
    table(
        "title|contributors|publicationdate",
        Dialect(
            "EBSCOhost CSV (new interface)",
            "",
            "EBSCOhost",
            {
                **PLAIN,
                "accession": ("an",),
                "authors": ("contributors:semicolons",),
                "year": ("publicationdate", "coverdate"),
                "journal": ("source",),
                "pages": ("pagestart~pageend",),
                "pmid": ("an:pmid?shortdbname=^(?i:mdc|mdl|cmedm|mnh|med)$",),
                "publication_types": ("doctypes:semicolons", "pubtypes:semicolons"),
                "keywords": ("subjects:semicolons",),
                "url": ("plink",),
                "database": ("longdbname", "shortdbname"),
            },
        ),
        "coverdate|dbname|shortdbname|longdbname|issns|isbns|ispeerreviewed|publisher.*|physicaldesc|edition|itemtype|size|series.*|supplementaltitle",
    ),
    table(
        "title|authors|source|journal|database|descriptor(s)",
        Dialect(
            "Virtual Health Library CSV",
            "Virtual Health Library",
            "Virtual Health Library",
            {
                **PLAIN,
                "accession": ("id",),
                "authors": ("authors:semicolons",),
                "year": ("publication year", "entry date"),
                "journal": ("journal",),
                "volume": ("volume number",),
                "issue": ("issue number",),
                "pages": ("pages",),
                "publication_types": ("type:semicolons",),
                "keywords": ("descriptor(s):semicolons",),
                "url": ("fulltext url",),
                "database": ("database",),
            },
        ),
        "source|accessionnumber|pubcountry",
    ),
)
