"""Turn the panel's answers into stars by domain and one word for each study."""

from pathlib import Path

from prismake.appraisal.scores import appraise
from prismake.core.files import read_csv, write_csv
from prismake.core.jobs import job


def main(tables: dict[str, Path], instruments: dict[str, str], overall: str, appraisal: Path, scores: Path) -> None:
    answers, judged = appraise(
        *(read_csv(tables[name]) for name in ("studies", "decisions", "notes")), instruments, overall
    )
    write_csv(appraisal, answers)
    write_csv(scores, judged)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            snakemake.params.instruments,
            snakemake.params.overall,
            Path(snakemake.output.appraisal),
            Path(snakemake.output.scores),
        )
