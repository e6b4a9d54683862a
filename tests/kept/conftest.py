"""A review as prismake 0.1 left it."""

from __future__ import annotations

import pytest
from kept_files import old_review


@pytest.fixture
def review(tmp_path):
    return old_review(tmp_path)
