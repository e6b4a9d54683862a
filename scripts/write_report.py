"""Write the page of the review."""

from pathlib import Path

from prismake.core.files import write_text
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.report.inputs import gather, paths_of
from prismake.report.page import render


def main(inputs: dict, config: dict, versions: dict, page: Path, studies: Path) -> None:
    context, table = gather(inputs, config, versions)
    save_csv(studies, table)
    write_text(page, render(context))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            paths_of(snakemake.input),
            snakemake.params.config,
            snakemake.params.versions,
            Path(snakemake.output.page),
            Path(snakemake.output.studies),
        )
