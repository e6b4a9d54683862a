"""PubMed's own links: *cited by* and the references of a study, by ELink, their records by EFetch.

ELink knows citations among articles in PubMed Central and some publishers' lists; it is narrower than a citation index.
"""

from __future__ import annotations

from collections.abc import Iterator

from prismake.search.chasing import CITING, REFERENCES, Answer, Seed
from prismake.search.eutils import Client

LINKS = {CITING: "pubmed_pubmed_citedin", REFERENCES: "pubmed_pubmed_refs"}
BATCH = 200
"""Records that one request of EFetch names."""


class PubMedLinks:
    """A user of ELink; see ``eutils.Client``."""

    label = "PubMed"
    interface = "NCBI E-utilities (ELink)"

    def __init__(self, client: Client) -> None:
        self._client = client

    def answers(self, seed: Seed) -> Iterator[Answer] | None:
        """The records of both directions; ``None`` for a report without a PMID."""
        return self._records(seed.pmid) if seed.pmid else None

    def _records(self, pmid: str) -> Iterator[Answer]:
        for direction, link in LINKS.items():
            linked = self._client.links(pmid, link)
            for start in range(0, len(linked), BATCH):
                data, found = self._client.fetch(linked[start : start + BATCH])
                if found:
                    yield Answer(direction, data, ".xml", len(found))
