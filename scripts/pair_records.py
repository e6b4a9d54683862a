"""List the pairs of records that may be of one report, in shares that jobs compare side by side."""

from pathlib import Path

from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(records: Path, forms: list[Path], above: int, pairs: list[Path], entries: Path, words: Path) -> None:
    """Form blocks of records that share a key, and write the pairs within them."""
    from prismake.dedup.divided import pair_up

    pair_up(records, forms, above, pairs, entries, words)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.records),
            [Path(path) for path in snakemake.input.forms],
            snakemake.params.above,
            [Path(path) for path in snakemake.output.pairs],
            Path(snakemake.output.entries),
            Path(snakemake.output.words),
        )
