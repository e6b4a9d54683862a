"""Bring the records of all sources into one table."""

from pathlib import Path

from prismake import recordfile
from prismake.files import read_json, write_csv
from prismake.jobs import job
from prismake.searching import searches_table


def main(logs: list[Path], tables: list[Path], records_file: Path, searches_file: Path) -> None:
    recordfile.join(tables, records_file)
    write_csv(searches_file, searches_table([read_json(log) for log in logs]))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            [Path(log) for log in snakemake.input.logs],
            [Path(table) for table in snakemake.input.records],
            Path(snakemake.output.records),
            Path(snakemake.output.searches),
        )
