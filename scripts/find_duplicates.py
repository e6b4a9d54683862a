"""Find records of one report by rules, and the pairs that people must judge."""

from pathlib import Path

from prismake.files import replacing, write_csv, write_json
from prismake.jobs import job


def main(
    records_file: Path, merge_cochrane_versions: bool, found: Path, queue: Path, audit: Path, summary: Path
) -> None:
    import pandas as pd
    from prismake.dedup import find_duplicates
    from prismake.queues import pairs

    records = pd.read_parquet(records_file)
    result = find_duplicates(records, merge_cochrane_versions=merge_cochrane_versions)
    write_csv(found, result.clusters)
    for path, table in ((queue, pairs(result.queue, records)), (audit, result.audit)):
        with replacing(path) as draft:
            table.to_parquet(draft, index=False)
    write_json(summary, result.summary)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        out = snakemake.output
        main(
            Path(snakemake.input.records),
            snakemake.params.merge_cochrane_versions,
            Path(out.found),
            Path(out.queue),
            Path(out.audit),
            Path(out.summary),
        )
