"""ClinicalTrials.gov, live: API v2 with page tokens. Dates are those on which a study was first posted."""

from __future__ import annotations

from functools import partial
from typing import Any

from prismake.search import paged
from prismake.search.archive import archive_files, archived

__all__ = ["SERVICE", "archive_files", "archived", "search"]


def _parameters(query: str, since: str, until: str, mark: str) -> dict[str, str]:
    values = {"query.term": query, "format": "json", "pageSize": "200", "countTotal": "true"}
    if since or until:
        values["filter.advanced"] = f"AREA[StudyFirstPostDate]RANGE[{since or 'MIN'},{until or 'MAX'}]"
    return values | ({"pageToken": mark} if mark else {})


def _read(answer: Any) -> paged.Page:
    studies = paged.part(answer, "studies", kind=list)
    ids = [paged.part(study, "protocolSection", "identificationModule", "nctId") for study in studies]
    total = paged.part(answer, "totalCount", kind=int) if answer.get("totalCount") is not None else None
    return paged.Page(total, ids, str(answer.get("nextPageToken") or ""))


SERVICE = paged.Service(
    name="ClinicalTrials.gov",
    kind="register",
    interface="ClinicalTrials.gov API v2",
    home="https://clinicaltrials.gov/api/v2/",
    domain="clinicaltrials.gov",
    variable="PRISMAKE_CLINICALTRIALS_URL",
    path="studies",
    days="Day of first posting",
    parameters=_parameters,
    read=_read,
    pause=1.2,
)
search = partial(paged.search, SERVICE)
