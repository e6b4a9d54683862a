"""Draw the figures of one outcome: forest and funnel plots, subgroups, moderators, sensitivity analyses."""

from pathlib import Path

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(results: Path, paths: dict[str, Path]) -> None:
    """Draw each figure by its name: "forest", "funnel", "forest.<column>", "bubble.<column>" or that of a sensitivity
    analysis."""
    from prismake.figures import outcome_figure, save  # matplotlib, not needed to put back kept results

    result = read_json(results)
    for name, path in paths.items():
        save(outcome_figure(result, name), path)


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.results),
            dict(zip(snakemake.params.figures, map(Path, snakemake.output), strict=True)),
        )
