"""Draw how many included records were found after how many were read."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(status: Path, plot: Path) -> None:
    from prismake.figures import reading_curve, save  # matplotlib, not needed to put back kept results

    save(reading_curve(read_json(status)["rounds"]), plot)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(Path(snakemake.input.status), Path(snakemake.output.plot))
