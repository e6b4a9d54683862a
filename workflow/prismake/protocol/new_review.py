"""A folder for a new review: a commented configuration, empty folders, a Snakefile of a few lines."""

from __future__ import annotations

from pathlib import Path

from prismake.core.errors import PrismakeError
from prismake.core.files import write_text
from prismake.core.paths import graph_root


def make_review(folder: Path) -> None:
    """Create the folder.

    Raises:
        PrismakeError: the folder already contains a review; nothing is changed.
    """
    if (folder / "config" / "config.yaml").exists() or (folder / "Snakefile").exists():
        raise PrismakeError(
            "this folder already contains a review, which was not changed.",
            where=str(folder),
            remedy="Choose another name.",
        )
    templates = graph_root() / "workflow" / "report" / "new"
    for name in ("searches", "sheets", "fulltexts"):
        (folder / "config" / name).mkdir(parents=True, exist_ok=True)
    write_text(folder / "config" / "config.yaml", (templates / "config.yaml").read_text(encoding="utf-8"))
    write_text(folder / "config" / "searches" / "README.md", (templates / "searches.md").read_text(encoding="utf-8"))
    write_text(folder / "config" / "sheets" / "README.md", (templates / "sheets.md").read_text(encoding="utf-8"))
    write_text(folder / "config" / "fulltexts" / "README.md", (templates / "fulltexts.md").read_text(encoding="utf-8"))
    write_text(folder / "config" / ".gitignore", "ncbi_api_key.txt\nfulltexts/**/*.pdf\n")
    write_text(folder / "Snakefile", (templates / "Snakefile").read_text(encoding="utf-8"))
    for name in ("default", "slurm"):
        profile = (graph_root() / "profiles" / name / "config.yaml").read_text(encoding="utf-8")
        write_text(folder / "profiles" / name / "config.yaml", profile)
    (folder / "results").mkdir(exist_ok=True)
