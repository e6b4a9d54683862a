"""Shared by the tests of sources."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sample_folder import SHARED


@pytest.fixture(scope="session")
def samples() -> Path:
    folder = SHARED / "samples"
    if not (folder / "expected.json").is_file():
        pytest.skip("the folder of real exports is not here (set PRISMAKE_SHARED)")
    return folder


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Biopython waits between two requests even where no request is sent by it, and a busy server is not
    asked more slowly; the pace is tested by itself."""
    from Bio import Entrez
    from prismake.search import pace

    monkeypatch.setattr(pace, "_SLOWER", 1.0)
    monkeypatch.setattr(Entrez, "time", SimpleNamespace(time=time.time, sleep=lambda seconds: None))
