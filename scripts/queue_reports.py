"""List the reports to be read in full."""

from pathlib import Path

from prismake.files import read_csv, replacing
from prismake.jobs import job
from prismake.queues import full_texts, handed_on


def main(reports_file: Path, decisions_file: Path, gate: str, sought: Path) -> None:
    import pandas as pd

    screened = read_csv(decisions_file)
    table = full_texts(pd.read_parquet(reports_file), screened, handed_on=handed_on(screened, gate))
    with replacing(sought) as draft:
        table.to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            Path(snakemake.input.reports),
            Path(snakemake.input.decisions),
            snakemake.params.gate,
            Path(snakemake.output.sought),
        )
