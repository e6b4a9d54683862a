"""Draw the forest plot of one outcome by one set of subgroups."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.figures import forest, save


def main(results: Path, column: str, forest_file: Path) -> None:
    save(forest(read_json(results), subgroup=column), forest_file)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.results), snakemake.wildcards.column, Path(snakemake.output.forest))
