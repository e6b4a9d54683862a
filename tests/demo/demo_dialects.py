"""Citations written down as PubMed, Embase.com, the Cochrane Library and a reference manager export them.

Each dialect may leave a fact out or spell it its own way; none adds one. What differs between databases here
differs in real exports: initials with and without full stops, full and short journal names, page ranges cut
short, missing DOIs, accents dropped, lower case after a colon, hyphens as U+2010.
"""

from __future__ import annotations

import re
import unicodedata
from xml.sax.saxutils import escape

from demo_citations import authors, pages, share, short_pages

Citation = dict[str, str]

PUBMED_TYPES = {
    "journal article": (("D016428", "Journal Article"),),
    "author manuscript": (("D016428", "Journal Article"),),
    "epub ahead of print": (("D016428", "Journal Article"),),
    "cost-effectiveness analysis": (("D016428", "Journal Article"),),
    "review": (("D016428", "Journal Article"), ("D016454", "Review")),
    "systematic review": (("D016428", "Journal Article"), ("D000078182", "Systematic Review")),
    "case report": (("D016428", "Journal Article"), ("D002363", "Case Reports")),
    "guideline": (("D016428", "Journal Article"), ("D016431", "Guideline")),
    "editorial": (("D016421", "Editorial"),),
    "letter": (("D016422", "Letter"),),
    "published erratum": (("D016425", "Published Erratum"),),
}
EMBASE_TYPES = {
    "review": "Review",
    "systematic review": "Review",
    "conference abstract": "Conference Abstract",
    "preprint": "Preprint",
    "editorial": "Editorial",
    "letter": "Letter",
    "published erratum": "Erratum",
    "news": "Note",
    "retraction notice": "Note",
}
COCHRANE_COLUMNS = (
    *("CENTRAL ID", "Author(s)", "Title", "Source", "Year", "Abstract", "Volume", "Issue", "Pages", "Database Name"),
    *("PubMed ID", "Embase ID", "CTgov ID", "CINAHL ID", "ICTRP ID", "Publication Type", "Keywords", "DOI", "URL"),
    "Cochrane Review Group Code",
)
COCHRANE_TYPES = {
    "registry entry": "Trial registry record",
    "conference abstract": "Journal article; Conference proceeding",
}
# Words of journal titles that keep their capital where the Cochrane Library writes the rest small.
_PROPER = frozenset({"England", "American", "British", "European", "Indian", "United", "States", "America", "BioMed"})
# Words that short journal names do not cut.
_WHOLE = frozenset(
    {"Allergy", "Blood", "Bone", "Cancer", "Drug", "Indian", "Insight", "Lancet", "Marrow", "Options", "Pure"}
)
_NO_JOURNAL = frozenset({"ClinicalTrials.gov", "Clinical trial listing", "NCI clinical trials search"})

XML_HEAD = (
    '<?xml version="1.0" ?>\n<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" '
    '"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">\n<PubmedArticleSet>\n'
)
XML_TAIL = "</PubmedArticleSet>\n"


def pubmed_xml(row: Citation, errata: list[Citation]) -> str:
    """One ``PubmedArticle`` as EFetch gives it, on one line, in the order of the DTD."""
    article = (
        _journal_xml(row),
        _tag("ArticleTitle", _stopped(row["title"])),
        _pagination_xml(row),
        _location_xml(row),
        _authors_xml(row),
        _databank_xml(row),
        _types_xml(row),
        _electronic_xml(row),
    )
    model = "Print-Electronic" if row.get("print_year") else "Print"
    medline = _tag("MedlineTA", row["journal_abbrev"].replace(".", ""))
    citation = (
        f'<PMID Version="1">{row["pmid"]}</PMID><Article PubModel="{model}">{"".join(article)}</Article>'
        f"<MedlineJournalInfo>{medline}</MedlineJournalInfo>{_errata_xml(errata)}"
    )
    ids = f'<ArticleId IdType="pubmed">{row["pmid"]}</ArticleId>'
    if row["doi"]:
        ids += f'<ArticleId IdType="doi">{escape(row["doi"])}</ArticleId>'
    return (
        f'<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM">{citation}</MedlineCitation><PubmedData>'
        f"<PublicationStatus>ppublish</PublicationStatus><ArticleIdList>{ids}</ArticleIdList></PubmedData>"
        "</PubmedArticle>\n"
    )


