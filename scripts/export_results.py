"""Write flow, effects and weighted judgements in the form that R's PRISMA2020, metafor and robvis read."""

from pathlib import Path

from prismake.appraisal.robvis import weighted_tables
from prismake.core.files import read_json, read_table, write_text
from prismake.core.jobs import job
from prismake.core.names import STUDY_ID
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_table
from prismake.report.manuscript.metafor_table import metafor_table
from prismake.report.manuscript.prisma_table import prisma_table


def main(
    flow: Path, studies_file: Path, results: list[Path], diagram: Path, effects: list[Path], weighted: list[Path]
) -> None:
    pooled, studies = [read_json(path) for path in results], read_table(studies_file)
    reports = dict(zip(studies[STUDY_ID], (ids.count(";") + 1 for ids in studies["report_ids"]), strict=True))
    save_table(diagram, prisma_table(read_json(flow), pooled, reports))
    for result, path in zip(pooled, effects, strict=True):
        write_text(path, metafor_table(result))
    for result, folder in zip(pooled, weighted, strict=True):
        folder.mkdir(parents=True)
        for instrument, table in weighted_tables(result["studies"]).items():
            save_table(folder / f"{instrument}.csv", table)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.flow),
            Path(snakemake.input.studies),
            [Path(path) for path in snakemake.input[2:]],
            Path(snakemake.output.diagram),
            [Path(path) for path in snakemake.output.effects],
            [Path(path) for path in snakemake.output.weighted],
        )
