"""Draw the PRISMA 2020 flow diagram."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(flow_file: Path, paths: list[Path]) -> None:
    from prismake.figures import flow_diagram, save_all  # matplotlib, not needed to put back kept results

    save_all(flow_diagram(read_json(flow_file)), paths)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(Path(snakemake.input.flow), [Path(path) for path in snakemake.output])