def embase_ris(row: Citation) -> str:
    """One record of an Embase.com RIS export.

    Accession numbers are unknown: ``U2`` is left out, and the address of the record ends before its number.
    """
    key = row["key"]
    first, last = pages(row)
    doi = row["doi"] if share(key, "embase doi") >= 0.15 else ""
    pmid = row["pmid"] if share(key, "embase pmid") >= 0.2 else ""
    short_only = bool(row["journal_abbrev"]) and share(key, "embase journal") < 0.3
    lines = [
        ("TY", "JOUR"),
        ("M3", EMBASE_TYPES.get(row["publication_type"], "Article")),
        ("Y1", row["year"]),
        ("VL", row["volume"]),
        ("IS", row["issue"]),
        ("SP", first),
        ("EP", last),
        ("JF", "" if short_only else row["journal"]),
        ("JO", _dotted(row["journal_abbrev"])),
        ("UR", "https://www.embase.com/search/results?subaction=viewrecord&from=export"),
        ("C5", pmid),
        ("DB", "Embase"),
        ("DB", "Medline" if pmid else ""),
        ("L2", f"http://dx.doi.org/{doi}" if doi else ""),
        ("DO", doi),
        *(("A1", _comma(_plain(surname), _stops(_plain(initials)))) for surname, initials in authors(row)),
        ("T1", _erratum(row["title"])),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines if value) + "ER  - \n\n"


def cochrane_row(row: Citation) -> dict[str, str]:
    """One row of a Cochrane Library CSV export. CENTRAL and Embase numbers are unknown and left out."""
    key = row["key"]
    first, last = pages(row)
    trial = row["nct"] if row["publication_type"] == "registry entry" else ""
    people = "; ".join(_comma(_plain(surname), initials) for surname, initials in authors(row))
    short = short_pages(first, last) if share(key, "cochrane pages") < 0.3 else row["pages"]
    pmid = row["pmid"] if share(key, "cochrane pmid") >= 0.2 else ""
    return {
        "Author(s)": f"{trial}," if trial else people,
        "Title": _cochrane_title(row["title"]),
        "Source": _cochrane_journal(row),
        "Year": row["year"],
        "Volume": row["volume"],
        "Issue": row["issue"],
        "Pages": _hyphens(short),
        "Database Name": "Cochrane Central Register of Controlled Trials (CENTRAL)",
        "PubMed ID": f"PUBMED {pmid}" if pmid else "",
        "CTgov ID": f"CTgov {trial}" if trial else "",
        "Publication Type": COCHRANE_TYPES.get(row["publication_type"], "Journal article"),
        "DOI": row["doi"] if share(key, "cochrane doi") >= 0.25 else "",
    }


def plain_ris(row: Citation) -> str:
    """One record as a reference manager writes it."""
    first, last = pages(row)
    lines = [
        ("TY", "JOUR"),
        *(("AU", _comma(surname, _stops(initials))) for surname, initials in authors(row)),
        ("TI", row["title"]),
        ("JO", row["journal"]),
        ("PY", row["year"]),
        ("VL", row["volume"]),
        ("IS", row["issue"]),
        ("SP", first),
        ("EP", last),
        ("DO", row["doi"]),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in lines if value) + "ER  - \n\n"


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _journal_xml(row: Citation) -> str:
    issue = (
        _tag("Volume", row["volume"])
        + _tag("Issue", row["issue"])
        + f"<PubDate>{_tag('Year', row.get('print_year') or row['year'])}</PubDate>"
    )
    names = _tag("Title", row["journal"]) + _tag("ISOAbbreviation", row["journal_abbrev"].replace(".", ""))
    return f'<Journal><JournalIssue CitedMedium="Internet">{issue}</JournalIssue>{names}</Journal>'


