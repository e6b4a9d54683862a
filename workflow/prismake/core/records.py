"""The record table: its columns, identifiers and normal forms.

One row is one record as a database gave it. Missing text is the empty string, a missing year is
``<NA>``, lists are Python lists (empty when nothing is known): a missing value is never guessed.
"""

from __future__ import annotations

import gc
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from prismake.core.names import RECORD_ID

if TYPE_CHECKING:
    import pandas as pd

TEXT_COLUMNS = (
    RECORD_ID,
    "source",
    "database",
    "accession",
    "title",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "pmcid",
    "abstract",
    "language",
    "url",
)
LIST_COLUMNS = ("authors", "publication_types", "keywords", "trial_ids", "related_reports")
COLUMNS = (
    RECORD_ID,
    "source",
    "database",
    "accession",
    "title",
    "authors",
    "year",
    "journal",
    "volume",
    "issue",
    "pages",
    "doi",
    "pmid",
    "pmcid",
    "abstract",
    "language",
    "publication_types",
    "keywords",
    "trial_ids",
    "url",
    "retracted",
    "related_reports",
)

_DOI = re.compile(r"10\.\d{4,9}/\S+", re.IGNORECASE)
_PLAIN_DOI = re.compile(r"10\.(?!1101/|64898/|1093/|1158/|1182/|1002/central/)\d{4,9}/[A-Za-z0-9._-]{0,100}\d")
"""Most DOIs: nothing stands around them that would have to be taken away, which takes longer to find out."""
# What URLs and badly cut exports append to a DOI: a query, a view of the publisher's page, a file name, another
# identifier.
_BEHIND_DOI = re.compile(
    r"[?#].*|&(?:amp;)?\w+=.*|;jsessionid=.*|[;,|](?:https?:|doi:|10\.\d{4}).*|\[(?:doi|pii)\].*|<[/a-z].*"
    r"|/(?:abstract|abs|full|full[-_]?text|pdf|pdfdirect|pdfplus|epdf|epub|html?|meta|summary|references|citedby|suppl"
    r"|suppl_file|supplementary[^/]*|supporting-information|-)(?:[/.].*)?$|/(?:tables?|figures?)/\d+.*"
    r"|(?:\.(?:full|abstract|short|long|e?pdf|full-text|html?|epub)(?:\+html)?)+$"
)
_BEHIND_PREPRINT = re.compile(r"(?<=\d)v\d{1,2}(?:\..*)?$")
"""bioRxiv and medRxiv append the version of a preprint, which is not part of its DOI."""
_BEHIND_OUP = re.compile(r"^(10\.1093/[^/]+/[^/]+|10\.1158/[^/]+|10\.1182/[^/]+)/\d{4,}(?:/.*)?$")
"""Oxford University Press, AACR and ASH append a file number."""
_PMCID = re.compile(r"\bPMC0*([1-9]\d{0,9})(?!\d)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufeff\ud800-\udfff]+")
# Soft hyphens, zero-width spaces and direction marks are invisible but split words. Joiners are kept between letters of
# scripts that need them.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+|(?<![\u0600-\u0dff])[\u200c\u200d]+"
)
_NOT_ACCESSION = re.compile(r"[^\w.:()+-]+")
_NOT_WORD = re.compile(r"[\W_]+")
# the same for ASCII text, much faster: keep lower-case letters and digits, replace the rest by a blank
_WORDS_OF_ASCII = bytes(ord(chr(code).lower()) if chr(code).isalnum() else ord(" ") for code in range(128)).ljust(256)
_TRIAL = re.compile(
    r"\b(NCT\d{8}|ISRCTN\d{8}|ChiCTR[-A-Z]*\d{8,10}|EUCTR\d{4}-\d{6}-\d{2}|JPRN-?[A-Za-z]+\d+|CTRI/\d{4}/\d{2}/\d{6}"
    r"|ACTRN\d{14}|DRKS\d{8}|UMIN\d{9}|NTR\d{3,5}|jRCT[a-z]*\d{9,10})\b",
    re.IGNORECASE,
)


