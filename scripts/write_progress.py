"""Write the page that says who has what to do."""

from pathlib import Path

from prismake.core.files import read_json, write_text
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.report.progress_page import progress_page


def main(title: str, statuses: list[Path], software: str, page: Path) -> None:
    write_text(page, progress_page(title, [read_json(path) for path in statuses], software))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            snakemake.params.title,
            [Path(path) for path in snakemake.input.statuses],
            f"prismake {snakemake.params.versions['prismake']}",
            Path(snakemake.output.page),
        )