def _electronic_xml(row: Citation) -> str:
    """Where the citation has the e-pub year beside the print volume, PubMed knows both years."""
    if not row.get("print_year"):
        return ""
    return f'<ArticleDate DateType="Electronic">{_tag("Year", row["year"])}</ArticleDate>'


def _pagination_xml(row: Citation) -> str:
    first, last = pages(row)
    if not first:
        return ""
    if share(row["key"], "pubmed pages") < 0.25:
        return f"<Pagination>{_tag('MedlinePgn', short_pages(first, last))}</Pagination>"
    return (
        f"<Pagination>{_tag('StartPage', first)}{_tag('EndPage', last)}{_tag('MedlinePgn', row['pages'])}</Pagination>"
    )


def _location_xml(row: Citation) -> str:
    # Older records have the DOI in the list of article ids only.
    if not row["doi"] or share(row["key"], "pubmed location") < 0.3:
        return ""
    return f'<ELocationID EIdType="doi" ValidYN="Y">{escape(row["doi"])}</ELocationID>'


def _authors_xml(row: Citation) -> str:
    names = "".join(
        f'<Author ValidYN="Y">{_tag("LastName", surname)}'
        f"{_tag('ForeName', ' '.join(initials.replace('-', '')))}{_tag('Initials', initials.replace('-', ''))}</Author>"
        for surname, initials in authors(row)
    )
    complete = "Y" if row["authors_complete"] == "true" else "N"
    return f'<AuthorList CompleteYN="{complete}">{names}</AuthorList>' if names else ""


def _databank_xml(row: Citation) -> str:
    if not row["nct"]:
        return ""
    numbers = f"<AccessionNumberList>{_tag('AccessionNumber', row['nct'])}</AccessionNumberList>"
    return (
        '<DataBankList CompleteYN="Y"><DataBank><DataBankName>ClinicalTrials.gov</DataBankName>'
        f"{numbers}</DataBank></DataBankList>"
    )


def _types_xml(row: Citation) -> str:
    types = PUBMED_TYPES[row["publication_type"]]
    return (
        "<PublicationTypeList>"
        + "".join(f'<PublicationType UI="{code}">{name}</PublicationType>' for code, name in types)
        + "</PublicationTypeList>"
    )


def _errata_xml(errata: list[Citation]) -> str:
    links = "".join(
        '<CommentsCorrections RefType="ErratumIn">'
        + _tag("RefSource", f"{row['journal_abbrev']}. {row['year']};{row['volume']}({row['issue']}):{row['pages']}")
        + "</CommentsCorrections>"
        for row in errata
    )
    return f"<CommentsCorrectionsList>{links}</CommentsCorrectionsList>" if links else ""


def _stopped(title: str) -> str:
    return title if title.endswith((".", "?", "!")) else f"{title}."


def _erratum(title: str) -> str:
    return title.replace("[Published correction] ", "Erratum: ")


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _comma(surname: str, initials: str) -> str:
    return f"{surname}, {initials}" if initials else surname


def _stops(initials: str) -> str:
    return re.sub(r"([^\W\d_])", r"\1.", initials)


def _dotted(journal: str) -> str:
    """A short journal name with full stops: ``N. Engl. J. Med.``; names of one word and whole words stay."""
    if "." in journal or " " not in journal:
        return journal
    return " ".join(
        word if word in _WHOLE or (word.isupper() and len(word) > 1) else f"{word}." for word in journal.split()
    )


def _hyphens(text: str) -> str:
    return text.replace("-", "‐")


def _cochrane_title(title: str) -> str:
    """Hyphens as U+2010, and the first letter of a subtitle in lower case unless a capital follows it."""
    lowered = re.sub(r"(?<=: )([A-Z])(?=[a-z ])", lambda match: match.group(1).lower(), _erratum(title))
    return _hyphens(lowered)


def _cochrane_journal(row: Citation) -> str:
    name = row["journal"]
    if name in _NO_JOURNAL or not name:
        trial = row["nct"] if row["publication_type"] == "registry entry" else ""
        return f"https://clinicaltrials.gov/study/{trial}" if trial else row["journal_abbrev"]
    words = name.split()
    return " ".join([words[0], *(word if word in _PROPER or word.isupper() else word.lower() for word in words[1:])])
