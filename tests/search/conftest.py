"""Shared by the tests of sources."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sample_folder import SHARED


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = SHARED / "samples"
    if not (folder / "expected.json").is_file():
        pytest.skip("the folder of real exports is not here (set PRISMAKE_SHARED)")
    return folder
