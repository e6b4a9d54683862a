"""Draw one sensitivity analysis of one outcome."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.figures import save, sensitivity_figure


def main(results: Path, name: str, figure: Path) -> None:
    save(sensitivity_figure(read_json(results), name), figure)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.results), snakemake.wildcards.sensitivity, Path(snakemake.output.figure))
