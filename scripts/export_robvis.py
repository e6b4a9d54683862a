"""Write the judgements of one instrument as robvis reads them."""

from pathlib import Path

from prismake.appraisal.robvis import robvis_table
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.table_files import save_csv


def main(instrument: str, appraisal: Path, outcomes: dict[str, str], table: Path) -> None:
    save_csv(table, robvis_table(instrument, read_csv(appraisal), outcomes))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.instrument,
            Path(snakemake.input.appraisal),
            snakemake.params.outcomes,
            Path(snakemake.output.table),
        )
