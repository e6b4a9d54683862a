"""The software that made the results, as the report names it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from prismake import __version__
from prismake.core.paths import own_files

MADE_BY = f"prismake {__version__}"
"""What results state that have to be the same bytes whatever else of prismake changes: no build."""
_DIGITS = 12
_NAMED = ("snakemake", "numpy", "scipy", "pandas", "rapidfuzz")


def versions() -> dict[str, str]:
    """Versions by name, in printing order; libraries that are not installed are left out."""
    numbers = {"prismake": __version__, "Python": platform.python_version()}
    for name in _NAMED:
        try:
            numbers[name] = _installed(name)
        except PackageNotFoundError:
            continue
    return numbers


_installed = cache(version)  # each look-up reads and parses a file


@cache
def build() -> str:
    """Twelve digits that change with any file of prismake: two copies of one version may differ.

    They are the same in a checkout and in an installed package of the same files.
    """
    total = hashlib.sha256()
    for name, path in own_files().items():
        total.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:_DIGITS]


def with_build(numbers: Mapping[str, str]) -> dict[str, str]:
    """The same versions, with the build added to that of prismake."""
    return {**numbers, "prismake": f"{numbers.get('prismake', __version__)} (build {build()})"}
