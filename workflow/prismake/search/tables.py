"""Column definitions of CSV and Excel exports; data only.

Header names are compared in lower case. ``needs`` are required headers; the first table that fits is used.
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
    """``ignored``: patterns of further headers of this exporter that are deliberately ignored."""
    return Table(frozenset(needs.split("|")), replace(dialect, ignored=KnownHeaders(*ignored)))


NO_ABSTRACTS = (
    "PubMed's CSV holds no abstracts and cuts long author lists. For screening export again: Save, Format: PubMed."
)

PLAIN = {name: (name,) for name in ("title", "volume", "issue", "pages", "doi", "pmid", "abstract", "language")}
"""Columns that most tables name in the usual way; a table lists only those it names differently."""

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
"""A table of unknown origin, whose headers are interpreted by their names."""


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
)
