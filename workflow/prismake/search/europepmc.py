"""Europe PMC, live: its REST service with cursors. Dates are first index dates."""

from __future__ import annotations

from functools import partial
from typing import Any

from prismake.search import paged
from prismake.search.archive import archive_files, archived

__all__ = ["SERVICE", "archive_files", "archived", "search"]


def _parameters(query: str, since: str, until: str, mark: str) -> dict[str, str]:
    if since or until:
        query = f"({query}) AND FIRST_IDATE:[{since or '1800-01-01'} TO {until or '3000-12-31'}]"
    return {"query": query, "format": "json", "resultType": "core", "pageSize": "500", "cursorMark": mark or "*"}


def _read(answer: Any) -> paged.Page:
    results = paged.part(answer, "resultList", "result", kind=list)
    ids = [f"{result.get('source', '')}:{paged.part(result, 'id', kind=(str, int))}" for result in results]
    following = str(answer.get("nextCursorMark") or "") if ids else ""
    return paged.Page(paged.part(answer, "hitCount", kind=int), ids, following)


SERVICE = paged.Service(
    name="Europe PMC",
    kind="database",
    interface="Europe PMC RESTful web service",
    home="https://www.ebi.ac.uk/europepmc/webservices/rest/",
    domain="ebi.ac.uk",
    variable="PRISMAKE_EUROPEPMC_URL",
    path="search",
    days="First index date",
    parameters=_parameters,
    read=_read,
    pause=0.2,
)
search = partial(paged.search, SERVICE)
