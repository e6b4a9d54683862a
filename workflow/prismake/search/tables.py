"""Which column means what in CSV and Excel exports: data only.

Header names are compared in lower case. ``needs`` are headers that must be there; the first table that fits is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from prismake.core.records import COLUMNS, LIST_COLUMNS
from prismake.search.known_fields import KnownHeaders
from prismake.search.mapping import Dialect


@dataclass(frozen=True)
class Table:
    """A dialect and the headers by which it is recognised."""

    needs: frozenset[str]
    dialect: Dialect


def table(needs: str, dialect: Dialect, *ignored: str) -> Table:
    """``ignored``: patterns of further headers of this exporter that are left out on purpose."""
    return Table(frozenset(needs.split("|")), replace(dialect, ignored=KnownHeaders(*ignored)))


NO_ABSTRACTS = (
    "PubMed's CSV holds no abstracts and cuts long author lists. For screening export again: Save, Format: PubMed."
)

PLAIN = {name: (name,) for name in ("title", "volume", "issue", "pages", "doi", "pmid", "abstract", "language")}
"""Columns that most tables have under their own names; a table names those that it calls otherwise."""

ANY_TABLE = Dialect(
    "table",
    "",
    "",
    {
        "doi": ("doi", "reference:doi", "url:doi"),
        "database": ("database", "source database"),
    },
    kind="other",
    ignored=KnownHeaders(),
)
"""A table that nobody in particular has made; what its headers mean follows from their names."""


EMBASE = Dialect(
    "Embase.com CSV",
    "Embase",
    "Embase.com",
    {
        **PLAIN,
        "accession": ("pui:embase-number", "embase accession id", "embase link:embase-number", "pui"),
        "title": ("title", "original title"),
        "authors": ("author names:commas",),
        "year": ("publication year", "source:year-in-brackets", "date of publication"),
        "journal": ("source title", "source:embase-journal"),
        "volume": ("volume", "source:embase-volume"),
        "issue": ("issue", "source:embase-issue"),
        "pages": ("first page~last page", "source:embase-pages"),
        "doi": ("doi", "full text link:doi"),
        "pmid": ("medline pmid",),
        "abstract": ("abstract", "original abstract"),
        "language": ("article language", "language of article"),
        "publication_types": ("publication type",),
        "keywords": (
            "author keywords:loose",
            "keywords:loose",
            "emtree drug index terms (major focus):commas",
            "emtree medical index terms (major focus):commas",
            "emtree drug index terms:commas",
            "emtree medical index terms:commas",
        ),
        "trial_ids": ("clinical trial numbers",),
        "url": ("embase link",),
    },
    ignored=KnownHeaders(),
)

WOS_TABLE = Dialect(
    "Web of Science table",
    "Web of Science",
    "Web of Science",
    {
        **PLAIN,
        "accession": ("ut (unique wos id):wos", "ut (unique id):wos"),
        "title": ("article title",),
        "authors": ("authors:semicolons", "group authors:semicolons?authors=^$", "book authors:semicolons?authors=^$"),
        "year": ("publication year", "early access date", "publication date"),
        "journal": ("source title",),
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
        "retracted": (),
    },
)
OPENALEX_OTHERS = (
    r"(?:authorships|primarylocation|locations|bestoalocation|openaccess|ids|biblio|apc|concepts|topics|primarytopic|mesh|keywords"
    r"|grants|sustainabledevelopmentgoals|countsbyyear|citedby|referenced|related|corresponding|hostvenue|indexedin|awards|funders"
    r"|is|institutions?|countries|locationscount|fulltext|hasfulltext|abstractinvertedindex|citationnormalizedpercentile"
    r"|sourceid|fwci|created|updated|relevancescore|ngrams|typecrossref|publicationdate|doiregistrationagency|datasets|versions"
    r"|displayname).*"
)

OWN = Dialect(
    "prismake CSV",
    "",
    "prismake",
    {
        **{column: (f"{column}:unguarded",) for column in COLUMNS},
        **{column: (f"{column}:unguarded-list",) for column in LIST_COLUMNS},
        **{column: (column,) for column in ("year", "doi", "pmid", "pmcid")},
    },
    kind="other",
)

TABLES = (
    table("|".join(column for column in COLUMNS if column != "pmcid"), OWN),
    table(
        "pmid|title|journal/book|create date",
        Dialect(
            "PubMed CSV",
            "PubMed",
            "PubMed",
            {
                **PLAIN,
                "accession": ("pmid",),
                "authors": ("authors:people-dotted",),
                "year": ("publication year", "citation:year"),
                "journal": ("journal/book",),
                "pmcid": ("pmcid",),
                "volume": ("citation:vancouver-volume",),
                "issue": ("citation:vancouver-issue",),
                "pages": ("citation:vancouver-pages",),
                "abstract": (),
            },
            warning=NO_ABSTRACTS,
        ),
    ),
    table(
        "pmid|author(s)|article identifier|location identifier",
        Dialect(
            "PubMed text as a workbook",
            "PubMed",
            "PubMed",
            {
                **PLAIN,
                "accession": ("pmid",),
                "title": ("title", "transliterated title"),
                "authors": ("author(s):bars", "corporate author:bars?author(s)=^$"),
                "year": ("date of publication", "source"),
                "journal": ("journal title", "journal title abbreviation"),
                "doi": ("location identifier:doi-marked", "article identifier:doi-bars", "source:doi?source=(?i:doi:)"),
                "publication_types": ("publication type:bars",),
                "keywords": ("mesh terms:bars",),
                "trial_ids": ("secondary source id",),
            },
        ),
        r"date.*|comment(?:in|on)|copyrightinformation|corrected.*|erratum.*|.*date|generalnote|publi.*|investigator.*",
        r"manuscriptidentifier|.*(?:in|of|for|from|on)|personalnameassubject|publicationhistory.*|place.*|registrynumber|owner|subset|substance.*|spaceflight.*|grant.*|gene.*|editor.*|edition|issn.*|nlm.*|volumetitle|number.*|other.*|status.*|conflict.*|copyright.*",
    ),
    table(
        "author(s)|title|source|doi|pubmed id|cochrane review group code",
        Dialect(
            "Cochrane CSV",
            "CENTRAL",
            "Cochrane Library",
            {
                **PLAIN,
                "accession": ("central id", "cochrane review id", "id"),
                "authors": ("author(s):semicolons",),
                "year": ("year",),
                "journal": ("source",),
                "pmid": ("pubmed id:pmid-pubmed", "pubmed id"),
                "publication_types": ("publication type:semicolons",),
                "keywords": ("keywords:semicolons",),
                "trial_ids": ("ctgov id", "ictrp id", "author(s)"),
                "url": ("url",),
            },
        ),
    ),
    table(
        "cochrane review id|title|source|doi",
        Dialect(
            "Cochrane Reviews CSV",
            "Cochrane Database of Systematic Reviews",
            "Cochrane Library",
            {
                **PLAIN,
                "accession": ("cochrane review id",),
                "authors": ("author(s):semicolons",),
                "year": ("year",),
                "journal": ("source",),
                "publication_types": ("publication type:semicolons",),
                "keywords": ("keywords:semicolons",),
                "url": ("url",),
            },
        ),
    ),
    table("title|author names|source", EMBASE),
    table("title|author names|publication year", EMBASE),
    table(
        "orn|ui|ti|so|au",
        Dialect(
            "Ovid CSV",
            "",
            "Ovid",
            {
                **PLAIN,
                "accession": ("ui",),
                "title": ("ti",),
                "authors": ("au:lines-dots",),
                "year": ("yr", "dp", "so:year-last"),
                "journal": ("jn", "so:ovid-journal"),
                "volume": ("vo", "so:ovid-volume"),
                "issue": ("ip", "so:ovid-issue"),
                "pages": ("pg", "so:ovid-pages"),
                "doi": ("do", "di"),
                "pmid": ("pm:pmid-first",),
                "abstract": ("ab",),
                "language": ("lg",),
                "publication_types": ("pt:lines",),
                "keywords": ("mh:lines", "kw:lines"),
                "database": ("db",),
            },
        ),
    ),
    table(
        "authors|title|source title|eid",
        Dialect(
            "Scopus CSV",
            "Scopus",
            "Scopus",
            {
                **PLAIN,
                "accession": ("eid",),
                "authors": ("authors:people",),
                "year": ("year",),
                "journal": ("source title",),
                "pages": ("page start~page end", "art. no."),
                "pmid": ("pubmed id",),
                "language": ("language of original document",),
                "publication_types": ("document type",),
                "keywords": ("author keywords:semicolons", "index keywords:semicolons"),
                "url": ("link",),
            },
        ),
        r"source",
    ),
    table(
        "article title|author|journal title|accession number|plink",
        Dialect(
            "EBSCOhost CSV",
            "",
            "EBSCOhost",
            {
                **PLAIN,
                "accession": ("accession number",),
                "title": ("article title",),
                "authors": ("author:semicolons",),
                "year": ("publication date",),
                "journal": ("journal title",),
                "pages": ("first page",),
                "publication_types": ("doctype",),
                "keywords": ("keywords:semicolons", "subjects:semicolons"),
                "url": ("plink",),
            },
        ),
    ),
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
                "authors": ("au:semicolons", "gp?au=^$", "ca?au=^$"),
                "year": ("py", "ea:year"),
                "journal": ("so",),
                "volume": ("vl",),
                "issue": ("is",),
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
        *("z[1-9]", "z[abrs]", "p[1an]", "a[fr]", "em|rid|wos", "ex|ta|tm|hy|mc|lt|d2|ed|ey|pt|dp"),
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
        *("mesh.*", "articlecitationcount", "documentidentifier", "meetingdate", "onlinedate", "issuedate"),
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
                "keywords": ("subjectterms:commas", "subjects:commas", "identifierkeywords:commas"),
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
