"""Find records of the same report by rules, and the pairs that people must judge."""

from pathlib import Path

from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_parquet


def main(
    records_file: Path, parts: list[Path], merge_cochrane_versions: bool | str, workers: int, output: dict[str, Path]
) -> None:
    """Compare all records; ``parts`` are their normal forms if other jobs have made them."""
    import pandas as pd
    from prismake.dedup import compare_records, conclude
    from prismake.dedup.normal_forms import read
    from prismake.dedup.pair_rows import pair_rows

    records = pd.read_parquet(records_file)
    comparison = compare_records(
        records,
        forms=read(parts) if parts else None,
        merge_cochrane_versions=merge_cochrane_versions,
        workers=workers,
    )
    comparison.write(output["entries"], output["pairs"])
    result = conclude(comparison, merge_cochrane_versions=merge_cochrane_versions)
    for name, pairs in (("queue", result.queue), ("merges", result.merges)):
        save_parquet(output[name], pair_rows(pairs, records))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.records),
            [Path(path) for path in snakemake.input.forms],
            snakemake.params.merge_cochrane_versions,
            snakemake.threads,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
