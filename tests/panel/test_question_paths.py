"""Questions that are asked on a path of answers only: whose answer counts, and what is settled."""

from __future__ import annotations

import json

from prismake.core.states import State
from prismake.panel.decisions import decide, to_adjudicate
from prismake.panel.question_paths import along_paths, off_path, paths_of
from prismake.protocol.forms import Field, Form
from prismake.protocol.instruments import NOT_ASKED

FORM = Form("appraisal", "T", "items", "", (), (Field("answer", "Answer", "choice", by_row=True),))
PATHS = paths_of([("q1", ""), ("q2", json.dumps([[["q1", ["Y"]]]])), ("q3", json.dumps([[["q2", ["Y"]]]]))])
ITEMS = ["q1", "q2", "q3"]


def given(**answers: str) -> dict[str, dict[str, str]]:
    return {item: {"answer": answer} for item, answer in answers.items()}


def settled(anna, ben, consensus=None):
    """State and value of each question after both reviewers' answers were brought onto their paths."""
    answers = {}
    for who, own in (("anna", anna), ("ben", ben)):
        answers[who] = {**own, **{item: {"answer": NOT_ASKED} for item in off_path(PATHS, own, "answer")}}
    decisions = along_paths(PATHS, decide(FORM, ITEMS, answers, consensus or {}), consensus or {}, "answer")
    return {decision.item: (decision.state, decision.value("answer")) for decision in decisions}, decisions


def test_what_the_answers_do_not_lead_to_counts_as_done():
    found, _ = settled(given(q1="N"), given(q1="N"))
    assert found == {"q1": (State.SETTLED, "N"), "q2": (State.SETTLED, NOT_ASKED), "q3": (State.SETTLED, NOT_ASKED)}


def test_an_answer_beside_the_path_is_not_used():
    found, _ = settled(given(q1="N", q2="Y", q3="Y"), given(q1="N"))
    assert found["q3"] == (State.SETTLED, NOT_ASKED)


def test_a_question_is_open_while_it_is_not_known_whether_it_is_asked():
    found, _ = settled(given(), given(q1="N"))
    assert [state for state, _ in found.values()] == [State.UNDECIDED] * 3


def test_only_the_fork_is_adjudicated_and_the_rest_follows():
    anna, ben = given(q1="Y", q2="N"), given(q1="N")
    found, decisions = settled(anna, ben)
    assert to_adjudicate(FORM, decisions) == [("q1", "answer")]
    found, _ = settled(anna, ben, given(q1="N"))
    assert found["q2"] == (State.SETTLED, NOT_ASKED)
    found, decisions = settled(anna, ben, given(q1="Y"))
    assert to_adjudicate(FORM, decisions) == [("q2", "answer")]
    found, _ = settled(anna, ben, given(q1="Y", q2="Y", q3="N"))
    assert found == {"q1": (State.SETTLED, "Y"), "q2": (State.SETTLED, "Y"), "q3": (State.SETTLED, "N")}


def test_where_the_consensus_leads_nobody_has_been_somebody_has_to_answer():
    _, decisions = settled(given(q1="N"), given(q1="NI"), given(q1="Y"))
    assert ("q2", "answer") in to_adjudicate(FORM, decisions)
