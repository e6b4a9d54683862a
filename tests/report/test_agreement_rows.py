"""The table of agreement: what counts as what is said, and the answers as they were given stand beside it."""

from __future__ import annotations

from prismake.panel.agreement import many
from prismake.report.agreement import agreement_rows

GIVEN = {
    "anna": ["include", "maybe", "exclude", "include", "exclude", "maybe"],
    "ben": ["include", "include", "exclude", "exclude", "exclude", "maybe"],
}


def test_an_answer_that_counts_as_another_is_named_and_the_three_way_figure_follows():
    merge = {"maybe": "include"}
    field = {
        "label": "Decision",
        **many(GIVEN, merge=merge, categories=["include", "exclude"]).to_dict(),
        "as_answered": many(GIVEN, categories=["include", "exclude", "maybe"]).to_dict(),
        "merged": merge,
    }
    two, three = agreement_rows([{"title": "Title and abstract", "fields": {"decision": field}}])
    assert two["question"] == "Decision (maybe counts as include)"
    assert three["question"] == "Decision (each answer by itself)"
    # by hand: 5 of 6 agree and (4 * 3 + 2 * 3) / 36 is expected; each by itself 4 of 6 and (4 + 6 + 2) / 36
    assert two["kappa"].startswith("0.67") and three["kappa"].startswith("0.50")


def test_a_question_whose_answers_count_as_they_are_has_one_row():
    field = {"label": "Decision", **many(GIVEN).to_dict()}
    (row,) = agreement_rows([{"title": "Full text", "fields": {"decision": field}}])
    assert row["question"] == "Decision"
