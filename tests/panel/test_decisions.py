"""The human loop without files: who settles what, and that nothing is settled otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.core.states import State
from prismake.panel.decisions import decide, progress, to_adjudicate
from prismake.protocol.forms import load_form
from prismake.protocol.schema import with_defaults

CONFIG = with_defaults({"title": "t", "question": "q", "reviewers": ["anna", "ben"]})
SCREENING = load_form("title_abstract", CONFIG)
FULL_TEXT = load_form("full_text", CONFIG)


def one(form, answers, consensus=None, problems=None):
    said = {who: {"r1": given} for who, given in answers.items()}
    return decide(form, ["r1"], said, {"r1": consensus or {}}, problems)[0]


@pytest.mark.parametrize(
    ("anna", "ben", "state", "value"),
    [
        ("include", "include", State.SETTLED, "include"),
        ("exclude", "exclude", State.SETTLED, "exclude"),
        ("maybe", "maybe", State.SETTLED, "include"),  # maybe proceeds to full text
        ("maybe", "include", State.SETTLED, "include"),
        ("maybe", "exclude", State.CONFLICT, ""),
        ("include", "exclude", State.CONFLICT, ""),
        ("include", "", State.UNDECIDED, ""),
        ("", "", State.UNDECIDED, ""),
    ],
)
def test_two_reviewers_at_title_and_abstract(anna, ben, state, value):
    decision = one(SCREENING, {"anna": {"decision": anna}, "ben": {"decision": ben}})
    assert (decision.state, decision.value("decision")) == (state, value)


def test_the_consensus_sheet_settles_a_disagreement():
    decision = one(
        SCREENING, {"anna": {"decision": "include"}, "ben": {"decision": "exclude"}}, {"decision": "exclude"}
    )
    assert (decision.state, decision.settled_by, decision.value("decision")) == (State.SETTLED, "consensus", "exclude")


def test_reviewers_who_agree_against_the_consensus_reopen_the_item():
    decision = one(
        SCREENING, {"anna": {"decision": "include"}, "ben": {"decision": "include"}}, {"decision": "exclude"}
    )
    assert decision.state == State.CONFLICT
    assert "all reviewers now say “include”" in decision.fields["decision"].remark


def test_a_single_reviewer_settles_alone_and_it_is_said():
    decision = one(SCREENING, {"anna": {"decision": "include"}})
    assert (decision.state, decision.settled_by) == (State.SETTLED, "single")


def test_a_cell_that_was_not_understood_keeps_the_item_open():
    decision = one(SCREENING, {"anna": {"decision": "include"}, "ben": {}}, problems={"ben": {"r1": {"decision"}}})
    assert decision.state == State.PROBLEM
    assert decision.value("decision") == ""


def test_one_reason_per_exclusion_and_only_from_those_who_exclude():
    anna = {"decision": "exclude", "reason": "Wrong population"}
    ben = {"decision": "include", "design": "cohort"}
    decision = one(FULL_TEXT, {"anna": anna, "ben": ben})
    assert to_adjudicate(FULL_TEXT, [decision]) == [("r1", "decision")]
    settled = one(FULL_TEXT, {"anna": anna, "ben": ben}, {"decision": "exclude"})
    assert (settled.state, settled.value("reason"), settled.value("design")) == (State.SETTLED, "Wrong population", "")
    settled = one(FULL_TEXT, {"anna": anna, "ben": ben}, {"decision": "include"})
    assert (settled.state, settled.value("reason"), settled.value("design")) == (State.SETTLED, "", "cohort")


def test_different_reasons_are_a_disagreement_of_their_own():
    decision = one(
        FULL_TEXT,
        {
            "anna": {"decision": "exclude", "reason": "Wrong population"},
            "ben": {"decision": "exclude", "reason": "Wrong outcome"},
        },
    )
    assert decision.state == State.CONFLICT
    assert to_adjudicate(FULL_TEXT, [decision]) == [("r1", "reason")]


def test_a_decision_nobody_took_leaves_its_reason_to_the_adjudicator():
    anna, ben = {"decision": "include", "design": "cohort"}, {"decision": "not retrieved"}
    decision = one(FULL_TEXT, {"anna": anna, "ben": ben}, {"decision": "exclude"})
    assert to_adjudicate(FULL_TEXT, [decision]) == [("r1", "reason")]
    decision = one(FULL_TEXT, {"anna": anna, "ben": ben}, {"decision": "exclude", "reason": "Wrong outcome"})
    assert (decision.state, decision.value("reason")) == (State.SETTLED, "Wrong outcome")


def test_not_retrieved_needs_nothing_more():
    decision = one(FULL_TEXT, {who: {"decision": "not retrieved"} for who in ("anna", "ben")})
    assert (decision.state, decision.value("decision")) == (State.SETTLED, "not retrieved")


def test_study_names_are_compared_without_case_and_blanks():
    said = {"decision": "include", "design": "cohort"}
    decision = one(FULL_TEXT, {"anna": {**said, "study": "ELIANA"}, "ben": {**said, "study": " eliana "}})
    assert decision.state == State.SETTLED
    decision = one(FULL_TEXT, {"anna": {**said, "study": "ELIANA"}, "ben": said})
    assert to_adjudicate(FULL_TEXT, [decision]) == [("r1", "study")]


def test_progress_counts_what_applies():
    assert progress(FULL_TEXT, {"decision": "not retrieved"})
    assert not progress(FULL_TEXT, {"decision": "exclude"})
    assert progress(FULL_TEXT, {"decision": "exclude", "reason": "Wrong outcome"})
    assert not progress(FULL_TEXT, {})


choice = st.sampled_from(["", "include", "exclude", "maybe"])


@given(st.dictionaries(st.sampled_from([f"r{i}" for i in range(6)]), st.tuples(choice, choice, choice), min_size=1))
def test_nothing_is_settled_unless_all_agree_or_the_consensus_says_so(table):
    answers = {
        "anna": {item: {"decision": row[0]} for item, row in table.items()},
        "ben": {item: {"decision": row[1]} for item, row in table.items()},
    }
    consensus = {item: {"decision": row[2]} for item, row in table.items() if row[2]}
    proceed = {"maybe": "include"}
    for decision in decide(SCREENING, sorted(table), answers, consensus):
        said = [proceed.get(value, value) for value in table[decision.item]]
        if decision.state == State.SETTLED:
            assert decision.value("decision") in ("include", "exclude")
            agreed = said[0] == said[1] == decision.value("decision")
            assert agreed or said[2] == decision.value("decision")
        if decision.state == State.UNDECIDED:
            assert "" in said[:2]


@given(st.permutations(["r1", "r2", "r3", "r4"]))
def test_the_order_of_items_and_reviewers_makes_no_difference(items):
    values = {
        "r1": ("include", "include"),
        "r2": ("exclude", "include"),
        "r3": ("maybe", ""),
        "r4": ("exclude", "exclude"),
    }
    answers = {
        who: {item: {"decision": values[item][index]} for item in items} for index, who in enumerate(("anna", "ben"))
    }
    swapped = dict(reversed(answers.items()))
    states = {one.item: one.state for one in decide(SCREENING, items, answers, {})}
    assert states == {one.item: one.state for one in decide(SCREENING, sorted(items), swapped, {})}
    assert states == {"r1": State.SETTLED, "r2": State.CONFLICT, "r3": State.UNDECIDED, "r4": State.SETTLED}
