"""Collect the records of all sources in one table."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.table_files import save_csv
from prismake.kept.retained_records import join_and_keep
from prismake.search.sources import searches_table
from prismake.sheets.judged_records import judged_records


def main(logs: list[Path], tables: list[Path], records_file: Path, vanished_file: Path, searches_file: Path) -> None:
    searches = [read_json(log) for log in logs]
    save_csv(vanished_file, join_and_keep(tables, searches, records_file, judged_records))
    save_csv(searches_file, searches_table(searches))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            [Path(log) for log in snakemake.input.logs],
            [Path(table) for table in snakemake.input.records],
            Path(snakemake.output.records),
            Path(snakemake.output.vanished),
            Path(snakemake.output.searches),
        )
