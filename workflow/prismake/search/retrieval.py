"""Batches of a live search: fetched by several connections, archived in the order of the search.

Which answer comes first differs from run to run, but names and content of the archived files must not. So an answer
that arrives before its turn is set aside in the folder under a name of its own, where a killed run leaves it for the
next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from prismake.core.errors import SearchError
from prismake.search import pubmed_xml
from prismake.search.archive import GO_ON, Store
from prismake.search.eutils import WINDOW, Client
from prismake.search.pace import connections

CONNECTIONS = 3
"""EFetch takes a second or more for a batch, so that three connections reach the three requests a second that NCBI
permits without a key."""
_SMALLEST = 25
"""Records of a batch that is not made smaller when the server fails."""


def unfinished(store: Store, ids: Iterable[str], size: int) -> list[list[str]]:
    """The batches of ``size`` that are not yet archived; a batch is known by its place among the ids.

    A few records missing from an archived batch are left to be fetched singly, as if it had not been interrupted.
    """
    requested = [pmid for pmid in ids if store.file_of.get(pmid) not in store.earlier]
    batches = []
    for start in range(0, len(requested), size):
        batch = requested[start : start + size]
        missing = [pmid for pmid in batch if pmid not in store.file_of]
        if len(missing) == len(batch) or len(missing) > len(batch) // 8:
            batches.append(missing)
    return batches


@dataclass
class _Batch:
    """``returned``: the ids in the answer, once it has arrived; ``data``: its content, unless it was set aside."""

    ids: list[str]
    answer: Future[tuple[bytes, list[str]]] | None = None
    returned: list[str] | None = None
    data: bytes | None = None


class Batches:
    """Fetches batches and archives their answers in order.

    ``empty``: ids of the batches for which the server has no record at all. ``report``: called after each batch
    with the ids in its answer.
    """

    def __init__(self, client: Client, store: Store, number: int, report: Callable[[list[str]], Any]) -> None:
        self.client, self.store, self.number, self.report = client, store, number, report
        self.empty: list[str] = []
        self._waiting: deque[list[str]] = deque()
        self._open: list[_Batch] = []  # handed out and not yet archived, in order
        self._largest = WINDOW

    def run(self, batches: Iterable[list[str]]) -> None:
        """Raises ``SearchError`` at the first final error; what has arrived until then is kept."""
        self._waiting.extend(batches)
        try:
            with connections(self.number, self.client.pace) as pool:
                while self._waiting or self._open:
                    self._hand_out(pool)
                    wait(self._on_their_way(), return_when=FIRST_COMPLETED)
                    self._receive()
                    self._archive()
        except (SearchError, KeyboardInterrupt) as error:
            self._receive(stopped=True)
            self._archive()
            if isinstance(error, SearchError):
                raise SearchError(error.what, where=error.where, remedy=GO_ON) from None
            raise

    def _on_their_way(self) -> list[Future[tuple[bytes, list[str]]]]:
        return [batch.answer for batch in self._open if batch.answer and batch.returned is None]

    def _hand_out(self, pool: ThreadPoolExecutor) -> None:
        """Give all free connections a batch; what an earlier run has set aside is not fetched again."""
        free = self.number - len(self._on_their_way())
        again = deque(batch for batch in self._open if batch.answer is None and batch.returned is None)
        while free > 0 and (again or self._waiting):
            batch = again.popleft() if again else self._next()
            data = self.store.aside(batch.ids)
            if data is not None:
                batch.returned = pubmed_xml.pmids(data)
                continue
            batch.answer = pool.submit(self.client.fetch, batch.ids)
            free -= 1

    def _next(self) -> _Batch:
        ids = self._waiting.popleft()
        if len(ids) > self._largest:
            self._waiting.appendleft(ids[self._largest :])
        self._open.append(_Batch(ids[: self._largest]))
        return self._open[-1]

    def _receive(self, *, stopped: bool = False) -> None:
        """Take the answers that have arrived. Raises the error of a batch, unless everything is stopped already."""
        for batch in list(self._open):
            answer = batch.answer if batch.returned is None else None
            if answer is None or not answer.done() or answer.cancelled():
                continue
            error = answer.exception()
            if error is None:
                data, batch.returned = answer.result()
                if batch is self._open[0]:
                    batch.data = data
                elif batch.returned:
                    self.store.set_aside(batch.ids, data)
            elif not stopped:
                self._make_smaller(batch, error)

    def _make_smaller(self, batch: _Batch, error: BaseException) -> None:
        """A server that fails on large answers may manage smaller ones; a server that is down fails on both."""
        if len(batch.ids) <= _SMALLEST or not isinstance(error, SearchError) or "server failed" not in error.what:
            raise error
        size = self._largest = len(batch.ids) // 2
        place = self._open.index(batch)
        parts = (batch.ids[start : start + size] for start in range(0, len(batch.ids), size))
        self._open[place : place + 1] = [_Batch(ids) for ids in parts]

    def _archive(self) -> None:
        """Archive the answers up to the first that has not arrived."""
        while self._open and (returned := self._open[0].returned) is not None:
            batch = self._open[0]
            data = batch.data if batch.data is not None or not returned else self.store.aside(batch.ids)
            if returned and data is None:  # the disk has lost it: it is fetched again
                batch.returned = batch.answer = None
                return
            if returned and data:
                self.store.add(data, returned)
                self.store.remove_aside(batch.ids)
            else:
                self.empty += batch.ids
            self._open.pop(0)
            self.report(returned)
