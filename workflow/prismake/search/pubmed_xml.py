"""PubMed XML (EFetch, the website, update files), read into record dictionaries."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.core.errors import ImportFileError
from prismake.core.records import collapse, collapse_each, normal_doi, normal_pmcid, normal_pmid
from prismake.search.decode import Limited, decode
from prismake.search.mapping import finish, year
from prismake.search.markup import plain
from prismake.search.pubmed_stream import SAFE, articles

_START = re.compile(r"<(Pubmed(?:Book)?Article)(?=[\s>])")


def pmids(data: bytes) -> list[str]:
    """The PMIDs of the records of one answer, in order; raises ``XMLSyntaxError`` if it is incomplete."""
    return [_pmid(element) for element, _ in articles(io.BytesIO(data))]


def records(stream: IO[bytes] | Limited, problems: list[str]) -> Iterator[dict[str, Any]]:
    """Record dictionaries; a record without PMID or citation adds a line to ``problems``.

    Raises ``lxml.etree.XMLSyntaxError`` where the file is broken; ``salvage`` reads the rest of such a file.
    """
    for element, lines in articles(stream):
        record = _record(element)
        if record is None:
            problems.append(
                f"line {lines + element.sourceline}: a PubMed record without citation or PMID was left out."
            )
        else:
            yield record


def salvage(data: bytes, problems: list[str], skip: int = 0) -> Iterator[dict[str, Any]]:
    """The intact records of a broken file, with one line in ``problems`` for each other one.

    The first ``skip`` are left out: those that ``records`` read before the error.
    """
    text, _ = decode(data)
    starts = [(match.start(), match.group(1)) for match in _START.finditer(text)]
    ends = [start for start, _ in starts[1:]] + [len(text)] * bool(starts)
    parser = etree.XMLParser(**SAFE)
    line, counted = 1, 0
    for (start, tag), end in list(zip(starts, ends, strict=True))[skip:]:
        line, counted = line + text.count("\n", counted, start), start
        stop = text.find(f"</{tag}>", start, end)
        if stop < 0:
            problems.append(f"line {line}: a PubMed record is cut off and was left out; export the file again.")
            continue
        try:
            element = etree.fromstring(text[start : stop + len(tag) + 3].encode(), parser)
            record = _record(element)
        except etree.XMLSyntaxError as error:
            problems.append(f"line {line}: a PubMed record is broken ({error.msg}) and was left out.")
            continue
        if record is None:
            problems.append(f"line {line}: a PubMed record without citation or PMID was left out.")
        else:
            yield record


def refuse_entities(head: bytes, where: str) -> None:
    """Raises ``ImportFileError`` for XML that declares entities: no export does, attacks do."""
    if b"<!ENTITY" in head.upper():
        raise ImportFileError("the XML declares entities of its own, which no export does.", where=where)


# --- one article ---------------------------------------------------------------------------------------------------
#
# This runs for every record of every search, so elements are looked up once by tag and texts are joined only if they
# contain mark-up.

_SEQUENCES = re.compile(r"[A-Z]{1,2}_?\d{5,6}(?:\.\d+)?$|GSE\d|PRJ|SR[APRX]|PDB")
_NO_REPORTS = {"", "Cites", "AssociatedDataset", "AssociatedPublication"}


def _first(element: Any, tag: str) -> Any:
    """The first child of that tag, or None."""
    return None if element is None else next(element.iterchildren(tag), None)


def _children(element: Any) -> dict[str, Any]:
    """The first child of each tag."""
    return {} if element is None else {child.tag: child for child in element.iterchildren(reversed=True)}


_SHORT = 60
_often = functools.lru_cache(8192)(collapse)
"""Cached ``collapse`` for short, frequent values: headings, journals, numbers, kinds of publication."""


def _inner(element: Any) -> str:
    """All text of an element without mark-up: titles contain <i>, <sub>, <mml:math>."""
    if element is None:
        return ""
    text = "".join(element.itertext()) if len(element) else element.text
    if not text or len(text) < _SHORT:
        return _often(text)
    # XML contains no other control characters, so most values need no further processing.
    if text.isascii() and not ("\n" in text or "\t" in text or "\r" in text or "  " in text or "\x7f" in text):
        return text.strip(" ")
    return collapse(text)


def _each(parent: Any, tag: str) -> list[str]:
    return [] if parent is None else [text for child in parent.iterchildren(tag) if (text := _inner(child))]


def _pmid(article: Any) -> str:
    core = article[0] if len(article) else None
    return "" if core is None else normal_pmid(core.findtext("PMID"))


def _record(article: Any) -> dict[str, Any] | None:
    parts = _children(article)
    citation = parts.get("MedlineCitation")
    outer = _children(citation)
    core = parts.get("BookDocument") if citation is None else outer.get("Article")
    inner = _children(core)
    pmid_element = inner.get("PMID") if citation is None else outer.get("PMID")
    pmid = "" if pmid_element is None else normal_pmid(pmid_element.text)
    if core is None or not pmid:
        return None
    home = inner if citation is None else outer
    types = inner.get("PublicationTypeList")
    data = parts.get("PubmedBookData" if citation is None else "PubmedData")
    numbers = _numbers(_first(data, "ArticleIdList"), inner.get("ArticleIdList"))
    record: dict[str, Any] = {
        "pmid": pmid,
        "accession": pmid,
        "database": "PubMed",
        "retracted": False,
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        "abstract": _abstract(inner.get("Abstract")),
        "language": _inner(inner.get("Language")),
        "publication_types": _each(core if types is None else types, "PublicationType"),
        "pages": _pages(inner.get("Pagination")),
        "doi": _doi(inner.get("ELocationID"), _first(inner.get("Book"), "ELocationID"))
        or normal_doi(numbers.get("doi")),
        "pmcid": normal_pmcid(numbers.get("pmc")),
        "keywords": _mesh(home.get("MeshHeadingList")) + _each(home.get("KeywordList"), "Keyword"),
        "trial_ids": _registered(inner.get("DataBankList")),
        "related_reports": _links(outer.get("CommentsCorrectionsList")),
    }
    (_book if citation is None else _journal_article)(record, core, inner)
    for column in ("title", "abstract"):
        if "<" in record[column]:  # mark-up that was entered as text
            record[column] = plain(record[column])
    return finish(record)


def _journal_article(record: dict[str, Any], core: Any, inner: dict[str, Any]) -> None:
    journal = _children(inner.get("Journal"))
    issue = _children(journal.get("JournalIssue"))
    record["title"] = _inner(inner.get("ArticleTitle")) or _inner(inner.get("VernacularTitle"))
    record["authors"] = _authors(inner.get("AuthorList"))
    record["journal"] = _inner(journal.get("Title")) or _inner(journal.get("ISOAbbreviation"))
    record["volume"] = _inner(issue.get("Volume"))
    record["issue"] = _inner(issue.get("Issue"))
    record["year"] = _year(issue.get("PubDate")) or _year(inner.get("ArticleDate"))


def _book(record: dict[str, Any], core: Any, inner: dict[str, Any]) -> None:
    book = _children(inner.get("Book"))
    chapter, title = _inner(inner.get("ArticleTitle")), _inner(book.get("BookTitle"))
    record["title"] = chapter or title
    record["journal"] = title if chapter else ""
    lists = [names for names in core.iterchildren("AuthorList") if names.get("Type") != "editors"]
    record["authors"] = [author for names in lists for author in _authors(names)]
    record["year"] = _year(book.get("PubDate"))


def _abstract(element: Any) -> str:
    parts = []
    for part in () if element is None else element.iterchildren("AbstractText"):
        text = _inner(part)
        label = part.get("Label")
        if text:
            parts.append(f"{collapse(label)}: {text}" if label and label != "UNLABELLED" else text)
    return " ".join(parts)


def _authors(names: Any) -> list[str]:
    """``Last, Fore``; a group by its name."""
    authors: list[str] = []
    for author in () if names is None else names:
        last = given = suffix = ""
        for part in author:
            tag = part.tag
            if tag == "LastName":
                last = part.text or last
            elif tag == "ForeName":
                given = part.text or given
            elif tag == "Initials":
                given = given or part.text or ""
            elif tag == "Suffix":
                suffix = part.text or ""
            elif tag == "CollectiveName":
                last = last or _inner(part)
        authors.append(_name(last, given, suffix))
    return collapse_each(authors)


def _name(last: str, given: str, suffix: str) -> str:
    if suffix:
        given = f"{given} {suffix}"
    return f"{last}, {given}" if last and given else last or given


_YEARS = {"Year", "MedlineDate"}
_often_year = functools.lru_cache(2048)(year)


def _year(date: Any) -> int | None:
    """The year of a date whose first part it is, or of ``MedlineDate`` (1998 Dec-1999 Jan)."""
    for part in () if date is None else date:
        if part.tag in _YEARS and (year := _often_year(part.text or "")):
            return year
    return None


def _pages(pagination: Any) -> str:
    parts = _children(pagination)
    stated = _inner(parts.get("MedlinePgn"))
    if stated or not parts:
        return stated
    first, last = _inner(parts.get("StartPage")), _inner(parts.get("EndPage"))
    return f"{first}-{last}" if first and last and first != last else first


def _doi(*firsts: Any) -> str:
    """The DOI among the numbers that begin with one of ``firsts``."""
    for first in firsts:
        for element in () if first is None else (first, *first.itersiblings("ELocationID")):
            if element.get("EIdType") == "doi" and element.get("ValidYN") != "N" and (doi := normal_doi(element.text)):
                return doi
    return ""


def _numbers(*lists: Any) -> dict[str, str]:
    """The identifiers of the record by type; those of papers it cites are deeper, in ``ReferenceList``."""
    by_type: dict[str, str] = {}
    for numbers in lists:
        for element in () if numbers is None else numbers:
            if element.text:
                by_type.setdefault(element.get("IdType"), element.text)
    return by_type


def _mesh(headings: Any) -> list[str]:
    return (
        []
        if headings is None
        else [text for descriptor in headings.iter("DescriptorName") if (text := _often(descriptor.text))]
    )


def _registered(banks: Any) -> list[str]:
    """Registration numbers of trials, without accession numbers of sequences and data sets in the same element."""
    return [
        number
        for bank in (() if banks is None else banks)
        for number in _each(bank.find("AccessionNumberList"), "AccessionNumber")
        if not _SEQUENCES.match(number)
    ]


def _links(corrections: Any) -> list[str]:
    links = []
    for link in () if corrections is None else corrections:
        kind = link.get("RefType") or ""
        if kind not in _NO_REPORTS:
            pmid = normal_pmid(link.findtext("PMID"))
            links.append(f"{kind}: PMID {pmid}" if pmid else f"{kind}: {_inner(link.find('RefSource'))}")
    return links
