"""Read one source: its exports, or the database itself."""

from pathlib import Path

from prismake.files import write_json
from prismake.jobs import job
from prismake.searching import read_source


def main(source, details, email, folder: Path, log_file: Path, records_file: Path) -> None:
    """Write the search log and the records of one source."""
    write_json(log_file, read_source(source, details, email, folder, records_file))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.source,
            snakemake.params.details,
            snakemake.params.email,
            Path("config/searches"),
            Path(snakemake.output.log),
            Path(snakemake.output.records),
        )
