"""PubMed XML (EFetch, the website, update files): streamed with lxml, entities, DTDs and the network off."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO, Any

from lxml import etree

from prismake.errors import ImportFileError
from prismake.records import collapse, normal_doi, normal_pmid
from prismake.sources.decode import decode
from prismake.sources.mapping import finish, year

SAFE = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": True}
_ARTICLES = ("PubmedArticle", "PubmedBookArticle")
_START = re.compile(r"<(Pubmed(?:Book)?Article)(?=[\s>])")


def articles(stream: IO[bytes]) -> Iterator[Any]:
    """The article elements of a file one by one; each is emptied once the next is asked for.

    Raises ``lxml.etree.XMLSyntaxError`` where the file is broken.
    """
    for _, element in etree.iterparse(stream, events=("end",), tag=_ARTICLES, **SAFE):
        yield element
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]


def pmids(data: bytes) -> list[str]:
    """The PMIDs of the records of one answer, in order; raises ``XMLSyntaxError`` unless it is whole."""
    return [_pmid(element) for element in articles(io.BytesIO(data))]


def records(stream: IO[bytes], problems: list[str]) -> Iterator[dict[str, Any]]:
    """Record dictionaries; a record without PMID or citation costs one line in ``problems``.

    Raises ``lxml.etree.XMLSyntaxError`` where the file is broken; ``salvage`` reads the rest of such a file.
    """
    for element in articles(stream):
        record = _record(element)
        if record is None:
            problems.append(f"line {element.sourceline}: a PubMed record without citation or PMID was left out.")
        else:
            yield record


def salvage(data: bytes, problems: list[str]) -> Iterator[dict[str, Any]]:
    """The records of a broken file that are whole by themselves, one line in ``problems`` for each other one."""
    text, _ = decode(data)
    starts = [(found.start(), found.group(1)) for found in _START.finditer(text)]
    ends = [start for start, _ in starts[1:]] + [len(text)]
    parser = etree.XMLParser(**SAFE)
    line, counted = 1, 0
    for (start, tag), end in zip(starts, ends, strict=True):
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


def _inner(element: Any) -> str:
    """All text of an element, mark-up dropped: titles hold <i>, <sub>, <mml:math>."""
    if element is None:
        return ""
    if not len(element):
        return collapse(element.text)
    return collapse("".join(element.itertext()))


def _all(parent: Any, path: str) -> list[str]:
    return [] if parent is None else [text for element in parent.iterfind(path) if (text := _inner(element))]


def _pmid(article: Any) -> str:
    found = article.findtext("MedlineCitation/PMID") or article.findtext("BookDocument/PMID")
    return normal_pmid(found)


def _record(article: Any) -> dict[str, Any] | None:
    citation = article.find("MedlineCitation")
    core = citation.find("Article") if citation is not None else article.find("BookDocument")
    pmid = _pmid(article)
    if core is None or not pmid:
        return None
    record: dict[str, Any] = {"pmid": pmid, "accession": pmid, "database": "PubMed", "retracted": False}
    record["url"] = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    record["abstract"] = _abstract(core.find("Abstract"))
    record["language"] = _inner(core.find("Language"))
    record["publication_types"] = _all(core, "PublicationTypeList/PublicationType") or _all(core, "PublicationType")
    (_book if citation is None else _journal_article)(record, core)
    data = article.find("PubmedData" if citation is not None else "PubmedBookData")
    record["doi"] = _doi(core, data)
    home = core if citation is None else citation
    record["keywords"] = _all(home, "MeshHeadingList/MeshHeading/DescriptorName") + _all(home, "KeywordList/Keyword")
    record["trial_ids"] = [
        number
        for number in _all(core, "DataBankList/DataBank/AccessionNumberList/AccessionNumber")
        if not re.match(r"[A-Z]{1,2}_?\d{5,6}(?:\.\d+)?$|GSE\d|PRJ|SR[APRX]", number)
    ]
    record["related_reports"] = [] if citation is None else _links(citation)
    return finish(record)


def _journal_article(record: dict[str, Any], core: Any) -> None:
    journal = core.find("Journal")
    issue = None if journal is None else journal.find("JournalIssue")
    record["title"] = _inner(core.find("ArticleTitle")) or _inner(core.find("VernacularTitle"))
    record["authors"] = _authors(core.find("AuthorList"))
    record["journal"] = (
        "" if journal is None else (_inner(journal.find("Title")) or _inner(journal.find("ISOAbbreviation")))
    )
    record["volume"] = "" if issue is None else _inner(issue.find("Volume"))
    record["issue"] = "" if issue is None else _inner(issue.find("Issue"))
    record["year"] = (None if issue is None else _year(issue.find("PubDate"))) or _year(core.find("ArticleDate"))
    record["pages"] = _pages(core.find("Pagination"))


def _book(record: dict[str, Any], core: Any) -> None:
    book = core.find("Book")
    chapter = _inner(core.find("ArticleTitle"))
    title = "" if book is None else _inner(book.find("BookTitle"))
    record["title"] = chapter or title
    record["journal"] = title if chapter else ""
    record["authors"] = [
        author for names in core.iterfind("AuthorList") if names.get("Type") != "editors" for author in _authors(names)
    ]
    record["year"] = None if book is None else _year(book.find("PubDate"))
    record["pages"] = _pages(core.find("Pagination"))


def _abstract(element: Any) -> str:
    if element is None:
        return ""
    parts = []
    for part in element.iterfind("AbstractText"):
        text = _inner(part)
        label = part.get("Label")
        if text:
            parts.append(f"{collapse(label)}: {text}" if label and label != "UNLABELLED" else text)
    return " ".join(parts)


def _authors(names: Any) -> list[str]:
    found = []
    for author in () if names is None else names.iterfind("Author"):
        last = collapse(author.findtext("LastName"))
        fore = collapse(author.findtext("ForeName") or author.findtext("Initials"))
        suffix = collapse(author.findtext("Suffix"))
        given = f"{fore} {suffix}".strip()
        name = (f"{last}, {given}" if given else last) if last else _inner(author.find("CollectiveName")) or fore
        if name:
            found.append(name)
    return found


def _year(date: Any) -> int | None:
    if date is None:
        return None
    return year(date.findtext("Year") or "") or year(date.findtext("MedlineDate") or "")


def _pages(pagination: Any) -> str:
    if pagination is None:
        return ""
    whole = _inner(pagination.find("MedlinePgn"))
    if whole:
        return whole
    first, last = _inner(pagination.find("StartPage")), _inner(pagination.find("EndPage"))
    return f"{first}-{last}" if first and last and first != last else first


def _doi(core: Any, data: Any) -> str:
    """The record's own DOI; DOIs of the papers it cites stand deeper, in ``ReferenceList``."""
    for place in (core, core.find("Book")):
        for element in () if place is None else place.iterfind("ELocationID"):
            if (
                element.get("EIdType") == "doi"
                and element.get("ValidYN") != "N"
                and (found := normal_doi(element.text))
            ):
                return found
    for holder in (data, core):
        for element in () if holder is None else holder.iterfind("ArticleIdList/ArticleId"):
            if element.get("IdType") == "doi" and (found := normal_doi(element.text)):
                return found
    return ""


def _links(citation: Any) -> list[str]:
    found = []
    for link in citation.iterfind("CommentsCorrectionsList/CommentsCorrections"):
        kind = link.get("RefType") or ""
        if kind in {"", "Cites", "AssociatedDataset", "AssociatedPublication"}:
            continue
        pmid = normal_pmid(link.findtext("PMID"))
        found.append(f"{kind}: PMID {pmid}" if pmid else f"{kind}: {_inner(link.find('RefSource'))}")
    return found
