"""Fixtures that offer real workbooks."""

from __future__ import annotations

import pytest
from sheet_stage import Stage


@pytest.fixture
def new_stage(tmp_path):
    """Makes a stage; arguments as of ``Stage``, without the folder."""
    return lambda *arguments, **config: Stage(tmp_path / "sheets", *arguments, **config)


@pytest.fixture
def stage(tmp_path):
    made = Stage(tmp_path / "sheets")
    made.offer()
    return made
