"""OpenAlex: works that cite a study, and works it cites. Documented at https://developers.openalex.org.

Since February 2026 OpenAlex asks for a key, which is free; without one it answers about a hundred requests a day, and
that is what a handful of studies takes (developers.openalex.org/guides/authentication).
"""

from __future__ import annotations

import os
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from prismake.core.errors import SearchError
from prismake.core.files import parsed_json
from prismake.search import transport
from prismake.search.chasing import CITING, REFERENCES, Answer, Seed
from prismake.search.transport import PassingError, Policy, body, patiently, retry_after

HOME = "https://api.openalex.org/"
ADDRESS = "PRISMAKE_OPENALEX_URL"
KEY = "OPENALEX_API_KEY"
PER_PAGE = 100
"""Maximum number of works per page (developers.openalex.org/guides/page-through-results)."""
PER_FILTER = 50
"""Works per request; OpenAlex allows up to 100."""
_PAUSE = 0.12
_MOVED = (301, 302, 307, 308)
_WITHIN_THE_DAY = 120.0
"""Longest wait in seconds that a busy server names; a longer one means that the day's allowance is used up."""


@dataclass
class OpenAlex:
    """A client of the OpenAlex API; the key is taken from the environment (``OPENALEX_API_KEY``)."""

    policy: Policy = field(default_factory=Policy)
    key: str = field(default_factory=lambda: os.environ.get(KEY, "").strip(), repr=False)
    label: str = "OpenAlex"
    interface: str = "OpenAlex API"

    def __post_init__(self) -> None:
        self._home = transport.address(ADDRESS, HOME, domain="openalex.org")
        self._door = transport.opener(self._home)

    def answers(self, seed: Seed) -> Iterator[Answer] | None:
        """The pages of both directions; ``None`` for a work that OpenAlex finds neither by DOI nor by PMID."""
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
            batch = cited[start : start + PER_FILTER]
            yield from self._filtered(REFERENCES, f"openalex:{'|'.join(batch)}", len(batch))

    def _filtered(self, direction: str, condition: str, expected: int = 0) -> Iterator[Answer]:
        """The pages of the works under a condition, of which there should be ``expected`` if that is known."""
        cursor: str | None = "*"
        while cursor:
            data, page = self._ask("works", {"filter": condition, "per-page": str(PER_PAGE), "cursor": cursor})
            works = page.get("results")
            if not isinstance(works, list):
                raise SearchError("OpenAlex answered without works.")
            meta = page.get("meta") or {}
            if works:
                first = cursor == "*"
                absent = max(0, expected - int(meta.get("count", expected))) if first else 0
                yield Answer(direction, data, ".json", len(works), absent)
            cursor = meta.get("next_cursor") if works else None

    def _ask(self, path: str, values: dict[str, str]) -> tuple[bytes, dict[str, Any]]:
        def call() -> tuple[bytes, dict[str, Any]]:
            time.sleep(_PAUSE if self.policy.pause is None else self.policy.pause)
            with self._opened(path, values) as response:
                data = body(response, self.policy)
            try:
                answer = parsed_json(data)
            except ValueError:
                raise PassingError("an answer that is no whole JSON") from None
            if not isinstance(answer, dict):
                raise PassingError("an answer that is no work and no page of works")
            return data, answer

        try:
            return patiently(call, self.policy, doing="Chasing citations in OpenAlex", secrets=(self.key,))
        except SearchError as error:
            if any(f"HTTP {status}" in error.what for status in (401, 403, 429)):
                raise SearchError(error.what, remedy=self._advice()) from None
            raise

    def _opened(self, path: str, values: dict[str, str]) -> IO[bytes]:
        """The answer to a request; a work that was merged into another is asked for under its new address."""
        try:
            return self._door.open(self._request(path, values), timeout=self.policy.timeout)
        except urllib.error.HTTPError as error:
            target = urllib.parse.urljoin(error.url or "", error.headers.get("Location") or "")
            if error.code in _MOVED and target.startswith(self._home):
                error.close()
                path = urllib.parse.urlsplit(target.removeprefix(self._home)).path
                return self._door.open(self._request(path, values), timeout=self.policy.timeout)
            if error.code == 429 and (retry_after(error.headers.get("Retry-After")) or 0) > _WITHIN_THE_DAY:
                error.close()
                raise SearchError("OpenAlex answers no more requests today (HTTP 429).") from None
            raise

    def _request(self, path: str, values: dict[str, str]) -> urllib.request.Request:
        parameters = values | ({"api_key": self.key} if self.key else {})
        url = self._home + path + ("?" + urllib.parse.urlencode(parameters) if parameters else "")
        return urllib.request.Request(url, headers={"User-Agent": "prismake", "Accept": "application/json"})

    def _advice(self) -> str:
        if self.key:
            return f"Check {KEY}, or run the same command again tomorrow: what was fetched is kept."
        return (
            "Without a key OpenAlex answers few requests a day. Get one at openalex.org/settings/api (it is free), set "
            f"it as {KEY} in the environment, and run the same command again: what was fetched is kept."
        )


def _short(address: str) -> str:
    """The id ``W111`` from ``https://openalex.org/W111``."""
    return address.rsplit("/", 1)[-1]
