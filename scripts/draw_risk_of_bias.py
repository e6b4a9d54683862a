"""Draw how much of the weight behind one outcome is at which risk of bias."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.figures import save, summary


def main(results: Path, figure: Path) -> None:
    save(summary(read_json(results)), figure)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.results), Path(snakemake.output.figure))
