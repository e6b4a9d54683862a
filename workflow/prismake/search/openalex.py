"""OpenAlex: the works that cite a study, and those it cites. Documented at https://docs.openalex.org."""

from __future__ import annotations

import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from prismake.core.errors import SearchError
from prismake.search import transport
from prismake.search.chasing import CITING, REFERENCES, Answer, Seed
from prismake.search.transport import PassingError, Policy, body, patiently

HOME = "https://api.openalex.org/"
ADDRESS = "PRISMAKE_OPENALEX_URL"
PER_PAGE = 200
"""Most works of a page."""
PER_FILTER = 50
"""Works that one request names; OpenAlex takes up to 100."""
_PAUSE = 0.12


@dataclass
class OpenAlex:
    """A user of the OpenAlex API, which asks for no account."""

    policy: Policy = field(default_factory=Policy)
    label: str = "OpenAlex"
    interface: str = "OpenAlex API"

    def __post_init__(self) -> None:
        self._home = transport.address(ADDRESS, HOME, domain="openalex.org")
        self._door = transport.opener(self._home)

    def answers(self, seed: Seed) -> Iterator[Answer] | None:
        """The pages of both directions; ``None`` for a work that OpenAlex knows neither by DOI nor by PMID."""
        for kind, value in (("doi", seed.doi), ("pmid", seed.pmid)):
            if value and (work := self._work(kind, value)):
                return self._pages(work)
        return None

    def _work(self, kind: str, value: str) -> dict[str, Any] | None:
        try:
            _, work = self._ask(f"works/{kind}:{urllib.parse.quote(value, safe='/')}", {})
        except SearchError as error:
            if "HTTP 404" in error.what:
                return None
            raise
        return work

    def _pages(self, work: dict[str, Any]) -> Iterator[Answer]:
        yield from self._filtered(CITING, f"cites:{_short(work['id'])}")
        cited = [_short(address) for address in work.get("referenced_works") or ()]
        for start in range(0, len(cited), PER_FILTER):
            yield from self._filtered(REFERENCES, f"openalex:{'|'.join(cited[start : start + PER_FILTER])}")

    def _filtered(self, direction: str, wanted: str) -> Iterator[Answer]:
        cursor: str | None = "*"
        while cursor:
            data, page = self._ask("works", {"filter": wanted, "per-page": str(PER_PAGE), "cursor": cursor})
            works = page.get("results")
            if not isinstance(works, list):
                raise SearchError("OpenAlex answered without works.")
            if works:
                yield Answer(direction, data, ".json", len(works))
            cursor = (page.get("meta") or {}).get("next_cursor") if works else None

    def _ask(self, path: str, values: dict[str, str]) -> tuple[bytes, dict[str, Any]]:
        url = self._home + path + ("?" + urllib.parse.urlencode(values) if values else "")

        def call() -> tuple[bytes, dict[str, Any]]:
            time.sleep(_PAUSE if self.policy.pause is None else self.policy.pause)
            request = urllib.request.Request(url, headers={"User-Agent": "prismake", "Accept": "application/json"})
            with self._door.open(request, timeout=self.policy.timeout) as response:
                data = body(response, self.policy)
            try:
                answer = json.loads(data)
            except (ValueError, RecursionError):
                raise PassingError("an answer that is no whole JSON") from None
            if not isinstance(answer, dict):
                raise PassingError("an answer that is no work and no page of works")
            return data, answer

        return patiently(call, self.policy, doing="Chasing citations in OpenAlex")


def _short(address: str) -> str:
    """``W111`` of ``https://openalex.org/W111``."""
    return address.rsplit("/", 1)[-1]
