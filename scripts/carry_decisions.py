"""Assign decisions imported from exports of screening tools to reviewers and reports."""

from pathlib import Path

from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.search.imported_decisions import carry


def main(
    tables: dict[str, Path], duplicates: Path, names: dict[str, dict], reviewers: dict[str, list], carried: Path
) -> None:
    """Assign the decisions of all sources to their reports."""
    import pandas as pd

    decisions = [read_csv(path).assign(source=source) for source, path in tables.items()]
    clusters = read_csv(duplicates)
    report_of = dict(zip(clusters["record_id"], clusters["report_id"], strict=True))
    save_csv(carried, carry(pd.concat(decisions, ignore_index=True), report_of, names, reviewers))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            {Path(path).name.partition(".")[0]: Path(path) for path in snakemake.input.decisions},
            Path(snakemake.input.duplicates),
            snakemake.params.names,
            snakemake.params.reviewers,
            Path(snakemake.output.carried),
        )