def collapse(text: str | None) -> str:
    """Collapse white space, normalise Unicode to form C and remove control characters."""
    if not text:
        return ""
    text = str(text)
    simple = text.isprintable() and "  " not in text  # true of most values: only letters and single blanks
    text = text.strip(" ") if simple else " ".join(text.split())
    if not (simple or text.isprintable()):
        text = " ".join(_CONTROL.sub(" ", _INVISIBLE.sub("", text)).split())
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def collapse_each(texts: list[str]) -> list[str]:
    """``collapse`` each text and drop empty ones. Most lists need no change, which a single search detects."""
    line = f" {' '.join(filter(None, texts))} "  # two consecutive blanks, within a text or at its end
    if line.isprintable() and "  " not in line and unicodedata.is_normalized("NFC", line):
        return [text for text in texts if text]
    return [collapsed for text in texts if (collapsed := collapse(text))]


def normal_doi(text: str | None) -> str:
    """A DOI in lower case without prefix; the empty string when the text holds none.

    A DOI inside a URL ends where the address of the page begins (``/full``, ``?journalCode=``, ``.pdf``).
    The landing page of a CENTRAL record (``10.1002/central/cn-...``) is no DOI of an article.
    """
    if not text:
        return ""
    text = str(text)
    if _PLAIN_DOI.fullmatch(text):
        return text.lower()
    text = html.unescape(text)
    if "%" in text:
        text = unquote(text)
    match = _DOI.search(text)
    if not match:
        return ""
    doi = _without_address(match.group().lower()).rstrip(".,;\"'>]}/")
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1]
    return "" if doi.startswith("10.1002/central/") else doi


def _without_address(doi: str) -> str:
    # The first character after the slash always belongs to the DOI.
    while match := _BEHIND_DOI.search(doi, doi.index("/") + 2):
        doi = doi[: match.start()]  # behind a query there may be a file name: /pdf?download=true
    if doi.startswith("10.1093/") and (match := _BEHIND_OUP.match(doi)):
        return match.group(1)
    return _BEHIND_PREPRINT.sub("", doi) if doi.startswith(("10.1101/", "10.64898/")) else doi


_PMID = re.compile(r"\s*(?:pmid|pubmed(?: id)?|medline)?\s*:?\s*(?:nlm)?0*(\d{1,9})(?:\.0)?\s*", re.IGNORECASE)
_PUBMED_PAGE = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|pubmed\.gov/|ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/|list_uids=|europepmc\.org/\w+/med/"
    r"|(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/?\?term=(?=\d+(?:(?:\[|%5B)\w+(?:\]|%5D))?(?:[&#\s]|$))"
    r"|europepmc\.org/abstract/med/)0*(\d{1,9})(?!\d)",
    re.IGNORECASE,
)


def normal_pmid(text: str | None) -> str:
    """The digits of a PMID without leading zeros; the empty string for anything else.

    Accepted forms: the bare number, also as a spreadsheet returns it (``31234567.0``), preceded by ``PMID:``, or in a
    URL of PubMed or Europe PMC.
    """
    if text and len(text) < 10 and text.isascii() and text.isdecimal() and text[0] != "0":
        return text
    text = str(text or "")
    digits = _PMID.fullmatch(text) or ("/" in text and _PUBMED_PAGE.search(text)) or None
    return digits.group(1) if digits and digits.group(1) != "0" else ""


def normal_pmcid(text: str | None) -> str:
    """A PubMed Central number as ``PMC`` and digits, without a version (``PMC2345.1``); "" if there is none."""
    match = _PMCID.search(str(text)) if text else None
    return f"PMC{match.group(1)}" if match else ""


def normal_title(text: str | None) -> str:
    """Lower-case words and digits only, without accents: the key for comparing titles."""
    if not text:
        return ""
    text = str(text)
    if text.isascii():
        return b" ".join(text.encode().translate(_WORDS_OF_ASCII).split()).decode()
    plain = text.casefold()
    plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", plain).strip()


