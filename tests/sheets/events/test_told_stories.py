"""Every story of the corpus, played by program; through LibreOffice: ``python tests/sheets/events/table.py --office``."""

from __future__ import annotations

import os

import protocol_stories  # noqa: F401  # which registers them
import pytest
import told_stories  # noqa: F401  # which registers them
from stories import STORIES, play_story


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda file: None)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_as_it_is_told(name, tmp_path):
    assert play_story(name, tmp_path) == []
