"""List the reports whose titles and abstracts are to be screened."""

from pathlib import Path

from prismake.files import replacing
from prismake.jobs import job
from prismake.queues import titles_and_abstracts


def main(reports_file: Path, queue: Path) -> None:
    import pandas as pd

    with replacing(queue) as draft:
        titles_and_abstracts(pd.read_parquet(reports_file)).to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.reports), Path(snakemake.output.queue))
