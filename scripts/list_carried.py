"""List the outcome of each imported decision."""

from pathlib import Path

from prismake.core.files import read_csv, write_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv
from prismake.search.imported_decisions import STAGES, outcome, summary


def main(carried: Path, decisions: dict[str, Path], table: Path, words: Path) -> None:
    imported = outcome(read_csv(carried), {stage: read_csv(path) for stage, path in decisions.items()})
    save_csv(table, imported)
    write_json(words, summary(imported))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.carried),
            {stage: Path(snakemake.input[stage]) for stage in STAGES},
            Path(snakemake.output.table),
            Path(snakemake.output.words),
        )
