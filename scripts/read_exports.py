"""Read a share of the exports of a large source."""

from pathlib import Path

from prismake.core.files import write_json
from prismake.core.jobs import job
from prismake.search.shares import read_share


def main(files: list[str], source: str, output: dict[str, Path]) -> None:
    """Write the records of the files, and what each file gave."""
    write_json(output["read"], read_share(files, source, output["table"]))


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(
            list(map(str, snakemake.input.files)),
            snakemake.wildcards.source,
            {name: Path(path) for name, path in snakemake.output.items()},
        )
