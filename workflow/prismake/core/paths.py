"""Locations of the graph and its data files, in a checkout or in the installed package."""

from __future__ import annotations

import contextlib
from pathlib import Path

from prismake import __file__ as _package_file

_DATA = ("forms", "models", "report", "schemas")
_PREFIX = Path(".snakemake/prismake/prefix")  # in the folder of a review; absent where results/ is in it
# beside the package: the graph, and the data files that travel with it
_GRAPH = ("Snakefile", "rules/*.smk", "scripts/*.py", *(f"workflow/{name}/**/*" for name in _DATA))


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


def own_files() -> dict[str, Path]:
    """Every file of the package and the graph, by names that are the same in a checkout and an installed package."""
    package, graph = package_root(), graph_root()
    files = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py") if "_graph" not in path.parts}
    for pattern in _GRAPH:
        files |= {f"/{path.relative_to(graph).as_posix()}": path for path in graph.glob(pattern) if path.is_file()}
    return dict(sorted(files.items()))


def note_prefix(prefix: Path, review: Path = Path()) -> None:
    """Keep the `prefix:` below which another Snakefile puts the results of a review, for ``results_parent``."""
    note, words = review / _PREFIX, prefix.as_posix()
    with contextlib.suppress(OSError):  # commands of prismake need it, a run does not
        if words == ".":
            note.unlink(missing_ok=True)
        elif not note.is_file() or note.read_text(encoding="utf-8") != words:
            note.parent.mkdir(parents=True, exist_ok=True)
            note.write_text(words, encoding="utf-8")


def results_parent(review: Path = Path()) -> Path:
    """The folder that contains ``results/``: that of the review, or one below the `prefix:` of the last run."""
    try:
        return review / (review / _PREFIX).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return review
