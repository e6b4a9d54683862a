"""PMIDs, DOIs and PMC numbers outside their own fields, by the same rule for every format.

They are taken from URLs and from notes that state them explicitly (``PMID: 30922926``). A number that a note
gives for another article (*Erratum in*, *Comment on*, a reference) is never used, nor are several that differ: a wrong
identifier merges two articles, whereas a missing one does little harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prismake.core.records import normal_doi, normal_pmcid, normal_pmid

ADDRESSES = frozenset(
    (
        *("UR", "L1", "L2", "L3", "L4", "LK", "%U", "%>", "url", "urls/related-urls/url", "urls/web-urls/url"),
        *("link", "links", "plink", "doi link", "full text link", "howpublished", "web address", "article url", "US"),
        *("pubmed link", "pdf link", "landing_page_url", "primary_location.landing_page_url", "publication url"),
        "dc.identifier URI",
        *(
            "source linkout",
            "dimensions url",
            "external url",
            "fulltext url",
            "articleurl",
            "fulltexturl",
            "source url",
        ),
    )
)
"""Tags and headers that contain URLs of the article itself."""
NOTES = frozenset(
    (
        *("N1", "AN", "M1", "M2", "M3", "RN", "notes", "note", "annote", "extra", "%Z", "%M", "%<", "research-notes"),
        *(f"C{number}" for number in range(1, 9)),
        *(f"U{number}" for number in range(1, 6)),
        *(f"custom{number}" for number in range(1, 8)),
        *("accession-num", "accession number", "accession", "label", "%F", "%1", "%2", "%3", "%4", "LB"),
        *("dc.description", "dc.identifier"),
    )
)
"""Tags and headers in which people and programs write identifiers among other things."""
_OTHERS = re.compile(
    r"\b(?:comments?|commentary|errat(?:um|a)|corri?gend\w*|correct\w*|retract\w*|withdraw\w*|republish\w*|updates?|updated"
    r"|reply|replies|response|see|cites|cited|citing|citations?|references?|related|relates|relation|originals?|companion"
    r"|duplicates?|version|preprint|summary|review of|expression|concern|supplement\w*|parent|primary|protocol|earlier"
    r"|previous\w*|linked|also|published (?:in|as)|reprint\w*|translat\w*|part of|follow-?up|secondary)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(r"(?im)^\s*(?:references|cited (?:references|by))\b\s*:?.*", re.DOTALL)
# Scopus counts citations in its notes: this is no reference to another article.
_COUNT = re.compile(r"\bCited[ -]By\s*:?\s*\d+\b[;.,]?\s?|\bCitations?\s*:\s*\d+\b[;.,]?\s?", re.IGNORECASE)
_PIECES = re.compile(r"[;|]|\.\s|\.?\s+(?=(?:PMID|PMCID|DOI)\b\s*:)", re.IGNORECASE)
_STATED_PMID = re.compile(
    r"[\s(\[]*(?:PMID|PubMed(?: ID| PMID)?|MEDLINE PMID)\s*[:=]?\s*(NLM)?\s*0*([1-9]\d{0,8})(?:\.0)?[.\])\s]*"
    r"|\s*0*([1-9]\d{0,8})\s*[\[(]PMID[\])][.\s]*",
    re.IGNORECASE,
)
_STATED_PMCID = re.compile(r"\s*(?:PMC(?:ID)?\s*[:=]?\s*)?(PMC\s?\d+)(?:\.\d)?\.?\s*", re.IGNORECASE)
_STATED_DOI = re.compile(
    r"\s*doi\s*[:=]?\s*(?:https?://(?:dx\.)?doi\.org/)?(?:doi:)?\s*(10\.\d{4,9}/\S+)\s*|"
    r"\s*https?://(?:dx\.)?doi\.org/(10\.\d{4,9}/\S+)\s*",
    re.IGNORECASE,
)
_KEY = re.compile(r"\s*[A-Z][\w /()-]{1,40}:\s.*", re.DOTALL)


def complete(record: dict[str, Any], tags: Mapping[str, list[str]]) -> None:
    """Fill in missing identifiers of ``record`` from the notes and URLs among its tags."""
    if record.get("pmid") and record.get("doi") and record.get("pmcid"):
        return
    notes = [value for tag in NOTES.intersection(tags) for value in tags[tag]]
    addresses = [value for tag in ADDRESSES.intersection(tags) for value in tags[tag]]
    if not record.get("pmid"):
        stated = {number for value in notes if _may_state(value) for number in _pmids(value)}
        record["pmid"] = _only(stated) or _only(filter(None, map(_page_of_pubmed, addresses)))
    if not record.get("pmcid"):
        pmcids = {
            normal_pmcid(text) for value in notes if "pmc" in value.lower() for text in _pieces(value, _STATED_PMCID)
        }
        record["pmcid"] = _only(pmcids) or _only(normal_pmcid(url) for url in addresses if "/PMC" in url.upper())
    if not record.get("doi"):
        stated = {normal_doi(line) for value in notes if "10." in value for line in _own_lines(value, _STATED_DOI)}
        record["doi"] = _only(stated) or next(
            (doi for url in addresses if "10." in url and (doi := normal_doi(url))), ""
        )


def _only(candidates: Iterable[str]) -> str:
    """The single distinct value; "" if there is none or if values contradict each other."""
    values = set(candidates) - {""}
    return values.pop() if len(values) == 1 else ""


def _page_of_pubmed(address: str) -> str:
    return normal_pmid(address) if "/" in address or "list_uids" in address else ""


def _may_state(value: str) -> bool:
    upper = value[:100_000].upper()
    return "PMID" in upper or "PUBMED" in upper or "MEDLINE" in upper


def _own_lines(value: str, stated: re.Pattern[str] | None = None) -> Iterator[str]:
    """The lines of a note that do not refer to another article; with ``stated`` only explicit statements."""
    before = ""
    for line in _REFERENCES.sub("", _COUNT.sub("", value[:100_000])).split("\n"):
        other = _OTHERS.search(line) or (_OTHERS.search(before) and before.rstrip()[-1:] not in {".", ";"})
        if line.strip():
            before = line
        if not other and (stated is None or stated.fullmatch(line)):
            yield line


def _pieces(value: str, stated: re.Pattern[str]) -> Iterator[str]:
    """The parts of the lines of a note that are such statements, if the parts before them look like *key: value*."""
    for line in _own_lines(value):
        for piece in _PIECES.split(line):
            if stated.fullmatch(piece):
                yield piece
            elif piece.strip() and not _KEY.fullmatch(piece):
                break


def _pmids(value: str) -> Iterator[str]:
    for piece in _pieces(value, _STATED_PMID):
        if match := _STATED_PMID.fullmatch(piece):
            yield match.group(2) or match.group(3)
    # CINAHL puts its own mark before the number at the end of a line of keys.
    yield from re.findall(r"\bPMID: NLM0*(\d{1,9})\b", value)
