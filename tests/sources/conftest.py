"""Shared by the tests of sources: where the folder of real samples is, when there is one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

SHARED = Path(os.environ.get("PRISMAKE_SHARED") or Path(__file__).parents[2].parent / "shared")


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = SHARED / "samples"
    if not (folder / "expected.json").is_file():
        pytest.skip("the folder of real exports is not here (set PRISMAKE_SHARED)")
    return folder
