"""Links to free copies of reports, as given by PubMed Central and Unpaywall on a recorded date.

The answers are kept in ``config/fulltexts/open_access.json`` and not requested again: what was free on the day of the
review cannot be looked up later. To ask again, delete the file and run ``snakemake --forcerun find_fulltexts``.

PMC ID Converter: https://pmc.ncbi.nlm.nih.gov/tools/id-converter-api (up to 200 ids per request).
Unpaywall: https://unpaywall.org/products/api (one DOI a request, at most 100,000 a day, e-mail address needed).
"""

from __future__ import annotations

import datetime as dt
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from prismake import __version__
from prismake.core.errors import PrismakeError, SearchError
from prismake.core.files import parsed_json, read_json, write_json
from prismake.core.progress import tracked
from prismake.core.records import normal_doi, normal_pmcid
from prismake.fulltexts.folder import ARCHIVE
from prismake.fulltexts.matching import Sought
from prismake.search import transport
from prismake.search.transport import PassingError, Policy

PMC, UNPAYWALL = "pmc", "unpaywall"
_CONVERTER = "https://pmc.ncbi.nlm.nih.gov/tools/idconv/api/v1/articles/"
_UNPAYWALL = "https://api.unpaywall.org/v2/"
_BATCH = 200
_SAVE_EVERY = 25
_PAUSE = {PMC: 0.4, UNPAYWALL: 0.1}  # seconds between requests; NCBI allows three a second
_ADDRESS = re.compile(r"https?://[^\s\x00-\x20\x7f<>\"{}|\\^`]+", re.IGNORECASE)

Answers = dict[str, dict[str, dict[str, str]]]  # service -> DOI or PMID -> date and answer


def look_up(
    reports: Sequence[Sought],
    services: Sequence[str],
    email: str,
    archive: Path = ARCHIVE,
    *,
    policy: Policy | None = None,
    today: str | None = None,
) -> tuple[Answers, list[str]]:
    """The answers of the services for each report, and a sentence for each service that did not answer.

    Only answers missing from the archive are requested. A failing service does not stop the run, as links are an aid
    and not a result.

    Args:
        services: those of ``pmc`` and ``unpaywall`` named in the protocol.
        email: sent to the services, which ask for it.
        today: the date stored with an answer (YYYY-MM-DD); by default the current date.

    Raises:
        PrismakeError: the archive cannot be read.
    """
    archived = _read(archive)
    answers: Answers = {service: dict(archived.get("answers", {}).get(service, {})) for service in (PMC, UNPAYWALL)}
    day = today or dt.datetime.now(dt.UTC).date().isoformat()
    problems: list[str] = []

    def save(failed: int) -> None:
        new = {"failed": failed, "answers": answers}
        if new != {"failed": 0, "answers": {PMC: {}, UNPAYWALL: {}}} | archived:
            write_json(archive, new)

    failed = int(archived.get("failed", 0))
    for service in services:
        missing = [key for key in _identifiers(reports, service) if key not in answers[service]]
        try:
            asked = _ASK[service](missing, email, policy or Policy(attempts=3))
            asked = tracked(asked, len(missing), f"asking {_NAMES[service]} for full texts", "reports")
            for number, (key, answer) in enumerate(asked, start=1):
                answers[service][key] = {"date": day, **answer}
                if number % _SAVE_EVERY == 0:
                    save(failed)
        except SearchError as error:
            problems.append(
                f"{_NAMES[service]}: {error.what} The links that are known are shown; the next run asks again."
            )
    save(failed + bool(problems))
    return answers, problems


def free_copies(answers: Answers, services: Sequence[str], report: Sought) -> tuple[str, str]:
    """(PMC number, URL of a free copy) of a report; empty if unknown."""
    pmcid = report.pmcid
    for key in filter(None, (report.pmid, report.doi)):
        if PMC in services:
            pmcid = pmcid or answers[PMC].get(key, {}).get("pmcid", "")
    url = answers[UNPAYWALL].get(report.doi, {}).get("url", "") if UNPAYWALL in services else ""
    return pmcid, url


