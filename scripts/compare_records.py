"""Compare a share of the pairs of records that may be of one report."""

from pathlib import Path

from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(inputs: dict[str, Path], forms: list[Path], workers: int, compared: Path) -> None:
    """Read the texts of the records of these pairs, and score the agreement of each field."""
    from prismake.dedup.divided import compare_share

    compare_share(inputs["records"], forms, inputs["pairs"], inputs["entries"], inputs["words"], compared, workers)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            {name: Path(snakemake.input[name]) for name in ("records", "pairs", "entries", "words")},
            [Path(path) for path in snakemake.input.forms],
            snakemake.threads,
            Path(snakemake.output.compared),
        )
