"""Turn the panel's answers into stars by domain and one word for each study."""

from pathlib import Path

from prismake.appraisal.scores import appraise
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.table_files import save_csv


def main(tables: dict[str, Path], instruments: dict[str, str], overall: str, appraisal: Path, scores: Path) -> None:
    answers, judged = appraise(
        *(read_csv(tables[name]) for name in ("studies", "decisions", "notes")), instruments, overall
    )
    save_csv(appraisal, answers)
    save_csv(scores, judged)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.instruments,
            snakemake.params.overall,
            Path(snakemake.output.appraisal),
            Path(snakemake.output.scores),
        )
