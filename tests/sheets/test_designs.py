"""A sheet for several designs asks each study only what its design has."""

from __future__ import annotations

import pytest
from prismake.core.states import State

COUNTS = ("events", "total", "events1", "total1", "events2", "total2")
FIELDS = [
    {"name": "design", "label": "Design", "type": "choice", "choices": ["single arm", "two arms"]},
    *(
        {"name": name, "label": name.capitalize(), "type": "count", "when": {"design": design}}
        for name, design in zip(COUNTS, ["single arm"] * 2 + ["two arms"] * 4, strict=True)
    ),
]
OUTCOMES = {
    "cure": {"measure": "PLO", "columns": {"events": "events", "total": "total"}},
    "cure_against_control": {"measure": "RR", "columns": {name: name for name in COUNTS[2:]}},
}


@pytest.fixture
def extraction(new_stage):
    stage = new_stage("extraction", 2, extraction={"fields": FIELDS}, outcomes=OUTCOMES)
    stage.offer()
    for who in ("anna", "ben"):
        stage.decide(who, "single arm", "two arms", header="Design")
        for name, values in zip(COUNTS, [(12, ""), (40, ""), ("", 5), ("", 30), ("", 9), ("", 31)], strict=True):
            stage.decide(who, *values, header=name.capitalize())
    return stage


def test_a_study_with_one_arm_and_one_with_two_are_both_finished(extraction):
    reading = extraction.read()
    assert (reading.status["settled"], reading.status["problems"]) == (2, [])
    assert {row[1] for row in reading.decisions.rows} == {State.SETTLED}


def test_a_number_of_the_other_design_is_named(extraction):
    extraction.decide("anna", 3, 5, header="Events1")
    (problem,) = extraction.read().status["problems"]
    assert problem["what"].startswith("“Events1” is only for “Design” two arms, and counts for nothing in")


def test_a_number_of_the_own_design_that_is_missing_is_named(extraction):
    extraction.decide("anna", "", "", header="Total2")
    status = extraction.read().status
    assert status["open"] == 1
    assert "“Total2” is still to be given where “Design” is two arms" in status["problems"][0]["what"]
