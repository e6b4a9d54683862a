"""List the reports whose titles and abstracts are to be screened."""

from pathlib import Path

from prismake.core.files import read_csv, replacing
from prismake.core.jobs import job
from prismake.panel.screening_rows import screening_rows
from prismake.search.imported_decisions import prefilled


def main(reports_file: Path, carried: Path, queue: Path) -> None:
    import pandas as pd

    answers = prefilled(read_csv(carried), "title_abstract", [])
    with replacing(queue) as draft:
        screening_rows(pd.read_parquet(reports_file), answers).to_parquet(draft, index=False)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.reports), Path(snakemake.input.carried), Path(snakemake.output.queue))
