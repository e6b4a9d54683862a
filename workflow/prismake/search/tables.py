"""Which column means what in CSV and Excel exports: data only.

Header names are compared in lower case. ``needs`` are headers that must be there; the first table that fits is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from prismake.core.records import COLUMNS, LIST_COLUMNS
from prismake.search.mapping import Dialect


@dataclass(frozen=True)
class Table:
    """A dialect and the headers by which it is recognised."""

    needs: frozenset[str]
    dialect: Dialect


def _table(needs: str, dialect: Dialect) -> Table:
    return Table(frozenset(needs.split("|")), dialect)


NO_ABSTRACTS = (
    "PubMed's CSV holds no abstracts and cuts long author lists. For screening export again: Save, Format: PubMed."
)

_PLAIN = {name: (name,) for name in ("title", "volume", "issue", "pages", "doi", "pmid", "abstract", "language")}
"""Columns that most tables have under their own names; a table names those that it calls otherwise."""


EMBASE = Dialect(
    "Embase.com CSV",
    "Embase",
    "Embase.com",
    {
        **_PLAIN,
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
    _table("|".join(column for column in COLUMNS if column != "pmcid"), OWN),
    _table(
        "pmid|title|journal/book|create date",
        Dialect(
            "PubMed CSV",
            "PubMed",
            "PubMed",
            {
                **_PLAIN,
                "accession": ("pmid",),
                "authors": ("authors:people-dotted",),
                "year": ("publication year", "citation:year"),
                "journal": ("journal/book",),
                "pmcid": ("pmcid",),
                "volume": ("citation:vancouver-volume",),
                "issue": ("citation:vancouver-issue",),
                "pages": ("citation:vancouver-pages",),
            },
            warning=NO_ABSTRACTS,
        ),
    ),
    _table(
        "pmid|author(s)|article identifier|location identifier",
        Dialect(
            "PubMed text as a workbook",
            "PubMed",
            "PubMed",
            {
                **_PLAIN,
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
    ),
    _table(
        "author(s)|title|source|doi|pubmed id|cochrane review group code",
        Dialect(
            "Cochrane CSV",
            "CENTRAL",
            "Cochrane Library",
            {
                **_PLAIN,
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
    _table(
        "cochrane review id|title|source|doi",
        Dialect(
            "Cochrane Reviews CSV",
            "Cochrane Database of Systematic Reviews",
            "Cochrane Library",
            {
                **_PLAIN,
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
    _table("title|author names|source", EMBASE),
    _table("title|author names|publication year", EMBASE),
    _table(
        "orn|ui|ti|so|au",
        Dialect(
            "Ovid CSV",
            "",
            "Ovid",
            {
                **_PLAIN,
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
    _table(
        "authors|title|source title|eid",
        Dialect(
            "Scopus CSV",
            "Scopus",
            "Scopus",
            {
                **_PLAIN,
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
    ),
    _table(
        "article title|author|journal title|accession number|plink",
        Dialect(
            "EBSCOhost CSV",
            "",
            "EBSCOhost",
            {
                **_PLAIN,
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
    _table(
        "key|item type|publication title|abstract note",
        Dialect(
            "Zotero CSV",
            "",
            "Zotero",
            {
                **_PLAIN,
                "authors": ("author:semicolons",),
                "year": ("publication year", "date"),
                "journal": ("publication title", "journal abbreviation"),
                "doi": ("doi", "url:doi"),
                "pmid": ("extra:pmid-line",),
                "abstract": ("abstract note",),
                "publication_types": ("item type",),
                "keywords": ("manual tags:semicolons", "automatic tags:semicolons"),
                "url": ("url",),
                "database": ("archive",),
            },
            kind="other",
        ),
    ),
    _table(
        "title|authors|covidence #",
        Dialect(
            "Covidence CSV",
            "",
            "Covidence",
            {
                **_PLAIN,
                "accession": ("covidence #:covidence",),
                "authors": ("authors:people",),
                "year": ("published year",),
                "journal": ("journal",),
                "keywords": (),
            },
            kind="other",
        ),
    ),
    _table(
        "key|title|authors|journal|abstract|notes",
        Dialect(
            "Rayyan CSV",
            "",
            "Rayyan",
            {
                **_PLAIN,
                "accession": ("key",),
                "authors": ("authors:people",),
                "year": ("year",),
                "journal": ("journal",),
                "doi": ("doi", "url:doi"),
                "pmid": ("pubmed_id",),
                "keywords": ("keywords:semicolons",),
                "url": ("url:first-word",),
            },
            kind="other",
        ),
    ),
    _table(
        "nct number|study title",
        Dialect(
            "ClinicalTrials.gov CSV",
            "ClinicalTrials.gov",
            "ClinicalTrials.gov",
            {
                **_PLAIN,
                "accession": ("nct number",),
                "title": ("study title",),
                "year": ("start date", "study first submitted", "first posted"),
                "abstract": ("brief summary",),
                "publication_types": ("study type",),
                "keywords": ("conditions:bars", "interventions:bars"),
                "trial_ids": ("nct number", "other ids"),
                "url": ("study url",),
            },
            kind="register",
        ),
    ),
    _table(
        "nct number|title|status",
        Dialect(
            "ClinicalTrials.gov CSV (old site)",
            "ClinicalTrials.gov",
            "ClinicalTrials.gov",
            {
                **_PLAIN,
                "accession": ("nct number",),
                "year": ("start date", "first posted"),
                "publication_types": ("study type",),
                "keywords": ("conditions:bars", "interventions:bars"),
                "trial_ids": ("nct number", "other ids"),
                "url": ("url",),
            },
            kind="register",
        ),
    ),
    _table(
        "title",
        Dialect(
            "table",
            "",
            "",
            {
                **_PLAIN,
                "accession": ("accession", "accession number"),
                "authors": ("authors:people", "author:people", "author names:people"),
                "year": ("year", "publication year", "published year", "publication_year", "study year", "date"),
                "journal": ("journal", "journal title", "source title", "publication title", "secondary_title"),
                "issue": ("issue", "number"),
                "pages": ("pages", "start page~end page"),
                "doi": ("doi", "reference:doi", "url:doi"),
                "pmid": ("pmid", "pubmed id", "pubmed_id", "pubmed"),
                "pmcid": ("pmcid", "pmc id", "pmc"),
                "abstract": ("abstract", "abstract note"),
                "publication_types": ("publication type", "publication_types:semicolons", "type", "document type"),
                "keywords": ("keywords:loose", "author keywords:loose"),
                "url": ("url", "link"),
                "database": ("database", "source database"),
            },
            kind="other",
        ),
    ),
)
