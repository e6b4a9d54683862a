"""List the domains of GRADE for each outcome that is judged, with what the figures suggest and why."""

from pathlib import Path

from prismake.core.files import read_csv, read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused
from prismake.core.table_files import save_parquet
from prismake.synthesis.certainty.certainty_rows import certainty_rows


def main(results: list[Path], studies: Path, outcomes: dict, settings: dict, queue: Path) -> None:
    pooled = {result["outcome"]: result for result in map(read_json, results)}
    save_parquet(queue, certainty_rows(pooled, outcomes, read_csv(studies), **settings))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.results],
            Path(snakemake.input.studies),
            snakemake.params.outcomes,
            {name: snakemake.params[name] for name in ("gate", "shares", "question")},
            Path(snakemake.output.queue),
        )
