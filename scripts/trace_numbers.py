"""List the cells of each pooled number, who typed it and how it was settled."""

from pathlib import Path

from prismake.core.jobs import job
from prismake.core.table_files import save_csv
from prismake.report.value_trace import places_table


def main(protocol: dict, places: Path) -> None:
    save_csv(places, places_table(protocol))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(snakemake.params.protocol, Path(snakemake.output.places))
