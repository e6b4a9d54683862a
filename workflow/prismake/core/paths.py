"""Locations of the graph and its data files, in a checkout or in the installed package."""

from __future__ import annotations

from pathlib import Path

from prismake import __file__ as _package_file


def package_root() -> Path:
    """The folder of the package."""
    return Path(_package_file).resolve().parent


def graph_root() -> Path:
    """The folder that holds ``Snakefile``, ``rules/``, ``scripts/`` and ``workflow/forms/``."""
    checkout = package_root().parents[1]
    return checkout if (checkout / "Snakefile").is_file() else package_root() / "_graph"


def snakefile() -> str:
    """Path of the Snakefile, for ``include:`` in the small Snakefile of a review."""
    return str(graph_root() / "Snakefile")


def data_file(name: str) -> Path:
    """A data file that travels with the package, by its path below ``workflow/``, for instance "forms/notices.yaml".

    The name has to be a literal: ``prismake.core.stamps`` reads it from the source, so that a rule runs again when a
    file changes that its code reads.
    """
    return graph_root() / "workflow" / name


def data_files(pattern: str) -> dict[str, Path]:
    """Data files that travel with the package, by their names without suffix, in alphabetical order.

    The pattern has to be a literal for the same reason as the name in ``data_file``, for instance "forms/*.yaml".
    """
    return {path.stem: path for path in sorted((graph_root() / "workflow").glob(pattern))}
