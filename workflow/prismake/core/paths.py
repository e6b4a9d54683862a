"""Where the graph and its data files lie: in a checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def graph_root() -> Path:
    """The folder that holds ``Snakefile``, ``rules/``, ``scripts/`` and ``workflow/forms/``."""
    checkout = _PACKAGE.parents[1]
    return checkout if (checkout / "Snakefile").is_file() else _PACKAGE / "_graph"


def snakefile() -> str:
    """Path of the Snakefile, for ``include:`` in the small Snakefile of a review."""
    return str(graph_root() / "Snakefile")


def forms_dir() -> Path:
    """The forms and instruments that reviewers see."""
    return graph_root() / "workflow" / "forms"


def schema(name: str) -> Path:
    """A schema by its file name."""
    return graph_root() / "workflow" / "schemas" / name
