"""Look for retractions and expressions of concern of included reports."""

from functools import partial
from pathlib import Path

from prismake.core.files import read_csv, write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.states import State
from prismake.core.table_files import save_csv
from prismake.search.notices import NOTED, Checked, check_again, included_notices
from prismake.search.sources import api_key

SEARCHES = Path("config/searches")


def archived(search: tuple | None) -> list[Path]:
    """What PubMed has answered so far."""
    return sorted((SEARCHES / search[0]).glob("*.json")) if search else []


def main(reports_file: Path, decisions_file: Path, search: tuple | None, email: str, table: Path, status: Path) -> None:
    """Ask PubMed if the review searches it live; otherwise use the notices in the records."""
    import pandas as pd

    reports, decisions = pd.read_parquet(reports_file, columns=list(NOTED)), read_csv(decisions_file)
    settled = decisions[(decisions["state"] == State.SETTLED) & (decisions["decision"] == "include")]
    included = set(settled["item_id"])
    checked = Checked()
    if search:
        source, until = search
        mine = reports[reports["report_id"].isin(included)]
        pmids = sorted({pmid for pmid in mine["pmid"] if pmid})
        checked = check_again(pmids, SEARCHES / source, until, email=email, api_key=api_key(SEARCHES.parent))
    save_csv(table, included_notices(reports, included, checked))
    write_json(status, {"problem": checked.problem, "checked": len(checked.days)})


if "snakemake" in globals() and not reused(snakemake, beside := partial(archived, snakemake.params.search)):
    with job(snakemake.log[0]), keeping(snakemake, beside):
        main(
            Path(snakemake.input.reports),
            Path(snakemake.input.decisions),
            snakemake.params.search,
            snakemake.params.email,
            Path(snakemake.output.notices),
            Path(snakemake.output.status),
        )
