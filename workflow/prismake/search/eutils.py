"""The two calls of NCBI's E-utilities that a search needs, through ``Bio.Entrez``: answers that are whole, or errors.

Biopython retries a refused request at once, never one that breaks while it is read, and knows no time-out. So it gets
one try (``max_tries``), an opener with a time-out that sends POST, and ``transport.patiently`` around call and reading.
"""

from __future__ import annotations

import re
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from prismake.core.errors import SearchError
from prismake.core.records import collapse
from prismake.search import pubmed_stream, pubmed_xml, transport
from prismake.search.transport import PassingError, Policy, body, mask, patiently

HOME = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils/"
ADDRESS = "PRISMAKE_EUTILS_URL"
WINDOW = 9_999
"""Most ids that ESearch hands out for PubMed."""
_lock = threading.Lock()


@dataclass(frozen=True)
class Hits:
    """One answer of ESearch. ``messages``: its warnings and errors as sentences."""

    count: int
    ids: list[str]
    translation: str
    messages: list[str]


def address() -> str:
    """Where the E-utilities are: at NCBI, or where ``PRISMAKE_EUTILS_URL`` says, if that is this machine or NCBI."""
    return transport.address(ADDRESS, HOME, domain="ncbi.nlm.nih.gov")


@dataclass
class Client:
    """A user of the E-utilities, who gives an e-mail address and perhaps a key. ``requests`` counts what was sent."""

    email: str
    api_key: str | None = None
    policy: Policy = field(default_factory=Policy)
    requests: int = 0

    def __post_init__(self) -> None:
        self.home = address()
        self.opener = transport.opener(self.home)

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

        return patiently(call, self.policy, doing="The search in PubMed", secrets=(self.api_key,))

    def fetch(self, ids: list[str]) -> tuple[bytes, list[str]]:
        """The raw XML of EFetch for these PMIDs, and the PMIDs that are in it. (b"", []) when PubMed knows none.

        An answer with less than half of the records that were asked for is asked for again twice, one with others
        than those until it comes right; a stray one in twenty is taken, as PubMed gives merged records a new PMID.
        """
        tries = 0

        def call() -> tuple[bytes, list[str]]:
            nonlocal tries
            tries += 1
            data = self._ask("efetch", id=",".join(ids), retmode="xml")
            if data is None:
                return b"", []
            found = _whole(data)
            stray = len(set(found) - set(ids))
            if stray > (max(1, len(ids) // 20) if tries > 2 else 0):
                raise PassingError(f"the answer holds {stray} records that were not asked for")
            if len(found) * 2 < len(ids) and len(ids) > 1 and tries < 3:
                raise PassingError(f"the answer holds {len(found)} of {len(ids)} records")
            return data, found

        doing = f"Fetching {len(ids)} records from PubMed"
        return patiently(call, self.policy, doing=doing, secrets=(self.api_key,))

    def links(self, pmid: str, name: str) -> list[str]:
        """The PMIDs that ELink gives for a record under a name such as ``pubmed_pubmed_citedin``, in order."""

        def call() -> list[str]:
            data = self._ask("elink", dbfrom="pubmed", id=pmid, linkname=name, cmd="neighbor", retmode="xml")
            return [] if data is None else _linked(data, name)

        doing = f"Asking PubMed for the links of {pmid}"
        return patiently(call, self.policy, doing=doing, secrets=(self.api_key,))

    def _ask(self, what: str, **parameters: str) -> bytes | None:
        from Bio import Entrez

        parameters |= {"tool": "prismake", "email": self.email}
        if self.api_key:
            parameters["api_key"] = self.api_key
        self.requests += 1
        with self._through(Entrez), getattr(Entrez, what)(db="pubmed", **parameters) as response:
            data = body(getattr(response, "buffer", response), self.policy)
        return _judged(data, self.api_key)

    @contextmanager
    def _through(self, entrez: Any) -> Iterator[None]:
        """Biopython with this client's opener; its settings are global, so only one client at a time uses them."""
        with _lock:
            kept = entrez.urlopen, entrez.max_tries
            entrez.urlopen, entrez.max_tries = self._open, 1
            try:
                yield
            finally:
                entrez.urlopen, entrez.max_tries = kept

    def _open(self, request: urllib.request.Request) -> Any:
        url = urllib.parse.urlsplit(request.full_url)
        data = request.data if request.data is not None else url.query.encode()
        target = self.home + url.path.rsplit("/", 1)[-1]
        return self.opener.open(urllib.request.Request(target, data=data, method="POST"), timeout=self.policy.timeout)


def _judged(data: bytes, key: str | None) -> bytes | None:
    """The answer if it is XML without an error; ``None`` when it says that there is nothing to hand out."""
    start = data[:4000].lstrip()
    if not start:
        raise PassingError("an empty answer")
    if start[:1] in b"{[":
        raise PassingError("a message instead of records: " + mask(start[:200].decode("utf-8", "replace"), key))
    if re.search(rb"(?i)<html|<!doctype html", start):
        raise PassingError("a web page instead of records")
    if not start.startswith(b"<"):
        raise PassingError("neither XML nor a message")
    found = re.search(rb"<ERROR>(.*?)</ERROR>", start, re.DOTALL)
    if not found:
        return data
    said = mask(collapse(found.group(1).decode("utf-8", "replace")), key)
    if re.search(r"(?i)empty result|cannot process id list|id list is empty", said):
        return None
    if re.search(r"(?i)backend failed|try again|temporar|timed? ?out|server|unavailable|can't|Unable to obtain", said):
        raise PassingError(f"PubMed's own error: {said}")
    raise SearchError(f"PubMed refused the request: {said}.", remedy="Check the query on the PubMed website.")


def _whole(data: bytes) -> list[str]:
    try:
        found = pubmed_xml.pmids(data)
    except etree.XMLSyntaxError as error:
        raise PassingError(f"the XML is cut off or broken ({error.msg})") from None
    if not re.search(rb"<Pubmed(?:Book)?Article(?:Set)?\b", data[:4000]):
        raise PassingError("XML that is no set of PubMed records")
    return [pmid for pmid in found if pmid]


def _linked(data: bytes, name: str) -> list[str]:
    try:
        root = etree.fromstring(data, etree.XMLParser(**pubmed_stream.SAFE))
    except etree.XMLSyntaxError as error:
        raise PassingError(f"the XML is cut off or broken ({error.msg})") from None
    if root.tag != "eLinkResult":
        raise PassingError("XML that is no set of links")
    sets = (links for links in root.iter("LinkSetDb") if links.findtext("LinkName") == name)
    return list(dict.fromkeys(number for links in sets for one in links.iter("Link") if (number := one.findtext("Id"))))


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
        shown = ", ".join(mapped[:12]) + (", ..." if len(mapped) > 12 else "")
        messages.append(f"PubMed widened words without a field tag by terms of its own (see the translation): {shown}.")
    ids = [collapse(element.text) for element in root.iterfind("IdList/Id")]
    bad = [pmid for pmid in ids if not re.fullmatch(r"\d{1,9}", pmid)]
    if bad:
        raise PassingError(f"ids that are no numbers ({bad[0][:40]!r})")
    return Hits(int(count), ids, collapse(root.findtext("QueryTranslation")), messages)
