"""List the reports whose titles and abstracts are to be screened."""

from pathlib import Path

from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_parquet
from prismake.panel.screening_rows import screening_rows
from prismake.search.imported_decisions import prefilled


def main(reports_file: Path, links: Path, carried: Path, queue: Path) -> None:
    import pandas as pd

    answers = prefilled(read_csv(carried), "title_abstract", [])
    save_parquet(queue, screening_rows(pd.read_parquet(reports_file), read_csv(links), answers))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.reports),
            Path(snakemake.input.links),
            Path(snakemake.input.carried),
            Path(snakemake.output.queue),
        )
