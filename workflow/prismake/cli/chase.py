"""``prismake chase``: what cites the included studies and what they cite, as a source of the review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from prismake.core.errors import PrismakeError
from prismake.core.files import read_csv
from prismake.core.names import REPORT_ID
from prismake.core.paths import results_parent
from prismake.protocol.team import SEARCHES
from prismake.search.chasing import Chased, Chaser, Seed, chase


def chase_included(service: str, read_config: Callable[[], dict[str, Any]], *, again: bool = False) -> None:
    """Chase the citations of the included studies in a service; returns a summary for people.

    Raises:
        PrismakeError: no study is included yet, or the service does not answer.
    """
    from prismake.core.progress import Reporter

    seeds = included(results_parent() / "results")
    folder = SEARCHES / f"citations_{service}"
    chaser = _chaser(service, read_config())
    date = dt.date.today().isoformat()
    result = chase(seeds, folder, chaser, date, again=again, progress=Reporter("Included reports", unit="reports"))
    print(words(result, len(seeds), folder, chaser.label))


def _chaser(service: str, config: dict[str, Any]) -> Chaser:
    if service == "openalex":
        from prismake.search.openalex import OpenAlex

        return OpenAlex()
    from prismake.search.elink import PubMedLinks
    from prismake.search.eutils import Client
    from prismake.search.sources import api_key

    if "@" not in config["email"]:
        raise PrismakeError("NCBI asks for an e-mail address.", remedy="Write it as 'email' in config/config.yaml.")
    return PubMedLinks(Client(email=config["email"], api_key=api_key(Path("config"))))


def included(results: Path) -> list[Seed]:
    """The included reports with their identifiers, in the order of their ids."""
    import pandas as pd

    studies, reports = results / "full_text/studies.csv", results / "duplicates/reports.parquet"
    if not (studies.exists() and reports.exists()):
        raise PrismakeError("there is no included study yet.", where=str(results), remedy="Type snakemake first.")
    report_ids = {report for row in read_csv(studies)["report_ids"] for report in row.split("; ") if report}
    if not report_ids:
        raise PrismakeError("no study is included yet, and citations are chased only from those.")
    rows = pd.read_parquet(reports, columns=[REPORT_ID, "doi", "pmid"]).to_dict("records")
    seeds = [Seed(row[REPORT_ID], row["doi"], row["pmid"]) for row in rows if row[REPORT_ID] in report_ids]
    return sorted(seeds, key=lambda seed: seed.report_id)


def words(result: Chased, seeds: int, folder: Path, label: str) -> str:
    """The result, and what to do next."""
    lines = [
        f"{label}: asked about {result.asked:,} of {seeds:,} included reports; the archive in {folder}/ holds "
        f"{result.records:,} records, with repetitions."
    ]
    if result.unknown:
        lines.append(f"Not known there, or without DOI and PMID: {', '.join(result.unknown)}.")
    if result.absent:
        lines.append(f"Linked there, but without a record of their own (withdrawn, for example): {result.absent:,}.")
    lines.append("They count as found by other methods. Next: snakemake")
    return "\n".join(lines)
