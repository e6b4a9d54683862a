"""Citation links of PubMed: citing articles and references of a study by ELink, their records by EFetch.

ELink covers citations among articles in PubMed Central and some publishers' lists, less than a citation index.
"""

from __future__ import annotations

from collections.abc import Iterator

from prismake.search.chasing import CITING, REFERENCES, Answer, Seed
from prismake.search.eutils import Client

LINKS = {CITING: "pubmed_pubmed_citedin", REFERENCES: "pubmed_pubmed_refs"}
BATCH = 200
"""Records per EFetch request."""


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
                batch = linked[start : start + BATCH]
                data, pmids = self._client.fetch(batch)
                if pmids:
                    yield Answer(direction, data, ".xml", len(pmids), absent=max(0, len(batch) - len(pmids)))