def trial_ids(*texts: str | None) -> list[str]:
    """Registration numbers found in the texts, upper case, each once, in order of appearance."""
    numbers: dict[str, None] = {}
    for text in texts:
        if text and _may_hold_a_trial(text):
            for match in _TRIAL.finditer(text):
                number = match.group(1)
                numbers.setdefault(number if number.lower().startswith(("chictr", "jrct")) else number.upper(), None)
    return list(numbers)


_CT_OR_NT, _CT0_OR_CTN = re.compile("T(?<=[CN]T)"), re.compile("ct[0n]")


def _may_hold_a_trial(text: str) -> bool:
    """A quick test: few texts hold a registration number, and trying all patterns on every abstract is slow."""
    # Searching for one rare letter is ten times as fast as for three, and likewise for the starts of these patterns.
    return (
        (
            _CT_OR_NT.search(text) is not None
            and any(part in text for part in ("NCT", "CTR", "SRCTN", "jRCT", "JRCT", "NTR"))
        )
        or ("J" in text and "JPRN" in text)
        or ("K" in text and "DRKS" in text)
        or ("U" in text and "UMIN" in text)
        or (_CT0_OR_CTN.search(text) is not None and ("nct0" in text or "isrctn" in text))
    )


def citation_hash(record: Mapping[str, Any]) -> str:
    """Twelve hex digits of the normalised citation: title, year, first author, journal, pages, DOI."""
    authors = record.get("authors") or [""]
    parts = [
        normal_title(record.get("title")),
        str(record.get("year") or ""),
        normal_title(authors[0]),
        normal_title(record.get("journal")),
        normal_title(f"{record.get('volume') or ''} {record.get('pages') or ''}"),
        record.get("doi") or "",
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


class Ids:
    """Assigns record ids: ``<source>:<accession>``, or ``<source>:<hash of the citation>`` without an accession.

    The same export gives the same ids on every machine and in any order. Records of one source that share an id (an
    export that holds a row twice) are numbered; they are the same citation, so it does not matter which comes first.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self._given: dict[str, int] = {}

    def give(self, record: dict[str, Any]) -> str:
        """Assign an id to the record and write it, with the source, into the record."""
        record["source"], record[RECORD_ID] = self.source, self.numbered(self.unnumbered(record))
        return str(record[RECORD_ID])

    def unnumbered(self, record: Mapping[str, Any]) -> str:
        """The id that a record has if no record before it has the same."""
        # Ids are used in file names, links and pairs joined by a bar, so they must not look like a path.
        accession = str(record.get("accession") or "")
        if not (accession.isascii() and accession.isalnum()):
            accession = _NOT_ACCESSION.sub("_", "".join(accession.split())).strip("._")
        return f"{self.source}:{accession or citation_hash(record)}"

    def numbered(self, base: str) -> str:
        """The id for the next record whose unnumbered id is ``base``."""
        record_id = base
        while record_id in self._given:  # an accession may itself look like a numbered one
            self._given[base] += 1
            record_id = f"{base}.{self._given[base]}"
        self._given[record_id] = 1
        return record_id


class UnnumberedIds(Ids):
    """Assigns the ids of some records of a source, which ``Ids.numbered`` then numbers in the order of all of them."""

    def numbered(self, base: str) -> str:
        return base


@contextmanager
def bulk() -> Iterator[None]:
    """Switch off cyclic garbage collection while the block runs.

    Records are strings and lists without cycles; scanning them repeatedly as their number grows takes a third of the
    time of reading 20,000 records.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def table(records: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """The record table made from dictionaries: all columns, in order, with their types."""
    import pandas as pd

    with bulk():
        return _table(pd, list(records))


def _table(pd: Any, rows: list[Mapping[str, Any]]) -> pd.DataFrame:
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name in LIST_COLUMNS:
            columns[name] = pd.Series([list(row.get(name) or []) for row in rows], dtype=object)
        elif name == "year":
            columns[name] = pd.array([row.get(name) for row in rows], dtype="Int64")
        elif name == "retracted":
            columns[name] = pd.array([bool(row.get(name)) for row in rows], dtype="bool")
        else:
            columns[name] = pd.Series([row.get(name) or "" for row in rows], dtype="str")
    return pd.DataFrame(columns, columns=list(COLUMNS))
