"""Draw the figures of one outcome: forest and funnel plots, subgroups, moderators, sensitivity analyses."""

from pathlib import Path
from typing import Any

from prismake.core.files import read_json
from prismake.core.jobs import job
from prismake.core.reuse import keeping, reused


def main(results: Path, names: list[str], formats: list[list[Path]], look: dict[str, Any]) -> None:
    """Draw each figure by its name: "forest", "funnel", "forest.<column>", "bubble.<column>" or that of a sensitivity
    analysis; ``formats`` are the files of each format in the order of the names."""
    from prismake.figures import outcome_figure, outcome_pages, save_all  # matplotlib, not needed to put back results

    result = read_json(results)
    for name, *paths in zip(names, *formats, strict=True):
        save_all(outcome_figure(result, name, look), paths, lambda name=name: outcome_pages(result, name, look))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            Path(snakemake.input.results),
            snakemake.params.figures,
            [[Path(path) for path in paths] for _, paths in snakemake.output.items()],
            snakemake.params.look,
        )
