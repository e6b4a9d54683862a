"""Find records of the same report by rules, and the pairs that people must judge."""

from pathlib import Path

from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_parquet


def main(
    records: Path,
    divided: dict[str, list[Path]],
    merge_cochrane_versions: bool | str,
    workers: int,
    output: dict[str, Path],
) -> None:
    """Compare all records, or put together what the jobs of a ``divided`` comparison have made."""
    from prismake.dedup import questions
    from prismake.dedup.divided import compare_file, put_together, rows_of
    from prismake.dedup.pair_rows import SHOWN, pair_rows

    if divided["compared"]:
        entries, shares = divided["entries"][0], divided["compared"]
        versions = merge_cochrane_versions
        comparison = put_together(records, divided["forms"], entries, shares, merge_cochrane_versions=versions)
    else:
        comparison = compare_file(records, merge_cochrane_versions=merge_cochrane_versions, workers=workers)
    comparison.write(output["entries"], output["pairs"])
    tables = questions(comparison, merge_cochrane_versions=merge_cochrane_versions)
    for name, pairs in zip(("queue", "merges"), tables, strict=True):
        shown = rows_of(records, comparison, {*pairs["first"], *pairs["second"]}, SHOWN)
        save_parquet(output[name], pair_rows(pairs, shown))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.records),
            {name: [Path(path) for path in snakemake.input[name]] for name in ("forms", "entries", "compared")},
            snakemake.params.merge_cochrane_versions,
            snakemake.threads,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
