"""The software that made the results, as the report names it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prismake import __version__
from prismake.core.paths import graph_root, package_root

_GRAPH = ("Snakefile", "rules/*.smk", "scripts/*.py", "workflow/[fmrs]*/**/*")  # beside the package
_DIGITS = 12
_NAMED = ("snakemake", "numpy", "scipy", "pandas", "rapidfuzz")


def versions() -> dict[str, str]:
    """Versions by name, in printing order; libraries that are not installed are left out."""
    numbers = {"prismake": __version__, "Python": platform.python_version()}
    for name in _NAMED:
        try:
            numbers[name] = version(name)
        except PackageNotFoundError:
            continue
    return numbers


@cache
def build() -> str:
    """Twelve digits that change with any file of prismake: two copies of one version may differ.

    They are the same in a checkout and in an installed package of the same files.
    """
    package, graph = package_root(), graph_root()
    files = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py") if "_graph" not in path.parts}
    for pattern in _GRAPH:
        files |= {f"/{path.relative_to(graph).as_posix()}": path for path in graph.glob(pattern) if path.is_file()}
    total = hashlib.sha256()
    for name, path in sorted(files.items()):
        if not name.startswith("/workflow/prismake/"):
            total.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:_DIGITS]


def with_build(numbers: Mapping[str, str]) -> dict[str, str]:
    """The same versions, that of prismake with its build."""
    return {**numbers, "prismake": f"{numbers.get('prismake', __version__)} (build {build()})"}
