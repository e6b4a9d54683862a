"""List the reports whose titles and abstracts are to be screened."""

from pathlib import Path

from prismake.files import replacing
from prismake.jobs import job
from prismake.queues import titles_and_abstracts


def main(reports_file: Path, kinds: dict[str, str], queue: Path) -> None:
    import pandas as pd

    with replacing(queue) as draft:
        titles_and_abstracts(pd.read_parquet(reports_file), kinds).to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.reports), snakemake.params.kinds, Path(snakemake.output.queue))
