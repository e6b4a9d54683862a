"""Every story of the corpus, played by program; through LibreOffice: ``python tests/sheets/events/table.py --office``."""

from __future__ import annotations

import pytest
import told_stories  # noqa: F401  # which registers them
from stories import STORIES, play_story


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_as_it_is_told(name, tmp_path):
    assert play_story(name, tmp_path) == []
