"""Merge each cluster of records into one report, using the panel's answers."""

from pathlib import Path

from prismake.core.files import read_csv, write_json
from prismake.core.jobs import job
from prismake.core.table_files import save_csv, save_parquet
from prismake.kept.ids import REPORTS, ROUTES, load_ids, routes_of, save_ids


def main(
    inputs: dict[str, Path],
    kinds: dict[str, str],
    merge_cochrane_versions: bool | str,
    workers: int,
    output: dict[str, Path],
) -> None:
    """Form the clusters with the answers and the ids of earlier runs, then merge them."""
    import pandas as pd
    from prismake.dedup import Comparison, apply_answers, merge_reports
    from prismake.dedup.answers import settled, without_effect

    records, merges = pd.read_parquet(inputs["records"]), read_csv(inputs["merges"])
    vanished, earlier = read_csv(inputs["vanished"]), load_ids(REPORTS)
    result = apply_answers(
        Comparison.read(inputs["entries"], inputs["pairs"]),
        records,
        answers=settled(read_csv(inputs["decisions"]), merges),
        previous=earlier,
        merge_cochrane_versions=merge_cochrane_versions,
        workers=workers,
    )
    reports = merge_reports(records, result.clusters)
    kinds = {**dict(zip(vanished["source"], vanished["kind"], strict=True)), **kinds}
    reports["route"] = routes_of(reports, kinds, earlier, load_ids(ROUTES))
    save_ids(REPORTS, dict(zip(result.clusters["record_id"], result.clusters["report_id"], strict=True)))
    save_ids(ROUTES, dict(zip(reports["report_id"], reports["route"], strict=True)))
    save_csv(output["duplicates"], result.clusters)
    save_csv(output["links"], result.links)
    save_csv(output["sources"], result.sources)
    save_csv(output["shared"], result.shared)
    write_json(output["summary"], {**result.summary, "answers_without_effect": without_effect(merges, result.clusters)})
    save_parquet(output["reports"], reports)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.kinds,
            snakemake.params.merge_cochrane_versions,
            snakemake.threads,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
