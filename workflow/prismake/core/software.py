"""The software that made the results, as the report names it."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from prismake import __version__

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
