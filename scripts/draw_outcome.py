"""Draw the figures of outcomes: forest and funnel plots, subgroups, moderators, sensitivity analyses."""

from pathlib import Path
from typing import Any

from prismake.core.files import digest, read_json, write_bytes
from prismake.core.jobs import job
from prismake.core.progress import tracked
from prismake.core.reuse import KeptParts, keeping, reused


def main(
    results: list[Path], figures: list[list[str]], formats: list[list[Path]], look: dict[str, Any], kept: KeptParts
) -> None:
    """Draw each figure of each outcome by its name: "forest", "funnel", "forest.<column>", "bubble.<column>" or that of
    a sensitivity analysis; ``formats`` are the files of each format in the order of outcomes and names."""
    files = tracked(zip(*formats, strict=True), sum(map(len, figures)), "drawing figures", "figures")
    for path, names in zip(results, figures, strict=True):
        result, made_from = read_json(path), digest(path)
        for name in names:
            draw(result, name, next(files), look, made_from, kept)
    kept.sweep()


def draw(
    result: dict[str, Any], name: str, paths: tuple[Path, ...], look: dict[str, Any], made_from: str, kept: KeptParts
) -> None:
    """Draw one figure in all its formats, unless it was drawn from the same before."""
    figure = None

    def drawn(path: Path) -> bytes:
        nonlocal figure
        from prismake.figures import outcome_figure, outcome_pages, save_all  # matplotlib, not needed for kept figures

        figure = figure or outcome_figure(result, name, look)
        save_all(figure, [path], lambda: outcome_pages(result, name, look))
        return path.read_bytes()

    for path in paths:
        write_bytes(path, kept.get([path.name, name, look, made_from], lambda path=path: drawn(path)))


if "snakemake" in globals() and not reused(snakemake):
    with job(snakemake.log[0]), keeping(snakemake):
        main(
            [Path(path) for path in snakemake.input.results],
            snakemake.params.figures,
            [[Path(path) for path in paths] for _, paths in snakemake.output.items()],
            snakemake.params.look,
            KeptParts(snakemake),
        )
