"""Write the judgements of one instrument as robvis reads them."""

from pathlib import Path

from prismake.appraisal.robvis import robvis_table
from prismake.core.files import read_csv, write_csv
from prismake.core.jobs import job


def main(instrument: str, appraisal: Path, outcomes: dict[str, str], table: Path) -> None:
    write_csv(table, robvis_table(instrument, read_csv(appraisal), outcomes))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.instrument,
            Path(snakemake.input.appraisal),
            snakemake.params.outcomes,
            Path(snakemake.output.table),
        )
