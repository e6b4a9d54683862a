"""Recognise the format of a file by its content; if it is not an export, say why and what to do."""

from __future__ import annotations

import re

from prismake.core.errors import ImportFileError

HEAD = 262_144
"""Number of characters examined; search strategies and preambles before the first record are shorter."""

EXPORTS = (
    "PubMed: Save, Format: PubMed. Embase.com: Export, RIS. Cochrane Library: Export selected citations, RIS or CSV. "
    "Ovid: Export, RIS. Scopus: Export, RIS. Web of Science: Export, RIS, Plain text or Excel. EBSCOhost and ProQuest: "
    "RIS. ICTRP: Export results to XML."
)

_ZOTERO = "In Zotero choose File, Export Library… and there Format: RIS (Zotero RDF, CSL JSON or CSV will do as well)."
_ZOTERO_RDF = ("http://www.zotero.org/namespaces/export#", "http://purl.org/net/biblio#")

_BINARY = (
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a word processor document (RTF)"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"Rar!", "an archive (RAR)"),
    (b"7z\xbc\xaf", "an archive (7z)"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"SQLite format 3", "a database file"),
)

_TEXT = (
    ("bibtex", r"(?mi)^[ \t]*@[ \t]*(?!comment|string|preamble)[a-z]+[ \t]*[{(]"),
    ("ris", r"(?m)^[ \t]*TY[ \t]{1,2}- ?"),
    ("medline", r"(?m)^(?:PMID|OWN |STAT|FAU |DCOM|EDAT|PHST)- "),
    ("wos", r"(?m)^PT [A-Z][ \t]*$|^FN (?:Clarivate|Thomson|ISI)\b.*\nVR "),
    ("cochrane_text", r"(?m)^(?:Record #\d+ of \d+\n)?ID: \S+\n(?:[A-Z]{2,3}: .*\n)+"),
    ("enw", r"(?m)^%[0AT] \S"),
    ("ovid_tagged", r"(?m)^<\d+\.? ?>[ \t]*\n[A-Z][A-Z0-9] {1,2}- |^VN {1,2}- Ovid Technologies"),
    ("ovid_text", r"(?m)^<\d+>[ \t]*\n[A-Z][A-Za-z /]+\n {2}"),
    # Records without their first line; the reader reports which.
    ("ris", r"(?m)^ER {2}- *$"),
)

_XML = (
    ("pubmed_xml", r"<(?:PubmedArticleSet|PubmedBookArticleSet|PubmedArticle|PubmedBookArticle|MedlineCitationSet)\b"),
    ("ictrp_xml", r"<Trials_downloaded_from_ICTRP\b|<Trial>\s*<(?:Internal_Number|TrialID|Export_date)\b"),
    ("revman_xml", r"<COCHRANE_REVIEW\b"),
    ("ebsco_xml", r"<rec\b[^<>]*>[\s\S]{0,2000}?<header\b[^<>]*\bshortDbName="),
    ("endnote_xml", r"(?i)<xml\s*>\s*<records\b|<records\b[\s\S]*?<(?:ref-type|titles|contributors|rec-number)\b"),
)


def binary(data: bytes, where: str) -> str:
    """``workbook`` for Excel files, "" for text; raises ``ImportFileError`` for anything that is neither."""
    if not data.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ImportFileError("the file is empty.", where=where, remedy="Export the search again.")
    if data[:4] == b"PK\x03\x04":
        if b"xl/workbook" in data or b"xl/worksheets" in data or b"spreadsheet" in data[:512]:
            return "workbook"
        raise ImportFileError(
            "this is an archive or a word processor document, not an export.",
            where=where,
            remedy="Unpack it and import the files in it one by one.",
        )
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "workbook"
    for magic, description in _BINARY:
        if data.startswith(magic):
            raise ImportFileError(f"this is {description}, not an export.", where=where, remedy=EXPORTS)
    return ""


def is_search_log(head: str) -> bool:
    """Whether this is the log of an archived search, which is in the same folder as the answers."""
    return head.startswith("{") and all(f'"{key}"' in head[:200_000] for key in ("ids", "query", "date", "files"))


def text_format(head: str, where: str) -> str:
    """The name of the format of a text file; raises ``ImportFileError`` if it cannot be imported."""
    start = head.lstrip()[:20_000]
    if re.match(r"<[A-Za-z?!]", start):
        return _xml_format(start, where)
    if start.startswith(("{", "[")) and not re.match(r"\[\s*[^\]{\[]{0,40}\]\s*$", start[:60]):
        return "json"
    # The format that matches first in the text: abstracts may contain lines that look like another format.
    first = [(match.start(), name) for name, pattern in _TEXT if (match := re.search(pattern, head))]
    if first:
        return min(first, key=lambda place: place[0])[1]
    _refuse_prose(start, where)
    return "table"


def _xml_format(start: str, where: str) -> str:
    for name, pattern in _XML:
        if re.search(pattern, start):
            return name
    if re.search(r"(?i)<html|<!doctype html|<head\b|<body\b", start):
        raise ImportFileError(
            "this is a web page, not an export: the page was saved instead of the file, or the server answered with "
            "an error page.",
            where=where,
            remedy="Use the export menu of the database instead. " + EXPORTS,
        )
    for name, description in (
        ("eSearchResult", "a list of PubMed ids"),
        ("eSummaryResult", "PubMed summaries without abstracts"),
    ):
        if f"<{name}" in start:
            raise ImportFileError(
                f"this is {description}, not the records.", where=where, remedy="In PubMed use Save, Format: PubMed."
            )
    if re.search(r"<(?:\w+:)?RDF\b", start):
        if any(vocabulary in start for vocabulary in _ZOTERO_RDF):
            return "zotero_rdf"
        raise ImportFileError("this is RDF other than Zotero's own, which is not read.", where=where, remedy=_ZOTERO)
    root = re.search(r"<([A-Za-z_][\w:.-]*)", start)
    raise ImportFileError(
        f"this XML (<{root.group(1) if root else '?'}>) is none of PubMed's, EndNote's, Zotero's, EBSCOhost's, ICTRP's "
        "or RevMan's.",
        where=where,
        remedy=EXPORTS,
    )


def _refuse_prose(start: str, where: str) -> None:
    if re.match(r"1[.:] \S", start) and re.search(r"PMID:? ?\d+|doi: ?10\.", start):
        kind = "Abstract" if start.startswith("1. ") else "Summary"
        raise ImportFileError(
            f"this is PubMed's '{kind} (text)' display, made for reading: its parts cannot be told apart safely.",
            where=where,
            remedy="In PubMed choose Save (or Send to: Citation manager), Format: PubMed, and import that file.",
        )
    if re.match(r"\d{4,9}(?:\s+\d{4,9})*\s*$", start[:2000]):
        raise ImportFileError(
            "this is a bare list of PMIDs without titles or abstracts.",
            where=where,
            remedy="In PubMed choose Save, Format: PubMed.",
        )
