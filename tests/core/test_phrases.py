"""Counts in words."""

from __future__ import annotations

from prismake.core.phrases import open_decisions


def test_one_open_decision_is_said_in_the_singular():
    assert [open_decisions(value) for value in (1, 1204)] == ["1 decision is open", "1,204 decisions are open"]
