"""Counts in words, and words within a sentence."""

from __future__ import annotations

import pytest
from prismake.core.phrases import open_decisions, within_sentence


def test_one_open_decision_is_said_in_the_singular():
    assert [open_decisions(value) for value in (1, 1204)] == ["1 decision is open", "1,204 decisions are open"]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("Relapse after remission", "relapse after remission"),
        ("A group without events", "a group without events"),
        *(
            (text, text)
            for text in ("CRS", "CD19 and CD22", "IgG level", "GRADE 3 or more", "T cells", "I² is low", "", "of")
        ),
    ],
)
def test_abbreviations_keep_their_capitals_within_a_sentence(text, inside):
    assert within_sentence(text) == inside
