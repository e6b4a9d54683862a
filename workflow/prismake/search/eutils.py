"""The calls to NCBI's E-utilities that a search needs, through ``Bio.Entrez``: complete answers or errors.

Biopython makes the requests. It would send them one after the other, retries a refused one at once but not one that
breaks while being read, and has no time-out. So they are sent from here: by POST, with a time-out, by several
connections at a time if several threads use a client, at the one pace that NCBI permits an address, and with
``transport.patiently`` around sending and reading.
"""

from __future__ import annotations

import email.message
import re
import threading
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from prismake.core.errors import SearchError
from prismake.core.records import collapse
from prismake.search import pubmed_stream, pubmed_xml, transport
from prismake.search.pace import Pace
from prismake.search.transport import PassingError, Policy, body, mask, patiently

HOME = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
ADDRESS = "PRISMAKE_EUTILS_URL"
WINDOW = 9_999
"""Maximum number of ids that ESearch returns for PubMed."""
PAUSES = {False: 0.37, True: 0.12}
"""Seconds between two requests without and with a key, of which NCBI permits 3 and 10 a second per address."""
_lock = threading.Lock()


@dataclass(frozen=True)
class Hits:
    """One answer of ESearch. ``messages``: its warnings and errors as sentences."""

    count: int
    ids: list[str]
    translation: str
    messages: list[str]


def address() -> str:
    """The URL of the E-utilities: NCBI, or ``PRISMAKE_EUTILS_URL`` if it points to this machine or NCBI."""
    return transport.address(ADDRESS, HOME, domain="ncbi.nlm.nih.gov")


