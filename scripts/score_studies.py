"""Turn the panel's answers into stars, judgements and an overall word, and measure how well reviewers agree on them."""

from pathlib import Path

from prismake.appraisal.agreement import agreement_table
from prismake.appraisal.scores import appraise
from prismake.core.files import read_csv
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_csv


def main(tables: dict[str, Path], settings: dict, reviewers: list[str], output: dict[str, Path]) -> None:
    studies, decisions, notes = (read_csv(tables[name]) for name in ("studies", "decisions", "notes"))
    answers, scores = appraise(studies, decisions, notes, **settings)
    save_csv(output["appraisal"], answers)
    save_csv(output["scores"], scores)
    save_csv(output["agreement"], agreement_table(scores, decisions, reviewers, settings["overall"]))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            {name: Path(path) for name, path in snakemake.input.items()},
            {name: snakemake.params[name] for name in ("instruments", "outcomes", "overall")},
            snakemake.params.reviewers,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
