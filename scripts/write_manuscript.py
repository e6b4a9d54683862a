"""Write the manuscript of the review."""

from pathlib import Path

from prismake.core.files import write_bytes
from prismake.core.jobs import job
from prismake.core.reuse import KeptParts, keeping, reused
from prismake.report.inputs import paths_of


def main(inputs: dict, config: dict, versions: dict, manuscript: Path, kept: KeptParts) -> None:
    from prismake.report.manuscript.document import (
        docx_bytes,  # python-docx and matplotlib, not needed for kept results
    )
    from prismake.report.manuscript.inputs import gather

    paper, drawings = gather(inputs, config, versions, kept)
    write_bytes(manuscript, docx_bytes(paper, drawings, inputs.get("template")))
    kept.sweep()


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            paths_of(snakemake.input),
            snakemake.params.config,
            snakemake.params.versions,
            Path(snakemake.output.manuscript),
            KeptParts(snakemake),
        )
