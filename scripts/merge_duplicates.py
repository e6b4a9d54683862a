"""Make one report of each cluster of records, with the panel's answers."""

from pathlib import Path

from prismake.clusters import REPORTS, known, remember
from prismake.files import read_csv, replacing, write_csv
from prismake.jobs import job


def main(
    records_file: Path,
    decisions_file: Path,
    merge_cochrane_versions: bool,
    duplicates: Path,
    links: Path,
    reports: Path,
) -> None:
    """Cluster again with the answers and with the ids of earlier runs, then merge."""
    import pandas as pd
    from prismake.dedup import find_duplicates, merge_reports

    records = pd.read_parquet(records_file)
    decisions = read_csv(decisions_file)
    settled = decisions[decisions["state"] == "settled"]
    answers = dict(zip(settled["item_id"], settled["same"], strict=True))
    result = find_duplicates(
        records,
        answers=answers,
        previous=known(REPORTS),
        merge_cochrane_versions=merge_cochrane_versions,
    )
    remember(REPORTS, dict(zip(result.clusters["record_id"], result.clusters["report_id"], strict=True)))
    write_csv(duplicates, result.clusters)
    write_csv(links, result.links)
    with replacing(reports) as draft:
        merge_reports(records, result.clusters).to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        out = snakemake.output
        main(
            Path(snakemake.input.records),
            Path(snakemake.input.decisions),
            snakemake.params.merge_cochrane_versions,
            Path(out.duplicates),
            Path(out.links),
            Path(out.reports),
        )
