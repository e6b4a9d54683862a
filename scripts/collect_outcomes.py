"""Bring the extracted numbers into one table of outcomes."""

from pathlib import Path

from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.table_files import save_csv
from prismake.extraction.outcomes import collect_outcomes


def main(queue: Path, tables: dict[str, Path], settings: dict, outcomes: Path) -> None:
    import pandas as pd

    known = {name: read_csv(path) for name, path in tables.items()}
    table = collect_outcomes(pd.read_parquet(queue), **known, **settings)
    save_csv(outcomes, table)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.queue),
            {name: Path(snakemake.input[name]) for name in ("decisions", "notes", "studies")},
            {name: snakemake.params[name] for name in ("outcomes", "overlap")},
            Path(snakemake.output.outcomes),
        )
