"""What people type into columns that the workflow fills in: it stays, it is named, and it counts for nothing."""

from __future__ import annotations

import pytest
from prismake.kept import store
from prismake.kept.formats import SHEET_STATE
from prismake.kept.sheet_state import state_file


@pytest.fixture
def stage(new_stage):
    made = new_stage(items=4)
    made.offer()
    made.decide("anna", *["exclude"] * 4)
    made.decide("ben", *["include"] * 4)
    made.offer()
    made.read()
    return made


def column(stage, header: str, who: str = "consensus") -> list:
    head, *rows = stage.cells(who)
    return [row[head.index(header)] for row in rows]


def problems(stage) -> str:
    return "\n".join(problem["what"] for problem in stage.read().status["problems"])


def test_a_decision_typed_over_what_a_reviewer_says_stays_and_is_named(stage):
    stage.decide("consensus", "exclude", header="Ben says")
    stage.offer()
    assert column(stage, "Ben says") == ["exclude", "include", "include", "include"]
    text = problems(stage)
    assert "“Ben says” is filled in by the workflow" in text and "“exclude”" in text and "“Settled”" in text
    assert list(stage.read().decisions["state"]) == ["conflict"] * 4


def test_it_is_named_until_it_is_taken_away_and_then_filled_in_again(stage):
    stage.decide("consensus", "see the protocol", header="Anna notes")
    for _ in range(2):
        stage.offer()
        assert "see the protocol" in problems(stage)
    stage.decide("consensus", None, header="Anna notes")
    stage.decide("consensus", None, header="Ben says")
    stage.offer()
    assert column(stage, "Ben says")[0] == "include"
    assert "filled in by the workflow" not in problems(stage)


def test_a_reviewer_who_changes_their_mind_is_shown_and_nobody_is_accused(stage):
    stage.decide("ben", "maybe")
    stage.offer()
    assert column(stage, "Ben says")[0] == "maybe"
    assert "filled in by the workflow" not in problems(stage)


def test_an_earlier_copy_put_back_is_brought_up_to_date(stage):
    earlier = stage.path("consensus").read_bytes()
    stage.decide("ben", "maybe")
    stage.offer()
    stage.read()
    stage.path("consensus").write_bytes(earlier)
    assert "filled in by the workflow" not in problems(stage)
    stage.offer()
    assert column(stage, "Ben says")[0] == "maybe"


def test_rows_that_are_settled_are_not_taken_for_typed_in_a_review_from_before(stage):
    """Sheets of versions that did not record what they wrote; one row is no longer disputed."""

    def forget(content: dict) -> dict:
        return {
            **content,
            "sheets": {name: {k: v for k, v in own.items() if k != "live"} for name, own in content["sheets"].items()},
        }

    stage.decide("ben", "exclude")
    stage.offer()
    store.update(state_file(stage.name, stage.folder), SHEET_STATE, forget)
    stage.offer()
    assert "filled in by the workflow" not in problems(stage)
    stage.decide("consensus", "unclear", header="Ben says")
    stage.offer()
    assert "“unclear”" in problems(stage)


def test_a_text_in_a_column_of_links_stays_and_is_named(new_stage):
    stage = new_stage("full_text", items=4)
    stage.offer()
    stage.links = {("pubmed:000", "pdf"): "config/fulltexts/a.pdf"}
    stage.offer()
    stage.decide("anna", "on Ben's desk", header="PDF")
    stage.decide("anna", "asked the library", header="Notices")
    stage.links = {("pubmed:000", "pdf"): "config/fulltexts/b.pdf"}
    stage.offer()
    assert column(stage, "PDF", "anna")[0] == "on Ben's desk" and column(stage, "PDF", "ben")[0].endswith("b.pdf")
    text = problems(stage)
    assert "on Ben's desk" in text and "asked the library" in text and "“Note”" in text
