"""Who disagrees with whom on what, counted from the answers before consensus."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prismake.panel.decisions import answer_to, decide, settles
from prismake.panel.disagreements import disagreements
from prismake.protocol.forms import load_form
from prismake.protocol.schema import with_defaults

CONFIG = with_defaults({"title": "t", "question": "q", "full_text": {"reasons": ["Wrong population", "Wrong outcome"]}})
FULL_TEXT, SCREENING = load_form("full_text", CONFIG), load_form("title_abstract", CONFIG)


def excluded(reason="Wrong population"):
    return {"decision": "exclude", "reason": reason}


INCLUDED = {"decision": "include", "design": "cohort"}


def of(form, name, answers, consensus=None):
    items = sorted({item for said in answers.values() for item in said})
    decisions = decide(form, items, answers, consensus or {})
    return disagreements(form, form.field(name), decisions, list(answers))


def test_a_pair_of_answers_is_counted_with_its_items_and_its_end():
    anna = {"r1": INCLUDED, "r2": INCLUDED, "r3": excluded(), "r4": INCLUDED}
    ben = {"r1": excluded("Wrong outcome"), "r2": excluded(), "r3": INCLUDED, "r4": INCLUDED}
    found = of(FULL_TEXT, "decision", {"anna": anna, "ben": ben}, {"r1": excluded("Wrong outcome")})
    assert found == [
        {
            "first": "anna",
            "second": "ben",
            "answers": ["include", "exclude"],
            "count": 2,
            "items": ["r1", "r2"],
            "settled": {"exclude": 1},
            "open": 1,
            "because": {
                "Reason for exclusion": {"Wrong outcome": 1, "Wrong population": 1},
                "Study design": {"cohort": 2},
            },
        },
        {
            "first": "anna",
            "second": "ben",
            "answers": ["exclude", "include"],
            "count": 1,
            "items": ["r3"],
            "settled": {},
            "open": 1,
            "because": {"Reason for exclusion": {"Wrong population": 1}, "Study design": {"cohort": 1}},
        },
    ]


def test_reasons_are_compared_where_both_exclude():
    anna = {"r1": excluded(), "r2": excluded(), "r3": excluded()}
    ben = {"r1": excluded("Wrong outcome"), "r2": INCLUDED, "r3": excluded()}
    found = of(FULL_TEXT, "reason", {"anna": anna, "ben": ben})
    assert [(one["answers"], one["items"]) for one in found] == [(["Wrong population", "Wrong outcome"], ["r1"])]


def test_maybe_and_include_are_no_disagreement_but_maybe_and_exclude_are():
    anna = {"r1": {"decision": "maybe"}, "r2": {"decision": "maybe"}}
    ben = {"r1": {"decision": "include"}, "r2": {"decision": "exclude"}}
    found = of(SCREENING, "decision", {"anna": anna, "ben": ben})
    assert [(one["answers"], one["items"]) for one in found] == [(["maybe", "exclude"], ["r2"])]


def test_three_reviewers_are_compared_pair_by_pair_in_the_protocols_order():
    answers = {
        "zoe": {"r1": {"decision": "include"}, "r2": {"decision": "include"}},
        "anna": {"r1": {"decision": "exclude"}, "r2": {"decision": "include"}},
        "ben": {"r1": {"decision": "exclude"}},
    }
    found = of(SCREENING, "decision", answers)
    assert [(one["first"], one["second"], one["count"]) for one in found] == [("zoe", "anna", 1), ("zoe", "ben", 1)]


def test_a_disagreement_that_no_longer_applies_is_neither_settled_nor_open():
    answers = {
        "anna": {"r1": excluded()},
        "ben": {"r1": excluded("Wrong outcome")},
        "cleo": {"r1": INCLUDED},
    }
    found = of(FULL_TEXT, "reason", answers, {"r1": {"decision": "include", "design": "cohort"}})
    assert [(one["count"], one["settled"], one["open"]) for one in found] == [(1, {}, 0)]


answer = st.sampled_from(["include", "exclude", "maybe", ""])


@given(st.lists(st.tuples(answer, answer, answer), max_size=30))
def test_every_pair_of_answers_that_differ_is_counted_once(rows):
    people = ["anna", "ben", "cleo"]
    answers = {
        who: {f"r{number:02d}": {"decision": row[place]} for number, row in enumerate(rows)}
        for place, who in enumerate(people)
    }
    found = of(SCREENING, "decision", answers)
    field = SCREENING.field("decision")
    expected: Counter = Counter()
    for row in rows:
        said = [answer_to(SCREENING, field, {"decision": word}) for word in row]
        for a in range(3):
            for b in range(a + 1, 3):
                if (
                    said[a]
                    and said[b]
                    and settles(field, {"decision": said[a]}) != settles(field, {"decision": said[b]})
                ):
                    expected[(people[a], people[b], said[a], said[b])] += 1
    assert {(one["first"], one["second"], *one["answers"]): one["count"] for one in found} == expected
    assert all(len(one["items"]) == one["count"] >= one["open"] + sum(one["settled"].values()) for one in found)


@pytest.mark.parametrize(("first", "second", "apart"), [("Smith 2018", "smith  2018", 0), ("Smith", "Jones", 1)])
def test_texts_are_compared_without_case_and_blanks(first, second, apart):
    said = {"anna": {"r1": {**INCLUDED, "study": first}}, "ben": {"r1": {**INCLUDED, "study": second}}}
    assert len(of(FULL_TEXT, "study", said)) == apart
