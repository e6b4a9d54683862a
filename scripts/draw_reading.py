"""Draw how many included records were found after how many were read."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(status: Path, paths: list[Path]) -> None:
    from prismake.figures import reading_curve, save_all  # matplotlib, not needed to put back kept results

    save_all(reading_curve(read_json(status)["rounds"]), paths)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(Path(snakemake.input.status), [Path(path) for path in snakemake.output])
