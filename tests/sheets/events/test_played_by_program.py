"""Every event of the corpus, played by program: the result is as recorded, either right or reported."""

from __future__ import annotations

import os

import pytest
from played import EVENTS, OFFICE_ONLY, all_events, by_program

_CORPUS = [event for event in all_events() if event.family not in OFFICE_ONLY]


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda file: None)


@pytest.mark.parametrize("event", _CORPUS, ids=lambda event: event.name)
def test_an_event_comes_out_as_it_is_fixed(event, tmp_path):
    verdict, told = by_program(event, tmp_path)
    assert verdict == event.expected, told or "nothing was told"


def test_the_corpus_has_its_size():
    assert len(EVENTS) >= 550
