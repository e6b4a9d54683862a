"""Write the supplement: every table in one workbook, and the sets of reports for other programs."""

from pathlib import Path

from prismake.core.files import write_bytes, write_text
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.report.inputs import paths_of


def main(inputs: dict, config: dict, versions: dict, workbook: Path, sets: list[Path]) -> None:
    from prismake.report.manuscript.inputs import gather_supplement
    from prismake.report.manuscript.typed_sheets import workbook_bytes
    from prismake.search.export import text

    sheets, reports = gather_supplement(inputs, config, versions)
    write_bytes(workbook, workbook_bytes(sheets, config["title"]))
    for path in sets:
        write_text(path, text(reports[path.stem], {".ris": "ris", ".bib": "bibtex", ".csv": "csv"}[path.suffix]))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            paths_of(snakemake.input),
            snakemake.params.config,
            snakemake.params.versions,
            Path(snakemake.output.workbook),
            [Path(path) for path in snakemake.output.sets],
        )
