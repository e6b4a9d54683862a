"""Make one report of each cluster of records, with the panel's answers."""

from pathlib import Path

from prismake.clusters import REPORTS, known, remember
from prismake.files import read_csv, replacing, write_csv, write_json
from prismake.jobs import job


def main(inputs: dict[str, Path], merge_cochrane_versions: bool, workers: int, output: dict[str, Path]) -> None:
    """Cluster again with the answers and with the ids of earlier runs, then merge."""
    import pandas as pd
    from prismake.dedup import find_duplicates, merge_reports
    from prismake.dedup.answers import settled, without_effect

    records, merges = pd.read_parquet(inputs["records"]), read_csv(inputs["merges"])
    result = find_duplicates(
        records,
        answers=settled(read_csv(inputs["decisions"]), merges),
        previous=known(REPORTS),
        merge_cochrane_versions=merge_cochrane_versions,
        workers=workers,
    )
    remember(REPORTS, dict(zip(result.clusters["record_id"], result.clusters["report_id"], strict=True)))
    write_csv(output["duplicates"], result.clusters)
    write_csv(output["links"], result.links)
    write_csv(output["sources"], result.sources)
    write_csv(output["shared"], result.shared)
    write_json(output["summary"], {**result.summary, "answers_without_effect": without_effect(merges, result.clusters)})
    with replacing(output["reports"]) as draft:
        merge_reports(records, result.clusters).to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.merge_cochrane_versions,
            snakemake.threads,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
