"""End-to-end reviews: the real graph, the real snakemake."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# the local servers that speak for PubMed and others, and PDFs made by hand
sys.path[:0] = [str(HERE), str(HERE.parent / "search"), str(HERE.parent / "fulltexts")]


@pytest.fixture(scope="session")
def built_once(tmp_path_factory) -> Callable[..., Path]:
    """Copies of reviews that are built once in a run of the tests, whichever worker asks first.

    ``built_once(name, build, folder)`` calls ``build(pristine)`` unless a review of this name has been built, and copies
    the review to ``folder``, so that no test sees what another one does to its copy. Workers wait for each other.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "built_once"
    shared.mkdir(exist_ok=True)

    def copy_of(name: str, build: Callable[[Path], object], folder: Path) -> Path:
        pristine, done = shared / name, shared / f"{name}.done"
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not done.exists():
                shutil.rmtree(pristine, ignore_errors=True)
                build(pristine)
                done.touch()
        return Path(shutil.copytree(pristine, folder))

    return copy_of
