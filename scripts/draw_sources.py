"""Draw how many reports each combination of sources found."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(reports: Path, searches: list[Path], paths: list[Path]) -> None:
    import pandas as pd
    from prismake.figures import save_all, source_overlap  # matplotlib, not needed to put back kept results

    sources = pd.read_parquet(reports, columns=["sources"])["sources"]
    logs = [read_json(path) for path in searches]
    save_all(source_overlap(sources, {search["source"]: search["label"] for search in logs}), paths)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.reports),
            [Path(path) for path in snakemake.input.searches],
            [Path(path) for path in snakemake.output],
        )
