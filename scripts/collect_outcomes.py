"""Bring the extracted numbers into one table of outcomes."""

from pathlib import Path

from prismake.files import read_csv, write_csv
from prismake.jobs import job
from prismake.outcomes import collect_outcomes


def main(queue: Path, decisions: Path, notes: Path, settings: dict, outcomes: Path) -> None:
    import pandas as pd

    table = collect_outcomes(pd.read_parquet(queue), read_csv(decisions), read_csv(notes), **settings)
    write_csv(outcomes, table)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.queue),
            Path(snakemake.input.decisions),
            Path(snakemake.input.notes),
            {name: snakemake.params[name] for name in ("outcomes", "fields", "overlap")},
            Path(snakemake.output.outcomes),
        )
