"""Read one source: its exports, or the database itself."""

from pathlib import Path

from prismake.core.files import read_json, write_json
from prismake.core.jobs import job
from prismake.search.sources import read_source


def main(source, details, email, folder: Path, shares, output: dict[str, Path]) -> None:
    """Write the search log, the records and the decisions of one source."""
    paths = output["records"], output["decisions"]
    write_json(output["log"], read_source(source, details, email, folder, *paths, shares))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            snakemake.wildcards.source,
            snakemake.params.details,
            snakemake.params.email,
            Path("config/searches"),
            ([read_json(Path(path)) for path in snakemake.input.read], [Path(path) for path in snakemake.input.tables]),
            {name: Path(path) for name, path in snakemake.output.items()},
        )
