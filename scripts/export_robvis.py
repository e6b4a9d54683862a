"""Write the judgements of each instrument in the form that robvis reads."""

from pathlib import Path

from prismake.appraisal.robvis import robvis_table
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv


def main(appraisal: Path, outcomes: dict[str, str], tables: dict[str, Path]) -> None:
    judgements = read_csv(appraisal)
    for instrument, table in tables.items():
        save_csv(table, robvis_table(instrument, judgements, outcomes))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.appraisal),
            snakemake.params.outcomes,
            dict(zip(snakemake.params.exported, map(Path, snakemake.output), strict=True)),
        )
