"""List the reports to be read in full."""

from pathlib import Path

from prismake.files import read_csv, replacing
from prismake.jobs import job
from prismake.queues import full_texts, handed_on


def main(inputs: dict[str, Path], gate: str, sought: Path) -> None:
    import pandas as pd

    screened, links = read_csv(inputs["decisions"]), read_csv(inputs["links"])
    reports = pd.read_parquet(inputs["reports"])
    table = full_texts(reports, screened, links, handed_on=handed_on(screened, gate))
    with replacing(sought) as draft:
        table.to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.gate,
            Path(snakemake.output.sought),
        )
