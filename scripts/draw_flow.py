"""Draw the PRISMA 2020 flow diagram."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.figures import flow_diagram, save


def main(flow_file: Path, diagram: Path) -> None:
    save(flow_diagram(read_json(flow_file)), diagram)


if "snakemake" in globals():
    with job(snakemake.log[0]):
        main(Path(snakemake.input.flow), Path(snakemake.output.diagram))