@dataclass
class Client:
    """A client of the E-utilities, with e-mail address and optional key; several threads may use it.

    ``pace``: that of all its requests.
    """

    email: str
    api_key: str | None = field(default=None, repr=False)
    policy: Policy = field(default_factory=Policy)

    def __post_init__(self) -> None:
        self.home = address()
        self.opener = transport.opener(self.home)
        self.pace = Pace(PAUSES[bool(self.api_key)] if self.policy.pause is None else self.policy.pause)

    def search(self, term: str, *, since: str = "", until: str = "", most: int = WINDOW) -> Hits:
        """ESearch in PubMed, by Entrez date when ``since`` and ``until`` (YYYY-MM-DD) are given."""
        dates = {}
        if since or until:
            dates = {
                "datetype": "edat",
                "mindate": (since or "1800-01-01").replace("-", "/"),
                "maxdate": (until or "3000-12-31").replace("-", "/"),
            }

        def call() -> Hits:
            hits = _hits(self._ask("esearch", term=term, retmax=str(most), retmode="xml", **dates))
            if hits.count <= most and len(set(hits.ids)) != hits.count:
                raise PassingError(f"{hits.count} records were found but {len(set(hits.ids))} named")
            return hits

        return patiently(call, self.policy, doing="The search in PubMed", secrets=(self.api_key,), pace=self.pace)

    def fetch(self, ids: list[str]) -> tuple[bytes, list[str]]:
        """The raw XML of EFetch for these PMIDs, and the PMIDs in it; (b"", []) if PubMed has none of them.

        An answer with less than half of the requested records is requested again up to twice, one with unrequested
        records until it is correct; one stray record in twenty is accepted, as PubMed gives merged records a new PMID.
        """
        tries = 0

        def call() -> tuple[bytes, list[str]]:
            nonlocal tries
            tries += 1
            data = self._ask("efetch", id=",".join(ids), retmode="xml")
            if data is None:
                return b"", []
            returned = _whole(data)
            stray = len(set(returned) - set(ids))
            if stray > (max(1, len(ids) // 20) if tries > 2 else 0):
                raise PassingError(f"the answer holds {stray} records that were not asked for")
            if len(returned) * 2 < len(ids) and len(ids) > 1 and tries < 3:
                raise PassingError(f"the answer holds {len(returned)} of {len(ids)} records")
            return data, returned

        doing = f"Fetching {len(ids)} records from PubMed"
        return patiently(call, self.policy, doing=doing, secrets=(self.api_key,), pace=self.pace)

    def links(self, pmid: str, name: str) -> list[str]:
        """The PMIDs that ELink gives for a record under a name such as ``pubmed_pubmed_citedin``, in order."""

        def call() -> list[str]:
            data = self._ask("elink", dbfrom="pubmed", id=pmid, linkname=name, cmd="neighbor", retmode="xml")
            return [] if data is None else _linked(data, name)

        doing = f"Asking PubMed for the links of {pmid}"
        return patiently(call, self.policy, doing=doing, secrets=(self.api_key,), pace=self.pace)

    def _ask(self, utility: str, **parameters: str) -> bytes | None:
        parameters |= {"tool": "prismake", "email": self.email}
        if self.api_key:
            parameters["api_key"] = self.api_key
        request = _made(utility, parameters)
        url = urllib.parse.urlsplit(request.full_url)
        data = request.data if request.data is not None else url.query.encode()
        target = urllib.request.Request(self.home + url.path.rsplit("/", 1)[-1], data=data, method="POST")
        self.pace.wait_turn()
        with self.opener.open(target, timeout=self.policy.timeout) as response:
            answer = body(response, self.policy)
        content = _judged(answer, self.api_key)
        self.pace.answered()
        return content


class _Unsent:
    """In place of an answer: the request that Biopython would have sent."""

    def __init__(self, request: urllib.request.Request) -> None:
        self.request = request
        self.headers = email.message.Message()
        self.headers["Content-Type"] = "text/xml"


def _made(utility: str, parameters: dict[str, str]) -> urllib.request.Request:
    """The request of a utility, by Biopython, whose opener is global: one thread exchanges it at a time."""
    from Bio import Entrez

    biopython: Any = Entrez
    with _lock:
        original, biopython.urlopen = biopython.urlopen, _Unsent
        try:
            unsent: _Unsent = getattr(biopython, utility)(db="pubmed", **parameters)
            return unsent.request
        finally:
            biopython.urlopen = original


def _judged(data: bytes, key: str | None) -> bytes | None:
    """The answer if it is XML without an error; ``None`` if it says that there are no records."""
    start = data[:4000].lstrip()
    if not start:
        raise PassingError("an empty answer")
    if start[:1] in b"{[":
        message = mask(start[:200].decode("utf-8", "replace"), key)
        raise PassingError(f"a message instead of records: {message}", busy="rate limit" in message.lower())
    if re.search(rb"(?i)<html|<!doctype html", start):
        raise PassingError("a web page instead of records")
    if not start.startswith(b"<"):
        raise PassingError("neither XML nor a message")
    match = re.search(rb"<ERROR>(.*?)</ERROR>", start, re.DOTALL)
    if not match:
        return data
    message = mask(collapse(match.group(1).decode("utf-8", "replace")), key)
    if re.search(r"(?i)empty result|cannot process id list|id list is empty", message):
        return None
    if re.search(
        r"(?i)backend failed|try again|temporar|timed? ?out|server|unavailable|can't|Unable to obtain", message
    ):
        raise PassingError(f"PubMed's own error: {message}")
    raise SearchError(f"PubMed refused the request: {message}.", remedy="Check the query on the PubMed website.")


def _whole(data: bytes) -> list[str]:
    try:
        pmids = pubmed_xml.pmids(data)
    except etree.XMLSyntaxError as error:
        raise PassingError(f"the XML is cut off or broken ({error.msg})") from None
    if not re.search(rb"<Pubmed(?:Book)?Article(?:Set)?\b", data[:4000]):
        raise PassingError("XML that is no set of PubMed records")
    return [pmid for pmid in pmids if pmid]


def _linked(data: bytes, name: str) -> list[str]:
    try:
        root = etree.fromstring(data, etree.XMLParser(**pubmed_stream.SAFE))
    except etree.XMLSyntaxError as error:
        raise PassingError(f"the XML is cut off or broken ({error.msg})") from None
    if root.tag != "eLinkResult":
        raise PassingError("XML that is no set of links")
    sets = (links for links in root.iter("LinkSetDb") if links.findtext("LinkName") == name)
    return list(
        dict.fromkeys(number for links in sets for link in links.iter("Link") if (number := link.findtext("Id")))
    )


# --- ESearch -------------------------------------------------------------------------------------------------------

_SENTENCES = {
    "ErrorList/PhraseNotFound": "PubMed did not find '{}' and searched without it: the search may be wider than meant.",
    "ErrorList/FieldNotFound": "PubMed knows no field '{}' and searched without it, perhaps too widely.",
    "WarningList/PhraseIgnored": "PubMed ignored '{}'.",
    "WarningList/QuotedPhraseNotFound": "PubMed does not know the phrase {} and searched its words instead.",
    "WarningList/OutputMessage": "PubMed says: {}",
}


def _hits(data: bytes | None) -> Hits:
    if data is None:
        return Hits(0, [], "", ["PubMed says: nothing was found."])
    try:
        root = etree.fromstring(data, etree.XMLParser(**pubmed_stream.SAFE))
    except etree.XMLSyntaxError as error:
        raise PassingError(f"the XML is cut off or broken ({error.msg})") from None
    count = root.findtext("Count") or ""
    if root.tag != "eSearchResult" or not count.strip().isdigit():
        raise PassingError("XML that is no search result")
    messages = [
        sentence.format(collapse(element.text))
        for path, sentence in _SENTENCES.items()
        for element in root.iterfind(path)
        if collapse(element.text)
    ]
    mapped = [collapse(element.text) for element in root.iterfind("TranslationSet/Translation/From")]
    if mapped:
        examples = ", ".join(mapped[:12]) + (", ..." if len(mapped) > 12 else "")
        messages.append(
            f"PubMed widened words without a field tag by terms of its own (see the translation): {examples}."
        )
    ids = [collapse(element.text) for element in root.iterfind("IdList/Id")]
    invalid = [pmid for pmid in ids if not re.fullmatch(r"\d{1,9}", pmid)]
    if invalid:
        raise PassingError(f"ids that are no numbers ({invalid[0][:40]!r})")
    return Hits(int(count), ids, collapse(root.findtext("QueryTranslation")), messages)