def _read(archive: Path) -> dict[str, Any]:
    try:
        content = read_json(archive, {})
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise PrismakeError(
            "the archive of open-access links cannot be read.",
            where=str(archive),
            remedy="Restore it from a backup, or delete it to ask again.",
        )
    return content


def _identifiers(reports: Sequence[Sought], service: str) -> list[str]:
    """The identifiers to ask a service for: PMID, else DOI, of reports without a PMC number; or every DOI."""
    if service == PMC:
        return sorted(
            {report.pmid or report.doi for report in reports if not report.pmcid and (report.pmid or report.doi)}
        )
    return sorted({report.doi for report in reports if report.doi})


def _converted(ids: Sequence[str], email: str, policy: Policy) -> Iterator[tuple[str, dict[str, str]]]:
    """PMC numbers by PMID or DOI, in batches of one type of identifier."""
    home = transport.address("PRISMAKE_IDCONV_URL", _CONVERTER, domain="ncbi.nlm.nih.gov")
    for kind in ("pmid", "doi"):
        of_kind = [identifier for identifier in ids if identifier.isdigit() == (kind == "pmid")]
        for start in range(0, len(of_kind), _BATCH):
            batch = of_kind[start : start + _BATCH]
            query = {"ids": ",".join(batch), "idtype": kind, "format": "json", "tool": "prismake", "email": email}
            answer = _get(home, home + "?" + urllib.parse.urlencode(query), PMC, policy)
            if not isinstance(answer.get("records"), list):
                raise SearchError("the answer contains no list of records.")
            pmcids: dict[str, str] = {}
            for record in answer["records"]:
                if isinstance(record, dict):
                    identifiers = (record.get("requested-id"), record.get("pmid"), record.get("doi"))
                    pmcids |= {str(key).lower(): normal_pmcid(record.get("pmcid")) for key in identifiers if key}
            yield from ((identifier, {"pmcid": pmcids.get(identifier, "")}) for identifier in batch)


def _best_copies(dois: Sequence[str], email: str, policy: Policy) -> Iterator[tuple[str, dict[str, str]]]:
    """The best free copy by DOI: its PDF if there is one, else its page."""
    home = transport.address("PRISMAKE_UNPAYWALL_URL", _UNPAYWALL, domain="unpaywall.org")
    for doi in dois:
        url = f"{home}{urllib.parse.quote(doi, safe='/')}?{urllib.parse.urlencode({'email': email})}"
        answer = _get(home, url, UNPAYWALL, policy)
        if answer and normal_doi(answer.get("doi")) != doi:
            raise SearchError(f"the answer for {doi} concerns another report.")
        best = answer.get("best_oa_location")
        best = best if isinstance(best, dict) else {}
        urls = [str(best.get(name) or "") for name in ("url_for_pdf", "url", "url_for_landing_page")]
        url = next((address for address in urls if _ADDRESS.fullmatch(address)), "")
        yield doi, {"url": url, "version": str(best.get("version") or ""), "licence": str(best.get("license") or "")}


_ASK: dict[str, Callable[[Sequence[str], str, Policy], Iterator[tuple[str, dict[str, str]]]]] = {
    PMC: _converted,
    UNPAYWALL: _best_copies,
}
_NAMES = {PMC: "PubMed Central", UNPAYWALL: "Unpaywall"}


def _get(home: str, url: str, service: str, policy: Policy) -> Mapping[str, Any]:
    """The JSON behind a URL; empty if the service does not know the identifier (HTTP 404)."""
    door = transport.opener(home)

    def call() -> Mapping[str, Any]:
        time.sleep(_PAUSE[service] if policy.pause is None else policy.pause)
        request = urllib.request.Request(
            url, headers={"User-Agent": f"prismake/{__version__}", "Accept": "application/json"}
        )
        try:
            with door.open(request, timeout=policy.timeout) as response:
                data = transport.body(response, policy)
        except urllib.error.HTTPError as error:
            if error.code == 404 and service == UNPAYWALL:
                error.close()
                return {}
            raise
        try:
            answer = parsed_json(data)
        except ValueError:
            raise PassingError("an answer that is not complete JSON") from None
        if not isinstance(answer, dict):
            raise PassingError("an answer that is not a JSON object")
        return answer

    return transport.patiently(call, policy, doing="asking for open-access links")
