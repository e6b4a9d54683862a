"""Draw the forest and funnel plots of one outcome."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.figures import forest, funnel, save


def main(results: Path, forest_file: Path, funnel_file: Path) -> None:
    result = read_json(results)
    save(forest(result), forest_file)
    save(funnel(result), funnel_file)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.results), Path(snakemake.output.forest), Path(snakemake.output.funnel))
